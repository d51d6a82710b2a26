//! An activity: its rules and its SQL.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::{Db, Id, RecordId, Tx, sql};

use crate::app::App;
use crate::audit;
use crate::error::{Error, Result};
use crate::facts::month_of;

use super::questions::ask_recorded;

/// What a person records: one thing done (or, marked so, an estimate of things to come).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Content {
    pub unit: Id,
    /// A code of `methods.toml`.
    pub method: String,
    pub day: Date,
    pub title: String,
    pub place: String,
    pub speaker: String,
    pub note: String,
    pub laws: Vec<Id>,
    /// Codes of `audiences.toml`.
    pub audiences: Vec<String>,
    /// Lượt người.
    pub attendances: i64,
    pub women: Option<i64>,
    pub minority: Option<i64>,
    /// Materials handed out, copies (bản).
    pub copies: i64,
    /// Đồng.
    pub cost: i64,
    pub estimated: bool,
    pub reason: String,
    pub plan_line: Option<RecordId>,
}

impl Content {
    /// What is written in words, by the fields of the form.
    pub fn texts(&self) -> [(&'static str, &str); 5] {
        [
            ("title", &self.title),
            ("place", &self.place),
            ("speaker", &self.speaker),
            ("note", &self.note),
            ("reason", &self.reason),
        ]
    }
}

store::record! {
    struct ActivityRow {
        shard_id: i64, id: Id, unit_id: Id, method: String, day: Date, title: String, place: String,
        speaker: String, note: String, attendances: i64, women: Option<i64>, minority: Option<i64>,
        copies: i64, cost: i64, estimated: bool, reason: String, open_questions: i64, plan_shard: Option<i64>,
        plan_line: Option<Id>, state: String, withdrawn_reason: Option<String>, version: i64,
        created_by: Option<Id>, created_at: jiff::Timestamp, updated_at: jiff::Timestamp,
    }
}

/// A recorded activity.
#[derive(Debug, Clone)]
pub struct Activity {
    pub id: RecordId,
    pub content: Content,
    /// Why it was withdrawn, if it was.
    pub withdrawn: Option<String>,
    /// Questions that were raised when it was saved and that no reason answers.
    pub open_questions: i64,
    /// Counts changes; a page sends it back, so that two people do not overwrite each other unseen.
    pub version: i64,
    pub created_by: Option<Id>,
    pub created_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
}

/// The activity, withdrawn or not.
pub async fn get(db: &Db, id: RecordId) -> Result<Activity> {
    let row: ActivityRow = sql!(
        "SELECT shard_id, id, unit_id, method, day, title, place, speaker, note, attendances, women, minority, copies,
                cost, estimated, reason, open_questions, plan_shard, plan_line, state, withdrawn_reason, version,
                created_by, created_at, updated_at
         FROM activities WHERE shard_id = $1 AND id = $2",
        id.shard,
        id.id
    )
    .get(db)
    .await?;
    let audiences: Vec<(String,)> = sql!(
        "SELECT audience FROM activity_audiences WHERE shard_id = $1 AND activity_id = $2 ORDER BY audience",
        id.shard,
        id.id
    )
    .all(db)
    .await?;
    let laws: Vec<(Id,)> = sql!(
        "SELECT law_id FROM activity_laws WHERE shard_id = $1 AND activity_id = $2 ORDER BY law_id",
        id.shard,
        id.id
    )
    .all(db)
    .await?;
    Ok(Activity {
        id,
        content: Content {
            unit: row.unit_id,
            method: row.method,
            day: row.day,
            title: row.title,
            place: row.place,
            speaker: row.speaker,
            note: row.note,
            laws: laws.into_iter().map(|l| l.0).collect(),
            audiences: audiences.into_iter().map(|a| a.0).collect(),
            attendances: row.attendances,
            women: row.women,
            minority: row.minority,
            copies: row.copies,
            cost: row.cost,
            estimated: row.estimated,
            reason: row.reason,
            plan_line: row.plan_shard.zip(row.plan_line).map(|(shard, id)| RecordId { shard, id }),
        },
        open_questions: row.open_questions,
        withdrawn: (row.state == "withdrawn").then(|| row.withdrawn_reason.unwrap_or_default()),
        version: row.version,
        created_by: row.created_by,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// Records an activity under a new id. `shard` is the recording unit's.
pub async fn insert(
    tx: &mut Tx,
    app: &App,
    account: Option<Id>,
    shard: i64,
    content: &Content,
) -> Result<RecordId> {
    let id = RecordId { shard, id: app.new_id() };
    insert_as(tx, app, account, id, content).await?;
    Ok(id)
}

/// Records an activity: the row, its parts, its sums and the audit entry, in one transaction.
pub async fn insert_as(
    tx: &mut Tx,
    app: &App,
    account: Option<Id>,
    id: RecordId,
    content: &Content,
) -> Result<()> {
    let now = app.now();
    sql!(
        "INSERT INTO activities (shard_id, id, unit_id, method, day, month, title, place, speaker, note, attendances,
             women, minority, copies, cost, estimated, reason, plan_shard, plan_line, state, version, created_by,
             created_at, updated_at, open_questions, folded)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 'recorded', 1,
             $20, $21, $21, $22, $23)",
        id.shard,
        id.id,
        content.unit,
        content.method,
        content.day,
        month_of(content.day),
        content.title,
        content.place,
        content.speaker,
        content.note,
        content.attendances,
        content.women,
        content.minority,
        content.copies,
        content.cost,
        content.estimated,
        content.reason,
        content.plan_line.map(|l| l.shard),
        content.plan_line.map(|l| l.id),
        account,
        now,
        open_questions(app, content),
        folded(content)
    )
    .run(tx)
    .await?;
    insert_parts(tx, id, content).await?;
    add_to_sums(tx, id.shard, content, 1).await?;
    keep_version(tx, app, account, id, content, 1, "record").await
}

/// Changes an activity that is at `version`; the sums move with it.
pub async fn update(
    tx: &mut Tx,
    app: &App,
    account: Option<Id>,
    before: &Activity,
    content: &Content,
) -> Result<()> {
    if before.withdrawn.is_some() {
        return Err(Error::Conflict("activities-withdrawn-already"));
    }
    let id = before.id;
    let version = before.version + 1;
    let touched = sql!(
        "UPDATE activities SET method = $4, day = $5, month = $6, title = $7, place = $8, speaker = $9, note = $10,
             attendances = $11, women = $12, minority = $13, copies = $14, cost = $15, estimated = $16, reason = $17,
             plan_shard = $18, plan_line = $19, version = version + 1, updated_at = $20, open_questions = $21,
             folded = $22
         WHERE shard_id = $1 AND id = $2 AND version = $3 AND state = 'recorded'",
        id.shard,
        id.id,
        before.version,
        content.method,
        content.day,
        month_of(content.day),
        content.title,
        content.place,
        content.speaker,
        content.note,
        content.attendances,
        content.women,
        content.minority,
        content.copies,
        content.cost,
        content.estimated,
        content.reason,
        content.plan_line.map(|l| l.shard),
        content.plan_line.map(|l| l.id),
        app.now(),
        open_questions(app, content),
        folded(content)
    )
    .run(tx)
    .await?;
    if touched == 0 {
        return Err(Error::Conflict("error-conflict"));
    }
    sql!("DELETE FROM activity_audiences WHERE shard_id = $1 AND activity_id = $2", id.shard, id.id)
        .run(tx)
        .await?;
    sql!("DELETE FROM activity_laws WHERE shard_id = $1 AND activity_id = $2", id.shard, id.id)
        .run(tx)
        .await?;
    insert_parts(tx, id, content).await?;
    add_to_sums(tx, id.shard, &before.content, -1).await?;
    add_to_sums(tx, id.shard, content, 1).await?;
    keep_version(tx, app, account, id, content, version, "change").await
}

/// Withdraws instead of deleting: the row stays, the sums go back.
pub async fn withdraw(
    tx: &mut Tx,
    app: &App,
    account: Option<Id>,
    before: &Activity,
    reason: &str,
) -> Result<()> {
    let id = before.id;
    let touched = sql!(
        "UPDATE activities SET state = 'withdrawn', withdrawn_reason = $4, version = version + 1, updated_at = $5
         WHERE shard_id = $1 AND id = $2 AND version = $3 AND state = 'recorded'",
        id.shard,
        id.id,
        before.version,
        reason,
        app.now()
    )
    .run(tx)
    .await?;
    if touched == 0 {
        return Err(Error::Conflict("activities-withdrawn-already"));
    }
    add_to_sums(tx, id.shard, &before.content, -1).await?;
    keep_version(tx, app, account, id, &before.content, before.version + 1, "withdraw").await
}

fn open_questions(app: &App, content: &Content) -> i64 {
    if content.reason.is_empty() { ask_recorded(content, app.today()).len() as i64 } else { 0 }
}

fn folded(content: &Content) -> String {
    viet::fold(&content.texts().map(|(_, text)| text).join(" "))
}

/// Fills what people search where a migration emptied it: SQL cannot fold as we do. Nothing that somebody recorded changes.
pub async fn fold_again(db: &Db) -> Result<()> {
    store::record! { struct Unfolded { shard_id: i64, id: Id } }
    // What has no letter stays empty.
    let mut last = Unfolded { shard_id: i64::MIN, id: Id([0; 16]) };
    loop {
        let rows: Vec<Unfolded> = sql!(
            "SELECT shard_id, id FROM activities WHERE folded = '' AND (shard_id > $1 OR (shard_id = $1 AND id > $2))
             ORDER BY shard_id, id LIMIT 500",
            last.shard_id,
            last.id
        )
        .all(db)
        .await?;
        let Some(end) = rows.last() else { return Ok(()) };
        last = Unfolded { shard_id: end.shard_id, id: end.id };
        let mut words = Vec::new();
        for row in rows {
            let id = RecordId { shard: row.shard_id, id: row.id };
            words.push((id, folded(&get(db, id).await?.content)));
        }
        let mut tx = db.begin().await?;
        for (id, folded) in words {
            sql!(
                "UPDATE activities SET folded = $3 WHERE shard_id = $1 AND id = $2 AND folded = ''",
                id.shard,
                id.id,
                folded
            )
            .run(&mut tx)
            .await?;
        }
        tx.commit().await?;
    }
}

async fn insert_parts(tx: &mut Tx, id: RecordId, content: &Content) -> Result<()> {
    for audience in &content.audiences {
        sql!(
            "INSERT INTO activity_audiences (shard_id, activity_id, audience) VALUES ($1, $2, $3)
             ON CONFLICT (shard_id, activity_id, audience) DO NOTHING",
            id.shard,
            id.id,
            audience
        )
        .run(tx)
        .await?;
    }
    for law in &content.laws {
        sql!(
            "INSERT INTO activity_laws (shard_id, activity_id, law_id) VALUES ($1, $2, $3)
             ON CONFLICT (shard_id, activity_id, law_id) DO NOTHING",
            id.shard,
            id.id,
            law
        )
        .run(tx)
        .await?;
    }
    Ok(())
}

/// Adds (`sign` 1) or takes back (-1) an activity's part in the sums: the whole, and once under each audience
/// and each law.
async fn add_to_sums(tx: &mut Tx, shard: i64, c: &Content, sign: i64) -> Result<()> {
    let whole = [("", String::new())];
    let audiences = c.audiences.iter().map(|a| ("audience", a.clone()));
    let laws = c.laws.iter().map(|l| ("law", l.to_string()));
    let cells: std::collections::BTreeSet<_> = whole.into_iter().chain(audiences).chain(laws).collect();
    for (dimension, key) in cells {
        sql!(
            "INSERT INTO activity_rollups (shard_id, dimension, unit_id, month, method, key, estimated, rows,
                                           attendances, women, minority, copies, cost)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
             ON CONFLICT (dimension, unit_id, month, method, key, estimated, shard_id) DO UPDATE SET
                 rows = activity_rollups.rows + excluded.rows,
                 attendances = activity_rollups.attendances + excluded.attendances,
                 women = activity_rollups.women + excluded.women,
                 minority = activity_rollups.minority + excluded.minority,
                 copies = activity_rollups.copies + excluded.copies,
                 cost = activity_rollups.cost + excluded.cost",
            shard,
            dimension,
            c.unit,
            month_of(c.day),
            c.method,
            key,
            c.estimated,
            sign,
            sign * c.attendances,
            sign * c.women.unwrap_or(0),
            sign * c.minority.unwrap_or(0),
            sign * c.copies,
            sign * c.cost
        )
        .run(tx)
        .await?;
    }
    Ok(())
}

store::record! {
    struct VersionRow { at: jiff::Timestamp, account_id: Option<Id>, act: String, content: String }
}

/// A state that an activity has had.
#[derive(Debug, Clone)]
pub struct Version {
    pub at: jiff::Timestamp,
    pub account: Option<Id>,
    /// "record", "change" or "withdraw".
    pub act: String,
    pub content: Content,
}

/// Everything an activity has been, oldest first.
pub async fn history(db: &Db, id: RecordId) -> Result<Vec<Version>> {
    let rows: Vec<VersionRow> = sql!(
        "SELECT at, account_id, act, content FROM activity_versions
         WHERE shard_id = $1 AND activity_id = $2 ORDER BY version",
        id.shard,
        id.id
    )
    .all(db)
    .await?;
    rows.into_iter()
        .map(|r| {
            let content = serde_json::from_str(&r.content).map_err(|e| Error::Internal(e.into()))?;
            Ok(Version { at: r.at, account: r.account_id, act: r.act, content })
        })
        .collect()
}

store::record! { struct LastId { shard_id: i64, id: Id } }

/// What a person recorded last at a unit, else what anybody did there.
pub async fn last(db: &Db, unit: Id, account: Id) -> Result<Option<Activity>> {
    let own: Option<LastId> = sql!(
        "SELECT shard_id, id FROM activities WHERE unit_id = $1 AND state = 'recorded'
         ORDER BY CASE WHEN created_by = $2 THEN 0 ELSE 1 END, created_at DESC LIMIT 1",
        unit,
        account
    )
    .find(db)
    .await?;
    match own {
        Some(l) => Ok(Some(get(db, RecordId { shard: l.shard_id, id: l.id }).await?)),
        None => Ok(None),
    }
}

/// Methods used at a unit, last used first.
pub async fn used_methods(db: &Db, unit: Id) -> Result<Vec<String>> {
    let used: Vec<(String,)> = sql!(
        "SELECT method FROM activities WHERE unit_id = $1 AND state = 'recorded'
         GROUP BY method ORDER BY MAX(created_at) DESC, method",
        unit
    )
    .all(db)
    .await?;
    Ok(used.into_iter().map(|m| m.0).collect())
}

/// Laws named at a unit, last named first.
pub async fn used_laws(db: &Db, unit: Id) -> Result<Vec<Id>> {
    let used: Vec<(Id,)> = sql!(
        "SELECT l.law_id FROM activities a JOIN activity_laws l ON l.shard_id = a.shard_id AND l.activity_id = a.id
         WHERE a.unit_id = $1 AND a.state = 'recorded'
         GROUP BY l.law_id ORDER BY MAX(a.created_at) DESC LIMIT 6",
        unit
    )
    .all(db)
    .await?;
    Ok(used.into_iter().map(|l| l.0).collect())
}

async fn keep_version(
    tx: &mut Tx,
    app: &App,
    account: Option<Id>,
    id: RecordId,
    content: &Content,
    version: i64,
    act: &str,
) -> Result<()> {
    let json = serde_json::to_string(content).map_err(|e| Error::Internal(e.into()))?;
    let at = app.now();
    let entry = audit::Entry {
        unit: content.unit,
        shard: id.shard,
        at,
        account,
        act,
        object_kind: "activity",
        object_id: id.to_string(),
        content: json.as_bytes(),
    };
    audit::write(tx, &entry).await?;
    sql!(
        "INSERT INTO activity_versions (shard_id, activity_id, version, at, account_id, act, content)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        id.shard,
        id.id,
        version,
        at,
        account,
        act,
        json
    )
    .run(tx)
    .await?;
    Ok(())
}
