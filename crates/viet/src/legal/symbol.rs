//! The letters after serial and year: `NĐ-CP`, `QH13`, `TTLT-BTC-BTP`, `CT/TW`.

use super::number::as_year;
use super::{DocumentKind, Words, issuer};

pub(super) struct Symbol {
    /// As the symbol says; for the number of an official letter, which says none, that.
    pub kind: Option<DocumentKind>,
    pub issuer: Option<String>,
    /// `30/NĐ-CP/2020`
    pub year: Option<i16>,
    /// Normal form, with the sign before it: `/NĐ-CP`.
    pub text: String,
    /// First word after the symbol, and the byte where the symbol ends.
    pub next: usize,
    pub end: usize,
}

/// The symbol that begins with word `at`. `named`: the kind written before the number; `dated`: a year precedes;
/// `whole`: the text is a number and nothing else. Any of them makes scantier symbols credible.
pub(super) fn read(
    words: &Words,
    at: usize,
    named: Option<DocumentKind>,
    dated: bool,
    whole: bool,
) -> Option<Symbol> {
    let before = words.gap(at.checked_sub(1)?);
    let lead = match before {
        "_" | "." if dated => '/',
        _ if before.len() <= 6 => joint(before.trim()).filter(|c| *c != '&')?,
        _ => return None,
    };
    let head = words.word(at);
    let kind = DocumentKind::from_abbreviation(head);
    let letter = kind.is_none() && is_letter_number(words, at);
    let known = issuer::is_known(head);
    let credible = kind.is_some()
        || issuer::stands_alone(head)
        || known && (dated || whole || named.is_some())
        || issuer::is_capitals(head) && (dated || whole || named.is_some() || letter);
    if !credible || !head.starts_with(char::is_alphabetic) {
        return None;
    }
    let mut chain = Chain { words, next: at + 1, end: words.end(at), parts: Vec::new(), year: None };
    match issuer::unstuck(head) {
        Some(body) => {
            chain.end = words.start(at) + body.len();
            chain.parts.push((lead, body));
        }
        None => {
            if kind.is_none() {
                chain.parts.push((lead, head));
            }
            chain.follow(kind.is_some(), !head.chars().any(char::is_uppercase), dated);
        }
    }
    let standalone =
        matches!(kind, Some(DocumentKind::InterministerialCircular | DocumentKind::InterbranchCircular));
    let supported = dated || whole || named.is_some() || chain.year.is_some() || standalone;
    if kind.is_some() && chain.parts.is_empty() && !supported {
        return None;
    }

    let elements = chain.elements();
    let mut body = String::new();
    for (n, (sign, element)) in elements.iter().enumerate() {
        if n > 0 {
            body.push(*sign);
        }
        body.push_str(&issuer::normal(element));
    }
    let mut text = String::from(if dated { '/' } else { lead });
    if let Some(kind) = kind {
        text.push_str(kind.abbreviation());
        if let Some((sign, _)) = elements.first() {
            text.push(*sign);
        }
    } else if let Some(kind) =
        named.filter(|k| dated && known && k.is_cited_short() && !is_of_assembly(&body))
    {
        // "Thông tư 56/2023/BTC" means 56/2023/TT-BTC.
        text.push_str(kind.abbreviation());
        text.push('-');
    }
    text.push_str(&body);
    Some(Symbol {
        kind: kind.or_else(|| (named.is_none() && letter).then_some(DocumentKind::OfficialLetter)),
        issuer: Some(body).filter(|b| !b.is_empty()),
        year: chain.year,
        text,
        next: chain.next,
        end: chain.end,
    })
}

/// Numbers of the National Assembly and its Standing Committee have no kind in them.
fn is_of_assembly(issuer: &str) -> bool {
    issuer.starts_with("QH") || issuer.starts_with("UBTVQH")
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

/// Official letters have no kind in the number: `15/UBND-VP`, `1234/BTP-PBGDPL`.
fn is_letter_number(words: &Words, at: usize) -> bool {
    let is_body = |word: &str| issuer::is_capitals(word) && word.chars().all(char::is_alphabetic);
    words.gap(at.saturating_sub(1)) == "/"
        && words.gap(at) == "-"
        && is_body(words.word(at))
        && is_body(words.word(at + 1))
}

/// The parts of a symbol, each with the sign before it.
struct Chain<'w, 't> {
    words: &'w Words<'t>,
    next: usize,
    end: usize,
    parts: Vec<(char, &'t str)>,
    year: Option<i16>,
}

impl<'t> Chain<'_, 't> {
    /// Takes the words that belong to the symbol. `after_kind`: its first word was a kind; `small`: in small letters.
    fn follow(&mut self, after_kind: bool, small: bool, dated: bool) {
        while self.next < self.words.len() {
            let (gap, word) = (self.words.gap(self.next - 1), self.words.word(self.next));
            let sure = issuer::is_body(word) || DocumentKind::from_abbreviation(word).is_some();
            let sign = match joint(gap) {
                Some('/') if !dated && as_year(word).is_some() => {
                    self.year = as_year(word);
                    self.take();
                    return;
                }
                Some(sign) if sure || small && issuer::is_small(word) => sign,
                // Printed papers break "NĐ- CP" and misprint "NQ.HĐTP".
                None if issuer::is_known(word) => {
                    let first = after_kind && self.parts.is_empty();
                    match gap.trim() {
                        "." if first && gap == "." => '-',
                        "-" | "–" if first || gap.starts_with(['-', '–']) => '-',
                        "/" => '/',
                        _ => return,
                    }
                }
                _ => return,
            };
            if let Some(body) = issuer::unstuck(word) {
                self.parts.push((sign, body));
                self.end = self.words.start(self.next) + body.len();
                self.next += 1;
                return;
            }
            self.parts.push((sign, word));
            self.take();
        }
    }

    fn take(&mut self) {
        self.end = self.words.end(self.next);
        self.next += 1;
    }

    /// The parts with '&' kept inside: BGD&ĐT is one element.
    fn elements(&self) -> Vec<(char, String)> {
        let mut elements: Vec<(char, String)> = Vec::new();
        for (sign, part) in &self.parts {
            match elements.last_mut() {
                Some((_, element)) if *sign == '&' => *element = format!("{element}&{part}"),
                _ => elements.push((*sign, (*part).into())),
            }
        }
        elements
    }
}
