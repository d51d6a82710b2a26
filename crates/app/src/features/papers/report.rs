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
    /// Key of its name.
    pub fn word(self) -> &'static str {
        match self {
            State::Draft => "papers-state-draft",
            State::Waiting => "papers-state-waiting",
            State::Approved => "papers-state-approved",
            State::Issued => "papers-state-issued",
            State::Withdrawn => "papers-state-withdrawn",
        }
    }
    /// How it looks.
    pub fn look(self) -> &'static str {
        match self {
            State::Draft => "plain",
            State::Waiting | State::Approved => "wait",
            State::Issued => "good",
            State::Withdrawn => "bad",
        }
    }
    pub fn code(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Waiting => "waiting",
            State::Approved => "approved",
            State::Issued => "issued",
            State::Withdrawn => "withdrawn",
        }
    }
    pub fn from_code(code: &str) -> Option<State> {
        [State::Draft, State::Waiting, State::Approved, State::Issued, State::Withdrawn]
            .into_iter()
            .find(|s| s.code() == code)
    }
}

store::record! {
    struct ReportRow {
        shard_id: i64, id: Id, unit_id: Id, template: String, period: String, units_on: Option<Date>, state: String,
        number: Option<String>, issued_on: Option<Date>, authority: Option<String>, signer: Option<String>,
        note: Option<String>,
        freeze_shard: Option<i64>, freeze_id: Option<Id>, frozen: Option<String>, settled_at: Option<Timestamp>,
        version: i64, created_by: Id, submitted_by: Option<Id>, approved_by: Option<Id>, created_at: Timestamp,
        updated_at: Timestamp, taken_shard: Option<i64>, taken_id: Option<Id>,
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
    /// In which office it is signed, and by whom, as printed.
    pub authority: Option<String>,
    pub signer: Option<String>,
    /// Why it was returned or withdrawn.
    pub note: Option<String>,
    pub freeze: Option<RecordId>,
    /// The frozen paper.
    pub frozen: Option<press::Document>,
    /// When it was frozen with every figure looked at; none for what an older release froze.
    pub settled_at: Option<Timestamp>,
    pub version: i64,
    pub created_by: Id,
    pub submitted_by: Option<Id>,
    pub approved_by: Option<Id>,
    pub created_at: Timestamp,
    /// When it last moved on.
    pub updated_at: Timestamp,
    /// The withdrawn report whose texts it began with.
    pub taken_from: Option<RecordId>,
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
            taken_from: row.taken_shard.zip(row.taken_id).map(|(shard, id)| RecordId { shard, id }),
            freeze: row.freeze_shard.zip(row.freeze_id).map(|(shard, id)| RecordId { shard, id }),
            frozen: match &row.frozen {
                Some(json) => Some(serde_json::from_str(json).map_err(|_| damaged())?),
                None => None,
            },
            template: row.template,
            settled_at: row.settled_at,
            updated_at: row.updated_at,
            number: row.number,
            issued_on: row.issued_on,
            authority: row.authority,
            signer: row.signer,
            note: row.note,
            version: row.version,
            created_by: row.created_by,
            submitted_by: row.submitted_by,
            approved_by: row.approved_by,
            created_at: row.created_at,
        })
    }
}

pub async fn get(db: &Db, id: RecordId) -> Result<Report> {
    let row: ReportRow = sql!(
        "SELECT shard_id, id, unit_id, template, period, units_on, state, number, issued_on, authority, signer, note,
                freeze_shard, freeze_id, frozen, settled_at, version, created_by, submitted_by, approved_by, created_at, updated_at,
                taken_shard, taken_id
         FROM reports WHERE shard_id = $1 AND id = $2",
        id.shard,
        id.id
    )
    .get(db)
    .await?;
    Report::from_row(row)
}

