//! Posts whose law reads otherwise since they were last looked at: computed from the versions of the articles, so that an
//! amendment touches what rests on it and nothing else (promises A12, A13). A correction of our copy is no change of the
//! law: it makes stale only what says the wrong words again.

use std::collections::HashMap;

use axum::extract::Path;
use axum::response::Response;
use store::{Db, Id, RecordId, Tx, sql};

use super::post::{self as posts, Paragraph, Source};
use super::sources::words as in_words;
use crate::access::Act;
use crate::error::{Error, Result};
use crate::features::laws::{Corrected, Law};
use crate::tasks::Task;
use crate::web::Signed;
use crate::web::form::Form;

store::record! { struct Row { law_id: Id, path: String } }

/// In words, with the name of the law: what a post rests on and that reads otherwise since.
pub async fn told(db: &Db, post: RecordId, laws: &HashMap<Id, Law>) -> Result<Vec<String>> {
    let told = |source: Source| {
        let law = laws.get(&source.law).map(|l| l.short_name()).unwrap_or_default();
        format!("{} {law}", in_words(&source.path))
    };
    Ok(sources(db, post).await?.into_iter().map(told).collect())
}

/// The provisions that a post rests on and that have changed.
async fn sources(db: &Db, post: RecordId) -> Result<Vec<Source>> {
    let rows: Vec<Row> = sql!(
        "SELECT s.law_id, s.path FROM post_sources s
         LEFT JOIN law_nodes n ON n.law_id = s.law_id AND n.path = s.article
         WHERE s.shard_id = $1 AND s.post_id = $2 AND s.version <> '' AND (n.version IS NULL OR n.version <> s.version)
         ORDER BY s.law_id, s.path",
        post.shard,
        post.id
    )
    .all(db)
    .await?;
    Ok(rows.into_iter().map(|r| Source { law: r.law_id, path: r.path }).collect())
}

store::record! {
    struct Stale { shard_id: i64, id: Id, title: String }
}

/// A task for each stale post of a unit.
pub async fn tasks(signed: &Signed, unit: Id) -> Result<Vec<Task>> {
    let stale: Vec<Stale> = sql!(
        "SELECT DISTINCT p.shard_id, p.id, p.title, p.updated_at FROM posts p
         JOIN post_sources s ON s.shard_id = p.shard_id AND s.post_id = p.id
         LEFT JOIN law_nodes n ON n.law_id = s.law_id AND n.path = s.article
         WHERE p.unit_id = $1 AND p.state <> 'withdrawn' AND s.version <> ''
           AND (n.version IS NULL OR n.version <> s.version)
         ORDER BY p.updated_at DESC, p.id LIMIT 20",
        unit
    )
    .all(&signed.app.db)
    .await?;
    let task = |s: Stale| Task {
        key: format!("content-stale-{}", s.id),
        due: None,
        state: "content-state-stale",
        title: signed.app.words.say(signed.lang(), "content-task-stale", &[("value", s.title)]),
        path: super::page(RecordId { shard: s.shard_id, id: s.id }),
        unit: Some(unit),
        quick: None,
    };
    Ok(stale.into_iter().map(task).collect())
}

store::record! { struct Resting { shard_id: i64, id: Id, title: String, body: String } }

/// Words of a provision were put right: posts that do not repeat the wrong ones rest on it as it reads now.
pub async fn corrected(tx: &mut Tx, corrected: &Corrected) -> Result<()> {
    let posts: Vec<Resting> = sql!(
        "SELECT DISTINCT p.shard_id, p.id, p.title, p.body FROM post_sources s
         JOIN posts p ON p.shard_id = s.shard_id AND p.id = s.post_id
         WHERE s.law_id = $1 AND s.article = $2 AND s.version = $3 ORDER BY p.shard_id, p.id",
        corrected.law,
        corrected.path,
        corrected.from
    )
    .all(&mut *tx)
    .await?;
    for post in posts {
        let body: Vec<Paragraph> = serde_json::from_str(&post.body).map_err(|e| Error::Internal(e.into()))?;
        let repeats = body.iter().map(|p| p.text.as_str()).chain([post.title.as_str()]);
        if repeats.into_iter().any(|text| corrected.is_repeated_in(text)) {
            continue;
        }
        sql!(
            "UPDATE post_sources SET version = $5
             WHERE shard_id = $1 AND post_id = $2 AND law_id = $3 AND article = $4",
            post.shard_id,
            post.id,
            corrected.law,
            corrected.path,
            corrected.to
        )
        .run(&mut *tx)
        .await?;
    }
    Ok(())
}

/// `POST /tin-bai/{id}/da-xem`: somebody has looked: the post is right as it is.
pub async fn reviewed(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let app = &signed.app;
    let post = posts::get(&app.db, id.parse()?).await?;
    signed.require(Act::WriteContent, post.content.unit)?;
    form.must_show(post.version, "content-error-changed")?;
    let mut tx = app.db.begin().await?;
    posts::review(&mut tx, app, signed.actor.account, &post).await?;
    tx.commit().await?;
    Ok(signed.redirect(&format!("{}?xong=xem", super::page(post.id))))
}
