//! Texts as weighted syllables and pairs of syllables.

use std::collections::HashMap;

/// Terms of two lists of texts. A term weighs more, the fewer of the texts have it.
pub(super) struct Vectors {
    old: Vec<Vec<(u32, f32)>>,
    new: Vec<Vec<(u32, f32)>>,
    old_weight: Vec<f32>,
    new_weight: Vec<f32>,
}

/// The weight that each new text shares with each old one, a row for each new text.
pub(super) struct Shared {
    rows: Vec<Vec<f32>>,
}

impl Vectors {
    pub fn of<'t>(old: impl Iterator<Item = &'t str>, new: impl Iterator<Item = &'t str>) -> Vectors {
        let mut terms = Terms::default();
        let old: Vec<_> = old.map(|text| terms.count(text)).collect();
        let new: Vec<_> = new.map(|text| terms.count(text)).collect();
        let texts = (old.len() + new.len()) as f32;
        let weigh = |counted: Vec<(u32, u32)>| -> Vec<(u32, f32)> {
            let weight = |term: u32, count: u32| {
                let texts_with = terms.texts_with.get(term as usize).copied().unwrap_or(1) as f32;
                (1.0 + texts / texts_with).ln() * (count as f32).sqrt()
            };
            counted.into_iter().map(|(term, count)| (term, weight(term, count))).collect()
        };
        let (old, new): (Vec<_>, Vec<_>) =
            (old.into_iter().map(weigh).collect(), new.into_iter().map(weigh).collect());
        let sum = |vectors: &[Vec<(u32, f32)>]| -> Vec<f32> {
            vectors.iter().map(|vector| vector.iter().map(|(_, weight)| weight).sum()).collect()
        };
        Vectors { old_weight: sum(&old), new_weight: sum(&new), old, new }
    }

    /// The old texts that have each term.
    fn postings(&self) -> HashMap<u32, Vec<(usize, f32)>> {
        let mut postings: HashMap<u32, Vec<(usize, f32)>> = HashMap::new();
        for (o, vector) in self.old.iter().enumerate() {
            for (term, weight) in vector {
                postings.entry(*term).or_default().push((o, *weight));
            }
        }
        postings
    }

    fn row(&self, n: usize, postings: &HashMap<u32, Vec<(usize, f32)>>) -> Vec<f32> {
        let mut row = vec![0.0; self.old.len()];
        for (term, weight) in self.new.get(n).into_iter().flatten() {
            for (o, other) in postings.get(term).into_iter().flatten() {
                if let Some(shared) = row.get_mut(*o) {
                    *shared += weight.min(*other);
                }
            }
        }
        row
    }

    pub fn shared(&self) -> Shared {
        let postings = self.postings();
        Shared { rows: (0..self.new.len()).map(|n| self.row(n, &postings)).collect() }
    }

    /// Twice what is shared by the sum of both.
    pub fn dice(&self, shared: &Shared, n: usize, o: usize) -> f32 {
        share(2.0 * shared.at(n, o), weight(&self.new_weight, n) + weight(&self.old_weight, o))
    }

    /// The share of the old text that the new one has.
    pub fn held_of_old(&self, shared: &Shared, n: usize, o: usize) -> f32 {
        share(shared.at(n, o), weight(&self.old_weight, o))
    }

    /// The share of the new text that the old one has.
    pub fn held_of_new(&self, shared: &Shared, n: usize, o: usize) -> f32 {
        share(shared.at(n, o), weight(&self.new_weight, n))
    }

    /// The likeness of one pair.
    pub fn likeness(&self, o: usize, n: usize) -> f32 {
        let (Some(old), Some(new)) = (self.old.get(o), self.new.get(n)) else { return 0.0 };
        let mut old = old.iter().peekable();
        let mut shared = 0.0;
        for (term, weight) in new {
            while old.next_if(|(other, _)| other < term).is_some() {}
            if let Some((_, other)) = old.next_if(|(other, _)| other == term) {
                shared += weight.min(*other);
            }
        }
        share(2.0 * shared, weight(&self.new_weight, n) + weight(&self.old_weight, o))
    }

    /// For each old text the nearest new one, where they are at least so alike and no other new one is: old, new,
    /// likeness. Only terms that few texts have lead from one to the other, so that thousands of texts stay cheap.
    pub fn nearest(&self, least: f32) -> Vec<(usize, usize, f32)> {
        const COMMON: usize = 40;
        let mut postings = self.postings();
        postings.retain(|_, texts| texts.len() <= COMMON);
        let mut best: Vec<(Option<usize>, f32)> = vec![(None, 0.0); self.old.len()];
        let mut shared: HashMap<usize, f32> = HashMap::new();
        for (n, vector) in self.new.iter().enumerate() {
            shared.clear();
            for (term, weight) in vector {
                for (o, other) in postings.get(term).into_iter().flatten() {
                    *shared.entry(*o).or_default() += weight.min(*other);
                }
            }
            for (o, sum) in &shared {
                let likeness = share(2.0 * sum, weight(&self.new_weight, n) + weight(&self.old_weight, *o));
                if let Some(best) = best.get_mut(*o)
                    && likeness > best.1
                {
                    *best = (Some(n), likeness);
                }
            }
        }
        let found = best.into_iter().enumerate().filter(|(_, (_, likeness))| *likeness >= least);
        found.filter_map(|(o, (n, likeness))| Some((o, n?, likeness))).collect()
    }
}

impl Shared {
    fn at(&self, n: usize, o: usize) -> f32 {
        self.rows.get(n).and_then(|row| row.get(o)).copied().unwrap_or(0.0)
    }
}

fn weight(weights: &[f32], n: usize) -> f32 {
    weights.get(n).copied().unwrap_or(0.0)
}

fn share(part: f32, whole: f32) -> f32 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

#[derive(Default)]
struct Terms {
    syllables: HashMap<String, u32>,
    terms: HashMap<(u32, u32), u32>,
    texts_with: Vec<u32>,
}

impl Terms {
    /// The terms of a text with how often it has each, in the order of the terms.
    fn count(&mut self, text: &str) -> Vec<(u32, u32)> {
        let mut counts: HashMap<u32, u32> = HashMap::new();
        let mut before = u32::MAX;
        for (_, word) in viet::syllables(text) {
            let next = self.syllables.len() as u32;
            let syllable = *self.syllables.entry(viet::fold(word)).or_insert(next);
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
