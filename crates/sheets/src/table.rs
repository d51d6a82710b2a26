//! A list or table on its way out.

use rust_xlsxwriter::{ExcelDateTime, Format, FormatBorder, Workbook};

use crate::Date;
use crate::cell::MAX_EXACT;
use crate::error::WriteError;
use crate::template::{Looks, new_workbook, page_setup, put_text};
use crate::text::{clean, clip};

/// One cell of an exported table.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Text(String),
    Integer(i64),
    Decimal(f64),
    Date(Date),
    Empty,
}

/// A table to export.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    pub title: String,
    /// Stands above everything, in red: "DỮ LIỆU MINH HỌA – không có giá trị pháp lý".
    pub banner: Option<String>,
    /// Lines under the title: period, unit, "as of".
    pub notes: Vec<String>,
    pub headers: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

/// Writes a table as a workbook of one sheet, ready to print (A4 landscape, header repeated).
///
/// Text is always text, also where it begins with `=`, `+`, `-` or `@`. Text longer than Excel takes (32,767
/// UTF-16 units) ends in an ellipsis. An integer beyond 15 digits is written as text, because Excel would
/// change its digits; so is a decimal that is not finite.
pub fn write_table(table: &Table) -> Result<Vec<u8>, WriteError> {
    let mut writer = TableWriter::new(table)?;
    writer.write(&table.rows)?;
    writer.finish()
}

/// [`write_table`] for a table too long to hold: its rows are given some at a time.
pub struct TableWriter {
    workbook: Workbook,
    row: u32,
    cell: Format,
    integer: Format,
    decimal: Format,
    date: Format,
}

impl TableWriter {
    /// Writes what stands above the rows. The rows of `table` serve for the widths of columns only.
    pub fn new(table: &Table) -> Result<TableWriter, WriteError> {
        let mut workbook = new_workbook(&table.title);
        let looks = Looks::new();
        let cell = Format::new()
            .set_font_name("Times New Roman")
            .set_font_size(12.0)
            .set_text_wrap()
            .set_border(FormatBorder::Thin)
            .set_border_color(0xBFBFBF_u32);
        let banner = looks.title.clone().set_font_color(0xC00000_u32);

        // Row after row goes to a file: a province's year is tens of megabytes.
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(sheet_name(&table.title))?;
        page_setup(sheet);
        let mut row = 0;
        if let Some(text) = &table.banner {
            put_text(sheet, row, 0, &clean(text), &banner)?;
            row += 1;
        }
        put_text(sheet, row, 0, &clean(&table.title), &looks.title)?;
        row += 1;
        for note in &table.notes {
            put_text(sheet, row, 0, &clean(note), &looks.remark)?;
            row += 1;
        }
        row += 1;
        for (at, header) in (0..).zip(&table.headers) {
            put_text(sheet, row, at, &clean(header), &looks.header)?;
            sheet.set_column_width(at, width(table, usize::from(at)))?;
        }
        sheet.set_repeat_rows(row, row)?;
        sheet.set_freeze_panes(row + 1, 0)?;
        Ok(TableWriter {
            workbook,
            row: row + 1,
            integer: cell.clone().set_num_format("#,##0"),
            decimal: cell.clone().set_num_format("#,##0.##"),
            date: cell.clone().set_num_format("dd/mm/yyyy"),
            cell,
        })
    }

    pub fn write(&mut self, rows: &[Vec<Cell>]) -> Result<(), WriteError> {
        let TableWriter { workbook, row, cell, integer, decimal, date: date_look } = self;
        let sheet = workbook.worksheet_from_index(0)?;
        for cells in rows {
            let row = {
                *row += 1;
                *row - 1
            };
            for (at, value) in (0..).zip(cells) {
                match value {
                    Cell::Text(text) => put_text(sheet, row, at, &clean(text), cell)?,
                    Cell::Integer(number) if number.unsigned_abs() <= MAX_EXACT.unsigned_abs() => {
                        sheet.write_number_with_format(row, at, *number as f64, integer)?;
                    }
                    Cell::Integer(number) => put_text(sheet, row, at, &number.to_string(), cell)?,
                    Cell::Decimal(number) if number.is_finite() => {
                        sheet.write_number_with_format(row, at, *number, decimal)?;
                    }
                    Cell::Decimal(number) => put_text(sheet, row, at, &number.to_string(), cell)?,
                    Cell::Date(date) => {
                        let (year, month, day) = (date.year(), date.month(), date.day());
                        match ExcelDateTime::from_ymd(
                            year.unsigned_abs(),
                            month.unsigned_abs(),
                            day.unsigned_abs(),
                        ) {
                            Ok(serial) if year >= 1900 => {
                                sheet.write_datetime_with_format(row, at, &serial, date_look)?;
                            }
                            // Excel has no day before 1900.
                            _ => put_text(sheet, row, at, &date.strftime("%d/%m/%Y").to_string(), cell)?,
                        }
                    }
                    Cell::Empty => {
                        sheet.write_blank(row, at, cell)?;
                    }
                }
            }
        }
        Ok(())
    }

    pub fn finish(mut self) -> Result<Vec<u8>, WriteError> {
        Ok(self.workbook.save_to_buffer()?)
    }
}

/// Wide enough for most of the first rows, narrow enough to print.
fn width(table: &Table, at: usize) -> f64 {
    let shown = |cell: &Cell| match cell {
        Cell::Text(text) => text.chars().count(),
        Cell::Integer(number) => number.to_string().len() * 4 / 3,
        Cell::Decimal(_) => 12,
        Cell::Date(_) => 10,
        Cell::Empty => 0,
    };
    let widest = table.rows.iter().take(200).filter_map(|row| row.get(at)).map(shown).max().unwrap_or(0);
    let header = table.headers.get(at).map_or(0, |header| header.chars().count().min(20));
    (widest.max(header).clamp(6, 50) + 2) as f64
}

/// What Excel takes as a sheet's name: at most 31 units, none of `[]:*?/\`, no apostrophe at the ends.
fn sheet_name(title: &str) -> String {
    let plain: String =
        clean(title).chars().map(|c| if "[]:*?/\\'\n".contains(c) { ' ' } else { c }).collect();
    let name = clip(plain.trim(), 31);
    // "History" is a name Excel keeps for itself.
    if name.trim().is_empty() || name.eq_ignore_ascii_case("history") { "Bảng".to_owned() } else { name }
}
