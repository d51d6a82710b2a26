//! A report: its states, rules and SQL.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use store::{Db, Id, RecordId, Tx, sql};

use crate::app::App;
use crate::audit;
use crate::error::{Error, Result};
use crate::features::numbers::{By, Period, Question, Units};

/// The states of a paper, in the order of its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Draft,
    Waiting,
    Approved,
    Issued,
    Withdrawn,
}
impl State {
    pub fn code(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Waiting => "waiting",
            State::Approved => "approved",
            State::Issued => "issued",
            State::Withdrawn => "withdrawn",
        }
    }
    fn from_code(code: &str) -> Option<State> {
        [State::Draft, State::Waiting, State::Approved, State::Issued, State::Withdrawn]
            .into_iter()
            .find(|s| s.code() == code)
    }
}

store::record! {
    struct ReportRow {
        shard_id: i64, id: Id, unit_id: Id, template: String, period: String, units_on: Option<Date>, state: String,
        number: Option<String>, issued_on: Option<Date>, freeze_shard: Option<i64>, freeze_id: Option<Id>,
        frozen: Option<String>, version: i64, created_by: Id, approved_by: Option<Id>, created_at: Timestamp,
    }
}

#[derive(Debug, Clone)]
pub struct Report {
    pub id: RecordId,
    pub unit: Id,
    pub template: String,
    pub period: Period,
    pub units: Units,
    pub state: State,
    pub number: Option<String>,
    pub issued_on: Option<Date>,
    pub freeze: Option<RecordId>,
    /// The frozen paper.
    pub frozen: Option<press::Document>,
    pub version: i64,
    pub created_by: Id,
    pub approved_by: Option<Id>,
    pub created_at: Timestamp,
}

impl Report {
    pub fn question(&self) -> Question {
        Question { unit: self.unit, period: self.period, units: self.units, by: By::Whole }
    }
    fn from_row(row: ReportRow) -> Result<Report> {
        let damaged = || Error::Internal(anyhow::anyhow!("report {} is damaged", row.id));
        Ok(Report {
            id: RecordId { shard: row.shard_id, id: row.id },
            unit: row.unit_id,
            period: row.period.parse().map_err(|_| damaged())?,
            units: row.units_on.map_or(Units::AsTheyWere, Units::AsOn),
            state: State::from_code(&row.state).ok_or_else(damaged)?,
            freeze: row.freeze_shard.zip(row.freeze_id).map(|(shard, id)| RecordId { shard, id }),
            frozen: match &row.frozen {
                Some(json) => Some(serde_json::from_str(json).map_err(|_| damaged())?),
                None => None,
            },
            template: row.template,
            number: row.number,
            issued_on: row.issued_on,
            version: row.version,
            created_by: row.created_by,
            approved_by: row.approved_by,
            created_at: row.created_at,
        })
    }
}

pub async fn get(db: &Db, id: RecordId) -> Result<Report> {
    let row: ReportRow = sql!(
        "SELECT shard_id, id, unit_id, template, period, units_on, state, number, issued_on, freeze_shard, freeze_id,
                frozen, version, created_by, approved_by, created_at
         FROM reports WHERE shard_id = $1 AND id = $2",
        id.shard,
        id.id
    )
    .get(db)
    .await?;
    Report::from_row(row)
}

/// A unit's reports, newest first.
pub async fn list(db: &Db, unit: Id) -> Result<Vec<Report>> {
    let rows: Vec<ReportRow> = sql!(
        "SELECT shard_id, id, unit_id, template, period, units_on, state, number, issued_on, freeze_shard, freeze_id,
                frozen, version, created_by, approved_by, created_at
         FROM reports WHERE unit_id = $1 ORDER BY created_at DESC, id DESC LIMIT 200",
        unit
    )
    .all(db)
    .await?;
    rows.into_iter().map(Report::from_row).collect()
}

/// Begins a report of a unit and a period.
pub async fn insert(tx: &mut Tx, app: &App, account: Id, shard: i64, question: &Question) -> Result<RecordId> {
    let id = RecordId { shard, id: app.new_id() };
    let units_on = match question.units {
        Units::AsTheyWere => None,
        Units::AsOn(day) => Some(day),
    };
    sql!(
        "INSERT INTO reports (shard_id, id, unit_id, template, period, units_on, state, version, created_by,
                              created_at, updated_at)
         VALUES ($1, $2, $3, 'annual-report', $4, $5, 'draft', 1, $6, $7, $7)",
        id.shard,
        id.id,
        question.unit,
        question.period.to_string(),
        units_on,
        account,
        app.now()
    )
    .run(tx)
    .await?;
    write_audit(tx, app, account, question.unit, id, "write", "").await?;
    Ok(id)
}

