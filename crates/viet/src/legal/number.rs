//! Numbers of legal documents, as printed and as typed.

use super::{DocumentKind, Words};
use crate::text::{clean, fold, nfc, slug};
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
    /// The number that is the whole of the text (a field, a heading), also a bare `19/2016`.
    pub fn parse(text: &str) -> Option<LegalNumber> {
        let text = clean(text);
        let trimmed = text.trim_end_matches(|c: char| !c.is_alphanumeric());
        let words = Words::of(trimmed);
        (0..words.len().min(7))
            .filter_map(|n| read(&words, n, 0, true))
            .find(|r| words.start(r.first) == 0 && r.next == words.len())
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
                let range = words.start(read.first)..words.end(read.next.saturating_sub(1));
                found.push(Found { range, number: read.number });
                n = read.next;
                floor = n;
            }
            None => n += 1,
        }
    }
    found
}

/// A number that was read: words `first..next`.
struct Read {
    first: usize,
    next: usize,
    number: LegalNumber,
}

/// What stands before the serial: `Nghị định số`, `TT`, `NĐ-CP`.
#[derive(Default)]
struct Prefix {
    kind: Option<DocumentKind>,
    /// Written out, or followed by "số": good for a number without year.
    plain: bool,
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
    if matches!(prefix.kind, Some(DocumentKind::TechnicalRegulation | DocumentKind::NationalStandard)) {
        return standard(words, at, first, prefix.kind);
    }

    let (mut year, mut next) = year(words, at, prefix.kind.is_some());
    let symbol = symbol(words, next, &prefix, year.is_some() || whole);
    let mut issuer = prefix.issuer;
    let mut kind = prefix.kind;
    let mut written_symbol = String::new();
    if let Some(symbol) = symbol {
        next = symbol.next;
        year = year.or(symbol.year);
        if symbol.kind.is_some() {
            kind = symbol.kind;
        }
        issuer = symbol.issuer;
        written_symbol = symbol.text;
    } else if year.is_some() {
        // "BC 6/2025" is rather a month than a report.
        if !(whole || kind.is_some_and(|k| k.is_cited_short() || prefix.plain && serial.len() > 2)) {
            return None;
        }
    } else if !whole && !(prefix.plain && kind.is_some_and(|k| yearless(k, words, at))) {
        return None;
    }
    if issuer.is_none() {
        issuer = kind.and_then(|k| only_issuer(k, year));
    }
    let tail = tail(year, kind, issuer.as_deref(), written_symbol);
    let written = clean(words.text.get(words.start(first)..words.end(next - 1)).unwrap_or_default());
    Some(Read { first, next, number: LegalNumber { serial, year, kind, issuer, written, tail } })
}

/// `5` as `05`, `0123` as `123`, `522b`; at most five digits and a small letter.
fn serial(text: &str) -> Option<String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, letter) = text.split_at_checked(digits)?;
    let plain = matches!(letter.as_bytes(), [] | [b'a'..=b'z' | b'A'..=b'Z']);
    if !(1..=5).contains(&digits) || !plain {
        return None;
    }
    Some(format!("{:0>2}{}", number.trim_start_matches('0'), letter.to_ascii_lowercase()))
}

/// Whether the word is the tail of a date or of a larger number: the 04 of 15/04/2025.
fn follows_number(words: &Words, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    matches!(words.gap(before), "/" | "." | "," | "-")
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
    let mut plain = false;
    if words.folded(last) == "so" {
        plain = true;
        match last.checked_sub(1).filter(|n| *n >= floor && joined(*n)) {
            Some(n) => last = n,
            None => return none,
        }
    }
    for length in (1..=5).rev() {
        let Some(first) = (last + 1).checked_sub(length).filter(|n| *n >= floor) else { continue };
        if (first..last).all(|n| words.is_blank(n)) {
            let name: Vec<String> = (first..=last).map(|n| words.folded(n)).collect();
            if let Some(kind) = DocumentKind::from_name(&name.join(" ")) {
                return (Prefix { kind: Some(kind), plain: true, issuer: None }, first);
            }
        }
    }
    let abbreviation = |n: usize| DocumentKind::from_abbreviation(words.word(n));
    // NĐ-CP 30/2020
    if let Some(before) = last.checked_sub(1).filter(|n| *n >= floor && words.gap(*n) == "-")
        && let Some(kind) = abbreviation(before)
        && is_known_issuer(words.word(last))
    {
        return (Prefix { kind: Some(kind), plain, issuer: Some(normal_issuer(words.word(last))) }, before);
    }
    match abbreviation(last) {
        Some(kind) if kind != DocumentKind::Law => (Prefix { kind: Some(kind), plain, issuer: None }, last),
        _ => none,
    }
}

