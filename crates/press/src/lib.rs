//! Official documents in the layout of Decree 30/2020/NĐ-CP, as DOCX and PDF.
//!
//! One [`Document`] says what a paper contains. `compose` turns it into a flat sheet of styled
//! paragraphs, rules and tables: every decision of the decree (order of the parts, sizes, letter
//! case, spacing, closing marks) is taken there, once. [`docx`] and [`pdf`] only draw that sheet, so
//! the two files cannot differ in content or order.
//!
//! What cannot be printed is replaced, never dropped in silence: [`problems`] lists it.
//!
//! The DOCX names Times New Roman, as the decree asks; the PDF embeds Liberation Serif, which has
//! the same widths and every Vietnamese letter.

mod clean;
mod compose;
mod docx;
mod fonts;
mod marks;
mod model;
mod pdf;

pub use clean::{Problem, problems};
pub use docx::docx;
pub use marks::{bookmark_name, read_marks};
pub use model::{Align, Appendix, Block, Column, Document, Language, Row, Run, Signature, Table, Weight};
pub use pdf::pdf;

/// Why a document could not be made or read.
#[derive(Debug, thiserror::Error)]
pub enum PressError {
    /// The PDF engine refused the sheet; its own words.
    #[error("the PDF could not be set: {0}")]
    Pdf(String),
    /// The bytes are not a DOCX package.
    #[error("not a DOCX file: {0}")]
    NotDocx(String),
    /// Writing or reading the ZIP package failed.
    #[error("the DOCX package could not be written: {0}")]
    Package(#[from] zip::result::ZipError),
    /// Writing into the package failed.
    #[error("the DOCX package could not be written: {0}")]
    Io(#[from] std::io::Error),
}

impl PressError {
    /// A stable name to translate by.
    pub fn code(&self) -> &'static str {
        match self {
            PressError::Pdf(_) => "pdf-not-set",
            PressError::NotDocx(_) => "not-a-docx",
            PressError::Package(_) | PressError::Io(_) => "docx-not-written",
        }
    }
}
