//! Draws a sheet as a tagged PDF/A-2a through typst.
//!
//! The typst source is fixed; a document reaches it as JSON, so no text of a user is ever source.

use crate::clean::clean;
use crate::compose::{self, Format, Par, Piece, Section, Sheet, Style, compose};
use crate::model::Document;
use crate::{PressError, fonts};
use jiff::tz::TimeZone;
use serde::Serialize;
use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::LazyLock;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

/// The document as a tagged PDF/A-2a with embedded fonts.
///
/// `made_at` is the creation date PDF/A demands; equal documents and instants give equal bytes. What
/// cannot be printed is replaced as [`crate::problems`] says.
pub fn pdf(document: &Document, made_at: jiff::Timestamp) -> Result<Vec<u8>, PressError> {
    let (document, _) = clean(document);
    let mut sheet = compose(&document);
    soften(&mut sheet);
    let sheet = serde_json::to_vec(&sheet).map_err(|error| PressError::Pdf(error.to_string()))?;
    let world = Paper { sheet: Bytes::new(sheet) };
    // The engine is not ours: should it panic, one document fails, not the program.
    let made = std::panic::catch_unwind(AssertUnwindSafe(|| set(&world, made_at)))
        .unwrap_or_else(|_| Err(PressError::Pdf("the PDF engine panicked".to_owned())));
    // The layout cache would otherwise keep every document ever printed.
    typst::comemo::evict(0);
    made
}

fn set(world: &Paper, made_at: jiff::Timestamp) -> Result<Vec<u8>, PressError> {
    let set = typst::compile::<PagedDocument>(world).output.map_err(|errors| said(&errors))?;
    let options = PdfOptions {
        creator: typst::foundations::Smart::Custom(None),
        timestamp: datetime(made_at).map(Timestamp::new_utc),
        standards: PdfStandards::new(&[PdfStandard::A_2a])
            .map_err(|error| PressError::Pdf(error.message().to_string()))?,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(&set, &options).map_err(|errors| said(&errors))
}

fn said(errors: &[SourceDiagnostic]) -> PressError {
    let messages: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
    PressError::Pdf(messages.join("; "))
}

fn datetime(instant: jiff::Timestamp) -> Option<Datetime> {
    let utc = TimeZone::UTC.to_datetime(instant);
    let part = |value: i8| u8::try_from(value).ok();
    Datetime::from_ymd_hms(
        i32::from(utc.year()),
        part(utc.month())?,
        part(utc.day())?,
        part(utc.hour())?,
        part(utc.minute())?,
        part(utc.second())?,
    )
}

// File ids are never freed, so the three of a sheet are made once.
static MAIN: LazyLock<Source> =
    LazyLock::new(|| Source::new(id("sheet.typ"), include_str!("sheet.typ").into()));
static SHEET: LazyLock<FileId> = LazyLock::new(|| id("sheet.json"));
static STYLES: LazyLock<(FileId, Bytes)> = LazyLock::new(|| {
    // Numbers and strings only: this cannot fail.
    let json = serde_json::to_vec(&Styles::new()).unwrap_or_default();
    (id("styles.json"), Bytes::new(json))
});
static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));
static BOOK: LazyLock<LazyHash<FontBook>> =
    LazyLock::new(|| LazyHash::new(FontBook::from_fonts(fonts::FONTS.iter())));

fn id(name: &str) -> FileId {
    RootedPath::new(VirtualRoot::Project, VirtualPath::new(name).expect("a plain file name")).intern()
}

/// What the template must know of the decree.
#[derive(Serialize)]
struct Styles {
    family: &'static str,
    ascent: f64,
    descent: f64,
    page: [f64; 2],
    top: f64,
    bottom: f64,
    left: f64,
    right: f64,
    header: f64,
    footer: f64,
    pad_x: f64,
    pad_y: f64,
    rule_lead: f64,
    formats: BTreeMap<String, Format>,
}

impl Styles {
    fn new() -> Styles {
        let (ascent, descent) = fonts::line();
        Styles {
            family: fonts::FAMILY,
            ascent,
            descent,
            page: [compose::PAGE.0, compose::PAGE.1],
            top: compose::MARGIN_TOP,
            bottom: compose::MARGIN_BOTTOM,
            left: compose::MARGIN_LEFT,
            right: compose::MARGIN_RIGHT,
            header: compose::HEADER_FROM_EDGE,
            footer: compose::FOOTER_FROM_EDGE,
            pad_x: compose::CELL_PAD_X,
            pad_y: compose::CELL_PAD_Y,
            rule_lead: compose::RULE_LEAD,
            formats: Style::ALL.iter().map(|style| (format!("{style:?}"), style.format())).collect(),
        }
    }
}

/// The world of one document: the template, its styles, the sheet, four faces, no clock.
struct Paper {
    sheet: Bytes,
}

impl World for Paper {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &BOOK
    }

    fn main(&self) -> FileId {
        MAIN.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == MAIN.id() { Ok(MAIN.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        match id {
            id if id == *SHEET => Ok(self.sheet.clone()),
            id if id == STYLES.0 => Ok(STYLES.1.clone()),
            _ => Err(FileError::AccessDenied),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        fonts::FONTS.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// Lets words wider than their column break anywhere, as Word does by itself.
fn soften(sheet: &mut Sheet) {
    for Section { pieces, .. } in &mut sheet.sections {
        pieces.iter_mut().for_each(soften_piece);
    }
}

fn soften_piece(piece: &mut Piece) {
    match piece {
        Piece::Par(par) => soften_par(par),
        Piece::Columns(columns) => {
            columns.rows.iter_mut().flatten().flatten().for_each(soften_piece);
        }
        Piece::Grid(grid) => {
            let cells = grid.rows.iter_mut().flat_map(|row| &mut row.cells);
            grid.header.iter_mut().chain(cells).for_each(soften_par);
        }
        Piece::Rule(_) | Piece::Break => {}
    }
}

fn soften_par(par: &mut Par) {
    let format = par.style.format();
    for span in &mut par.spans {
        // No glyph is wider than an em, so most texts need no measuring.
        let longest = span.text.split([' ', '\n']).map(str::len).max().unwrap_or(0);
        if (longest as f64) * format.size <= par.room {
            continue;
        }
        let (bold, italic) = (format.bold || span.bold, format.italic || span.italic);
        let mut out = String::with_capacity(span.text.len());
        for word in span.text.split_inclusive([' ', '\n']) {
            let wide = fonts::width(word.trim_end(), format.size, bold, italic) > par.room - format.first;
            for c in word.chars() {
                out.push(c);
                if wide && !c.is_whitespace() {
                    out.push('\u{200b}');
                }
            }
        }
        span.text = out;
    }
}
