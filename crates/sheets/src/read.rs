//! A filled workbook, read against its template.

use std::collections::{BTreeMap, BTreeSet};

use crate::cell::{Epoch, Raw, Value, Wrong, interpret, typed};
use crate::container::Limits;
use crate::error::{SheetError, SheetProblem};
use crate::grid::{self, Grid};
use crate::template::{Column, EXAMPLE_SHEET, FIX_HEADER, GUIDANCE_SHEET, Mark, Template};
use crate::text::{clean, fold};

/// What a workbook said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workbook {
    /// The sheets that have the template's header, in the order of the workbook.
    pub sheets: Vec<Sheet>,
    /// Problems of the workbook as a whole.
    pub problems: Vec<SheetProblem>,
}

/// What one sheet said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    pub name: String,
    pub rows: Vec<Row>,
    /// Problems of the sheet as a whole; those of a cell stand in its row.
    pub problems: Vec<SheetProblem>,
}

/// One row of the table that is not blank.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Excel's row number, from 1.
    pub line: u32,
    /// By column key. A cell with a problem has no value here; a cell left blank has [`Value::Empty`].
    pub values: BTreeMap<String, Value>,
    /// By column key, every cell that is not blank as a person sees it.
    pub typed: BTreeMap<String, String>,
    pub problems: Vec<CellProblem>,
}

impl Row {
    /// Whether every cell was understood.
    pub fn is_good(&self) -> bool {
        self.problems.is_empty()
    }
}

/// What is wrong with one cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellProblem {
    /// The column's key.
    pub column: String,
    /// The cell as typed.
    pub value: String,
    pub wrong: Wrong,
}

impl CellProblem {
    /// Stable word for translation.
    pub fn code(&self) -> &'static str {
        self.wrong.code()
    }
}

/// The template a workbook was written from, if it was written from one: tells apart uploads before choosing
/// what to read them as.
pub fn identify(bytes: &[u8], limits: &Limits) -> Result<Option<Mark>, SheetError> {
    Ok(grid::open(bytes, limits)?.mark)
}

/// Reads a filled workbook.
///
/// The header row is looked for on every visible sheet in the first 50 rows that hold anything,
/// whatever the order of its columns and the case and marks of its letters; every sheet that has it is read, the
/// others are told. What cannot be understood becomes a problem, of the cell, of the sheet or of the workbook, and
/// costs no other cell its value.
pub fn read(bytes: &[u8], template: &Template, limits: &Limits) -> Result<Workbook, SheetError> {
    let book = grid::open(bytes, limits)?;
    let other = book.mark.as_ref().filter(|mark| mark.name != template.name);
    let mut found: Vec<(&Grid, Option<Header>)> = Vec::new();
    let mut seen = BTreeSet::new();
    for grid in &book.grids {
        let name = fold(&grid.name);
        if name == fold(EXAMPLE_SHEET) || name == fold(GUIDANCE_SHEET) {
            continue;
        }
        let mut best: Option<Header> = None;
        for (row, cells) in grid.cells.iter().take(HEADER_ROWS) {
            let header = Header::match_row(*row, cells, template);
            seen.extend(header.columns.values().copied());
            let more = best.as_ref().is_none_or(|found| header.columns.len() > found.columns.len());
            if more && header.is_enough(template) {
                best = Some(header);
            }
        }
        found.push((grid, best));
    }
    if found.iter().all(|(_, header)| header.is_none()) {
        if let Some(other) = other {
            return Err(SheetError::OtherTemplate {
                found: other.name.clone(),
                expected: template.name.clone(),
            });
        }
        // A sheet that broke off before its header is damaged rather than wrongly filled.
        if book.grids.iter().any(|grid| grid.broken.is_some()) {
            return Err(SheetError::Damaged { part: String::new(), detail: "a sheet breaks off".to_owned() });
        }
        if !book.skipped.is_empty() {
            return Err(SheetError::TooManyCells { limit: limits.cells });
        }
        let missing = template.columns.iter().enumerate().filter(|(at, _)| !seen.contains(at));
        return Err(SheetError::NoHeader {
            missing: missing.map(|(_, column)| column.header.clone()).collect(),
        });
    }

    let mut read = Workbook::default();
    if let Some(other) = other {
        let (found, expected) = (other.name.clone(), template.name.clone());
        read.problems.push(SheetProblem::OtherTemplate { found, expected });
    } else if let Some(mark) = book.mark.as_ref().filter(|mark| mark.version != template.version) {
        read.problems.push(SheetProblem::OtherVersion { found: mark.version, expected: template.version });
    }
    let mut skipped = Vec::new();
    for (grid, header) in found {
        match header {
            Some(header) => {
                let before = read.sheets.iter().map(|sheet| sheet.rows.len()).sum();
                read.sheets.push(read_sheet(grid, &header, template, limits, before, book.epoch));
            }
            None if grid.broken.is_some() => skipped.push(grid.name.clone()),
            None if grid.cells.is_empty() => {}
            None => {
                let (name, rows) = (grid.name.clone(), grid.cells.len());
                read.problems.push(SheetProblem::SheetWithoutHeader { name, rows });
            }
        }
    }
    skipped.extend(book.skipped);
    if !skipped.is_empty() {
        read.problems.push(SheetProblem::SheetsSkipped { names: skipped });
    }
    Ok(read)
}

