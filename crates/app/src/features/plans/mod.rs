//! Plans (kế hoạch): what a unit promises to do in a year to carry the law to the people, line by line (nhiệm vụ),
//! and how far each line is.
//!
//! Words: a plan rests on laws (căn cứ); a line says what, by which method, for whom, who leads (chủ trì) and who
//! works with them (phối hợp), until when, what comes of it, how often, for how much. An annual plan is the year's
//! own; a further plan stands beside it for what came later. The law board (bảng luật mới) shows every new law that
//! concerns a unit and whether it is in a plan.
//!
//! Rules:
//! - A draft is written, submitted, approved by somebody who wrote no part of it, issued with the number and date
//!   of the agency's register, and may be withdrawn; from its submission on it is not written any more.
//! - How far a line is, is counted from activities recorded under it. It is late when its last day is over and it
//!   was not done as often as meant.
//! - When a plan is issued to the units below, each of theirs is due so many working days later
//!   (Luật 14/2012/QH13 Điều 27 makes them plan; the number of days is data and shown as unverified). Lateness is
//!   computed from the two dates of issue.
//!
//! Keeps promises B1, B8, B9, B13, B14, B16.

use store::{Columns, Db, Id, Migration, RecordId, Relation, migration};

use crate::access::Act;
use crate::app::App;
use crate::facts::Fact;
use crate::features::activities;
use crate::features::orgs::Touches;
use crate::lines::{PlanLine, PlanLines, Promised};
use crate::tasks::Later;

mod api;
mod below;
mod board;
pub mod calendar;
mod chain;
mod choose;
mod edit;
mod find;
mod flow;
mod line;
mod list;
mod plan;
mod print;
mod show;
mod template;
mod then;
mod waiting;
mod write_line;

pub use chain::Chained;
pub use find::FINDS;
pub use line::{Line, LineContent, Standing, add_line, change_line, drop_line, lines, take_above};
pub use plan::{Content, Kind, Plan, State, find_annual, get, insert};

pub const FEATURE: crate::Feature = crate::Feature {
    name: "plans",
    routes,
    migrations: MIGRATIONS,
    words: (include_str!("words.vi.ftl"), include_str!("words.en.ftl")),
    facts: &[&FACT],
    touches: Some(&Touched),
    tasks: Some(&waiting::Waiting),
    plan_lines: Some(&Given),
};

const MIGRATIONS: &[Migration] = &[migration!(40, "plans", "0040_plans.sql")];

fn routes() -> crate::web::Routes {
    crate::web::Routes::new()
        .get("/ke-hoach", list::list)
        .get("/ke-hoach/xuat.xlsx", list::export)
        .get("/ke-hoach/moi", edit::new)
        .post("/ke-hoach/moi", edit::create)
        .get("/ke-hoach/can-cu/{law}", chain::list)
        .get("/ke-hoach/luat-moi", board::show_board)
        .post("/ke-hoach/luat-moi/{law}", board::plan_law)
        .get("/ke-hoach/luat-moi/{law}/ghi-chu", board::edit_note)
        .post("/ke-hoach/luat-moi/{law}/ghi-chu", board::change_note)
        .get("/api/v1/plans", api::list)
        .get("/api/v1/plans/{id}", api::get)
        .get("/ke-hoach/{id}", show::show)
        .post("/ke-hoach/{id}/lay-cap-tren", flow::take_above)
        .get("/ke-hoach/{id}/cap-duoi", below::page)
        .get("/ke-hoach/{id}/ke-hoach.docx", print::docx)
        .get("/ke-hoach/{id}/ke-hoach.pdf", print::pdf)
        .get("/ke-hoach/{id}/sua", edit::edit)
        .post("/ke-hoach/{id}/sua", edit::change)
        .get("/ke-hoach/{id}/dong/moi", write_line::new)
        .post("/ke-hoach/{id}/dong/moi", write_line::create)
        .get("/ke-hoach/dong/{line}", show::show_line)
        .get("/ke-hoach/dong/{line}/sua", write_line::edit)
        .post("/ke-hoach/dong/{line}/sua", write_line::change)
        .post("/ke-hoach/dong/{line}/bo", write_line::drop)
        .post("/ke-hoach/dong/{line}/chuyen", write_line::shift)
        .post("/ke-hoach/{id}/dong/tra-lai", write_line::restore)
        .post("/ke-hoach/{id}/trinh", flow::submit)
        .post("/ke-hoach/{id}/rut-trinh", flow::recall)
        .post("/ke-hoach/{id}/duyet", flow::approve)
        .post("/ke-hoach/{id}/tra-lai", flow::give_back)
        .post("/ke-hoach/{id}/ban-hanh", flow::issue)
        .post("/ke-hoach/{id}/rut", flow::withdraw)
}

