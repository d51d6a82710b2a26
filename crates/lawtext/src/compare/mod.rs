//! A law against the one it replaces: which article comes from which, and what became of the words.
//!
//! Articles are matched by the words of their headings and of their texts (syllables and pairs of syllables, rare ones
//! weighing more) and by their order; what is left over is looked for within the articles of the other law. Time grows
//! with the length of the texts and the number of pairs that share rare words; 200 articles against 200 take a small
//! part of a second (docs/benchmarks.md).
//!
//! Measured on the gold pairs: `cargo run -p lawtext --example pairs -- NEW OLD [NEW OLD …] > found.jsonl`, then
//! `score.py pairs pairs.jsonl found.jsonl`.

mod vector;
mod words;

pub use words::{Piece, differences};

use crate::Node;
use vector::Vectors;

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

/// Matches the articles of a new law to those of the old one. Space grows with the product of their numbers.
pub fn compare(old: &[Side], new: &[Side]) -> Comparison {
    let heading = |side: &Side| role(&side.heading).map_or_else(|| side.heading.clone(), String::from);
    let (old_headings, new_headings): (Vec<_>, Vec<_>) =
        (old.iter().map(heading).collect(), new.iter().map(heading).collect());
    let headings =
        Vectors::of(old_headings.iter().map(String::as_str), new_headings.iter().map(String::as_str));
    let texts =
        Vectors::of(old.iter().map(|side| side.text.as_str()), new.iter().map(|side| side.text.as_str()));
    let (heads, bodies) = (headings.shared(), texts.shared());
    let mut pairs = Vec::new();
    for (n, new) in new.iter().enumerate() {
        for (o, old) in old.iter().enumerate() {
            let head = headings.dice(&heads, n, o);
            let body = texts.dice(&bodies, n, o);
            // Without headings the text decides.
            let titled = !(new.heading.is_empty() || old.heading.is_empty());
            let likeness = if titled { 0.55 * head + 0.45 * body.powf(0.7) } else { body.powf(0.7) };
            if likeness >= ALIKE_BETWEEN {
                pairs.push((likeness, n, o));
            }
        }
    }
    // The likest first; of equals the nearest in place.
    let place = |(_, n, o): &(f32, usize, usize)| (n * old.len().max(1)).abs_diff(o * new.len().max(1));
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| place(a).cmp(&place(b))));
    let mut successor: Vec<Option<usize>> = vec![None; old.len()];
    let mut predecessor: Vec<Option<(usize, f32)>> = vec![None; new.len()];
    for round in [SURE, ALIKE, ALIKE_BETWEEN] {
        for &(likeness, n, o) in &pairs {
            if likeness < round || successor[o].is_some() || predecessor[n].is_some() {
                continue;
            }
            if round == ALIKE_BETWEEN && !is_between(&predecessor, n, o) {
                continue;
            }
            (successor[o], predecessor[n]) = (Some(n), Some((o, likeness)));
        }
    }
    let mut comparison = Comparison::default();
    for (n, found) in predecessor.iter().enumerate() {
        let (old, likeness) = found.map_or((Vec::new(), 0.0), |(o, likeness)| (vec![o], likeness));
        let kind = if old.is_empty() { Kind::New } else { Kind::Same };
        comparison.matches.push(Match { new: n, old, kind, likeness });
    }
    // An old article left over may have gone into a new one; a new one may have been a part of an old one.
    for o in (0..old.len()).filter(|o| successor[*o].is_none()) {
        let into = (0..new.len())
            .map(|n| (n, texts.held_of_old(&bodies, n, o) + 0.5 * headings.held_of_old(&heads, n, o)));
        let best = into.max_by(|a, b| a.1.total_cmp(&b.1)).filter(|(n, _)| {
            let body = texts.held_of_old(&bodies, *n, o);
            let head = headings.held_of_old(&heads, *n, o);
            body >= TAKEN_IN || body >= TAKEN_IN / 2.0 && head >= SURE
        });
        let held = best.map_or(0.0, |(n, _)| texts.held_of_old(&bodies, n, o));
        match best.and_then(|(n, _)| comparison.matches.get_mut(n)) {
            Some(into) if into.old.is_empty() => {
                (into.old, into.kind, into.likeness) = (vec![o], Kind::Same, held);
            }
            Some(into) => into.old.push(o),
            None => comparison.gone.push(o),
        }
    }
    for n in 0..new.len() {
        if !comparison.matches[n].old.is_empty() {
            continue;
        }
        let from = (0..old.len()).map(|o| (o, texts.held_of_new(&bodies, n, o)));
        let best = from.max_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, held)| *held >= TAKEN_IN);
        if let Some((o, held)) = best {
            let kind = if comparison.gone.contains(&o) { Kind::Same } else { Kind::Moved };
            comparison.gone.retain(|gone| *gone != o);
            comparison.matches[n] = Match { new: n, old: vec![o], kind, likeness: held };
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
fn is_between(predecessor: &[Option<(usize, f32)>], n: usize, o: usize) -> bool {
    let before = predecessor[..n].iter().rev().flatten().next();
    let after = predecessor[n + 1..].iter().flatten().next();
    before.is_none_or(|(old, _)| *old < o) && after.is_none_or(|(old, _)| *old > o)
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
        let stayed = in_article(&new_lines, successor).map(|n| lines.likeness(o, n));
        let predecessors = comparison.matches.get(*new).map(|found| found.old.clone()).unwrap_or_default();
        let came =
            predecessors.iter().flat_map(|old| in_article(&old_lines, *old)).map(|o| lines.likeness(o, n));
        let other = stayed.chain(came).fold(0.0, f32::max);
        if let Some(found) = comparison.matches.get_mut(*new)
            && likeness >= other + MARGIN
            && !found.old.contains(old)
        {
            found.old.push(*old);
        }
    }
}
