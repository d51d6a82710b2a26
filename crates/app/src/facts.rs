//! Facts: what features let `numbers` and `papers` read. A fact is a named relation of keys, dates, unit,
//! dimensions and measures, without personal data; nothing else of a feature's tables is seen from there.

use store::{RecordId, Relation};

/// What one feature lets others count.
///
/// Every relation has the columns `unit_id` (the unit that recorded), `day` (TEXT, the day it counts for) and
/// `month` (year × 100 + month); relations of rows also `shard_id`, `id`, `title`, `updated_at` (microseconds).
/// Withdrawn rows are not in it.
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
    /// The rows whose figures were asked about when they were recorded, with the measures and the dimensions that
    /// indicators filter by; `answered` is 1 where a reason was given.
    pub asked: Option<&'static Relation>,
    /// The page of one row.
    pub page: fn(RecordId) -> String,
}

/// The years of which the program speaks: a day outside them is a slip of the hand, wherever it comes from.
pub const YEARS: std::ops::RangeInclusive<i16> = 1945..=2199;

/// year × 100 + month.
pub fn month_of(day: jiff::civil::Date) -> i64 {
    i64::from(day.year()) * 100 + i64::from(day.month())
}
