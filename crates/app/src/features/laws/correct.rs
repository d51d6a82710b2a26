//! Correcting the words of our copy of a text, provision by provision, and what became of corrections.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use serde::Deserialize;
use store::{Db, Id};

use super::amendments;
use super::changes::{Run, runs};
use super::corrections::{self, Correction, Decision, State, Typed, Words};
use super::document;
use super::edit::{changed, keeper};
use super::law::{self, Law};
use super::node::{self, Block, Node};
use super::scan;
use crate::changes::{Both, Conflict};
use crate::error::{Error, FieldProblem, Result};
use crate::page::{Page, Room, show, show_again, show_both};
use crate::web::Signed;
use crate::web::form::{Form, Problems};

/// A correction with what went and came.
struct Shown {
    correction: Correction,
    /// The name of whoever made it.
    who: String,
    words: Vec<Run>,
    /// Of one that asks: from the words as corrected to those of the new source.
    arrived: Option<Vec<Run>>,
}

#[derive(Template)]
#[template(path = "laws/corrections.html")]
struct CorrectionsPage {
    page: Page,
    law: Law,
    shown: Vec<Shown>,
    /// What can be corrected: its address, its depth, its title.
    parts: Vec<(String, i64, String)>,
    /// A machine read the text from pictures, and nobody has held it against the paper.
    is_unlooked: bool,
}

/// The text that can be corrected: as it came and was corrected, before anything was amended.
async fn as_it_came(db: &Db, law: Id) -> Result<Vec<Node>> {
    let rows = node::nodes(db, law).await?;
    amendments::base(db, law, rows).await
}

/// Most corrections that one page shows.
const SHOWN: usize = 100;

async fn list_page(signed: &Signed, law: Law, problems: Vec<FieldProblem>) -> Result<CorrectionsPage> {
    let db = &signed.app.db;
    let mut page = signed
        .page(Room::Laws, &signed.say("laws-correct-title"))
        .crumb(signed.say("room-laws"), "/luat")
        .crumb(law.name(), format!("/luat/{}", law.id));
    page.problems = problems;
    let nodes = as_it_came(db, law.id).await?;
    let mut all = corrections::of_law(db, law.id).await?;
    all.sort_by_key(|c| c.state != State::Asks);
    let mut shown = Vec::new();
    for correction in all.into_iter().take(SHOWN) {
        let ours = correction.words.whole();
        let arrived = (correction.state == State::Asks).then(|| {
            let node = nodes.iter().find(|n| n.path.as_deref() == Some(&correction.path));
            runs(&ours, &node.map(|n| Words::of(n).whole()).unwrap_or_default())
        });
        let who = match correction.account {
            Some(account) => crate::signin::account_name(db, account).await?,
            None => String::new(),
        };
        shown.push(Shown { words: runs(&correction.source.whole(), &ours), arrived, who, correction });
    }
    let part = |n: &Node| Some((n.path.clone()?, n.depth, n.title()));
    Ok(CorrectionsPage {
        shown,
        parts: nodes.iter().filter_map(part).collect(),
        is_unlooked: scan::is_unlooked(db, law.id).await?,
        page,
        law,
    })
}

#[derive(Deserialize)]
pub struct Done {
    xong: Option<String>,
}

/// `GET /luat/{id}/chua-chu`
pub async fn list(signed: Signed, Path(id): Path<String>, Query(done): Query<Done>) -> Result<Response> {
    let law = law::get(&signed.app.db, id.parse()?).await?;
    keeper(&signed, &law)?;
    let mut shown = list_page(&signed, law, vec![]).await?;
    shown.page.done = done.xong.map(|_| shown.page.t("laws-correct-done"));
    show(&shown)
}

/// `POST /luat/{id}/chua-chu`: takes a correction back, decides about one that asks, or says that the whole text has been
/// held against the paper that it was read from.
pub async fn decide(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let app = &signed.app;
    let law = law::get(&app.db, id.parse()?).await?;
    let by = keeper(&signed, &law)?;
    let what = match form.text("act") {
        "looked" => {
            let mut tx = app.db.begin().await?;
            scan::note(&mut tx, app, law.id, false).await?;
            document::write_down(&mut tx, app, &by, "look", law.id, law.digest.as_bytes()).await?;
            tx.commit().await?;
            changed(&signed);
            return Ok(signed.redirect(&format!("/luat/{}?xong=1", law.id)));
        }
        "undo" => Decision::Undo,
        "keep" => Decision::Keep,
        _ => return Err(Error::invalid("act", "error-choice")),
    };
    let mut tx = app.db.begin().await?;
    match corrections::decide(&mut tx, app, &by, law.id, form.text("correction").parse()?, what).await {
        Ok(()) => tx.commit().await?,
        Err(Error::Invalid(problems)) => {
            drop(tx);
            return show_again(&list_page(&signed, law, problems).await?);
        }
        Err(e) => return Err(e),
    }
    changed(&signed);
    Ok(signed.redirect(&format!("/luat/{}/chua-chu?xong=1", law.id)))
}

