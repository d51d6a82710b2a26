//! What a paragraph begins with: `Điều 5.`, `Chương II`, `1.`, `a)`.

use crate::read::is_capitals;

/// The label at the beginning of a paragraph.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Label {
    pub kind: Kind,
    /// Small letters, Latin: `5`, `5a`, `đ`; heads and Roman numbers in digits.
    pub text: String,
    /// Bytes of the paragraph that the label takes, its stop and blank included.
    pub len: usize,
    /// Written with the usual stop: `Điều 5.`, `1.`, `a)`.
    pub usual: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) enum Kind {
    Part,
    Chapter,
    Section,
    Subsection,
    Article,
    Number,
    Letter,
    Roman,
    /// `1.2.`
    Decimal,
    Dash,
}

impl Label {
    /// Its number and the letters after it.
    pub(super) fn number(&self) -> (u32, &str) {
        let digits = self.text.len() - self.text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, letters) = self.text.split_at(digits);
        (number.parse().unwrap_or(0), letters)
    }
}

/// Quotation marks that open.
pub(super) const OPENING: [char; 5] = ['“', '"', '«', '‘', '„'];

pub(crate) fn label(text: &str) -> Option<Label> {
    let mut chars = text.chars();
    let first = chars.next()?;
    let second = chars.next();
    match first {
        'Đ' | 'đ' if second.is_some_and(|c| matches!(c, 'i' | 'I')) => article(text),
        'C' | 'P' | 'M' | 'T' => head(text).or_else(|| roman(text)),
        '0'..='9' => number(text).or_else(|| decimal(text)),
        'I' | 'V' | 'X' | 'L' => roman(text),
        '-' | '–' | '—' | '+' | '•' | '*' if second == Some(' ') => {
            Some(Label { kind: Kind::Dash, text: String::new(), len: first.len_utf8() + 1, usual: true })
        }
        _ => letter(text),
    }
}

/// The rest of the text after one of the words, whatever their case.
fn after<'t>(text: &'t str, words: &[&str]) -> Option<&'t str> {
    words.iter().find_map(|word| text.strip_prefix(word)).map(str::trim_start)
}

/// A stop, the mark of a footnote (`[3]`), and the blanks around them. Whether there was a stop, and the rest.
fn stop<'t>(rest: &'t str, stops: &[char]) -> (bool, &'t str) {
    let rest = footnote_mark(rest);
    // "1 . Nguồn tài chính": a blank has slipped in before the stop.
    let near = rest.strip_prefix(' ').filter(|near| near.starts_with(['.', ')'])).unwrap_or(rest);
    let stripped = near.strip_prefix(stops);
    let after = footnote_mark(stripped.unwrap_or(rest));
    (stripped.is_some(), after.trim_start())
}

fn footnote_mark(rest: &str) -> &str {
    let inside = rest.trim_start().strip_prefix(['[', '(']);
    let digits = inside.map(|inside| inside.trim_start_matches(|c: char| c.is_ascii_digit()));
    match (inside, digits) {
        (Some(inside), Some(after)) if inside.len() != after.len() => {
            after.strip_prefix([']', ')']).unwrap_or(rest)
        }
        _ => rest,
    }
}

fn article(text: &str) -> Option<Label> {
    let rest = after(text, &["Điều", "ĐIỀU", "điều"])?;
    let lower = text.starts_with('đ');
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if digits == 0 || digits > 4 {
        return None;
    }
    let letters: usize = rest[digits..].chars().take_while(|c| c.is_lowercase()).map(char::len_utf8).sum();
    if letters > 3 {
        return None;
    }
    let (number, rest) = rest.split_at(digits + letters);
    let (stopped, after) = stop(rest, &['.', ':']);
    // Old texts print "Điều 1.- …".
    let after = after.trim_start_matches(['-', '–', '—']).trim_start();
    let alone = after.is_empty();
    if lower && !alone || stopped && after.starts_with(|c: char| c.is_ascii_digit()) && !after.contains(' ') {
        return None;
    }
    let titled = after.starts_with(char::is_uppercase);
    if !(stopped || alone || titled) {
        return None;
    }
    let number = number.trim_start_matches('0').to_string();
    Some(Label { kind: Kind::Article, text: number, len: text.len() - after.len(), usual: stopped || alone })
}

