//! The clause that answers best, with the words asked for marked.

use crate::Piece;
use crate::entry::Record;
use crate::features::{Code, Comparer};
use crate::query::Understood;
use crate::words::{BREAK, folded_part, marks_part, number};
use std::ops::Range;

/// A snippet has about so many words at most.
const LONGEST: usize = 70;
/// Commoner words are marked only beside another word that was asked for.
const TELLING: f32 = 1.2;

/// The line of the text that answers best, shortened, in pieces. A clause or point that was named comes first, then
/// the line with the phrases in quotes.
pub(crate) fn snippet(
    comparer: &Comparer,
    phrases: &[Vec<u32>],
    record: &Record,
    understood: &Understood,
) -> Vec<Piece> {
    let text = record.text();
    let line = named_line(record, understood).or_else(|| line_with(text, phrases)).unwrap_or_else(|| {
        let part = best_part(comparer, record.words()[2], text);
        line_around(text, &part)
    });
    pieces(comparer, phrases, text.get(line).unwrap_or_default())
}

/// Whether the words stand in the part in this order; marks count where the phrase has them.
pub(crate) fn has_phrase(part: &[[u8; 4]], phrase: &[u32]) -> bool {
    part.windows(phrase.len().max(1)).any(|run| {
        run.iter().zip(phrase).all(|(word, wanted)| is_as_written(u32::from_le_bytes(*word), *wanted))
    })
}

/// Whether it is the word of a phrase; marks count where the phrase has them.
fn is_as_written(word: u32, wanted: u32) -> bool {
    folded_part(word) == folded_part(wanted) && [0, marks_part(word)].contains(&marks_part(wanted))
}

/// Of each word of a line: whether it begins a phrase or goes on in one; none outside of them.
fn in_phrases(words: &[(Range<usize>, &str)], phrases: &[Vec<u32>]) -> Vec<Option<bool>> {
    let mut inside = vec![None; words.len()];
    if phrases.is_empty() {
        return inside;
    }
    let numbers: Vec<u32> = words.iter().map(|(_, word)| number(&viet::tone_place(word))).collect();
    for phrase in phrases {
        let phrase: Vec<u32> = phrase.iter().copied().filter(|word| *word != BREAK).collect();
        for (start, run) in numbers.windows(phrase.len().max(1)).enumerate() {
            if run.iter().zip(&phrase).all(|(word, wanted)| is_as_written(*word, *wanted)) {
                for (n, place) in inside.iter_mut().skip(start).take(phrase.len()).enumerate() {
                    *place = Some(n > 0 || *place == Some(true));
                }
            }
        }
    }
    inside
}

/// The first line with the most phrases.
fn line_with(text: &str, phrases: &[Vec<u32>]) -> Option<Range<usize>> {
    let count = |line: &Range<usize>| {
        let words: Vec<(Range<usize>, &str)> =
            viet::syllables(text.get(line.clone()).unwrap_or_default()).collect();
        phrases
            .iter()
            .filter(|p| in_phrases(&words, std::slice::from_ref(p)).iter().any(Option::is_some))
            .count()
    };
    if phrases.is_empty() {
        return None;
    }
    let mut best: Option<(usize, Range<usize>)> = None;
    for line in lines(text) {
        let count = count(&line);
        if count > best.as_ref().map_or(0, |(most, _)| *most) {
            best = Some((count, line));
        }
    }
    best.map(|(_, line)| line)
}

