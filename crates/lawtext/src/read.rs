//! From bytes to paragraphs.

use crate::{Format, Paragraph, Text};

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
        }
    }
}

/// What the file is: by its content, else by its name. `None`: nothing that can be read, an old `.doc` among them
/// ([`read`] as DOCX says so).
pub fn detect(name: &str, bytes: &[u8]) -> Option<Format> {
    let head = &bytes[..bytes.len().min(1024)];
    if head.windows(5).any(|window| window == b"%PDF-") {
        return Some(Format::Pdf);
    }
    if head.starts_with(b"PK\x03\x04") {
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
        _ => None,
    }
}

/// The text of a file of the given format.
pub fn read(format: Format, bytes: &[u8]) -> Result<Text, Unreadable> {
    match format {
        Format::Text => plain_text(bytes),
        Format::Pdf => pdf_text(bytes),
        Format::Docx | Format::Html => Err(Unreadable::NotThisFormat),
    }
}

/// The text of a PDF. A damaged file may cost the reader much time and memory: call it in a process of its own.
pub fn pdf_text(_bytes: &[u8]) -> Result<Text, Unreadable> {
    Err(Unreadable::NotThisFormat)
}

fn plain_text(bytes: &[u8]) -> Result<Text, Unreadable> {
    let text = std::str::from_utf8(bytes).map_err(|_| Unreadable::NotThisFormat)?;
    let paragraphs: Vec<Paragraph> =
        text.lines().map(Paragraph::new).filter(|p| !p.text.is_empty()).collect();
    if paragraphs.is_empty() { Err(Unreadable::NoText) } else { Ok(Text { paragraphs }) }
}
