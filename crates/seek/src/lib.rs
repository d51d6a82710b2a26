//! The index of articles: how people find the law.
//!
//! A question is one sentence as people type it, with marks, without or with half of them; or a number ("nđ
//! 30/2020 điều 8"), or the name of a law. [`Index::search`] answers with articles, best first, each with the
//! clause that answers.
//!
//! The index is a copy that can be made again at any time: the caller's database is what counts. When
//! [`Index::open`] says [`SeekError::Damaged`], call [`Index::create`], answer from the empty index and fill it with
//! [`Index::add_all`]; to build again while the old one answers, use [`Index::rebuild`].

mod entry;
mod error;
mod features;
mod index;
mod lookup;
mod passage;
mod query;
mod question;
mod retrieve;
mod search;
mod trees;
mod words;

pub use entry::Entry;
pub use error::SeekError;
pub use index::{Index, Rebuild};
pub use query::{Answer, Hit, Piece, Query, Understood};
pub use question::written_out;
