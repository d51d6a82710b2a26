//! Numbers (số liệu): indicators (chỉ tiêu) over facts, for a unit, a period (kỳ) and a tree of units.
//!
//! Nothing is typed that can be counted. Every figure opens to the rows it was summed from; a typed override
//! keeps both values; a frozen period keeps its figures and lists what changed since; checks find impossible
//! values before anybody else does. Keeps promises B8, G1, G3, G4, G13, G16-G18, G23, G24.

mod api;
mod asked;
pub mod checks;
mod flags;
mod freeze;
mod indicator;
mod overrides;
mod period;
mod reading;
mod rows;
mod table;

use store::{Migration, migration};

pub use asked::{
    estimate_path, mark, month_text, period_text, period_words, row_text, rows_path, table_path, units_text,
};
pub use flags::{Flag, Row as AskedRow, Settled, answer, flags};
pub use freeze::changed_freezes;
pub use freeze::{
    Changed, Changes, Freeze, Frozen, changed_since, freeze, frozen_figures, frozen_heads, get_freeze,
    list_freezes, read_to_freeze,
};
pub use indicator::{Indicator, find_indicator, indicators};
pub use overrides::{Override, doubled, list_overrides, state as state_figure};
pub use period::{BadPeriod, Period};
pub use reading::{
    Behind, By, Figure, Ground, NO_LAW, Place, Question, RowKey, Slice, Table, Units, count_behind,
    of_several_laws, read, read_on, rows_behind, silent_units,
};

pub const FEATURE: crate::Feature = crate::Feature {
    name: "numbers",
    routes,
    migrations: MIGRATIONS,
    words: (include_str!("words.vi.ftl"), include_str!("words.en.ftl")),
    facts: &[],
    touches: None,
    tasks: None,
    plan_lines: None,
};

const MIGRATIONS: &[Migration] = &[
    migration!(70, "numbers", "0070_numbers.sql"),
    migration!(71, "a freeze once", "0071_freeze_once.sql"),
    migration!(72, "answers", "0072_answers.sql"),
];

fn routes() -> crate::web::Routes {
    crate::web::Routes::new()
        .get("/so-lieu", table::page)
        .get("/so-lieu/bang.xlsx", table::export)
        .get("/so-lieu/dong", rows::page)
        .get("/so-lieu/chot", freeze::confirm)
        .post("/so-lieu/chot", freeze::create)
        .get("/so-lieu/chot/{id}", freeze::page)
        .post("/so-lieu/ghi-de", overrides::create)
        .post("/so-lieu/ghi-de/{id}/thu-hoi", overrides::withdraw)
        .anyone(axum::http::Method::GET, "/ma/{code}", freeze::by_code)
        .get("/api/v1/numbers", api::numbers)
        .anyone(axum::http::Method::GET, "/api/v1/numbers/{code}", api::by_code)
}
