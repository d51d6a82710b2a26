//! The demo's data: a year of legal education in Tây Ninh, visibly invented, and the two mergers before it.
//!
//! The same seed makes the same rows: chance is repeatable and the clock is set along with what happens. People
//! are roles, not names of officials; laws are fictional or named only by number and title. Everything goes in
//! through the features' own acts, so that sums, chains of the audit log and the article index are true.
//!
//! A database with invented data is marked (`demo_data`): however it is opened, every page, answer and paper
//! says so. The history ends at [`AS_OF`]: what follows in the year stands in it as estimates.

mod activities;
mod chance;
pub mod command;
mod history;
mod laws;
mod mistakes;
pub mod people;
mod photos;
mod plans;
mod posts;
mod reports;
mod units;

use jiff::Timestamp;
use store::{Db, Migration, RecordId, migration, sql};

use crate::app::App;
use crate::error::Result;

pub use mistakes::{Mistake, OPEN_YEAR};
pub use people::{DemoAccount, PASSWORD, People};
pub use reports::CARELESS;

pub const MIGRATIONS: &[Migration] = &[migration!(4, "demo", "0004_demo.sql")];
pub const WORDS: (&str, &str) = (include_str!("words.vi.ftl"), include_str!("words.en.ftl"));

/// Chance begins here.
pub const SEED: u64 = 2026;
/// When the demo's history begins and ends: 8:00 on 1/7/2025 and 10:00 on 23/11/2026 in Vietnam.
pub const BEGINS: Timestamp = Timestamp::constant(1_751_331_600, 0);
pub const AS_OF: Timestamp = Timestamp::constant(1_795_402_800, 0);
/// The name under invented papers: nobody's.
pub const SIGNER: &str = "Người ký minh họa";
pub const TAY_NINH: &str = "Tỉnh Tây Ninh";
pub const BEN_LUC: &str = "Xã Bến Lức";

/// What is told while the data are made.
pub enum Told {
    /// A part begins: the key of its words, and how many steps it has.
    Part(&'static str, u64),
    Step,
}
pub type Tell<'a> = dyn Fn(Told) + Send + Sync + 'a;

/// What of the demo a database holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marked {
    /// Nothing: it is empty, or of a real installation.
    No,
    /// Making it was cut off.
    Begun,
    Whole,
}

pub async fn find_mark(db: &Db) -> Result<Marked> {
    let mark: Option<(Option<i64>,)> =
        sql!("SELECT finished_at FROM demo_data WHERE id = 1").find(db).await?;
    Ok(match mark {
        None => Marked::No,
        Some((None,)) => Marked::Begun,
        Some((Some(_),)) => Marked::Whole,
    })
}

/// Whether anything but the program's own tables is in the database.
pub async fn is_empty(db: &Db) -> Result<bool> {
    Ok(counted(db).await? == (0, 0))
}

/// How many units and how many accounts there are.
pub async fn counted(db: &Db) -> Result<(i64, i64)> {
    let (units,): (i64,) = sql!("SELECT COUNT(*) FROM units").get(db).await?;
    let (accounts,): (i64,) = sql!("SELECT COUNT(*) FROM accounts").get(db).await?;
    Ok((units, accounts))
}

/// What the demo holds that its command and its tests speak of.
pub struct Seeded {
    pub people: People,
    pub mistakes: Vec<Mistake>,
    /// Those that stand in figures which a person stated over the computed ones.
    pub stated: Vec<Mistake>,
    pub frozen: Vec<RecordId>,
    /// Drafts of reports with mistakes in their texts and typed figures: of the year, of its first half.
    pub careless: RecordId,
    pub careless_half: RecordId,
}

/// Fills an empty database with so many hundredths of the activities; 100 is the demo. The app's clock must be a
/// set one and its chance seeded.
pub async fn create(app: &App, percent: usize, tell: &Tell<'_>) -> Result<Seeded> {
    app.clock.set(BEGINS);
    let mut tx = app.db.begin().await?;
    sql!("INSERT INTO demo_data (id, seed) VALUES (1, $1)", SEED as i64).run(&mut tx).await?;
    tx.commit().await?;

    tell(Told::Part("seed-units", 2));
    let units = units::create(app).await?;
    tell(Told::Step);
    let mut tx = app.db.begin().await?;
    crate::features::laws::demo::insert(&mut tx, app, Some(units.province.unit), Some(units.long_an)).await?;
    let people = people::create(&mut tx, app, units).await?;
    tx.commit().await?;
    tell(Told::Step);

    let seeded = history::create(app, people, percent, tell).await?;

    app.clock.set(AS_OF);
    let mut tx = app.db.begin().await?;
    sql!("UPDATE demo_data SET finished_at = $1 WHERE id = 1", app.now()).run(&mut tx).await?;
    tx.commit().await?;
    app.pages.forget();
    Ok(seeded)
}
