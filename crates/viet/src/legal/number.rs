//! Numbers of legal documents, as printed and as typed.

use super::{DocumentKind, Words, issuer, symbol};
use crate::text::{clean, slug};
use std::ops::Range;

/// The number of a legal document: `35/2013/QH13`, `30/2020/NĐ-CP`, `32-CT/TW`, or as much of it as was written.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct LegalNumber {
    /// The running number, two digits at least: `05`, `1244`, `522b`.
    pub serial: String,
    pub year: Option<i16>,
    /// From the abbreviation in the number, else from the words before it. `35/2013/QH13` alone may be a law or
    /// a resolution: `None`.
    pub kind: Option<DocumentKind>,
    /// The issuing body as abbreviated in the number: `QH13`, `CP`, `TW`, `BTC-BTP`.
    pub issuer: Option<String>,
    /// As written, cleaned: `nd 30/2020`.
    pub written: String,
    /// Year and issuer as they stand after the serial in the normal form: `/2020/NĐ-CP`.
    tail: String,
}

impl LegalNumber {
    /// The number that is the whole of the text (a field, a heading: `Số: 05/KH-UBND`), also a bare `19/2016`.
    pub fn parse(text: &str) -> Option<LegalNumber> {
        let text = clean(text);
        let trimmed = text.trim_end_matches(|c: char| !c.is_alphanumeric());
        let words = Words::of(trimmed);
        let start = if words.folded(0) == "so" { words.start(1) } else { 0 };
        (0..words.len().min(7))
            .filter_map(|n| read(&words, n, 0, true))
            .find(|r| r.range == (start..trimmed.len()))
            .map(|r| r.number)
    }

    /// The official writing: capitals with marks, serial of two digits, `30/2020/NĐ-CP`. What was not written is
    /// completed where the law leaves one answer (a decree is the Government's, a law has the term of its year),
    /// else left out: `56/2023/TT`.
    pub fn normal(&self) -> String {
        format!("{}{}", self.serial, self.tail)
    }

    /// [`normal`](Self::normal) for addresses: `30-2020-nd-cp`.
    pub fn slug(&self) -> String {
        slug(&self.normal())
    }
}

/// A number and where it stands in the text (bytes), with the kind written before it: `Nghị định số 30/2020/NĐ-CP`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    pub range: Range<usize>,
    pub number: LegalNumber,
}

/// Every document number in the text, in order, without overlaps: printed (`4402/QĐ-UBND`, `80-KL/TW`) and typed
/// (`nd 30/2020`, `thong tu 12 nam 2014`, `Luật 14/2012`).
pub fn find_legal_numbers(text: &str) -> Vec<Found> {
    let words = Words::of(text);
    let mut found = Vec::new();
    let (mut n, mut floor) = (0, 0);
    while n < words.len() {
        match read(&words, n, floor, false) {
            Some(read) => {
                found.push(Found { range: read.range, number: read.number });
                n = read.next;
                floor = n;
            }
            None => n += 1,
        }
    }
    found
}

/// A number that was read, with its bytes in the text and the first word after it.
struct Read {
    range: Range<usize>,
    next: usize,
    number: LegalNumber,
}

/// What stands before the serial: `Nghị định số`, `TT`, `NĐ-CP`.
#[derive(Default)]
struct Prefix {
    kind: Option<DocumentKind>,
    /// The kind is written out: "Nghị định".
    named: bool,
    /// "số" stands before the serial.
    numbered: bool,
    /// "Mẫu số 01/TP-HGTM": the number of a form.
    form: bool,
    issuer: Option<String>,
}

/// The number whose serial is word `at`. Words before `floor` belong to an earlier number.
/// `whole`: the caller knows that the text is a number, so scanty writings count.
fn read(words: &Words, at: usize, floor: usize, whole: bool) -> Option<Read> {
    let word = words.word(at);
    if !word.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let (glued, digits) = word.split_at_checked(word.find(|c: char| c.is_ascii_digit())?)?;
    let serial = serial(digits)?;
    if follows_number(words, at) {
        return None;
    }
    let (prefix, first) = if glued.is_empty() {
        prefix(words, at, floor)
    } else {
        let kind = DocumentKind::from_abbreviation(glued).filter(|k| k.is_cited_short())?;
        (Prefix { kind: Some(kind), ..Prefix::default() }, at)
    };
    if prefix.form {
        return None;
    }
    if let Some(kind @ (DocumentKind::TechnicalRegulation | DocumentKind::NationalStandard)) = prefix.kind {
        return standard(words, at, first, kind);
    }

    let (mut year, mut next) = year(words, at, prefix.kind.is_some());
    let mut end = words.end(next - 1);
    let mut issuer = prefix.issuer.clone();
    let mut kind = prefix.kind;
    let mut written_symbol = String::new();
    if let Some(symbol) = symbol::read(words, next, prefix.kind, year.is_some(), whole) {
        next = symbol.next;
        end = symbol.end;
        year = year.or(symbol.year);
        kind = symbol.kind.filter(|k| !yields(*k, prefix.kind)).or(kind);
        issuer = symbol.issuer;
        written_symbol = symbol.text;
    } else if year.is_some() {
        // "BC 6/2025" is rather a month than a report.
        let likely =
            |k: DocumentKind| k.is_cited_short() || prefix.numbered || prefix.named && serial.len() > 2;
        if !(whole || kind.is_some_and(likely)) {
            return None;
        }
    } else if !(whole || yearless(&prefix, words, at)) {
        return None;
    }
    if issuer.is_none() {
        issuer = kind.and_then(|k| only_issuer(k, year));
    }
    let tail = tail(year, kind, issuer.as_deref(), written_symbol);
    let range = words.start(first)..end;
    let written = clean(words.text.get(range.clone()).unwrap_or_default());
    Some(Read { range, next, number: LegalNumber { serial, year, kind, issuer, written, tail } })
}