/// The page of a plan.
pub fn page(id: RecordId) -> String {
    format!("/ke-hoach/{id}")
}

/// The page of a line.
pub fn line_page(id: RecordId) -> String {
    format!("/ke-hoach/dong/{id}")
}

/// What a reorganisation of units touches here: their plans.
struct Touched;

impl Touches for Touched {
    fn words(&self) -> &'static str {
        "plans-touched"
    }
    fn lists_all_under(&self) -> bool {
        true
    }
    fn count<'a>(&'a self, app: &'a App, units: &'a [Id]) -> Later<'a, i64> {
        let listed = plan::Wanted {
            units: Some(units.to_vec()),
            states: list::SEARCHED.to_vec(),
            ..plan::Wanted::default()
        };
        Box::pin(plan::count(&app.db, listed))
    }
    fn list(&self, unit: Id) -> (Act, String) {
        (Act::See, format!("/ke-hoach?don-vi={unit}&nam=moi-nam"))
    }
}

/// Gives the lines in force to whoever records work.
struct Given;

impl Given {
    fn given(line: Line) -> PlanLine {
        PlanLine {
            path: line_page(line.id),
            id: line.id,
            title: line.content.content,
            from: line.content.from,
            until: Some(line.content.until),
            laws: line.content.laws,
        }
    }
}

impl PlanLines for Given {
    fn open<'a>(&'a self, db: &'a Db, unit: Id, day: jiff::civil::Date) -> Later<'a, Vec<PlanLine>> {
        Box::pin(
            async move { Ok(line::in_force(db, unit, day).await?.into_iter().map(Given::given).collect()) },
        )
    }
    fn find<'a>(&'a self, db: &'a Db, id: RecordId) -> Later<'a, Option<PlanLine>> {
        Box::pin(async move { Ok(line::find_line(db, id).await?.map(Given::given)) })
    }
    fn promised<'a>(&'a self, db: &'a Db, id: RecordId) -> Later<'a, Option<Promised>> {
        Box::pin(async move {
            let Some(line) = line::find_line(db, id).await? else { return Ok(None) };
            let plan = plan::get(db, line.plan).await?;
            let bases = plan.all_bases(db).await?;
            Ok(Some(Promised { path: plan.page(), title: plan.content.title, bases }))
        })
    }
}

/// The fact "plan-line": one row for each line of an issued plan, on the day until which it is to be done.
/// `done` is 1 when as many activities as meant are recorded under it, `late` is 1 otherwise: whoever asks what is
/// late asks only for days that are over (`overdue` in the indicators' file). What is done changes without the line, so
/// how the lines stood at a moment is asked of [`then`] alone.
pub static FACT: Fact = Fact {
    name: "plan-line",
    rows: &ROWS,
    by: &[],
    rolled: None,
    changes: Some(&CHANGES),
    then: &then::Then,
    asked: None,
    page: line_page,
};

static ROWS: Relation = Relation {
    name: "plan-line",
    from: concat!(
        "(SELECT l.shard_id, l.id, l.unit_id, l.until_day AS day,
                 CAST(SUBSTR(l.until_day, 1, 4) AS BIGINT) * 100 + CAST(SUBSTR(l.until_day, 6, 2) AS BIGINT) AS month,
                 l.content AS title, l.talks, l.budget,
                 CAST(CASE WHEN ",
        activities::recorded_under!("l"),
        " >= l.talks THEN 1 ELSE 0 END AS BIGINT) AS done,
                 CAST(CASE WHEN ",
        activities::recorded_under!("l"),
        " >= l.talks THEN 0 ELSE 1 END AS BIGINT) AS late
          FROM plan_lines l JOIN plans p ON p.shard_id = l.shard_id AND p.id = l.plan_id WHERE p.state = 'issued')"
    ),
    columns: &[
        Columns::Key("shard_id"),
        Columns::Key("id"),
        Columns::Key("unit_id"),
        Columns::Key("day"),
        Columns::Dimension("month"),
        Columns::Dimension("title"),
        Columns::Measure("talks"),
        Columns::Measure("budget"),
        Columns::Measure("done"),
        Columns::Measure("late"),
    ],
};
static CHANGES: Relation = Relation {
    name: "plan-line changes",
    from: "(SELECT l.shard_id, l.id, l.unit_id, l.until_day AS day, l.content AS title, p.state, p.created_at, p.updated_at
            FROM plan_lines l JOIN plans p ON p.shard_id = l.shard_id AND p.id = l.plan_id
            WHERE p.state IN ('issued', 'withdrawn'))",
    columns: &[
        Columns::Key("shard_id"),
        Columns::Key("id"),
        Columns::Key("unit_id"),
        Columns::Key("day"),
        Columns::Key("created_at"),
        Columns::Key("updated_at"),
        Columns::Dimension("title"),
        Columns::Dimension("state"),
    ],
};