/// A unit's reports, newest first, without the frozen papers themselves.
pub async fn list(db: &Db, unit: Id) -> Result<Vec<Report>> {
    let rows: Vec<ReportRow> = sql!(
        "SELECT shard_id, id, unit_id, template, period, units_on, state, number, issued_on, authority, signer, note,
                freeze_shard, freeze_id, CAST(NULL AS TEXT) AS frozen, settled_at, version, created_by, submitted_by,
                approved_by, created_at, updated_at, taken_shard, taken_id
         FROM reports WHERE unit_id = $1 ORDER BY created_at DESC, id DESC LIMIT 200",
        unit
    )
    .all(db)
    .await?;
    rows.into_iter().map(Report::from_row).collect()
}

store::record! { struct Found { shard_id: i64, id: Id } }

impl Found {
    fn id(self) -> RecordId {
        RecordId { shard: self.shard_id, id: self.id }
    }
}

/// The report of a unit and a period, unless withdrawn.
pub async fn find_of(on: impl store::Runs, unit: Id, period: Period) -> Result<Option<RecordId>> {
    let found: Option<Found> = sql!(
        "SELECT shard_id, id FROM reports WHERE unit_id = $1 AND period = $2 AND state <> 'withdrawn'
         ORDER BY created_at DESC, id DESC LIMIT 1",
        unit,
        period.to_string()
    )
    .find(on)
    .await?;
    Ok(found.map(Found::id))
}

store::record! {
    /// How far a unit's report is.
    pub struct Progress {
        pub shard_id: i64,
        pub id: Id,
        pub unit_id: Id,
        pub state: String,
        pub number: Option<String>,
        pub issued_on: Option<Date>,
        freeze_shard: Option<i64>,
        freeze_id: Option<Id>,
        /// When it last moved on.
        pub updated_at: Timestamp,
    }
}

impl Progress {
    pub fn id(&self) -> RecordId {
        RecordId { shard: self.shard_id, id: self.id }
    }
    pub fn freeze(&self) -> Option<RecordId> {
        self.freeze_shard.zip(self.freeze_id).map(|(shard, id)| RecordId { shard, id })
    }
    /// The figures of an issued report.
    pub fn issued(&self) -> Option<RecordId> {
        self.freeze().filter(|_| self.state == State::Issued.code())
    }
}

/// How far the reports of a unit and a period are, withdrawn ones too.
pub async fn of_unit(db: &Db, unit: Id, period: Period) -> Result<Vec<Progress>> {
    Ok(sql!(
        "SELECT shard_id, id, unit_id, state, number, issued_on, freeze_shard, freeze_id, updated_at
         FROM reports WHERE unit_id = $1 AND period = $2 ORDER BY created_at, id",
        unit,
        period.to_string()
    )
    .all(db)
    .await?)
}

/// How far all units' reports of a period are; of each unit the one that stands first, then those withdrawn, the newest
/// first.
pub async fn of_period(db: &Db, period: Period) -> Result<Vec<Progress>> {
    Ok(sql!(
        "SELECT shard_id, id, unit_id, state, number, issued_on, freeze_shard, freeze_id, updated_at
         FROM reports WHERE period = $1
         ORDER BY unit_id, CASE WHEN state = 'withdrawn' THEN 1 ELSE 0 END, created_at DESC, id",
        period.to_string()
    )
    .all(db)
    .await?)
}

store::record! {
    /// As what and by which name somebody signed.
    pub struct Signed { pub authority: Option<String>, pub signer: Option<String> }
}

/// How the unit's last report was signed that this leader approved: the next is signed alike.
pub async fn last_signed(db: &Db, unit: Id, approved_by: Id) -> Result<Option<Signed>> {
    Ok(sql!(
        "SELECT authority, signer FROM reports WHERE unit_id = $1 AND approved_by = $2 AND issued_on IS NOT NULL
         ORDER BY issued_on DESC, id DESC LIMIT 1",
        unit,
        approved_by
    )
    .find(db)
    .await?)
}

