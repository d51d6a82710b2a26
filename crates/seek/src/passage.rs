//! The clause that answers best, with the words asked for marked.

use crate::Piece;
use crate::entry::Record;
use crate::features::Comparer;
use crate::query::Understood;
use crate::words::{BREAK, number};
use std::ops::Range;

/// A snippet has about so many words at most.
const LONGEST: usize = 70;
/// Commoner words are marked only beside another word that was asked for.
const TELLING: f32 = 1.2;

/// The line of the text that answers best, shortened, in pieces. A clause or point that was named comes first.
pub(crate) fn snippet(comparer: &Comparer, record: &Record, understood: &Understood) -> Vec<Piece> {
    let text = record.text.as_str();
    let (line, core) = match named_line(text, understood) {
        Some(line) => (line.clone(), line.start..line.start),
        None => {
            let core = best_part(comparer, record);
            (line_around(text, &core), core)
        }
    };
    pieces(comparer, text.get(line.clone()).unwrap_or_default(), core.start.saturating_sub(line.start))
}

/// Whether the words stand in the part in this order; marks count where the phrase has them.
pub(crate) fn has_phrase(part: &[u32], phrase: &[u32]) -> bool {
    use crate::words::{folded_part, marks_part};
    let same = |a: &u32, b: &u32| {
        folded_part(*a) == folded_part(*b) && (marks_part(*b) == 0 || marks_part(*a) == marks_part(*b))
    };
    part.windows(phrase.len().max(1)).any(|run| run.iter().zip(phrase).all(|(a, b)| same(a, b)))
}

/// The line of the clause, or of the point in it, that the question names.
fn named_line(text: &str, understood: &Understood) -> Option<Range<usize>> {
    let mut lines = lines(text);
    let begins = |line: &Range<usize>, label: &str, end: char| {
        let line = text.get(line.clone()).unwrap_or_default().to_lowercase();
        line.strip_prefix(label).is_some_and(|rest| rest.starts_with(end))
    };
    let clause = understood.clause.as_deref().map(|label| lines.find(|line| begins(line, label, '.')));
    if clause == Some(None) {
        return None;
    }
    let point = understood.point.as_deref().and_then(|label| lines.find(|line| begins(line, label, ')')));
    point.or(clause.flatten())
}

/// The lines with words in them, without blanks around them.
fn lines(text: &str) -> impl Iterator<Item = Range<usize>> {
    parts(text, '\n')
}

/// Parts of the text between line ends and, other than that, `end`.
fn parts(text: &str, end: char) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    text.split(['\n', end]).filter_map(move |part| {
        let begin = start + part.len() - part.trim_start().len();
        start += part.len() + 1;
        let trimmed = part.trim();
        trimmed.contains(char::is_alphanumeric).then_some(begin..begin + trimmed.len())
    })
}

/// The part between breaks that has most of what was asked. The words of the record have the same parts.
fn best_part(comparer: &Comparer, record: &Record) -> Range<usize> {
    let mut best = (0, 0.0);
    for (n, part) in record.words.text.split(|word| *word == BREAK).enumerate() {
        let value = comparer.value(part);
        if value > best.1 {
            best = (n, value);
        }
    }
    let mut parts = parts(&record.text, ';');
    let first = parts.next().unwrap_or(0..0);
    if best.0 == 0 { first } else { parts.nth(best.0 - 1).unwrap_or(first) }
}

fn line_around(text: &str, part: &Range<usize>) -> Range<usize> {
    lines(text).find(|line| line.start <= part.start && part.start < line.end).unwrap_or(part.clone())
}

/// The line in pieces; of a long line the words around byte `core`.
fn pieces(comparer: &Comparer, line: &str, core: usize) -> Vec<Piece> {
    let words: Vec<(Range<usize>, &str)> = viet::syllables(line).collect();
    let at_core = words.iter().position(|(range, _)| range.start >= core).unwrap_or(0);
    let from = if words.len() <= LONGEST { 0 } else { at_core.saturating_sub(8).min(words.len() - LONGEST) };
    let shown = words.get(from..words.len().min(from + LONGEST)).unwrap_or_default();
    let places: Vec<Option<usize>> =
        shown.iter().map(|(_, word)| comparer.same_word(number(&viet::tone_place(word)))).collect();
    let beside = |n: usize| {
        let pair = |a: usize, b: usize| {
            let place = |n: usize| places.get(n).copied().flatten();
            place(a).zip(place(b)).is_some_and(|(a, b)| comparer.has_pair(a, b))
        };
        n.checked_sub(1).is_some_and(|before| pair(before, n)) || pair(n, n + 1)
    };
    let hits: Vec<bool> = places
        .iter()
        .enumerate()
        .map(|(n, place)| place.is_some_and(|place| comparer.rarity(place) >= TELLING || beside(n)))
        .collect();

    let mut pieces: Vec<Piece> = Vec::new();
    let mut push = |text: &str, hit: bool| match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(last) if last.hit == hit => last.text.push_str(text),
        _ => pieces.push(Piece { text: text.into(), hit }),
    };
    let mut end = 0;
    if from > 0 {
        push("… ", false);
        end = shown.first().map_or(0, |(range, _)| range.start);
    }
    let mut before = false;
    for ((range, word), hit) in shown.iter().zip(hits) {
        let gap = line.get(end..range.start).unwrap_or_default();
        push(gap, before && hit && gap == " ");
        push(word, hit);
        end = range.end;
        before = hit;
    }
    let cut = from + shown.len() < words.len();
    push(if cut { " …" } else { line.get(end..).unwrap_or_default() }, false);
    pieces
}
