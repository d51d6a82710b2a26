//! Excel in and out, with errors cell by cell.
//!
//! A [`Template`] says which columns a table has. It writes the workbook that an officer fills in
//! ([`Template::write`]), and [`read`] takes the filled workbook back: what was understood as typed values,
//! and a problem for every cell that was not. [`write_back`] returns the officer's own rows in a new workbook
//! with each problem noted on its cell. [`write_table`] exports a list.
//!
//! What is deliberately absent: formulas are never written and never computed (the value Excel stored beside
//! a formula is used); no file is opened and no clock is asked; problems carry a stable `code()` and fields,
//! the words that people see are the caller's.
//!
//! A workbook is an outside file: [`read`] first measures the zip container ([`Limits`]), so a small file that
//! unpacks into gigabytes is refused before anything parses it.

mod cell;
mod container;
mod error;
mod grid;
mod read;
mod table;
mod template;
mod text;

pub use cell::{Value, Wrong};
pub use container::Limits;
pub use error::{LooksLike, SheetError, SheetProblem, WriteError};
pub use jiff::civil::Date;
pub use read::{CellProblem, Row, Sheet, Workbook, identify, read};
pub use table::{Cell, Table, TableWriter, write_table};
pub use template::{Column, Kind, Mark, RowOut, Template, write_back};
