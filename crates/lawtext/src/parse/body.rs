//! Articles, clauses and points by their sequence.

use super::label::{self, Kind, Label, next_point, point_follows, points_between};
use super::parts::Span;
use super::quote::{announces, is_final_heading, is_instruction};
use super::tree::Tree;
use super::{Lines, head};
use crate::read::is_capitals;
use crate::{Document, Level, Node, Problem, ProblemKind};
use std::ops::Range;

/// What a proposed label turns out to be.
enum Fit {
    /// An item of the document, with the label it stands for.
    Own(String),
    /// Content of what is quoted.
    Quoted,
    /// Words of the paragraph.
    Text,
}

/// A number with letters behind: `5a`.
type Count = (u32, String);

pub(super) struct Body<'l, 't> {
    lines: &'l Lines<'t>,
    problems: &'l mut Vec<Problem>,
    tree: Tree,
    end: usize,
    article: Option<Count>,
    clause: Option<Count>,
    point: Option<String>,
    chapter: u32,
    roman: u32,
    /// Roman numbers, numbers and letters, not clauses and points.
    outline: bool,
    /// A list inside a clause or point that counts anew.
    sub_number: Option<u32>,
    sub_letter: Option<String>,
    quote: Quote,
    /// The last item of its own ends with a colon; it is an amending instruction that ends so.
    colon: bool,
    instruction: bool,
    /// It speaks of amending at all.
    amends: bool,
    /// Titles of the last head may follow.
    titling: bool,
}

/// What is quoted since the last item of the document's own.
#[derive(Default)]
struct Quote {
    active: bool,
    /// Opened and not closed.
    open: bool,
    /// The last paragraph was quoted although no marks were around it.
    loose: bool,
    number: Option<u32>,
    letter: Option<String>,
    article: Option<u32>,
    begins: usize,
}

impl<'l, 't> Body<'l, 't> {
    /// The document of a span.
    pub(super) fn read(
        lines: &'l Lines<'t>,
        span: &Span,
        n: usize,
        problems: &'l mut Vec<Problem>,
    ) -> Document {
        let mut body = Body {
            lines,
            problems,
            tree: Tree::default(),
            end: span.body.end,
            article: None,
            clause: None,
            point: None,
            chapter: 0,
            roman: 0,
            outline: !span.has_articles,
            sub_number: None,
            sub_letter: None,
            quote: Quote::default(),
            colon: false,
            instruction: false,
            amends: false,
            titling: false,
        };
        let mut nodes = head::nodes(lines, span.head.clone(), n == 0);
        body.paragraphs(span.body.clone());
        nodes.append(&mut body.tree.finish());
        nodes.append(&mut head::tail(lines, span.tail.clone()));
        let appendices: Vec<Node> =
            span.appendices.iter().map(|range| appendix(lines, range.clone())).collect();
        let all = span.head.start..span.appendices.last().map_or(span.tail.end, |last| last.end);
        let notes = all.filter(|n| lines.paragraph(*n).footnote);
        nodes.extend(notes.map(|n| Node { text: lines.line(n).into(), ..Node::new(Level::Footnote, n) }));
        Document { nodes, appendices, ..Document::default() }
    }

    fn paragraphs(&mut self, range: Range<usize>) {
        let mut n = range.start;
        while n < range.end {
            if !self.lines.is_text(n) {
                n += 1;
            } else if self.lines.in_table(n) {
                n = self.table(n, range.end);
            } else {
                self.paragraph(n);
                n += 1;
            }
        }
    }

    fn paragraph(&mut self, n: usize) {
        let lines = self.lines;
        let marks = lines.marks[n];
        let text = lines.line(n);
        if self.titling && self.title(n) {
            return;
        }
        self.titling = false;
        let opens_quotation = marks.opens && (self.colon || self.quote.active || self.amends);
        let label = lines.label(n).filter(|_| !opens_quotation);
        let fit = match label {
            _ if opens_quotation => Fit::Quoted,
            Some(label) => self.fit(n, label),
            None if self.quote.open || self.quote.loose => Fit::Quoted,
            None => Fit::Text,
        };
        match (fit, label) {
            (Fit::Own(own), Some(label)) => self.own(n, label, own),
            (Fit::Quoted, _) => self.quoted(n),
            _ => {
                self.count_aside(n);
                self.tree.text(text, n, Level::Preamble);
                self.heard(text);
            }
        }
    }