/// The units that have two reports of one period. `check` runs it.
pub async fn doubled(db: &Db) -> Result<Vec<Id>> {
    let units: Vec<(Id,)> = sql!(
        "SELECT unit_id FROM reports WHERE state <> 'withdrawn'
         GROUP BY unit_id, period HAVING COUNT(*) > 1 ORDER BY unit_id"
    )
    .all(db)
    .await?;
    Ok(units.into_iter().map(|u| u.0).collect())
}

/// The last report of a unit and a period that was withdrawn.
async fn find_withdrawn(tx: &mut Tx, unit: Id, period: Period) -> Result<Option<RecordId>> {
    let found: Option<Found> = sql!(
        "SELECT shard_id, id FROM reports WHERE unit_id = $1 AND period = $2 AND state = 'withdrawn'
         ORDER BY updated_at DESC, id DESC LIMIT 1",
        unit,
        period.to_string()
    )
    .find(tx)
    .await?;
    Ok(found.map(Found::id))
}

/// Begins a report of a unit and a period; one at a time, also when two begin at the same moment. After a withdrawal it
/// begins with what was written then, by whom and when: mending a paper is not writing it anew.
pub async fn insert(
    tx: &mut Tx,
    app: &App,
    account: Id,
    shard: i64,
    question: &Question,
) -> Result<RecordId> {
    tx.alone(&format!("report {} {}", question.unit, question.period)).await?;
    if find_of(&mut *tx, question.unit, question.period).await?.is_some() {
        return Err(Error::Conflict("papers-one-already"));
    }
    let id = RecordId { shard, id: app.new_id() };
    let taken = find_withdrawn(&mut *tx, question.unit, question.period).await?;
    let units_on = match question.units {
        Units::AsTheyWere => None,
        Units::AsOn(day) => Some(day),
    };
    sql!(
        "INSERT INTO reports (shard_id, id, unit_id, template, period, units_on, state, version, created_by,
                              created_at, updated_at, taken_shard, taken_id)
         VALUES ($1, $2, $3, 'annual-report', $4, $5, 'draft', 1, $6, $7, $7, $8, $9)",
        id.shard,
        id.id,
        question.unit,
        question.period.to_string(),
        units_on,
        account,
        app.now(),
        taken.map(|t| t.shard),
        taken.map(|t| t.id)
    )
    .run(&mut *tx)
    .await?;
    if let Some(taken) = taken {
        sql!(
            "INSERT INTO report_texts (shard_id, report_id, key, content, version, written_by, updated_at)
             SELECT $1, $2, key, content, 1, written_by, updated_at FROM report_texts
             WHERE shard_id = $3 AND report_id = $4",
            id.shard,
            id.id,
            taken.shard,
            taken.id
        )
        .run(&mut *tx)
        .await?;
        super::stated::take_parts(&mut *tx, taken, id).await?;
    }
    let from = taken.map(|t| t.to_string()).unwrap_or_default();
    write_audit(tx, app, account, question.unit, id, "write", &from).await?;
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

store::record! {
    /// What the officer wrote in one place.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Text {
        pub key: String, pub content: String, pub version: i64, pub written_by: Id, pub updated_at: Timestamp,
    }
}

/// What the officer wrote, by key.
pub async fn texts(on: impl store::Runs, id: RecordId) -> Result<BTreeMap<String, Text>> {
    let rows: Vec<Text> = sql!(
        "SELECT key, content, version, written_by, updated_at FROM report_texts WHERE shard_id = $1 AND report_id = $2
         ORDER BY key",
        id.shard,
        id.id
    )
    .all(on)
    .await?;
    Ok(rows.into_iter().map(|t| (t.key.clone(), t)).collect())
}

/// Holds a draft until the transaction ends, and counts what is done to it: who writes into it and who freezes it wait
/// for each other, and the one who comes later sees it. The new version.
pub async fn hold_draft(tx: &mut Tx, id: RecordId) -> Result<i64> {
    let held: Option<(i64,)> = sql!(
        "UPDATE reports SET version = version + 1
         WHERE shard_id = $1 AND id = $2 AND state = 'draft' AND frozen IS NULL RETURNING version",
        id.shard,
        id.id
    )
    .find(tx)
    .await?;
    held.map(|(version,)| version).ok_or(Error::Conflict("papers-frozen-already"))
}

