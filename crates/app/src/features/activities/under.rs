//! What was recorded under plan lines: how far a line is, is counted from here and never typed (promise B8).

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use store::{Columns, Db, Filter, Id, RecordId, Relation, Select, sql};

use crate::error::Result;

/// SQL: how many activities were recorded under the row of that alias, which has a plan line's `shard_id` and
/// `id`. Estimates are not yet done.
macro_rules! recorded_under {
    ($line:literal) => {
        concat!(
            "(SELECT COUNT(*) FROM activities x WHERE x.plan_shard = ",
            $line,
            ".shard_id AND x.plan_line = ",
            $line,
            ".id AND x.state = 'recorded' AND NOT x.estimated)"
        )
    };
}
pub(crate) use recorded_under;

static UNDER: Relation = Relation {
    name: "activities under plan lines",
    from: "(SELECT plan_shard, plan_line, unit_id, updated_at, day, attendances FROM activities
            WHERE plan_line IS NOT NULL AND state = 'recorded' AND NOT estimated)",
    columns: &[
        Columns::Key("plan_shard"),
        Columns::Key("plan_line"),
        Columns::Key("unit_id"),
        Columns::Key("updated_at"),
        Columns::Key("day"),
        Columns::Measure("attendances"),
    ],
};

/// What was recorded under a plan line.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Done {
    pub rows: i64,
    pub attendances: i64,
    /// The last day.
    pub last: Option<Date>,
}

/// What was recorded under each of these lines; a line without anything is not in it.
pub async fn done_under(db: &Db, lines: &[RecordId]) -> Result<HashMap<RecordId, Done>> {
    let mut all: HashMap<RecordId, Done> = HashMap::new();
    for some in lines.chunks(500) {
        let select = Select::from(&UNDER)
            .by("plan_shard")
            .by("plan_line")
            .by("day")
            .count(vec![])
            .sum("attendances", vec![])
            .filter(Filter::any_of("plan_line", some.iter().map(|l| l.id)));
        for row in select.query().rows(db).await? {
            let id: Id = row.get("plan_line")?;
            let day: Date = row.get("day")?;
            let done = all.entry(RecordId { shard: row.get("plan_shard")?, id }).or_default();
            done.rows += row.int_at(3)?.unwrap_or(0);
            done.attendances += row.int_at(4)?.unwrap_or(0);
            done.last = done.last.max(Some(day));
        }
    }
    Ok(all)
}

/// How many activities were recorded under each plan line at a moment, by some units (none: by all).
pub async fn counted_under(db: &Db, at: Timestamp, units: Option<&[Id]>) -> Result<HashMap<RecordId, i64>> {
    let mut select = Select::from(&UNDER)
        .by("plan_shard")
        .by("plan_line")
        .count(vec![])
        .filter(Filter::at_most("updated_at", at.as_microsecond()));
    if let Some(units) = units {
        select = select.filter(Filter::any_of("unit_id", units.iter().copied()));
    }
    let mut counted: HashMap<RecordId, i64> = HashMap::new();
    for row in select.query().rows(db).await? {
        let line = RecordId { shard: row.get("plan_shard")?, id: row.get("plan_line")? };
        counted.insert(line, row.int_at(2)?.unwrap_or(0));
    }
    for (_, content) in super::then::states(db, at, units).await? {
        if let Some(line) = content.plan_line.filter(|_| !content.estimated) {
            *counted.entry(line).or_default() += 1;
        }
    }
    Ok(counted)
}

store::record! {
    /// An activity under a plan line.
    #[derive(Debug, Clone)]
    pub struct UnderLine {
        pub shard_id: i64,
        pub id: Id,
        pub unit_id: Id,
        pub day: Date,
        pub title: String,
        pub attendances: i64,
        pub estimated: bool,
    }
}

impl UnderLine {
    pub fn path(&self) -> String {
        super::page(RecordId { shard: self.shard_id, id: self.id })
    }
}

/// The activities recorded under a plan line, newest first.
pub async fn under_line(db: &Db, line: RecordId) -> Result<Vec<UnderLine>> {
    Ok(sql!(
        "SELECT shard_id, id, unit_id, day, title, attendances, estimated FROM activities
         WHERE plan_shard = $1 AND plan_line = $2 AND state = 'recorded' ORDER BY day DESC, id DESC LIMIT 500",
        line.shard,
        line.id
    )
    .all(db)
    .await?)
}

static NAMING: Relation = Relation {
    name: "activities naming laws",
    from: "(SELECT a.shard_id, a.id, a.unit_id, a.day, a.title, a.attendances, a.estimated, x.law_id
            FROM activity_laws x JOIN activities a ON a.shard_id = x.shard_id AND a.id = x.activity_id
            WHERE a.state = 'recorded')",
    columns: &[
        Columns::Key("shard_id"),
        Columns::Key("id"),
        Columns::Key("unit_id"),
        Columns::Key("day"),
        Columns::Key("law_id"),
        Columns::Dimension("title"),
        Columns::Dimension("estimated"),
        Columns::Measure("attendances"),
    ],
};

/// The newest activities of some units (none: of all) that name a law, with or without a plan line.
pub async fn naming_law(db: &Db, law: Id, units: Option<Vec<Id>>, limit: i64) -> Result<Vec<UnderLine>> {
    let columns = ["shard_id", "id", "unit_id", "day", "title", "attendances", "estimated"];
    let mut select = columns.into_iter().fold(Select::from(&NAMING), |s, c| s.list(c));
    select = select.filter(Filter::is("law_id", law));
    if let Some(units) = units {
        select = select.filter(Filter::any_of("unit_id", units));
    }
    Ok(select.order("day", true).order("id", true).limit(limit).query().all(db).await?)
}
