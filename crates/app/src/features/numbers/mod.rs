//! Numbers (số liệu): indicators (chỉ tiêu) over facts, for a unit, a period (kỳ) and a tree of units.
//!
//! Nothing is typed that can be counted. Every figure opens to the rows it was summed from; a typed override
//! keeps both values; a frozen period keeps its figures and lists what changed since; checks find impossible
//! values before anybody else does. Keeps promises B8, G1, G3, G4, G13, G16-G18, G23, G24.

mod asked;
mod indicator;
mod period;
mod reading;
mod rows;
mod table;

use store::Migration;

pub use indicator::{Indicator, find_indicator, indicators};
pub use period::{BadPeriod, Period};
pub use reading::{
    Behind, By, Figure, Ground, Place, Question, RowKey, Table, Units, read, read_on, rows_behind,
    silent_units,
};

pub const FEATURE: crate::Feature = crate::Feature {
    name: "numbers",
    routes,
    migrations: MIGRATIONS,
    words: (include_str!("words.vi.ftl"), include_str!("words.en.ftl")),
    facts: &[],
    touches: None,
};

const MIGRATIONS: &[Migration] = &[];

fn routes() -> crate::web::Routes {
    crate::web::Routes::new().get("/so-lieu", table::page).get("/so-lieu/dong", rows::page)
}
