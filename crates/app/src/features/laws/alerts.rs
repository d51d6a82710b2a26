//! Saved searches: whoever asked is told by mail and by a feed when a law comes that has every word of the question in one
//! article or in its name (promise A11).

use std::collections::HashSet;
use std::fmt::Write as _;
use std::time::Duration;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;
use store::{Id, sql};

use super::law::{self, Law};
use super::node;
use super::reader::escape;
use crate::app::{App, Shared};
use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::page::{Page, Room, href, show, show_again};
use crate::web::form::{Form, Problems};
use crate::web::{Signed, Visitor};

/// Most searches that one person keeps, and most laws that a feed names.
const MOST: usize = 50;
const FEED: i64 = 50;
/// Laws that are looked at together.
const BATCH: i64 = 100;
/// A save that was begun earlier may be seen later than others: so far back is looked again.
const LATEST: Duration = Duration::from_secs(60);
const EVERY: Duration = Duration::from_secs(10);

store::record! {
    struct Search { id: Id, account_id: Id, question: String, lang: String, feed: String, created_at: Timestamp, upto: Timestamp }
}

/// The words that a law must have.
fn words(question: &str) -> Vec<String> {
    let folded = viet::fold(&viet::clean(question));
    folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

fn has_all(text: &str, words: &[String]) -> bool {
    let there: HashSet<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
    words.iter().all(|w| there.contains(w.as_str()))
}

/// Tells everybody what came since the last time; how many mails were sent.
pub async fn tell(app: &App) -> Result<usize> {
    let db = &app.db;
    let mut searches: Vec<Search> =
        sql!("SELECT id, account_id, question, lang, feed, created_at, upto FROM law_searches ORDER BY id")
            .all(db)
            .await?;
    let mut told = 0;
    let Some(first) = searches.iter().map(|s| s.upto).min() else { return Ok(0) };
    let mut from = (first - LATEST, Id([0; 16]));
    loop {
        store::record! { struct New { id: Id, created_at: Timestamp } }
        let new: Vec<New> = sql!(
            "SELECT id, created_at FROM laws WHERE created_at > $1 OR (created_at = $1 AND id > $2)
             ORDER BY created_at, id LIMIT $3",
            from.0,
            from.1,
            BATCH
        )
        .all(db)
        .await?;
        // Many may come within a moment: the next are those after the last of these.
        let Some((last, id)) = new.last().map(|n| (n.created_at, n.id)) else { break };
        from = (last, id);
        let mut found: Vec<Vec<Law>> = searches.iter().map(|_| Vec::new()).collect();
        let asked: Vec<Vec<String>> = searches.iter().map(|s| words(&s.question)).collect();
        for new in &new {
            let wanted = |s: &Search| new.created_at > s.created_at && new.created_at > s.upto - LATEST;
            if !searches.iter().any(wanted) {
                continue;
            }
            let law = law::get(db, new.id).await?;
            let mut texts: Vec<String> = vec![viet::fold(&format!("{} {}", law.name(), law.number))];
            texts.extend(
                node::nodes(db, law.id)
                    .await?
                    .iter()
                    .map(|n| viet::fold(&format!("{}\n{}", n.title(), n.body()))),
            );
            for ((search, words), found) in searches.iter().zip(&asked).zip(&mut found) {
                if wanted(search) && !words.is_empty() && texts.iter().any(|t| has_all(t, words)) {
                    found.push(law.clone());
                }
            }
        }
        for (search, laws) in searches.iter_mut().zip(found) {
            told += usize::from(tell_one(app, search, laws, last).await?);
            search.upto = search.upto.max(last);
        }
        if (new.len() as i64) < BATCH {
            break;
        }
    }
    Ok(told)
}

/// Keeps what a search found and mails what of it is new.
async fn tell_one(app: &App, search: &Search, laws: Vec<Law>, upto: Timestamp) -> Result<bool> {
    let mut tx = app.db.begin().await?;
    let mut new = Vec::new();
    for law in laws {
        let kept = sql!(
            "INSERT INTO law_alerts (search_id, law_id, at) VALUES ($1, $2, $3)
             ON CONFLICT (search_id, law_id) DO NOTHING",
            search.id,
            law.id,
            app.now()
        )
        .run(&mut tx)
        .await?;
        if kept > 0 {
            new.push(law);
        }
    }
    if search.upto < upto {
        sql!("UPDATE law_searches SET upto = $2 WHERE id = $1", search.id, upto).run(&mut tx).await?;
    }
    tx.commit().await?;
    if new.is_empty() {
        return Ok(false);
    }
    app.pages.forget();
    let account = crate::signin::get_account(&app.db, search.account_id).await?;
    if account.disabled_at.is_some() {
        return Ok(false);
    }
    let lang = Lang::from_code(&search.lang);
    let lines = new.iter().map(|l| {
        format!("- {} ({}): {}{}", l.name(), l.number, app.config.public_url, href(lang, &l.path()))
    });
    let args = [
        ("value", search.question.clone()),
        ("laws", lines.collect::<Vec<_>>().join("\n")),
        ("link", format!("{}{}", app.config.public_url, href(lang, "/luat/theo-doi"))),
    ];
    let subject = app.words.say(lang, "laws-alert-subject", &args);
    let text = app.words.say(lang, "laws-alert-text", &args);
    app.mail.send(&account.email, &subject, &text).await?;
    Ok(true)
}

/// Tells people as long as the program runs.
pub async fn follow(app: Shared) {
    loop {
        if let Err(e) = tell(&app).await {
            tracing::warn!(cause = format!("{e:#}"), "people could not be told of new laws");
        }
        tokio::time::sleep(EVERY).await;
    }
}

#[derive(Template)]
#[template(path = "laws/alerts.html")]
struct AlertsPage {
    page: Page,
    form: Form,
    searches: Vec<Search>,
}

async fn page(signed: &Signed, form: Form, problems: Vec<crate::error::FieldProblem>) -> Result<AlertsPage> {
    let mut page =
        signed.page(Room::Laws, &signed.say("laws-alerts-title")).crumb(signed.say("room-laws"), "/luat");
    page.problems = problems;
    let searches = sql!(
        "SELECT id, account_id, question, lang, feed, created_at, upto FROM law_searches
         WHERE account_id = $1 ORDER BY created_at DESC, id",
        signed.actor.account
    );
    Ok(AlertsPage { page, form, searches: searches.all(&signed.app.db).await? })
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    xong: Option<String>,
}

/// `GET /luat/theo-doi`
pub async fn list(signed: Signed, Query(asked): Query<Asked>) -> Result<Response> {
    let mut form = Form::default();
    form.set("question", asked.q.trim());
    let mut shown = page(&signed, form, vec![]).await?;
    shown.page.done = match asked.xong.as_deref() {
        Some("luu") => Some(signed.say("laws-alerts-saved")),
        Some("bo") => Some(signed.say("laws-alerts-dropped")),
        _ => None,
    };
    show(&shown)
}

/// `POST /luat/theo-doi`: keeps a search, or drops one.
pub async fn change(signed: Signed, form: Form) -> Result<Response> {
    let app = &signed.app;
    let account = signed.actor.account;
    if form.has("drop") {
        let id: Id = form.text("drop").parse()?;
        let mut tx = app.db.begin().await?;
        let own: Option<(Id,)> =
            sql!("SELECT id FROM law_searches WHERE id = $1 AND account_id = $2", id, account)
                .find(&mut tx)
                .await?;
        own.ok_or(Error::NotFound)?;
        sql!("DELETE FROM law_alerts WHERE search_id = $1", id).run(&mut tx).await?;
        sql!("DELETE FROM law_searches WHERE id = $1", id).run(&mut tx).await?;
        crate::signin::note(app, &mut tx, Some(account), account, "unwatch").await?;
        tx.commit().await?;
        return Ok(signed.redirect("/luat/theo-doi?xong=bo"));
    }
    let mut problems = Problems::default();
    let question = viet::clean(&problems.required(&form, "question", 200));
    if problems.0.is_empty() && words(&question).is_empty() {
        problems.add("question", "laws-alerts-no-words");
    }
    let mut tx = app.db.begin().await?;
    tx.alone(&format!("searches {account}")).await?;
    let kept: Vec<(String,)> =
        sql!("SELECT question FROM law_searches WHERE account_id = $1 ORDER BY id", account)
            .all(&mut tx)
            .await?;
    // The button was pressed twice, or it is kept since long: one mail tells of it.
    if kept.iter().any(|(k,)| *k == question) {
        return Ok(signed.redirect("/luat/theo-doi?xong=luu"));
    }
    if problems.0.is_empty() && kept.len() >= MOST {
        problems.add("question", "laws-alerts-too-many");
    }
    if !problems.0.is_empty() {
        drop(tx);
        return show_again(&page(&signed, form, problems.0).await?);
    }
    sql!(
        "INSERT INTO law_searches (id, account_id, question, lang, feed, created_at, upto)
         VALUES ($1, $2, $3, $4, $5, $6, $6)",
        app.new_id(),
        account,
        question,
        signed.lang().code(),
        app.random.token(),
        app.now()
    )
    .run(&mut tx)
    .await?;
    crate::signin::note(app, &mut tx, Some(account), account, "watch").await?;
    tx.commit().await?;
    Ok(signed.redirect("/luat/theo-doi?xong=luu"))
}

/// `GET /theo-doi/{feed}/atom`: what a search has found, as Atom, for whoever has the address.
pub async fn feed(visitor: Visitor, Path(feed): Path<String>) -> Result<Response> {
    let app = &visitor.app;
    let search: Option<Search> = sql!(
        "SELECT id, account_id, question, lang, feed, created_at, upto FROM law_searches WHERE feed = $1",
        feed
    )
    .find(&app.db)
    .await?;
    let search = search.ok_or(Error::NotFound)?;
    store::record! { struct Told { law_id: Id, at: Timestamp } }
    let told: Vec<Told> = sql!(
        "SELECT law_id, at FROM law_alerts WHERE search_id = $1 ORDER BY at DESC, law_id LIMIT $2",
        search.id,
        FEED
    )
    .all(&app.db)
    .await?;
    let laws = law::with_ids(&app.db, told.iter().map(|t| t.law_id).collect()).await?;
    let (url, lang) = (&app.config.public_url, visitor.lang());
    let updated = told.first().map_or(search.created_at, |t| t.at);
    let title = app.words.say(lang, "laws-alert-subject", &[("value", search.question)]);
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>{}</title>\
         <id>{url}/theo-doi/{}/atom</id><link rel=\"self\" href=\"{url}/theo-doi/{}/atom\"/><updated>{updated}</updated>\
         <author><name>Lan Tỏa</name></author>",
        escape(&title),
        escape(&search.feed),
        escape(&search.feed)
    );
    if app.config.demo {
        let _ = write!(out, "<subtitle>{}</subtitle>", crate::web::api::DEMO_NOTICE);
    }
    for t in &told {
        let Some(law) = laws.iter().find(|l| l.id == t.law_id) else { continue };
        let link = format!("{url}{}", href(lang, &law.path()));
        let _ = write!(
            out,
            "<entry><title>{} ({})</title><id>{link}</id><link href=\"{link}\"/><updated>{}</updated></entry>",
            escape(&law.name()),
            escape(&law.number),
            t.at
        );
    }
    out.push_str("</feed>\n");
    let kind = HeaderValue::from_static("application/atom+xml; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind)], out).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_must_stand_as_a_word() {
        let text = viet::fold("Điều 3. Học sinh đi đò phải mặc áo phao");
        assert!(has_all(&text, &words("áo phao, học sinh")));
        assert!(has_all(&text, &words("ao phao")));
        assert!(!has_all(&text, &words("áo mưa")));
        assert!(!has_all(&text, &words("học si")));
        assert!(words(" ?! ").is_empty());
    }
}
