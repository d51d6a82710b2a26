//! Writing and editing a post: a title, the law it is about, paragraphs each with what it rests on. A draft is
//! kept on the server from the first save; it may be made from a law, and whoever saves it is its author.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use serde::Deserialize;
use store::{Db, Id, RecordId};

use super::post::{self, Content, Kind, Paragraph, Post, State};
use super::typed::{TYPED, version_of};
use super::{draft, script, sources};
use crate::access::Act;
use crate::changes::{Both, Conflict};
use crate::drafts::{Draft, DraftState, is_inherited, key_of, tab_of};
use crate::error::{Error, FieldProblem, Result};
use crate::features::laws::choose::{find_meant, find_titles, newest};
use crate::features::laws::{Law, Title};
use crate::page::{Page, Room, show, show_again, show_both};
use crate::web::Signed;
use crate::web::form::{Form, Problems};

/// Most paragraphs of a post, and characters of one.
const PARAGRAPHS: usize = 120;
const LONGEST: usize = 6_000;

/// What a page asks to begin with.
#[derive(Deserialize)]
pub struct Begin {
    #[serde(rename = "don-vi")]
    unit: Option<Id>,
    /// A law: its identity, number or title.
    #[serde(rename = "luat", default)]
    law: String,
    /// Begin with an empty page.
    #[serde(rename = "trong")]
    blank: Option<String>,
    /// "ban-tin": the script of a minute.
    #[serde(rename = "dang")]
    shape: Option<String>,
    /// What was typed and not saved, by its key.
    nhap: Option<String>,
}

/// A paragraph as typed.
struct Block {
    number: usize,
    kind: String,
    text: String,
    source: String,
}

#[derive(Template)]
#[template(path = "content/edit.html")]
struct EditPage {
    page: Page,
    form: Form,
    path: String,
    unit: Id,
    unit_name: String,
    units: Vec<(Id, String)>,
    blocks: Vec<Block>,
    laws: Vec<Title>,
    /// The laws that the words typed may mean, when they do not name one.
    found: Vec<Title>,
    /// A new post for which no law is chosen yet.
    choosing: bool,
    remarks: String,
    conflict: Option<Conflict>,
    draft: DraftState,
    /// Names this page while it is open.
    tab: String,
}

/// Most laws that typed words offer to choose from.
const FOUND: i64 = 12;

impl EditPage {
    /// The problems, and the laws to choose from where the one named is not known.
    async fn ask_which_law(&mut self, db: &Db, problems: Problems) -> Result<()> {
        if problems.0.iter().any(|p| p.key == "content-error-law") {
            self.found = find_titles(db, self.form.text("law"), FOUND).await?;
        }
        self.page.problems = problems.0;
        Ok(())
    }
}

/// The form that shows a post.
async fn form_of(signed: &Signed, content: &Content) -> Result<Form> {
    let laws = super::text::laws_of(&signed.app.db, content).await?;
    let mut form = Form::default();
    form.set("title", content.title.clone());
    let law = content.law.and_then(|id| laws.get(&id));
    form.set("law", law.map(|l| Title::of(l).choice()).unwrap_or_default());
    for (n, p) in content.body.iter().enumerate() {
        form.set(&format!("kind-{n}"), p.kind.code());
        form.set(&format!("text-{n}"), p.text.clone());
        let typed = p.source.as_ref().map(|s| sources::typed(s, content.law, laws.get(&s.law)));
        form.set(&format!("source-{n}"), typed.unwrap_or_default());
    }
    Ok(form)
}

/// The paragraphs of the form in order, with gaps closed and two empty ones to go on with.
fn blocks_of(form: &Form) -> Vec<Block> {
    let mut blocks: Vec<Block> = (0..PARAGRAPHS)
        .map(|n| Block {
            number: n,
            kind: form.text(&format!("kind-{n}")).to_owned(),
            text: form.text(&format!("text-{n}")).to_owned(),
            source: form.text(&format!("source-{n}")).to_owned(),
        })
        .filter(|b| !b.text.is_empty())
        .collect();
    for _ in 0..2 {
        blocks.push(Block { number: 0, kind: "text".into(), text: String::new(), source: String::new() });
    }
    blocks.truncate(PARAGRAPHS);
    for (n, block) in blocks.iter_mut().enumerate() {
        block.number = n;
    }
    blocks
}

