//! Activities (hoạt động): what was done, once, where it happened, with evidence. Every form and report is
//! computed from these rows; they are withdrawn, never deleted.
//!
//! Words: a method (hình thức) is one of the forms of legal education of Luật 14/2012 Điều 11 in finer kinds; an
//! audience (đối tượng) is one of its Điều 17-24; attendances are lượt người. Methods, audiences and questions
//! are data files, dated where the law dates them.
//!
//! Rules: a unit's officer records for that unit alone; who may see the unit may see its rows, and rows of a
//! unit that is gone stand where it went. Unusual figures are asked about, never forbidden: a reason settles a
//! question, a row without one shows on the work list until it is answered. What is typed is kept on the
//! server as a draft; when two people or devices have changed one thing, both values are shown.
//!
//! The page of recording costs less than 60 KB from a cold cache and a usual talk at most 8 taps
//! (`tests/it/activities.rs` measures both). Keeps promises B8, B15, G16, G17, G21, G24.

use store::{Columns, Db, Id, Migration, RecordId, Relation, Tx, migration, sql};

use crate::access::Act;
use crate::app::App;
use crate::drafts::Drafts;
use crate::error::Result;
use crate::facts::Fact;
use crate::features::orgs::Touches;
use crate::tasks::Later;

mod activity;
mod api;
mod entry;
mod evidence;
mod find;
mod import;
mod list;
mod questions;
mod record;
pub mod reference;
mod show;
mod then;
mod under;
mod waiting;

pub use activity::{Activity, Content, fold_again, get, insert, update, withdraw};
pub use evidence::{insert as insert_evidence, keep as keep_evidence};
pub use find::FINDS;
pub use import::{Imported, import_workbook, template};
pub(crate) use under::recorded_under;
pub use under::{Done, UnderLine, counted_under, done_under, naming_law, under_line};

/// What people have typed of activities and not yet saved.
pub static DRAFTS: Drafts = Drafts { kind: "activity" };

pub const FEATURE: crate::Feature = crate::Feature {
    name: "activities",
    routes,
    migrations: MIGRATIONS,
    words: (include_str!("words.vi.ftl"), include_str!("words.en.ftl")),
    facts: &[&FACT],
    touches: Some(&Touched),
    tasks: Some(&waiting::Waiting),
    plan_lines: None,
};

const MIGRATIONS: &[Migration] = &[
    migration!(50, "activities", "0050_activities.sql"),
    migration!(51, "rows asked about", "0051_asked.sql"),
    migration!(52, "activity drafts", "0052_drafts.sql"),
    migration!(53, "changed rows and evidence taken off", "0053_kept.sql"),
    migration!(54, "a row is found by the reason of its figures", "0054_folded.sql"),
];

fn routes() -> crate::web::Routes {
    crate::web::Routes::new()
        .get("/hoat-dong", list::list)
        .get("/hoat-dong/xuat.xlsx", list::export)
        .get("/hoat-dong/moi", record::new)
        .upload("/hoat-dong/moi", PHOTOS_BYTES, record::create)
        .post("/hoat-dong/moi/nhap", record::keep_new)
        .get("/hoat-dong/mau.xlsx", import::blank)
        .get("/hoat-dong/nhap", import::form)
        .upload("/hoat-dong/nhap", BOOK_BYTES, import::send)
        .get("/hoat-dong/nhap/{id}", import::preview)
        .post("/hoat-dong/nhap/{id}", import::save)
        .get("/hoat-dong/nhap/{id}/tra-lai.xlsx", import::returned)
        .get("/api/v1/activities", api::list)
        .post("/api/v1/activities", api::create)
        .get("/api/v1/activities/{id}", api::get)
        .post("/hoat-dong/khong-phat-sinh/{unit}/{month}", waiting::nothing_arose)
        .post("/hoat-dong/khong-phat-sinh/{unit}/{month}/thu-hoi", waiting::something_arose)
        .get("/hoat-dong/{id}", show::show)
        .get("/hoat-dong/{id}/sua", record::edit)
        .upload("/hoat-dong/{id}/sua", PHOTOS_BYTES, record::change)
        .post("/hoat-dong/{id}/sua/nhap", record::keep_change)
        .post("/hoat-dong/{id}/rut", show::withdraw)
        .upload("/hoat-dong/{id}/minh-chung", PHOTOS_BYTES, evidence::add)
        .get("/hoat-dong/{id}/minh-chung/{file}", evidence::open)
        .post("/hoat-dong/{id}/minh-chung/{file}/rut", evidence::withdraw)
}

