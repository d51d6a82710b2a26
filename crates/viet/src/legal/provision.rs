//! References to articles, clauses and points: "điểm a khoản 2 Điều 8".

use super::Words;
use crate::text::{clean, fold};
use std::ops::Range;

/// A place in a legal document. Labels as printed, small letters: `8`, `113a`, `đ`, `a1`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ProvisionRef {
    /// Bytes of the text that name it. Items of a list ("điểm a, b khoản 2") share words, so ranges may overlap.
    pub range: Range<usize>,
    /// Điều
    pub article: Option<String>,
    /// Khoản
    pub clause: Option<String>,
    /// Điểm
    pub point: Option<String>,
}

/// Every reference in the text, in order, in either direction ("Điều 8 khoản 2 điểm a"), with or without marks.
/// Lists are taken apart: "khoản 1, 2 và 3 Điều 5" gives three. Without "Điều" the article is `None`:
/// "khoản 2" speaks of the article it stands in.
pub fn find_provisions(text: &str) -> Vec<ProvisionRef> {
    let words = Words::of(text);
    let mut found = Vec::new();
    let mut n = 0;
    while n < words.len() {
        let Some(first) = group(&words, n) else {
            n += 1;
            continue;
        };
        let mut chain = vec![first];
        // Resolving a chain takes the square of its length; no sentence of a law comes near the limit.
        while chain.len() < 200
            && let Some(next) = chain.last().and_then(|g| following(&words, g))
        {
            chain.push(next);
        }
        n = chain.last().map_or(n + 1, |g| g.next);
        resolve(&chain, &mut found);
    }
    found
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Level {
    Point,
    Clause,
    Article,
}

/// One level word and its labels: "khoản 1, 2 và 3".
struct Group {
    level: Level,
    labels: Vec<String>,
    range: Range<usize>,
    next: usize,
}

fn level(word: &str) -> Option<Level> {
    let (level, name) = match fold(word).as_str() {
        "dieu" => (Level::Article, "điều"),
        "khoan" => (Level::Clause, "khoản"),
        "diem" => (Level::Point, "điểm"),
        _ => return None,
    };
    // Typed without marks, or exactly so: "diều", "khoán", "điếm" are other words.
    (word.is_ascii() || clean(word).to_lowercase() == name).then_some(level)
}

fn label(level: Level, word: &str) -> Option<String> {
    let word = clean(word).to_lowercase();
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let (number, letters) = word.split_at_checked(digits)?;
    let fits = match level {
        Level::Point => {
            let mut letters = word.chars();
            letters.next().is_some_and(|c| c.is_ascii_lowercase() || c == 'đ')
                && letters.clone().count() <= 2
                && letters.all(|c| c.is_ascii_digit())
        }
        Level::Clause | Level::Article => {
            (1..=4).contains(&number.len())
                && letters.chars().count() <= 2
                && letters.chars().all(|c| c.is_ascii_lowercase() || c == 'đ')
        }
    };
    fits.then_some(word)
}

/// The group whose level word is word `n`.
fn group(words: &Words, n: usize) -> Option<Group> {
    let level = level(words.word(n))?;
    let before = n.checked_sub(1).filter(|b| words.is_blank(*b)).map(|b| words.folded(b)).unwrap_or_default();
    // địa điểm A, thời điểm, quan điểm, đặc điểm
    if level == Level::Point && ["dia", "thoi", "quan", "dac"].contains(&before.as_str()) {
        return None;
    }
    if !words.is_blank(n) {
        return None;
    }
    let mut labels = vec![label(level, words.word(n + 1))?];
    let mut next = n + 2;
    while let Some(at) = listed(words, next)
        && let Some(more) = label(level, words.word(at))
    {
        // "khoản 1 Điều 5, 20 người": a number after a comma may count something; the list must run upwards.
        if number(&more) < number(labels.last()?) || level == Level::Article && !words.is_end_of_label(at) {
            break;
        }
        labels.push(more);
        next = at + 1;
    }
    Some(Group { level, labels, range: words.start(n)..words.end(next - 1), next })
}

fn number(label: &str) -> u32 {
    label.bytes().take_while(u8::is_ascii_digit).fold(0, |n, b| n * 10 + u32::from(b - b'0'))
}

/// The word that continues a list after word `next - 1`: past a comma, "và", "hoặc".
fn listed(words: &Words, next: usize) -> Option<usize> {
    let gap = words.gap(next.checked_sub(1)?).trim().trim_start_matches(')').trim();
    match gap {
        "," | ";" => {
            let and = matches!(words.folded(next).as_str(), "va" | "hoac") && words.is_blank(next);
            Some(if and { next + 1 } else { next })
        }
        "" if matches!(words.folded(next).as_str(), "va" | "hoac") && words.is_blank(next) => Some(next + 1),
        _ => None,
    }
}

/// The group that follows directly, past a comma, "và", "của".
fn following(words: &Words, group_before: &Group) -> Option<Group> {
    let mut at = group_before.next;
    let gap = words.gap(at.checked_sub(1)?).trim().trim_start_matches(')').trim();
    if !matches!(gap, "" | "," | ";") {
        return None;
    }
    if matches!(words.folded(at).as_str(), "va" | "hoac" | "cua" | "tai") && words.is_blank(at) {
        at += 1;
    }
    // "các khoản 1, 2"
    if words.folded(at) == "cac" && words.is_blank(at) {
        at += 1;
    }
    group(words, at)
}

impl Words<'_> {
    /// Whether the label at `n` is not the beginning of a quantity ("5 người"): a sign, the end, or a joining word.
    fn is_end_of_label(&self, n: usize) -> bool {
        !self.is_blank(n)
            || level(self.word(n + 1)).is_some()
            || ["va", "hoac", "cua", "luat", "nghi", "thong", "bo", "phap", "quyet", "nay", "do"]
                .contains(&self.folded(n + 1).as_str())
    }
}

