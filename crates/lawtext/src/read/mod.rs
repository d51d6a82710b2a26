//! From bytes to paragraphs.

mod docx;
mod html;
mod markdown;
mod pdf;
mod plain;
mod wrapped;

pub use pdf::{ScannedLine, pdf_text, scanned};
pub(crate) use wrapped::is_capitals;

use crate::{Format, Text};

/// Bytes of a file that is read at all, and characters of text it may unpack to. The longest law of Vietnam has
/// under 2 MB of text.
const LARGEST_FILE: usize = 64 << 20;
const LARGEST_TEXT: usize = 32 << 20;
/// The longest codified subject has a third of it: what has more is built to fill memory.
const MOST_PARAGRAPHS: usize = 60_000;
/// Bytes one part of a container may unpack to.
const LARGEST_PART: u64 = 64 << 20;

/// How Word's old files begin, and new ones behind a password.
const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// Why a file gave no text. Each is a sentence that the caller translates by its [`code`](Self::code).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
pub enum Unreadable {
    #[error("the file is not what its name or the caller says")]
    NotThisFormat,
    /// The container or what is in it is broken.
    #[error("the file is damaged")]
    Damaged,
    #[error("the file, or what it unpacks to, is too large")]
    TooLarge,
    #[error("the file is protected by a password")]
    Encrypted,
    /// A scan, or an empty file.
    #[error("the file holds no text")]
    NoText,
    /// Word's old binary format, which only an office program reads.
    #[error("the file is an old Word document (.doc)")]
    UnsupportedDoc,
    /// Letters in one of the encodings before Unicode (TCVN3, VNI, Windows-1258).
    #[error("the letters of the file are not in Unicode")]
    UnknownEncoding,
}

impl Unreadable {
    /// Stable word for messages and programs: `too-large`.
    pub fn code(self) -> &'static str {
        match self {
            Unreadable::NotThisFormat => "not-this-format",
            Unreadable::Damaged => "damaged",
            Unreadable::TooLarge => "too-large",
            Unreadable::Encrypted => "encrypted",
            Unreadable::NoText => "no-text",
            Unreadable::UnsupportedDoc => "unsupported-doc",
            Unreadable::UnknownEncoding => "unknown-encoding",
        }
    }
}

/// What the file is: by its content, else by its name. An old or protected Word document counts as DOCX, so that
/// [`read`] can say what it is. `None`: nothing of the kind.
pub fn detect(name: &str, bytes: &[u8]) -> Option<Format> {
    let head = &bytes[..bytes.len().min(1024)];
    if head.windows(5).any(|window| window == b"%PDF-") {
        return Some(Format::Pdf);
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(COMPOUND) {
        return Some(Format::Docx);
    }
    let lower = String::from_utf8_lossy(head).to_lowercase();
    if ["<!doctype html", "<html", "<head", "<body"].iter().any(|tag| lower.contains(tag)) {
        return Some(Format::Html);
    }
    match name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).as_deref() {
        Some("docx") => Some(Format::Docx),
        Some("html" | "htm" | "xhtml") => Some(Format::Html),
        Some("pdf") => Some(Format::Pdf),
        Some("txt" | "text") => Some(Format::Text),
        Some("md" | "markdown") => Some(Format::Markdown),
        _ => None,
    }
}

/// The text of a file of the given format.
pub fn read(format: Format, bytes: &[u8]) -> Result<Text, Unreadable> {
    if bytes.len() > LARGEST_FILE {
        return Err(Unreadable::TooLarge);
    }
    if bytes.starts_with(COMPOUND) {
        let protected: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let is_protected = bytes.windows(protected.len()).any(|window| window == protected);
        return Err(if is_protected { Unreadable::Encrypted } else { Unreadable::UnsupportedDoc });
    }
    let text = match format {
        Format::Docx => docx::text(bytes)?,
        Format::Html => html::text(bytes)?,
        Format::Pdf => pdf_text(bytes)?,
        Format::Text => plain::text(bytes)?,
        Format::Markdown => markdown::text(bytes)?,
    };
    if text.paragraphs.len() > MOST_PARAGRAPHS {
        return Err(Unreadable::TooLarge);
    }
    // Page numbers and stamps alone are what a scan has.
    let has_letters = |p: &crate::Paragraph| !p.furniture && p.text.chars().any(char::is_alphabetic);
    if text.paragraphs.iter().any(has_letters) { Ok(text) } else { Err(Unreadable::NoText) }
}

/// The characters of a text file: UTF-8, or UTF-16 where it begins with its mark.
fn decode(bytes: &[u8]) -> Result<String, Unreadable> {
    let utf16 = |read: fn([u8; 2]) -> u16, bytes: &[u8]| {
        let units = bytes.chunks_exact(2).map(|pair| read([pair[0], pair[1]]));
        char::decode_utf16(units).collect::<Result<String, _>>().map_err(|_| Unreadable::UnknownEncoding)
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => utf16(u16::from_le_bytes, rest),
        [0xFE, 0xFF, rest @ ..] => utf16(u16::from_be_bytes, rest),
        _ if bytes.contains(&0) => Err(Unreadable::NotThisFormat),
        // A letter cut in two at the end, or a few broken ones, are no reason to refuse the rest.
        _ => {
            let text = String::from_utf8_lossy(bytes);
            let broken = text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
            if broken * 200 > text.len() { Err(Unreadable::UnknownEncoding) } else { Ok(text.into_owned()) }
        }
    }
}

/// Whether the text is only a line drawn with characters: `-----`, `_____`, `* * *`.
pub(crate) fn is_rule(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '-' | '_' | '=' | '*' | '–' | '—' | '.' | '…' | '~' | ' '))
}
