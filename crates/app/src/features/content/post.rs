//! A post (tin bài): its states, its rules and its SQL.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::{Db, Id, RecordId, Runs, Tx, sql};

use crate::app::{App, day_of};
use crate::audit;
use crate::error::{Error, Result};
use crate::facts::month_of;
use crate::features::laws;

/// What a post says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Content {
    pub unit: Id,
    pub title: String,
    pub body: Vec<Paragraph>,
    /// The law it is about, if it is about one.
    pub law: Option<Id>,
    /// The withdrawn post that it is written instead of.
    pub replaces: Option<RecordId>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Paragraph {
    pub kind: Kind,
    pub text: String,
    /// What of a law it rests on.
    pub source: Option<Source>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Text,
    Heading,
    /// Words of the law itself.
    Quote,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::Text, Kind::Heading, Kind::Quote];
    pub fn code(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Heading => "heading",
            Kind::Quote => "quote",
        }
    }
    pub fn from_code(code: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|k| k.code() == code)
    }
}

/// A provision of a law by its permanent address in it: "dieu-12", "dieu-12/khoan-2".
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Source {
    pub law: Id,
    pub path: String,
}

/// How a place begins that a draft leaves to a person; nothing goes out with one.
const TO_FILL: &str = "[cần điền";

impl Content {
    /// The paragraphs, counted from 1, with a place that is still to be filled.
    pub fn unfilled(&self) -> impl Iterator<Item = usize> {
        (1..).zip(&self.body).filter(|(_, p)| p.text.contains(TO_FILL)).map(|(n, _)| n)
    }
    /// The laws that it rests on.
    pub fn laws(&self) -> Vec<Id> {
        let mut laws: Vec<Id> = self.law.into_iter().collect();
        laws.extend(self.body.iter().filter_map(|p| p.source.as_ref()).map(|s| s.law));
        laws.sort();
        laws.dedup();
        laws
    }
    /// The provisions that it rests on, in the order of the text.
    pub fn sources(&self) -> Vec<&Source> {
        let mut sources = Vec::new();
        for source in self.body.iter().filter_map(|p| p.source.as_ref()) {
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
        sources
    }
    fn folded(&self) -> String {
        let texts = self.body.iter().map(|p| p.text.as_str());
        let all: Vec<&str> = std::iter::once(self.title.as_str()).chain(texts).collect();
        viet::fold(&all.join(" "))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Draft,
    /// Waits for somebody else's approval; its text stands still.
    Submitted,
    Published,
    Withdrawn,
}

impl State {
    pub const ALL: [State; 4] = [State::Draft, State::Submitted, State::Published, State::Withdrawn];
    pub fn code(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Submitted => "submitted",
            State::Published => "published",
            State::Withdrawn => "withdrawn",
        }
    }
    pub fn from_code(code: &str) -> Option<State> {
        State::ALL.into_iter().find(|s| s.code() == code)
    }
    /// How it looks in a list.
    pub fn look(self) -> &'static str {
        match self {
            State::Draft => "plain",
            State::Submitted => "wait",
            State::Published => "good",
            State::Withdrawn => "bad",
        }
    }
}

store::record! {
    struct PostRow {
        shard_id: i64, id: Id, unit_id: Id, title: String, body: String, law_id: Option<Id>, state: String,
        remarks: String, version: i64, owner_id: Id, created_by: Id, created_at: Timestamp, updated_at: Timestamp,
        submitted_at: Option<Timestamp>, approved_by: Option<Id>, published_at: Option<Timestamp>,
        day: Option<Date>, slug: Option<String>, withdrawn_at: Option<Timestamp>,
        withdrawal_notice: Option<String>, replaces_shard: Option<i64>, replaces_id: Option<Id>,
    }
}

#[derive(Debug, Clone)]
pub struct Post {
    pub id: RecordId,
    pub content: Content,
    pub state: State,
    pub remarks: String,
    /// Counts what was done to it; a page sends it back, so that two people do not overwrite each other unseen.
    pub version: i64,
    pub owner: Id,
    pub author: Id,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub submitted_at: Option<Timestamp>,
    pub approved_by: Option<Id>,
    pub published_at: Option<Timestamp>,
    /// The day in Vietnam of its publication.
    pub day: Option<Date>,
    /// The last part of its public address.
    pub slug: Option<String>,
    pub withdrawn: Option<Withdrawn>,
}

