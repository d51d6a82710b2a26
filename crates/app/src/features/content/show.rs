//! The page of a post for those who work on it: its text as it will stand, what to look at before approving,
//! its history; submitting, approving, giving back, withdrawing.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use serde::Deserialize;
use store::Db;

use super::post::{Content, Kind, Post, State};
use super::text::{self, RestsOn, Shown};
use super::{draft, post as posts, public_page, sources};
use crate::access::Act;
use crate::changes::Past;
use crate::error::{Error, FieldProblem, Result};
use crate::features::laws::{self, Status};
use crate::page::{Page, Room, date_text, show_again};
use crate::web::Signed;
use crate::web::form::{Form, Problems};

#[derive(Template)]
#[template(path = "content/show.html")]
struct ShowPage {
    page: Page,
    post: Post,
    unit_name: String,
    author: String,
    approver: String,
    shown: Vec<Shown>,
    rests_on: Vec<RestsOn>,
    /// What an approver should look at.
    advice: Vec<Advice>,
    /// Provisions that it rests on and that read otherwise since it was last looked at.
    stale: Vec<String>,
    history: Vec<Past>,
    may_write: bool,
    may_approve: bool,
    /// Would approve, but has a hand in it.
    own: bool,
    may_withdraw: bool,
    public: Option<String>,
    form: Form,
}

/// A sentence about a post, and the number of the paragraph it speaks of.
struct Advice {
    text: String,
    paragraph: Option<usize>,
}

/// The quotations that are not the law's words: the number of the paragraph, and what it says it quotes.
async fn misquoted(db: &Db, content: &Content) -> Result<Vec<(usize, Option<String>)>> {
    let mut found = Vec::new();
    for (n, p) in content.body.iter().enumerate().filter(|(_, p)| p.kind == Kind::Quote) {
        let Some(source) = &p.source else {
            found.push((n + 1, None));
            continue;
        };
        let article = laws::article(db, source.law, &source.path).await?;
        let words = article.and_then(|a| sources::text_of(&a, &source.path));
        if !words.is_some_and(|words| sources::quotes(&p.text, &words)) {
            found.push((n + 1, Some(sources::words(&source.path))));
        }
    }
    Ok(found)
}

/// Nothing goes out as the law's words that the law does not say (Luật 14/2012 Điều 9).
async fn require_quotes(db: &Db, content: &Content) -> Result<Vec<FieldProblem>> {
    let wrong = misquoted(db, content).await?;
    let problem = |(n, _): (usize, _)| FieldProblem {
        field: "advice",
        key: "content-error-misquoted",
        value: n.to_string(),
    };
    Ok(wrong.into_iter().map(problem).collect())
}

/// What an approver should look at: places still to be filled, quotations that are not the law's words, paragraphs that state a sum, a penalty or
/// a ban without saying where that stands, laws that are not in force.
async fn advice(db: &Db, page: &Page, content: &Content, rests_on: &[RestsOn]) -> Result<Vec<Advice>> {
    let mut advice = Vec::new();
    if rests_on.is_empty() {
        advice.push(Advice { text: page.t("content-advice-no-law"), paragraph: None });
    }
    for r in rests_on {
        let status = r.law.status(page.today);
        // An article about a law to come is right when it says from when.
        let says_when = r
            .law
            .effective
            .map(date_text)
            .is_some_and(|day| content.body.iter().any(|p| p.text.contains(&day)));
        if status != Status::InForce && !(status == Status::NotYet && says_when) {
            let status = page.t(&status.word());
            let text = page.t2("content-advice-status", "name", r.law.name(), "value", status);
            advice.push(Advice { text, paragraph: None });
        }
    }
    for n in content.unfilled() {
        advice.push(Advice { text: page.t1("content-advice-unfilled", "value", n), paragraph: Some(n) });
    }
    for (n, source) in misquoted(db, content).await? {
        let text = match source {
            Some(source) => page.t2("content-advice-misquoted", "value", n, "source", source),
            None => page.t1("content-advice-quote-of-nothing", "value", n),
        };
        advice.push(Advice { text, paragraph: Some(n) });
    }
    for (n, p) in content.body.iter().enumerate() {
        if p.source.is_none() && p.kind == Kind::Text && draft::claims(&p.text) {
            let text = page.t1("content-advice-no-source", "value", n + 1);
            advice.push(Advice { text, paragraph: Some(n + 1) });
        }
    }
    Ok(advice)
}

