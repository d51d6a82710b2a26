//! One instruction carried out on a tree of nodes, and taken back.

use super::{Act, Exchange, Instruction, Part, Target};
use crate::{Level, Node, Provision};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A change of one node. The path leads to it: an index at each depth.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Edit {
    Replaced { at: Vec<usize>, before: Node, after: Node },
    Inserted { at: Vec<usize>, node: Node },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CannotApply {
    /// The text has no such article, clause or point.
    #[error("the text has no such place")]
    NoSuchPlace,
    #[error("the words do not stand there")]
    NoSuchWords,
    /// The instruction says not what to put in place.
    #[error("the instruction has no text")]
    NoText,
    #[error("a person has to carry it out")]
    ByHand,
    /// The text is not the one that the edit left.
    #[error("the text was changed otherwise since")]
    Changed,
}

/// What a repealed provision reads, as consolidated texts print it; its label stays, so that no other is renumbered.
const REPEALED: &str = "(được bãi bỏ)";

/// Carries out an instruction on the nodes of a document, or on one article alone. Nothing is changed where it cannot.
pub fn apply(nodes: &mut Vec<Node>, instruction: &Instruction) -> Result<Vec<Edit>, CannotApply> {
    let mut edits = Vec::new();
    let Target { provision, part } = &instruction.target;
    match &instruction.act {
        Act::ByHand => return Err(CannotApply::ByHand),
        Act::Repeal if provision.is_whole() => return Err(CannotApply::NoSuchPlace),
        Act::Repeal => {
            let at = find(nodes, provision).ok_or(CannotApply::NoSuchPlace)?;
            let before = get(nodes, &at).ok_or(CannotApply::NoSuchPlace)?.clone();
            let after = match is_repealed(&before) {
                true => before.clone(),
                false => Node {
                    heading: String::new(),
                    text: REPEALED.into(),
                    children: Vec::new(),
                    ..before.clone()
                },
            };
            edits.push(Edit::Replaced { at, before, after });
        }
        Act::Replace { text } => {
            let at = find(nodes, provision).ok_or(CannotApply::NoSuchPlace)?;
            let before = get(nodes, &at).ok_or(CannotApply::NoSuchPlace)?.clone();
            let after = replaced(&before, text, *part)?;
            edits.push(Edit::Replaced { at, before, after });
        }
        Act::Insert { after, text } => {
            if *part != Part::All || find(nodes, provision).is_some() {
                // What is called an addition may stand there already.
                let replace = Act::Replace { text: text.clone() };
                return apply(nodes, &Instruction { act: replace, ..instruction.clone() });
            }
            let node = text.first().filter(|_| text.len() == 1).ok_or(CannotApply::NoText)?.clone();
            let at = place(nodes, provision, after.as_ref()).ok_or(CannotApply::NoSuchPlace)?;
            edits.push(Edit::Inserted { at, node });
        }
        Act::ReplaceWords { words: exchanges } => {
            let change = |text: &str| {
                any_of(text, exchanges, |text, Exchange { from, to }| replace_words(text, from, to))
            };
            words(nodes, &instruction.target, &mut edits, change)?;
        }
        Act::AddWords { words: added, beside, before } => {
            let to = join(added, beside, *before);
            words(nodes, &instruction.target, &mut edits, |text| replace_words(text, beside, &to))?;
        }
        Act::RemoveWords { words: removed } => {
            let change = |text: &str| any_of(text, removed, |text, words| remove_words(text, words));
            words(nodes, &instruction.target, &mut edits, change)?;
        }
    }
    for edit in &edits {
        carry_out(nodes, edit);
    }
    Ok(edits)
}

/// The place of a text that reads already as the instruction would have it read; a text may come consolidated. What
/// the instruction takes away must be gone, what it puts there must stand there: nothing less is believed.
pub fn already_reads<'n>(nodes: &'n [Node], instruction: &Instruction) -> Option<&'n Node> {
    let Target { provision, part } = &instruction.target;
    let node = get(nodes, &find(nodes, provision)?)?;
    let texts = || match part {
        Part::All => node.full_text(),
        Part::Heading => node.heading.clone(),
        Part::Opening => node.text.clone(),
    };
    let counted = |words: &str, plain: fn(&str) -> String| exact(&plain(&texts()), &plain(words)).len();
    // More of the old words than stand in the new ones: as they are printed, and in either case and spelling.
    let left = |from: &str, to: &str| {
        [str::to_owned, plain].into_iter().any(|plain: fn(&str) -> String| {
            counted(from, plain) > exact(&plain(to), &plain(from)).len() * counted(to, plain)
        })
    };
    let reads = match &instruction.act {
        Act::ByHand => false,
        Act::Repeal => is_repealed(node),
        Act::Replace { text } | Act::Insert { text, .. } => {
            let after = replaced(node, text, *part).ok()?;
            same_words(&node.full_text(), &after.full_text())
        }
        Act::ReplaceWords { words } => {
            !words.iter().any(|Exchange { from, to }| left(from, to))
                && words.iter().any(|w| !w.to.is_empty() && counted(&w.to, plain) > 0)
        }
        Act::AddWords { words, beside, before } => {
            let to = join(words, beside, *before);
            !left(beside, &to) && counted(&to, plain) > 0
        }
        // That words are absent says little: they may never have stood there.
        Act::RemoveWords { .. } => false,
    };
    reads.then_some(node)
}

