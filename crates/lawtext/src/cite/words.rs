//! The words of a text, in small letters, with what stands between them.

use std::borrow::Cow;
use std::ops::Range;

pub(crate) struct Word<'t> {
    pub range: Range<usize>,
    pub lower: Cow<'t, str>,
    /// It begins with a capital letter.
    pub capital: bool,
}

pub(crate) struct Words<'t> {
    pub text: &'t str,
    words: Vec<Word<'t>>,
}

impl<'t> Words<'t> {
    pub fn of(text: &'t str) -> Self {
        let word = |(range, word): (Range<usize>, &'t str)| {
            let upper = word.chars().any(char::is_uppercase);
            Word {
                range,
                capital: upper && word.starts_with(char::is_uppercase),
                lower: if upper { Cow::Owned(word.to_lowercase()) } else { Cow::Borrowed(word) },
            }
        };
        Words { text, words: viet::syllables(text).map(word).collect() }
    }

    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// The word in small letters, or nothing past the end.
    pub fn lower(&self, n: usize) -> &str {
        self.words.get(n).map_or("", |word| &word.lower)
    }

    pub fn capital(&self, n: usize) -> bool {
        self.words.get(n).is_some_and(|word| word.capital)
    }

    pub fn start(&self, n: usize) -> usize {
        self.words.get(n).map_or(self.text.len(), |word| word.range.start)
    }

    /// Where word `n` ends; before the first, 0.
    pub fn end(&self, n: usize) -> usize {
        self.words.get(n).map_or(self.text.len(), |word| word.range.end)
    }

    /// What stands before word `n`: after the word before it, or from the beginning.
    pub fn before(&self, n: usize) -> &'t str {
        let from = n.checked_sub(1).map_or(0, |last| self.end(last));
        self.text.get(from..self.start(n)).unwrap_or_default()
    }

    /// The first word that begins at or after the byte.
    pub fn at(&self, byte: usize) -> usize {
        self.words.partition_point(|word| word.range.start < byte)
    }

    /// Whether the phrase stands at word `n`, only blanks between its words.
    pub fn is(&self, n: usize, phrase: &[&str]) -> bool {
        phrase
            .iter()
            .enumerate()
            .all(|(k, word)| self.lower(n + k) == *word && (k == 0 || self.before(n + k).trim().is_empty()))
    }

    /// Whether one of the phrases, each a line of words, stands at word `n`; how many words it has.
    pub fn any<'p>(&self, n: usize, phrases: impl IntoIterator<Item = &'p &'p [&'p str]>) -> Option<usize> {
        phrases.into_iter().find(|phrase| self.is(n, phrase)).map(|phrase| phrase.len())
    }

    /// Whether a sentence ends between words `n - 1` and `n`.
    pub fn sentence_ends_before(&self, n: usize) -> bool {
        let gap = self.before(n);
        gap.contains('\n')
            || self.capital(n) && gap.find(['.', '!', '?']).is_some_and(|at| gap[at..].len() > 1)
    }
}

/// The date that begins with "ngày" at word `n`, and the word after it: "ngày 27 tháng 6 năm 2024", "ngày 22/6/2015".
pub(crate) fn date(words: &Words, n: usize) -> Option<((i16, i8, i8), usize)> {
    if words.lower(n) != "ngày" {
        return None;
    }
    let [day, month, year, end] = if words.lower(n + 2) == "tháng" && words.lower(n + 4) == "năm" {
        [n + 1, n + 3, n + 5, n + 6]
    } else {
        let joined = |k: usize| matches!(words.before(k).trim(), "/" | "-" | ".");
        if !joined(n + 2) || !joined(n + 3) {
            return None;
        }
        [n + 1, n + 2, n + 3, n + 4]
    };
    let text = [day, month, year].map(|n| words.lower(n)).join("/");
    Some((viet::parse_date(&text)?, end))
}

/// A text in stretches that are read one by one, so that time stays linear whatever the text: its paragraphs, and where
/// one is longer than any of a law, parts of it that end with a sentence, a clause or a word.
pub(crate) fn stretches(text: &str) -> Vec<Range<usize>> {
    const LONGEST: usize = 12_000;
    let mut found = Vec::new();
    let mut from = 0;
    for line in text.split('\n') {
        let end = from + line.len();
        while end - from > LONGEST {
            let limit =
                (from + 1..=from + LONGEST).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(end);
            let part = text.get(from..limit).unwrap_or_default();
            let ends = [". ", "; ", " "].iter().find_map(|sign| part.rfind(sign).map(|at| at + sign.len()));
            let to = ends.map_or(limit, |at| from + at);
            found.push(from..to);
            from = to;
        }
        found.push(from..end);
        from = end + 1;
    }
    found
}
