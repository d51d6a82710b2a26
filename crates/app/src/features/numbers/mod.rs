//! Numbers (số liệu): indicators (chỉ tiêu) over facts, for a unit, a period (kỳ) and a tree of units.
//!
//! Nothing is typed that can be counted. Every figure opens to the rows it was summed from; a typed override
//! keeps both values; a frozen period keeps its figures and lists what changed since; checks find impossible
//! values before anybody else does. Keeps promises B8, G1, G3, G4, G13, G16-G18, G23, G24.

mod api;
mod asked;
mod behind;
pub mod checks;
mod flags;
mod freeze;
mod indicator;
mod overrides;
mod period;
mod printed;
mod reading;
mod rows;
mod shift;
mod table;

use store::{Id, Migration, migration};

use crate::access::Act;
use crate::app::App;
use crate::features::orgs::{Shift, Shifted, Touches};
use crate::tasks::Later;
use crate::web::Signed;

pub use asked::{
    estimate_path, mark, month_text, period_text, period_words, row_text, rows_path, table_path, units_text,
    units_words,
};
pub use behind::{Behind, Slice, figure_behind, rows_behind};
pub use flags::{Flag, Row as AskedRow, Settled, answer, flags};
pub use freeze::changed_freezes;
pub use freeze::{
    Changed, Changes, Freeze, Frozen, as_frozen, changed_since, freeze, freeze_codes, frozen_figures,
    frozen_heads, get_freeze, list_freezes, may_be_frozen, read_to_freeze,
};
pub use indicator::{
    Indicator, Rate, RollUp, StatedFigure, find_indicator, find_stated, indicators, stated_figures,
};
pub use overrides::{Override, doubled, list_overrides, state as state_figure};
pub use period::{BadPeriod, Period};
pub use printed::{Printed, Prints, Replacement, Stated};
pub use reading::{
    By, Figure, Ground, NO_LAW, Place, Question, RowKey, Table, Units, of_several_laws, read, read_on,
    silent_units,
};

pub const FEATURE: crate::Feature = crate::Feature {
    name: "numbers",
    routes,
    migrations: MIGRATIONS,
    words: (include_str!("words.vi.ftl"), include_str!("words.en.ftl")),
    facts: &[],
    touches: Some(&Touched),
    tasks: None,
    plan_lines: None,
};

const MIGRATIONS: &[Migration] = &[
    migration!(70, "numbers", "0070_numbers.sql"),
    migration!(71, "a freeze once", "0071_freeze_once.sql"),
    migration!(72, "answers", "0072_answers.sql"),
];

/// What a reorganisation of units touches here: the frozen figures of the units, which stay as they were frozen.
struct Touched;

impl Touches for Touched {
    fn words(&self) -> &'static str {
        "numbers-touched"
    }
    fn count<'a>(&'a self, app: &'a App, units: &'a [Id]) -> Later<'a, i64> {
        Box::pin(async move {
            let mut freezes = 0;
            for unit in units {
                freezes += list_freezes(&app.db, *unit).await?.len() as i64;
            }
            Ok(freezes)
        })
    }
    fn shift<'a>(&'a self, signed: &'a Signed, shift: &'a Shift) -> Later<'a, Option<Shifted>> {
        Box::pin(async move { Ok(Some(shift::shifted(signed, shift).await?)) })
    }
    fn list(&self, unit: Id) -> (Act, String) {
        (Act::See, format!("/so-lieu?don-vi={unit}#chot"))
    }
}

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
        .anyone(axum::http::Method::GET, "/ma/{code}", printed::by_code)
        .get("/api/v1/numbers", api::numbers)
        .anyone(axum::http::Method::GET, "/api/v1/numbers/{code}", api::by_code)
}