/// Moves a paragraph before the one above it.
fn move_up(form: &mut Form, number: usize) {
    let Some(above) = number.checked_sub(1) else { return };
    for part in ["kind", "text", "source"] {
        let (a, b) = (format!("{part}-{above}"), format!("{part}-{number}"));
        let (upper, lower) = (form.text(&a).to_owned(), form.text(&b).to_owned());
        form.set(&a, lower);
        form.set(&b, upper);
    }
}

/// What was typed as a post, with all problems at once. A paragraph with an empty line in it is several that
/// rest on the same.
async fn read(signed: &Signed, form: &Form, unit: Id) -> Result<(Content, Problems)> {
    let db = &signed.app.db;
    let mut problems = Problems::default();
    let title = problems.required(form, "title", 200);
    let mut law: Option<Law> = None;
    if form.has("law") {
        law = find_meant(db, form.text("law")).await?;
        if law.is_none() {
            problems.add("law", "content-error-law");
        }
    }
    let mut body = Vec::new();
    let mut known: HashMap<String, Option<post::Source>> = HashMap::new();
    for block in blocks_of(form).into_iter().filter(|b| !b.text.is_empty()) {
        let place = (block.number + 1).to_string();
        if block.text.chars().count() > LONGEST {
            problems.add_value("body", "content-error-long", place.clone());
        }
        let mut source = None;
        if !block.source.is_empty() {
            if !known.contains_key(&block.source) {
                let found = sources::find(db, law.as_ref(), &block.source).await?;
                known.insert(block.source.clone(), found);
            }
            source = known.get(&block.source).cloned().flatten();
            if source.is_none() {
                problems.add_value("body", "content-error-source", place);
            }
        }
        let kind = Kind::from_code(&block.kind).unwrap_or(Kind::Text);
        let text = viet::nfc(&block.text).replace("\r\n", "\n");
        let mut parts: Vec<String> = vec![String::new()];
        for line in text.lines().map(str::trim_end) {
            match (line.is_empty(), parts.last_mut()) {
                (true, Some(last)) if !last.is_empty() => parts.push(String::new()),
                (false, Some(last)) => {
                    if !last.is_empty() {
                        last.push('\n');
                    }
                    last.push_str(line);
                }
                _ => {}
            }
        }
        let parts = parts.into_iter().filter(|p| !p.is_empty());
        body.extend(parts.map(|text| Paragraph { kind, text, source: source.clone() }));
    }
    if body.is_empty() {
        problems.add("body", "content-error-empty");
    }
    if body.len() > PARAGRAPHS - 2 {
        problems.add_value("body", "content-error-many", (PARAGRAPHS - 2).to_string());
    }
    Ok((Content { unit, title, body, law: law.map(|l| l.id), replaces: None }, problems))
}

async fn edit_page(signed: &Signed, unit: Id, form: Form, about: Option<&Post>) -> Result<EditPage> {
    let title = if about.is_some() { "content-edit-title" } else { "content-new-title" };
    let mut page =
        signed.page(Room::Content, &signed.say(title)).crumb(signed.say("room-content"), "/tin-bai");
    let path = match about {
        Some(post) => {
            page = page.crumb(post.content.title.clone(), super::page(post.id));
            format!("{}/sua", super::page(post.id))
        }
        None => "/tin-bai/moi".to_owned(),
    };
    let mut units: Vec<(Id, String)> = Vec::new();
    for id in signed.actor.units_for(Act::WriteContent) {
        if !units.iter().any(|(u, _)| *u == id) {
            units.push((id, signed.unit_name(id).await?));
        }
    }
    Ok(EditPage {
        blocks: blocks_of(&form),
        path,
        unit,
        unit_name: signed.unit_name(unit).await?,
        units,
        laws: newest(&signed.app.db, 30).await?,
        found: vec![],
        choosing: false,
        remarks: about.filter(|p| p.state == State::Draft).map(|p| p.remarks.clone()).unwrap_or_default(),
        conflict: None,
        draft: DraftState {
            version: version_of(&form),
            sentence: String::new(),
            kept: version_of(&form) > 0,
        },
        tab: tab_of(&signed.app, &form),
        form,
        page,
    })
}

