//! Markdown: plain text once its marks are taken away. A reader of the whole language would number lists anew, and the
//! numbers of clauses are the law's.

use super::{LARGEST_TEXT, Unreadable, decode, is_rule, plain};
use crate::{Cell, Paragraph, Text};

pub(super) fn text(bytes: &[u8]) -> Result<Text, Unreadable> {
    if bytes.len() > LARGEST_TEXT {
        return Err(Unreadable::TooLarge);
    }
    let text = decode(bytes)?;
    let text = without_front(&text);
    let mut paragraphs = Vec::new();
    // Lines since the last table.
    let mut lines = String::new();
    let (mut table, mut row) = (0, 0);
    for line in text.lines() {
        let Some(cells) = cells(line) else {
            row = 0;
            if let Some(heading) = heading(line) {
                paragraphs.extend(plain::paragraphs(&std::mem::take(&mut lines))?);
                let heading = Paragraph { heading: true, ..Paragraph::new(&without_marks(heading)) };
                paragraphs.extend(Some(heading).filter(|heading| !heading.text.is_empty()));
                continue;
            }
            lines.push_str(&without_marks(without_block_marks(line)));
            lines.push('\n');
            continue;
        };
        paragraphs.extend(plain::paragraphs(&std::mem::take(&mut lines))?);
        if cells.iter().all(|cell| is_rule(&cell.replace(':', "-"))) {
            continue;
        }
        table += u32::from(row == 0);
        row += 1;
        for (column, cell) in (1..).zip(cells) {
            let cell =
                Paragraph { cell: Some(Cell { table, row, column }), ..Paragraph::new(&without_marks(cell)) };
            paragraphs.extend(Some(cell).filter(|cell| !cell.text.is_empty()));
        }
    }
    paragraphs.extend(plain::paragraphs(&lines)?);
    Ok(Text { paragraphs, ..Text::default() })
}

/// The cells of a line of a table: `| a | b |`.
fn cells(line: &str) -> Option<Vec<&str>> {
    let inside = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    Some(inside.split('|').map(str::trim).collect())
}

/// The text behind what a site keeps of a page before it, between two lines.
fn without_front(text: &str) -> &str {
    let behind = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    behind.map_or(text, |(_, behind)| behind)
}

/// The words of a heading: `## Điều 1`.
fn heading(line: &str) -> Option<&str> {
    let line = line.trim();
    let words = line.trim_start_matches('#');
    let is_heading = (1..=6).contains(&(line.len() - words.len())) && words.starts_with([' ', '\t']);
    is_heading.then(|| words.trim().trim_end_matches('#').trim_end())
}

/// A line without what makes it a quotation, an item or a fence.
fn without_block_marks(line: &str) -> &str {
    let mut line = line.trim();
    while let Some(quoted) = line.strip_prefix('>') {
        line = quoted.trim_start();
    }
    match line.strip_prefix("* ").or_else(|| line.strip_prefix("+ ")) {
        Some(item) => item,
        None if line.starts_with("```") || line.starts_with("~~~") => "",
        None => line,
    }
}

/// Words without the marks of bold and slanted letters, code, links and pictures; a mark behind `\` is a sign of its own.
fn without_marks(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        let opens_link = c == '[' || c == '!' && after.starts_with('[');
        if let Some((words, behind)) = opens_link.then(|| link(rest)).flatten() {
            text.push_str(&without_marks(words));
            rest = behind;
            continue;
        }
        match c {
            '\\' if after.starts_with(|c: char| c.is_ascii_punctuation()) => {
                text.extend(after.chars().next());
                rest = after.get(1..).unwrap_or_default();
                continue;
            }
            '`' => {}
            // A line drawn with them, or one that stands alone as a sign, is none of these marks.
            '*' | '_' if is_mark(&text, c, after) => {}
            c => text.push(c),
        }
        rest = after;
    }
    text
}

/// Whether a star or a low line opens or closes words: it stands at one, and a low line not inside one.
fn is_mark(before: &str, c: char, after: &str) -> bool {
    let before = before.chars().next_back().filter(|b| *b != c);
    let next = after.trim_start_matches(c).chars().next();
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let touches = before.is_some_and(|c| !c.is_whitespace()) || next.is_some_and(|c| !c.is_whitespace());
    touches && (c == '*' || !(is_letter(before) && is_letter(next)))
}

/// The words of `[words](address)`, and what comes behind it.
fn link(text: &str) -> Option<(&str, &str)> {
    let (words, behind) = text.trim_start_matches('!').strip_prefix('[')?.split_once("](")?;
    let (_, behind) = behind.split_once(')')?;
    (!words.contains(['[', ']'])).then_some((words, behind))
}
