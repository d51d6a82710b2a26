//! Freezing a period: the figures stay; what changed since is listed beside them. `GET /so-lieu/chot` shows what will
//! be frozen, `POST /so-lieu/chot` does it, `GET /so-lieu/chot/{id}` shows it.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use store::{Db, Filter, Id, RecordId, Runs, Select, Tx, Value, sql};

use super::asked::{Asked, ROWS, period_words, rows_path, units_words};
use super::indicator::position;
use super::{
    By, Figure, Ground, Indicator, Period, Question, RowKey, Units, behind, checks, find_indicator, flags,
    indicators, list_overrides, read,
};
use crate::access::Act;
use crate::app::{App, Shared};
use crate::audit;
use crate::error::{Error, FieldProblem, Result};
use crate::facts::{Fact, Was};
use crate::page::{Page, Room, show, show_again};
use crate::web::Signed;
use crate::web::form::{Form, Problems};

store::record! {
    /// A frozen period (promise G23).
    #[derive(Debug, Clone)]
    pub struct Freeze {
        pub shard_id: i64,
        pub id: Id,
        pub unit_id: Id,
        pub period: String,
        pub units_on: Option<Date>,
        pub code: String,
        pub audit_seq: i64,
        pub audit_hash: Vec<u8>,
        pub account_id: Id,
        pub created_at: Timestamp,
    }
}

impl Freeze {
    pub fn record_id(&self) -> RecordId {
        RecordId { shard: self.shard_id, id: self.id }
    }
    pub fn question(&self) -> Result<Question> {
        Ok(Question {
            unit: self.unit_id,
            period: self.period.parse().map_err(|_| Error::NotFound)?,
            units: self.units_on.map_or(Units::AsTheyWere, Units::AsOn),
            by: By::Whole,
        })
    }
    /// The printed head of the audit chain.
    pub fn audit_head(&self) -> String {
        audit::Head { seq: self.audit_seq, hash: self.audit_hash.clone() }.short()
    }
}

store::record! {
    /// One figure of a frozen period.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Frozen {
        pub indicator: String,
        pub actual: i64,
        pub estimate: i64,
        pub rows: i64,
        pub stated: Option<i64>,
    }
}
impl Frozen {
    pub fn figure(&self) -> Figure {
        Figure { actual: self.actual, estimate: self.estimate, rows: self.rows }
    }
    /// The figure as reported: stated, or else computed.
    pub fn reported(&self) -> i64 {
        self.stated.unwrap_or(self.actual + self.estimate)
    }
}

pub async fn get_freeze(on: impl Runs, id: RecordId) -> Result<Freeze> {
    Ok(sql!(
        "SELECT shard_id, id, unit_id, period, units_on, code, audit_seq, audit_hash, account_id, created_at
         FROM number_freezes WHERE shard_id = $1 AND id = $2",
        id.shard,
        id.id
    )
    .get(on)
    .await?)
}

/// A unit's frozen periods, newest first.
pub async fn list_freezes(db: &Db, unit: Id) -> Result<Vec<Freeze>> {
    Ok(sql!(
        "SELECT shard_id, id, unit_id, period, units_on, code, audit_seq, audit_hash, account_id, created_at
         FROM number_freezes WHERE unit_id = $1 ORDER BY created_at DESC, id DESC",
        unit
    )
    .all(db)
    .await?)
}

/// The codes of all frozen figures of a period.
pub async fn freeze_codes(db: &Db, period: Period) -> Result<HashMap<RecordId, String>> {
    store::record! { struct Coded { shard_id: i64, id: Id, code: String } }
    let all: Vec<Coded> =
        sql!("SELECT shard_id, id, code FROM number_freezes WHERE period = $1", period.to_string())
            .all(db)
            .await?;
    Ok(all.into_iter().map(|c| (RecordId { shard: c.shard_id, id: c.id }, c.code)).collect())
}

