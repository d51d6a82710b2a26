//! The zip container, measured before any parser sees it.

use std::io::{Cursor, Read};

use memchr::memmem;
use zip::ZipArchive;
use zip::result::ZipError;

use crate::error::{LooksLike, SheetError};

/// How much of an outside file is accepted.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the file as sent.
    pub file_bytes: usize,
    /// Bytes of all its parts unpacked.
    pub unpacked_bytes: u64,
    /// Cells with something in them, over all sheets.
    pub cells: usize,
    /// Rows of the table; those after it are left out with a problem.
    pub rows: usize,
}

impl Default for Limits {
    /// 20 MB as sent, 128 MB unpacked, 400,000 cells, 20,000 rows: far more than the largest list a province
    /// keeps, and a few seconds of work at worst.
    fn default() -> Self {
        Limits { file_bytes: 20 << 20, unpacked_bytes: 128 << 20, cells: 400_000, rows: 20_000 }
    }
}

/// Excel itself allows 65,490 cell formats; every element of the styles costs the parser hundreds of bytes.
const STYLE_ELEMENTS: usize = 300_000;

/// Elements and entities that a cell and its text take at most, on average: `<c><f></f><v></v></c>` and
/// `<si><t></t></si>`.
const MARKS_PER_CELL: usize = 12;

/// What a container that passed weighs.
pub(crate) struct Weight {
    /// Elements and entities (`<` and `&`) of its heaviest part: the time to parse it once.
    pub heaviest: usize,
}

/// Refuses what is no `.xlsx`, what unpacks to more than the limits, and what would make the parser reserve
/// memory on the word of the file.
pub(crate) fn check(bytes: &[u8], limits: &Limits) -> Result<Weight, SheetError> {
    if bytes.len() > limits.file_bytes {
        return Err(SheetError::FileTooLarge { bytes: bytes.len(), limit: limits.file_bytes });
    }
    if !bytes.starts_with(b"PK") {
        return Err(not_zip(bytes));
    }
    let mut archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(String::new(), error.to_string()))?;
    let too_large = SheetError::UnpacksTooLarge { limit: limits.unpacked_bytes };
    if archive.decompressed_size().is_some_and(|size| size > u128::from(limits.unpacked_bytes)) {
        return Err(too_large);
    }

    let mut names = Vec::new();
    let mut left = limits.unpacked_bytes;
    let mut part = Vec::new();
    let (mut heaviest, mut marks_left) =
        (0, limits.cells.saturating_mul(MARKS_PER_CELL).saturating_add(STYLE_ELEMENTS));
    for index in 0..archive.len() {
        let mut file = match archive.by_index(index) {
            Ok(file) => file,
            Err(ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED)) => {
                return Err(SheetError::Encrypted);
            }
            Err(error) => return Err(damaged(format!("#{index}"), error.to_string())),
        };
        let name = file.name().map(|name| name.to_string()).unwrap_or_default();
        let name = name.replace('\\', "/").to_ascii_lowercase();
        part.clear();
        // The declared sizes may lie, so what is counted is what comes out.
        let unpacked = (&mut file).take(left.saturating_add(1)).read_to_end(&mut part);
        if part.len() as u64 > left {
            return Err(too_large);
        }
        left -= part.len() as u64;
        let marks = memchr::memchr_iter(b'<', &part).count() + memchr::memchr_iter(b'&', &part).count();
        marks_left = marks_left.checked_sub(marks).ok_or(SheetError::TooManyCells { limit: limits.cells })?;
        heaviest = heaviest.max(marks);
        // A broken picture costs nobody their table.
        let is_markup = name.ends_with(".xml") || name.ends_with(".rels");
        if is_markup {
            unpacked.map_err(|error| damaged(name.clone(), error.to_string()))?;
            check_markup(&name, &part)?;
        }
        names.push(name);
    }
    let has = |name: &str| names.iter().any(|known| known == name);
    let looks_like = if has("xl/workbook.bin") {
        LooksLike::BinaryExcel
    } else if has("word/document.xml") {
        LooksLike::Word
    } else if has("mimetype") && has("content.xml") {
        LooksLike::OpenDocument
    } else if names.iter().any(|name| name.ends_with("workbook.xml")) {
        return Ok(Weight { heaviest });
    } else {
        LooksLike::Unknown
    };
    Err(SheetError::NotWorkbook { looks_like })
}

fn check_markup(name: &str, part: &[u8]) -> Result<(), SheetError> {
    let refuse = |detail: &str| Err(damaged(name.to_owned(), detail.to_owned()));
    if std::str::from_utf8(part).is_err() {
        return refuse("not UTF-8");
    }
    // No spreadsheet program writes a document type; it is how entities that multiply are declared.
    if memmem::find(part, b"<!DOCTYPE").is_some() || memmem::find(part, b"<!ENTITY").is_some() {
        return refuse("declares a document type");
    }
    // The parser reserves room for as many strings as the file says it has; the shortest is `<si/>`.
    if name.ends_with("sharedstrings.xml") && declared_strings(part).any(|count| count > part.len() / 5) {
        return refuse("declares more strings than it can hold");
    }
    if name.ends_with("styles.xml") && memchr::memchr_iter(b'<', part).count() > STYLE_ELEMENTS {
        return refuse("has too many styles");
    }
    Ok(())
}

/// Every number written after `uniqueCount`, whatever stands between.
fn declared_strings(part: &[u8]) -> impl Iterator<Item = usize> {
    memmem::find_iter(part, b"uniqueCount").map(|at| {
        let after = part.get(at + b"uniqueCount".len()..).unwrap_or_default();
        let digits = after
            .iter()
            .skip_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'=' | b'"' | b'\'' | b'+'))
            .take_while(|byte| byte.is_ascii_digit());
        digits.fold(0usize, |count, digit| count.saturating_mul(10).saturating_add(usize::from(digit - b'0')))
    })
}

fn damaged(part: String, detail: String) -> SheetError {
    SheetError::Damaged { part, detail }
}

/// The first bytes of an OLE compound file: old Office formats, and new ones under a password.
const OLE: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

fn not_zip(bytes: &[u8]) -> SheetError {
    let utf16 = |name: &str| name.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let holds = |name: &str| memmem::find(bytes, &utf16(name)).is_some();
    let looks_like = if bytes.is_empty() {
        LooksLike::Empty
    } else if bytes.starts_with(OLE) {
        if holds("EncryptedPackage") {
            return SheetError::Encrypted;
        }
        if holds("Workbook") || holds("Book") {
            LooksLike::OldExcel
        } else if holds("WordDocument") {
            LooksLike::Word
        } else {
            LooksLike::Unknown
        }
    } else if bytes.starts_with(b"%PDF") {
        LooksLike::Pdf
    } else {
        text_looks_like(bytes)
    };
    SheetError::NotWorkbook { looks_like }
}

fn text_looks_like(bytes: &[u8]) -> LooksLike {
    let head = bytes.get(..4096).unwrap_or(bytes);
    let utf16 = head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]);
    // Excel's "Unicode text" has a null in every other byte; a file with nulls and no mark is binary.
    let head: Vec<u8> = head.iter().copied().filter(|byte| !utf16 || *byte != 0).collect();
    if head.iter().any(|byte| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) {
        return LooksLike::Unknown;
    }
    match head.iter().find(|byte| byte.is_ascii() && !byte.is_ascii_whitespace()) {
        Some(b'<') => LooksLike::Markup,
        _ if head.iter().any(|byte| matches!(byte, b',' | b';' | b'\t')) => LooksLike::Csv,
        _ => LooksLike::Unknown,
    }
}