#[derive(Debug, Clone)]
pub struct Withdrawn {
    pub at: Timestamp,
    pub notice: String,
}

impl TryFrom<PostRow> for Post {
    type Error = Error;
    fn try_from(row: PostRow) -> Result<Post> {
        let body = serde_json::from_str(&row.body).map_err(|e| Error::Internal(e.into()))?;
        let unknown = || Error::Internal(anyhow::anyhow!("a post in the state {}", row.state));
        Ok(Post {
            id: RecordId { shard: row.shard_id, id: row.id },
            content: Content {
                unit: row.unit_id,
                title: row.title,
                body,
                law: row.law_id,
                replaces: row.replaces_shard.zip(row.replaces_id).map(|(shard, id)| RecordId { shard, id }),
            },
            state: State::from_code(&row.state).ok_or_else(unknown)?,
            remarks: row.remarks,
            version: row.version,
            owner: row.owner_id,
            author: row.created_by,
            created_at: row.created_at,
            updated_at: row.updated_at,
            submitted_at: row.submitted_at,
            approved_by: row.approved_by,
            published_at: row.published_at,
            day: row.day,
            slug: row.slug,
            withdrawn: row
                .withdrawn_at
                .map(|at| Withdrawn { at, notice: row.withdrawal_notice.unwrap_or_default() }),
        })
    }
}

/// The post, whatever its state.
pub async fn get(on: impl Runs, id: RecordId) -> Result<Post> {
    let row: PostRow = sql!(
        "SELECT shard_id, id, unit_id, title, body, law_id, state, remarks, version, owner_id, created_by, created_at,
                updated_at, submitted_at, approved_by, published_at, day, slug, withdrawn_at, withdrawal_notice,
                replaces_shard, replaces_id
         FROM posts WHERE shard_id = $1 AND id = $2",
        id.shard,
        id.id
    )
    .get(on)
    .await?;
    row.try_into()
}

/// The post at a public address, published or withdrawn since.
pub async fn find_by_slug(db: &Db, slug: &str) -> Result<Option<Post>> {
    let row: Option<PostRow> = sql!(
        "SELECT shard_id, id, unit_id, title, body, law_id, state, remarks, version, owner_id, created_by, created_at,
                updated_at, submitted_at, approved_by, published_at, day, slug, withdrawn_at, withdrawal_notice,
                replaces_shard, replaces_id
         FROM posts WHERE slug = $1",
        slug
    )
    .find(db)
    .await?;
    row.map(Post::try_from).transpose()
}

store::record! { struct Address { slug: String, title: String } }

/// Address and title of the published post that was written instead of a withdrawn one.
pub async fn find_replacement(db: &Db, of: RecordId) -> Result<Option<(String, String)>> {
    let row: Option<Address> = sql!(
        "SELECT slug, title FROM posts WHERE replaces_shard = $1 AND replaces_id = $2 AND state = 'published'
         ORDER BY published_at DESC LIMIT 1",
        of.shard,
        of.id
    )
    .find(db)
    .await?;
    Ok(row.map(|r| (r.slug, r.title)))
}

/// Writes a new draft. `shard` is the unit's.
pub async fn insert(tx: &mut Tx, app: &App, author: Id, shard: i64, content: &Content) -> Result<RecordId> {
    let id = RecordId { shard, id: app.new_id() };
    insert_as(tx, app, author, id, content).await?;
    Ok(id)
}