/// `GET /tin-bai/moi`: from a law, or empty.
pub async fn new(signed: Signed, Query(begin): Query<Begin>) -> Result<Response> {
    let app = &signed.app;
    if let Some(key) = begin.nhap.as_deref().filter(|key| is_inherited(key)) {
        let typed = TYPED.find(&app.db, signed.actor.account, key).await?.ok_or(Error::NotFound)?;
        signed.require(Act::WriteContent, typed.unit)?;
        return show(&with_draft(edit_page(&signed, typed.unit, typed.form.clone(), None).await?, &typed));
    }
    let unit = signed.unit(begin.unit, Act::WriteContent)?;
    let law = find_meant(&app.db, &begin.law).await?;
    let mut form = match &law {
        Some(law) => {
            let content = match begin.shape.as_deref() {
                Some("ban-tin") => script::script_from_law(app, law, unit).await?.content(law, unit),
                _ => draft::draft_from_law(app, law, unit).await?,
            };
            form_of(&signed, &content).await?
        }
        None => Form::default(),
    };
    form.set("once", app.new_id().to_string());
    form.set("draft_key", format!("~{}", app.new_id()));
    let mut page = edit_page(&signed, unit, form, None).await?;
    page.choosing = law.is_none() && begin.blank.is_none();
    if law.is_none() && !begin.law.is_empty() {
        page.found = find_titles(&app.db, &begin.law, FOUND).await?;
        page.form.set("luat", begin.law);
        page.page.problems =
            vec![FieldProblem { field: "luat", key: "content-error-law", value: String::new() }];
        return show_again(&page);
    }
    show(&page)
}

/// `POST /tin-bai/moi`
pub async fn create(signed: Signed, form: Form) -> Result<Response> {
    let app = &signed.app;
    let unit = signed.unit_named(form.text("unit"), Act::WriteContent)?;
    let key = key_of(&form).to_owned();
    if form.text("act") == "drop" {
        give_up(&signed, &form, &key).await?;
        return Ok(signed.redirect("/tin-bai"));
    }
    if let Some(form) = rearranged(&form) {
        return show(&edit_page(&signed, unit, form, None).await?);
    }
    let shard = signed.tree.get(signed.standing(unit)).ok_or(Error::NotFound)?.shard_id;
    let (content, problems) = read(&signed, &form, unit).await?;
    let problems = with_submission(&form, &content, problems);
    if !problems.0.is_empty() {
        let mut page = edit_page(&signed, unit, form, None).await?;
        page.ask_which_law(&app.db, problems).await?;
        return show_again(&page);
    }
    let account = signed.actor.account;
    let mut tx = app.db.begin().await?;
    // A weak link makes people press twice: the form's own id is saved once.
    let mut id = RecordId { shard, id: form.text("once").parse().unwrap_or_else(|_| app.new_id()) };
    if post::is_written(&mut tx, id).await? {
        let written = post::get(&mut tx, id).await?;
        if written.author == account && written.content == content {
            return Ok(signed.redirect(&super::page(id)));
        }
        // The same page, finished otherwise: rather two drafts than a lost one.
        id.id = app.new_id();
    }
    post::insert_as(&mut tx, app, account, id, &content).await?;
    let done = finish(&mut tx, &signed, id, &form).await?;
    forget(&mut tx, &signed, &form, &key).await?;
    tx.commit().await?;
    Ok(signed.redirect(&format!("{}?xong={done}", super::page(id))))
}

