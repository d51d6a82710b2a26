//! A law against the one it replaces: which article comes from which, and what became of the words.
//!
//! Articles are matched by the words of their headings and of their texts (syllables and pairs of syllables, rare ones
//! weighing more) and by their order; what is left over is looked for within the articles of the other law. Each article
//! is held only against those that share most rare words with it and those at its place, so that time grows with the
//! length of the texts and not with the product of their numbers (README.md).
//!
//! Measured on the gold pairs: `cargo run -p lawtext --example pairs -- NEW OLD [NEW OLD …] > found.jsonl`, then
//! `score.py pairs pairs.jsonl found.jsonl`.

mod vector;
mod words;

pub use words::{Piece, differences};

use std::collections::{BTreeMap, BTreeSet};

use crate::Node;
use vector::{Common, Vectors};

/// What is compared of an article.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Side {
    pub heading: String,
    /// Without label and heading, one paragraph a line.
    pub text: String,
}

impl Side {
    pub fn of(article: &Node) -> Side {
        Side { heading: article.heading.clone(), text: article.body_text() }
    }
}

/// How an article of the new law stands to the old one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// It has one predecessor.
    Same,
    /// It takes in several articles, or parts of others.
    Merged,
    /// It was a part of an article that has a successor of its own.
    Moved,
    New,
}

impl Kind {
    /// Stable word for programs: `same`.
    pub fn code(self) -> &'static str {
        match self {
            Kind::Same => "same",
            Kind::Merged => "merged",
            Kind::Moved => "moved",
            Kind::New => "new",
        }
    }
}

/// An article of the new law with its predecessors, the nearest first, as indices into what was compared.
#[derive(Clone, PartialEq, Debug)]
pub struct Match {
    pub new: usize,
    pub old: Vec<usize>,
    pub kind: Kind,
    /// How much alike it and its first predecessor are, 0 to 1.
    pub likeness: f32,
}

#[derive(Clone, PartialEq, Debug, Default)]
pub struct Comparison {
    /// Each article of the new law, in order.
    pub matches: Vec<Match>,
    /// Articles of the old law without a successor, in order.
    pub gone: Vec<usize>,
}

/// Likeness from which two articles are one, where neither order nor anything else speaks for it.
const ALIKE: f32 = 0.42;
/// The same between two neighbours that are matched in the same order.
const ALIKE_BETWEEN: f32 = 0.33;
/// Likeness that fixes the order for the others.
const SURE: f32 = 0.6;
/// The share of an article's words that another must have to have taken it in.
const TAKEN_IN: f32 = 0.65;
/// The share of a paragraph's words that makes it the same paragraph.
const SAME_PARAGRAPH: f32 = 0.8;

/// By how much it must be more alike than what stayed in its place.
const MARGIN: f32 = 0.3;

/// Each article is held against so many whose texts, and so many whose headings, share most rare words with it, and so
/// many on either side of its place.
const NEAR: usize = 16;
const BESIDE: usize = 4;

/// A new article held against an old one.
struct Pair {
    n: usize,
    o: usize,
    heading: Common,
    text: Common,
    likeness: f32,
}