/// Writes a new draft under an id that is already given.
pub async fn insert_as(tx: &mut Tx, app: &App, author: Id, id: RecordId, content: &Content) -> Result<()> {
    let now = app.now();
    sql!(
        "INSERT INTO posts (shard_id, id, unit_id, title, body, law_id, state, remarks, version, owner_id, created_by,
             created_at, updated_at, replaces_shard, replaces_id, folded)
         VALUES ($1, $2, $3, $4, $5, $6, 'draft', '', 1, $7, $7, $8, $8, $9, $10, $11)",
        id.shard,
        id.id,
        content.unit,
        content.title,
        json(&content.body)?,
        content.law,
        author,
        now,
        content.replaces.map(|r| r.shard),
        content.replaces.map(|r| r.id),
        content.folded()
    )
    .run(tx)
    .await?;
    insert_sources(tx, id, content).await?;
    keep_version(tx, app, author, id, content, 1, ("write", "")).await
}

/// Whether there is such a post.
pub async fn is_written(on: impl Runs, id: RecordId) -> Result<bool> {
    let (posts,): (i64,) =
        sql!("SELECT COUNT(*) FROM posts WHERE shard_id = $1 AND id = $2", id.shard, id.id).get(on).await?;
    Ok(posts > 0)
}

/// Changes the text of a draft. Whoever does so can no longer approve it.
pub async fn update(tx: &mut Tx, app: &App, account: Id, before: &Post, content: &Content) -> Result<()> {
    let id = before.id;
    let touched = sql!(
        "UPDATE posts SET title = $4, body = $5, law_id = $6, folded = $7, version = version + 1, updated_at = $8
         WHERE shard_id = $1 AND id = $2 AND version = $3 AND state = 'draft'",
        id.shard,
        id.id,
        before.version,
        content.title,
        json(&content.body)?,
        content.law,
        content.folded(),
        app.now()
    )
    .run(tx)
    .await?;
    changed(touched)?;
    sql!("DELETE FROM post_laws WHERE shard_id = $1 AND post_id = $2", id.shard, id.id).run(tx).await?;
    sql!("DELETE FROM post_sources WHERE shard_id = $1 AND post_id = $2", id.shard, id.id).run(tx).await?;
    insert_sources(tx, id, content).await?;
    keep_version(tx, app, account, id, content, before.version + 1, ("change", "")).await
}

/// Somebody has looked at a post whose law has changed, and it is right as it is.
pub async fn review(tx: &mut Tx, app: &App, account: Id, post: &Post) -> Result<()> {
    let id = post.id;
    let touched = sql!(
        "UPDATE posts SET version = version + 1, updated_at = $4 WHERE shard_id = $1 AND id = $2 AND version = $3",
        id.shard,
        id.id,
        post.version,
        app.now()
    )
    .run(&mut *tx)
    .await?;
    changed(touched)?;
    sql!(
        "UPDATE post_sources SET version = COALESCE((SELECT n.version FROM law_nodes n
             WHERE n.law_id = post_sources.law_id AND n.path = post_sources.article), '')
         WHERE shard_id = $1 AND post_id = $2",
        id.shard,
        id.id
    )
    .run(&mut *tx)
    .await?;
    keep_version(tx, app, account, id, &post.content, post.version + 1, ("review", "")).await
}

/// Asks for approval. What is published names the law it rests on (Luật 14/2012 Điều 9 forbids distorting the
/// law), so a post without a source goes nowhere; neither does one with a place that a person has still to fill.
pub async fn submit(tx: &mut Tx, app: &App, account: Id, before: &Post) -> Result<()> {
    if before.content.laws().is_empty() {
        return Err(Error::Conflict("content-error-no-source"));
    }
    if before.content.unfilled().next().is_some() {
        return Err(Error::Conflict("content-error-unfilled"));
    }
    let id = before.id;
    let touched = sql!(
        "UPDATE posts SET state = 'submitted', submitted_at = $4, version = version + 1, updated_at = $4
         WHERE shard_id = $1 AND id = $2 AND version = $3 AND state = 'draft'",
        id.shard,
        id.id,
        before.version,
        app.now()
    )
    .run(tx)
    .await?;
    changed(touched)?;
    keep_version(tx, app, account, id, &before.content, before.version + 1, ("submit", "")).await
}

/// Takes it back before anybody has approved it.
pub async fn recall(tx: &mut Tx, app: &App, account: Id, before: &Post) -> Result<()> {
    back_to_draft(tx, app, before, &before.remarks).await?;
    keep_version(tx, app, account, before.id, &before.content, before.version + 1, ("recall", "")).await
}