async fn show_page(signed: &Signed, post: Post, form: Form, problems: Vec<FieldProblem>) -> Result<ShowPage> {
    let db = &signed.app.db;
    let mut page =
        signed.page(Room::Content, &post.content.title).crumb(signed.say("room-content"), "/tin-bai");
    page.problems = problems;
    let mut history = Vec::new();
    for v in posts::history(db, post.id).await?.into_iter().rev() {
        let who = crate::signin::account_name(db, v.account).await?;
        let act = format!("content-did-{}", v.act);
        history.push(Past { at: v.at, who, act, about: v.note, changes: vec![], undo: None });
    }
    let laws = text::laws_of(db, &post.content).await?;
    let rests_on = text::rests_on(&post.content, &laws);
    let unit = post.content.unit;
    let own = posts::has_hand_in(db, post.id, signed.actor.account).await?;
    let approves = signed.can(Act::ApproveContent, unit);
    let writes = signed.can(Act::WriteContent, unit);
    let open = matches!(post.state, State::Draft | State::Submitted);
    Ok(ShowPage {
        unit_name: signed.unit_name(unit).await?,
        author: crate::signin::account_name(db, post.author).await?,
        approver: match post.approved_by {
            Some(account) => crate::signin::account_name(db, account).await?,
            None => String::new(),
        },
        advice: if open { advice(db, &page, &post.content, &rests_on).await? } else { vec![] },
        stale: super::stale::told(db, post.id, &laws).await?,
        shown: text::shown(&post.content, &laws),
        rests_on,
        history,
        may_write: writes,
        may_approve: approves && !own,
        own: approves && own,
        may_withdraw: writes || approves,
        public: post.slug.as_deref().map(public_page),
        form,
        post,
        page,
    })
}

#[derive(Deserialize)]
pub struct Done {
    xong: Option<String>,
}

/// `GET /tin-bai/{id}`
pub async fn show(signed: Signed, Path(id): Path<String>, Query(done): Query<Done>) -> Result<Response> {
    let post = posts::get(&signed.app.db, id.parse()?).await?;
    signed.require(Act::See, post.content.unit)?;
    let mut shown = show_page(&signed, post, Form::default(), vec![]).await?;
    let key = match done.xong.as_deref() {
        Some("luu") => Some("content-done-saved"),
        Some("trinh") => Some("content-done-submitted"),
        Some("thu-hoi-trinh") => Some("content-done-recalled"),
        Some("duyet") => Some("content-done-approved"),
        Some("tra-lai") => Some("content-done-returned"),
        Some("xem") => Some("content-done-reviewed"),
        Some("rut") => Some("content-done-withdrawn"),
        _ => None,
    };
    shown.page.done = key.map(|k| signed.say(k));
    crate::page::show(&shown)
}

/// The post that a person acts on; the page's version must still be its own.
async fn acted_on(signed: &Signed, id: &str, act: Act, form: &Form) -> Result<Post> {
    let post = posts::get(&signed.app.db, id.parse()?).await?;
    signed.require(act, post.content.unit)?;
    form.must_show(post.version, "content-error-changed")?;
    Ok(post)
}

fn done(signed: &Signed, post: &Post, what: &str) -> Response {
    signed.redirect(&format!("{}?xong={what}", super::page(post.id)))
}

/// `POST /tin-bai/{id}/trinh`
pub async fn submit(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let app = &signed.app;
    let post = acted_on(&signed, &id, Act::WriteContent, &form).await?;
    let problems = require_quotes(&app.db, &post.content).await?;
    if !problems.is_empty() {
        return show_again(&show_page(&signed, post, form, problems).await?);
    }
    let mut tx = app.db.begin().await?;
    posts::submit(&mut tx, app, signed.actor.account, &post).await?;
    tx.commit().await?;
    Ok(done(&signed, &post, "trinh"))
}