fn head(text: &str) -> Option<Label> {
    let (kind, rest) = if let Some(rest) = after(text, &["Chương ", "CHƯƠNG "]) {
        (Kind::Chapter, rest)
    } else if let Some(rest) = after(text, &["Tiểu mục ", "TIỂU MỤC ", "Tiểu Mục "]) {
        (Kind::Subsection, rest)
    } else if let Some(rest) = after(text, &["Mục ", "MỤC "]) {
        (Kind::Section, rest)
    } else {
        (Kind::Part, after(text, &["Phần ", "PHẦN "])?)
    };
    if text.len() > 600 {
        return None;
    }
    let (number, rest) = ordinal(rest)?;
    let (stopped, title) = stop(rest, &['.', ':', '-', '–', ',']);
    let title = title.trim_start_matches(['.', ':', '-', '–']).trim_start();
    // "Chương II của Luật này quy định …" is a sentence.
    let usual = title.is_empty() || stopped || title.starts_with(char::is_uppercase);
    let sentence =
        title.ends_with([';', ',']) && !is_capitals(title) || title.starts_with(char::is_lowercase);
    if !usual || sentence || rest.starts_with(char::is_alphanumeric) {
        return None;
    }
    Some(Label { kind, text: number, len: text.len() - title.len(), usual })
}

/// `III`, `3`, `thứ ba`, with a letter behind (`IIa`).
fn ordinal(rest: &str) -> Option<(String, &str)> {
    const ORDINALS: [&str; 15] = [
        "nhất",
        "hai",
        "ba",
        "tư",
        "năm",
        "sáu",
        "bảy",
        "tám",
        "chín",
        "mười",
        "mười một",
        "mười hai",
        "mười ba",
        "mười bốn",
        "mười lăm",
    ];
    let lower = rest.to_lowercase();
    if let Some(words) = lower.strip_prefix("thứ ") {
        let found = ORDINALS.iter().enumerate().rev().find(|(_, word)| words.starts_with(*word))?;
        // Vietnamese capitals and small letters are equally long.
        let end = "thứ ".len() + found.1.len();
        return Some(((found.0 + 1).to_string(), rest.get(end..)?));
    }
    let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
    let (word, rest) = rest.split_at(end);
    let digits = word.trim_end_matches(char::is_lowercase);
    let letters = &word[digits.len()..];
    let value = if !digits.is_empty() && digits.len() < 4 && digits.chars().all(|c| c.is_ascii_digit()) {
        digits.parse().ok()?
    } else {
        roman_value(digits)?
    };
    (letters.len() < 4).then(|| (format!("{value}{letters}"), rest))
}

pub(crate) fn roman_value(text: &str) -> Option<u32> {
    // Cyrillic and Greek capitals that look alike stand for the Latin ones.
    let sign = |c: char| {
        Some(match c {
            'I' | 'І' | 'l' => 1,
            'V' => 5,
            'X' | 'Х' => 10,
            'L' => 50,
            'C' | 'С' => 100,
            _ => return None,
        })
    };
    let values: Vec<u32> = text.chars().map(sign).collect::<Option<_>>()?;
    if values.is_empty() || values.len() > 9 {
        return None;
    }
    let next = values.iter().skip(1).copied().chain([0]);
    let sum: i64 =
        values.iter().zip(next).map(|(v, n)| if *v < n { -i64::from(*v) } else { i64::from(*v) }).sum();
    u32::try_from(sum).ok().filter(|n| *n > 0)
}

fn roman(text: &str) -> Option<Label> {
    let end = text.find(|c: char| !c.is_alphabetic())?;
    let value = roman_value(&text[..end])?;
    let after = text[end..].strip_prefix(['.', ')', '-', '/'])?;
    let rest = after.trim_start();
    (!rest.is_empty() && (after.len() > rest.len() || rest.starts_with(char::is_uppercase))).then(|| Label {
        kind: Kind::Roman,
        text: value.to_string(),
        len: text.len() - rest.len(),
        usual: true,
    })
}

fn number(text: &str) -> Option<Label> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if digits > 3 {
        return None;
    }
    let letters: usize = text[digits..].chars().take_while(|c| c.is_lowercase()).map(char::len_utf8).sum();
    if letters > 3 {
        return None;
    }
    let (label, rest) = text.split_at(digits + letters);
    let (stopped, after) = stop(rest, &['.', '/', ')', '-', ',']);
    if !stopped || after.is_empty() {
        return None;
    }
    let mark = rest.trim_start().chars().find(|c| !c.is_ascii_digit() && !matches!(c, '[' | ']'));
    let blank = text[..text.len() - after.len()].ends_with(char::is_whitespace);
    // 1.2 and 30/2020 are other numbers; "5-7" is a range.
    if !blank && (after.starts_with(|c: char| c.is_ascii_digit()) || matches!(mark, Some('-' | ','))) {
        return None;
    }
    Some(Label {
        kind: Kind::Number,
        text: label.trim_start_matches('0').to_string(),
        len: text.len() - after.len(),
        usual: mark == Some('.'),
    })
}