/// The year after the serial (`/2020`, ` năm 2020`, after a kind also `-2020`), and the word after it.
fn year(words: &Words, at: usize, kind_known: bool) -> (Option<i16>, usize) {
    let gap = words.gap(at);
    if (gap.trim() == "/" || kind_known && gap == "-") && gap.len() <= 5 {
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

fn as_year(word: &str) -> Option<i16> {
    let year = if word.len() == 4 { word.parse().ok()? } else { return None };
    (1945..=2100).contains(&year).then_some(year)
}

/// The letters after serial and year: `NĐ-CP`, `QH13`, `TTLT-BTC-BTP`, `CT/TW`.
struct Symbol {
    kind: Option<DocumentKind>,
    issuer: Option<String>,
    /// `30/NĐ-CP/2020`
    year: Option<i16>,
    /// Normal form, with the sign before it: `/NĐ-CP`.
    text: String,
    next: usize,
}

/// Signs that join the parts of a symbol, in normal form.
fn joint(gap: &str) -> Option<char> {
    match gap {
        "/" => Some('/'),
        "-" | "–" | "‑" | "‐" | "_" => Some('-'),
        "&" => Some('&'),
        _ => None,
    }
}

/// `certain`: there is a year between serial and symbol, so any capitals will do.
fn symbol(words: &Words, at: usize, prefix: &Prefix, certain: bool) -> Option<Symbol> {
    let before = words.gap(at.checked_sub(1)?);
    let lead = joint(before.trim()).filter(|c| *c != '&' && before.len() <= 6)?;
    let head = words.word(at);
    if !head.starts_with(char::is_alphabetic) {
        return None;
    }
    let kind = DocumentKind::from_abbreviation(head);
    let known = is_known_issuer(head);
    if !(kind.is_some()
        || known
        || is_capitals(head) && (certain || prefix.kind.is_some() || is_letter_number(words, at)))
    {
        return None;
    }
    let typed_small = !head.chars().any(char::is_uppercase);

    // The parts after the first, each with its joint.
    let mut parts: Vec<(char, &str)> = Vec::new();
    let mut next = at + 1;
    let mut year = None;
    while next < words.len() {
        let (gap, word) = (words.gap(next - 1), words.word(next));
        let sure =
            is_known_issuer(word) || is_capitals(word) || DocumentKind::from_abbreviation(word).is_some();
        let sign = match joint(gap) {
            Some('/') if !certain && as_year(word).is_some() => {
                year = as_year(word);
                next += 1;
                break;
            }
            Some(sign) if sure || typed_small && is_small_symbol(word) => sign,
            // Printed papers break "NĐ- CP" and misprint "NQ.HĐTP"; only the first joint may be so loose.
            None if parts.is_empty() && kind.is_some() && is_known_issuer(word) => match gap.trim() {
                "." if gap == "." => '.',
                loose if gap.len() <= 6 => joint(loose).filter(|c| *c == '-')?,
                _ => break,
            },
            _ => break,
        };
        parts.push((sign, word));
        next += 1;
    }
    let standalone =
        matches!(kind, Some(DocumentKind::InterministerialCircular | DocumentKind::InterbranchCircular));
    if !certain && year.is_none() && kind.is_some() && parts.is_empty() && !known && !standalone {
        return None;
    }

    // Elements of the issuer with '&' kept inside: BGD&ĐT is one element.
    let mut elements: Vec<(char, String)> = Vec::new();
    if kind.is_none() {
        elements.push((lead, head.into()));
    }
    for (sign, word) in parts {
        match elements.last_mut() {
            Some((_, element)) if sign == '&' => *element = format!("{element}&{word}"),
            _ => elements.push((sign, word.into())),
        }
    }
    let issuer: String = elements
        .iter()
        .enumerate()
        .map(|(n, (sign, e))| if n == 0 { normal_issuer(e) } else { format!("{sign}{}", normal_issuer(e)) })
        .collect();
    let mut text = String::from(lead);
    let mut shown = kind;
    if let (None, Some(before)) = (kind, prefix.kind) {
        // "Thông tư 56/2023/BTC" means 56/2023/TT-BTC; numbers of the National Assembly have no kind in them.
        if !issuer.starts_with("QH") && !issuer.starts_with("UBTVQH") && before.is_cited_short() && known {
            shown = Some(before);
        }
    }
    if let Some(kind) = shown {
        text.push_str(kind.abbreviation());
        if let Some((sign, _)) = elements.first() {
            text.push(if kind_is_from(kind, head) { *sign } else { '-' });
        }
    }
    text.push_str(&issuer);
    let kind = kind.or(prefix.kind).or_else(|| {
        (!certain && !known || is_letter_number(words, at)).then_some(DocumentKind::OfficialLetter)
    });
    Some(Symbol { kind, issuer: Some(issuer).filter(|i| !i.is_empty()), year, text, next })
}

fn kind_is_from(kind: DocumentKind, head: &str) -> bool {
    DocumentKind::from_abbreviation(head) == Some(kind)
}

/// Official letters have no kind in the number: `15/UBND-VP`, `1234/BTP-PBGDPL`.
fn is_letter_number(words: &Words, at: usize) -> bool {
    let is_body = |word: &str| is_capitals(word) && word.chars().all(char::is_alphabetic);
    words.gap(at.saturating_sub(1)) == "/"
        && words.gap(at) == "-"
        && is_body(words.word(at))
        && is_body(words.word(at + 1))
        && DocumentKind::from_abbreviation(words.word(at)).is_none()
}

/// Two capitals at least to begin with: `BTC`, `QH13`, `BLĐTBXh`.
fn is_capitals(word: &str) -> bool {
    let mut letters = word.chars();
    matches!((letters.next(), letters.next()), (Some(a), Some(b)) if a.is_uppercase() && b.is_uppercase())
}

/// A part of a symbol typed in small letters: `blđtbxh`. Syllables with tones or vowel marks are prose.
fn is_small_symbol(word: &str) -> bool {
    word.chars().count() <= 20
        && nfc(word).chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, 'đ' | 'ư' | 'ð'))
}

