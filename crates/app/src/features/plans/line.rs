//! A line of a plan (nhiệm vụ): its SQL, and how far it is.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::{Columns, Db, Filter, Id, RecordId, Relation, Select, Tx, sql};

use super::plan::{Plan, json};
use crate::app::App;
use crate::error::{Error, Result};
use crate::features::activities::{self, Done};

/// What a person writes of a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LineContent {
    pub content: String,
    pub laws: Vec<Id>,
    /// Codes of the activities' audiences and methods.
    pub audiences: Vec<String>,
    pub methods: Vec<String>,
    /// Chủ trì.
    pub lead: Id,
    /// Phối hợp: units of the tree, and others in words.
    pub with_units: Vec<Id>,
    pub with_others: String,
    pub from: Option<Date>,
    pub until: Date,
    pub product: String,
    /// How many times it is to be done, at least 1.
    pub talks: i64,
    /// Đồng.
    pub budget: i64,
    /// The line of the plan above that it carries out.
    pub above: Option<RecordId>,
}

#[derive(Debug, Clone)]
pub struct Line {
    pub id: RecordId,
    pub plan: RecordId,
    pub unit: Id,
    pub position: i64,
    pub content: LineContent,
    pub version: i64,
    pub updated_at: Timestamp,
}

store::record! {
    struct LineRow {
        shard_id: i64, id: Id, plan_id: Id, unit_id: Id, position: i64, content: String, audiences: String,
        methods: String, lead_unit: Id, with_units: String, with_others: String, from_day: Option<Date>,
        until_day: Date, product: String, talks: i64, budget: i64, above_shard: Option<i64>,
        above_line: Option<Id>, version: i64, updated_at: Timestamp,
    }
}
store::record! { struct LawRow { line_id: Id, law_id: Id } }

fn list<T: serde::de::DeserializeOwned>(json: &str) -> Result<Vec<T>> {
    serde_json::from_str(json).map_err(|e| Error::Internal(e.into()))
}

impl Line {
    /// Its page, without the language.
    pub fn page(&self) -> String {
        super::line_page(self.id)
    }
    fn from_row(row: LineRow, laws: Vec<Id>) -> Result<Line> {
        Ok(Line {
            id: RecordId { shard: row.shard_id, id: row.id },
            plan: RecordId { shard: row.shard_id, id: row.plan_id },
            unit: row.unit_id,
            position: row.position,
            content: LineContent {
                content: row.content,
                laws,
                audiences: list(&row.audiences)?,
                methods: list(&row.methods)?,
                lead: row.lead_unit,
                with_units: list(&row.with_units)?,
                with_others: row.with_others,
                from: row.from_day,
                until: row.until_day,
                product: row.product,
                talks: row.talks,
                budget: row.budget,
                above: row.above_shard.zip(row.above_line).map(|(shard, id)| RecordId { shard, id }),
            },
            version: row.version,
            updated_at: row.updated_at,
        })
    }
}

/// The lines of a plan, in its order.
pub async fn lines(db: &Db, plan: RecordId) -> Result<Vec<Line>> {
    let rows: Vec<LineRow> = sql!(
        "SELECT shard_id, id, plan_id, unit_id, position, content, audiences, methods, lead_unit, with_units, with_others,
                from_day, until_day, product, talks, budget, above_shard, above_line, version, updated_at
         FROM plan_lines WHERE shard_id = $1 AND plan_id = $2 ORDER BY position, id",
        plan.shard,
        plan.id
    )
    .all(db)
    .await?;
    let laws: Vec<LawRow> = sql!(
        "SELECT x.line_id, x.law_id FROM plan_line_laws x
         JOIN plan_lines l ON l.shard_id = x.shard_id AND l.id = x.line_id
         WHERE l.shard_id = $1 AND l.plan_id = $2 ORDER BY x.law_id",
        plan.shard,
        plan.id
    )
    .all(db)
    .await?;
    with_laws(rows, laws)
}

fn with_laws(rows: Vec<LineRow>, laws: Vec<LawRow>) -> Result<Vec<Line>> {
    let mut of: HashMap<Id, Vec<Id>> = HashMap::new();
    for l in laws {
        of.entry(l.line_id).or_default().push(l.law_id);
    }
    rows.into_iter()
        .map(|row| {
            let laws = of.remove(&row.id).unwrap_or_default();
            Line::from_row(row, laws)
        })
        .collect()
}