    /// A list that is not the document's own counts on from its first item.
    fn count_aside(&mut self, n: usize) {
        let Some(label) = self.lines.label(n) else { return };
        match label.kind {
            Kind::Number
                if label.text == "1" || self.sub_number.map(|sub| sub + 1) == Some(label.number().0) =>
            {
                self.sub_number = Some(label.number().0);
            }
            Kind::Letter if label.text == "a" || point_follows(self.sub_letter.as_deref(), &label.text) => {
                self.sub_letter = Some(label.text.clone());
            }
            _ => {}
        }
    }

    fn quoted(&mut self, n: usize) {
        let marks = self.lines.marks[n];
        if !self.quote.active {
            self.quote.begins = n;
        }
        self.quote.loose = !marks.opens && !self.quote.open;
        self.quote.active = true;
        self.quote.open = if self.quote.open { marks.net >= 0 } else { marks.opens && marks.net > 0 };
        if let Some(label) = &self.lines.labels[n] {
            match label.kind {
                Kind::Number => (self.quote.number, self.quote.letter) = (Some(label.number().0), None),
                Kind::Letter => self.quote.letter = Some(label.text.clone()),
                Kind::Article => {
                    self.quote.article = Some(label.number().0);
                    (self.quote.number, self.quote.letter) = (Some(0), None);
                }
                _ => {}
            }
        }
        self.tree.quote(self.lines.line(n), n);
    }

    /// What the paragraph ends with decides about the next.
    fn heard(&mut self, text: &str) {
        let end = text.trim_end();
        self.colon = end.ends_with(':') || end.ends_with("như sau") || end.ends_with("sau đây");
        self.amends = is_instruction(text);
        self.instruction = self.colon && announces(text);
    }

    fn fit(&self, n: usize, label: &Label) -> Fit {
        match label.kind {
            Kind::Part | Kind::Chapter | Kind::Section | Kind::Subsection => self.fit_head(n, label),
            Kind::Article => self.fit_article(n, label),
            _ if self.outline => self.fit_outline(label),
            Kind::Roman => self.fit_roman(n, label),
            Kind::Number => self.fit_clause(n, label),
            Kind::Letter => self.fit_point(n, label),
            Kind::Dash | Kind::Decimal if self.quote.open || self.quote.loose => Fit::Quoted,
            Kind::Dash | Kind::Decimal => Fit::Text,
        }
    }