/// Submits at once when that button was pressed; what was done.
async fn finish(tx: &mut store::Tx, signed: &Signed, id: RecordId, form: &Form) -> Result<&'static str> {
    if form.text("act") != "submit" {
        return Ok("luu");
    }
    let post = post::get(&mut *tx, id).await?;
    post::submit(tx, &signed.app, signed.actor.account, &post).await?;
    Ok("trinh")
}

/// What submitting asks for beyond saving.
fn with_submission(form: &Form, content: &Content, mut problems: Problems) -> Problems {
    if form.text("act") == "submit" && problems.0.is_empty() {
        if content.laws().is_empty() {
            problems.add("law", "content-error-no-source");
        }
        if content.unfilled().next().is_some() {
            problems.add("body", "content-error-unfilled");
        }
    }
    problems
}

/// The form after a button that only rearranges it.
fn rearranged(form: &Form) -> Option<Form> {
    let act = form.text("act");
    let mut changed = form.clone();
    match act.split_once('-') {
        Some(("up", number)) => move_up(&mut changed, number.parse().ok()?),
        _ if act == "add" => {}
        _ => return None,
    }
    Some(changed)
}

/// The page goes on from what was typed and not saved.
fn with_draft(mut page: EditPage, draft: &Draft) -> EditPage {
    let sentence = page.page.t1("form-draft-kept", "value", page.page.moment(draft.at));
    page.draft = DraftState { version: draft.version, sentence, kept: true };
    page
}

async fn forget(tx: &mut store::Tx, signed: &Signed, form: &Form, about: &str) -> Result<()> {
    TYPED.forget(tx, signed.actor.account, about, version_of(form), form.text("tab")).await
}

/// Throws away what was typed.
async fn give_up(signed: &Signed, form: &Form, about: &str) -> Result<()> {
    let mut tx = signed.app.db.begin().await?;
    forget(&mut tx, signed, form, about).await?;
    Ok(tx.commit().await?)
}

/// Whether the page of a new post has been saved already.
pub async fn written_already(signed: &Signed, form: &Form) -> Result<bool> {
    let unit: Option<Id> = form.text("unit").parse().ok();
    let shard = unit.and_then(|u| signed.tree.get(signed.standing(u))).map(|u| u.shard_id);
    match (shard, form.text("once").parse()) {
        (Some(shard), Ok(id)) => post::is_written(&signed.app.db, RecordId { shard, id }).await,
        _ => Ok(false),
    }
}

pub async fn editable(signed: &Signed, id: &str) -> Result<Post> {
    let post = post::get(&signed.app.db, id.parse()?).await?;
    signed.require(Act::WriteContent, post.content.unit)?;
    Ok(post)
}

/// `GET /tin-bai/{id}/sua`
pub async fn edit(signed: Signed, Path(id): Path<String>) -> Result<Response> {
    let post = editable(&signed, &id).await?;
    if post.state != State::Draft {
        return Err(Error::Conflict("content-error-not-draft"));
    }
    if let Some(typed) = TYPED.find(&signed.app.db, signed.actor.account, &post.id.to_string()).await? {
        let page = edit_page(&signed, post.content.unit, typed.form.clone(), Some(&post)).await?;
        return show(&with_draft(page, &typed));
    }
    let mut form = form_of(&signed, &post.content).await?;
    form.set("version", post.version.to_string());
    show(&edit_page(&signed, post.content.unit, form, Some(&post)).await?)
}

