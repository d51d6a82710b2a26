//! The lines of issued plans as they stood at a moment, for frozen figures: which were in force, and which were done.

use jiff::Timestamp;
use jiff::civil::Date;
use store::{Columns, Db, Filter, Id, RecordId, Relation, Select};

use crate::facts::{self, Since, Was};
use crate::features::activities;
use crate::tasks::Later;

static ISSUED: Relation = Relation {
    name: "lines of plans once issued",
    from: concat!(
        "(SELECT l.shard_id, l.id, l.unit_id, l.until_day, l.content, l.talks, l.budget, p.state, p.updated_at,
                 (SELECT MIN(v.at) FROM plan_versions v
                  WHERE v.shard_id = p.shard_id AND v.plan_id = p.id AND v.act = 'issue') AS since, ",
        activities::recorded_under!("l"),
        " AS number
          FROM plan_lines l JOIN plans p ON p.shard_id = l.shard_id AND p.id = l.plan_id
          WHERE p.state IN ('issued', 'withdrawn'))"
    ),
    columns: &[
        Columns::Key("shard_id"),
        Columns::Key("id"),
        Columns::Key("unit_id"),
        Columns::Key("until_day"),
        Columns::Key("updated_at"),
        Columns::Key("since"),
        Columns::Dimension("content"),
        Columns::Dimension("state"),
        Columns::Measure("talks"),
        Columns::Measure("budget"),
        Columns::Measure("number"),
    ],
};

store::record! {
    struct Issued {
        shard_id: i64, id: Id, unit_id: Id, until_day: Date, content: String, talks: i64, budget: i64, state: String,
        updated_at: Timestamp, number: i64,
    }
}

#[derive(Debug)]
pub struct Then;

impl facts::Then for Then {
    fn rows<'a>(&'a self, db: &'a Db, at: Timestamp, units: Option<&'a [Id]>) -> Later<'a, Vec<Was>> {
        Box::pin(async move {
            let columns = [
                "shard_id",
                "id",
                "unit_id",
                "until_day",
                "content",
                "talks",
                "budget",
                "state",
                "updated_at",
            ];
            let mut select = columns
                .into_iter()
                .chain(["number"])
                .fold(Select::from(&ISSUED), Select::list)
                .filter(Filter::at_most("since", at.as_microsecond()));
            if let Some(units) = units {
                select = select.filter(Filter::any_of("unit_id", units.iter().copied()));
            }
            let lines: Vec<Issued> = select.query().all(db).await?;
            let counted = activities::counted_under(db, at, units).await?;
            let was = |l: Issued| {
                let id = RecordId { shard: l.shard_id, id: l.id };
                let done = i64::from(counted.get(&id).copied().unwrap_or(0) >= l.talks);
                let withdrawn = l.state == "withdrawn";
                let since = match done == i64::from(l.number >= l.talks) {
                    _ if withdrawn => Some(Since::Withdrawn),
                    true => None,
                    false => Some(Since::Changed),
                };
                let was = Was {
                    id,
                    unit: l.unit_id,
                    day: l.until_day,
                    title: l.content,
                    estimated: false,
                    words: vec![],
                    measures: vec![
                        ("talks", l.talks),
                        ("budget", l.budget),
                        ("done", done),
                        ("late", 1 - done),
                    ],
                    values: vec![],
                    since,
                    at: l.updated_at,
                };
                (!withdrawn || l.updated_at > at).then_some(was)
            };
            Ok(lines.into_iter().filter_map(was).collect())
        })
    }
}