    /// What stands in the line after its label, which was read without the quotation mark before it.
    fn rest(&self, n: usize, label: &Label) -> &'t str {
        self.lines.line(n).trim_start_matches(label::OPENING).get(label.len..).unwrap_or_default()
    }

    /// The words after the label, or, where it stands alone, the next paragraph.
    fn words(&self, n: usize, label: &Label) -> &'t str {
        match self.rest(n, label) {
            "" => self.lines.after(n).map_or("", |next| self.lines.line(next)),
            words => words,
        }
    }

    fn fit_head(&self, n: usize, label: &Label) -> Fit {
        let own = || Fit::Own(label.text.clone());
        let paragraph = self.lines.paragraph(n);
        if self.outline && self.article.is_none() && !self.quote.active {
            let marked = paragraph.bold
                || paragraph.centred
                || is_capitals(&paragraph.text)
                || self.lines.line(n).len() < 40;
            return if marked { own() } else { Fit::Text };
        }
        if self.quote.open && self.lines.is_enclosed(n) {
            return Fit::Quoted;
        }
        // A head of its own has the next article below it.
        let next = self.lines.next_article(n).filter(|at| *at < self.end);
        let number = next.and_then(|at| self.lines.labels[at].as_ref()).map(|label| label.number().0);
        let expected = match (&self.article, number) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some((last, _)), Some(number)) => number == last + 1 || number > last + 1 && !self.quote.active,
        };
        let near = next.is_some_and(|at| at - n < 40);
        if expected && near {
            own()
        } else if self.quote.active || self.instruction {
            Fit::Quoted
        } else {
            Fit::Text
        }
    }

    fn fit_article(&self, n: usize, label: &Label) -> Fit {
        let (number, letters) = label.number();
        let own = || Fit::Own(label.text.clone());
        let words = self.words(n, label);
        let Some((last, last_letters)) = &self.article else { return own() };
        let follows = number == last + 1 && letters.is_empty()
            || number == *last && letters_follow(last_letters, letters)
            || number == last + 1 && !letters.is_empty() && !self.quote.active;
        let speaks = || is_instruction(words) || is_final_heading(words);
        if self.quote.open {
            // Where no articles are quoted, an article in sequence is the document's own.
            let continues = self.quote.article.is_some_and(|quoted| quoted + 1 == number);
            let own_after_all = follows && speaks() && (!continues || !self.lines.is_enclosed(n));
            return if own_after_all { own() } else { Fit::Quoted };
        }
        if self.quote.active {
            let continues = self.quote.article.is_some_and(|quoted| quoted + 1 == number);
            return if follows && (speaks() || !continues) { own() } else { Fit::Quoted };
        }
        if follows {
            let strong = label.usual || self.lines.paragraph(n).bold || self.lines.paragraph(n).centred;
            return if strong || !self.lines.has_article(number, n + 1, self.end) {
                own()
            } else {
                Fit::Text
            };
        }
        if self.instruction || self.amends {
            return Fit::Quoted;
        }
        let later = |number| self.lines.has_article(number, n + 1, self.end);
        // The next one bears the number of the one after it, which comes as well.
        if number == last + 2
            && letters.is_empty()
            && label.usual
            && !later(last + 1)
            && later(number)
            && later(number + 1)
        {
            return Fit::Own((last + 1).to_string());
        }
        if number > last + 1 && number <= last + 30 && label.usual && !later(last + 1) {
            return own();
        }
        if number <= *last
            && letters.is_empty()
            && label.usual
            && !later(last + 1)
            && later(last + 2)
            && number > 1
        {
            return Fit::Own((last + 1).to_string());
        }
        Fit::Text
    }

    fn fit_roman(&self, n: usize, label: &Label) -> Fit {
        if self.quote.open || self.quote.active {
            return Fit::Quoted;
        }
        let paragraph = self.lines.paragraph(n);
        let marked = paragraph.bold || is_capitals(self.rest(n, label));
        if label.number().0 == 1 && self.clause.is_none() && self.article.is_some() && marked {
            Fit::Own(label.text.clone())
        } else {
            Fit::Text
        }
    }

    fn fit_clause(&self, n: usize, label: &Label) -> Fit {
        let (number, letters) = label.number();
        let words = self.rest(n, label);
        let own = || Fit::Own(label.text.clone());
        let (last, last_letters) =
            self.clause.as_ref().map_or((0, ""), |(n, letters)| (*n, letters.as_str()));
        let follows = number == last + 1 && letters.is_empty()
            || last > 0 && number == last && letters_follow(last_letters, letters);
        if self.quote.open {
            return if follows && is_instruction(words) && !self.lines.is_enclosed(n) {
                own()
            } else {
                Fit::Quoted
            };
        }
        if self.quote.active {
            let continues = self.quote.number.is_some_and(|quoted| quoted + 1 == number);
            return if follows && (is_instruction(words) || !continues) { own() } else { Fit::Quoted };
        }
        if self.instruction && self.article.is_some() && !is_instruction(words) && self.clause.is_some() {
            return Fit::Quoted;
        }
        if follows {
            let continues_sub = self.sub_number.is_some_and(|sub| sub + 1 == number);
            return if continues_sub && self.number_later(n, number) { Fit::Text } else { own() };
        }
        if !label.usual || !letters.is_empty() || last == 0 && number > 2 {
            return Fit::Text;
        }
        let next = self.next_number(n);
        if number > last + 1
            && number <= last + 3
            && !self.number_later(n, last + 1)
            && self.sub_number.is_none()
        {
            return if last > 0 || next == Some(number + 1) { own() } else { Fit::Text };
        }
        if number > 1 && number <= last && next == Some(last + 2) && self.sub_number.is_none() {
            return Fit::Own((last + 1).to_string());
        }
        Fit::Text
    }

    fn fit_point(&self, n: usize, label: &Label) -> Fit {
        let own = || Fit::Own(label.text.clone());
        let words = self.rest(n, label);
        let last = self.point.as_deref();
        let follows = point_follows(last, &label.text);
        if self.quote.open {
            return if follows && is_instruction(words) && !self.lines.is_enclosed(n) {
                own()
            } else {
                Fit::Quoted
            };
        }
        if self.quote.active {
            let continues = point_follows(self.quote.letter.as_deref(), &label.text);
            return if follows && (is_instruction(words) || !continues) { own() } else { Fit::Quoted };
        }
        if self.instruction && !is_instruction(words) {
            return Fit::Quoted;
        }
        if !label.usual && !(follows && (last.is_some() || self.next_letter(n).as_deref() == Some("b"))) {
            return Fit::Text;
        }
        if follows {
            let continues_sub =
                self.sub_letter.as_deref().is_some_and(|sub| point_follows(Some(sub), &label.text));
            return if continues_sub && self.letter_later(n, &label.text) { Fit::Text } else { own() };
        }
        let Some(last) = last else { return Fit::Text };
        if self.sub_letter.is_none()
            && let Some(between) = points_between(last, &label.text)
            && (1..=2).contains(&between)
        {
            return own();
        }
        // The label before it once more, or an earlier one, in the place of the next.
        let Some(meant) = next_point(Some(last)) else { return Fit::Text };
        let fits = match self.next_letter(n) {
            Some(next) => point_follows(Some(&meant), &next),
            None => true,
        };
        if fits && label.text != "a" && self.sub_letter.is_none() { Fit::Own(meant) } else { Fit::Text }
    }

    fn fit_outline(&self, label: &Label) -> Fit {
        let number = label.number().0;
        let fits = match label.kind {
            Kind::Roman => number == self.roman + 1 || number == 1 && self.roman == 0,
            Kind::Number => {
                let last = self.clause.as_ref().map_or(0, |(last, _)| *last);
                number == last + 1 || number == last + 2 && last > 0
            }
            Kind::Letter => point_follows(self.point.as_deref(), &label.text),
            Kind::Decimal => self.clause.as_ref().is_some_and(|(last, _)| label.number().0 == *last),
            _ => true,
        };
        if self.quote.open {
            Fit::Quoted
        } else if fits && (label.kind != Kind::Dash || self.clause.is_some() || self.roman > 0) {
            Fit::Own(label.text.clone())
        } else {
            Fit::Text
        }
    }

    /// The end of the article at hand: the next one, or the end of the body.
    fn article_end(&self, n: usize) -> usize {
        self.lines.next_article(n + 1).unwrap_or(self.end).min(self.end)
    }

    fn next_number(&self, n: usize) -> Option<u32> {
        let at = self.lines.next_number[n + 1];
        (at < self.article_end(n)).then(|| self.lines.labels[at].as_ref().map_or(0, |label| label.number().0))
    }

    /// The label of the next letter in the same clause.
    fn next_letter(&self, n: usize) -> Option<String> {
        let at = self.lines.next_letter[n + 1];
        let end = self.article_end(n).min(self.lines.next_number[n + 1]);
        (at < end).then(|| self.lines.labels[at].as_ref().map(|label| label.text.clone()))?
    }

    /// Whether the number comes once more in this article, looking a few hundred numbers ahead.
    fn number_later(&self, n: usize, number: u32) -> bool {
        let end = self.article_end(n);
        let mut at = self.lines.next_number[n + 1];
        for _ in 0..60 {
            if at >= end {
                return false;
            }
            if self.lines.labels[at].as_ref().is_some_and(|label| label.number() == (number, "")) {
                return true;
            }
            at = self.lines.next_number[at + 1];
        }
        false
    }

    fn letter_later(&self, n: usize, letter: &str) -> bool {
        let end = self.article_end(n).min(self.lines.next_number[n + 1]);
        let mut at = self.lines.next_letter[n + 1];
        for _ in 0..40 {
            if at >= end {
                return false;
            }
            if self.lines.labels[at].as_ref().is_some_and(|label| label.text == letter) {
                return true;
            }
            at = self.lines.next_letter[at + 1];
        }
        false
    }

    fn problem(&mut self, kind: ProblemKind, n: usize) {
        let problem = self.lines.problem(kind, n);
        self.problems.push(problem);
    }

    fn own(&mut self, n: usize, label: &Label, own: String) {
        let text = self.lines.line(n);
        if self.quote.open {
            self.problem(ProblemKind::QuoteNeverClosed, self.quote.begins);
        }
        if own != label.text {
            self.problem(ProblemKind::MisprintedLabel, n);
        }
        self.quote = Quote::default();
        let (printed, rest) = text.split_at(text.len() - self.rest(n, label).len());
        match label.kind {
            Kind::Part | Kind::Chapter | Kind::Section | Kind::Subsection => {
                self.own_head(n, label, printed, rest)
            }
            Kind::Article => self.own_article(n, own, label.text.clone(), printed, rest),
            Kind::Number if !self.outline => self.own_clause(n, own, label.text.clone(), printed, rest),
            Kind::Letter if !self.outline => self.own_point(n, own, label.text.clone(), printed, rest),
            _ => self.own_outline(n, label, printed, rest),
        }
    }

    fn open(&mut self, level: Level, n: usize, label: String, printed: &str) -> &mut Node {
        let node = Node { label, printed: printed.trim_end().into(), ..Node::new(level, n) };
        self.titling = false;
        self.tree.open(node)
    }

    fn own_head(&mut self, n: usize, label: &Label, printed: &str, rest: &str) {
        let level = match label.kind {
            Kind::Part => Level::Part,
            Kind::Chapter => Level::Chapter,
            Kind::Section => Level::Section,
            _ => Level::Subsection,
        };
        if level == Level::Chapter {
            let number = label.number().0;
            if number != self.chapter + 1 && !(number == 1 || label.text.ends_with(char::is_alphabetic)) {
                self.problem(ProblemKind::HeadOutOfOrder, n);
            }
            self.chapter = number;
        }
        (self.clause, self.point, self.roman) = (None, None, 0);
        self.open(level, n, label.text.clone(), printed).heading = rest.into();
        self.titling = true;
        self.heard("");
    }

    /// A paragraph that goes on with the title of the head above it.
    fn title(&mut self, n: usize) -> bool {
        let lines = self.lines;
        let paragraph = lines.paragraph(n);
        let text = paragraph.text.as_str();
        if lines.label(n).is_some_and(|label| label.kind != Kind::Letter && label.kind != Kind::Roman)
            || text.len() > 600
        {
            return false;
        }
        let Some(head) = self.tree.last_mut() else { return false };
        let more = is_capitals(text) || paragraph.centred || paragraph.bold;
        // In plain text nothing but the place shows a title: alone between the head and the next.
        let next = lines.after(n).and_then(|next| lines.label(next));
        let alone = head.heading.is_empty()
            && !text.ends_with(['.', ';', ':'])
            && next.is_some_and(|label| matches!(label.kind, Kind::Article | Kind::Section | Kind::Chapter));
        if !more && !alone {
            return false;
        }
        if !head.heading.is_empty() {
            head.heading.push(' ');
        }
        head.heading.push_str(text);
        true
    }

    fn own_article(&mut self, n: usize, meant: String, label: String, printed: &str, rest: &str) {
        let (number, letters) = split_count(&meant);
        if let Some((last, _)) = &self.article {
            if number > last + 1 {
                self.problem(ProblemKind::MissingArticle, n);
            } else if number < *last {
                self.problem(ProblemKind::RepeatedArticle, n);
            }
        }
        self.article = Some((number, letters));
        (self.clause, self.point, self.roman) = (None, None, 0);
        (self.sub_number, self.sub_letter) = (None, None);
        self.outline = false;
        let node = self.open(Level::Article, n, label, printed);
        // An article whose line is a sentence has no heading.
        let sentence =
            rest.trim_end().ends_with(['.', ';', '/', ',']) || rest.ends_with(':') && !is_instruction(rest);
        if sentence || rest.chars().count() > 400 {
            if let Some(first) =
                label::label(rest).filter(|first| first.kind == Kind::Number && first.text == "1")
            {
                self.problem(ProblemKind::RunIn, n);
                return self.own_clause(
                    n,
                    first.text.clone(),
                    first.text,
                    &rest[..first.len],
                    &rest[first.len..],
                );
            }
            node.text = rest.into();
        } else {
            node.heading = rest.into();
        }
        self.heard(rest);
        self.quotation_inside(n);
    }

    fn own_clause(&mut self, n: usize, meant: String, label: String, printed: &str, rest: &str) {
        self.clause = Some(split_count(&meant));
        (self.point, self.sub_number, self.sub_letter) = (None, None, None);
        self.open(Level::Clause, n, label, printed);
        let next = self.next_letter(n);
        if let Some(first) =
            label::label(rest).filter(|first| first.kind == Kind::Letter && first.text == "a")
            && (next.as_deref() == Some("b") || rest.contains("; b) "))
        {
            self.problem(ProblemKind::RunIn, n);
            return self.own_point(n, first.text.clone(), first.text, &rest[..first.len], &rest[first.len..]);
        }
        if next.as_deref() == Some("b")
            && let Some(at) = rest.find(" a) ")
            && (rest[..at].ends_with(':') || rest[at + " a) ".len()..].starts_with(char::is_uppercase))
        {
            self.problem(ProblemKind::RunIn, n);
            self.words_of(n, rest[..at].trim_end());
            return self.own_point(n, "a".into(), "a".into(), "a)", &rest[at + " a) ".len()..]);
        }
        if self.clause_run_in(n, rest) {
            return;
        }
        self.words_of(n, rest);
    }

    fn own_point(&mut self, n: usize, meant: String, label: String, printed: &str, rest: &str) {
        self.point = Some(meant.clone());
        (self.sub_number, self.sub_letter) = (None, None);
        self.open(Level::Point, n, label, printed);
        // The next point may stand in the same paragraph.
        if let Some(next) = next_point(Some(&meant))
            && let Some(at) = run_in(rest, &format!("{next}) "))
            && self.next_letter(n).is_none_or(|after| points_between(&next, &after).is_some())
        {
            let (before, after) = (&rest[..at], &rest[at + next.len() + 2..]);
            self.problem(ProblemKind::RunIn, n);
            self.words_of(n, before.trim_end());
            return self.own_point(n, next.clone(), next.clone(), &format!("{next})"), after);
        }
        if self.clause_run_in(n, rest) {
            return;
        }
        self.words_of(n, rest);
    }

    /// The next clause may stand in the same paragraph, where the one after it would else be out of sequence.
    fn clause_run_in(&mut self, n: usize, rest: &str) -> bool {
        let Some((last, _)) = &self.clause else { return false };
        let number = last + 1;
        if self.next_number(n) != Some(number + 1) {
            return false;
        }
        let Some(at) = run_in(rest, &format!("{number}. ")) else { return false };
        let after = &rest[at + format!("{number}. ").len()..];
        if !after.starts_with(char::is_uppercase) {
            return false;
        }
        self.problem(ProblemKind::RunIn, n);
        self.words_of(n, rest[..at].trim_end());
        self.own_clause(n, number.to_string(), number.to_string(), &format!("{number}."), after);
        true
    }

    fn words_of(&mut self, n: usize, words: &str) {
        if let Some(node) = self.tree.last_mut() {
            node.text = words.into();
        }
        self.heard(words);
        self.quotation_inside(n);
    }

    /// A quotation may open in the middle of the paragraph that introduces it.
    fn quotation_inside(&mut self, n: usize) {
        if self.lines.marks[n].opens_inside {
            (self.quote.active, self.quote.open, self.quote.begins) = (true, true, n);
        }
    }

    fn own_outline(&mut self, n: usize, label: &Label, printed: &str, rest: &str) {
        let level = match label.kind {
            Kind::Roman => {
                self.outline = true;
                self.roman = label.number().0;
                (self.clause, self.point) = (None, None);
                Level::Roman
            }
            Kind::Number => {
                self.clause = Some(split_count(&label.text));
                self.point = None;
                Level::Number
            }
            Kind::Decimal => {
                self.point = None;
                Level::Decimal
            }
            Kind::Letter => {
                self.point = Some(label.text.clone());
                Level::Letter
            }
            _ => Level::Dash,
        };
        let capitals = is_capitals(rest) || level == Level::Roman;
        let node = self.open(level, n, label.text.clone(), printed);
        if capitals {
            node.heading = rest.into()
        } else {
            node.text = rest.into()
        }
        self.heard(rest);
    }

    /// The table that begins at `n`; where it ends.
    fn table(&mut self, n: usize, end: usize) -> usize {
        let lines = self.lines;
        self.titling = false;
        let number = lines.paragraph(n).cell.map(|cell| cell.table);
        let is_in = |n: usize| lines.paragraph(n).cell.map(|cell| cell.table) == number;
        let to = (n..end).find(|n| !is_in(*n)).unwrap_or(end);
        let table = table(lines, n..to);
        if self.quote.open {
            for row in &table.children {
                self.tree.quote(&row.text, row.paragraph);
            }
            self.quote.open = !(n..to).any(|n| lines.marks[n].net < 0);
        } else {
            self.tree.leaf(table);
        }
        to
    }
}

