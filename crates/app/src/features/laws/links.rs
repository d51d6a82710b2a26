//! Citations in a text become links to what they mean, where the registry has it.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use lawtext::{Place, Which, references};
use store::{Db, sql};

use super::law::{self, Law};
use super::node::{Block, Node};
use super::reader::escape;
use crate::error::Result;
use crate::i18n::Lang;
use crate::page::href;

/// Where the citations of one document lead.
pub struct Links {
    /// The document's own address, and what stands in it.
    base: String,
    paths: HashSet<String>,
    /// Addresses of the documents that it cites, by their numbers' keys.
    others: HashMap<String, String>,
    issued: Option<(i16, i8, i8)>,
}

store::record! { struct Known { number_key: String, slug: String } }

impl Links {
    pub async fn of(db: &Db, lang: Lang, law: &Law, nodes: &[Node]) -> Result<Links> {
        // Of several documents of one number the newest, as when a number is looked up.
        let known: Vec<Known> = sql!(
            "SELECT DISTINCT l.number_key, l.slug, l.day, l.id FROM law_citations c
             JOIN laws l ON l.number_key = c.to_key WHERE c.from_id = $1 ORDER BY l.day, l.id",
            law.id
        )
        .all(db)
        .await?;
        let mut paths = HashSet::new();
        for node in nodes {
            paths.extend(node.path.clone());
            own(&node.content, &mut paths);
        }
        Ok(Links {
            base: href(lang, &law.path()),
            paths,
            others: known
                .into_iter()
                .map(|k| (k.number_key, href(lang, &format!("/van-ban/{}", k.slug))))
                .collect(),
            issued: law.issued.map(|d| (d.year(), d.month(), d.day())),
        })
    }

    fn target(&self, reference: &lawtext::Reference) -> Option<String> {
        let path = reference.provision.path();
        match &reference.document {
            Which::This => {
                let path = path.filter(|p| self.paths.contains(p))?;
                Some(format!("{}/{path}", self.base))
            }
            Which::Other(cited) => {
                let base = self.others.get(&law::number_key(cited.resolved(self.issued)?))?;
                Some(path.map_or_else(|| base.clone(), |p| format!("{base}/{p}")))
            }
        }
    }

    /// Writes a text as HTML with its links. `place`: where in the document it stands.
    pub fn write(&self, out: &mut String, text: &str, place: &Place) {
        let mut done = 0;
        for reference in references(text, place) {
            let range = reference.range.clone();
            let (Some(before), Some(words)) = (text.get(done..range.start), text.get(range.clone())) else {
                continue;
            };
            let Some(to) = self.target(&reference) else { continue };
            let _ = write!(out, "{}<a href=\"{}\">{}</a>", escape(before), escape(&to), escape(words));
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
