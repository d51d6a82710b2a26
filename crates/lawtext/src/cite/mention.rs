//! Documents named in a text: by number, by name and date, by name alone, or as "Luật này".

use super::Cited;
use super::laws::{self, LAWS};
use super::words::{Words, date};
use std::ops::Range;
use viet::{DocumentKind, Found};

/// A document named in a text.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Mention {
    /// Words, and bytes, that name it: kind, name, number; the date where it has no number.
    pub words: Range<usize>,
    pub range: Range<usize>,
    /// The first word after its date.
    pub tail: usize,
    /// `None`: the document that speaks.
    pub cited: Option<Cited>,
}

impl Mention {
    pub fn is_numbered(&self) -> bool {
        self.cited.as_ref().is_some_and(|cited| !cited.number.is_empty())
    }

    pub fn kind(&self) -> Option<DocumentKind> {
        self.cited.as_ref().and_then(|cited| cited.kind)
    }
}

const LAWS_BY_NAME: &[(&[&str], DocumentKind)] = &[
    (&["hiến", "pháp"], DocumentKind::Constitution),
    (&["bộ", "luật"], DocumentKind::Code),
    (&["luật"], DocumentKind::Law),
    (&["pháp", "lệnh"], DocumentKind::Ordinance),
];

const OTHERS: &[&[&str]] = &[
    &["nghị", "quyết"],
    &["nghị", "định"],
    &["quyết", "định"],
    &["thông", "tư"],
    &["chỉ", "thị"],
    &["lệnh"],
    &["quy", "chế"],
    &["quy", "định"],
    &["điều", "lệ"],
    &["văn", "bản", "hợp", "nhất"],
    &["quy", "chuẩn"],
    &["kế", "hoạch"],
    &["đề", "án"],
    &["chương", "trình"],
];

/// A name does not go on past these words.
const END_NAMES: &[&[&str]] = &[
    &["thì"],
    &["được"],
    &["đã"],
    &["hết"],
    &["này"],
    &["nếu"],
    &["trừ"],
    &["bị"],
    &["hoặc"],
    &["nhưng"],
    &["quy", "định"],
    &["có", "hiệu", "lực"],
    &["theo", "quy"],
    &["kể", "từ"],
    &["như", "sau"],
];

/// Nor, where neither number nor date shows its end, past these.
const END_BARE_NAMES: &[&str] = &[
    "và", "về", "trong", "tại", "khi", "theo", "đối", "có", "không", "phải", "để", "do", "là", "các", "với",
    "cho", "đến", "từ", "của", "thay", "cũng", "còn", "mà", "vào", "như", "bằng", "giữa", "sẽ", "thuộc",
    "ban",
];

/// Every document named in the text, in order. `heading`: the text is a heading, so that a name may be its rest.
pub(crate) fn mentions(words: &Words, heading: bool) -> Vec<Mention> {
    let numbers = viet::find_legal_numbers(words.text);
    let mut rest = numbers.as_slice();
    let mut found = Vec::new();
    let mut n = 0;
    while n < words.len() {
        while let Some((first, more)) = rest.split_first()
            && first.range.end <= words.start(n)
        {
            rest = more;
        }
        let here = mention(words, n, rest, heading);
        n = here.last().map_or(n + 1, |last| last.words.end.max(n + 1));
        found.extend(here);
    }
    found
}

/// The document named from word `n` on; two where the name of an amending law ends with the number of the amended.
fn mention(words: &Words, n: usize, numbers: &[Found], heading: bool) -> Vec<Mention> {
    if let Some(number) = numbers.first().filter(|number| number.range.start == words.start(n)) {
        return vec![numbered(words, n, number, String::new(), number.number.kind)];
    }
    if !words.capital(n) {
        return Vec::new();
    }
    let law = LAWS_BY_NAME.iter().find(|(name, _)| words.is(n, name));
    let Some((name, kind)) = law.filter(|_| begins_law(words, n)) else {
        let this = words
            .any(n, OTHERS)
            .map(|length| past_joint(words, n + length))
            .filter(|after| is_this(words, *after));
        return this.map(|after| vec![speaker(words, n, after)]).unwrap_or_default();
    };
    let after = n + name.len();
    if is_this(words, after) {
        return vec![speaker(words, n, after)];
    }
    named(words, n, after, *kind, numbers, heading)
}