/// Keeps one text of a draft. `began` is the version that the page began from, 0 for none; false when the text
/// has been changed since, and nothing was kept.
pub async fn keep_text(
    tx: &mut Tx,
    app: &App,
    account: Id,
    r: &Report,
    (key, content): (&str, &str),
    began: i64,
) -> Result<bool> {
    hold_draft(tx, r.id).await?;
    let kept = sql!(
        "INSERT INTO report_texts (shard_id, report_id, key, content, version, written_by, updated_at)
         VALUES ($1, $2, $3, $4, 1, $5, $6)
         ON CONFLICT (shard_id, report_id, key) DO UPDATE SET content = excluded.content,
             version = report_texts.version + 1, written_by = excluded.written_by,
             updated_at = excluded.updated_at
         WHERE report_texts.version = $7",
        r.id.shard,
        r.id.id,
        key,
        content,
        account,
        app.now(),
        began
    )
    .run(tx)
    .await?;
    if kept == 1 {
        write_audit(tx, app, account, r.unit, r.id, "write", &format!("{key}\n{content}")).await?;
    }
    Ok(kept == 1)
}

/// Keeps a text when it is another than the one that stands there now.
pub async fn keep_changed(
    tx: &mut Tx,
    app: &App,
    account: Id,
    r: &Report,
    key: &str,
    content: &str,
) -> Result<()> {
    let texts = texts(&mut *tx, r.id).await?;
    let kept = texts.get(key);
    if kept.map_or("", |t| t.content.as_str()) == content {
        return Ok(());
    }
    match keep_text(tx, app, account, r, (key, content), kept.map_or(0, |t| t.version)).await? {
        true => Ok(()),
        false => Err(Error::Conflict("error-conflict")),
    }
}

/// Keeps the paper of a draft that is held, as it is now; its figures no longer move.
pub async fn keep_frozen(
    tx: &mut Tx,
    app: &App,
    account: Id,
    r: &Report,
    freeze: RecordId,
    paper: &press::Document,
) -> Result<()> {
    let json = serde_json::to_string(paper).map_err(|e| Error::Internal(e.into()))?;
    sql!(
        "UPDATE reports SET freeze_shard = $3, freeze_id = $4, frozen = $5, settled_at = $6, updated_at = $6
         WHERE shard_id = $1 AND id = $2",
        r.id.shard,
        r.id.id,
        freeze.shard,
        freeze.id,
        json.clone(),
        app.now()
    )
    .run(tx)
    .await?;
    write_audit(tx, app, account, r.unit, r.id, "freeze", &json).await
}

/// Back to writing: the frozen figures stay in `numbers`, the paper is composed anew.
/// `note` says why, when it was returned.
pub async fn thaw(tx: &mut Tx, app: &App, account: Id, r: &Report, note: Option<&str>) -> Result<()> {
    if !matches!(r.state, State::Draft | State::Waiting | State::Approved) {
        return Err(Error::Conflict("papers-issued-already"));
    }
    let touched = sql!(
        "UPDATE reports SET freeze_shard = NULL, freeze_id = NULL, frozen = NULL, settled_at = NULL, state = 'draft',
             submitted_by = NULL, approved_by = NULL, note = $5, version = version + 1, updated_at = $4
         WHERE shard_id = $1 AND id = $2 AND version = $3",
        r.id.shard,
        r.id.id,
        r.version,
        app.now(),
        note.map(str::to_owned)
    )
    .run(tx)
    .await?;
    if touched == 0 {
        return Err(Error::Conflict("papers-error-changed"));
    }
    let act = if note.is_some() { "return" } else { "thaw" };
    write_audit(tx, app, account, r.unit, r.id, act, note.unwrap_or_default()).await
}

