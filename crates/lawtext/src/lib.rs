//! A legal document as part, chapter, section, subsection, article, clause and point.
//!
//! [`detect`] says what a file is, [`read`] gives its text as paragraphs (DOCX, HTML, PDF with text, plain text),
//! [`parse`] finds the structure, [`codified`] gives the articles of a codification back to their documents,
//! [`address`] names each node for good, [`outline_json`] prints the outline.
//!
//! Everything is pure: bytes in, values out; no clock, no files, no panic on any input, time linear in the input.

mod address;
mod codified;
mod document;
mod outline;
mod parse;
mod read;
mod text;

pub use address::{Address, addresses, document_slug};
pub use codified::{article, article_order, codified};
pub use document::{Document, Head, Level, Node, Parsed, Problem, ProblemKind};
pub use outline::{Outline, outline_json};
pub use parse::parse;
pub use read::{Unreadable, detect, pdf_text, read};
pub use text::{Cell, Format, Paragraph, Text};
