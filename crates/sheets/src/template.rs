//! The workbook that goes out to be filled in, and the one that comes back with corrections.

use std::collections::BTreeMap;

use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DataValidationRule, DocProperties, ExcelDateTime, Format,
    FormatAlign, FormatBorder, Formula, Note, Workbook, Worksheet, utility,
};

use crate::cell::{Epoch, MAX_EXACT, Raw, Value, interpret};
use crate::error::WriteError;
use crate::text::{clean, clip};

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// At most `max` characters.
    Text { max: usize },
    /// `min..=max`, both included.
    Integer { min: i64, max: i64 },
    /// Whole đồng, from 0 to 15 digits (what Excel keeps exactly).
    Money,
    /// A day between 1900 and 2199.
    Date,
    /// One of these.
    Choice(Vec<String>),
    /// Any of these, separated by `;`, by commas or by line ends.
    ChoiceMany(Vec<String>),
}

/// One column of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What the program calls it; unique in its template.
    pub key: String,
    /// What people read at its head; unique in its template, whatever the case and marks.
    pub header: String,
    /// What to fill in, shown beside the header and when a cell is selected.
    pub hint: String,
    pub kind: Kind,
    pub required: bool,
    /// In characters.
    pub width: u16,
}

/// A table to be filled in by people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// What the program calls it; stands on a hidden sheet, see [`crate::identify`].
    pub name: String,
    /// Raised when columns change; an older workbook is still read, with a problem.
    pub version: u32,
    /// Stands above the table.
    pub title: String,
    /// Paragraphs of the sheet "Hướng dẫn".
    pub guidance: Vec<String>,
    pub columns: Vec<Column>,
    /// Rows of the sheet "Ví dụ", as typed, in the order of the columns.
    pub example_rows: Vec<Vec<String>>,
}

/// Which template a workbook was written from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    pub name: String,
    pub version: u32,
}

/// A row on its way back to the person who typed it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowOut {
    /// By column key, as typed: [`crate::Row::typed`].
    pub typed: BTreeMap<String, String>,
    /// (column key, message in the person's language). A key that no column has, such as `""`, makes the
    /// message one about the row.
    pub notes: Vec<(String, String)>,
    /// Whether the row was accepted; its notes are then remarks, not corrections.
    pub ok: bool,
}

pub(crate) const DATA_SHEET: &str = "Nhập liệu";
pub(crate) const EXAMPLE_SHEET: &str = "Ví dụ";
pub(crate) const GUIDANCE_SHEET: &str = "Hướng dẫn";
pub(crate) const MARK_SHEET: &str = "_mau";
pub(crate) const FIX_HEADER: &str = "Cần sửa";

/// Title and instruction stand above it.
const HEADER_ROW: u32 = 2;
/// Rows that get drop-down lists and checks.
const PREPARED_ROWS: u32 = 2_000;
/// What Excel takes in one cell, in UTF-16 units.
pub(crate) const CELL_UNITS: usize = 32_767;
const NOTE_UNITS: usize = 1_000;

impl Template {
    /// The empty workbook to fill in: the sheet for the data with frozen headers, notes, lists and formats, a
    /// sheet with examples, a sheet of guidance, and a hidden sheet that says which template this is. A4
    /// landscape.
    pub fn write(&self) -> Result<Vec<u8>, WriteError> {
        let mut workbook = new_workbook(&self.title);
        let looks = Looks::new();
        self.write_data(workbook.add_worksheet(), &looks, None)?;
        self.write_examples(workbook.add_worksheet(), &looks)?;
        self.write_guidance(workbook.add_worksheet(), &looks)?;
        self.write_mark(workbook.add_worksheet())?;
        Ok(workbook.save_to_buffer()?)
    }

