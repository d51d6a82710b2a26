//! What rests on a law here: plans, their lines, and the activities recorded under those: the lower half of the
//! chain from a directive to what was done for it (promise B16).

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;
use store::{Columns, Db, Filter, Id, RecordId, Relation, Select};

use super::list::SEARCHED;
use super::plan::{self, Plan, State};
use super::{line_page, page};
use crate::error::Result;
use crate::features::activities;
use crate::features::laws::{self, Carried, Law, OnLaw, Resting};
use crate::page::{Page, Room, show};
use crate::tasks::Later;
use crate::web::Signed;

pub struct Chained;

/// Plans and lines that rest on a law, a row for each line: those that name it, and all of a plan that names it itself
/// or carries out one that does. A plan without lines has a row too.
static RESTING: Relation = Relation {
    name: "plans resting on laws",
    from: concat!(
        "(SELECT x.law_id, p.shard_id, p.id AS plan_id, p.unit_id, p.state, p.issued_on, p.title AS plan_title,
                 l.id AS line_id, COALESCE(l.content, '') AS line_title, l.until_day AS day,
                 CASE WHEN l.id IS NULL THEN 0 ELSE 1 END AS lines, ",
        activities::recorded_under!("l"),
        " AS done
          FROM (SELECT b.law_id, p.shard_id, p.id AS plan_id, l.id AS line_id
                FROM plan_bases b JOIN plans p ON p.shard_id = b.shard_id AND p.id = b.plan_id
                LEFT JOIN plan_lines l ON l.shard_id = p.shard_id AND l.plan_id = p.id
                UNION
                SELECT b.law_id, p.shard_id, p.id, l.id
                FROM plan_bases b JOIN plans p ON p.above_shard = b.shard_id AND p.above_id = b.plan_id
                LEFT JOIN plan_lines l ON l.shard_id = p.shard_id AND l.plan_id = p.id
                UNION
                SELECT x.law_id, l.shard_id, l.plan_id, l.id
                FROM plan_line_laws x JOIN plan_lines l ON l.shard_id = x.shard_id AND l.id = x.line_id) x
          JOIN plans p ON p.shard_id = x.shard_id AND p.id = x.plan_id
          LEFT JOIN plan_lines l ON l.shard_id = x.shard_id AND l.id = x.line_id)"
    ),
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
        Columns::Measure("lines"),
        Columns::Measure("done"),
    ],
};

store::record! {
    struct Row { shard_id: i64, plan_id: Id, unit_id: Id, line_id: Option<Id>, issued_on: Option<Date>,
                 plan_title: String, line_title: String, day: Option<Date>, done: i64 }
}
store::record! {
    struct Counted { law_id: Id, shard_id: i64, plan_id: Id, unit_id: Id, state: String, a0: i64, a1: i64 }
}

/// So many plans are written out with their tasks; more are a count that opens to their list.
const WRITTEN_OUT: usize = 3;
/// So many activities of one task, and of those beside all plans.
const NEWEST: usize = 10;
/// Plans on a page of the list.
const PAGE: usize = 25;

/// The plans that rest on some laws, the newest first. `units`: none, of all.
async fn counted(db: &Db, laws: &[Id], units: Option<&Vec<Id>>, states: &[State]) -> Result<Vec<Counted>> {
    let columns = ["law_id", "shard_id", "plan_id", "unit_id", "state"];
    let mut select = columns.into_iter().fold(Select::from(&RESTING), |s, c| s.by(c));
    select = select.sum("lines", vec![]).sum("done", vec![]);
    select = select
        .filter(Filter::any_of("law_id", laws))
        .filter(Filter::any_of("state", states.iter().map(|s| s.code())));
    if let Some(units) = units {
        select = select.filter(Filter::any_of("unit_id", units));
    }
    // Identities sort by the moment of birth.
    Ok(select.order("plan_id", true).query().all(db).await?)
}

fn listed_at(law: Id) -> String {
    format!("/ke-hoach/can-cu/{law}")
}