/// `POST /tin-bai/{id}/trinh/thu-hoi`
pub async fn recall(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let app = &signed.app;
    let post = acted_on(&signed, &id, Act::WriteContent, &form).await?;
    let mut tx = app.db.begin().await?;
    posts::recall(&mut tx, app, signed.actor.account, &post).await?;
    tx.commit().await?;
    Ok(done(&signed, &post, "thu-hoi-trinh"))
}

/// `POST /tin-bai/{id}/duyet`: approved by somebody else, it stands on the public page at once.
pub async fn approve(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let app = &signed.app;
    let post = acted_on(&signed, &id, Act::ApproveContent, &form).await?;
    // It leaves the building: the one act here that asks whether it was read.
    if !form.is("read", "1") {
        let problems = vec![FieldProblem { field: "read", key: "content-error-read", value: String::new() }];
        return show_again(&show_page(&signed, post, form, problems).await?);
    }
    let problems = require_quotes(&app.db, &post.content).await?;
    if !problems.is_empty() {
        return show_again(&show_page(&signed, post, form, problems).await?);
    }
    let mut tx = app.db.begin().await?;
    posts::approve(&mut tx, app, signed.actor.account, &post).await?;
    tx.commit().await?;
    app.pages.forget();
    Ok(done(&signed, &post, "duyet"))
}

/// `POST /tin-bai/{id}/tra-lai`
pub async fn give_back(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let app = &signed.app;
    let post = acted_on(&signed, &id, Act::ApproveContent, &form).await?;
    let mut problems = Problems::default();
    let remarks = problems.required(&form, "remarks", 2_000);
    if !problems.0.is_empty() {
        return show_again(&show_page(&signed, post, form, problems.0).await?);
    }
    let mut tx = app.db.begin().await?;
    posts::give_back(&mut tx, app, signed.actor.account, &post, &remarks).await?;
    tx.commit().await?;
    Ok(done(&signed, &post, "tra-lai"))
}

/// `POST /tin-bai/{id}/rut`: with a notice, by whoever writes or approves there: a mistake is taken off at once.
pub async fn withdraw(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let app = &signed.app;
    let unit = posts::get(&app.db, id.parse()?).await?.content.unit;
    let act = if signed.can(Act::ApproveContent, unit) { Act::ApproveContent } else { Act::WriteContent };
    let post = acted_on(&signed, &id, act, &form).await?;
    let mut problems = Problems::default();
    let notice = problems.required(&form, "notice", 1_000);
    if !problems.0.is_empty() {
        return show_again(&show_page(&signed, post, form, problems.0).await?);
    }
    let mut tx = app.db.begin().await?;
    posts::withdraw(&mut tx, app, signed.actor.account, &post, &notice).await?;
    tx.commit().await?;
    app.pages.forget();
    Ok(done(&signed, &post, "rut"))
}

/// `POST /tin-bai/{id}/bai-thay`: a new draft with the text of a withdrawn post, to be put right.
pub async fn replace(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let app = &signed.app;
    let post = acted_on(&signed, &id, Act::WriteContent, &form).await?;
    if post.state != State::Withdrawn {
        return Err(Error::Conflict("content-error-not-withdrawn"));
    }
    // The successor of a gone unit goes on under its own name.
    let unit = signed.standing(post.content.unit);
    let shard = signed.tree.get(unit).ok_or(Error::NotFound)?.shard_id;
    let content = Content { unit, replaces: Some(post.id), ..post.content };
    let mut tx = app.db.begin().await?;
    let id = posts::insert(&mut tx, app, signed.actor.account, shard, &content).await?;
    tx.commit().await?;
    Ok(signed.redirect(&format!("{}/sua", super::page(id))))
}

impl ShowPage {
    fn path(&self, act: &str) -> String {
        format!("{}{act}", super::page(self.post.id))
    }
    /// Giving back is for whoever may approve there, also with a hand in it.
    fn may_give_back(&self) -> bool {
        self.post.state == State::Submitted && (self.may_approve || self.own)
    }
}