/// References of a chain of groups. Small to large ("điểm a khoản 2 Điều 8") waits for the larger level; large to
/// small ("Điều 8 khoản 2") refines, unless a later "Điều" claims the small one.
fn resolve(chain: &[Group], found: &mut Vec<ProvisionRef>) {
    let mut open: Vec<ProvisionRef> = Vec::new();
    let mut n = 0;
    while let Some(group) = chain.get(n) {
        n += 1;
        match group.level {
            Level::Point => open.extend(refs(group)),
            Level::Clause => claim(&mut open, group, |r| (&r.clause, r.point.is_some())),
            Level::Article => {
                claim(&mut open, group, |r| (&r.article, true));
                found.append(&mut open);
                let rest = chain.get(n..).unwrap_or_default();
                let smaller = rest.iter().take_while(|g| g.level != Level::Article).count();
                let claimed = smaller < rest.len();
                if !claimed && smaller > 0 && group.labels.len() == 1 {
                    refine(found, rest);
                    n = chain.len();
                }
            }
        }
    }
    found.append(&mut open);
}

fn refs(group: &Group) -> impl Iterator<Item = ProvisionRef> {
    group.labels.iter().map(|label| {
        with_label(ProvisionRef { range: group.range.clone(), ..Default::default() }, group.level, label)
    })
}

fn with_label(mut reference: ProvisionRef, level: Level, label: &str) -> ProvisionRef {
    let slot = match level {
        Level::Point => &mut reference.point,
        Level::Clause => &mut reference.clause,
        Level::Article => &mut reference.article,
    };
    *slot = Some(label.into());
    reference
}

/// Gives the open references without this level its first label; further labels, or all if none was open, are
/// references of their own.
fn claim(
    open: &mut Vec<ProvisionRef>,
    group: &Group,
    slot: impl Fn(&ProvisionRef) -> (&Option<String>, bool),
) {
    let mut taken = 0;
    for reference in open.iter_mut() {
        if let (None, true) = slot(reference) {
            let range = reference.range.start..group.range.end;
            if let Some(label) = group.labels.first() {
                *reference = with_label(std::mem::take(reference), group.level, label);
            }
            reference.range = range;
            taken = 1;
        }
    }
    open.extend(refs(group).skip(taken));
}

/// "Điều 8 khoản 2 điểm a, b": the article found last is replaced by its smaller parts.
fn refine(found: &mut Vec<ProvisionRef>, groups: &[Group]) {
    for group in groups {
        let Some(base) = found.last().cloned() else { return };
        let coarser = |r: &ProvisionRef| {
            if group.level == Level::Clause { r.clause.is_none() } else { r.point.is_none() }
        };
        if coarser(&base) {
            found.pop();
        }
        for label in &group.labels {
            let mut base = base.clone();
            // "Điều 8 khoản 1 điểm a, khoản 2": the point was the former clause's.
            if group.level == Level::Clause && base.clause.is_some() {
                base.point = None;
            }
            let mut reference = with_label(base, group.level, label);
            reference.range.end = group.range.end;
            found.push(reference);
        }
    }
}