/// "Thông tư liên tịch này"
fn past_joint(words: &Words, n: usize) -> usize {
    if words.is(n, &["liên", "tịch"]) { n + 2 } else { n }
}

fn is_this(words: &Words, n: usize) -> bool {
    words.lower(n) == "này" && words.before(n).trim().is_empty()
}

fn speaker(words: &Words, n: usize, this: usize) -> Mention {
    Mention { words: n..this + 1, range: words.start(n)..words.end(this), tail: this + 1, cited: None }
}

/// "pháp luật", "kỷ luật" are other words, also in capitals.
fn begins_law(words: &Words, n: usize) -> bool {
    let before =
        n.checked_sub(1).filter(|_| words.before(n).trim().is_empty()).map_or("", |last| words.lower(last));
    !["pháp", "kỷ", "kỉ", "bộ", "quy", "định", "điều"].contains(&before)
}

fn numbered(words: &Words, n: usize, number: &Found, name: String, kind: Option<DocumentKind>) -> Mention {
    let end = words.at(number.range.end).max(n + 1);
    let dated = date(words, end);
    let kind = kind.or(number.number.kind);
    let name =
        if name.is_empty() { kind.map(|kind| kind.name().to_string()).unwrap_or_default() } else { name };
    Mention {
        words: n..end,
        range: words.start(n)..number.range.end,
        tail: dated.map_or(end, |(_, end)| end),
        cited: Some(Cited { kind, number: number.number.normal(), name, date: dated.map(|(date, _)| date) }),
    }
}

fn named(
    words: &Words,
    n: usize,
    after: usize,
    kind: DocumentKind,
    numbers: &[Found],
    heading: bool,
) -> Vec<Mention> {
    let text = |from: usize, to: usize| {
        // "Luật Thuế … ban hành ngày …"
        let issued = to > after + 2 && words.is(to - 2, &["ban", "hành"]);
        let to = if issued { to - 2 } else { to };
        let to = words.end(to.saturating_sub(1));
        viet::clean(words.text.get(words.start(from)..to).unwrap_or_default())
    };
    let amending = words.is(after, &["sửa", "đổi"]);
    let issued = n.checked_sub(2).is_some_and(|n| words.is(n, &["ban", "hành"]));
    let mut inner = None;
    let mut numbers = numbers.iter().peekable();
    let mut at = after;
    while at < words.len() && at < after + 90 {
        while numbers.next_if(|number| number.range.end <= words.start(at)).is_some() {}
        if words.before(at).contains(|c| ";:“”\"()[]\n…".contains(c)) && !words.is(at, &["hiv"])
            || words.sentence_ends_before(at)
        {
            break;
        }
        let serial = if words.lower(at) == "số" { at + 1 } else { at };
        let numbered_here = |number: &&&Found| serial_of(words, number) == serial;
        if let Some(number) = numbers.peek().filter(numbered_here) {
            return match inner.filter(|_| issued) {
                // "ban hành Luật sửa đổi … của Luật Quốc tịch số …": the number is the amended law's.
                Some((from, inner)) => {
                    let outer = bare(words, n, from, kind, text(n, at));
                    vec![outer, numbered(words, from, number, text(from, at), Some(inner))]
                }
                None => vec![numbered(words, n, number, text(n, at), Some(kind))],
            };
        }
        if let Some((day, end)) = date(words, at) {
            let cited = Cited { kind: Some(kind), number: String::new(), name: text(n, at), date: Some(day) };
            let range = words.start(n)..words.end(end - 1);
            return vec![Mention { words: n..end, range, tail: end, cited: Some(cited) }];
        }
        if numbers.peek().is_some_and(|number| number.range.start == words.start(at) && words.capital(at))
            || words.any(at, END_NAMES).is_some()
        {
            break;
        }
        // Of the Constitution the year is the name.
        if kind == DocumentKind::Constitution && words.lower(at) == "năm" {
            return vec![bare(words, n, at + 2, kind, text(n, at + 2))];
        }
        let other = LAWS_BY_NAME.iter().find(|(name, _)| words.capital(at) && words.is(at, name));
        if let Some((name, other)) = other.filter(|_| begins_law(words, at)) {
            if !amending {
                break;
            }
            inner.get_or_insert((at, *other));
            at += name.len();
            continue;
        }
        at += 1;
    }
    let end = if amending && (heading || inner.is_some()) {
        inner.map_or(at, |(from, _)| name_end(words, from, at, heading))
    } else {
        name_end(words, n, at, heading)
    };
    // "Luật" alone is a word; "15 LUẬT TRONG LĨNH VỰC …" are several.
    let several = n.checked_sub(1).is_some_and(|last| {
        words.lower(last).starts_with(|c: char| c.is_ascii_digit())
            || words.capital(last) && words.lower(last) == "các"
    });
    if (end <= after || several) && kind != DocumentKind::Constitution {
        return Vec::new();
    }
    let outer = bare(words, n, end, kind, text(n, end));
    match inner {
        Some((from, kind)) if from < end => {
            vec![Mention { words: n..from, ..outer }, bare(words, from, end, kind, text(from, end))]
        }
        _ => vec![outer],
    }
}