pub async fn find_line(db: &Db, id: RecordId) -> Result<Option<Line>> {
    let row: Option<LineRow> = sql!(
        "SELECT shard_id, id, plan_id, unit_id, position, content, audiences, methods, lead_unit, with_units, with_others,
                from_day, until_day, product, talks, budget, above_shard, above_line, version, updated_at
         FROM plan_lines WHERE shard_id = $1 AND id = $2",
        id.shard,
        id.id
    )
    .find(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let laws: Vec<(Id,)> = sql!(
        "SELECT law_id FROM plan_line_laws WHERE shard_id = $1 AND line_id = $2 ORDER BY law_id",
        id.shard,
        id.id
    )
    .all(db)
    .await?;
    Ok(Some(Line::from_row(row, laws.into_iter().map(|l| l.0).collect())?))
}

/// The lines in force of a unit: of its issued plans for a year, or whose time holds the day.
pub async fn in_force(db: &Db, unit: Id, day: Date) -> Result<Vec<Line>> {
    let rows: Vec<LineRow> = sql!(
        "SELECT l.shard_id, l.id, l.plan_id, l.unit_id, l.position, l.content, l.audiences, l.methods, l.lead_unit,
                l.with_units, l.with_others, l.from_day, l.until_day, l.product, l.talks, l.budget, l.above_shard,
                l.above_line, l.version, l.updated_at
         FROM plan_lines l JOIN plans p ON p.shard_id = l.shard_id AND p.id = l.plan_id
         WHERE p.unit_id = $1 AND p.state = 'issued' AND (p.year = $2 OR (l.from_day <= $3 AND l.until_day >= $3))
         ORDER BY l.until_day, l.position, l.id",
        unit,
        i64::from(day.year()),
        day
    )
    .all(db)
    .await?;
    let laws: Vec<LawRow> = sql!(
        "SELECT x.line_id, x.law_id FROM plan_line_laws x
         JOIN plan_lines l ON l.shard_id = x.shard_id AND l.id = x.line_id
         JOIN plans p ON p.shard_id = l.shard_id AND p.id = l.plan_id
         WHERE p.unit_id = $1 AND p.state = 'issued' ORDER BY x.law_id",
        unit
    )
    .all(db)
    .await?;
    with_laws(rows, laws)
}

/// The lines of a unit's plans, drafts too, that name a law.
pub async fn naming_laws(db: &Db, unit: Id) -> Result<Vec<Line>> {
    let rows: Vec<LineRow> = sql!(
        "SELECT l.shard_id, l.id, l.plan_id, l.unit_id, l.position, l.content, l.audiences, l.methods, l.lead_unit,
                l.with_units, l.with_others, l.from_day, l.until_day, l.product, l.talks, l.budget, l.above_shard,
                l.above_line, l.version, l.updated_at
         FROM plan_lines l JOIN plans p ON p.shard_id = l.shard_id AND p.id = l.plan_id
         WHERE p.unit_id = $1 AND p.state <> 'withdrawn'
           AND EXISTS (SELECT 1 FROM plan_line_laws x WHERE x.shard_id = l.shard_id AND x.line_id = l.id)
         ORDER BY l.until_day, l.position, l.id",
        unit
    )
    .all(db)
    .await?;
    let laws: Vec<LawRow> = sql!(
        "SELECT x.line_id, x.law_id FROM plan_line_laws x
         JOIN plan_lines l ON l.shard_id = x.shard_id AND l.id = x.line_id
         WHERE l.unit_id = $1 ORDER BY x.law_id",
        unit
    )
    .all(db)
    .await?;
    with_laws(rows, laws)
}

/// Lines below that carry out a line: in how many units, and in how many of those done.
pub async fn carried_below(db: &Db, line: RecordId) -> Result<(i64, i64)> {
    let select = Select::from(&DONE)
        .by("unit_id")
        .sum("done", vec![])
        .count(vec![])
        .filter(Filter::is("above_shard", line.shard))
        .filter(Filter::is("above_line", line.id))
        .filter(Filter::is("state", "issued"));
    let units = select.query().rows(db).await?;
    let mut done = 0;
    for unit in &units {
        done += i64::from(unit.int_at(1)? == unit.int_at(2)?);
    }
    Ok((units.len() as i64, done))
}

/// Takes the lines of the plan above into a draft, those that are not in it yet: the same content, to be done by
/// this unit, without the budget of the unit above. How many were taken.
pub async fn take_above(
    tx: &mut Tx,
    app: &App,
    account: Option<Id>,
    plan: &mut Plan,
    above: Vec<Line>,
) -> Result<usize> {
    let own: Vec<(Id,)> = sql!(
        "SELECT above_line FROM plan_lines WHERE shard_id = $1 AND plan_id = $2 AND above_line IS NOT NULL
         ORDER BY position, id",
        plan.id.shard,
        plan.id.id
    )
    .all(&mut *tx)
    .await?;
    let mut taken = 0;
    for line in above {
        if own.contains(&(line.id.id,)) {
            continue;
        }
        let content = LineContent {
            lead: plan.content.unit,
            with_units: vec![],
            with_others: String::new(),
            talks: 1,
            budget: 0,
            above: Some(line.id),
            ..line.content
        };
        add_line(tx, app, account, plan, &content).await?;
        taken += 1;
    }
    Ok(taken)
}

/// Adds a line at the end of a draft.
pub async fn add_line(
    tx: &mut Tx,
    app: &App,
    account: Option<Id>,
    plan: &mut Plan,
    c: &LineContent,
) -> Result<RecordId> {
    plan.write_in(tx, app).await?;
    let id = RecordId { shard: plan.id.shard, id: app.new_id() };
    insert_line(tx, app, plan, id, None, c).await?;
    plan.keep(tx, app, account, "add-line", Some(id.id), &json(c)?).await?;
    Ok(id)
}

/// At a place, or at the end.
async fn insert_line(
    tx: &mut Tx,
    app: &App,
    plan: &Plan,
    id: RecordId,
    position: Option<i64>,
    c: &LineContent,
) -> Result<()> {
    sql!(
        "INSERT INTO plan_lines (shard_id, id, plan_id, unit_id, position, content, audiences, methods, lead_unit,
             with_units, with_others, from_day, until_day, product, talks, budget, above_shard, above_line, version,
             created_at, updated_at)
         VALUES ($1, $2, $3, $4,
             COALESCE($19, (SELECT COALESCE(MAX(position), 0) + 1 FROM plan_lines WHERE shard_id = $1 AND plan_id = $3)),
             $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 1, $18, $18)",
        id.shard,
        id.id,
        plan.id.id,
        plan.content.unit,
        c.content,
        json(&c.audiences)?,
        json(&c.methods)?,
        c.lead,
        json(&c.with_units)?,
        c.with_others,
        c.from,
        c.until,
        c.product,
        c.talks.max(1),
        c.budget,
        c.above.map(|a| a.shard),
        c.above.map(|a| a.id),
        app.now(),
        position
    )
    .run(tx)
    .await?;
    insert_laws(tx, id, &c.laws).await
}

