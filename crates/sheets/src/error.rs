//! What can be wrong with a workbook as a whole. Problems of one cell are [`crate::Wrong`].

use thiserror::Error;

/// What a file that is no Excel workbook seems to be, so that the person can be told what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LooksLike {
    Empty,
    /// Excel 97-2003 (`.xls`), possibly renamed: save as `.xlsx`.
    OldExcel,
    /// Excel binary workbook (`.xlsb`): save as `.xlsx`.
    BinaryExcel,
    /// Excel 2003 XML or a web page saved as `.xls`.
    Markup,
    OpenDocument,
    Word,
    Csv,
    Pdf,
    Unknown,
}

impl LooksLike {
    /// Stable word for translation.
    pub fn code(self) -> &'static str {
        match self {
            LooksLike::Empty => "empty",
            LooksLike::OldExcel => "old-excel",
            LooksLike::BinaryExcel => "binary-excel",
            LooksLike::Markup => "markup",
            LooksLike::OpenDocument => "open-document",
            LooksLike::Word => "word",
            LooksLike::Csv => "csv",
            LooksLike::Pdf => "pdf",
            LooksLike::Unknown => "unknown",
        }
    }
}

/// Nothing could be read from the file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SheetError {
    #[error("the file has {bytes} bytes, more than {limit}")]
    FileTooLarge { bytes: usize, limit: usize },
    #[error("unpacked, the file has more than {limit} bytes")]
    UnpacksTooLarge { limit: u64 },
    #[error("the workbook has more than {limit} cells")]
    TooManyCells { limit: usize },
    #[error("the file is not an Excel workbook (.xlsx), it looks like: {}", looks_like.code())]
    NotWorkbook { looks_like: LooksLike },
    #[error("the workbook is protected by a password")]
    Encrypted,
    /// `part` is the file inside the container, empty when the container itself is damaged; `detail` is for
    /// the log, not for people.
    #[error("the workbook is damaged: {part} {detail}")]
    Damaged { part: String, detail: String },
    /// The workbook was written from another template and has not this template's columns.
    #[error("the workbook belongs to the template {found}, not {expected}")]
    OtherTemplate { found: String, expected: String },
    /// No sheet has a row with the template's headers; `missing` are the headers nowhere found.
    #[error("no row with the expected headers was found; missing: {}", missing.join(", "))]
    NoHeader { missing: Vec<String> },
}

impl SheetError {
    /// Stable word for translation.
    pub fn code(&self) -> &'static str {
        match self {
            SheetError::FileTooLarge { .. } => "file-too-large",
            SheetError::UnpacksTooLarge { .. } => "unpacks-too-large",
            SheetError::TooManyCells { .. } => "too-many-cells",
            SheetError::NotWorkbook { .. } => "not-workbook",
            SheetError::Encrypted => "encrypted",
            SheetError::Damaged { .. } => "damaged",
            SheetError::OtherTemplate { .. } => "other-template",
            SheetError::NoHeader { .. } => "no-header",
        }
    }
}

/// Something about a sheet or its workbook that its reader should be told; the rows stand all the same. Lines are Excel's
/// row numbers, from 1.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SheetProblem {
    #[error("the column “{header}” is missing")]
    ColumnMissing { header: String },
    /// The first of the two is read.
    #[error("the column “{header}” stands twice")]
    ColumnTwice { header: String },
    #[error("the column “{header}” is not in the template and was ignored")]
    ColumnExtra { header: String },
    #[error("the workbook was made from version {found} of the template, the current one is {expected}")]
    OtherVersion { found: u32, expected: u32 },
    #[error("the workbook was made from the template {found}, not {expected}")]
    OtherTemplate { found: String, expected: String },
    /// A total or a signature below the table.
    #[error("line {line} stands outside the table and was ignored: {text}")]
    RowOutside { line: u32, text: String },
    #[error("only the first {limit} rows were read")]
    RowsOverLimit { limit: usize },
    /// A cell near `line` (on it or soon after) is written in a way that cannot be read.
    #[error("a cell on or after line {line} cannot be read")]
    Unreadable { line: u32 },
    /// The file breaks off: what stands after `line` is lost.
    #[error("the file is damaged after line {line}; what follows is lost")]
    BreaksOff { line: u32 },
    #[error("the sheet “{name}” has no header row, its {rows} rows were not read")]
    SheetWithoutHeader { name: String, rows: usize },
    /// Damaged, or more or heavier than is looked at.
    #[error("sheets that were not read: {}", names.join(", "))]
    SheetsSkipped { names: Vec<String> },
}

impl SheetProblem {
    /// Stable word for translation.
    pub fn code(&self) -> &'static str {
        match self {
            SheetProblem::ColumnMissing { .. } => "column-missing",
            SheetProblem::ColumnTwice { .. } => "column-twice",
            SheetProblem::ColumnExtra { .. } => "column-extra",
            SheetProblem::OtherVersion { .. } => "other-version",
            SheetProblem::OtherTemplate { .. } => "other-template",
            SheetProblem::RowOutside { .. } => "row-outside",
            SheetProblem::RowsOverLimit { .. } => "rows-over-limit",
            SheetProblem::Unreadable { .. } => "unreadable",
            SheetProblem::BreaksOff { .. } => "breaks-off",
            SheetProblem::SheetWithoutHeader { .. } => "sheet-without-header",
            SheetProblem::SheetsSkipped { .. } => "sheets-skipped",
        }
    }
}

/// A table that no Excel workbook can hold (more than 1,048,576 rows or 16,384 columns), or that the writer
/// refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the workbook cannot be written: {detail}")]
pub struct WriteError {
    pub detail: String,
}

impl From<rust_xlsxwriter::XlsxError> for WriteError {
    fn from(error: rust_xlsxwriter::XlsxError) -> Self {
        WriteError { detail: error.to_string() }
    }
}