/// Matches the articles of a new law to those of the old one.
pub fn compare(old: &[Side], new: &[Side]) -> Comparison {
    let pairs = pairs(old, new);
    // The likest first; of equals the nearest in place.
    let mut alike: Vec<&Pair> = pairs.iter().filter(|pair| pair.likeness >= ALIKE_BETWEEN).collect();
    let place = |pair: &Pair| (pair.n * old.len()).abs_diff(pair.o * new.len());
    alike.sort_by(|a, b| b.likeness.total_cmp(&a.likeness).then_with(|| place(a).cmp(&place(b))));
    let mut successor: Vec<Option<usize>> = vec![None; old.len()];
    let mut predecessor: BTreeMap<usize, &Pair> = BTreeMap::new();
    for round in [SURE, ALIKE, ALIKE_BETWEEN] {
        for pair in &alike {
            let free = successor[pair.o].is_none() && !predecessor.contains_key(&pair.n);
            if free
                && pair.likeness >= round
                && (round > ALIKE_BETWEEN || is_between(&predecessor, pair.n, pair.o))
            {
                successor[pair.o] = Some(pair.n);
                predecessor.insert(pair.n, pair);
            }
        }
    }
    let mut comparison = Comparison::default();
    for n in 0..new.len() {
        comparison.matches.push(match predecessor.get(&n) {
            Some(pair) => Match { new: n, old: vec![pair.o], kind: Kind::Same, likeness: pair.likeness },
            None => Match { new: n, old: vec![], kind: Kind::New, likeness: 0.0 },
        });
    }
    // An old article left over may have gone into a new one; a new one may have been a part of an old one.
    let mut into: Vec<Option<&Pair>> = vec![None; old.len()];
    let mut from: Vec<Option<&Pair>> = vec![None; new.len()];
    for pair in &pairs {
        let held = |pair: &Pair| pair.text.of_old() + 0.5 * pair.heading.of_old();
        if into[pair.o].is_none_or(|best| held(pair) >= held(best)) {
            into[pair.o] = Some(pair);
        }
        if from[pair.n].is_none_or(|best| pair.text.of_new() >= best.text.of_new()) {
            from[pair.n] = Some(pair);
        }
    }
    for o in (0..old.len()).filter(|o| successor[*o].is_none()) {
        let taken_in = into[o].filter(|pair| {
            let (body, head) = (pair.text.of_old(), pair.heading.of_old());
            body >= TAKEN_IN || body >= TAKEN_IN / 2.0 && head >= SURE
        });
        let Some(pair) = taken_in else {
            comparison.gone.push(o);
            continue;
        };
        let into = &mut comparison.matches[pair.n];
        into.old.push(o);
        if into.kind == Kind::New {
            (into.kind, into.likeness) = (Kind::Same, pair.text.of_old());
        }
    }
    for (n, nearest) in from.iter().enumerate() {
        if !comparison.matches[n].old.is_empty() {
            continue;
        }
        let part_of = nearest.filter(|pair| pair.text.of_new() >= TAKEN_IN);
        if let Some(&Pair { o, text, .. }) = part_of {
            let kind = if comparison.gone.contains(&o) { Kind::Same } else { Kind::Moved };
            comparison.gone.retain(|gone| *gone != o);
            comparison.matches[n] = Match { new: n, old: vec![o], kind, likeness: text.of_new() };
        }
    }
    moved_paragraphs(old, new, &successor, &mut comparison);
    for found in &mut comparison.matches {
        if found.old.len() > 1 {
            found.kind = Kind::Merged;
        }
    }
    comparison
}

/// The pairs to look at, in order.
fn pairs(old: &[Side], new: &[Side]) -> Vec<Pair> {
    let heading = |side: &Side| role(&side.heading).map_or_else(|| side.heading.clone(), String::from);
    let (old_headings, new_headings): (Vec<_>, Vec<_>) =
        (old.iter().map(heading).collect(), new.iter().map(heading).collect());
    let headings =
        Vectors::of(old_headings.iter().map(String::as_str), new_headings.iter().map(String::as_str));
    let texts =
        Vectors::of(old.iter().map(|side| side.text.as_str()), new.iter().map(|side| side.text.as_str()));
    let beside = (0..new.len()).flat_map(|n| {
        let place = n * old.len() / new.len();
        (place.saturating_sub(BESIDE)..(place + BESIDE + 1).min(old.len())).map(move |o| (n, o))
    });
    let near: BTreeSet<(usize, usize)> =
        texts.nearby(NEAR).chain(headings.nearby(NEAR)).chain(beside).collect();
    let pair = |(n, o): (usize, usize)| {
        let (heading, text) = (headings.common(n, o), texts.common(n, o));
        // Without headings the text decides.
        let titled = !(new[n].heading.is_empty() || old[o].heading.is_empty());
        let body = text.likeness().powf(0.7);
        let likeness = if titled { 0.55 * heading.likeness() + 0.45 * body } else { body };
        Pair { n, o, heading, text, likeness }
    };
    near.into_iter().map(pair).collect()
}

