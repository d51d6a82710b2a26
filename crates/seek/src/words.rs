//! Analysis: how text becomes the words that are indexed and compared.
//!
//! A word is a syllable folded (no marks, small letters, đ as d), numbers without leading noughts. The bag of an
//! article holds its words and each pair of neighbours. Beside it stands the sequence of words as numbers, each
//! with a trace of its marks, so that ranking can look at order and marks without reading the text again.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// Longer runs of letters are not words of a language.
const LONGEST: usize = 40;

/// A folded word: the form in which syllables are indexed.
fn normal(folded: &str) -> &str {
    if folded.bytes().all(|b| b.is_ascii_digit()) {
        let bare = folded.trim_start_matches('0');
        if bare.is_empty() { "0" } else { bare }
    } else {
        folded
    }
}

/// Folded words of the text in order; `None` where a line or a clause ends.
pub(crate) fn folded_words(text: &str) -> Vec<Option<String>> {
    let folded = viet::fold(text);
    let mut words = Vec::new();
    let mut end = 0;
    for (range, word) in viet::syllables(&folded) {
        if folded.get(end..range.start).is_some_and(breaks) && !words.is_empty() {
            words.push(None);
        }
        end = range.end;
        if word.len() <= LONGEST {
            words.push(Some(normal(word).to_owned()));
        }
    }
    words
}

/// Whether what stands between two words parts them.
fn breaks(gap: &str) -> bool {
    gap.contains(['\n', ';'])
}

/// In a sequence of words as numbers: the end of a line or clause.
pub(crate) const BREAK: u32 = 0;

/// The folded word in a word as a number.
pub(crate) fn folded_part(word: u32) -> u32 {
    word >> 8
}

/// The trace of its marks, 0 when it bears none.
pub(crate) fn marks_part(word: u32) -> u32 {
    word & 0xFF
}

/// A word as a number: 24 bits of the folded form, 8 bits of the marks. Never [`BREAK`].
pub(crate) fn number(syllable: &str) -> u32 {
    let folded = viet::fold(syllable);
    let marks = if viet::is_marked_syllable(syllable) { 1 + hash(&syllable.to_lowercase()) % 255 } else { 0 };
    folded_number(normal(&folded)) << 8 | marks
}

/// The number of a folded word.
pub(crate) fn folded_number(folded: &str) -> u32 {
    (hash(folded) >> 8).max(1)
}

/// FNV-1a with its bits mixed: stable across machines and versions, unlike the standard library's.
pub(crate) fn hash(text: &str) -> u32 {
    let mut h = 0xcbf2_9ce4_8422_2325_u64;
    for b in text.bytes() {
        h = (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3);
    }
    h = (h ^ (h >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    (h >> 32) as u32
}

/// The words of a text as numbers, with [`BREAK`]s between lines and clauses.
pub(crate) fn numbers(text: &str) -> Vec<u32> {
    let placed = viet::tone_place(text);
    let mut words = Vec::new();
    let mut end = 0;
    for (range, word) in viet::syllables(&placed) {
        if placed.get(end..range.start).is_some_and(breaks) && !words.is_empty() {
            words.push(BREAK);
        }
        end = range.end;
        if word.len() <= 3 * LONGEST {
            words.push(number(word));
        }
    }
    words
}

/// The bag of a text for the search engine: each folded word and each pair of neighbours ("hoa giai").
#[derive(Clone, Default)]
pub(crate) struct Bag;

impl Tokenizer for Bag {
    type TokenStream<'a> = BagStream;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> BagStream {
        let folded = viet::fold(text);
        let mut words = Vec::with_capacity(folded.len() / 4);
        let mut end = 0;
        for (range, word) in viet::syllables(&folded) {
            let joined = !words.is_empty() && !folded.get(end..range.start).is_some_and(breaks);
            end = range.end;
            if word.len() <= LONGEST {
                let start = range.end - normal(word).len();
                words.push((start, range.end, joined));
            }
        }
        BagStream { folded, words, next: 0, pair: false, token: Token::default() }
    }
}

pub(crate) struct BagStream {
    folded: String,
    /// Where each word stands, and whether it is a neighbour of the one before.
    words: Vec<(usize, usize, bool)>,
    next: usize,
    pair: bool,
    token: Token,
}

impl TokenStream for BagStream {
    fn advance(&mut self) -> bool {
        let Some(&(start, end, joined)) = self.words.get(self.next) else { return false };
        let word = self.folded.get(start..end).unwrap_or_default();
        self.token.text.clear();
        self.token.position = self.next;
        self.token.offset_from = start;
        self.token.offset_to = end;
        if joined && !self.pair {
            let (from, to, _) = self.words.get(self.next.saturating_sub(1)).copied().unwrap_or_default();
            self.token.text.push_str(self.folded.get(from..to).unwrap_or_default());
            self.token.text.push(' ');
            self.token.text.push_str(word);
            self.pair = true;
            return true;
        }
        self.token.text.push_str(word);
        self.pair = false;
        self.next += 1;
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bag(text: &str) -> Vec<String> {
        let mut bag = Bag;
        let mut stream = bag.token_stream(text);
        std::iter::from_fn(|| stream.next().map(|token| token.text.clone())).collect()
    }

    #[test]
    fn words_and_pairs_of_neighbours() {
        assert_eq!(
            bag("Hòa giải ở cơ sở"),
            ["hoa", "hoa giai", "giai", "giai o", "o", "o co", "co", "co so", "so"]
        );
        assert_eq!(
            bag("02 tháng;\nĐiều 007, 000"),
            ["2", "2 thang", "thang", "dieu", "dieu 7", "7", "7 0", "0"]
        );
        assert_eq!(bag(" … "), Vec::<String>::new());
    }

    #[test]
    fn the_place_of_the_tone_makes_no_difference() {
        assert_eq!(numbers("hoà giải"), numbers("hòa giải"));
        assert_eq!(numbers("hòa giải").len(), 2);
    }

    #[test]
    fn marks_are_traced() {
        let [marked, bare, other] = ["hòa", "hoa", "hóa"].map(number);
        assert_eq!(folded_part(marked), folded_part(bare));
        assert_eq!(folded_part(marked), folded_part(other));
        assert_eq!(marks_part(bare), 0);
        assert_ne!(marks_part(marked), marks_part(other));
        assert_eq!(number("HÒA"), marked);
    }

    proptest! {
        #[test]
        fn folding_first_changes_nothing(text in "[a-zA-Zđưởăấ0-9 ;.,\\n]{0,60}") {
            prop_assert_eq!(bag(&text), bag(&viet::fold(&text)));
            let folded: Vec<u32> = numbers(&text).into_iter().map(folded_part).collect();
            prop_assert_eq!(folded, numbers(&viet::fold(&text)).into_iter().map(folded_part).collect::<Vec<_>>());
        }

        #[test]
        fn any_text_has_words(text in "\\PC{0,60}") {
            let single = bag(&text).into_iter().filter(|token| !token.contains(' ')).count();
            let words = folded_words(&text).into_iter().flatten().count();
            prop_assert_eq!(single, words);
        }
    }
}
