//! From paragraphs to the structure.
//!
//! One pass over the paragraphs. What a paragraph begins with ([`label`]) is only a proposal; whether it is an article,
//! clause or point of the document itself is decided by the sequence so far and by the quotation marks ([`quote`]):
//! an amending document quotes articles, clauses and points of another, often with a mark too few.

mod body;
mod head;
mod label;
mod parts;
mod quote;
mod tree;

use crate::{Parsed, Problem, ProblemKind, Text};
use body::Body;
use label::Label;
pub(crate) use label::{Kind, label, roman_value};
use quote::Marks;
use std::collections::HashMap;

/// The structure of a text. Every paragraph that is not page furniture stands in exactly one node.
pub fn parse(text: &Text) -> Parsed {
    let lines = Lines::of(text);
    let spans = parts::spans(&lines);
    let mut problems = Vec::new();
    let mut documents = Vec::new();
    for (n, span) in spans.iter().enumerate() {
        documents.push(Body::read(&lines, span, n, &mut problems));
    }
    head::complete(&lines, &spans, &mut documents, &mut problems);
    let parsed = Parsed { documents, problems };
    let taken: Vec<_> = crate::addresses(&parsed)
        .into_iter()
        .filter(|address| address.taken)
        .map(|address| lines.problem(ProblemKind::AddressTaken, address.node.paragraph))
        .collect();
    let Parsed { documents, mut problems } = parsed;
    problems.extend(taken);
    for page in &text.lost_pages {
        let before = |paragraph: &crate::Paragraph| paragraph.page.is_some_and(|number| number < *page);
        let place = text.paragraphs.iter().rposition(before).unwrap_or(0);
        problems.push(Problem { page: Some(*page), ..lines.problem(ProblemKind::PageLost, place) });
    }
    problems.sort_by_key(|problem| problem.paragraph);
    Parsed { documents, problems }
}

/// A line that is nothing but the label of a part, chapter, section or subsection, or that and a title.
pub(crate) fn is_head_line(line: &str) -> bool {
    label::label(line).is_some_and(|label| {
        matches!(
            label.kind,
            label::Kind::Part | label::Kind::Chapter | label::Kind::Section | label::Kind::Subsection
        )
    })
}

/// The paragraphs with what is known of each before any decision.
pub(crate) struct Lines<'t> {
    text: &'t Text,
    labels: Vec<Option<Label>>,
    marks: Vec<Marks>,
    /// Places of `Điều n`, neither quoted nor in tables.
    articles: HashMap<u32, Vec<usize>>,
    /// From each paragraph on: the next one with an article, number or letter; the next that opens or ends a quotation.
    next_article: Vec<usize>,
    next_number: Vec<usize>,
    next_letter: Vec<usize>,
    next_opening: Vec<usize>,
    next_closing: Vec<usize>,
    /// A quotation was opened before and not closed.
    inside_quotation: Vec<bool>,
    /// Tables are only the frame of the text.
    tables_are_frames: bool,
}