pub async fn write_audit(
    tx: &mut Tx,
    app: &App,
    account: Id,
    unit: Id,
    id: RecordId,
    act: &str,
    content: &str,
) -> Result<()> {
    let entry = audit::Entry {
        unit,
        shard: id.shard,
        at: app.now(),
        account: Some(account),
        act,
        object_kind: "report",
        object_id: id.to_string(),
        content: content.as_bytes(),
    };
    audit::write(tx, &entry).await
}

/// What the officer wrote, by key.
pub async fn texts(db: &Db, id: RecordId) -> Result<BTreeMap<String, String>> {
    store::record! { struct Text { key: String, content: String } }
    let rows: Vec<Text> = sql!(
        "SELECT key, content FROM report_texts WHERE shard_id = $1 AND report_id = $2 ORDER BY key",
        id.shard,
        id.id
    )
    .all(db)
    .await?;
    Ok(rows.into_iter().map(|t| (t.key, t.content)).collect())
}

/// Keeps texts of a draft.
pub async fn keep_texts(tx: &mut Tx, app: &App, account: Id, r: &Report, texts: &[(String, String)]) -> Result<()> {
    if r.state != State::Draft || r.frozen.is_some() {
        return Err(Error::Conflict("papers-frozen-already"));
    }
    for (key, content) in texts {
        sql!(
            "INSERT INTO report_texts (shard_id, report_id, key, content, updated_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (shard_id, report_id, key) DO UPDATE SET content = excluded.content,
                 updated_at = excluded.updated_at",
            r.id.shard,
            r.id.id,
            key,
            content,
            app.now()
        )
        .run(tx)
        .await?;
    }
    let content: String = texts.iter().map(|(k, c)| format!("{k}\n{c}\n")).collect();
    write_audit(tx, app, account, r.unit, r.id, "write", &content).await
}

/// Keeps the paper as it is now; its figures no longer move.
pub async fn keep_frozen(
    tx: &mut Tx,
    app: &App,
    account: Id,
    r: &Report,
    freeze: RecordId,
    paper: &press::Document,
) -> Result<()> {
    let json = serde_json::to_string(paper).map_err(|e| Error::Internal(e.into()))?;
    let touched = sql!(
        "UPDATE reports SET freeze_shard = $4, freeze_id = $5, frozen = $6, version = version + 1, updated_at = $7
         WHERE shard_id = $1 AND id = $2 AND version = $3 AND state = 'draft' AND frozen IS NULL",
        r.id.shard,
        r.id.id,
        r.version,
        freeze.shard,
        freeze.id,
        json.clone(),
        app.now()
    )
    .run(tx)
    .await?;
    if touched == 0 {
        return Err(Error::Conflict("papers-frozen-already"));
    }
    write_audit(tx, app, account, r.unit, r.id, "freeze", &json).await
}

/// Back to writing: the frozen figures stay in `numbers`, the paper is composed anew.
pub async fn thaw(tx: &mut Tx, app: &App, account: Id, r: &Report) -> Result<()> {
    let touched = sql!(
        "UPDATE reports SET freeze_shard = NULL, freeze_id = NULL, frozen = NULL, state = 'draft', approved_by = NULL,
             version = version + 1, updated_at = $4
         WHERE shard_id = $1 AND id = $2 AND version = $3 AND state IN ('draft', 'waiting', 'approved')",
        r.id.shard,
        r.id.id,
        r.version,
        app.now()
    )
    .run(tx)
    .await?;
    if touched == 0 {
        return Err(Error::Conflict("papers-issued-already"));
    }
    write_audit(tx, app, account, r.unit, r.id, "thaw", "").await
}

/// Moves from one state to the next; a number and a date when it is issued.
pub async fn move_to(
    tx: &mut Tx,
    app: &App,
    account: Id,
    r: &Report,
    to: State,
    number: Option<&str>,
    issued_on: Option<Date>,
) -> Result<()> {
    let allowed = matches!(
        (r.state, to),
        (State::Draft, State::Waiting)
            | (State::Waiting, State::Approved | State::Draft)
            | (State::Approved, State::Issued)
            | (State::Issued, State::Withdrawn)
    );
    if !allowed || r.frozen.is_none() {
        return Err(Error::Conflict("papers-not-now"));
    }
    // Someone other than the author approves (C1).
    if to == State::Approved && r.created_by == account {
        return Err(Error::Conflict("papers-own-report"));
    }
    let approved_by = if to == State::Approved { Some(account) } else { r.approved_by };
    let touched = sql!(
        "UPDATE reports SET state = $4, approved_by = $5, number = $6, issued_on = $7, version = version + 1,
             updated_at = $8
         WHERE shard_id = $1 AND id = $2 AND version = $3",
        r.id.shard,
        r.id.id,
        r.version,
        to.code(),
        approved_by,
        number.map(str::to_owned).or_else(|| r.number.clone()),
        issued_on.or(r.issued_on),
        app.now()
    )
    .run(tx)
    .await?;
    if touched == 0 {
        return Err(Error::Conflict("error-conflict"));
    }
    write_audit(tx, app, account, r.unit, r.id, to.code(), number.unwrap_or_default()).await
}