/// Where the audit chains stood when periods were frozen: printed in reports, so they must still stand there.
pub async fn frozen_heads(db: &Db) -> Result<Vec<audit::At>> {
    store::record! { struct Printed { shard_id: i64, unit_id: Id, audit_seq: i64, audit_hash: Vec<u8> } }
    let all: Vec<Printed> =
        sql!("SELECT shard_id, unit_id, audit_seq, audit_hash FROM number_freezes ORDER BY created_at, id")
            .all(db)
            .await?;
    let at = |p: Printed| audit::At {
        shard_id: p.shard_id,
        unit_id: p.unit_id,
        seq: p.audit_seq,
        hash: hex::encode(p.audit_hash),
    };
    Ok(all.into_iter().map(at).collect())
}

/// The figures of a frozen period, in the order of the report.
pub async fn frozen_figures(on: impl Runs, id: RecordId) -> Result<Vec<Frozen>> {
    let mut figures: Vec<Frozen> = sql!(
        "SELECT indicator, actual, estimate, rows, stated FROM number_frozen WHERE shard_id = $1 AND freeze_id = $2",
        id.shard,
        id.id
    )
    .all(on)
    .await?;
    figures.sort_by_key(|f| position(&f.indicator));
    Ok(figures)
}

/// Frozen figures as the audit log has their digest, in an order that does not depend on who reads them.
fn written_down(figures: &[Frozen]) -> String {
    let line = |f: &Frozen| {
        let stated = f.stated.map_or(String::new(), |n| n.to_string());
        format!("{} {} {} {} {stated}\n", f.indicator, f.actual, f.estimate, f.rows)
    };
    let mut lines: Vec<String> = figures.iter().map(line).collect();
    lines.sort();
    lines.concat()
}

store::record! { struct Kept { shard_id: i64, id: Id, unit_id: Id, period: String, audit_seq: i64 } }

/// The unit and period of frozen figures that are no longer those of the audit log. `check` runs it.
pub async fn changed_freezes(db: &Db) -> Result<Vec<(Id, String)>> {
    let all: Vec<Kept> =
        sql!("SELECT shard_id, id, unit_id, period, audit_seq FROM number_freezes ORDER BY created_at, id")
            .all(db)
            .await?;
    let mut changed = Vec::new();
    for k in all {
        let figures = frozen_figures(db, RecordId { shard: k.shard_id, id: k.id }).await?;
        if !audit::says(db, k.unit_id, k.audit_seq, written_down(&figures).as_bytes()).await? {
            changed.push((k.unit_id, k.period));
        }
    }
    Ok(changed)
}

/// Letters and digits of a code.
pub const CODE: usize = 16;

/// Letters and digits that are not mistaken for each other: 80 bits of chance.
fn new_code(app: &App) -> String {
    const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let bytes: [u8; CODE] = app.random.bytes();
    bytes.iter().map(|b| char::from(LETTERS[usize::from(b % 32)])).collect()
}

/// The figures of a unit and a period as they were at a moment, to be frozen.
pub struct Read {
    question: Question,
    at: Timestamp,
    pub figures: Vec<Frozen>,
}

/// Reads what is to be frozen, before the transaction that keeps it.
pub async fn read_to_freeze(app: &App, question: &Question) -> Result<Read> {
    // What is saved while it is read counts as changed since.
    let at = app.now();
    let all = indicators(question.period.from, question.period.to);
    let question = Question { by: By::Whole, ..question.clone() };
    let table = read(app, &question, &all).await?;
    let stated = list_overrides(&app.db, question.unit, question.period).await?;
    let frozen = |(indicator, figure): (&&Indicator, &Figure)| Frozen {
        indicator: indicator.code.clone(),
        actual: figure.actual,
        estimate: figure.estimate,
        rows: figure.rows,
        stated: stated.iter().find(|o| o.indicator == indicator.code).map(|o| o.stated),
    };
    let figures = all.iter().zip(&table.total).map(frozen).collect();
    Ok(Read { question, at, figures })
}

/// Freezes the figures of a unit and a period as they were read.
pub async fn freeze(tx: &mut Tx, app: &App, account: Id, shard: i64, read: &Read) -> Result<RecordId> {
    keep(tx, app, account, shard, read, None).await?.ok_or(Error::Conflict("error-conflict"))
}