    fn write_data(
        &self,
        sheet: &mut Worksheet,
        looks: &Looks,
        rows: Option<&[RowOut]>,
    ) -> Result<(), WriteError> {
        sheet.set_name(DATA_SHEET)?;
        self.write_head(sheet, looks)?;
        let first = HEADER_ROW + 1;
        let filled = u32::try_from(rows.map_or(0, <[RowOut]>::len)).unwrap_or(u32::MAX);
        let last = first.saturating_add(filled.max(PREPARED_ROWS)).min(1_048_575);
        let mut list_column = LISTS_FROM;
        for (at, column) in self.numbered() {
            let mut check = column.check(&mut list_column)?;
            if !column.hint.is_empty() {
                check = check
                    .set_input_title(clip(&clean(&column.header), 32))?
                    .set_input_message(clip(&clean(&column.hint), 255))?;
            }
            sheet.add_data_validation(first, at, last, at, &check)?;
        }
        for (row, out) in (first..).zip(rows.unwrap_or_default()) {
            self.write_row_out(sheet, looks, row, out)?;
        }
        if rows.is_some() {
            let fix = self.fix_column();
            sheet.set_column_width(fix, 60.0)?;
            sheet.write_string_with_format(HEADER_ROW, fix, FIX_HEADER, &looks.header_wrong)?;
        }
        Ok(())
    }

    /// Title, instruction, headers, widths and formats: what the data and the example sheet share.
    fn write_head(&self, sheet: &mut Worksheet, looks: &Looks) -> Result<(), WriteError> {
        page_setup(sheet);
        sheet.set_repeat_rows(HEADER_ROW, HEADER_ROW)?;
        sheet.set_freeze_panes(HEADER_ROW + 1, 0)?;
        for (at, column) in self.numbered() {
            sheet.set_column_width(at, f64::from(column.width.clamp(4, 200)))?;
            sheet.set_column_format(at, looks.body(&column.kind))?;
            let star = if column.required { " *" } else { "" };
            let header = format!("{}{star}", clip(&clean(&column.header), 250));
            sheet.write_string_with_format(HEADER_ROW, at, header, &looks.header)?;
            let note = column.note();
            if !note.is_empty() {
                sheet.insert_note(HEADER_ROW, at, &small_note(&note))?;
            }
        }
        sheet.write_string_with_format(0, 0, clip(&clean(&self.title), CELL_UNITS), &looks.title)?;
        let instruction = format!(
            "Điền từ dòng {}, mỗi dòng một mục. Cột có dấu * là bắt buộc. Không đổi tên cột.",
            HEADER_ROW + 2
        );
        sheet.write_string_with_format(1, 0, instruction, &looks.remark)?;
        Ok(())
    }

    fn write_examples(&self, sheet: &mut Worksheet, looks: &Looks) -> Result<(), WriteError> {
        sheet.set_name(EXAMPLE_SHEET)?;
        self.write_head(sheet, looks)?;
        for (row, cells) in (HEADER_ROW + 1..).zip(&self.example_rows) {
            for ((at, column), text) in self.numbered().zip(cells) {
                put(sheet, row, at, &column.kind, text, looks.body(&column.kind))?;
            }
        }
        Ok(())
    }

    fn write_guidance(&self, sheet: &mut Worksheet, looks: &Looks) -> Result<(), WriteError> {
        sheet.set_name(GUIDANCE_SHEET)?;
        page_setup(sheet);
        sheet.set_column_width(0, 110.0)?;
        sheet.write_string_with_format(0, 0, clip(&clean(&self.title), CELL_UNITS), &looks.title)?;
        let columns = self.columns.iter().map(|column| {
            let note = column.note().replace('\n', " ");
            format!("{}: {note}", clean(&column.header))
        });
        for (row, paragraph) in (2..).zip(self.guidance.iter().cloned().chain(columns)) {
            sheet.write_string_with_format(row, 0, clip(&clean(&paragraph), CELL_UNITS), &looks.paragraph)?;
        }
        Ok(())
    }