/// Reads a sheet below its header; `before` rows of the workbook have been read.
fn read_sheet(
    grid: &Grid,
    header: &Header,
    template: &Template,
    limits: &Limits,
    before: usize,
    epoch: Epoch,
) -> Sheet {
    let found: BTreeSet<usize> = header.columns.values().copied().collect();
    let missing = template.columns.iter().enumerate().filter(|(at, _)| !found.contains(at));
    let mut problems: Vec<SheetProblem> =
        missing.map(|(_, column)| SheetProblem::ColumnMissing { header: column.header.clone() }).collect();
    problems.extend(header.problems.iter().cloned());

    let merged = merged_away(grid, header);
    let (lines, outside) = table_lines(grid, header, template, epoch);
    problems.extend(outside);
    let room = limits.rows.saturating_sub(before);
    if lines.len() > room {
        problems.push(SheetProblem::RowsOverLimit { limit: limits.rows });
    }
    let rows =
        lines.iter().take(room).map(|row| read_row(*row, grid, header, template, &merged, epoch)).collect();
    let mut unreadable: Vec<u32> = grid.unreadable.iter().map(|row| line(*row)).collect();
    unreadable.dedup();
    problems.extend(unreadable.into_iter().map(|line| SheetProblem::Unreadable { line }));
    // A break in or above the header leaves no table to speak of, but then no header was found.
    if let Some(row) = grid.broken {
        problems.push(SheetProblem::BreaksOff { line: line(row.max(header.row)) });
    }
    Sheet { name: grid.name.clone(), rows, problems }
}

/// How far down a header is looked for, in rows that hold anything.
const HEADER_ROWS: usize = 50;

/// The most rows that what stands below a table takes.
const FOOTER_ROWS: usize = 10;

fn line(row: u32) -> u32 {
    row.saturating_add(1)
}

struct Header {
    row: u32,
    /// Sheet column → index in the template.
    columns: BTreeMap<u32, usize>,
    problems: Vec<SheetProblem>,
}

impl Header {
    fn match_row(row: u32, cells: &BTreeMap<u32, Raw>, template: &Template) -> Header {
        let mut header = Header { row, columns: BTreeMap::new(), problems: Vec::new() };
        for (at, raw) in cells {
            let Raw::Text(text) = raw else { continue };
            // Clipped because a header is short, and folding a long cell in every row would be wasted.
            let text = clean(&text.chars().take(300).collect::<String>());
            let found = template.columns.iter().position(|column| same_header(&column.header, &text));
            match found {
                Some(index) if header.columns.values().any(|known| *known == index) => {
                    header.problems.push(SheetProblem::ColumnTwice { header: text });
                }
                Some(index) => {
                    header.columns.insert(*at, index);
                }
                None if is_ours(&text) => {}
                None => header.problems.push(SheetProblem::ColumnExtra { header: text }),
            }
        }
        header
    }

