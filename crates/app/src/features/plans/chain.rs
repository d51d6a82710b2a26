//! What rests on a law here: plans, their lines, and the activities recorded under those: the lower half of the
//! chain from a directive to what was done for it (promise B16).

use std::collections::BTreeMap;

use jiff::civil::Date;
use store::{Columns, Filter, Id, RecordId, Relation, Select};

use super::plan::State;
use super::{line_page, page};
use crate::features::activities;
use crate::features::laws::{OnLaw, Resting};
use crate::tasks::Later;
use crate::web::Signed;

pub struct Chained;

/// Plans and lines that name a law, a row for each; a plan that names it itself has no line.
static NAMING: Relation = Relation {
    name: "plans naming laws",
    from: "(SELECT b.law_id, p.shard_id, p.id AS plan_id, p.unit_id, p.state, p.issued_on, p.title AS plan_title,
                   NULL AS line_id, '' AS line_title, p.issued_on AS day
            FROM plan_bases b JOIN plans p ON p.shard_id = b.shard_id AND p.id = b.plan_id
            UNION ALL
            SELECT x.law_id, p.shard_id, p.id, p.unit_id, p.state, p.issued_on, p.title, l.id, l.content, l.until_day
            FROM plan_line_laws x JOIN plan_lines l ON l.shard_id = x.shard_id AND l.id = x.line_id
            JOIN plans p ON p.shard_id = l.shard_id AND p.id = l.plan_id)",
    columns: &[
        Columns::Key("law_id"),
        Columns::Key("shard_id"),
        Columns::Key("plan_id"),
        Columns::Key("unit_id"),
        Columns::Key("line_id"),
        Columns::Dimension("state"),
        Columns::Dimension("issued_on"),
        Columns::Dimension("plan_title"),
        Columns::Dimension("line_title"),
        Columns::Dimension("day"),
    ],
};

store::record! {
    struct Naming { shard_id: i64, plan_id: Id, unit_id: Id, line_id: Option<Id>, issued_on: Option<Date>,
                    plan_title: String, line_title: String, day: Option<Date> }
}

/// Most rows read for one law: a province sees those of all its communes.
const MOST: i64 = 200;

impl OnLaw for Chained {
    fn inside<'a>(&'a self, signed: &'a Signed, law: Id) -> Later<'a, Vec<Resting>> {
        Box::pin(async move {
            let db = &signed.app.db;
            let units = signed.in_sight();
            let mut select = Select::from(&NAMING);
            for column in
                ["shard_id", "plan_id", "unit_id", "line_id", "issued_on", "plan_title", "line_title", "day"]
            {
                select = select.list(column);
            }
            let in_life = State::ALL.iter().filter(|s| **s != State::Withdrawn).map(|s| s.code());
            select = select.filter(Filter::is("law_id", law)).filter(Filter::any_of("state", in_life));
            if let Some(units) = &units {
                select = select.filter(Filter::any_of("unit_id", units));
            }
            let rows: Vec<Naming> = select.order("plan_id", true).limit(MOST).query().all(db).await?;
            let mut plans: BTreeMap<std::cmp::Reverse<Id>, Vec<Naming>> = BTreeMap::new();
            for row in rows {
                plans.entry(std::cmp::Reverse(row.plan_id)).or_default().push(row);
            }
            let mut all = Vec::new();
            for rows in plans.into_values() {
                let Some(first) = rows.first() else { continue };
                all.push(Resting {
                    kind: signed.say("plans-resting-plan"),
                    title: first.plan_title.clone(),
                    path: page(RecordId { shard: first.shard_id, id: first.plan_id }),
                    unit: Some(first.unit_id),
                    day: first.issued_on,
                    depth: 0,
                });
                for row in &rows {
                    let Some(line) = row.line_id else { continue };
                    let line = RecordId { shard: row.shard_id, id: line };
                    all.push(Resting {
                        kind: signed.say("plans-resting-line"),
                        title: row.line_title.clone(),
                        path: line_page(line),
                        unit: Some(row.unit_id),
                        day: row.day,
                        depth: 1,
                    });
                    for activity in activities::under_line(db, line).await? {
                        all.push(Resting {
                            kind: signed.say("plans-resting-activity"),
                            path: activity.path(),
                            title: activity.title,
                            unit: Some(activity.unit_id),
                            day: Some(activity.day),
                            depth: 2,
                        });
                    }
                }
            }
            // What was done for the law outside of any plan, and under lines that do not name it.
            for activity in activities::naming_law(db, law, units, MOST).await? {
                let path = activity.path();
                if all.iter().all(|r| r.path != path) {
                    all.push(Resting {
                        kind: signed.say("plans-resting-activity"),
                        path,
                        title: activity.title,
                        unit: Some(activity.unit_id),
                        day: Some(activity.day),
                        depth: 0,
                    });
                }
            }
            Ok(all)
        })
    }
}