    /// The hidden sheet: name and version in B1 and B2, the lists of choices from column D on.
    fn write_mark(&self, sheet: &mut Worksheet) -> Result<(), WriteError> {
        sheet.set_name(MARK_SHEET)?;
        sheet.write_string(0, 0, "template")?;
        sheet.write_string(0, 1, clip(&self.name, CELL_UNITS))?;
        sheet.write_string(1, 0, "version")?;
        sheet.write_number(1, 1, f64::from(self.version))?;
        let lists = self.columns.iter().filter_map(|column| match &column.kind {
            Kind::Choice(choices) => Some(choices),
            _ => None,
        });
        for (at, choices) in (LISTS_FROM..).zip(lists) {
            for (row, choice) in (0..).zip(choices) {
                sheet.write_string(row, at, clip(&clean(choice), CELL_UNITS))?;
            }
        }
        sheet.set_hidden(true);
        Ok(())
    }

    fn write_row_out(
        &self,
        sheet: &mut Worksheet,
        looks: &Looks,
        row: u32,
        out: &RowOut,
    ) -> Result<(), WriteError> {
        let mut words = Vec::new();
        for (at, column) in self.numbered() {
            let messages: Vec<&str> = out
                .notes
                .iter()
                .filter(|(key, _)| *key == column.key)
                .map(|(_, message)| message.as_str())
                .collect();
            let look = match (messages.is_empty(), out.ok) {
                (true, _) => looks.body(&column.kind),
                (false, true) => looks.doubtful(&column.kind),
                (false, false) => looks.wrong(&column.kind),
            };
            let text = out.typed.get(&column.key).map(String::as_str).unwrap_or_default();
            put(sheet, row, at, &column.kind, text, look)?;
            if !messages.is_empty() {
                let message = messages.join("\n");
                sheet.insert_note(row, at, &small_note(&message))?;
                words.push(format!("{}: {}", clean(&column.header), messages.join("; ")));
            }
        }
        let of_row =
            out.notes.iter().filter(|(key, _)| !self.columns.iter().any(|column| column.key == *key));
        words.extend(of_row.map(|(_, message)| message.clone()));
        if !words.is_empty() {
            let mut words = words.join("\n");
            if out.ok {
                words.insert_str(0, "Lưu ý: ");
            }
            let look = if out.ok { &looks.fix_doubtful } else { &looks.fix_wrong };
            let words = clip(&clean(&words), CELL_UNITS);
            sheet.write_string_with_format(row, self.fix_column(), words, look)?;
        }
        Ok(())
    }

    fn fix_column(&self) -> u16 {
        u16::try_from(self.columns.len()).unwrap_or(u16::MAX)
    }

    fn numbered(&self) -> impl Iterator<Item = (u16, &Column)> {
        (0..).zip(&self.columns)
    }
}

/// The person's own rows in a new workbook from the template. A cell with a note is coloured (red where its
/// row needs correcting, yellow where the row was accepted) and carries the note; the last column, "Cần sửa",
/// says the same in words. Values that are of their column's kind are written as Excel numbers and dates, the
/// others as typed; corrected, the workbook can be read again.
pub fn write_back(template: &Template, rows: &[RowOut]) -> Result<Vec<u8>, WriteError> {
    let mut workbook = new_workbook(&template.title);
    let looks = Looks::new();
    template.write_data(workbook.add_worksheet(), &looks, Some(rows))?;
    template.write_guidance(workbook.add_worksheet(), &looks)?;
    template.write_mark(workbook.add_worksheet())?;
    Ok(workbook.save_to_buffer()?)
}

const LISTS_FROM: u16 = 3;