/// Freezes once for each form (`once`): none when that form has frozen already, and nothing is to be committed.
async fn keep(
    tx: &mut Tx,
    app: &App,
    account: Id,
    shard: i64,
    read: &Read,
    once: Option<Id>,
) -> Result<Option<RecordId>> {
    let Read { question, at, figures } = read;
    let id = RecordId { shard, id: app.new_id() };
    let content = written_down(figures);
    let entry = audit::Entry {
        unit: question.unit,
        shard,
        at: *at,
        account: Some(account),
        act: "freeze",
        object_kind: "period",
        object_id: id.to_string(),
        content: content.as_bytes(),
    };
    audit::write(tx, &entry).await?;
    let head = audit::head_in(tx, question.unit).await?.ok_or(Error::NotFound)?;
    let units_on = match question.units {
        Units::AsTheyWere => None,
        Units::AsOn(day) => Some(day),
    };
    let kept = sql!(
        "INSERT INTO number_freezes (shard_id, id, unit_id, period, units_on, code, audit_seq, audit_hash, account_id,
                                     created_at, once)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (shard_id, once) DO NOTHING",
        id.shard,
        id.id,
        question.unit,
        question.period.to_string(),
        units_on,
        new_code(app),
        head.seq,
        head.hash,
        account,
        at,
        once
    )
    .run(tx)
    .await?;
    if kept == 0 {
        return Ok(None);
    }
    for figure in figures {
        sql!(
            "INSERT INTO number_frozen (shard_id, freeze_id, indicator, actual, estimate, rows, stated)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            id.shard,
            id.id,
            figure.indicator,
            figure.actual,
            figure.estimate,
            figure.rows,
            figure.stated
        )
        .run(tx)
        .await?;
    }
    Ok(Some(id))
}

/// What a form of this person's has frozen already; refused when that was another unit, period or tree.
async fn get_once(db: &Db, shard: i64, question: &Question, account: Id, once: Id) -> Result<RecordId> {
    let found: Freeze = sql!(
        "SELECT shard_id, id, unit_id, period, units_on, code, audit_seq, audit_hash, account_id, created_at
         FROM number_freezes WHERE shard_id = $1 AND once = $2 AND account_id = $3",
        shard,
        once,
        account
    )
    .get(db)
    .await?;
    match found.question()? == *question {
        true => Ok(found.record_id()),
        false => Err(Error::Conflict("numbers-frozen-otherwise")),
    }
}

/// A row of facts that changed after a freeze.
pub struct Changed {
    pub(super) id: Id,
    pub day: Date,
    pub title: String,
    pub page: String,
    pub at: Timestamp,
    /// It was not there yet.
    pub added: bool,
    pub withdrawn: bool,
}

impl Changed {
    /// The key of what was done.
    pub fn what(&self) -> &'static str {
        match (self.withdrawn, self.added) {
            (true, _) => "numbers-withdrawn",
            (false, true) => "numbers-added",
            (false, false) => "numbers-row-changed",
        }
    }
}

/// Where a page of changes ended: when the last row was changed, and its id.
type Mark = (Timestamp, Id);

/// The rows that changed since a freeze: how many in all, a page of them, newest first, and where that page ends when
/// there are more.
#[derive(Default)]
pub struct Changes {
    pub count: i64,
    pub listed: Vec<Changed>,
    next: Option<Mark>,
}

impl Changes {
    /// The first page of them.
    pub(super) fn of(count: i64, mut listed: Vec<Changed>) -> Changes {
        listed.sort_by_key(|c| std::cmp::Reverse((c.at, c.id)));
        let more = listed.len() > LISTED;
        listed.truncate(LISTED);
        let next = listed.last().filter(|_| more).map(|c| (c.at, c.id));
        Changes { count, listed, next }
    }
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
    /// The address of the page after.
    fn next(&self, freeze: &Freeze) -> Option<String> {
        let (at, id) = self.next?;
        Some(format!("/so-lieu/chot/{}?sau={}_{id}", freeze.record_id(), at.as_microsecond()))
    }
}