/// Gives it back to its author with what is to be done.
pub async fn give_back(tx: &mut Tx, app: &App, account: Id, before: &Post, remarks: &str) -> Result<()> {
    back_to_draft(tx, app, before, remarks).await?;
    keep_version(tx, app, account, before.id, &before.content, before.version + 1, ("return", remarks)).await
}

async fn back_to_draft(tx: &mut Tx, app: &App, before: &Post, remarks: &str) -> Result<()> {
    let touched = sql!(
        "UPDATE posts SET state = 'draft', remarks = $4, submitted_at = NULL, version = version + 1, updated_at = $5
         WHERE shard_id = $1 AND id = $2 AND version = $3 AND state = 'submitted'",
        before.id.shard,
        before.id.id,
        before.version,
        remarks,
        app.now()
    )
    .run(tx)
    .await?;
    changed(touched)
}

/// Approves and publishes; its public address. Never by a hand that wrote, changed or submitted it (promise
/// C1): the statement itself looks, so that no race and no caller comes around it.
pub async fn approve(tx: &mut Tx, app: &App, account: Id, before: &Post) -> Result<String> {
    let id = before.id;
    let now = app.now();
    let day = day_of(now);
    let slug = slug_of(&before.content.title, id.id);
    let touched = sql!(
        "UPDATE posts SET state = 'published', approved_by = $4, published_at = $5, day = $6, month = $7, slug = $8,
             remarks = '', version = version + 1, updated_at = $5
         WHERE shard_id = $1 AND id = $2 AND version = $3 AND state = 'submitted' AND created_by <> $4
           AND NOT EXISTS (SELECT 1 FROM post_versions v WHERE v.shard_id = $1 AND v.post_id = $2
                               AND v.account_id = $4 AND v.act IN ('write', 'change', 'submit'))",
        id.shard,
        id.id,
        before.version,
        account,
        now,
        day,
        month_of(day),
        slug
    )
    .run(tx)
    .await?;
    if touched == 0 && has_hand_in(&mut *tx, id, account).await? {
        return Err(Error::Conflict("content-error-own"));
    }
    changed(touched)?;
    keep_version(tx, app, account, id, &before.content, before.version + 1, ("approve", "")).await?;
    Ok(slug)
}

/// Whether the person wrote, changed or submitted it: then they cannot approve it.
pub async fn has_hand_in(on: impl Runs, id: RecordId, account: Id) -> Result<bool> {
    let (acts,): (i64,) = sql!(
        "SELECT COUNT(*) FROM post_versions WHERE shard_id = $1 AND post_id = $2 AND account_id = $3
             AND act IN ('write', 'change', 'submit')",
        id.shard,
        id.id,
        account
    )
    .get(on)
    .await?;
    Ok(acts > 0)
}

/// Withdraws what was published: its address stays and shows the notice.
pub async fn withdraw(tx: &mut Tx, app: &App, account: Id, before: &Post, notice: &str) -> Result<()> {
    let id = before.id;
    let touched = sql!(
        "UPDATE posts SET state = 'withdrawn', withdrawn_at = $4, withdrawal_notice = $5, version = version + 1,
             updated_at = $4
         WHERE shard_id = $1 AND id = $2 AND version = $3 AND state = 'published'",
        id.shard,
        id.id,
        before.version,
        app.now(),
        notice
    )
    .run(tx)
    .await?;
    changed(touched)?;
    keep_version(tx, app, account, id, &before.content, before.version + 1, ("withdraw", notice)).await
}

/// Gives a draft, or one that waits, to somebody else to go on with; who wrote it stays written.
pub async fn give_to(tx: &mut Tx, app: &App, by: Id, before: &Post, owner: Id) -> Result<()> {
    let id = before.id;
    let touched = sql!(
        "UPDATE posts SET owner_id = $4, version = version + 1, updated_at = $5
         WHERE shard_id = $1 AND id = $2 AND version = $3",
        id.shard,
        id.id,
        before.version,
        owner,
        app.now()
    )
    .run(tx)
    .await?;
    changed(touched)?;
    keep_version(tx, app, by, id, &before.content, before.version + 1, ("hand-over", "")).await
}

