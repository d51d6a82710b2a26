//! A legal document as part, chapter, section, subsection, article, clause and point.
//!
//! [`detect`] says what a file is, [`read`] gives its text as paragraphs (DOCX, HTML, PDF with text, plain text),
//! [`parse`] finds the structure, [`codified`] gives the articles of a codification back to their documents,
//! [`address`] names each node for good, [`outline_json`] prints the outline.
//! [`references`] finds what a text cites, [`relations`] what a document does to others; [`amend`] reads and carries out
//! amendments, [`compare`] matches a law to the one it replaces, [`concerns`] proposes fields and audiences.
//!
//! Everything is pure: bytes in, values out; no clock, no files, no panic on any input, time linear in the input.

mod address;
pub mod amend;
mod cite;
mod codified;
pub mod compare;
pub mod concerns;
mod document;
mod outline;
mod parse;
mod read;
mod relations;
mod text;

pub use address::{Address, addresses, document_slug};
pub use cite::{Cited, KnownLaw, Place, Provision, Reference, Which, laws_named, references};
pub use codified::{article, article_order, codified};
pub use document::{Document, Head, Level, Node, Parsed, Problem, ProblemKind};
pub use outline::{Outline, outline_json};
pub use parse::parse;
pub use read::{ScannedLine, Unreadable, detect, pdf_text, read, scanned};
pub use relations::{Relation, RelationKind, Source, relations};
pub use text::{Cell, Format, Paragraph, Text};
