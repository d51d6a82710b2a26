//! Numbers of legal documents, and the articles, clauses and points cited with them.

mod issuer;
mod kind;
mod number;
mod provision;
mod symbol;

pub use kind::DocumentKind;
pub use number::{Found, LegalNumber, find_legal_numbers};
pub use provision::{ProvisionRef, find_provisions};

use crate::syllable::syllables;
use crate::text::fold;
use std::ops::Range;

/// The words of a text with what stands between them.
struct Words<'t> {
    text: &'t str,
    words: Vec<(Range<usize>, &'t str)>,
}

impl<'t> Words<'t> {
    fn of(text: &'t str) -> Self {
        Words { text, words: syllables(text).collect() }
    }

    fn len(&self) -> usize {
        self.words.len()
    }

    /// The word, or nothing past the end.
    fn word(&self, n: usize) -> &'t str {
        self.words.get(n).map_or("", |(_, word)| word)
    }

    fn folded(&self, n: usize) -> String {
        fold(self.word(n))
    }

    fn start(&self, n: usize) -> usize {
        self.words.get(n).map_or(self.text.len(), |(range, _)| range.start)
    }

    fn end(&self, n: usize) -> usize {
        self.words.get(n).map_or(self.text.len(), |(range, _)| range.end)
    }

    /// What stands between word `n` and the next one; past the last word, the rest of the text.
    fn gap(&self, n: usize) -> &'t str {
        self.text.get(self.end(n)..self.start(n + 1)).unwrap_or_default()
    }

    fn is_blank(&self, n: usize) -> bool {
        let gap = self.gap(n);
        n + 1 < self.len() && gap.len() <= 8 && gap.chars().all(char::is_whitespace)
    }
}