/// Largest body with a workbook.
const BOOK_BYTES: usize = 12 << 20;
/// Most that the photos of one form weigh together.
const PHOTOS_BYTES: usize = 64 << 20;

/// What a reorganisation of units touches here: the activities that the units have recorded.
struct Touched;

impl Touches for Touched {
    fn words(&self) -> &'static str {
        "activities-touched"
    }
    fn lists_all_under(&self) -> bool {
        true
    }
    fn count<'a>(&'a self, app: &'a App, units: &'a [Id]) -> Later<'a, i64> {
        let listed = list::Asked::default().select(Some(units.to_vec()), app.today());
        Box::pin(async move {
            let (here,): (i64,) = listed.count(vec![]).query().get(&app.db).await?;
            Ok(here)
        })
    }
    fn list(&self, unit: Id) -> (Act, String) {
        (Act::See, format!("/hoat-dong?don-vi={unit}"))
    }
}

/// The fact "activity": one row for each recorded activity, without people's names. `evidence` counts its photos
/// and scans, `laws` the laws it names.
pub static FACT: Fact = Fact {
    name: "activity",
    rows: &ROWS,
    by: &[("audience", &BY_AUDIENCE), ("law", &BY_LAW)],
    rolled: Some(&ROLLED),
    changes: Some(&CHANGES),
    then: &then::Then,
    asked: Some(&ASKED),
    page,
};

/// The page of an activity.
pub fn page(id: RecordId) -> String {
    format!("/hoat-dong/{id}")
}

macro_rules! row_columns {
    ($($more:expr),*) => {
        &[
            Columns::Key("shard_id"), Columns::Key("id"), Columns::Key("unit_id"), Columns::Key("day"),
            Columns::Key("updated_at"), Columns::Dimension("month"), Columns::Dimension("method"), Columns::Dimension("title"),
            Columns::Dimension("estimated"), Columns::Measure("attendances"), Columns::Measure("women"),
            Columns::Measure("minority"), Columns::Measure("copies"), Columns::Measure("cost"), Columns::Measure("evidence"),
            $($more),*
        ]
    };
}

/// What the recorded activities give to count; joined with more, the same once for each of what is joined.
macro_rules! recorded {
    ($key:literal, $join:literal) => {
        concat!(
            "(SELECT a.shard_id, a.id, a.unit_id, a.day, a.updated_at, a.month, a.method, a.title, a.estimated, a.attendances,
                     COALESCE(a.women, 0) AS women, COALESCE(a.minority, 0) AS minority, a.copies, a.cost,
                     (SELECT COUNT(*) FROM activity_evidence e WHERE e.shard_id = a.shard_id AND e.activity_id = a.id
                          AND e.withdrawn_at IS NULL) AS evidence",
            $key,
            " FROM activities a ",
            $join,
            " WHERE a.state = 'recorded')"
        )
    };
}

