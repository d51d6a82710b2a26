//! A document's text as it was read: paragraphs, with what the structure needs to know of their look.

use serde::{Deserialize, Serialize};

/// What a file is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Format {
    Docx,
    Html,
    Pdf,
    Text,
    /// Plain text with marks for headings, bold words, quotations, tables.
    Markdown,
}

/// The paragraphs of a document, in order.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Text {
    pub paragraphs: Vec<Paragraph>,
    /// Pages that could not be read.
    pub lost_pages: Vec<u32>,
}

/// One paragraph: in plain text and PDF what the broken lines make when they are joined again.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Paragraph {
    /// NFC; blanks folded to one, zero-width characters dropped, Ð (U+00D0) read as Đ. Never empty.
    pub text: String,
    pub bold: bool,
    pub centred: bool,
    /// Where it stands in a table of several columns.
    pub cell: Option<Cell>,
    /// Page, from 1, where the format has pages.
    pub page: Option<u32>,
    /// Belongs to the page, not to the text: page number, running head, stamp of a signature.
    pub furniture: bool,
    pub footnote: bool,
    /// The file marks it as a heading.
    #[serde(default)]
    pub heading: bool,
}

/// A place in a table, each number from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Cell {
    pub table: u32,
    pub row: u32,
    pub column: u32,
}

impl Paragraph {
    pub fn new(text: &str) -> Paragraph {
        Paragraph { text: viet::clean(text), ..Paragraph::default() }
    }
}