    /// Half the template's columns, or all those that are required: fewer is a coincidence.
    fn is_enough(&self, template: &Template) -> bool {
        let required: Vec<usize> = (0..template.columns.len())
            .filter(|at| template.columns.get(*at).is_some_and(|column| column.required))
            .collect();
        let has = |index: &usize| self.columns.values().any(|known| known == index);
        let half = !self.columns.is_empty() && self.columns.len() * 2 >= template.columns.len();
        half || (required.len() > 1 && required.iter().all(has))
    }
}

fn same_header(header: &str, text: &str) -> bool {
    let bare = |text: &str| fold(text.split(['(', '\n']).next().unwrap_or_default());
    let folded = fold(text);
    !folded.is_empty() && (fold(header) == folded || bare(header) == folded || fold(header) == bare(text))
}

/// Headers that belong to no column and disturb nobody: the running number, and our own column of corrections.
fn is_ours(text: &str) -> bool {
    let folded = fold(text);
    matches!(folded.as_str(), "" | "stt" | "tt" | "so tt" | "so thu tu") || folded == fold(FIX_HEADER)
}

/// The cells (row, template column) that lie in a merged area without being its first.
fn merged_away(grid: &Grid, header: &Header) -> BTreeSet<(u32, usize)> {
    // Areas may be declared by the thousand over the whole sheet; no honest list needs more than this.
    let mut budget = 1_000_000usize;
    let mut merged = BTreeSet::new();
    for (start, end) in &grid.merged {
        let in_table = end.1 >= start.1 && header.columns.range(start.1..=end.1).next().is_some();
        if end.0 < start.0 || !in_table {
            continue;
        }
        let below = start.0.max(header.row.saturating_add(1));
        for (row, _) in grid.cells.range(below..=end.0.max(below)).filter(|(row, _)| **row <= end.0) {
            for (column, index) in header.columns.range(start.1..=end.1) {
                if (*row, *column) != *start {
                    merged.insert((*row, *index));
                }
                budget -= 1;
                if budget == 0 {
                    return merged;
                }
            }
        }
    }
    merged
}