/// Whether only the name before the number can tell the kind: the Party abbreviates quy định as QĐ, the Ministry of
/// Finance was once TC, and 23-L/CTN numbers the President's order that promulgated a law or an ordinance.
fn yields(abbreviated: DocumentKind, named: Option<DocumentKind>) -> bool {
    use DocumentKind::*;
    match abbreviated {
        Decision => named == Some(Rules),
        Communique => named.is_some(),
        Law | Order => true,
        _ => false,
    }
}

/// `5` as `05`, `0123` as `123`, `522b`; at most five digits and a small letter.
fn serial(text: &str) -> Option<String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, letter) = text.split_at_checked(digits)?;
    let fits = (1..=5).contains(&digits) && matches!(letter.as_bytes(), [] | [b'a'..=b'z' | b'A'..=b'Z']);
    let number = number.trim_start_matches('0');
    (fits && !number.is_empty()).then(|| format!("{number:0>2}{}", letter.to_ascii_lowercase()))
}

/// Whether the word is the tail of a date or of a larger number: the 04 of 15/04/2025.
fn follows_number(words: &Words, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    matches!(words.gap(before), "/" | "." | "," | "-" | "_")
        && words.word(before).bytes().all(|b| b.is_ascii_digit())
}

/// The kind written before the serial at `at`, and the first word of the whole number.
fn prefix(words: &Words, at: usize, floor: usize) -> (Prefix, usize) {
    let none = (Prefix::default(), at);
    // The gap after word `n` allows it to belong to the number: blanks, a colon after "số".
    let joined = |n: usize| {
        let gap = words.gap(n);
        gap.len() <= 8 && gap.chars().all(|c| c.is_whitespace() || c == ':')
    };
    let Some(mut last) = at.checked_sub(1).filter(|n| *n >= floor && joined(*n)) else { return none };
    let numbered = words.folded(last) == "so";
    if numbered {
        match last.checked_sub(1).filter(|n| *n >= floor && joined(*n)) {
            Some(n) => last = n,
            None => return none,
        }
    }
    if ["mau", "bieu"].contains(&words.folded(last).as_str()) {
        return (Prefix { form: true, ..Prefix::default() }, at);
    }
    for length in (1..=5).rev() {
        let Some(first) = (last + 1).checked_sub(length).filter(|n| *n >= floor) else { continue };
        if (first..last).all(|n| words.is_blank(n)) {
            let name: Vec<String> = (first..=last).map(|n| words.folded(n)).collect();
            if let Some(kind) = DocumentKind::from_name(&name.join(" ")) {
                return (Prefix { kind: Some(kind), named: true, numbered, ..Prefix::default() }, first);
            }
        }
    }
    let abbreviation = |n: usize| DocumentKind::from_abbreviation(words.word(n));
    // NĐ-CP 30/2020
    if let Some(before) = last.checked_sub(1).filter(|n| *n >= floor && words.gap(*n) == "-")
        && let Some(kind) = abbreviation(before)
        && issuer::is_known(words.word(last))
    {
        return (
            Prefix {
                kind: Some(kind),
                numbered,
                issuer: Some(issuer::normal(words.word(last))),
                ..Prefix::default()
            },
            before,
        );
    }
    match abbreviation(last) {
        Some(kind) if kind != DocumentKind::Law => {
            (Prefix { kind: Some(kind), numbered, ..Prefix::default() }, last)
        }
        _ => none,
    }
}