static ROWS: Relation = Relation {
    name: "activity",
    from: recorded!(
        ", (SELECT COUNT(*) FROM activity_laws l WHERE l.shard_id = a.shard_id AND l.activity_id = a.id) AS laws",
        ""
    ),
    columns: row_columns![Columns::Dimension("laws")],
};
static BY_AUDIENCE: Relation = Relation {
    name: "activity by audience",
    from: recorded!(
        ", x.audience AS key",
        "JOIN activity_audiences x ON x.shard_id = a.shard_id AND x.activity_id = a.id"
    ),
    columns: row_columns![Columns::Dimension("key")],
};
static BY_LAW: Relation = Relation {
    name: "activity by law",
    from: recorded!(
        ", x.law_id AS key",
        "JOIN activity_laws x ON x.shard_id = a.shard_id AND x.activity_id = a.id"
    ),
    columns: row_columns![Columns::Dimension("key")],
};
static CHANGES: Relation = Relation {
    name: "activity changes",
    from: "activities",
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
/// `activities_asked` is the index of exactly these.
static ASKED: Relation = Relation {
    name: "activity asked about",
    from: "(SELECT a.shard_id, a.id, a.unit_id, a.day, a.method, a.title, a.attendances,
                   COALESCE(a.women, 0) AS women, COALESCE(a.minority, 0) AS minority, a.copies, a.cost,
                   CAST(CASE WHEN a.reason <> '' THEN 1 ELSE 0 END AS BIGINT) AS answered
            FROM activities a WHERE a.state = 'recorded' AND (a.open_questions > 0 OR a.reason <> ''))",
    columns: &[
        Columns::Key("shard_id"),
        Columns::Key("id"),
        Columns::Key("unit_id"),
        Columns::Key("day"),
        Columns::Dimension("method"),
        Columns::Dimension("title"),
        Columns::Measure("attendances"),
        Columns::Measure("women"),
        Columns::Measure("minority"),
        Columns::Measure("copies"),
        Columns::Measure("cost"),
        Columns::Measure("answered"),
    ],
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

/// The files that rows name: evidence, withdrawn evidence too, photos of drafts, workbooks sent. `check` looks for
/// each.
pub async fn kept_files(tx: &mut Tx) -> Result<Vec<String>> {
    let files: Vec<(String,)> = sql!(
        "SELECT file FROM activity_evidence
         UNION SELECT thumbnail FROM activity_evidence WHERE thumbnail IS NOT NULL
         UNION SELECT file FROM activity_imports
         ORDER BY 1"
    )
    .all(&mut *tx)
    .await?;
    let mut files: Vec<String> = files.into_iter().map(|f| f.0).collect();
    files.extend(crate::drafts::files(tx).await?);
    Ok(files)
}

/// Whether the stored sums equal what the rows give, whole and under audiences and laws: the units where they
/// differ. `check` runs it.
pub async fn wrong_sums(db: &Db) -> Result<Vec<Id>> {
    let wrong: Vec<(Id,)> = sql!(
        "SELECT unit_id
         FROM (SELECT '' AS dimension, p.unit_id, p.month, p.method, p.estimated, 1 AS rows, p.attendances,
                     COALESCE(p.women, 0) AS women, COALESCE(p.minority, 0) AS minority, p.copies, p.cost
              FROM activities p WHERE p.state = 'recorded'
              UNION ALL
              SELECT 'audience' AS dimension, p.unit_id, p.month, p.method, p.estimated, 1 AS rows, p.attendances,
                     COALESCE(p.women, 0) AS women, COALESCE(p.minority, 0) AS minority, p.copies, p.cost
              FROM activities p JOIN activity_audiences x ON x.shard_id = p.shard_id AND x.activity_id = p.id
              WHERE p.state = 'recorded'
              UNION ALL
              SELECT 'law' AS dimension, p.unit_id, p.month, p.method, p.estimated, 1 AS rows, p.attendances,
                     COALESCE(p.women, 0) AS women, COALESCE(p.minority, 0) AS minority, p.copies, p.cost
              FROM activities p JOIN activity_laws x ON x.shard_id = p.shard_id AND x.activity_id = p.id
              WHERE p.state = 'recorded'
              UNION ALL
              SELECT dimension, unit_id, month, method, estimated, -rows AS rows, -attendances AS attendances,
                     -women AS women, -minority AS minority, -copies AS copies, -cost AS cost
              FROM activity_rollups) parts
         GROUP BY dimension, unit_id, month, method, estimated
         HAVING SUM(rows) <> 0 OR SUM(attendances) <> 0 OR SUM(women) <> 0 OR SUM(minority) <> 0
             OR SUM(copies) <> 0 OR SUM(cost) <> 0"
    )
    .all(db)
    .await?;
    let mut units: Vec<Id> = wrong.into_iter().map(|w| w.0).collect();
    units.sort();
    units.dedup();
    Ok(units)
}
