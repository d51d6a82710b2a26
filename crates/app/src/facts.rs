//! Facts: what features let `numbers` and `papers` read. A fact is a named relation of keys, dates, unit,
//! dimensions and measures, without personal data; nothing else of a feature's tables is seen from there.

use jiff::Timestamp;
use jiff::civil::Date;
use store::{Db, Id, RecordId, Relation};

use crate::tasks::Later;

/// What one feature lets others count.
///
/// Every relation has the columns `unit_id` (the unit that recorded), `day` (TEXT, the day it counts for) and
/// `month` (year × 100 + month); relations of rows also `shard_id`, `id`, `title`. Withdrawn rows are not in it.
/// With `updated_at` (microseconds) a relation of rows tells which of them are as they were at a moment; without, that
/// is known of [`Then`] alone.
#[derive(Debug)]
pub struct Fact {
    /// Named by indicators' files: "activity".
    pub name: &'static str,
    /// One row for each thing that happened.
    pub rows: &'static Relation,
    /// The same rows, once for each value of a dimension that a row may have several of; the value stands in
    /// the column `key`. A row counts under each of its values, so such parts may sum to more than the whole.
    pub by: &'static [(&'static str, &'static Relation)],
    /// Sums kept at recording unit × month × dimension in the transaction of the record itself, with columns
    /// `unit_id`, `month`, `dimension` ("" for the whole), `key`, the row dimensions, `rows` (their number)
    /// and the measures.
    pub rolled: Option<&'static Relation>,
    /// Every thing, withdrawn ones too, with `state`, `created_at` and `updated_at` (microseconds): what changed since a
    /// moment.
    pub changes: Option<&'static Relation>,
    /// The rows of a moment that has passed.
    pub then: &'static dyn Then,
    /// The rows whose figures were asked about when they were recorded, with the measures and the dimensions that
    /// indicators filter by; `answered` is 1 where a reason was given.
    pub asked: Option<&'static Relation>,
    /// The page of one row.
    pub page: fn(RecordId) -> String,
}

/// What a frozen figure was counted from, whatever became of it since.
pub trait Then: std::fmt::Debug + Sync {
    /// The rows that were there at a moment, as they stood then, of some units (none: of all): those that the relation of
    /// rows does not show unchanged, or every one where it has no `updated_at`.
    fn rows<'a>(&'a self, db: &'a Db, at: Timestamp, units: Option<&'a [Id]>) -> Later<'a, Vec<Was>>;
}

/// A row as it stood at a moment.
#[derive(Debug, Clone)]
pub struct Was {
    pub id: RecordId,
    pub unit: Id,
    pub day: Date,
    pub title: String,
    pub estimated: bool,
    /// By the columns of the relation of rows.
    pub words: Vec<(&'static str, String)>,
    pub measures: Vec<(&'static str, i64)>,
    /// By the dimensions that a row may have several values of.
    pub values: Vec<(&'static str, Vec<String>)>,
    /// What became of it since, and when it was written last.
    pub since: Option<Since>,
    pub at: Timestamp,
}

/// What became of a row after a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    Changed,
    Withdrawn,
}

/// The years of which the program speaks: a day outside them is a slip of the hand, wherever it comes from.
pub const YEARS: std::ops::RangeInclusive<i16> = 1945..=2199;

/// year × 100 + month.
pub fn month_of(day: Date) -> i64 {
    i64::from(day.year()) * 100 + i64::from(day.month())
}