impl Column {
    /// Excel's own check. Only a list that is not followed stops the typist: a date that an American Excel
    /// takes for text is still a date to us.
    fn check(&self, list_column: &mut u16) -> Result<DataValidation, WriteError> {
        let small = |number: i64| i32::try_from(number).ok();
        let check = match &self.kind {
            Kind::Text { max } => {
                let max = u32::try_from((*max).min(CELL_UNITS)).unwrap_or(u32::MAX);
                DataValidation::new().allow_text_length(DataValidationRule::LessThanOrEqualTo(max))
            }
            Kind::Integer { min, max } => match (small(*min), small(*max)) {
                (Some(min), Some(max)) if min <= max => {
                    DataValidation::new().allow_whole_number(DataValidationRule::Between(min, max))
                }
                _ => DataValidation::new().allow_any_value(),
            },
            Kind::Money => {
                let rule = DataValidationRule::Between(0.0, MAX_EXACT as f64);
                DataValidation::new().allow_decimal_number(rule)
            }
            Kind::Date => {
                let first = ExcelDateTime::from_ymd(1900, 1, 1)?;
                DataValidation::new().allow_date(DataValidationRule::GreaterThanOrEqualTo(first))
            }
            Kind::Choice(choices) => {
                let at = *list_column;
                *list_column = list_column.saturating_add(1);
                let last = u32::try_from(choices.len()).unwrap_or(u32::MAX).saturating_sub(1);
                let area = utility::worksheet_range_absolute(MARK_SHEET, 0, at, last, at);
                let list = DataValidation::new().allow_list_formula(Formula::new(format!("={area}")));
                return Ok(list.set_error_style(DataValidationErrorStyle::Stop));
            }
            Kind::ChoiceMany(_) => DataValidation::new().allow_any_value(),
        };
        Ok(check.set_error_style(DataValidationErrorStyle::Warning))
    }

    fn note(&self) -> String {
        let rule = match &self.kind {
            Kind::Text { max } => format!("Chữ, tối đa {max} ký tự."),
            Kind::Integer { min, max } => format!("Số nguyên từ {min} đến {max}."),
            Kind::Money => "Số tiền, đơn vị đồng.".to_owned(),
            Kind::Date => "Ngày, dạng ngày/tháng/năm, ví dụ 05/01/2026.".to_owned(),
            Kind::Choice(choices) => format!("Chọn một: {}.", choices.join("; ")),
            Kind::ChoiceMany(choices) => {
                format!("Chọn một hoặc nhiều, cách nhau bằng dấu ; : {}.", choices.join("; "))
            }
        };
        let required = if self.required { "Bắt buộc." } else { "" };
        let lines = [self.hint.as_str(), &rule, required].map(clean);
        lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    }
}

/// Writes a cell as what its column wants, if it is that, and as text otherwise.
fn put(
    sheet: &mut Worksheet,
    row: u32,
    at: u16,
    kind: &Kind,
    text: &str,
    look: &Format,
) -> Result<(), WriteError> {
    let text = clean(text);
    // A text column takes text as it stands, so that 0912… keeps its zero.
    let value = match kind {
        Kind::Integer { .. } | Kind::Money | Kind::Date => {
            interpret(kind, &Raw::Text(text.clone()), Epoch::Y1900).ok()
        }
        _ => None,
    };
    match value {
        Some(Value::Date(date)) => {
            let (year, month, day) = (date.year().unsigned_abs(), date.month(), date.day());
            let date = ExcelDateTime::from_ymd(year, month.unsigned_abs(), day.unsigned_abs())?;
            sheet.write_datetime_with_format(row, at, &date, look)?;
        }
        Some(Value::Integer(number)) if number.abs() <= MAX_EXACT => {
            sheet.write_number_with_format(row, at, number as f64, look)?;
        }
        _ => put_text(sheet, row, at, &text, look)?,
    }
    Ok(())
}