async fn insert_laws(tx: &mut Tx, id: RecordId, laws: &[Id]) -> Result<()> {
    for law in laws {
        sql!(
            "INSERT INTO plan_line_laws (shard_id, line_id, law_id) VALUES ($1, $2, $3)
             ON CONFLICT (shard_id, line_id, law_id) DO NOTHING",
            id.shard,
            id.id,
            law
        )
        .run(tx)
        .await?;
    }
    Ok(())
}

/// Changes a line of a draft that is at the version of `before`.
pub async fn change_line(
    tx: &mut Tx,
    app: &App,
    account: Option<Id>,
    plan: &mut Plan,
    before: &Line,
    c: &LineContent,
) -> Result<()> {
    plan.write_in(tx, app).await?;
    let id = before.id;
    let touched = sql!(
        "UPDATE plan_lines SET content = $4, audiences = $5, methods = $6, lead_unit = $7, with_units = $8,
             with_others = $9, from_day = $10, until_day = $11, product = $12, talks = $13, budget = $14,
             version = version + 1, updated_at = $15
         WHERE shard_id = $1 AND id = $2 AND version = $3",
        id.shard,
        id.id,
        before.version,
        c.content,
        json(&c.audiences)?,
        json(&c.methods)?,
        c.lead,
        json(&c.with_units)?,
        c.with_others,
        c.from,
        c.until,
        c.product,
        c.talks.max(1),
        c.budget,
        app.now()
    )
    .run(tx)
    .await?;
    if touched == 0 {
        return Err(Error::Conflict("plans-error-changed"));
    }
    sql!("DELETE FROM plan_line_laws WHERE shard_id = $1 AND line_id = $2", id.shard, id.id).run(tx).await?;
    insert_laws(tx, id, &c.laws).await?;
    plan.keep(tx, app, account, "change-line", Some(id.id), &json(c)?).await
}

