//! Activities (hoạt động): what was done, once, where it happened, with evidence. Every form and report is
//! computed from these rows; they are withdrawn, never deleted.
//!
//! Methods are the forms of legal education of Luật 14/2012 Điều 11 in finer kinds, audiences those of its
//! Điều 17-24; both are dated data files. Keeps promises B8, B15, G16, G17, G21, G24.

use store::{Columns, Id, Migration, RecordId, Relation, migration, sql};

use crate::error::Result;
use crate::facts::Fact;

mod activity;
pub mod reference;

pub use activity::{Activity, Content, get, insert, update, withdraw};

pub const FEATURE: crate::Feature = crate::Feature {
    name: "activities",
    routes,
    migrations: MIGRATIONS,
    words: (include_str!("words.vi.ftl"), include_str!("words.en.ftl")),
    facts: &[&FACT],
    touches: None,
};

const MIGRATIONS: &[Migration] = &[migration!(50, "activities", "0050_activities.sql")];

fn routes() -> crate::web::Routes {
    crate::web::Routes::new()
}

/// The fact "activity": one row for each recorded activity, without people's names.
pub static FACT: Fact = Fact {
    name: "activity",
    rows: &ROWS,
    by: &[("audience", &BY_AUDIENCE), ("law", &BY_LAW)],
    rolled: Some(&ROLLED),
    page,
};

fn page(id: RecordId) -> String {
    format!("/hoat-dong/{id}")
}

macro_rules! row_columns {
    ($($more:expr),*) => {
        &[
            Columns::Key("shard_id"), Columns::Key("id"), Columns::Key("unit_id"), Columns::Key("day"),
            Columns::Dimension("month"), Columns::Dimension("method"), Columns::Dimension("title"),
            Columns::Dimension("estimated"), Columns::Measure("attendances"), Columns::Measure("women"),
            Columns::Measure("minority"), Columns::Measure("copies"), Columns::Measure("cost"), $($more),*
        ]
    };
}

static ROWS: Relation = Relation {
    name: "activity",
    from: "(SELECT shard_id, id, unit_id, day, month, method, title, estimated, attendances,
                   COALESCE(women, 0) AS women, COALESCE(minority, 0) AS minority, copies, cost
            FROM activities WHERE state = 'recorded')",
    columns: row_columns![],
};
static BY_AUDIENCE: Relation = Relation {
    name: "activity by audience",
    from:
        "(SELECT a.shard_id, a.id, a.unit_id, a.day, a.month, a.method, a.title, a.estimated, a.attendances,
                   COALESCE(a.women, 0) AS women, COALESCE(a.minority, 0) AS minority, a.copies, a.cost,
                   x.audience AS key
            FROM activities a JOIN activity_audiences x ON x.shard_id = a.shard_id AND x.activity_id = a.id
            WHERE a.state = 'recorded')",
    columns: row_columns![Columns::Dimension("key")],
};
static BY_LAW: Relation = Relation {
    name: "activity by law",
    from:
        "(SELECT a.shard_id, a.id, a.unit_id, a.day, a.month, a.method, a.title, a.estimated, a.attendances,
                   COALESCE(a.women, 0) AS women, COALESCE(a.minority, 0) AS minority, a.copies, a.cost,
                   x.law_id AS key
            FROM activities a JOIN activity_laws x ON x.shard_id = a.shard_id AND x.activity_id = a.id
            WHERE a.state = 'recorded')",
    columns: row_columns![Columns::Dimension("key")],
};
static ROLLED: Relation = Relation {
    name: "activity sums",
    from: "activity_rollups",
    columns: &[
        Columns::Key("unit_id"),
        Columns::Dimension("month"),
        Columns::Dimension("dimension"),
        Columns::Dimension("key"),
        Columns::Dimension("method"),
        Columns::Dimension("estimated"),
        Columns::Measure("rows"),
        Columns::Measure("attendances"),
        Columns::Measure("women"),
        Columns::Measure("minority"),
        Columns::Measure("copies"),
        Columns::Measure("cost"),
    ],
};

/// Whether the stored sums equal what the rows give: the units where they differ. `check` runs it.
pub async fn wrong_sums(db: &store::Db) -> Result<Vec<Id>> {
    let wrong: Vec<(Id,)> = sql!(
        "SELECT COALESCE(a.unit_id, r.unit_id) AS unit_id
         FROM (SELECT unit_id, month, method, COUNT(*) AS rows, CAST(SUM(attendances) AS BIGINT) AS attendances,
                      CAST(SUM(copies) AS BIGINT) AS copies, CAST(SUM(cost) AS BIGINT) AS cost
               FROM activities WHERE state = 'recorded' GROUP BY unit_id, month, method) a
         FULL JOIN (SELECT unit_id, month, method, CAST(SUM(rows) AS BIGINT) AS rows,
                           CAST(SUM(attendances) AS BIGINT) AS attendances, CAST(SUM(copies) AS BIGINT) AS copies,
                           CAST(SUM(cost) AS BIGINT) AS cost
                    FROM activity_rollups WHERE dimension = '' GROUP BY unit_id, month, method) r
           ON r.unit_id = a.unit_id AND r.month = a.month AND r.method = a.method
         WHERE COALESCE(a.rows, 0) <> COALESCE(r.rows, 0) OR COALESCE(a.attendances, 0) <> COALESCE(r.attendances, 0)
            OR COALESCE(a.copies, 0) <> COALESCE(r.copies, 0) OR COALESCE(a.cost, 0) <> COALESCE(r.cost, 0)"
    )
    .all(db)
    .await?;
    Ok(wrong.into_iter().map(|w| w.0).collect())
}
