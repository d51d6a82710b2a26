//! Texts as weighted syllables and pairs of syllables.

use std::cmp::Ordering;
use std::collections::HashMap;

/// The terms of a text with their weights, in the order of the terms.
type Vector = Vec<(u32, f32)>;

/// Terms of two lists of texts. A term weighs more, the fewer of the texts have it.
pub(super) struct Vectors {
    old: Vec<Vector>,
    new: Vec<Vector>,
    old_weight: Vec<f32>,
    new_weight: Vec<f32>,
}

/// How much a new text and an old one have in common.
#[derive(Clone, Copy)]
pub(super) struct Common {
    shared: f32,
    old: f32,
    new: f32,
}

impl Common {
    /// Twice what is shared by the sum of both.
    pub fn likeness(self) -> f32 {
        share(2.0 * self.shared, self.old + self.new)
    }
    /// The share of the old text that the new one has.
    pub fn of_old(self) -> f32 {
        share(self.shared, self.old)
    }
    /// The share of the new text that the old one has.
    pub fn of_new(self) -> f32 {
        share(self.shared, self.new)
    }
}

/// Only terms that so few texts have lead from one text to another, so that thousands of texts stay cheap.
const RARE: usize = 40;

impl Vectors {
    pub fn of<'t>(old: impl Iterator<Item = &'t str>, new: impl Iterator<Item = &'t str>) -> Vectors {
        let mut terms = Terms::default();
        let old: Vec<_> = old.map(|text| terms.count(text)).collect();
        let new: Vec<_> = new.map(|text| terms.count(text)).collect();
        let texts = (old.len() + new.len()) as f32;
        let weigh = |counted: Vec<(u32, u32)>| -> Vector {
            let weight = |term: u32, count: u32| {
                let texts_with = terms.texts_with.get(term as usize).copied().unwrap_or(1) as f32;
                (1.0 + texts / texts_with).ln() * (count as f32).sqrt()
            };
            counted.into_iter().map(|(term, count)| (term, weight(term, count))).collect()
        };
        let (old, new): (Vec<_>, Vec<_>) =
            (old.into_iter().map(weigh).collect(), new.into_iter().map(weigh).collect());
        let sum = |vectors: &[Vector]| -> Vec<f32> {
            vectors.iter().map(|vector| vector.iter().map(|(_, weight)| weight).sum()).collect()
        };
        Vectors { old_weight: sum(&old), new_weight: sum(&new), old, new }
    }

    /// Pairs, a new text and an old one: to each text those of the other list, at most so many, that have most rare
    /// terms in common with it.
    pub fn nearby(&self, most: usize) -> impl Iterator<Item = (usize, usize)> {
        let of_new = near(&self.new, &self.old, most);
        of_new.chain(near(&self.old, &self.new, most).map(|(o, n)| (n, o)))
    }

    pub fn common(&self, n: usize, o: usize) -> Common {
        let weight = |weights: &[f32], n: usize| weights.get(n).copied().unwrap_or(0.0);
        let (old, new) = (weight(&self.old_weight, o), weight(&self.new_weight, n));
        let shared = match (self.old.get(o), self.new.get(n)) {
            (Some(old), Some(new)) => shared(old, new),
            _ => 0.0,
        };
        Common { shared, old, new }
    }

    /// For each old text the nearest new one, where they are at least so alike and no other new one is: old, new.
    pub fn nearest(&self, least: f32) -> Vec<(usize, usize, f32)> {
        const MOST: usize = 4;
        let mut best: Vec<Option<(usize, f32)>> = vec![None; self.old.len()];
        for (o, n) in near(&self.old, &self.new, MOST) {
            let likeness = self.common(n, o).likeness();
            if let Some(best) = best.get_mut(o)
                && best.is_none_or(|(_, other)| likeness > other)
            {
                *best = Some((n, likeness));
            }
        }
        let found = best.into_iter().enumerate().filter_map(|(o, best)| best.map(|(n, l)| (o, n, l)));
        found.filter(|(.., likeness)| *likeness >= least).collect()
    }
}

/// To each text those of other ones, at most so many, that have most rare terms in common with it.
fn near<'v>(
    texts: &'v [Vector],
    others: &[Vector],
    most: usize,
) -> impl Iterator<Item = (usize, usize)> + 'v {
    let mut having: HashMap<u32, Vec<(usize, f32)>> = HashMap::new();
    for (other, vector) in others.iter().enumerate() {
        for (term, weight) in vector {
            having.entry(*term).or_default().push((other, *weight));
        }
    }
    having.retain(|_, others| others.len() <= RARE);
    let mut shared = vec![0.0; others.len()];
    texts.iter().enumerate().flat_map(move |(text, vector)| {
        let mut met = Vec::new();
        for (term, weight) in vector {
            for (other, theirs) in having.get(term).into_iter().flatten() {
                let Some(shared) = shared.get_mut(*other) else { continue };
                if *shared == 0.0 {
                    met.push(*other);
                }
                *shared += weight.min(*theirs);
            }
        }
        let mut found: Vec<(usize, f32)> = met
            .into_iter()
            .filter_map(|other| Some((other, std::mem::take(shared.get_mut(other)?))))
            .collect();
        found.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.truncate(most);
        found.into_iter().map(move |(other, _)| (text, other))
    })
}

/// The weight of what two texts have in common.
fn shared(a: &Vector, b: &Vector) -> f32 {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    let mut shared = 0.0;
    while let (Some((ours, weight)), Some((theirs, other))) = (a.peek(), b.peek()) {
        match ours.cmp(theirs) {
            Ordering::Less => drop(a.next()),
            Ordering::Greater => drop(b.next()),
            Ordering::Equal => {
                shared += weight.min(*other);
                a.next();
                b.next();
            }
        }
    }
    shared
}

fn share(part: f32, whole: f32) -> f32 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

#[derive(Default)]
struct Terms {
    /// Syllables by the word as it is written: folding costs more than looking up.
    words: HashMap<String, u32>,
    syllables: HashMap<String, u32>,
    terms: HashMap<(u32, u32), u32>,
    texts_with: Vec<u32>,
}

impl Terms {
    fn syllable(&mut self, word: &str) -> u32 {
        if let Some(syllable) = self.words.get(word) {
            return *syllable;
        }
        let next = self.syllables.len() as u32;
        let syllable = *self.syllables.entry(viet::fold(word)).or_insert(next);
        self.words.insert(word.to_owned(), syllable);
        syllable
    }

    /// The terms of a text with how often it has each, in the order of the terms.
    fn count(&mut self, text: &str) -> Vec<(u32, u32)> {
        let mut counts: HashMap<u32, u32> = HashMap::new();
        let mut before = u32::MAX;
        for (_, word) in viet::syllables(text) {
            let syllable = self.syllable(word);
            for pair in [(u32::MAX, syllable), (before, syllable)] {
                let next = self.terms.len() as u32;
                let term = *self.terms.entry(pair).or_insert(next);
                *counts.entry(term).or_default() += 1;
            }
            before = syllable;
        }
        self.texts_with.resize(self.terms.len(), 0);
        for term in counts.keys() {
            if let Some(texts) = self.texts_with.get_mut(*term as usize) {
                *texts += 1;
            }
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_unstable();
        counts
    }
}