/// "(được bãi bỏ)", "Được bãi bỏ", "[Bãi bỏ]"
fn is_repealed(node: &Node) -> bool {
    let words: Vec<String> =
        viet::syllables(&node.text.to_lowercase()).map(|(_, word)| word.to_string()).collect();
    node.children.is_empty()
        && matches!(
            words.iter().map(String::as_str).collect::<Vec<_>>()[..],
            ["bãi", "bỏ"] | ["được" | "bị", "bãi", "bỏ"]
        )
}

fn same_words(a: &str, b: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        viet::syllables(&plain(text)).map(|(_, word)| word.to_string()).collect()
    };
    words(a) == words(b)
}

/// In small letters, with the tone in its one place.
fn plain(text: &str) -> String {
    viet::tone_place(&viet::nfc(text)).to_lowercase()
}

/// Takes edits back, the last one first. Where the text is not as they left it, nothing is changed.
pub fn undo(nodes: &mut Vec<Node>, edits: &[Edit]) -> Result<(), CannotApply> {
    let mut restored = nodes.clone();
    for edit in edits.iter().rev() {
        match edit {
            Edit::Replaced { at, before, after } => {
                let node =
                    get_mut(&mut restored, at).filter(|node| *node == after).ok_or(CannotApply::Changed)?;
                node.clone_from(before);
            }
            Edit::Inserted { at, node } => {
                let (last, parent) = at.split_last().ok_or(CannotApply::Changed)?;
                let children = children_mut(&mut restored, parent).ok_or(CannotApply::Changed)?;
                if children.get(*last) != Some(node) {
                    return Err(CannotApply::Changed);
                }
                children.remove(*last);
            }
        }
    }
    *nodes = restored;
    Ok(())
}

/// Carries out an edit whose place was found in these nodes.
fn carry_out(nodes: &mut Vec<Node>, edit: &Edit) {
    match edit {
        Edit::Replaced { at, after, .. } => {
            if let Some(node) = get_mut(nodes, at) {
                node.clone_from(after);
            }
        }
        Edit::Inserted { at, node } => {
            if let Some((last, parent)) = at.split_last()
                && let Some(children) = children_mut(nodes, parent)
                && *last <= children.len()
            {
                children.insert(*last, node.clone());
            }
        }
    }
}

/// What a node becomes. A clause that is given without its label keeps it.
fn replaced(before: &Node, text: &[Node], part: Part) -> Result<Node, CannotApply> {
    let same = text.iter().find(|node| node.level == before.level && node.label == before.label);
    let given = same.or(text.first()).ok_or(CannotApply::NoText)?;
    let mut after = before.clone();
    match part {
        Part::Heading => {
            after.heading = if given.heading.is_empty() { given.text.clone() } else { given.heading.clone() };
        }
        Part::Opening => after.text.clone_from(&given.text),
        Part::All if same.is_some() => {
            after = Node { paragraph: before.paragraph, ..given.clone() };
        }
        Part::All if text.iter().all(|node| node.label.is_empty()) => {
            let lines: Vec<&str> = text.iter().map(|node| node.text.as_str()).collect();
            after.text = lines.join("\n");
            after.children.clear();
        }
        // Another label: the target is not what is given.
        Part::All => return Err(CannotApply::NoText),
    }
    Ok(after)
}

/// Where a provision stands.
fn find(nodes: &[Node], provision: &Provision) -> Option<Vec<usize>> {
    let Provision { appendix, chapter, article, clause, point } = provision;
    let mut at = match (article, chapter, appendix) {
        (Some(label), _, _) => find_level(nodes, Level::Article, label)?,
        (None, Some(label), _) => find_level(nodes, Level::Chapter, label)?,
        (None, None, Some(label)) => find_level(nodes, Level::Appendix, label)?,
        (None, None, None) => return None,
    };
    for (level, label) in [(Level::Clause, clause), (Level::Point, point)] {
        let Some(label) = label else { continue };
        let children = &get(nodes, &at)?.children;
        at.push(children.iter().position(|node| node.level == level && node.label == *label)?);
    }
    Some(at)
}