fn split_count(label: &str) -> Count {
    let digits = label.len() - label.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, letters) = label.split_at(digits);
    (number.parse().unwrap_or(0), letters.into())
}

/// `a` after nothing, `b` after `a`.
fn letters_follow(last: &str, letters: &str) -> bool {
    !letters.is_empty()
        && (last.is_empty() && letters == "a" || !last.is_empty() && point_follows(Some(last), letters))
}

/// Where an item begins in the middle of a paragraph: after the end of another and a blank.
fn run_in(text: &str, label: &str) -> Option<usize> {
    text.match_indices(label).map(|(at, _)| at).find(|at| {
        let before = &text[..*at];
        before.ends_with(char::is_whitespace) && before.trim_end().ends_with([';', '.'])
    })
}

fn table(lines: &Lines, range: Range<usize>) -> Node {
    let mut table = Node::new(Level::Table, range.start);
    let (mut row, mut column) = (0, 0);
    for n in range.filter(|n| lines.is_text(*n)) {
        let paragraph = lines.paragraph(n);
        let cell = paragraph.cell.map_or((row, column), |cell| (cell.row, cell.column));
        match table.children.last_mut() {
            Some(last) if cell.0 == row => {
                last.text.push_str(if cell.1 == column { " " } else { " | " });
                last.text.push_str(&paragraph.text);
            }
            _ => table.children.push(Node { text: paragraph.text.clone(), ..Node::new(Level::Row, n) }),
        }
        (row, column) = cell;
    }
    table
}

