//! What of a text stayed, went and came, word by word.

use std::collections::HashMap;
use std::ops::Range;

/// A run of words. The texts of [`Same`](Piece::Same) and [`Gone`](Piece::Gone) in order are the old text, those of
/// `Same` and [`Came`](Piece::Came) the new one, to the byte.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece<'t> {
    Same(&'t str),
    Gone(&'t str),
    Came(&'t str),
}

/// The differences of two texts, in words: syllables, and each sign. A lone word between two changes belongs to them.
pub fn differences<'t>(old: &'t str, new: &'t str) -> Vec<Piece<'t>> {
    let (old_tokens, new_tokens) = (tokens(old), tokens(new));
    let mut same = Vec::new();
    align(&old_tokens, &new_tokens, 0..old_tokens.len(), 0..new_tokens.len(), DEEPEST, &mut same);
    let same = without_lone(&same, &old_tokens, &new_tokens);
    let mut pieces = Vec::new();
    let (mut o, mut n) = (0, 0);
    for (at_old, at_new, length) in same.into_iter().chain([(old_tokens.len(), new_tokens.len(), 0)]) {
        push(&mut pieces, Piece::Gone, old, &old_tokens, o..at_old);
        push(&mut pieces, Piece::Came, new, &new_tokens, n..at_new);
        push(&mut pieces, Piece::Same, old, &old_tokens, at_old..at_old + length);
        (o, n) = (at_old + length, at_new + length);
    }
    pieces
}

/// A word or a sign with the blanks before it.
struct Token<'t> {
    text: &'t str,
    range: Range<usize>,
    is_word: bool,
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut from = 0;
    let mut add = |range: Range<usize>, is_word| {
        if let Some(text) = text.get(range.clone()).filter(|text| !text.is_empty()) {
            tokens.push(Token { text, range, is_word });
        }
    };
    let signs = |from: usize, to: usize| -> Vec<usize> {
        let gap = text.get(from..to).unwrap_or_default();
        gap.char_indices()
            .filter(|(_, c)| !c.is_whitespace())
            .map(|(at, c)| from + at + c.len_utf8())
            .collect()
    };
    for (word, _) in viet::syllables(text) {
        for end in signs(from, word.start) {
            add(from..end, false);
            from = end;
        }
        add(from..word.end, true);
        from = word.end;
    }
    for end in signs(from, text.len()) {
        add(from..end, false);
        from = end;
    }
    add(from..text.len(), false);
    tokens
}

fn push<'t>(
    pieces: &mut Vec<Piece<'t>>,
    piece: impl Fn(&'t str) -> Piece<'t>,
    text: &'t str,
    tokens: &[Token<'t>],
    range: Range<usize>,
) {
    if let (Some(first), Some(last)) =
        (tokens.get(range.start), range.end.checked_sub(1).and_then(|n| tokens.get(n)))
        && range.start < range.end
        && let Some(run) = text.get(first.range.start..last.range.end)
    {
        pieces.push(piece(run));
    }
}

/// How often a stretch is parted around single words.
const DEEPEST: usize = 40;

/// Runs of equal tokens: where in the old, where in the new, how many.
type Runs = Vec<(usize, usize, usize)>;

/// Finds what is common: at both ends, then around words that each side has once, then, where little is left, the
/// longest common sequence.
fn align(
    old: &[Token],
    new: &[Token],
    mut o: Range<usize>,
    mut n: Range<usize>,
    depth: usize,
    same: &mut Runs,
) {
    const SMALL: usize = 1_000_000;
    let equal = |o: usize, n: usize| old.get(o).map(|t| t.text) == new.get(n).map(|t| t.text);
    let start = (o.start, n.start);
    while o.start < o.end && n.start < n.end && equal(o.start, n.start) {
        (o.start, n.start) = (o.start + 1, n.start + 1);
    }
    add(same, start.0, start.1, o.start - start.0);
    let mut tail = 0;
    while o.start < o.end && n.start < n.end && equal(o.end - 1, n.end - 1) {
        (o.end, n.end, tail) = (o.end - 1, n.end - 1, tail + 1);
    }
    if !o.is_empty() && !n.is_empty() {
        let anchors = if depth > 0 { anchors(old, new, o.clone(), n.clone()) } else { Vec::new() };
        if !anchors.is_empty() {
            let (mut from_old, mut from_new) = (o.start, n.start);
            for (at_old, at_new) in anchors {
                align(old, new, from_old..at_old, from_new..at_new, depth - 1, same);
                add(same, at_old, at_new, 1);
                (from_old, from_new) = (at_old + 1, at_new + 1);
            }
            align(old, new, from_old..o.end, from_new..n.end, depth - 1, same);
        } else if o.len() * n.len() <= SMALL {
            longest(old, new, o.clone(), n.clone(), same);
        }
    }
    add(same, o.end, n.end, tail);
}

fn add(same: &mut Runs, o: usize, n: usize, length: usize) {
    match same.last_mut() {
        _ if length == 0 => {}
        Some(last) if last.0 + last.2 == o && last.1 + last.2 == n => last.2 += length,
        _ => same.push((o, n, length)),
    }
}

/// Words that stand once in each range, as many as come in the same order.
fn anchors(old: &[Token], new: &[Token], o: Range<usize>, n: Range<usize>) -> Vec<(usize, usize)> {
    let mut seen: HashMap<&str, (usize, usize, usize, usize)> = HashMap::new();
    for at in o {
        if let Some(token) = old.get(at).filter(|token| token.is_word) {
            let entry = seen.entry(token.text).or_default();
            (entry.0, entry.1) = (entry.0 + 1, at);
        }
    }
    for at in n {
        if let Some(entry) = new.get(at).and_then(|token| seen.get_mut(token.text)) {
            (entry.2, entry.3) = (entry.2 + 1, at);
        }
    }
    let once = seen.values().filter(|(olds, _, news, _)| *olds == 1 && *news == 1);
    let mut pairs: Vec<(usize, usize)> = once.map(|(_, o, _, n)| (*o, *n)).collect();
    pairs.sort_unstable();
    // The longest rising sequence.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::new();
    for (k, (_, at_new)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|end| pairs.get(*end).is_some_and(|(_, end)| end < at_new));
        before.push(length.checked_sub(1).and_then(|last| ends.get(last).copied()));
        match ends.get_mut(length) {
            Some(end) => *end = k,
            None => ends.push(k),
        }
    }
    let mut rising = Vec::new();
    let mut at = ends.last().copied();
    while let Some(k) = at {
        rising.extend(pairs.get(k));
        at = before.get(k).copied().flatten();
    }
    rising.reverse();
    rising
}

/// The longest common sequence of two short ranges.
fn longest(old: &[Token], new: &[Token], o: Range<usize>, n: Range<usize>, same: &mut Runs) {
    let width = n.len() + 1;
    let equal =
        |i: usize, j: usize| old.get(o.start + i).map(|t| t.text) == new.get(n.start + j).map(|t| t.text);
    let mut lengths = vec![0_u32; (o.len() + 1) * width];
    let at = |lengths: &[u32], i: usize, j: usize| lengths.get(i * width + j).copied().unwrap_or(0);
    for i in (0..o.len()).rev() {
        for j in (0..n.len()).rev() {
            let length = if equal(i, j) {
                at(&lengths, i + 1, j + 1) + 1
            } else {
                at(&lengths, i + 1, j).max(at(&lengths, i, j + 1))
            };
            if let Some(cell) = lengths.get_mut(i * width + j) {
                *cell = length;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < o.len() && j < n.len() {
        if equal(i, j) {
            add(same, o.start + i, n.start + j, 1);
            (i, j) = (i + 1, j + 1);
        } else if at(&lengths, i + 1, j) >= at(&lengths, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
}

/// The runs but for single words and signs with a change on either side.
fn without_lone(same: &Runs, old: &[Token], new: &[Token]) -> Runs {
    let words =
        |o: usize, length: usize| old.iter().skip(o).take(length).filter(|token| token.is_word).count();
    let kept = |(o, n, length): &(usize, usize, usize)| {
        let inside = *o > 0 && *n > 0 && o + length < old.len() && n + length < new.len();
        !inside || words(*o, *length) > 1
    };
    same.iter().copied().filter(kept).collect()
}
