//! What ranking looks at: how an article answers a question, as numbers.
//!
//! All of it is lexical, and none of it says which document or of which year, so that what was learned on some laws
//! holds for others.

use crate::entry::Record;
use crate::question::Question;
use crate::words::{BREAK, folded_part, marks_part};

pub(crate) const COUNT: usize = 40;

/// What is known of a candidate besides its record.
pub(crate) struct Candidate {
    /// Score of the retrieval, and the place it gave (from 0).
    pub score: f32,
    pub rank: usize,
    /// Articles of the whole index with this heading.
    pub same_heading: u64,
    /// The question names this document.
    pub named: bool,
    /// Other candidates of the same document, and the best score among them.
    pub siblings: usize,
    pub best_sibling: f32,
}

/// What all candidates of a question share.
pub(crate) struct Common {
    pub top: f32,
    /// Sum of the rarities of words and of pairs.
    pub words: f32,
    pub pairs: f32,
    pub rarest: f32,
}

impl Common {
    pub fn of(question: &Question, top: f32) -> Common {
        Common {
            top: top.max(1e-6),
            words: question.words.iter().map(|w| w.rarity).sum::<f32>().max(1e-6),
            pairs: question.pairs.iter().map(|p| p.rarity).sum::<f32>().max(1e-6),
            rarest: question.words.iter().map(|w| w.rarity).fold(1e-6, f32::max),
        }
    }
}

/// Words of a passage are at most this far apart.
const PASSAGE: usize = 40;

/// A word of an article as the question sees it: its place in the question, and whether its marks are those of the
/// question; or another word; or a break.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Code(u8);

impl Code {
    pub const BREAK: Code = Code(0xFF);
    const OTHER: Code = Code(0xFE);
    const EXACT: u8 = 0x40;

    #[inline]
    fn place(self) -> Option<usize> {
        (self.0 < 0x80).then_some(usize::from(self.0 & 0x3F))
    }

    #[inline]
    fn is_exact(self) -> bool {
        self.0 < 0x80 && self.0 & Code::EXACT != 0
    }
}

/// Words and pairs of a question found in a part of an article, as sets.
#[derive(Clone, Copy, Default)]
struct Found {
    words: u64,
    pairs: u64,
    /// Words with the marks of the question.
    exact: u64,
    /// Words of the part, and those among them that are in the question; pairs likewise.
    all: usize,
    hits: usize,
    pair_hits: usize,
    /// Longest run of words in the order of the question.
    run: usize,
}

impl Found {
    fn and(self, other: Found) -> Found {
        Found {
            words: self.words | other.words,
            pairs: self.pairs | other.pairs,
            exact: self.exact | other.exact,
            ..self
        }
    }
}

/// A question with what is needed to compare it quickly.
pub(crate) struct Comparer<'q> {
    question: &'q Question,
    common: Common,
    /// Folded words of the question with their places, at the slot of their lowest bits or after it; 0 is free.
    slots: [(u32, u8); SLOTS],
    /// Pair of two places as a place in `question.pairs`; row-wise.
    pair_places: Vec<u8>,
    marked: u64,
}

const NONE: u8 = u8::MAX;
/// Four times as many as there are words at most.
const SLOTS: usize = 256;