/// A field of the form: the heading, or a paragraph.
struct Field {
    name: String,
    /// "2.", "đ)"
    label: String,
    value: String,
    is_heading: bool,
}

impl Field {
    fn title(&self, page: &Page) -> String {
        let key = if self.is_heading { "laws-correct-heading" } else { "laws-correct-paragraph" };
        format!("{} {}", page.t(key), self.label).trim().to_owned()
    }
    fn rows(&self) -> usize {
        rows(&self.value)
    }
}

/// How many rows of a text field a text takes, where the browser does not fit the field to it.
pub fn rows(text: &str) -> usize {
    /// Letters of a row on a phone.
    const ROW: usize = 40;
    text.lines().map(|line| line.chars().count() / ROW + 1).sum::<usize>().max(1)
}

#[derive(Template)]
#[template(path = "laws/correct.html")]
struct CorrectPage {
    page: Page,
    law: Law,
    path: String,
    version: String,
    reason: String,
    fields: Vec<Field>,
    /// What goes and comes by what was typed.
    words: Vec<Run>,
    /// The provision reads otherwise today, because it was amended.
    is_amended: bool,
    conflict: Option<Conflict>,
}

/// Longest reason, in characters.
const REASON: usize = 500;

/// The fields of a provision, with what was typed in them.
fn fields(words: &Words, form: Option<&Form>) -> Vec<Field> {
    let mut all = Vec::new();
    let typed: HashMap<&str, &str> = form.iter().flat_map(|f| f.pairs()).collect();
    let mut add = |name: String, label: &str, value: &str, is_heading: bool| {
        if !value.is_empty() {
            let value = typed.get(name.as_str()).copied().unwrap_or(value).to_owned();
            all.push(Field { name, label: label.to_owned(), value, is_heading });
        }
    };
    add("heading".into(), "", &words.heading, true);
    add("text".into(), "", &words.text, false);
    each(&words.content, &mut 0, &mut |n, block| {
        add(format!("h{n}"), &block.printed, &block.heading, true);
        let label = if block.heading.is_empty() { block.printed.as_str() } else { "" };
        add(format!("t{n}"), label, &block.text, false);
    });
    all
}

/// Each block with its number, in the order of the text.
fn each(blocks: &[Block], n: &mut usize, what: &mut impl FnMut(usize, &Block)) {
    for block in blocks {
        what(*n, block);
        *n += 1;
        each(&block.children, n, what);
    }
}

/// Whether a field of the form holds words of the provision.
fn is_words(name: &str) -> bool {
    let numbered = |name: &str| name.parse::<usize>().is_ok();
    matches!(name, "heading" | "text") || name.strip_prefix(['h', 't']).is_some_and(numbered)
}