/// `QCVN 41:2024/BGTVT`, `TCVN 6909:2001`.
fn standard(words: &Words, at: usize, first: usize, kind: Option<DocumentKind>) -> Option<Read> {
    let serial: String = words.word(at).into();
    let mut next = at + 1;
    let mut serial_end = at;
    while words.gap(serial_end) == "-" && words.word(serial_end + 1).bytes().all(|b| b.is_ascii_digit()) {
        serial_end += 1;
        next += 1;
    }
    let serial = if serial_end > at {
        words.text.get(words.start(at)..words.end(serial_end)).map_or(serial, str::to_owned)
    } else {
        serial
    };
    let year = as_year(words.word(next)).filter(|_| words.gap(next - 1) == ":");
    let mut tail = String::new();
    if let Some(year) = year {
        tail = format!(":{year}");
        next += 1;
    }
    let body = words.word(next);
    let issuer = (words.gap(next - 1) == "/" && (is_capitals(body) || is_known_issuer(body)))
        .then(|| normal_issuer(body));
    if let Some(issuer) = &issuer {
        tail = format!("{tail}/{issuer}");
        next += 1;
    }
    year?;
    let written = clean(words.text.get(words.start(first)..words.end(next - 1)).unwrap_or_default());
    let serial = format!("{} {serial}", kind?.abbreviation());
    Some(Read { first, next, number: LegalNumber { serial, year, kind, issuer, written, tail } })
}

/// Kinds that people cite by number alone ("nghị định 100"), unless the number counts something.
fn yearless(kind: DocumentKind, words: &Words, at: usize) -> bool {
    use DocumentKind::*;
    let counts =
        ["thang", "ngay", "trang", "ban", "nam", "lan", "nguoi"].contains(&words.folded(at + 1).as_str());
    matches!(kind, Decree | Circular | JointCircular | Decision | Directive | Resolution)
        && !(words.is_blank(at) && counts)
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

/// Bodies whose abbreviations are not plain capitals, or are so common that they also count in small letters.
const ISSUERS: &[&str] = &[
    "CP",
    "TTg",
    "QH",
    "UBTVQH",
    "CTN",
    "HĐNN",
    "HĐBT",
    "TW",
    "BCHTW",
    "TVQH",
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

/// Abbreviation without the number of its term: `UBTVQH` of `UBTVQH15`.
fn without_term(word: &str) -> (&str, &str) {
    word.split_at_checked(word.trim_end_matches(|c: char| c.is_ascii_digit()).len()).unwrap_or((word, ""))
}

fn is_known_issuer(word: &str) -> bool {
    let (name, _) = without_term(word);
    name.len() >= 2 && folded_issuers().contains_key(fold(name).as_str())
}

fn folded_issuers() -> &'static std::collections::HashMap<String, &'static str> {
    static FOLDED: std::sync::LazyLock<std::collections::HashMap<String, &'static str>> =
        std::sync::LazyLock::new(|| ISSUERS.iter().map(|i| (fold(i), *i)).collect());
    &FOLDED
}

/// The body in capitals with its marks: `TTg` of `ttg`, `BLĐTBXH` of `bldtbxh`.
fn normal_issuer(word: &str) -> String {
    let (name, term) = without_term(word);
    let known = folded_issuers().get(fold(name).as_str());
    // What was written with marks or capitals of its own stays: HDNN8 is how the paper was numbered.
    match known {
        Some(known)
            if !is_capitals(word)
                || fold(known).len() != known.len()
                || known.chars().any(char::is_lowercase) =>
        {
            format!("{known}{term}")
        }
        _ => clean(word).to_uppercase(),
    }
}