/// The line of the clause, or of the point in it, that the question names of this article.
fn named_line(record: &Record, understood: &Understood) -> Option<Range<usize>> {
    if understood
        .article
        .as_deref()
        .is_some_and(|article| article.to_lowercase() != record.article().to_lowercase())
    {
        return None;
    }
    let text = record.text();
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

/// The part between breaks that has most of what was asked. The words have the same parts as the text.
fn best_part(comparer: &Comparer, words: &[[u8; 4]], text: &str) -> Range<usize> {
    let mut best = (0, 0.0);
    for (n, part) in comparer.codes(words).split(|code| *code == Code::BREAK).enumerate() {
        let value = comparer.value(part);
        if value > best.1 {
            best = (n, value);
        }
    }
    let mut parts = parts(text, ';');
    let first = parts.next().unwrap_or(0..0);
    if best.0 == 0 { first } else { parts.nth(best.0 - 1).unwrap_or(first) }
}

fn line_around(text: &str, part: &Range<usize>) -> Range<usize> {
    lines(text).find(|line| line.start <= part.start && part.start < line.end).unwrap_or(part.clone())
}

/// The line in pieces; of a long line the stretch with most of what was asked.
fn pieces(comparer: &Comparer, phrases: &[Vec<u32>], line: &str) -> Vec<Piece> {
    let words: Vec<(Range<usize>, &str)> = viet::syllables(line).collect();
    let places: Vec<Option<usize>> = words.iter().map(|(_, word)| place_of(comparer, word)).collect();
    let inside = in_phrases(&words, phrases);
    let from = stretch(comparer, &places, inside.iter().position(Option::is_some));
    let until = words.len().min(from + LONGEST);
    let shown = words.get(from..until).unwrap_or_default();
    let places = places.get(from..until).unwrap_or_default();
    let inside = inside.get(from..until).unwrap_or_default();
    let beside = |n: usize| {
        let pair = |a: usize, b: usize| {
            let place = |n: usize| places.get(n).copied().flatten();
            place(a).zip(place(b)).is_some_and(|(a, b)| comparer.has_pair(a, b))
        };
        n.checked_sub(1).is_some_and(|before| pair(before, n)) || pair(n, n + 1)
    };
    let telling = |(n, place): (usize, &Option<usize>)| {
        place.is_some_and(|place| comparer.rarity(place) >= TELLING || beside(n))
    };
    let hits = places
        .iter()
        .enumerate()
        .map(telling)
        .zip(inside)
        .map(|(telling, inside)| (telling || inside.is_some(), *inside == Some(true)));

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
    for ((range, word), (hit, goes_on)) in shown.iter().zip(hits) {
        let gap = line.get(end..range.start).unwrap_or_default();
        push(gap, before && hit && (gap == " " || goes_on));
        push(word, hit);
        end = range.end;
        before = hit;
    }
    let cut = from + shown.len() < words.len();
    push(if cut { " …" } else { line.get(end..).unwrap_or_default() }, false);
    pieces
}

/// Place of a word in the question; the tone is put in its place only where that may matter.
fn place_of(comparer: &Comparer, word: &str) -> Option<usize> {
    let written = number(word);
    comparer.same_word(written).or_else(|| {
        comparer.has_word(written).then(|| comparer.same_word(number(&viet::tone_place(word)))).flatten()
    })
}

/// Where the stretch of [`LONGEST`] words begins that has the first phrase, or else most of the words asked for, each
/// counted once; a few words before the first of them.
fn stretch(comparer: &Comparer, places: &[Option<usize>], phrase: Option<usize>) -> usize {
    const BEFORE: usize = 8;
    if places.len() <= LONGEST {
        return 0;
    }
    let begin = |first: usize| first.saturating_sub(BEFORE).min(places.len() - LONGEST);
    if let Some(phrase) = phrase {
        return begin(phrase);
    }
    let mut best = (0, 0.0);
    let inside = LONGEST - BEFORE;
    for (start, _) in places.iter().enumerate().filter(|(_, place)| place.is_some()) {
        let mut seen = 0_u64;
        let mut value = 0.0;
        for place in places.iter().skip(start).take(inside).flatten() {
            if seen & (1 << place) == 0 {
                seen |= 1 << place;
                value += comparer.rarity(*place);
            }
        }
        if value > best.1 {
            best = (start, value);
        }
    }
    begin(best.0)
}