fn changed(touched: u64) -> Result<()> {
    if touched == 0 { Err(Error::Conflict("content-error-changed")) } else { Ok(()) }
}

fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| Error::Internal(e.into()))
}

/// The title as an address, and enough of the id to tell it from every other of that title.
fn slug_of(title: &str, id: Id) -> String {
    let mut slug = String::new();
    for word in viet::slug(title).split('-').filter(|w| !w.is_empty()) {
        if slug.len() + word.len() > 80 {
            break;
        }
        slug.push_str(word);
        slug.push('-');
    }
    let id = id.to_string();
    slug + id.get(20..).unwrap_or(&id)
}

async fn insert_sources(tx: &mut Tx, id: RecordId, content: &Content) -> Result<()> {
    for law in content.laws() {
        sql!("INSERT INTO post_laws (shard_id, post_id, law_id) VALUES ($1, $2, $3)", id.shard, id.id, law)
            .run(tx)
            .await?;
    }
    for source in content.sources() {
        sql!(
            "INSERT INTO post_sources (shard_id, post_id, law_id, path, article, version)
             VALUES ($1, $2, $3, $4, $5, COALESCE((SELECT version FROM law_nodes WHERE law_id = $3 AND path = $5), ''))",
            id.shard,
            id.id,
            source.law,
            source.path,
            laws::article_path(&source.path)
        )
        .run(tx)
        .await?;
    }
    Ok(())
}

/// `act` is what was done and the remarks or notice that came with it.
async fn keep_version(
    tx: &mut Tx,
    app: &App,
    account: Id,
    id: RecordId,
    content: &Content,
    version: i64,
    (act, note): (&str, &str),
) -> Result<()> {
    let text = json(content)?;
    let written = format!("{note}\n{text}");
    let at = app.now();
    let entry = audit::Entry {
        unit: content.unit,
        shard: id.shard,
        at,
        account: Some(account),
        act,
        object_kind: "post",
        object_id: id.to_string(),
        content: written.as_bytes(),
    };
    audit::write(tx, &entry).await?;
    sql!(
        "INSERT INTO post_versions (shard_id, post_id, version, at, account_id, act, note, content)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        id.shard,
        id.id,
        version,
        at,
        account,
        act,
        note,
        text
    )
    .run(tx)
    .await?;
    Ok(())
}

store::record! {
    struct VersionRow { at: Timestamp, account_id: Id, act: String, note: String, content: String }
}

/// Something done to a post.
#[derive(Debug, Clone)]
pub struct Version {
    pub at: Timestamp,
    pub account: Id,
    pub act: String,
    pub note: String,
    pub content: Content,
}

/// Everything that was done to it, oldest first.
pub async fn history(db: &Db, id: RecordId) -> Result<Vec<Version>> {
    let rows: Vec<VersionRow> = sql!(
        "SELECT at, account_id, act, note, content FROM post_versions WHERE shard_id = $1 AND post_id = $2
         ORDER BY version",
        id.shard,
        id.id
    )
    .all(db)
    .await?;
    rows.into_iter()
        .map(|r| {
            let content = serde_json::from_str(&r.content).map_err(|e| Error::Internal(e.into()))?;
            Ok(Version { at: r.at, account: r.account_id, act: r.act, note: r.note, content })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_the_title_in_whole_words_and_the_end_of_the_id() {
        let id: Id = "019ab000000070008000aabbccddeeff".parse().unwrap();
        let check = |title: &str, expected: &str| assert_eq!(slug_of(title, id), expected);
        check("Luật Đất đai có gì mới?", "luat-dat-dai-co-gi-moi-aabbccddeeff");
        check("", "aabbccddeeff");
        check("!!!", "aabbccddeeff");
        let long = slug_of(&"phổ biến ".repeat(40), id);
        assert!(
            long.len() <= 95 && long.contains("-bien-aabbccddeeff") || long.contains("-pho-aabbccddeeff"),
            "{long}"
        );
    }
}