/// Articles that every law has, by the words that make them known: they are one, whatever their heading.
fn role(heading: &str) -> Option<&'static str> {
    const ROLES: &[(&str, &[&str])] = &[
        ("chuyển tiếp", &["dieu khoan chuyen tiep", "quy dinh chuyen tiep", "chuyen tiep"]),
        ("hiệu lực thi hành", &["hieu luc thi hanh", "dieu khoan thi hanh", "hieu luc"]),
        (
            "hành vi bị nghiêm cấm",
            &["cac hanh vi bi nghiem cam", "hanh vi bi nghiem cam", "cac hanh vi bi cam", "hanh vi bi cam"],
        ),
        ("giải thích từ ngữ", &["giai thich tu ngu", "giai thich thuat ngu"]),
    ];
    let folded = viet::fold(heading);
    let folded = folded.trim_end_matches('.');
    ROLES.iter().find(|(_, names)| names.contains(&folded)).map(|(role, _)| *role)
}

/// Whether the pair stands between its matched neighbours in both laws.
fn is_between(predecessor: &BTreeMap<usize, &Pair>, n: usize, o: usize) -> bool {
    let before = predecessor.range(..n).next_back();
    let after = predecessor.range(n + 1..).next();
    before.is_none_or(|(_, pair)| pair.o < o) && after.is_none_or(|(_, pair)| pair.o > o)
}

/// Paragraphs of some length that left an article for another: the other is a successor as well.
fn moved_paragraphs(old: &[Side], new: &[Side], successor: &[Option<usize>], comparison: &mut Comparison) {
    const SHORTEST: usize = 60;
    let paragraphs = |sides: &[Side]| {
        let of_side = |(n, side): (usize, &Side)| {
            let lines = side.text.lines().filter(|line| line.chars().count() >= SHORTEST);
            lines.map(|line| (n, line.to_string())).collect::<Vec<_>>()
        };
        sides.iter().enumerate().flat_map(of_side).collect::<Vec<_>>()
    };
    let (old_lines, new_lines) = (paragraphs(old), paragraphs(new));
    let lines = Vectors::of(
        old_lines.iter().map(|(_, line)| line.as_str()),
        new_lines.iter().map(|(_, line)| line.as_str()),
    );
    for (o, n, likeness) in lines.nearest(SAME_PARAGRAPH) {
        let (Some((old, _)), Some((new, _))) = (old_lines.get(o), new_lines.get(n)) else { continue };
        let Some(successor) = successor.get(*old).copied().flatten().filter(|successor| successor != new)
        else {
            continue;
        };
        // Laws repeat themselves: a paragraph that its own successor keeps as well has not left it, and one that comes
        // from the predecessor as well has not come from here.
        let in_article = |lines: &[(usize, String)], article: usize| {
            let first = lines.partition_point(|(n, _)| *n < article);
            first..lines.partition_point(|(n, _)| *n <= article)
        };
        let stayed = in_article(&new_lines, successor).map(|n| lines.common(n, o).likeness());
        let predecessors = comparison.matches.get(*new).map(|found| found.old.clone()).unwrap_or_default();
        let came = predecessors
            .iter()
            .flat_map(|old| in_article(&old_lines, *old))
            .map(|o| lines.common(n, o).likeness());
        let other = stayed.chain(came).fold(0.0, f32::max);
        if let Some(found) = comparison.matches.get_mut(*new)
            && likeness >= other + MARGIN
            && !found.old.contains(old)
        {
            found.old.push(*old);
        }
    }
}
