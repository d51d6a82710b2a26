//! Plain text: one paragraph a line, or lines broken in the middle of sentences.

use super::{LARGEST_TEXT, MOST_PARAGRAPHS, Unreadable, decode};
use crate::read::wrapped::{Line, join};
use crate::{Paragraph, Text};

/// With the blank ones between and the ends of two letters.
const MOST_LINES: usize = 4 * MOST_PARAGRAPHS;

pub(super) fn text(bytes: &[u8]) -> Result<Text, Unreadable> {
    if bytes.len() > LARGEST_TEXT {
        return Err(Unreadable::TooLarge);
    }
    Ok(Text { paragraphs: paragraphs(&decode(bytes)?)?, ..Text::default() })
}

pub(super) fn paragraphs(text: &str) -> Result<Vec<Paragraph>, Unreadable> {
    let lines = text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}', '\x0C']);
    if lines.clone().nth(MOST_LINES).is_some() {
        return Err(Unreadable::TooLarge);
    }
    let lines: Vec<Line> = lines.map(|line| Line::new(viet::clean(line))).collect();
    if is_wrapped(&lines) {
        return Ok(join(lines));
    }
    let texts = lines.into_iter().filter(|line| !line.text.is_empty());
    Ok(texts.map(|line| Paragraph { text: line.text, ..Paragraph::default() }).collect())
}

/// Where lines are broken to a width, many begin in the middle of a sentence.
fn is_wrapped(lines: &[Line]) -> bool {
    let texts = lines.iter().map(|line| line.text.as_str()).filter(|text| text.len() > 3);
    let (mut all, mut inside, mut long) = (0, 0, 0);
    for text in texts {
        all += 1;
        long += usize::from(text.chars().count() > 140);
        let first = text.chars().next().is_some_and(char::is_lowercase);
        let label = text.chars().skip(1).take(2).any(|c| matches!(c, ')' | '.' | '/'));
        inside += usize::from(first && !label);
    }
    all > 10 && inside * 5 > all && long * 20 < all
}