/// The word of a number that is its serial: of "Nghị định số 30/2020/NĐ-CP" the fourth.
fn serial_of(words: &Words, number: &Found) -> usize {
    let first = words.at(number.range.start);
    let is_serial = |n: &usize| words.lower(*n).starts_with(|c: char| c.is_ascii_digit());
    (first..first + 7).find(is_serial).unwrap_or(first)
}

fn bare(words: &Words, n: usize, end: usize, kind: DocumentKind, name: String) -> Mention {
    let end = end.max(n + 1).min(words.len());
    Mention {
        words: n..end,
        range: words.start(n)..words.end(end - 1),
        tail: end,
        cited: Some(Cited { kind: Some(kind), number: String::new(), name, date: None }),
    }
}

/// Where the name of a law ends that neither a number nor a date follows: as far as a known name goes; in headings at
/// `limit`; else before the next sign or small word.
fn name_end(words: &Words, n: usize, limit: usize, heading: bool) -> usize {
    let mut key = String::new();
    let mut known = None;
    for at in n..limit.min(n + LAWS.longest) {
        if at > n {
            if !matches!(words.before(at).trim(), "" | "," | "(" | "/" | ")" | "),") {
                break;
            }
            key.push(' ');
        }
        key.push_str(&viet::fold(words.lower(at)));
        if LAWS.knows(&key) {
            known = Some(at + 1);
        }
    }
    let kind = LAWS_BY_NAME.iter().find(|(name, _)| words.is(n, name)).map_or(1, |(name, _)| name.len());
    if let Some(end) = known {
        // "Luật Giao thông" before "đường bộ" would be another law; a known name that goes on in capitals is one.
        return end;
    }
    if heading {
        let mut end = limit;
        // "Luật Công đoàn và Luật Thanh niên"
        while end > n + kind && ["và", "của"].contains(&words.lower(end - 1)) {
            end -= 1;
        }
        return end;
    }
    if words.is(n, &["hiến", "pháp"]) {
        let state = ["nước", "cộng", "hòa", "xã", "hội", "chủ", "nghĩa", "việt", "nam"].map(viet::fold);
        let full = state.iter().enumerate().all(|(k, word)| viet::fold(words.lower(n + kind + k)) == *word);
        return n + kind + if full { state.len() } else { 0 };
    }
    if !words.capital(n + kind) {
        return n;
    }
    (n + kind..limit)
        .find(|at| {
            *at > n + kind
                && (words.before(*at).contains(',') && words.capital(*at)
                    || END_BARE_NAMES.contains(&words.lower(*at)) && !words.capital(*at))
        })
        .unwrap_or(limit)
}

/// The key under which a name is looked up.
pub(super) fn same_name(a: &str, b: &str) -> bool {
    laws::key(a) == laws::key(b)
}
