//! Normal form, cleaning, folding, address slugs.

use crate::letters::as_d_stroke;
use std::borrow::Cow;
use std::sync::LazyLock;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// The composed form (Unicode NFC) of the text; borrowed if it already is.
pub fn nfc(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

/// The text as it should be stored and compared: NFC; every kind of blank (non-breaking, thin, tab, new line)
/// one ordinary blank; zero-width, soft-hyphen, direction and control characters dropped; Ð (U+00D0) and its
/// kin read as Đ; trimmed. Cleaning twice changes nothing.
pub fn clean(text: &str) -> String {
    let typed = if text.is_ascii() && !text.bytes().any(|b| b.is_ascii_control()) {
        Cow::Borrowed(text)
    } else {
        text.chars().filter(|c| !is_invisible(*c)).map(|c| as_d_stroke(c).unwrap_or(c)).collect()
    };
    let composed = nfc(&typed);
    let mut out = String::with_capacity(composed.len());
    for word in composed.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// The text without what nobody sees: zero widths, turns of direction, controls that are no white space. Lines and
/// spaces stay as they are; line breaks of other kinds, which XML 1.0 does not know, become plain ones.
pub fn visible(text: &str) -> Cow<'_, str> {
    let is_break = |c: char| matches!(c, '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    match text.chars().any(|c| is_invisible(c) || is_break(c)) {
        true => {
            let seen = text.chars().filter(|c| !is_invisible(*c));
            seen.map(|c| if is_break(c) { '\n' } else { c }).collect()
        }
        false => Cow::Borrowed(text),
    }
}

fn is_invisible(c: char) -> bool {
    match c {
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}' => true,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => true,
        '\u{fffe}' | '\u{ffff}' => true,
        _ => c.is_control() && !c.is_whitespace(),
    }
}

/// The text for searching without regard to marks or case: lower case, every combining mark removed, đ as d.
/// Digits, blanks and punctuation stay. Composed and decomposed text fold alike; folding twice changes nothing.
pub fn fold(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    let tables = &*TABLES;
    let mut i = 0;
    while let Some(&first) = bytes.get(i) {
        if first < 0x80 {
            let run = bytes.get(i..).map_or(0, |rest| rest.iter().take_while(|b| b.is_ascii()).count());
            out.extend(bytes.iter().skip(i).take(run).map(u8::to_ascii_lowercase));
            i += run;
            continue;
        }
        let second = bytes.get(i + 1).copied().unwrap_or(0);
        let (folded, width) = match first {
            0xC2..=0xCD => (tables.low(first, second), 2),
            0xE1 => (tables.extended(second, bytes.get(i + 2).copied().unwrap_or(0)), 3),
            _ => (UNKNOWN, 0),
        };
        match folded {
            UNKNOWN => {
                let Some(c) = text.get(i..).and_then(|rest| rest.chars().next()) else { break };
                fold_char(c, |c| out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()));
                i += c.len_utf8();
            }
            DROPPED => i += width,
            letter => {
                out.push(letter);
                i += width;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|bad| String::from_utf8_lossy(bad.as_bytes()).into_owned())
}

/// The slow, general folding of one character; the tables of [`fold`] are filled with it.
fn fold_char(c: char, mut emit: impl FnMut(char)) {
    decompose_canonical(c, |part| {
        if is_combining_mark(part) {
            return;
        }
        if part == 'đ' || part == 'Đ' || as_d_stroke(part).is_some() {
            return emit('d');
        }
        part.to_lowercase().filter(|l| !is_combining_mark(*l)).for_each(&mut emit);
    });
}

const UNKNOWN: u8 = 0;
const DROPPED: u8 = 1;

/// Folding of the two ranges where Vietnamese letters live, U+0080-U+037F and U+1E00-U+1EFF: the ASCII letter,
/// [`DROPPED`] for a combining mark, or [`UNKNOWN`] for the slow way.
struct Tables {
    low: [u8; 0x300],
    extended: [u8; 0x100],
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables {
    low: std::array::from_fn(|n| one_byte(0x80 + n as u32)),
    extended: std::array::from_fn(|n| one_byte(0x1E00 + n as u32)),
});

impl Tables {
    fn low(&self, first: u8, second: u8) -> u8 {
        let code = (usize::from(first & 0x1F) << 6) | usize::from(second & 0x3F);
        code.checked_sub(0x80).and_then(|n| self.low.get(n)).copied().unwrap_or(UNKNOWN)
    }

    fn extended(&self, second: u8, third: u8) -> u8 {
        let code = (usize::from(second & 0x3F) << 6) | usize::from(third & 0x3F);
        // 0xE1 leads U+1000-U+1FFF; only the page U+1E00 is tabled.
        code.checked_sub(0xE00).and_then(|n| self.extended.get(n)).copied().unwrap_or(UNKNOWN)
    }
}

fn one_byte(code: u32) -> u8 {
    let Some(c) = char::from_u32(code) else { return UNKNOWN };
    let mut out = String::new();
    fold_char(c, |c| out.push(c));
    match out.as_bytes() {
        [] => DROPPED,
        [letter] if letter.is_ascii_alphabetic() => *letter,
        _ => UNKNOWN,
    }
}

/// The text as part of a web address: folded, only `a-z`, `0-9` and single inner hyphens.
pub fn slug(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in fold(text).chars().filter(|c| !is_invisible(*c)) {
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    if out.ends_with('-') {
        out.pop();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_does_not_know_is_not_kept() {
        assert_eq!(visible("Mục\u{b}1\u{c}\tHai\u{fffe}\u{7}\n"), "Mục\n1\n\tHai\n");
        assert!(matches!(visible("Điều 1\r\n\tHai"), Cow::Borrowed(_)));
    }

    #[test]
    fn tables_agree_with_the_slow_way_on_every_character() {
        for c in (0..=0x10FFFF).filter_map(char::from_u32) {
            let mut slow = String::new();
            fold_char(c, |c| slow.push(c));
            let fast = fold(c.encode_utf8(&mut [0; 4]));
            assert_eq!(fast, slow, "U+{:04X}", c as u32);
            assert_eq!(fold(&fast), fast, "U+{:04X} folds once and for all", c as u32);
        }
    }
}
