//! One precomposed Vietnamese letter taken apart: base, shape (breve, circumflex, horn, stroke) and tone.

use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::decompose_canonical;

/// Tones in dictionary order (ngang, huyền, hỏi, ngã, sắc, nặng); 0 is ngang, which has no sign.
pub(crate) const TONES: [char; 5] = ['\u{300}', '\u{309}', '\u{303}', '\u{301}', '\u{323}'];

/// What makes ă â ê ô ơ ư đ letters of their own. The order is the order of the alphabet after the bare letter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shape {
    Bare,
    /// ă, and the stroke of đ: first after the bare letter.
    BreveOrStroke,
    Circumflex,
    Horn,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Letter {
    /// Lower-case ASCII letter.
    pub base: u8,
    pub shape: Shape,
    /// Index in dictionary order, 0 (ngang) to 5 (nặng).
    pub tone: u8,
    pub upper: bool,
}

/// Letters beyond ASCII: first those of U+00C0-U+01B0, then those of U+1EA0-U+1EF9.
const LOW: usize = 0x1B1 - 0xC0;
static TABLE: LazyLock<Vec<Option<Letter>>> = LazyLock::new(|| {
    ('\u{c0}'..='\u{1b0}').chain('\u{1ea0}'..='\u{1ef9}').map(Letter::taken_apart).collect()
});

impl Letter {
    /// The letter, if `c` is a single precomposed letter of the Vietnamese alphabet or f, j, w, z.
    pub(crate) fn of(c: char) -> Option<Letter> {
        if c.is_ascii() {
            return Letter::of_ascii(c);
        }
        let code = c as usize;
        let at = match c {
            '\u{c0}'..='\u{1b0}' => code - 0xC0,
            '\u{1ea0}'..='\u{1ef9}' => code - 0x1EA0 + LOW,
            _ => return None,
        };
        TABLE.get(at).copied().flatten()
    }

    /// The slow way, with which the table is filled.
    fn taken_apart(c: char) -> Option<Letter> {
        if matches!(c, 'đ' | 'Đ') {
            return Some(Letter { base: b'd', shape: Shape::BreveOrStroke, tone: 0, upper: c == 'Đ' });
        }
        let mut letter: Option<Letter> = None;
        let mut known = true;
        decompose_canonical(c, |part| match (&mut letter, part) {
            (None, _) => letter = Letter::of_ascii(part),
            (Some(l), '\u{306}') if l.base == b'a' => l.shape = Shape::BreveOrStroke,
            (Some(l), '\u{302}') if matches!(l.base, b'a' | b'e' | b'o') => l.shape = Shape::Circumflex,
            (Some(l), '\u{31b}') if matches!(l.base, b'o' | b'u') => l.shape = Shape::Horn,
            (Some(l), tone) => match TONES.iter().position(|t| *t == tone) {
                Some(n) if l.tone == 0 && l.is_vowel() => l.tone = n as u8 + 1,
                _ => known = false,
            },
        });
        letter.filter(|_| known)
    }

    fn of_ascii(c: char) -> Option<Letter> {
        c.is_ascii_alphabetic().then(|| Letter {
            base: c.to_ascii_lowercase() as u8,
            shape: Shape::Bare,
            tone: 0,
            upper: c.is_ascii_uppercase(),
        })
    }

    pub(crate) fn is_vowel(self) -> bool {
        matches!(self.base, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
    }

    /// The precomposed character of this letter.
    pub(crate) fn to_char(self) -> char {
        let base = if self.upper { self.base.to_ascii_uppercase() } else { self.base } as char;
        let shape = match (self.shape, base) {
            (Shape::Bare, _) => None,
            (Shape::BreveOrStroke, 'd') => return 'đ',
            (Shape::BreveOrStroke, 'D') => return 'Đ',
            (Shape::BreveOrStroke, _) => Some('\u{306}'),
            (Shape::Circumflex, _) => Some('\u{302}'),
            (Shape::Horn, _) => Some('\u{31b}'),
        };
        let tone = self.tone.checked_sub(1).and_then(|t| TONES.get(usize::from(t))).copied();
        [base].into_iter().chain(shape).chain(tone).nfc().next().unwrap_or(base)
    }
}

/// Whether the sign belongs to the Vietnamese alphabet: a tone, breve, circumflex or horn.
pub(crate) fn is_vietnamese_sign(c: char) -> bool {
    TONES.contains(&c) || matches!(c, '\u{302}' | '\u{306}' | '\u{31b}')
}

/// Đ is often typed as the Icelandic eth or the African D, which look the same in capitals.
pub(crate) fn as_d_stroke(c: char) -> Option<char> {
    match c {
        '\u{d0}' | '\u{189}' => Some('Đ'),
        '\u{f0}' | '\u{256}' => Some('đ'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_of_the_alphabet_comes_apart_and_back() {
        let mut seen = 0;
        for c in "aăâbcdđeêghiklmnoôơpqrstuưvxyfjwz".chars() {
            let bare = Letter::of(c).expect("a letter");
            let tones = if bare.is_vowel() { 0..=5 } else { 0..=0 };
            for tone in tones {
                for upper in [false, true] {
                    let letter = Letter { tone, upper, ..bare };
                    assert_eq!(Letter::of(letter.to_char()), Some(letter));
                    seen += 1;
                }
            }
        }
        assert_eq!(seen, 2 * (12 * 6 + 21));
    }

    #[test]
    fn foreign_letters_are_not_ours() {
        for c in "ñçüßøжαǟǻṇ".chars() {
            assert_eq!(Letter::of(c), None, "{c}");
        }
    }
}