/// `POST /tin-bai/{id}/sua`
pub async fn change(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let app = &signed.app;
    let post = editable(&signed, &id).await?;
    let unit = post.content.unit;
    if form.text("act") == "drop" {
        give_up(&signed, &form, &post.id.to_string()).await?;
        return Ok(signed.redirect(&super::page(post.id)));
    }
    if let Some(form) = rearranged(&form) {
        return show(&edit_page(&signed, unit, form, Some(&post)).await?);
    }
    if post.state != State::Draft || form.text("version") != post.version.to_string() {
        return both_texts(&signed, form, &post).await;
    }
    let (content, problems) = read(&signed, &form, unit).await?;
    let content = Content { replaces: post.content.replaces, ..content };
    let problems = with_submission(&form, &content, problems);
    if !problems.0.is_empty() {
        let mut page = edit_page(&signed, unit, form, Some(&post)).await?;
        page.ask_which_law(&app.db, problems).await?;
        return show_again(&page);
    }
    let mut tx = app.db.begin().await?;
    // Saving what already stands there gives nobody a hand in it.
    if content != post.content {
        post::update(&mut tx, app, signed.actor.account, &post, &content).await?;
    }
    let done = finish(&mut tx, &signed, post.id, &form).await?;
    forget(&mut tx, &signed, &form, &post.id.to_string()).await?;
    tx.commit().await?;
    Ok(signed.redirect(&format!("{}?xong={done}", super::page(post.id))))
}

/// Somebody else has changed it since the page was opened: what was typed stays, beside what stands there now.
async fn both_texts(signed: &Signed, mut form: Form, post: &Post) -> Result<Response> {
    let last = post::history(&signed.app.db, post.id).await?.pop();
    let who = match last {
        Some(v) => crate::signin::account_name(&signed.app.db, v.account).await?,
        None => String::new(),
    };
    form.set("version", post.version.to_string());
    let mut page = edit_page(signed, post.content.unit, form, Some(post)).await?;
    let at = page.page.moment(post.updated_at);
    let key = if post.state == State::Draft { "content-changed-by" } else { "content-moved-by" };
    page.conflict = Some(Conflict {
        sentence: page.page.t2(key, "who", who, "value", at),
        fields: differences(&page.page, &page.form, &page.blocks, &post.content),
    });
    show_both(&page)
}

/// What was typed beside what stands there now, where the two differ.
fn differences(page: &Page, form: &Form, typed: &[Block], there: &Content) -> Vec<Both> {
    let paragraph = |n: usize| page.t1("content-paragraph", "value", n + 1);
    let title = (page.t("content-title"), form.text("title").to_owned(), there.title.clone());
    let typed: Vec<&str> = typed.iter().map(|b| b.text.as_str()).filter(|t| !t.is_empty()).collect();
    let text = |n: usize| {
        let here = typed.get(n).map_or(String::new(), |t| t.replace("\r\n", "\n"));
        (paragraph(n), here, there.body.get(n).map_or(String::new(), |p| p.text.clone()))
    };
    let all = std::iter::once(title).chain((0..typed.len().max(there.body.len())).map(text));
    let told = |text: String| if text.is_empty() { "–".to_owned() } else { text };
    all.filter(|(_, here, there)| here != there)
        .map(|(label, here, there)| Both { label, here: told(here), there: told(there) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(texts: &[&str]) -> Form {
        let mut form = Form::default();
        for (n, text) in texts.iter().enumerate() {
            form.set(&format!("text-{n}"), *text);
            form.set(&format!("kind-{n}"), "quote");
            form.set(&format!("source-{n}"), format!("Điều {n}"));
        }
        form
    }

    #[test]
    fn an_emptied_paragraph_is_gone_and_two_wait_at_the_end() {
        let blocks = blocks_of(&form(&["a", "", "c"]));
        let seen: Vec<_> = blocks.iter().map(|b| (b.number, b.text.as_str(), b.source.as_str())).collect();
        assert_eq!(seen, [(0, "a", "Điều 0"), (1, "c", "Điều 2"), (2, "", ""), (3, "", "")]);
    }

    #[test]
    fn a_paragraph_moves_up_with_what_it_rests_on() {
        let mut typed = form(&["a", "b"]);
        move_up(&mut typed, 1);
        let seen: Vec<_> = blocks_of(&typed).into_iter().map(|b| (b.text, b.source)).take(2).collect();
        assert_eq!(seen, [("b".into(), "Điều 1".into()), ("a".into(), "Điều 0".into())]);
        move_up(&mut typed, 0);
        assert_eq!(typed.text("text-0"), "b");
    }
}
