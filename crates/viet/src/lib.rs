//! Vietnamese text as state papers and people write it.
//!
//! Normal form and cleaning ([`clean`]), search folding ([`fold`]), tone placement ([`tone_place`]), word
//! tokens ([`syllables`]), dictionary order ([`collation_key`]), numbers, money and dates as they are printed
//! and read aloud, and the numbers of legal documents ([`find_legal_numbers`], [`find_provisions`]).
//!
//! Everything is pure: no clock, no files, no state. Every function takes any string, composed (NFC) or
//! decomposed (NFD), and never panics. Byte ranges always point into the text as it was given.

mod collation;
mod dates;
mod legal;
mod letters;
mod numbers;
mod syllable;
mod text;

pub use collation::collation_key;
pub use dates::{date_long, date_short, parse_date};
pub use legal::{DocumentKind, Found, LegalNumber, ProvisionRef, find_legal_numbers, find_provisions};
pub use numbers::{
    format_decimal, format_int, money_in_words, number_in_words, parse_decimal, parse_int, roman,
};
pub use syllable::{is_marked_syllable, marked_share, syllables, tone_place};
pub use text::{clean, fold, nfc, slug, visible};