/// Takes a line out of a draft; the history keeps what it was. No activity can stand under it: those are
/// recorded under issued plans, which never become drafts again.
pub async fn drop_line(
    tx: &mut Tx,
    app: &App,
    account: Option<Id>,
    plan: &mut Plan,
    line: &Line,
) -> Result<()> {
    plan.write_in(tx, app).await?;
    let id = line.id;
    sql!("DELETE FROM plan_line_laws WHERE shard_id = $1 AND line_id = $2", id.shard, id.id).run(tx).await?;
    let touched = sql!(
        "DELETE FROM plan_lines WHERE shard_id = $1 AND id = $2 AND version = $3",
        id.shard,
        id.id,
        line.version
    )
    .run(tx)
    .await?;
    if touched == 0 {
        return Err(Error::Conflict("plans-error-changed"));
    }
    let dropped = Dropped { content: line.content.clone(), position: line.position };
    plan.keep(tx, app, account, "drop-line", Some(id.id), &json(&dropped)?).await
}

/// A line as the history keeps it when it is taken out: where it stood, to put it back there.
#[derive(Serialize, Deserialize)]
struct Dropped {
    #[serde(flatten)]
    content: LineContent,
    #[serde(default)]
    position: i64,
}

/// Puts a line that was taken out of a draft back to its place, as the history has it.
pub async fn restore_line(
    tx: &mut Tx,
    app: &App,
    account: Option<Id>,
    plan: &mut Plan,
    line: Id,
) -> Result<()> {
    plan.write_in(tx, app).await?;
    store::record! { struct Last { act: String, content: String } }
    let last: Option<Last> = sql!(
        "SELECT act, content FROM plan_versions WHERE shard_id = $1 AND plan_id = $2 AND line_id = $3
         ORDER BY version DESC LIMIT 1",
        plan.id.shard,
        plan.id.id,
        line
    )
    .find(&mut *tx)
    .await?;
    let last = last.filter(|l| l.act == "drop-line").ok_or(Error::NotFound)?;
    let dropped: Dropped = serde_json::from_str(&last.content).map_err(|e| Error::Internal(e.into()))?;
    let id = RecordId { shard: plan.id.shard, id: line };
    insert_line(tx, app, plan, id, Some(dropped.position).filter(|p| *p > 0), &dropped.content).await?;
    plan.keep(tx, app, account, "restore-line", Some(line), &json(&dropped.content)?).await
}

/// Moves a line of a draft one place up or down in the order of the paper.
pub async fn move_line(
    tx: &mut Tx,
    app: &App,
    account: Option<Id>,
    plan: &mut Plan,
    line: &Line,
    up: bool,
) -> Result<()> {
    plan.write_in(tx, app).await?;
    store::record! { struct Stands { id: Id, position: i64 } }
    let rows: Vec<Stands> = sql!(
        "SELECT id, position FROM plan_lines WHERE shard_id = $1 AND plan_id = $2 ORDER BY position, id",
        plan.id.shard,
        plan.id.id
    )
    .all(&mut *tx)
    .await?;
    let mut order: Vec<Id> = rows.iter().map(|r| r.id).collect();
    let at = order.iter().position(|id| *id == line.id.id).ok_or(Error::NotFound)?;
    let other = if up { at.checked_sub(1) } else { Some(at + 1).filter(|n| *n < order.len()) };
    if let Some(other) = other {
        order.swap(at, other);
    }
    for (position, id) in (1..).zip(&order) {
        if rows.iter().any(|r| r.id == *id && r.position != position) {
            sql!(
                "UPDATE plan_lines SET position = $3 WHERE shard_id = $1 AND id = $2",
                plan.id.shard,
                id,
                position
            )
            .run(&mut *tx)
            .await?;
        }
    }
    plan.keep(tx, app, account, "move-line", Some(line.id.id), &json(&line.content)?).await
}

/// How a line of a plan in force stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing recorded yet.
    Waiting,
    Begun,
    Done,
    /// Its time is over and it was not done often enough; days since.
    Late(i32),
}

impl Standing {
    pub fn of(line: &LineContent, done: &Done, today: Date) -> Standing {
        if done.rows >= line.talks {
            Standing::Done
        } else if line.until < today {
            Standing::Late(line.until.until(today).map_or(0, |span| span.get_days()))
        } else if done.rows > 0 {
            Standing::Begun
        } else {
            Standing::Waiting
        }
    }
    pub fn code(self) -> &'static str {
        match self {
            Standing::Waiting => "waiting",
            Standing::Begun => "begun",
            Standing::Done => "done",
            Standing::Late(_) => "late",
        }
    }
    /// The key of its name, and how it looks.
    pub fn word(self) -> &'static str {
        match self {
            Standing::Waiting => "plans-standing-waiting",
            Standing::Begun => "plans-standing-begun",
            Standing::Done => "plans-standing-done",
            Standing::Late(_) => "plans-standing-late",
        }
    }
    pub fn look(self) -> &'static str {
        match self {
            Standing::Waiting => "plain",
            Standing::Begun => "wait",
            Standing::Done => "good",
            Standing::Late(_) => "late",
        }
    }
}