impl<'q> Comparer<'q> {
    pub fn new(question: &'q Question, common: Common) -> Comparer<'q> {
        let size = question.words.len();
        let mut slots = [(0, 0); SLOTS];
        for (place, word) in question.words.iter().enumerate() {
            let mut at = word.folded as usize % SLOTS;
            while slots.get(at).is_some_and(|slot| slot.0 != 0) {
                at = (at + 1) % SLOTS;
            }
            if let Some(slot) = slots.get_mut(at) {
                *slot = (word.folded, place as u8);
            }
        }
        let mut pair_places = vec![NONE; size * size];
        for (n, pair) in question.pairs.iter().enumerate().take(64) {
            if let Some(place) = pair_places.get_mut(pair.words.0 * size + pair.words.1) {
                *place = n as u8;
            }
        }
        let marked = set_of(question.words.iter().enumerate().filter(|(_, w)| w.marks != 0).map(|(n, _)| n));
        Comparer { question, common, slots, pair_places, marked }
    }

    /// Place of a word among the words of the question.
    #[inline]
    fn place(&self, word: u32) -> Option<u8> {
        let folded = folded_part(word);
        let mut at = folded as usize % SLOTS;
        loop {
            let (found, place) = *self.slots.get(at)?;
            if found == folded {
                return Some(place);
            }
            if found == 0 {
                return None;
            }
            at = (at + 1) % SLOTS;
        }
    }

    fn code(&self, word: u32) -> Code {
        if word == BREAK {
            return Code::BREAK;
        }
        let Some(place) = self.place(word) else { return Code::OTHER };
        let marks = self.question.words.get(usize::from(place)).map_or(0, |word| word.marks);
        Code(if marks != 0 && marks == marks_part(word) { place | Code::EXACT } else { place })
    }

    pub fn codes(&self, part: &[[u8; 4]]) -> Vec<Code> {
        part.iter().map(|word| self.code(u32::from_le_bytes(*word))).collect()
    }

    fn pair(&self, a: usize, b: usize) -> Option<usize> {
        let place = *self.pair_places.get(a * self.question.words.len() + b)?;
        (place != NONE).then_some(usize::from(place))
    }

    /// Share of the question's words, weighed by rarity.
    fn words(&self, set: u64) -> f32 {
        self.weight(set) / self.common.words
    }

    fn weight(&self, set: u64) -> f32 {
        places(set).filter_map(|n| self.question.words.get(n)).map(|w| w.rarity).sum()
    }

    fn pairs(&self, set: u64) -> f32 {
        places(set).filter_map(|n| self.question.pairs.get(n)).map(|p| p.rarity).sum::<f32>()
            / self.common.pairs
    }

    fn find(&self, part: &[Code]) -> Found {
        let mut found = Found::default();
        let mut before: Option<usize> = None;
        let mut run = 0;
        for code in part {
            if *code == Code::BREAK {
                before = None;
                run = 0;
                continue;
            }
            found.all += 1;
            let place = code.place();
            if let Some(place) = place {
                found.hits += 1;
                found.words |= 1 << place;
                if code.is_exact() {
                    found.exact |= 1 << place;
                }
                match before.and_then(|before| self.pair(before, place)) {
                    Some(pair) => {
                        found.pairs |= 1 << pair;
                        found.pair_hits += 1;
                        run += 1;
                    }
                    None => run = 1,
                }
                found.run = found.run.max(run);
            } else {
                run = 0;
            }
            before = place;
        }
        found
    }

    /// The whole text, its best line (words and pairs), its first line, and how many lines it has.
    fn lines(&self, text: &[Code]) -> (Found, (f32, f32), Found, usize) {
        let (mut whole, mut best, mut first, mut count) = (Found::default(), (0.0_f32, 0.0_f32), None, 0);
        for line in text.split(|code| *code == Code::BREAK) {
            let found = self.find(line);
            let (words, pairs) = (self.words(found.words), self.pairs(found.pairs));
            if words + pairs > best.0 + best.1 {
                best = (words, pairs);
            }
            whole = Found {
                all: whole.all + found.all,
                hits: whole.hits + found.hits,
                pair_hits: whole.pair_hits + found.pair_hits,
                run: whole.run.max(found.run),
                ..whole.and(found)
            };
            first.get_or_insert(found);
            count += 1;
        }
        (whole, best, first.unwrap_or_default(), count)
    }

    /// The best passage of [`PASSAGE`] words.
    fn passage(&self, text: &[Code]) -> f32 {
        let mut counts = [0_u16; 64];
        let (mut inside, mut best) = (0.0_f32, 0.0_f32);
        let mut window = [None; PASSAGE];
        for (n, code) in text.iter().filter(|code| **code != Code::BREAK).enumerate() {
            let Some(slot) = window.get_mut(n % PASSAGE) else { break };
            if let Some(left) = slot.take()
                && let Some(count) = counts.get_mut(left)
            {
                *count -= 1;
                if *count == 0 {
                    inside -= self.rarity(left);
                }
            }
            *slot = code.place();
            if let Some(place) = *slot
                && let Some(count) = counts.get_mut(place)
            {
                *count += 1;
                if *count == 1 {
                    inside += self.rarity(place);
                    best = best.max(inside);
                }
            }
        }
        best / self.common.words
    }

    /// How much of what was asked a part of a text has.
    pub fn value(&self, part: &[Code]) -> f32 {
        let found = self.find(part);
        self.words(found.words) + self.pairs(found.pairs)
    }

    /// Place of the word in the question, if its marks do not say otherwise.
    pub fn same_word(&self, word: u32) -> Option<usize> {
        let marks = |place: &usize| self.question.words.get(*place).map_or(0, |w| w.marks);
        let place = self.place(word).map(usize::from);
        place.filter(|place| marks(place) == 0 || marks(place) == marks_part(word))
    }

    /// Whether the question has the word, with whatever marks.
    pub fn has_word(&self, word: u32) -> bool {
        self.place(word).is_some()
    }

    pub fn rarity(&self, place: usize) -> f32 {
        self.question.words.get(place).map_or(0.0, |w| w.rarity)
    }

    pub fn has_pair(&self, a: usize, b: usize) -> bool {
        self.pair(a, b).is_some()
    }

    pub fn features(&self, record: &Record, candidate: &Candidate) -> [f32; COUNT] {
        let [title, heading, text] = record.words().map(|part| self.codes(part));
        let passage = self.passage(&text);
        let heading_length = heading.len() as f32;
        let (title, heading) = (self.find(&title), self.find(&heading));
        let (text, (line_words, line_pairs), first_line, lines) = self.lines(&text);
        let all = text.and(heading).and(title);
        let own = text.and(heading);
        let asked = self.question.words.len().max(1) as f32;
        let order = self.question.order.len().max(1) as f32;
        let missing = places(!all.words).filter_map(|n| self.question.words.get(n)).map(|w| w.rarity);
        let digits = set_of(self.question.words.iter().enumerate().filter(|(_, w)| w.digits).map(|(n, _)| n));
        let share = |part: usize, of: usize| part as f32 / of.max(1) as f32;
        let exact = |found: Found| {
            let marked = self.weight(found.words & self.marked);
            if marked > 0.0 { self.weight(found.exact) / marked } else { 1.0 }
        };
        [
            candidate.score / (self.common.words + self.common.pairs),
            candidate.score,
            candidate.score / self.common.top,
            (1.0 + candidate.rank as f32).ln(),
            share(heading.hits, heading.all),
            self.words(heading.words),
            self.pairs(heading.pairs),
            share(heading.pair_hits, heading.all.saturating_sub(1)),
            share(title.hits, title.all),
            self.words(title.words),
            self.pairs(title.pairs),
            share(title.pair_hits, title.all.saturating_sub(1)),
            self.words(text.words),
            self.pairs(text.pairs),
            line_words,
            line_pairs,
            passage,
            exact(all),
            exact(heading),
            exact(text),
            (1.0 + text.all as f32).ln(),
            heading_length,
            (1.0 + candidate.same_heading as f32).ln(),
            self.words(all.words),
            self.pairs(all.pairs),
            missing.fold(0.0, f32::max) / self.common.rarest,
            text.run as f32 / order,
            heading.run as f32 / order,
            asked,
            lines as f32,
            candidate.best_sibling / self.common.top,
            candidate.siblings as f32,
            f32::from(u8::from(candidate.named)),
            share((own.words & digits).count_ones() as usize, digits.count_ones() as usize),
            title.all as f32,
            self.words(heading.words & !title.words),
            self.words(title.words & !text.words),
            heading.run as f32 / heading.all.max(1) as f32,
            self.words(first_line.words),
            (candidate.score - candidate.best_sibling) / self.common.top,
        ]
    }
}

fn set_of(places: impl Iterator<Item = usize>) -> u64 {
    places.filter(|n| *n < 64).fold(0, |set, n| set | 1 << n)
}

fn places(mut set: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = (set != 0).then(|| set.trailing_zeros() as usize)?;
        set &= set - 1;
        Some(place)
    })
}