/// The rows of the table, and the ones below it that are none: totals, dates and signatures.
fn table_lines(
    grid: &Grid,
    header: &Header,
    template: &Template,
    epoch: Epoch,
) -> (Vec<u32>, Vec<SheetProblem>) {
    let filled = |cells: &BTreeMap<u32, Raw>| -> Vec<(usize, String)> {
        let ours = header.columns.iter().filter_map(|(at, index)| Some((*index, cells.get(at)?)));
        // A formula or an error is something, even where nothing is seen.
        ours.filter(|(_, raw)| matches!(raw, Raw::Formula) || !typed(raw, epoch).is_empty())
            .map(|(index, raw)| (index, typed(raw, epoch)))
            .collect()
    };
    let is_required = |index: usize| template.columns.get(index).is_some_and(|column| column.required);
    let required = (0..template.columns.len()).filter(|index| is_required(*index)).count();

    let mut lines: Vec<(u32, Vec<(usize, String)>)> = grid
        .cells
        .range(header.row.saturating_add(1)..)
        .map(|(row, cells)| (*row, filled(cells)))
        .filter(|(_, filled)| !filled.is_empty())
        .collect();

    // "Cộng" is a total, "Công, born 1/2/1970" is a person.
    let is_total = |row: u32, filled: &[(usize, String)]| {
        let first = filled.first().map(|(_, text)| fold(text)).unwrap_or_default();
        let understood = |(at, index): (&u32, &usize)| {
            let raw = grid.cells.get(&row).and_then(|cells| cells.get(at));
            let column = template.columns.get(*index).filter(|column| column.required);
            column.is_none_or(|column| read_cell(column, raw, false, epoch).is_ok())
        };
        ["cong", "tong", "tong so", "tong cong"].contains(&first.as_str())
            && !header.columns.iter().all(understood)
    };
    // Sparse: too little for a row of the table, enough for a signature.
    let is_sparse = |filled: &[(usize, String)]| {
        let has = filled.iter().filter(|(index, _)| is_required(*index)).count();
        required >= 2 && has * 2 <= required && filled.len() <= 3
    };

    // Sparse rows at the end are outside the table from the first gap or total on; a sparse row right under
    // the table is a row someone has not finished.
    let dense = lines.iter().rposition(|(row, filled)| !is_sparse(filled) && !is_total(*row, filled));
    let tail = dense.map_or(0, |at| at + 1);
    let mut previous = match dense.and_then(|at| lines.get(at)) {
        Some((row, _)) => *row,
        None => header.row,
    };
    let mut cut = lines.len();
    for (at, (row, filled)) in lines.iter().enumerate().skip(tail) {
        // Right under the header a gap is only where someone began to type.
        if is_total(*row, filled) || (dense.is_some() && row.saturating_sub(previous) > 1) {
            cut = at;
            break;
        }
        previous = *row;
    }
    // Below a table stand a total, a date, a place, names: a longer list is a list someone did not finish.
    if lines.len() - cut > FOOTER_ROWS {
        cut = lines.len();
    }
    let mut outside: Vec<(u32, Vec<(usize, String)>)> = lines.split_off(cut);
    // Totals between the rows, of a hamlet or a quarter.
    let (totals, lines): (Vec<_>, Vec<_>) =
        lines.into_iter().partition(|(row, filled)| is_total(*row, filled));
    outside.extend(totals);
    outside.sort_by_key(|(row, _)| *row);
    let problems = outside.into_iter().map(|(row, filled)| SheetProblem::RowOutside {
        line: line(row),
        text: filled.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(" | "),
    });
    (lines.into_iter().map(|(row, _)| row).collect(), problems.collect())
}

fn read_row(
    row: u32,
    grid: &Grid,
    header: &Header,
    template: &Template,
    merged: &BTreeSet<(u32, usize)>,
    epoch: Epoch,
) -> Row {
    let empty = BTreeMap::new();
    let cells = grid.cells.get(&row).unwrap_or(&empty);
    let by_index: BTreeMap<usize, &Raw> =
        header.columns.iter().filter_map(|(at, index)| Some((*index, cells.get(at)?))).collect();
    let mut read = Row { line: line(row), ..Row::default() };
    for (index, column) in template.columns.iter().enumerate() {
        let raw = by_index.get(&index).copied();
        let shown = raw.map(|raw| typed(raw, epoch)).unwrap_or_default();
        match read_cell(column, raw, merged.contains(&(row, index)), epoch) {
            Ok(value) => {
                read.values.insert(column.key.clone(), value);
            }
            Err(wrong) => {
                let problem = CellProblem { column: column.key.clone(), value: shown.clone(), wrong };
                read.problems.push(problem);
            }
        }
        if !shown.is_empty() {
            read.typed.insert(column.key.clone(), shown);
        }
    }
    read
}

fn read_cell(column: &Column, raw: Option<&Raw>, merged: bool, epoch: Epoch) -> Result<Value, Wrong> {
    let value = raw.map_or(Ok(Value::Empty), |raw| interpret(&column.kind, raw, epoch))?;
    match value {
        // Whether the value above or beside holds here too is for a person to say.
        Value::Empty if merged => Err(Wrong::Merged),
        Value::Empty if column.required => Err(Wrong::Required),
        value => Ok(value),
    }
}
