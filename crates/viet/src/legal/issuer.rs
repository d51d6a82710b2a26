//! Bodies that issue documents, as abbreviated in numbers.

use crate::text::{clean, fold, nfc};
use std::collections::HashMap;
use std::sync::LazyLock;

/// Bodies recognized in small letters and without marks. Others are recognized by their capitals.
const BODIES: &[&str] = &[
    "CP",
    "TTg",
    "QH",
    "UBTVQH",
    "CTN",
    "HĐNN",
    "HĐBT",
    "TW",
    "BCHTW",
    "HĐTP",
    "TANDTC",
    "VKSNDTC",
    "VKSTC",
    "KTNN",
    "TTCP",
    "VPCP",
    "VPQH",
    "VPCTN",
    "UBND",
    "HĐND",
    "HĐPH",
    "UBDT",
    "BDTTG",
    "NHNN",
    "MTTQ",
    "UBTƯMTTQVN",
    "ĐCTUBTWMTTQVN",
    "TLĐ",
    "BCA",
    "BQP",
    "BTP",
    "BTC",
    "BCT",
    "BNV",
    "BNG",
    "BYT",
    "BXD",
    "BGTVT",
    "BTNMT",
    "BNNPTNT",
    "BNNMT",
    "BNN",
    "BKHĐT",
    "BKHCN",
    "BTTTT",
    "BVHTTDL",
    "BVHTT",
    "BLĐTBXH",
    "BGDĐT",
    "BGD&ĐT",
    "BNN&PTNT",
    "GDĐT",
    "TCĐC",
    "TU",
    "STP",
    "PTP",
    "BCĐ",
];

static FOLDED: LazyLock<HashMap<String, &str>> =
    LazyLock::new(|| BODIES.iter().map(|b| (fold(b), *b)).collect());

/// Name and term of an assembly: `UBTVQH` and `15`.
fn without_term(word: &str) -> (&str, &str) {
    word.split_at_checked(word.trim_end_matches(|c: char| c.is_ascii_digit()).len()).unwrap_or((word, ""))
}

fn find(word: &str) -> Option<&'static str> {
    let (name, _) = without_term(word);
    if name.len() < 2 { None } else { FOLDED.get(fold(name).as_str()).copied() }
}

pub(super) fn is_known(word: &str) -> bool {
    find(word).is_some()
}

/// Two capitals at least to begin with: `BTC`, `QH13`, `BLĐTBXh`.
pub(super) fn is_capitals(word: &str) -> bool {
    let mut letters = word.chars();
    matches!((letters.next(), letters.next()), (Some(a), Some(b)) if a.is_uppercase() && b.is_uppercase())
}

pub(super) fn is_body(word: &str) -> bool {
    is_capitals(word) || is_known(word)
}

/// Bodies whose numbers once had neither year nor kind: `04/CP`, `326/TTg`, `575/UBTVQH12`.
pub(super) fn stands_alone(word: &str) -> bool {
    matches!(find(word), Some("CP" | "TTg" | "CTN" | "HĐBT" | "HĐNN" | "UBTVQH" | "QH"))
}

/// The body in capitals with its marks: `TTg` of `ttg`, `BLĐTBXH` of `bldtbxh`.
pub(super) fn normal(word: &str) -> String {
    match find(word) {
        Some(body) => format!("{body}{}", without_term(word).1),
        None => clean(word).to_uppercase(),
    }
}

/// A part of a symbol typed in small letters: `blđtbxh`. Syllables with tones or vowel marks are prose.
pub(super) fn is_small(word: &str) -> bool {
    word.chars().count() <= 20
        && nfc(word).chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, 'đ' | 'ư' | 'ð'))
}

/// The known body a word begins with when small letters of the next word stick to it: `CP` of `CPngày`.
pub(super) fn unstuck(word: &str) -> Option<&str> {
    let capitals = word.find(|c: char| !c.is_uppercase() && !c.is_ascii_digit())?;
    let (body, rest) = word.split_at_checked(capitals)?;
    (!is_known(word) && is_known(body) && rest.chars().count() > 1).then_some(body)
}