impl<'t> Lines<'t> {
    fn of(text: &'t Text) -> Self {
        let unquoted = |text: &'t str| text.trim_start_matches(label::OPENING);
        let labels: Vec<_> = text.paragraphs.iter().map(|p| label::label(unquoted(&p.text))).collect();
        let marks: Vec<_> = text.paragraphs.iter().map(|p| quote::marks(&p.text)).collect();
        let is_article =
            |n: &usize| labels[*n].as_ref().is_some_and(|label| label.kind == label::Kind::Article);
        let (mut inside, mut outside) = (0, 0);
        for n in (0..labels.len()).filter(is_article) {
            if text.paragraphs[n].cell.is_some() { inside += 1 } else { outside += 1 }
        }
        let mut lines = Lines {
            text,
            labels,
            marks,
            articles: HashMap::new(),
            next_article: Vec::new(),
            next_number: Vec::new(),
            next_letter: Vec::new(),
            next_opening: Vec::new(),
            next_closing: Vec::new(),
            inside_quotation: Vec::new(),
            tables_are_frames: inside > outside,
        };
        let kind =
            |n: usize| lines.labels[n].as_ref().filter(|_| !lines.marks[n].opens).map(|label| label.kind);
        let free = |n: usize| lines.is_text(n) && !lines.in_table(n);
        let next_article = lines.next(|n| free(n) && kind(n) == Some(label::Kind::Article));
        let next_number = lines.next(|n| free(n) && kind(n) == Some(label::Kind::Number));
        let next_letter = lines.next(|n| free(n) && kind(n) == Some(label::Kind::Letter));
        let next_opening = lines.next(|n| lines.is_text(n) && lines.marks[n].opens);
        let next_closing = lines.next(|n| lines.is_text(n) && lines.marks[n].net < 0);
        lines = Lines { next_article, next_number, next_letter, next_opening, next_closing, ..lines };
        let mut articles = HashMap::<u32, Vec<usize>>::new();
        let mut n = lines.next_article(0);
        while let Some(at) = n {
            if let Some(label) = &lines.labels[at] {
                articles.entry(label.number().0).or_default().push(at);
            }
            n = lines.next_article(at + 1);
        }
        lines.articles = articles;
        let mut open = false;
        for n in 0..lines.len() {
            let marks = lines.marks[n];
            lines.inside_quotation.push(open);
            open = open && marks.net >= 0 || marks.opens && marks.net > 0;
        }
        lines
    }

    fn next(&self, is: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut next = vec![usize::MAX; self.len() + 1];
        for n in (0..self.len()).rev() {
            next[n] = if is(n) { n } else { next[n + 1] };
        }
        next
    }

    pub(crate) fn len(&self) -> usize {
        self.text.paragraphs.len()
    }

    fn paragraph(&self, n: usize) -> &'t crate::Paragraph {
        &self.text.paragraphs[n]
    }

    pub(crate) fn line(&self, n: usize) -> &'t str {
        self.text.paragraphs.get(n).map_or("", |paragraph| &paragraph.text)
    }

    /// Neither page furniture, nor a footnote, nor a line drawn with characters.
    pub(crate) fn is_text(&self, n: usize) -> bool {
        self.text
            .paragraphs
            .get(n)
            .is_some_and(|p| !p.furniture && !p.footnote && !crate::read::is_rule(&p.text))
    }

    fn in_table(&self, n: usize) -> bool {
        !self.tables_are_frames && self.text.paragraphs.get(n).is_some_and(|p| p.cell.is_some())
    }

    /// The label of a paragraph that may be an item of the document: not in a table.
    fn label(&self, n: usize) -> Option<&Label> {
        self.labels.get(n)?.as_ref().filter(|_| self.is_text(n) && !self.in_table(n))
    }

    fn next_article(&self, n: usize) -> Option<usize> {
        self.next_article.get(n).copied().filter(|n| *n != usize::MAX)
    }

    /// The paragraph after `n` that is text.
    pub(crate) fn after(&self, n: usize) -> Option<usize> {
        (n + 1..self.len()).find(|n| self.is_text(*n))
    }

    /// Whether `Điều number` stands somewhere between the two.
    fn has_article(&self, number: u32, from: usize, to: usize) -> bool {
        let Some(places) = self.articles.get(&number) else { return false };
        let first = places.partition_point(|at| *at < from);
        places.get(first).is_some_and(|at| *at < to)
    }

    /// Whether a quotation that is open at `n` ends before another begins.
    fn is_enclosed(&self, n: usize) -> bool {
        let opening = self.next_opening.get(n + 1).copied().unwrap_or(usize::MAX);
        let closing = self.next_closing.get(n).copied().unwrap_or(usize::MAX);
        closing != usize::MAX && closing < opening
    }

    pub(crate) fn problem(&self, kind: ProblemKind, paragraph: usize) -> Problem {
        let excerpt = self.line(paragraph).chars().take(80).collect();
        let page = self.text.paragraphs.get(paragraph).and_then(|p| p.page);
        Problem { kind, paragraph, page, excerpt }
    }
}