/// `1.2.`, `1.2.3`: numbers of documents without articles.
fn decimal(text: &str) -> Option<Label> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let label = text[..end].trim_end_matches('.');
    let rest = text[end..].trim_start();
    let parts = label.split('.').filter(|part| !part.is_empty() && part.len() < 3).count();
    let dotted = parts == label.split('.').count() && (2..=4).contains(&parts);
    (dotted && rest.len() < text.len() - end && rest.starts_with(char::is_alphabetic)).then(|| Label {
        kind: Kind::Decimal,
        text: label.into(),
        len: text.len() - rest.len(),
        usual: true,
    })
}

fn letter(text: &str) -> Option<Label> {
    let mut chars = text.char_indices();
    let (_, first) = chars.next()?;
    let name = latin(first)?;
    let rest = &text[first.len_utf8()..];
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let doubled = rest.starts_with(first) && digits == 0;
    let taken = if doubled { first.len_utf8() } else { digits };
    if taken > 2 {
        return None;
    }
    let rest_text = &rest[taken..];
    let (stopped, after) = stop(rest_text, &[')', '.', '/', '-']);
    if !stopped || after.is_empty() {
        return None;
    }
    let usual = rest_text.starts_with(')') || rest_text.starts_with(" )") || rest_text.starts_with('[');
    let blank = text[..text.len() - after.len()].ends_with(char::is_whitespace);
    if !usual && !blank {
        return None;
    }
    let mut label = name.to_string();
    label.push_str(if doubled { &label } else { &rest[..digits] }.to_string().as_str());
    Some(Label { kind: Kind::Letter, text: label, len: text.len() - after.len(), usual })
}

/// The letter of a point; Cyrillic letters that look like Latin ones stand for them.
fn latin(c: char) -> Option<char> {
    Some(match c {
        'а' => 'a',
        'е' => 'e',
        'о' => 'o',
        'р' => 'p',
        'с' => 'c',
        'х' => 'x',
        'у' => 'y',
        'і' => 'i',
        'к' => 'k',
        'т' => 't',
        'Đ' | 'ð' => 'đ',
        _ if ORDER.contains(c) => c,
        _ => return None,
    })
}

/// Letters in the order of points. Those in [`SELDOM`] are used by some and left out by most.
const ORDER: &str = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz";
const SELDOM: &str = "ăâêfjôơưwz";

/// Whether point `label` may follow point `last` (nothing before the first).
pub(super) fn point_follows(last: Option<&str>, label: &str) -> bool {
    let Some(last) = last else { return label == "a" };
    let (Some(from), Some(to)) = (first_letter(last), first_letter(label)) else { return false };
    if from == to {
        let number =
            |label: &str| label.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().unwrap_or(0);
        return number(last) + 1 == number(label);
    }
    if from == 'y' && label == "aa" {
        return true;
    }
    let (Some(from), Some(to)) = (ORDER.find(from), ORDER.find(to)) else { return false };
    let plain = label.chars().count() == 1;
    from < to && plain && ORDER[from..to].chars().skip(1).all(|c| SELDOM.contains(c))
}

/// How many usual letters stand between the two; none if the second does not come later.
pub(super) fn points_between(last: &str, label: &str) -> Option<usize> {
    let from = ORDER.find(first_letter(last)?)?;
    let to = ORDER.find(first_letter(label)?)?;
    (from < to).then(|| ORDER[from..to].chars().skip(1).filter(|c| !SELDOM.contains(*c)).count())
}

/// The usual label after this one.
pub(super) fn next_point(last: Option<&str>) -> Option<String> {
    let Some(last) = last else { return Some("a".into()) };
    let at = ORDER.find(first_letter(last)?)?;
    ORDER[at..].chars().skip(1).find(|c| !SELDOM.contains(*c)).map(String::from)
}

fn first_letter(label: &str) -> Option<char> {
    label.chars().next()
}
