//! The cells of a workbook, streamed out of calamine.
//!
//! Cells are streamed and kept sparsely, never as calamine's rectangular range: two cells at opposite corners
//! of a sheet must not cost the memory of all between them.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use crate::cell::{Epoch, Raw};
use crate::container::{self, Limits, Weight};
use crate::error::SheetError;
use crate::template::{MARK_SHEET, Mark};

/// Rows and columns from 0.
pub(crate) type Cells = BTreeMap<u32, BTreeMap<u32, Raw>>;

pub(crate) struct Grid {
    pub name: String,
    pub cells: Cells,
    /// Merged areas, first and last cell as (row, column).
    pub merged: Vec<((u32, u32), (u32, u32))>,
    /// Rows at or after which a cell could not be read.
    pub unreadable: Vec<u32>,
    /// The row in which the sheet broke off.
    pub broken: Option<u32>,
}

impl Grid {
    fn named(name: &str) -> Grid {
        let (cells, merged, unreadable) = (Cells::new(), Vec::new(), Vec::new());
        Grid { name: name.to_owned(), cells, merged, unreadable, broken: None }
    }
}

pub(crate) struct Book {
    pub epoch: Epoch,
    pub mark: Option<Mark>,
    /// The visible sheets, at most [`MAX_SHEETS`].
    pub grids: Vec<Grid>,
    /// The names of those that were left alone: there are more sheets, or heavier ones, than are looked at.
    pub skipped: Vec<String>,
}

const MAX_SHEETS: usize = 16;
/// Elements parsed in all: several sheets of a workbook may name the same part, so that a small file could
/// keep the parser busy for long. Each sheet is passed twice, for its cells and its merged areas.
const MAX_MARKS: usize = 10_000_000;
const MAX_ROW: u32 = 1_048_576;
const MAX_COLUMN: u32 = 16_384;
const MAX_UNREADABLE: usize = 100;
const MAX_MERGED: usize = 10_000;

pub(crate) fn open(bytes: &[u8], limits: &Limits) -> Result<Book, SheetError> {
    let weight = container::check(bytes, limits)?;
    // calamine 0.38 adds and subtracts cell addresses unchecked, which panics on hostile ones in builds that
    // check overflow. Nothing outlives the closure, so nothing can be left half done.
    catch_unwind(AssertUnwindSafe(|| load(bytes, limits, &weight)))
        .unwrap_or_else(|_| Err(damaged("the parser gave up".to_owned())))
}

fn damaged(detail: String) -> SheetError {
    SheetError::Damaged { part: String::new(), detail }
}

fn refuse(error: XlsxError) -> SheetError {
    match error {
        XlsxError::Password => SheetError::Encrypted,
        error => damaged(error.to_string()),
    }
}

fn load(bytes: &[u8], limits: &Limits, weight: &Weight) -> Result<Book, SheetError> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(refuse)?;
    let epoch = if workbook.has_1904_epoch() { Epoch::Y1904 } else { Epoch::Y1900 };
    let mut book = Book { epoch, mark: None, grids: Vec::new(), skipped: Vec::new() };
    let mut budget = limits.cells;
    let sheets = workbook.sheets_metadata().to_vec();
    if sheets.iter().any(|sheet| sheet.name == MARK_SHEET) {
        book.mark = mark(&mut workbook);
    }
    let visible = |sheet: &&calamine::Sheet| {
        sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible
    };
    let (mut failure, mut opened) = (None, false);
    let affordable = (MAX_MARKS / 2 / weight.heaviest.max(1)).clamp(1, MAX_SHEETS);
    let over = sheets.iter().filter(visible).skip(affordable);
    book.skipped = over.map(|sheet| sheet.name.clone()).collect();
    for sheet in sheets.iter().filter(visible).take(affordable) {
        match stream(&mut workbook, &sheet.name, &mut budget) {
            Ok(mut grid) => {
                grid.merged = workbook
                    .merge_cells_by_sheet_name(&sheet.name)
                    .unwrap_or_default()
                    .into_iter()
                    .take(MAX_MERGED)
                    .map(|area| (area.start, area.end))
                    .collect();
                book.grids.push(grid);
                opened = true;
            }
            Err(Stop::Budget) => return Err(SheetError::TooManyCells { limit: limits.cells }),
            // One sheet that cannot be read does not spoil the others.
            Err(Stop::Refused(error)) => {
                failure = failure.or(Some(error));
                book.grids.push(Grid { broken: Some(0), ..Grid::named(&sheet.name) });
            }
        }
    }
    match failure {
        Some(error) if !opened => Err(refuse(error)),
        _ => Ok(book),
    }
}

enum Stop {
    Budget,
    Refused(XlsxError),
}

fn stream(workbook: &mut Xlsx<Cursor<&[u8]>>, name: &str, budget: &mut usize) -> Result<Grid, Stop> {
    let mut reader = workbook.worksheet_cells_reader(name).map_err(Stop::Refused)?;
    let mut grid = Grid::named(name);
    let mut last_row = 0;
    loop {
        let record = match reader.next_cell_with_formula_metadata() {
            Ok(Some(record)) => record,
            Ok(None) => break,
            // The container or the markup is broken: nothing after it can be trusted.
            Err(XlsxError::Xml(_) | XlsxError::XmlEof(_) | XlsxError::Io(_) | XlsxError::Zip(_)) => {
                grid.broken = Some(last_row);
                break;
            }
            // One cell is: its neighbours are good.
            Err(_) => {
                grid.unreadable.push(last_row);
                if grid.unreadable.len() > MAX_UNREADABLE {
                    grid.broken = Some(last_row);
                    break;
                }
                continue;
            }
        };
        let (row, column) = record.pos;
        if row >= MAX_ROW || column >= MAX_COLUMN {
            grid.unreadable.push(last_row);
            grid.unreadable.truncate(MAX_UNREADABLE);
            continue;
        }
        last_row = row;
        let raw = match record.value {
            DataRef::Empty if record.formula.is_some() => Raw::Formula,
            DataRef::Empty => continue,
            DataRef::String(text) => Raw::Text(text),
            DataRef::SharedString(text) => Raw::Text(text.to_owned()),
            DataRef::Int(number) => Raw::Number(number as f64),
            DataRef::Float(number) => Raw::Number(number),
            DataRef::DateTime(moment) if moment.is_duration() => Raw::Number(moment.as_f64()),
            DataRef::DateTime(moment) => Raw::Serial(moment.as_f64()),
            DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Raw::Text(text),
            DataRef::Bool(truth) => Raw::Bool(truth),
            DataRef::Error(error) => Raw::Error(error.to_string()),
        };
        *budget = budget.checked_sub(1).ok_or(Stop::Budget)?;
        grid.cells.entry(row).or_default().insert(column, raw);
    }
    Ok(grid)
}

/// The template's name and version, from the first cells of the hidden sheet.
fn mark(workbook: &mut Xlsx<Cursor<&[u8]>>) -> Option<Mark> {
    let mut budget = 100_000;
    let cells = stream(workbook, MARK_SHEET, &mut budget).ok()?.cells;
    let at = |row, column| cells.get(&row)?.get(&column);
    match (at(0, 1)?, at(1, 1)?) {
        (Raw::Text(name), Raw::Number(version)) => {
            Some(Mark { name: name.clone(), version: *version as u32 })
        }
        _ => None,
    }
}
