//! A sort key for the order of Vietnamese dictionaries.

use crate::letters::{Letter, Shape};
use crate::syllable::tone_index;
use crate::text::{clean, fold};
use unicode_normalization::char::is_combining_mark;

/// A key whose bytewise order (SQLite `BINARY`, PostgreSQL `COLLATE "C"`) is the order of a Vietnamese
/// dictionary. Two texts have one key only if [`clean`] makes them equal.
///
/// - Word by word, as dictionaries and registers do: all of *Bình …* stand before *Bính …*. (Unicode's
///   collation compares the letters of the whole text before any tone, which mixes the two.)
/// - Within a word first the letters, a ă â b c d đ e ê … o ô ơ … u ư …, then the tone: ngang, huyền, hỏi,
///   ngã, sắc, nặng. Blank, then signs, then numbers, then letters.
/// - Runs of digits by value: *Ấp 2* before *Ấp 10*.
/// - Case last, small letters first; then the place of the tone, leading zeros, marks of other languages.
///
/// The key is ASCII unless the text has something the letters, tones and case do not tell (a tone in an
/// unusual place, leading zeros, foreign marks); then the cleaned text follows as last resort.
pub fn collation_key(text: &str) -> String {
    let text = clean(text);
    let mut key = Key { main: String::with_capacity(text.len() * 2), case: String::new(), told: true };
    let mut rest = text.as_str();
    while let Some(c) = rest.chars().next() {
        let len = if begins_letters(c) {
            run(rest, |c| begins_letters(c) || is_combining_mark(c))
        } else if c.is_ascii_digit() {
            run(rest, |c| c.is_ascii_digit())
        } else {
            c.len_utf8()
        };
        let (part, after) = rest.split_at_checked(len).unwrap_or((rest, ""));
        if begins_letters(c) {
            key.word(part);
        } else if c.is_ascii_digit() {
            key.number(part);
        } else {
            key.sign(c);
        }
        rest = after;
    }
    key.finish(&text)
}

fn begins_letters(c: char) -> bool {
    c.is_alphabetic() && !is_combining_mark(c)
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.char_indices().find(|(_, c)| !belongs(*c)).map_or(text.len(), |(n, _)| n)
}

// The alphabet of the key. A level ends with LEVEL_END, lower than all else, so that a beginning of a text stands
// before the text. After the letters of a word come its tones, digits, lower than any letter.
const LEVEL_END: char = ' ';
const BLANK: char = '!';
const ASCII_SIGN: char = '#';
const OTHER_SIGN: char = '$';
const NUMBER: char = '%';
const OTHER_LETTER: char = '~';

struct Key {
    main: String,
    case: String,
    /// Whether letters, tones and case alone tell the text.
    told: bool,
}

impl Key {
    fn word(&mut self, word: &str) {
        let mut letters = Vec::with_capacity(word.len());
        let mut ours = true;
        for c in word.chars() {
            match Letter::of(c) {
                Some(letter) => {
                    self.letter(letter);
                    letters.push(letter);
                }
                None => {
                    ours = false;
                    self.foreign(c);
                }
            }
        }
        let tones: Vec<usize> =
            (0..letters.len()).filter(|n| letters.get(*n).is_some_and(|l| l.tone != 0)).collect();
        match tones.as_slice() {
            [] => self.main.push('0'),
            [only] => self.told &= ours && tone_index(&letters) == Some(*only),
            _ => self.told = false,
        }
        self.main.extend(letters.iter().filter(|l| l.tone != 0).map(|l| char::from(b'0' + l.tone)));
    }

    fn letter(&mut self, letter: Letter) {
        self.main.push(letter.base as char);
        // '{' and what follows it stand behind 'z': ă comes after all words with a.
        match letter.shape {
            Shape::Bare => {}
            Shape::BreveOrStroke => self.main.push('{'),
            Shape::Circumflex => self.main.push('|'),
            Shape::Horn => self.main.push('}'),
        }
        self.case.push(if letter.upper { '1' } else { '0' });
    }

    /// A letter of another alphabet, or a mark on one.
    fn foreign(&mut self, c: char) {
        let folded = fold(c.encode_utf8(&mut [0; 4]));
        if folded.bytes().all(|b| b.is_ascii_alphabetic()) {
            self.main.push_str(&folded);
            self.told = false;
        } else {
            self.main.push(OTHER_LETTER);
            self.main.push_str(&format!("{:06x}", c as u32));
        }
    }

    fn number(&mut self, digits: &str) {
        let value = digits.trim_start_matches('0');
        self.told &= value.len() == digits.len();
        self.main.push(NUMBER);
        // The count of digits first: more digits, greater number.
        let mut count = value.len();
        while count >= 25 {
            self.main.push('z');
            count -= 25;
        }
        self.main.push(char::from(b'a' + count as u8));
        self.main.push_str(value);
    }

    fn sign(&mut self, c: char) {
        match c {
            ' ' => self.main.push(BLANK),
            '!'..='~' => self.main.extend([ASCII_SIGN, c]),
            _ => {
                self.main.push(OTHER_SIGN);
                self.main.push_str(&format!("{:06x}", c as u32));
            }
        }
    }

    fn finish(self, text: &str) -> String {
        let mut key = self.main;
        key.push(LEVEL_END);
        key.push_str(self.case.trim_end_matches('0'));
        if !self.told {
            key.push(LEVEL_END);
            key.push_str(text);
        }
        key
    }
}