/// The year after the serial (`/2020`, ` năm 2020`, after a kind also `-2020`), and the word after it.
fn year(words: &Words, at: usize, kind_known: bool) -> (Option<i16>, usize) {
    let gap = words.gap(at);
    // File names have "01_2019_TT-BTC" and "01.2019.TT-BTC".
    let joins = gap.trim() == "/" && gap.len() <= 5 || gap == "_" || kind_known && matches!(gap, "-" | ".");
    if joins {
        if let Some(year) = as_year(words.word(at + 1)) {
            return (Some(year), at + 2);
        }
    } else if kind_known
        && words.is_blank(at)
        && words.folded(at + 1) == "nam"
        && words.is_blank(at + 1)
        && let Some(year) = as_year(words.word(at + 2))
    {
        return (Some(year), at + 3);
    }
    (None, at + 1)
}

pub(super) fn as_year(word: &str) -> Option<i16> {
    let year = if word.len() == 4 { word.parse().ok()? } else { return None };
    (1945..=2100).contains(&year).then_some(year)
}

/// `QCVN 41:2024/BGTVT`, `QCVN 4-18:2011/BYT`, `TCVN 6909:2001`: a standard always has its year.
fn standard(words: &Words, at: usize, first: usize, kind: DocumentKind) -> Option<Read> {
    let is_number = |n: usize| !words.word(n).is_empty() && words.word(n).bytes().all(|b| b.is_ascii_digit());
    let mut next = at + 1;
    let mut serial = words.word(at).to_owned();
    while words.gap(next - 1).trim() == "-" && is_number(next) {
        serial = format!("{serial}-{}", words.word(next));
        next += 1;
    }
    let year = as_year(words.word(next)).filter(|_| words.gap(next - 1).trim() == ":")?;
    let body = words.word(next + 1);
    let has_body = words.gap(next) == "/" && issuer::is_body(body);
    let issuer = has_body.then(|| issuer::normal(body));
    next += if has_body { 2 } else { 1 };
    let tail = issuer.as_ref().map_or(format!(":{year}"), |body| format!(":{year}/{body}"));
    let range = words.start(first)..words.end(next - 1);
    let written = clean(words.text.get(range.clone()).unwrap_or_default());
    let serial = format!("{} {serial}", kind.abbreviation());
    let number = LegalNumber { serial, year: Some(year), kind: Some(kind), issuer, written, tail };
    Some(Read { range, next, number })
}

/// Whether the serial alone is credible: "Quyết định số 15", "nghị định 100", "nd 100"; unless it counts
/// something ("quyết định 3 tháng"), is a year ("nghị định 2020"), or goes on in a way we do not know.
fn yearless(prefix: &Prefix, words: &Words, at: usize) -> bool {
    use DocumentKind::*;
    let kind_fits = match prefix.kind {
        Some(Decree) if words.word(at).len() >= 2 => true,
        Some(Decree | Circular | JointCircular | Decision | Directive | Resolution) => {
            prefix.named || prefix.numbered
        }
        _ => false,
    };
    let counted = ["thang", "ngay", "trang", "ban", "nam", "lan", "nguoi"];
    let counts = words.is_blank(at) && counted.contains(&words.folded(at + 1).as_str());
    let is_year = !prefix.numbered && as_year(words.word(at)).is_some();
    let gap = words.gap(at);
    let goes_on = gap.len() == 1 && gap.starts_with(['/', '-', '_', ':', '.']) && at + 1 < words.len();
    kind_fits && !counts && !is_year && !goes_on
}

/// The body that alone issues this kind: the Government for decrees, the National Assembly of the year for laws.
/// In a year of elections two Assemblies sat, so its laws stay open.
fn only_issuer(kind: DocumentKind, year: Option<i16>) -> Option<String> {
    match (kind, year) {
        (DocumentKind::Decree, year) if year.is_none_or(|y| y >= 1993) => Some("CP".into()),
        (DocumentKind::Law | DocumentKind::Code, Some(year)) => {
            // Elections: 2002 (XI), 2007 (XII), then every five years from 2011 (XIII).
            let term = match year {
                2003..=2006 => 11,
                2008..=2010 => 12,
                2012.. if (year - 2011) % 5 != 0 => 13 + (year - 2011) / 5,
                _ => return None,
            };
            Some(format!("QH{term}"))
        }
        _ => None,
    }
}

/// Year and symbol in normal form; what was not written is put together from kind and issuer.
fn tail(year: Option<i16>, kind: Option<DocumentKind>, issuer: Option<&str>, symbol: String) -> String {
    let year = year.map(|y| format!("/{y}")).unwrap_or_default();
    if !symbol.is_empty() {
        return format!("{year}{symbol}");
    }
    let of_assembly = matches!(kind, Some(DocumentKind::Law | DocumentKind::Code));
    let abbreviation = kind.map_or("", |k| k.abbreviation());
    match issuer {
        Some(issuer) if of_assembly => format!("{year}/{issuer}"),
        Some(issuer) => format!("{year}/{abbreviation}-{issuer}"),
        None if of_assembly => format!("{year}/QH"),
        None if abbreviation.is_empty() => year,
        None => format!("{year}/{abbreviation}"),
    }
}
