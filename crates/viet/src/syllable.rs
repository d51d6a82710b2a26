//! Word tokens, marked syllables and the place of the tone.

use crate::letters::{Letter, Shape, as_d_stroke, is_vietnamese_sign};
use crate::text::nfc;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;
use unicode_normalization::char::is_combining_mark;

/// Word tokens of the text with their byte ranges in it: runs of letters, their combining marks, and digits.
///
/// `35/2013/QH13` gives `35`, `2013`, `QH13`. Whoever needs the number whole uses
/// [`find_legal_numbers`](crate::find_legal_numbers).
pub fn syllables(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    Syllables { text, at: 0 }
}

struct Syllables<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Iterator for Syllables<'t> {
    type Item = (Range<usize>, &'t str);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.text.get(self.at..)?;
        let start = self.at + rest.char_indices().find(|(_, c)| begins_word(*c)).map(|(n, _)| n)?;
        let word = self.text.get(start..)?;
        let len = word.char_indices().find(|(_, c)| !continues_word(*c)).map_or(word.len(), |(n, _)| n);
        self.at = start + len;
        Some((start..self.at, word.get(..len)?))
    }
}

#[inline]
fn begins_word(c: char) -> bool {
    match c {
        '\0'..='\x7f' => c.is_ascii_alphanumeric(),
        '\u{c0}'..='\u{24f}' => c != '×' && c != '÷',
        '\u{300}'..='\u{36f}' => false,
        '\u{1e00}'..='\u{1eff}' => true,
        _ => c.is_alphanumeric() && !is_combining_mark(c),
    }
}

#[inline]
fn continues_word(c: char) -> bool {
    begins_word(c) || (!c.is_ascii() && is_combining_mark(c))
}

/// Whether the syllable bears a Vietnamese sign: a tone, ă â ê ô ơ ư, or đ.
pub fn is_marked_syllable(syllable: &str) -> bool {
    !syllable.is_ascii()
        && syllable.chars().any(|c| {
            is_vietnamese_sign(c)
                || as_d_stroke(c).is_some()
                || Letter::of(c).is_some_and(|l| l.shape != Shape::Bare || l.tone != 0)
        })
}

/// Share (0 to 1) of the alphabetic syllables that bear a Vietnamese sign; 0 for a text without syllables.
///
/// Ordinary prose has about three quarters; text typed without marks has none.
pub fn marked_share(text: &str) -> f32 {
    let (mut marked, mut all) = (0u32, 0u32);
    for (_, word) in syllables(text).filter(|(_, w)| w.chars().any(char::is_alphabetic)) {
        all += 1;
        marked += u32::from(is_marked_syllable(word));
    }
    if all == 0 { 0.0 } else { marked as f32 / all as f32 }
}

/// The text in NFC with every tone on its canonical letter.
///
/// Of the two school rules we keep the older one: all unit names of the 2025 list with such a syllable follow it
/// (192 of 192), and so do 93 % of those syllables in the codification. In open oa, oe, uy the tone stands on the
/// first letter (Hòa, khỏe, Thủy, ủy), elsewhere on the main vowel (hoàn, quý, già, thuở, khuỷu). Words that are
/// not Vietnamese syllables (café, names in other languages) stay as they are.
pub fn tone_place(text: &str) -> String {
    let text = nfc(text);
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (range, word) in syllables(&text) {
        if word.is_ascii() {
            continue;
        }
        if let Some(placed) = placed(word) {
            out.push_str(text.get(done..range.start).unwrap_or_default());
            out.extend(placed);
            done = range.end;
        }
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// The syllable with its tone moved; `None` if there is nothing to move.
fn placed(word: &str) -> Option<Vec<char>> {
    let mut letters = word.chars().map(Letter::of).collect::<Option<Vec<_>>>()?;
    let mut toned = letters.iter().enumerate().filter(|(_, l)| l.tone != 0);
    let (from, tone) = toned.next().map(|(n, l)| (n, l.tone))?;
    if toned.next().is_some() {
        return None;
    }
    let to = tone_index(&letters)?;
    if from == to {
        return None;
    }
    letters.get_mut(from)?.tone = 0;
    letters.get_mut(to)?.tone = tone;
    Some(letters.into_iter().map(Letter::to_char).collect())
}

/// Index of the letter that carries the tone in a syllable of Vietnamese shape; `None` for other words.
pub(crate) fn tone_index(letters: &[Letter]) -> Option<usize> {
    let mut start = letters.iter().position(|l| l.is_vowel())?;
    let begins_with =
        |a: u8, b: u8| matches!(letters, [x, y, ..] if x.base == a && y.base == b && y.shape == Shape::Bare);
    let vowel_at = |n: usize| letters.get(n).is_some_and(|l| l.is_vowel());
    // The u of qu and the i of gi belong to the onset when another vowel follows: quý, già; but gì, gìn.
    if start == 1 && vowel_at(2) && (begins_with(b'q', b'u') || begins_with(b'g', b'i')) {
        start = 2;
    }
    let vowels = letters.iter().skip(start).take_while(|l| l.is_vowel()).count();
    let (onset, rest) = letters.split_at_checked(start)?;
    let (nucleus, coda) = rest.split_at_checked(vowels)?;
    if !is_onset(onset) || !is_nucleus(nucleus) || !is_coda(coda) {
        return None;
    }
    if let Some(shaped) = nucleus.iter().rposition(|l| l.shape != Shape::Bare) {
        return Some(start + shaped);
    }
    match (vowels, coda.is_empty()) {
        (1, _) | (2, true) => Some(start),
        _ => Some(start + 1),
    }
}

fn is_onset(letters: &[Letter]) -> bool {
    let base = |n: usize| letters.get(n).map_or(0, |l| l.base);
    match (letters.len(), base(0), base(1), base(2)) {
        (0, ..) => true,
        (1, single, ..) => !matches!(single, b'f' | b'j' | b'q' | b'w' | b'z'),
        (2, b'c' | b'g' | b'k' | b'n' | b'p' | b't', b'h', _) => true,
        (2, a, b, _) => matches!([a, b], [b'n', b'g'] | [b't', b'r'] | [b'g', b'i'] | [b'q', b'u']),
        (3, b'n', b'g', b'h') => true,
        _ => false,
    }
}

/// Groups of vowels that Vietnamese has; a single vowel is always one.
const NUCLEI: &str = "ai ao au ay âu ây eo êu ia iê iu oa oă oe oi oo ôi ôô ơi ua uâ uê ui uô uơ uy ưa ưi ươ ưu ya yê \
    iêu oai oao oay oeo uây uêu uôi uya uyê uyu ươi ươu yêu";

static NUCLEUS_CODES: LazyLock<HashSet<u32>> = LazyLock::new(|| {
    NUCLEI.split_whitespace().map(|group| code(group.chars().filter_map(Letter::of))).collect()
});

fn code(vowels: impl Iterator<Item = Letter>) -> u32 {
    vowels.fold(0, |code, l| (code << 10) | (u32::from(l.base) << 2) | l.shape as u32)
}

fn is_nucleus(letters: &[Letter]) -> bool {
    match letters.len() {
        0 | 1 => true,
        2 | 3 => NUCLEUS_CODES.contains(&code(letters.iter().copied())),
        _ => false,
    }
}

fn is_coda(letters: &[Letter]) -> bool {
    match letters {
        [] => true,
        [one] => matches!(one.base, b'c' | b'm' | b'n' | b'p' | b't'),
        [a, b] => matches!([a.base, b.base], [b'c', b'h'] | [b'n', b'g'] | [b'n', b'h']),
        _ => false,
    }
}