impl OnLaw for Chained {
    fn inside<'a>(&'a self, signed: &'a Signed, law: Id) -> Later<'a, Vec<Resting>> {
        Box::pin(async move {
            let db = &signed.app.db;
            let units = signed.in_sight();
            let plans = counted(db, &[law], units.as_ref(), &SEARCHED).await?;
            let mut all = Vec::new();
            for plan in plans.iter().filter(|_| plans.len() <= WRITTEN_OUT) {
                all.extend(written_out(signed, law, plan).await?);
            }
            // The newest done for the law, also outside of any plan and under lines that do not name it.
            for activity in activities::naming_law(db, law, units, NEWEST as i64).await? {
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
    fn carried<'a>(&'a self, signed: &'a Signed, laws: Vec<Id>) -> Later<'a, Vec<Carried>> {
        Box::pin(async move {
            let units = signed.in_sight();
            let mut carried: BTreeMap<Id, Carried> = BTreeMap::new();
            for plan in counted(&signed.app.db, &laws, units.as_ref(), &SEARCHED).await? {
                let law = plan.law_id;
                let sum = carried.entry(law).or_insert_with(|| Carried {
                    law,
                    path: listed_at(law),
                    plans: 0,
                    lines: 0,
                    done: 0,
                });
                sum.plans += 1;
                sum.lines += plan.a0;
                sum.done += plan.a1;
            }
            Ok(carried.into_values().collect())
        })
    }
}

/// A plan with the tasks that rest on the law and what was done for them.
async fn written_out(signed: &Signed, law: Id, plan: &Counted) -> Result<Vec<Resting>> {
    let db = &signed.app.db;
    let columns =
        ["shard_id", "plan_id", "unit_id", "line_id", "issued_on", "plan_title", "line_title", "day", "done"];
    let select = columns.into_iter().fold(Select::from(&RESTING), |s, c| s.list(c));
    let select = select
        .filter(Filter::is("law_id", law))
        .filter(Filter::is("shard_id", plan.shard_id))
        .filter(Filter::is("plan_id", plan.plan_id));
    let rows: Vec<Row> = select.order("day", false).order("line_id", false).query().all(db).await?;
    let mut all = Vec::new();
    for row in rows {
        if all.is_empty() {
            all.push(Resting {
                kind: signed.say("plans-resting-plan"),
                title: row.plan_title.clone(),
                path: page(RecordId { shard: row.shard_id, id: row.plan_id }),
                unit: Some(row.unit_id),
                day: row.issued_on,
                depth: 0,
            });
        }
        let Some(line) = row.line_id else { continue };
        let line = RecordId { shard: row.shard_id, id: line };
        all.push(Resting {
            kind: signed.say("plans-resting-line"),
            title: row.line_title,
            path: line_page(line),
            unit: Some(row.unit_id),
            day: row.day,
            depth: 1,
        });
        let done = activities::under_line(db, line).await?;
        let more = done.len().saturating_sub(NEWEST);
        for activity in done.into_iter().take(NEWEST) {
            all.push(Resting {
                kind: signed.say("plans-resting-activity"),
                path: activity.path(),
                title: activity.title,
                unit: Some(activity.unit_id),
                day: Some(activity.day),
                depth: 2,
            });
        }
        if more > 0 {
            all.push(Resting {
                kind: signed.say("plans-resting-activity"),
                title: signed.app.words.say(
                    signed.lang(),
                    "plans-resting-more",
                    &[("value", more.to_string())],
                ),
                path: line_page(line),
                unit: Some(row.unit_id),
                day: None,
                depth: 2,
            });
        }
    }
    Ok(all)
}

/// A plan of the list.
struct Listed {
    plan: Plan,
    unit: String,
    lines: i64,
    done: i64,
}

#[derive(Template)]
#[template(path = "plans/resting.html")]
struct RestingPage {
    page: Page,
    law: Law,
    carried: Carried,
    listed: Vec<Listed>,
    next: Option<String>,
}

#[derive(Deserialize)]
pub struct After {
    sau: Option<Id>,
}

/// `GET /ke-hoach/can-cu/{law}`: the plans that rest on a law, as far as the person sees.
pub async fn list(signed: Signed, Path(law): Path<String>, Query(after): Query<After>) -> Result<Response> {
    let db = &signed.app.db;
    let law = laws::get(db, law.parse()?).await?;
    let plans = counted(db, &[law.id], signed.in_sight().as_ref(), &SEARCHED).await?;
    let mut listed = Vec::new();
    let mut rest = plans.iter().filter(|p| after.sau.is_none_or(|after| p.plan_id < after));
    for p in rest.by_ref().take(PAGE) {
        listed.push(Listed {
            plan: plan::get(db, RecordId { shard: p.shard_id, id: p.plan_id }).await?,
            unit: signed.unit_name(p.unit_id).await?,
            lines: p.a0,
            done: p.a1,
        });
    }
    let last = listed.last().filter(|_| rest.next().is_some());
    let title = signed.app.words.say(signed.lang(), "plans-resting-on", &[("value", law.short_name())]);
    show(&RestingPage {
        page: signed
            .page(Room::Plans, &title)
            .crumb(signed.say("room-laws"), "/luat")
            .crumb(law.short_name(), format!("/luat/{}", law.id)),
        next: last.map(|l| format!("{}?sau={}", listed_at(law.id), l.plan.id.id)),
        carried: Carried {
            law: law.id,
            plans: plans.len() as i64,
            lines: plans.iter().map(|p| p.a0).sum(),
            done: plans.iter().map(|p| p.a1).sum(),
            path: listed_at(law.id),
        },
        listed,
        law,
    })
}
