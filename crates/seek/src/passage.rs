//! The clause that answers best, with the words asked for marked.

use crate::Piece;
use std::collections::HashSet;

/// A snippet is cut at about this many bytes.
const LONGEST: usize = 420;

/// The line of the text with most of the words, shortened, in pieces.
pub(crate) fn snippet(text: &str, words: &[Option<String>]) -> Vec<Piece> {
    let wanted: HashSet<&str> = words.iter().flatten().map(String::as_str).collect();
    let found = |line: &str| {
        let words: HashSet<String> = crate::words::folded_words(line).into_iter().flatten().collect();
        words.iter().filter(|word| wanted.contains(word.as_str())).count()
    };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut best: Option<(usize, &str)> = None;
    for line in lines {
        let count = found(line);
        if best.is_none_or(|(most, _)| count > most) {
            best = Some((count, line));
        }
    }
    best.map(|(_, line)| pieces(line, &wanted)).unwrap_or_default()
}

fn pieces(line: &str, wanted: &HashSet<&str>) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut push = |text: &str, hit: bool| {
        if text.is_empty() {
            return;
        }
        match pieces.last_mut() {
            Some(last) if last.hit == hit => last.text.push_str(text),
            _ => pieces.push(Piece { text: text.into(), hit }),
        }
    };
    let mut end = 0;
    for (range, word) in viet::syllables(line) {
        if range.end > LONGEST {
            push(" …", false);
            return pieces;
        }
        push(line.get(end..range.start).unwrap_or_default(), false);
        end = range.end;
        let hit = crate::words::folded_words(word).into_iter().flatten().any(|w| wanted.contains(w.as_str()));
        push(word, hit);
    }
    push(line.get(end..).unwrap_or_default(), false);
    pieces
}
