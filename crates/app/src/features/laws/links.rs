//! Citations in a text become links to what they mean, where the registry has it.

use std::collections::HashSet;
use std::fmt::Write as _;

use lawtext::{Place, Which, references};
use store::sql;

use super::bearers::{self, Bearer};
use super::law::{self, Law};
use super::node::{Block, Node};
use super::reader::escape;
use crate::app::App;
use crate::error::Result;
use crate::i18n::Lang;
use crate::page::href;

/// Where the citations of one document lead.
pub struct Links {
    /// The document's own address, and what stands in it.
    base: String,
    paths: HashSet<String>,
    /// The documents that it cites.
    others: Vec<Bearer>,
    issuer: String,
    issued: Option<(i16, i8, i8)>,
    lang: Lang,
    /// What a link says whose number several documents bear.
    unsure: String,
}

/// Where a reference leads.
enum Target {
    To(String),
    /// Several documents bear the number: they are listed there.
    Unsure(String),
}

impl Links {
    pub async fn of(app: &App, lang: Lang, law: &Law, nodes: &[Node]) -> Result<Links> {
        let known: Vec<Bearer> = sql!(
            "SELECT DISTINCT l.id, l.number_key, l.slug, l.issuer, l.day FROM law_citations c
             JOIN laws l ON l.number_key = c.to_key WHERE c.from_id = $1 ORDER BY l.day DESC, l.id DESC",
            law.id
        )
        .all(&app.db)
        .await?;
        let mut paths = HashSet::new();
        for node in nodes {
            paths.extend(node.path.clone());
            own(&node.content, &mut paths);
        }
        Ok(Links {
            base: href(lang, &law.path()),
            paths,
            others: bearers::newest(known),
            issuer: law.issuer.clone(),
            lang,
            unsure: app.words.say(lang, "laws-citation-unsure", &[]),
            issued: law.issued.map(|d| (d.year(), d.month(), d.day())),
        })
    }

    /// `words`: what the sentence says from the reference on.
    fn target(&self, reference: &lawtext::Reference, words: &str) -> Option<Target> {
        let path = reference.provision.path();
        match &reference.document {
            Which::This => {
                let path = path.filter(|p| self.paths.contains(p))?;
                Some(Target::To(format!("{}/{path}", self.base)))
            }
            Which::Other(cited) => {
                let number = cited.resolved(self.issued)?;
                let key = law::number_key(number);
                let known: Vec<&Bearer> = self.others.iter().filter(|b| b.number_key == key).collect();
                if known.is_empty() {
                    return None;
                }
                let Some(meant) = bearers::meant(&known, words, &self.issuer) else {
                    let list = format!("/van-ban?q={}", crate::web::form_urlencoded(number));
                    return Some(Target::Unsure(href(self.lang, &list)));
                };
                let base = href(self.lang, &format!("/van-ban/{}", meant.slug));
                Some(Target::To(path.map_or_else(|| base.clone(), |p| format!("{base}/{p}"))))
            }
        }
    }

    /// Writes a text as HTML with its links. `place`: where in the document it stands.
    pub fn write(&self, out: &mut String, text: &str, place: &Place) {
        let mut done = 0;
        let all = references(text, place);
        for (n, reference) in all.iter().enumerate() {
            let range = reference.range.clone();
            let (Some(before), Some(words)) = (text.get(done..range.start), text.get(range.clone())) else {
                continue;
            };
            let next = all.get(n + 1).map_or(text.len(), |r| r.range.start);
            let sentence = text.get(range.start..next.max(range.end)).unwrap_or_default();
            let sentence = sentence.split([';', '\n']).next().unwrap_or_default();
            let (before, words) = (escape(before), escape(words));
            let _ = match self.target(reference, sentence) {
                None => continue,
                Some(Target::To(to)) => write!(out, "{before}<a href=\"{}\">{words}</a>", escape(&to)),
                Some(Target::Unsure(to)) => write!(
                    out,
                    "{before}<a class=\"unsure\" href=\"{}\" title=\"{}\">{words}</a>",
                    escape(&to),
                    escape(&self.unsure)
                ),
            };
            done = range.end;
        }
        out.push_str(&escape(text.get(done..).unwrap_or_default()));
    }
}

fn own(blocks: &[Block], paths: &mut HashSet<String>) {
    for block in blocks {
        paths.extend(block.path.clone());
        own(&block.children, paths);
    }
}