/// The address of rows, as they stood when a period was frozen.
pub fn as_frozen(rows: &str, freeze: RecordId) -> String {
    format!("{rows}{FREEZE}{freeze}")
}
/// Whether an address is of rows, and not yet of [`as_frozen`].
pub fn may_be_frozen(path: &str) -> bool {
    path.starts_with(ROWS) && !path.contains(FREEZE)
}
const FREEZE: &str = "&chot=";

/// Most changes on one page.
pub(super) const LISTED: usize = 200;

/// The rows in the frozen scope that were added, changed, withdrawn or taken out of it since.
pub async fn changed_since(app: &App, freeze: &Freeze, after: Option<Mark>) -> Result<Changes> {
    changes(app, &freeze.question()?, &crate::facts(), None, freeze.created_at, after).await
}

/// The rows of facts that were added, changed, withdrawn or moved elsewhere since a moment, at one row of a table (or all),
/// after a mark.
pub async fn changes(
    app: &App,
    question: &Question,
    facts: &[&'static Fact],
    row: Option<&RowKey>,
    since: Timestamp,
    after: Option<Mark>,
) -> Result<Changes> {
    let ground = Ground::of(app, question).await?;
    let members = ground.members(row.and_then(|r| r.place));
    let number = async |select: Select| -> Result<i64> {
        let (number,): (i64,) = select.count(vec![]).query().get(&app.db).await?;
        Ok(number)
    };
    let mut count = 0;
    let mut listed: HashMap<RecordId, Changed> = HashMap::new();
    for fact in facts {
        let Some(relation) = fact.changes else { continue };
        // A row that was taken out of here since is found only as it stood.
        let then = behind::rows_then(app, fact, &members, since).await?;
        let mut were: HashMap<RecordId, &Was> = HashMap::new();
        let mut scopes = Vec::new();
        for (from, to, members) in &members {
            let Some((from, to)) = behind::within(*from, *to, row)? else { continue };
            let changed = then.iter().filter(|was| was.since.is_some() && was.at > since);
            let here = changed.filter(|was| behind::stood(was, (from, to), members.as_deref()));
            were.extend(here.map(|was| (was.id, was)));
            let mut scope = Select::from(relation)
                .filter(Filter::at_least("day", from))
                .filter(Filter::at_most("day", to))
                .filter(Filter::at_least("updated_at", since.as_microsecond() + 1));
            if let Some(members) = members {
                scope = scope.filter(Filter::any_of("unit_id", members));
            }
            scopes.push(scope);
        }
        count += i64::try_from(were.len()).unwrap_or_default();
        let ids: Vec<Id> = were.keys().map(|id| id.id).collect();
        for scope in scopes {
            count += number(scope.clone()).await?;
            for some in ids.chunks(500) {
                count -= number(scope.clone().filter(Filter::any_of("id", some.iter().copied()))).await?;
            }
            let mut select = scope.order("updated_at", true).order("id", true).limit(LISTED as i64 + 1);
            for column in ["shard_id", "id", "day", "title", "updated_at", "state", "created_at"] {
                select = select.list(column);
            }
            if let Some((at, id)) = after {
                let mark = [Value::Int(Some(at.as_microsecond())), Value::Bytes(Some(id.0.to_vec()))];
                select = select.after(mark.to_vec());
            }
            for row in select.query().rows(&app.db).await? {
                let bytes = row.bytes_at(1)?.unwrap_or_default();
                let id = Id(bytes.try_into().map_err(|_| Error::NotFound)?);
                let record = RecordId { shard: row.int_at(0)?.unwrap_or(0), id };
                let changed = Changed {
                    id,
                    day: row.text_at(2)?.and_then(|d| d.parse().ok()).ok_or(Error::NotFound)?,
                    title: row.text_at(3)?.unwrap_or_default(),
                    page: (fact.page)(record),
                    at: Timestamp::from_microsecond(row.int_at(4)?.unwrap_or(0))
                        .map_err(|_| Error::NotFound)?,
                    withdrawn: row.text_at(5)?.as_deref() == Some("withdrawn"),
                    added: row.int_at(6)?.unwrap_or(0) > since.as_microsecond(),
                };
                listed.insert(record, changed);
            }
        }
        for (id, was) in were.into_iter().filter(|(id, was)| after.is_none_or(|m| (was.at, id.id) < m)) {
            listed.entry(id).or_insert_with(|| behind::left(fact, was));
        }
    }
    Ok(Changes::of(count, listed.into_values().collect()))
}

/// The figures that cannot be, its own or those of the units below, each as a problem: they are not frozen.
async fn impossible(app: &App, question: &Question) -> Result<Vec<FieldProblem>> {
    let all = indicators(question.period.from, question.period.to);
    let by_unit = Question { by: By::Unit, ..question.clone() };
    let now = read(app, &by_unit, &all).await?;
    let last = read(app, &Question { period: question.period.year_before(), ..by_unit }, &all).await?;
    let own = checks::gather(app, question, &all, &now.total, &last.total).await?;
    let mut problems = Vec::new();
    for flag in flags(app, question, &all, &own, (&now, &last)).await? {
        if flag.finding.impossible && flag.settled.is_none() {
            let name = app.trees.name(&app.db, flag.unit).await?;
            let value = format!("{name}: {}", flag.finding.vi);
            problems.push(FieldProblem { field: "ky", key: "numbers-freeze-impossible", value });
        }
    }
    Ok(problems)
}

/// On which tree figures are frozen: today's, unless those of the time were asked for.
fn tree_to_freeze(asked: Option<&str>, today: Date) -> Units {
    match asked {
        Some("luc-do") => Units::AsTheyWere,
        _ => Units::AsOn(today),
    }
}

#[derive(Template)]
#[template(path = "numbers/to_freeze.html")]
struct ToFreezePage {
    page: Page,
    question: Question,
    tree: &'static str,
    unit: String,
    period: String,
    units: String,
    lines: Vec<Line>,
    /// When it was frozen before, the last time.
    before: Option<Timestamp>,
    /// Names the form that freezes.
    once: Id,
    back: String,
}

/// `GET /so-lieu/chot`: what would be frozen, before it is.
pub async fn confirm(signed: Signed, Query(asked): Query<Asked>) -> Result<Response> {
    let units = tree_to_freeze(asked.units.as_deref(), signed.app.today());
    let question = Question { units, by: By::Whole, ..asked.question(&signed)? };
    signed.require(Act::KeepNumbers, question.unit)?;
    if !signed.tree.contains(question.unit) {
        return Err(Error::NotFound);
    }
    let problems = impossible(&signed.app, &question).await?;
    show(&to_freeze(&signed, question, problems).await?)
}

async fn to_freeze(signed: &Signed, question: Question, problems: Vec<FieldProblem>) -> Result<ToFreezePage> {
    let app = &signed.app;
    let back = super::asked::table_path(&question, app.today());
    let mut page = signed
        .page(Room::Numbers, &signed.say("numbers-freeze"))
        .crumb(signed.say("room-numbers"), back.clone());
    page.problems = problems;
    let figures = read_to_freeze(app, &question).await?.figures;
    let period = question.period.to_string();
    let before = list_freezes(&app.db, question.unit).await?.into_iter().find(|f| f.period == period);
    Ok(ToFreezePage {
        tree: if question.units == Units::AsTheyWere { "luc-do" } else { "nay" },
        unit: signed.unit_name(question.unit).await?,
        period: period_words(&page, question.period),
        units: units_words(&page, question.units),
        lines: lines(&page, &figures).into_iter().map(|(_, line)| line).collect(),
        before: before.map(|f| f.created_at),
        once: app.new_id(),
        back,
        question,
        page,
    })
}

pub async fn create(signed: Signed, State(app): State<Shared>, form: Form) -> Result<Response> {
    let mut problems = Problems::default();
    let unit: Id = problems.parse(&form, "don-vi").ok_or(Error::NotFound)?;
    signed.require(Act::KeepNumbers, unit)?;
    let period: Option<Period> = problems.parse(&form, "ky");
    let once: Option<Id> = problems.parse(&form, "lan");
    problems.finish()?;
    let period = period.ok_or(Error::NotFound)?;
    let units = tree_to_freeze(Some(form.text("cay")), app.today());
    let shard = signed.tree.get(unit).map(|u| u.shard_id).ok_or(Error::NotFound)?;
    let question = Question { unit, period, units, by: By::Whole };
    let problems = impossible(&app, &question).await?;
    if !problems.is_empty() {
        return show_again(&to_freeze(&signed, question, problems).await?);
    }
    let read = read_to_freeze(&app, &question).await?;
    let mut tx = app.db.begin().await?;
    let account = signed.actor.account;
    let id = match (keep(&mut tx, &app, account, shard, &read, once).await?, once) {
        (Some(id), _) => {
            tx.commit().await?;
            id
        }
        (None, Some(once)) => {
            drop(tx);
            get_once(&app.db, shard, &question, account, once).await?
        }
        (None, None) => return Err(Error::NotFound),
    };
    Ok(signed.redirect(&format!("/so-lieu/chot/{id}")))
}

pub(super) struct Line {
    pub name: String,
    pub reported: i64,
    pub stated: bool,
    pub computed: i64,
    now: Option<i64>,
    /// The rows it was counted from.
    rows: String,
}

#[derive(Template)]
#[template(path = "numbers/frozen.html")]
struct FrozenPage {
    page: Page,
    freeze: Freeze,
    period: String,
    units: String,
    lines: Vec<Line>,
    changed: Changes,
    next: Option<String>,
    differs: bool,
}

impl FrozenPage {
    fn frozen_rows(&self, line: &Line) -> String {
        as_frozen(&line.rows, self.freeze.record_id())
    }
}

#[derive(Deserialize)]
pub struct From {
    /// Where the page before ended.
    #[serde(rename = "sau")]
    after: Option<String>,
}

impl From {
    fn mark(&self) -> Result<Option<Mark>> {
        let Some(text) = self.after.as_deref().filter(|a| !a.is_empty()) else { return Ok(None) };
        let (at, id) = text.split_once('_').ok_or(Error::NotFound)?;
        let at =
            at.parse().ok().and_then(|at| Timestamp::from_microsecond(at).ok()).ok_or(Error::NotFound)?;
        Ok(Some((at, id.parse()?)))
    }
}

pub async fn page(
    signed: Signed,
    State(app): State<Shared>,
    Path(id): Path<String>,
    Query(from): Query<From>,
) -> Result<Response> {
    let freeze = get_freeze(&app.db, id.parse()?).await?;
    signed.require(Act::See, freeze.unit_id)?;
    let question = freeze.question()?;
    let all = indicators(question.period.from, question.period.to);
    let now = read(&app, &question, &all).await?;
    let mut page = signed.page(Room::Numbers, "");
    let lines: Vec<Line> = lines(&page, &frozen_figures(&app.db, freeze.record_id()).await?)
        .into_iter()
        .map(|(code, line)| {
            let at = all.iter().position(|i| i.code == code);
            let now = at.and_then(|i| now.total.get(i)).map(|f| f.total());
            Line { now, rows: rows_path(&question, app.today(), &code, None), ..line }
        })
        .collect();
    page.title = page.t1("numbers-frozen-title", "unit", signed.unit_name(freeze.unit_id).await?);
    page = page.crumb(signed.say("room-numbers"), super::asked::table_path(&question, app.today()));
    let changed = changed_since(&app, &freeze, from.mark()?).await?;
    show(&FrozenPage {
        next: changed.next(&freeze),
        period: period_words(&page, question.period),
        units: units_words(&page, question.units),
        differs: lines.iter().any(|l| l.now.is_some_and(|n| n != l.computed)),
        lines,
        changed,
        freeze,
        page,
    })
}

pub(super) fn lines(page: &Page, frozen: &[Frozen]) -> Vec<(String, Line)> {
    frozen
        .iter()
        .filter_map(|f| {
            let i = find_indicator(&f.indicator)?;
            let name = i.titled(page.lang).into_owned();
            let line = Line {
                name,
                reported: f.reported(),
                stated: f.stated.is_some(),
                computed: f.figure().total(),
                now: None,
                rows: String::new(),
            };
            Some((f.indicator.clone(), line))
        })
        .collect()
}
