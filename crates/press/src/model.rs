//! What an official document contains, free of layout.
//!
//! Everything can be stored as JSON and read back, also by a later version with more fields: a frozen
//! report stays printable.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// An official document (Decree 30/2020/NĐ-CP, article 8 and annex I).
///
/// A line feed in any text is a forced line break; every other control character is removed.
/// Texts are printed as given, except that boxes the decree sets in capitals are capitalised.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Document {
    /// Language of the fixed words ("Số", "Kính gửi", "Nơi nhận") and of the file.
    pub language: Language,
    /// The agency above, printed over `agency` (cơ quan chủ quản).
    pub parent_agency: Option<String>,
    /// The issuing agency ("Ủy ban nhân dân xã Lương Hòa").
    pub agency: String,
    /// The number in the register, e.g. "15". `None` leaves room to write it by hand.
    pub number: Option<String>,
    /// The symbol after the number ("BC-UBND").
    pub symbol: String,
    /// Where it is signed (địa danh).
    pub place: String,
    /// When it is signed. `None` prints "ngày … tháng … năm …".
    pub date: Option<Date>,
    /// The kind in capitals ("BÁO CÁO"). Empty for an official letter (công văn), whose `about` is
    /// then printed as "V/v …" under the number.
    pub kind: String,
    /// What it is about (trích yếu).
    pub about: String,
    /// "Kính gửi": one addressee on one line, several as a list.
    pub addressed_to: Vec<String>,
    /// Who decides, over the legal bases of a decision ("CHỦ TỊCH ỦY BAN NHÂN DÂN XÃ LƯƠNG HÒA").
    pub issuer: Option<String>,
    /// The legal bases (căn cứ), in italics. Closing marks are set here: ";" and, at the end, ".".
    pub bases: Vec<Vec<Run>>,
    /// The words between the bases and the articles of a decision ("QUYẾT ĐỊNH:").
    pub enacting: Option<String>,
    /// The body. "./." is set after its last words.
    pub blocks: Vec<Block>,
    /// Who signs.
    pub signature: Signature,
    /// "Nơi nhận"; closing marks are set here.
    pub recipients: Vec<String>,
    /// Each begins a page and counts its own pages.
    pub appendices: Vec<Appendix>,
    /// A line at the foot of every page ("DỮ LIỆU MINH HỌA – không có giá trị pháp lý").
    pub banner: Option<String>,
    /// Small print after the signature: period, "as of", head of the audit chain, short code.
    pub colophon: Option<String>,
    /// Prints "DỰ THẢO" under the number and at the foot of every page.
    pub draft: bool,
}

/// The language of the fixed words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    #[default]
    Vietnamese,
    /// A translation for reading; the decree knows Vietnamese only.
    English,
}

/// The signature box (7a, 7b).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Signature {
    /// "TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH": a line each, in capitals.
    pub authority: Vec<String>,
    /// The signer's name, without a title. `None` leaves the line empty.
    pub name: Option<String>,
}

/// An appendix (phụ lục).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Appendix {
    /// "Phụ lục I", then, after a line feed, its name.
    pub title: String,
    /// In italics under the title ("Kèm theo Báo cáo số …"). Empty for none.
    pub note: String,
    /// Turns the pages for a wide table.
    pub landscape: bool,
    pub blocks: Vec<Block>,
}

/// A piece of the body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Block {
    /// A heading of level 1 ("I."), 2 ("1."), 3 ("a)") or 4; other levels count as the nearest.
    Heading { level: u8, number: Option<String>, text: String },
    /// A paragraph, justified, its first line indented.
    Paragraph(Vec<Run>),
    /// Items led by a dash.
    List(Vec<Vec<Run>>),
    /// A ruled table whose header repeats on each page.
    Table(Table),
    /// The next block begins a page.
    PageBreak,
}

/// A ruled table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Table {
    pub columns: Vec<Column>,
    /// A table without rows is printed with one empty row, to be filled by hand.
    pub rows: Vec<Row>,
    /// Printed over the table.
    pub caption: Option<String>,
}

/// A column of a [`Table`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Column {
    pub header: String,
    /// Share of the width of the text, relative to the other columns. Not above zero: 1.
    pub width: f64,
    pub align: Align,
}

/// How the cells of a column stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Align {
    #[default]
    Left,
    Centre,
    /// For figures.
    Right,
}

/// A row of a [`Table`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Row {
    /// One per column. Missing cells are empty; a [`Weight::Group`] row of one cell spans the table.
    pub cells: Vec<Vec<Run>>,
    pub weight: Weight,
}

/// What a row is in its table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Weight {
    #[default]
    Normal,
    /// A sum, in bold.
    Total,
    /// The head of a group of rows, in bold.
    Group,
}

/// A stretch of text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Run {
    Text {
        text: String,
        bold: bool,
        italic: bool,
    },
    /// A computed figure. In DOCX it stands in the bookmark [`crate::bookmark_name`]`(mark)`; in both
    /// files it leads to `href` when there is one.
    Number {
        mark: String,
        text: String,
        href: Option<String>,
    },
    /// Text that leads to an address (http, https or mailto).
    Link {
        text: String,
        href: String,
    },
}

impl Run {
    /// Upright text of normal weight.
    pub fn text(text: impl Into<String>) -> Run {
        Run::Text { text: text.into(), bold: false, italic: false }
    }

    /// Bold text.
    pub fn bold(text: impl Into<String>) -> Run {
        Run::Text { text: text.into(), bold: true, italic: false }
    }

    /// Italic text.
    pub fn italic(text: impl Into<String>) -> Run {
        Run::Text { text: text.into(), bold: false, italic: true }
    }

    /// A computed figure without an address.
    pub fn number(mark: impl Into<String>, text: impl Into<String>) -> Run {
        Run::Number { mark: mark.into(), text: text.into(), href: None }
    }
}