/// The first node of a level with a label, in parts, chapters and sections.
fn find_level(nodes: &[Node], level: Level, label: &str) -> Option<Vec<usize>> {
    nodes.iter().enumerate().find_map(|(n, node)| {
        if node.level == level && node.label == label {
            return Some(vec![n]);
        }
        let is_head = matches!(node.level, Level::Part | Level::Chapter | Level::Section | Level::Subsection);
        let mut below = if is_head { find_level(&node.children, level, label)? } else { return None };
        below.insert(0, n);
        Some(below)
    })
}

/// Where a new provision goes: after the one named beside it, else after the last one whose label is smaller.
fn place(nodes: &[Node], provision: &Provision, after: Option<&Provision>) -> Option<Vec<usize>> {
    let level = level_of(provision)?;
    let mut named = after.filter(|a| level_of(a) == Some(level)).and_then(|a| find(nodes, a));
    if level == Level::Article {
        let Some(at) = &mut named else {
            return after_smaller_article(nodes, provision.article.as_deref()?);
        };
        *at.last_mut()? += 1;
        return named;
    }
    let (label, parent) = match (&provision.point, &provision.clause) {
        (Some(label), _) => (label, Provision { point: None, ..provision.clone() }),
        (None, Some(label)) => (label, Provision { clause: None, ..provision.clone() }),
        (None, None) => return None,
    };
    let mut at = find(nodes, &parent)?;
    let children = &get(nodes, &at)?.children;
    let beside = named.as_deref().and_then(<[usize]>::split_last).filter(|(_, parent)| *parent == at);
    let smaller = |node: &Node| node.level == level && order(&node.label) < order(label);
    let before = beside.map(|(last, _)| *last).or_else(|| children.iter().rposition(smaller));
    // Without a smaller one: before the first of its kind, else behind everything.
    let first = children.iter().position(|node| node.level == level);
    at.push(before.map_or(first.unwrap_or(children.len()), |n| n + 1));
    Some(at)
}

fn after_smaller_article(nodes: &[Node], label: &str) -> Option<Vec<usize>> {
    fn last_smaller(nodes: &[Node], label: &str, path: &mut Vec<usize>, found: &mut Option<Vec<usize>>) {
        for (n, node) in nodes.iter().enumerate() {
            path.push(n);
            match node.level {
                Level::Article if order(&node.label) < order(label) => *found = Some(path.clone()),
                Level::Part | Level::Chapter | Level::Section | Level::Subsection => {
                    last_smaller(&node.children, label, path, found);
                }
                _ => {}
            }
            path.pop();
        }
    }
    let mut found = None;
    last_smaller(nodes, label, &mut Vec::new(), &mut found);
    let mut at = found?;
    *at.last_mut()? += 1;
    Some(at)
}

fn level_of(provision: &Provision) -> Option<Level> {
    match provision {
        Provision { point: Some(_), .. } => Some(Level::Point),
        Provision { clause: Some(_), .. } => Some(Level::Clause),
        Provision { article: Some(_), .. } => Some(Level::Article),
        _ => None,
    }
}

/// Labels in their order: 3 < 3a < 4 < 10, d < đ < e, i < i1 < k.
fn order(label: &str) -> (u32, String) {
    let digits = label.len() - label.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, letters) = label.split_at_checked(digits).unwrap_or((label, ""));
    (number.parse().unwrap_or(0), letters.replace('đ', "d~"))
}

fn get<'n>(nodes: &'n [Node], at: &[usize]) -> Option<&'n Node> {
    let (first, rest) = at.split_first()?;
    rest.iter().try_fold(nodes.get(*first)?, |node, n| node.children.get(*n))
}

fn get_mut<'n>(nodes: &'n mut [Node], at: &[usize]) -> Option<&'n mut Node> {
    let (first, rest) = at.split_first()?;
    rest.iter().try_fold(nodes.get_mut(*first)?, |node, n| node.children.get_mut(*n))
}

fn children_mut<'n>(nodes: &'n mut Vec<Node>, parent: &[usize]) -> Option<&'n mut Vec<Node>> {
    if parent.is_empty() { Some(nodes) } else { get_mut(nodes, parent).map(|node| &mut node.children) }
}

/// Changes words within the target; one edit for the node that is named, one for each article where none is.
fn words(
    nodes: &[Node],
    target: &Target,
    edits: &mut Vec<Edit>,
    change: impl Fn(&str) -> Option<String>,
) -> Result<(), CannotApply> {
    let places = if target.provision.is_whole() {
        (0..nodes.len()).map(|n| vec![n]).collect()
    } else {
        vec![find(nodes, &target.provision).ok_or(CannotApply::NoSuchPlace)?]
    };
    for at in places {
        let Some(before) = get(nodes, &at) else { continue };
        let mut after = before.clone();
        let changed = match target.part {
            Part::All => change_all(&mut after, &change),
            Part::Heading => change_one(&mut after.heading, &change),
            Part::Opening => change_one(&mut after.text, &change),
        };
        if changed {
            edits.push(Edit::Replaced { at, before: before.clone(), after });
        }
    }
    if edits.is_empty() { Err(CannotApply::NoSuchWords) } else { Ok(()) }
}