/// Paragraphs and tables without any structure.
pub(super) fn plain(lines: &Lines, range: Range<usize>, level: impl Fn(usize) -> Level) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut n = range.start;
    while n < range.end {
        if lines.is_text(n) {
            let cell = lines.paragraph(n).cell.filter(|_| lines.in_table(n));
            if let Some(cell) = cell.filter(|_| level(n) == Level::Paragraph) {
                let inside =
                    |n: &usize| lines.paragraph(*n).cell.is_some_and(|other| other.table == cell.table);
                let to = (n..range.end).find(|n| !inside(n)).unwrap_or(range.end);
                nodes.push(table(lines, n..to));
                n = to;
                continue;
            }
            nodes.push(Node { text: lines.line(n).into(), ..Node::new(level(n), n) });
        }
        n += 1;
    }
    nodes
}

fn appendix(lines: &Lines, range: Range<usize>) -> Node {
    let start = range.start;
    let mut node = Node { printed: lines.line(start).into(), ..Node::new(Level::Appendix, start) };
    let title = node.printed.trim_start_matches(|c: char| c.is_alphabetic()).trim_start();
    let title = title.trim_start_matches(|c: char| c.is_alphabetic() && c.is_lowercase()).trim_start();
    let word = title.trim_start_matches("LỤC").trim_start_matches("lục").trim_start();
    let word = word.split([' ', '.', ':', '(', '-']).next().unwrap_or_default();
    node.label = super::label::roman_value(word).map_or_else(|| word.to_lowercase(), |n| n.to_string());
    node.children = plain(lines, start + 1..range.end, |_| Level::Paragraph);
    node
}