/// What is said when a paper moves on.
#[derive(Debug, Default)]
pub struct Said<'a> {
    /// Given by the agency's own register, when it is issued.
    pub number: Option<&'a str>,
    pub issued_on: Option<Date>,
    /// The lines over the signature, and the name under it.
    pub authority: Option<&'a str>,
    pub signer: Option<&'a str>,
    /// Why it is withdrawn.
    pub note: Option<&'a str>,
}

/// Moves from one state to the next; returning is [`thaw`].
pub async fn move_to(
    tx: &mut Tx,
    app: &App,
    account: Id,
    r: &Report,
    to: State,
    said: Said<'_>,
) -> Result<()> {
    let allowed = matches!(
        (r.state, to),
        (State::Draft, State::Waiting)
            | (State::Waiting, State::Approved)
            | (State::Approved, State::Issued)
            | (State::Issued, State::Withdrawn)
    );
    if !allowed || r.frozen.is_none() {
        return Err(Error::Conflict("papers-not-now"));
    }
    let (mut submitted_by, mut approved_by) = (r.submitted_by, r.approved_by);
    let texts = texts(&mut *tx, r.id).await?;
    // What was frozen by an older release may have gaps.
    if to != State::Withdrawn && !super::open::open(super::compose::template_of(r)?, &texts).is_empty() {
        return Err(Error::Conflict("papers-reopen-gaps"));
    }
    // What an older release froze may hold figures that nobody has looked at.
    if to != State::Withdrawn && r.settled_at.is_none() {
        return Err(Error::Conflict("papers-reopen-figures"));
    }
    match to {
        State::Waiting => submitted_by = Some(account),
        State::Approved => {
            // Someone other than whoever wrote any of it approves, always (C1).
            let wrote = texts.values().any(|t| t.written_by == account);
            if wrote || r.created_by == account || r.submitted_by == Some(account) {
                return Err(Error::Conflict("papers-own-report"));
            }
            approved_by = Some(account);
        }
        _ => {}
    }
    let owned = |t: Option<&str>| t.map(str::to_owned);
    // A unit gives a number once a year, as long as the paper stands.
    let register_key = match (to, said.number, said.issued_on) {
        (State::Issued, Some(number), Some(day)) => Some(format!("{} {}", day.year(), number.to_lowercase())),
        _ => None,
    };
    let touched = sql!(
        "UPDATE reports SET state = $4, submitted_by = $5, approved_by = $6, number = $7, issued_on = $8, authority = $9,
             signer = $10, note = $11, version = version + 1, updated_at = $12, register_key = $13
         WHERE shard_id = $1 AND id = $2 AND version = $3",
        r.id.shard,
        r.id.id,
        r.version,
        to.code(),
        submitted_by,
        approved_by,
        owned(said.number).or_else(|| r.number.clone()),
        said.issued_on.or(r.issued_on),
        owned(said.authority).or_else(|| r.authority.clone()),
        owned(said.signer).or_else(|| r.signer.clone()),
        owned(said.note),
        app.now(),
        register_key
    )
    .run(&mut *tx)
    .await
    .map_err(|e| match e {
        store::Error::Constraint(_) => Error::Conflict("papers-number-taken"),
        other => other.into(),
    })?;
    if touched == 0 {
        return Err(Error::Conflict("papers-error-changed"));
    }
    let day = said.issued_on.map(|d| d.to_string()).unwrap_or_default();
    let content = [said.number, Some(day.as_str()), said.authority, said.signer, said.note]
        .map(Option::unwrap_or_default)
        .join("\n");
    write_audit(tx, app, account, r.unit, r.id, to.code(), &content).await
}

/// How many reports a unit has that are not issued yet: a reorganisation touches them.
pub async fn count_open(db: &Db, unit: Id) -> Result<i64> {
    let (open,): (i64,) = sql!(
        "SELECT COUNT(*) FROM reports WHERE unit_id = $1 AND state IN ('draft', 'waiting', 'approved')",
        unit
    )
    .get(db)
    .await?;
    Ok(open)
}