fn change_one(text: &mut String, change: &impl Fn(&str) -> Option<String>) -> bool {
    let changed = change(text);
    let any = changed.is_some();
    if let Some(changed) = changed {
        *text = changed;
    }
    any
}

fn change_all(node: &mut Node, change: &impl Fn(&str) -> Option<String>) -> bool {
    let mut any = change_one(&mut node.heading, change) | change_one(&mut node.text, change);
    for child in &mut node.children {
        any |= change_all(child, change);
    }
    any
}

/// The text after each of the changes that can be made; none where none can.
fn any_of<T>(text: &str, changes: &[T], change: impl Fn(&str, &T) -> Option<String>) -> Option<String> {
    let mut changed: Option<String> = None;
    for one in changes {
        if let Some(text) = change(changed.as_deref().unwrap_or(text), one) {
            changed = Some(text);
        }
    }
    changed
}

/// The places where the words stand as words: "thị trấn" is not in "thị trấning". Where they stand nowhere as they are
/// printed, with the tone in its other place ("hoá", "hóa"), else with the first letter in the other case.
fn occurrences(text: &str, words: &str) -> Vec<Range<usize>> {
    let as_printed = exact(text, words);
    if !as_printed.is_empty() || words.is_empty() {
        return as_printed;
    }
    let placed = viet::tone_place(text);
    let words = viet::tone_place(words);
    let found = match exact(&placed, &words) {
        found if found.is_empty() => exact(&placed, &other_case(&words)),
        found => found,
    };
    // Placing the tone changes letters, not their number.
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    if found.is_empty() || placed.chars().count() + 1 != places.len() {
        return Vec::new();
    }
    let letters: Vec<usize> = placed.char_indices().map(|(at, _)| at).chain([placed.len()]).collect();
    let place = |at: usize| letters.binary_search(&at).ok().and_then(|n| places.get(n)).copied();
    found.into_iter().filter_map(|range| Some(place(range.start)?..place(range.end)?)).collect()
}

fn exact(text: &str, words: &str) -> Vec<Range<usize>> {
    let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let (first, last) = (letter(words.chars().next()), letter(words.chars().next_back()));
    let stands = |at: &usize| {
        let before = text.get(..*at).and_then(|text| text.chars().next_back());
        let after = text.get(at + words.len()..).and_then(|text| text.chars().next());
        !(words.is_empty() || first && letter(before) || last && letter(after))
    };
    text.match_indices(words).map(|(at, _)| at).filter(stands).map(|at| at..at + words.len()).collect()
}

/// The words with their first letter small instead of capital, or the reverse.
fn other_case(words: &str) -> String {
    let mut letters = words.chars();
    let Some(first) = letters.next() else { return String::new() };
    let first: String =
        if first.is_uppercase() { first.to_lowercase().collect() } else { first.to_uppercase().collect() };
    first + letters.as_str()
}

fn replace_words(text: &str, from: &str, to: &str) -> Option<String> {
    let small = |text: &str| text.starts_with(char::is_lowercase);
    let mut changed = String::new();
    let mut end = 0;
    for range in occurrences(text, from) {
        changed.push_str(text.get(end..range.start)?);
        // Found with its first letter in the other case, it keeps that case.
        let found = text.get(range.clone())?;
        let swapped = small(found) != small(from) && small(to) == small(from);
        changed.push_str(&if swapped { other_case(to) } else { to.to_string() });
        end = range.end;
    }
    (end > 0).then(|| changed + text.get(end..).unwrap_or_default())
}

/// Without the words, and without the blank that would stand double or before a sign.
fn remove_words(text: &str, words: &str) -> Option<String> {
    let mut changed = String::new();
    let mut end = 0;
    for range in occurrences(text, words) {
        changed.push_str(text.get(end..range.start)?);
        end = range.end;
        let rest = text.get(end..)?;
        let blank = changed.is_empty() || changed.ends_with(char::is_whitespace);
        if blank && rest.starts_with(' ') {
            end += 1;
        } else if rest.is_empty() || rest.starts_with([',', ';', '.', ':']) {
            changed.truncate(changed.trim_end_matches(' ').len());
        }
    }
    (end > 0).then(|| changed + text.get(end..).unwrap_or_default())
}

/// New words beside old ones, a blank between them unless a sign begins the second.
fn join(added: &str, beside: &str, before: bool) -> String {
    let (first, second) = if before { (added, beside) } else { (beside, added) };
    let glued = second.starts_with([',', ';', '.', ':', ' ', ')']) || first.ends_with([' ', '(']);
    if glued { format!("{first}{second}") } else { format!("{first} {second}") }
}