/// Writes text as text. The writer never makes a formula of it; the quote prefix keeps Excel from making one
/// when someone edits the cell and presses Enter.
pub(crate) fn put_text(
    sheet: &mut Worksheet,
    row: u32,
    at: u16,
    text: &str,
    look: &Format,
) -> Result<(), WriteError> {
    if text.is_empty() {
        sheet.write_blank(row, at, look)?;
    } else if text.starts_with(['=', '+', '-', '@']) {
        let look = look.clone().set_quote_prefix();
        sheet.write_string_with_format(row, at, clip(text, CELL_UNITS), &look)?;
    } else {
        sheet.write_string_with_format(row, at, clip(text, CELL_UNITS), look)?;
    }
    Ok(())
}

fn small_note(text: &str) -> Note {
    let text = clip(&clean(text), NOTE_UNITS);
    let lines = text.lines().map(|line| line.chars().count() as u32 / 40 + 1).sum::<u32>();
    Note::new(text).add_author_prefix(false).set_width(280).set_height((lines * 20 + 20).clamp(60, 400))
}

/// A workbook whose bytes depend on nothing but its content.
pub(crate) fn new_workbook(title: &str) -> Workbook {
    let mut workbook = Workbook::new();
    let mut properties = DocProperties::new().set_title(clip(&clean(title), 255));
    if let Ok(fixed) = ExcelDateTime::from_ymd(2000, 1, 1) {
        properties = properties.set_creation_datetime(&fixed);
    }
    workbook.set_properties(&properties);
    workbook
}

const A4: u8 = 9;

pub(crate) fn page_setup(sheet: &mut Worksheet) {
    sheet.set_landscape().set_paper_size(A4).set_margins(0.6, 0.4, 0.5, 0.6, 0.3, 0.3);
    sheet.set_print_fit_to_pages(1, 0).set_footer("&R&P/&N");
}

/// The formats of a workbook.
pub(crate) struct Looks {
    pub title: Format,
    pub remark: Format,
    pub header: Format,
    header_wrong: Format,
    paragraph: Format,
    fix_wrong: Format,
    fix_doubtful: Format,
    text: [Format; 3],
    number: [Format; 3],
    date: [Format; 3],
}

impl Looks {
    pub fn new() -> Looks {
        let base = || Format::new().set_font_name("Times New Roman").set_font_size(12.0);
        let body = || base().set_text_wrap().set_align(FormatAlign::Top);
        let boxed = |look: Format| look.set_border(FormatBorder::Thin).set_border_color(0xBFBFBF_u32);
        let (red, yellow) = (0xFFC7CE_u32, 0xFFEB9C_u32);
        // Plain, doubtful, wrong.
        let three = |look: Format| {
            [
                look.clone(),
                boxed(look.clone()).set_background_color(yellow),
                boxed(look).set_background_color(red),
            ]
        };
        let header = boxed(base().set_bold().set_text_wrap())
            .set_align(FormatAlign::Center)
            .set_align(FormatAlign::VerticalCenter);
        Looks {
            title: base().set_bold().set_font_size(14.0),
            remark: base().set_italic(),
            header: header.clone().set_background_color(0xDDEBF7_u32),
            header_wrong: header.set_background_color(red),
            paragraph: body(),
            fix_wrong: boxed(body()).set_background_color(red),
            fix_doubtful: boxed(body()).set_background_color(yellow),
            text: three(body().set_num_format("@")),
            number: three(body().set_num_format("#,##0")),
            date: three(body().set_num_format("dd/mm/yyyy")),
        }
    }

    fn of(&self, kind: &Kind) -> &[Format; 3] {
        match kind {
            Kind::Integer { .. } | Kind::Money => &self.number,
            Kind::Date => &self.date,
            Kind::Text { .. } | Kind::Choice(_) | Kind::ChoiceMany(_) => &self.text,
        }
    }

    fn body(&self, kind: &Kind) -> &Format {
        let [plain, _, _] = self.of(kind);
        plain
    }

    fn doubtful(&self, kind: &Kind) -> &Format {
        let [_, doubtful, _] = self.of(kind);
        doubtful
    }

    fn wrong(&self, kind: &Kind) -> &Format {
        let [_, _, wrong] = self.of(kind);
        wrong
    }
}