/// What was recorded under each of these lines.
pub async fn progress(db: &Db, lines: &[Line]) -> Result<HashMap<RecordId, Done>> {
    let ids: Vec<RecordId> = lines.iter().map(|l| l.id).collect();
    activities::done_under(db, &ids).await
}

/// Of some plans: how many lines are done, and how many there are.
pub async fn done_of(db: &Db, plans: &[RecordId]) -> Result<HashMap<RecordId, (i64, i64)>> {
    let mut all = HashMap::new();
    for some in plans.chunks(500) {
        let select = Select::from(&DONE)
            .by("shard_id")
            .by("plan_id")
            .sum("done", vec![])
            .count(vec![])
            .filter(Filter::any_of("plan_id", some.iter().map(|p| p.id)));
        for row in select.query().rows(db).await? {
            let id = RecordId { shard: row.get("shard_id")?, id: row.get("plan_id")? };
            all.insert(id, (row.int_at(2)?.unwrap_or(0), row.int_at(3)?.unwrap_or(0)));
        }
    }
    Ok(all)
}

/// The late lines of issued plans of some units (none: of all) by plan: whose last day is over and which were not done often enough; the
/// earliest of those days.
pub async fn late_of(db: &Db, units: Option<Vec<Id>>, today: Date) -> Result<Vec<(RecordId, i64, Date)>> {
    let mut select = Select::from(&DONE)
        .by("shard_id")
        .by("plan_id")
        .by("until_day")
        .count(vec![])
        .filter(Filter::is("state", "issued"))
        .filter(Filter::is("done", 0_i64))
        .filter(Filter::below("until_day", today));
    if let Some(units) = units {
        select = select.filter(Filter::any_of("unit_id", units));
    }
    let mut all: Vec<(RecordId, i64, Date)> = Vec::new();
    for row in select.query().rows(db).await? {
        let plan = RecordId { shard: row.get("shard_id")?, id: row.get("plan_id")? };
        let (day, rows): (Date, i64) = (row.get("until_day")?, row.int_at(3)?.unwrap_or(0));
        match all.iter_mut().find(|l| l.0 == plan) {
            Some(of) => *of = (plan, of.1 + rows, of.2.min(day)),
            None => all.push((plan, rows, day)),
        }
    }
    Ok(all)
}

static DONE: Relation = Relation {
    name: "lines of plans",
    from: concat!(
        "(SELECT l.shard_id, l.plan_id, l.unit_id, l.until_day, l.above_shard, l.above_line, p.state, CAST(CASE WHEN ",
        activities::recorded_under!("l"),
        " >= l.talks THEN 1 ELSE 0 END AS BIGINT) AS done
          FROM plan_lines l JOIN plans p ON p.shard_id = l.shard_id AND p.id = l.plan_id)"
    ),
    columns: &[
        Columns::Key("shard_id"),
        Columns::Key("plan_id"),
        Columns::Key("unit_id"),
        Columns::Key("until_day"),
        Columns::Key("above_shard"),
        Columns::Key("above_line"),
        Columns::Dimension("state"),
        Columns::Measure("done"),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    fn line(talks: i64, until: &str) -> LineContent {
        LineContent {
            content: "Phổ biến Luật".into(),
            laws: vec![],
            audiences: vec![],
            methods: vec![],
            lead: Id([1; 16]),
            with_units: vec![],
            with_others: String::new(),
            from: None,
            until: until.parse().unwrap(),
            product: String::new(),
            talks,
            budget: 0,
            above: None,
        }
    }

    #[test]
    fn a_line_is_late_only_when_its_time_is_over_and_something_is_missing() {
        let today: Date = "2026-11-23".parse().unwrap();
        let check = |talks: i64, until: &str, rows: i64, expected: Standing| {
            let done = Done { rows, ..Done::default() };
            assert_eq!(Standing::of(&line(talks, until), &done, today), expected, "{talks} {until} {rows}");
        };
        check(2, "2026-12-31", 0, Standing::Waiting);
        check(2, "2026-12-31", 1, Standing::Begun);
        check(2, "2026-12-31", 2, Standing::Done);
        check(2, "2026-11-23", 1, Standing::Begun);
        check(2, "2026-11-22", 1, Standing::Late(1));
        check(2, "2026-10-23", 0, Standing::Late(31));
        check(2, "2026-10-23", 3, Standing::Done);
    }
}