/// Cleaned, one a line, without those that were emptied.
fn paragraphs(typed: &str) -> String {
    let lines = typed.lines().map(viet::clean).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// The words as typed: paragraphs cleaned, those that were emptied left out; a field that was not sent says nothing.
fn typed(words: &Words, form: &Form) -> Words {
    let typed: HashMap<&str, &str> = form.pairs().collect();
    let text = |name: String, was: &str| -> String {
        let Some(typed) = typed.get(name.as_str()).filter(|_| !was.is_empty()) else { return was.to_owned() };
        paragraphs(typed)
    };
    fn blocks(of: &[Block], n: &mut usize, text: &impl Fn(String, &str) -> String) -> Vec<Block> {
        let mut all = Vec::new();
        for block in of {
            let (heading, own) = (text(format!("h{n}"), &block.heading), text(format!("t{n}"), &block.text));
            *n += 1;
            let children = blocks(&block.children, n, text);
            let was_empty = block.heading.is_empty() && block.text.is_empty();
            let is_empty = heading.is_empty() && own.is_empty();
            if was_empty || !is_empty || !children.is_empty() || !block.printed.is_empty() {
                all.push(Block { heading, text: own, children, ..block.clone() });
            }
        }
        all
    }
    Words {
        heading: text("heading".into(), &words.heading).replace('\n', " "),
        text: text("text".into(), &words.text),
        content: blocks(&words.content, &mut 0, &text),
    }
}

async fn form_page(
    signed: &Signed,
    law: Law,
    path: &str,
    form: Option<&Form>,
    problems: Vec<FieldProblem>,
) -> Result<CorrectPage> {
    let db = &signed.app.db;
    let is_it = |n: &&Node| n.path.as_deref() == Some(path);
    let nodes = as_it_came(db, law.id).await?;
    let node = nodes.iter().find(is_it).ok_or(Error::NotFound)?;
    let words = Words::of(node);
    let now = node::nodes(db, law.id).await?;
    let mut page = signed
        .page(
            Room::Laws,
            &signed.app.words.say(signed.lang(), "laws-correct-part", &[("value", node.title())]),
        )
        .crumb(signed.say("room-laws"), "/luat")
        .crumb(law.name(), format!("/luat/{}", law.id))
        .crumb(signed.say("laws-correct-title"), format!("/luat/{}/chua-chu", law.id));
    page.problems = problems;
    Ok(CorrectPage {
        page,
        law,
        path: path.to_owned(),
        version: form.map_or_else(|| words.version(), |f| f.text("version").to_owned()),
        reason: form.map(|f| f.text("reason").to_owned()).unwrap_or_default(),
        fields: fields(&words, form),
        words: form.map(|f| runs(&words.whole(), &typed(&words, f).whole())).unwrap_or_default(),
        is_amended: now.iter().find(is_it).is_none_or(|n| Words::of(n) != words),
        conflict: None,
    })
}

/// `GET /luat/{id}/chua-chu/dieu-12`
pub async fn form(signed: Signed, Path((id, path)): Path<(String, String)>) -> Result<Response> {
    let law = law::get(&signed.app.db, id.parse()?).await?;
    keeper(&signed, &law)?;
    show(&form_page(&signed, law, &path, None, vec![]).await?)
}

/// `POST /luat/{id}/chua-chu/dieu-12`: shows what goes and comes, or saves it.
pub async fn save(signed: Signed, Path((id, path)): Path<(String, String)>, form: Form) -> Result<Response> {
    let app = &signed.app;
    let law = law::get(&app.db, id.parse()?).await?;
    let by = keeper(&signed, &law)?;
    if form.text("act") == "look" {
        return show(&form_page(&signed, law, &path, Some(&form), vec![]).await?);
    }
    let mut problems = Problems::default();
    let reason = viet::clean(&problems.required(&form, "reason", REASON));
    if problems.0.is_empty() {
        let nodes = as_it_came(&app.db, law.id).await?;
        let node = nodes.iter().find(|n| n.path.as_deref() == Some(&path)).ok_or(Error::NotFound)?;
        let words = typed(&Words::of(node), &form);
        let typed = Typed { words, version: form.text("version").to_owned(), reason };
        let mut tx = app.db.begin().await?;
        match corrections::correct(&mut tx, app, &by, law.id, &path, typed).await {
            Ok(()) => {
                tx.commit().await?;
                changed(&signed);
                return Ok(signed.redirect(&format!("/luat/{}/chua-chu?xong=1", law.id)));
            }
            Err(Error::Invalid(more)) => problems.0 = more,
            Err(Error::Conflict("laws-correct-changed")) => {
                drop(tx);
                return both(&signed, law, &path, form).await;
            }
            Err(e) => return Err(e),
        }
    }
    show_again(&form_page(&signed, law, &path, Some(&form), problems.0).await?)
}

/// Somebody else has corrected it since the page was opened: what was typed stays, beside what stands there now. What
/// was not touched on the page reads as it stands now.
async fn both(signed: &Signed, law: Law, path: &str, form: Form) -> Result<Response> {
    let db = &signed.app.db;
    let nodes = as_it_came(db, law.id).await?;
    let node = nodes.iter().find(|n| n.path.as_deref() == Some(path)).ok_or(Error::NotFound)?;
    let stands = Words::of(node);
    let showed = corrections::with_version(db, law.id, path, form.text("version")).await?;
    let now = fields(&stands, None);
    let before = showed.as_ref().map(|words| fields(words, None)).unwrap_or_default();
    let places = |all: &[Field]| all.iter().map(|f| (f.name.clone(), f.label.clone())).collect::<Vec<_>>();
    // Where paragraphs went or came, a field is no longer the one that was typed in.
    let same_places = showed.is_none() || places(&before) == places(&now);
    let mut kept = Form::default();
    let mut page = form_page(signed, law, path, None, vec![]).await?;
    let mut differing = Vec::new();
    for (name, typed) in form.pairs().filter(|(name, _)| is_words(name)) {
        let typed = paragraphs(typed);
        let reads = |all: &[Field]| all.iter().find(|f| f.name == name).map(|f| paragraphs(&f.value));
        if [reads(&before), reads(&now)].contains(&Some(typed.clone())) {
            continue;
        }
        let told = |text: String| if text.is_empty() { "–".to_owned() } else { text };
        let field = now.iter().chain(&before).find(|f| f.name == name);
        let label = field.map(|f| f.title(&page.page)).unwrap_or_default();
        let there = reads(&now).filter(|_| same_places);
        if there.is_some() {
            kept.set(name, typed.clone());
        }
        differing.push(Both { label, here: told(typed), there: told(there.unwrap_or_default()) });
    }
    page.version = stands.version();
    page.reason = form.text("reason").to_owned();
    page.words = runs(&stands.whole(), &typed(&stands, &kept).whole());
    page.fields = fields(&stands, Some(&kept));
    page.conflict = Some(Conflict { sentence: signed.say("laws-correct-both"), fields: differing });
    show_both(&page)
}
