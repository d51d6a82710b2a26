//! What a document says it does to others: proposals for a person to confirm.
//!
//! A document rests on others ("Căn cứ …"), guides, amends, replaces, repeals or suspends them, or ends their effect.
//! Every proposal names the other document as it is cited and keeps the sentence as evidence. Quoted words count for
//! nothing: they are another document's.
//!
//! Measured on the gold relations (docs/benchmarks.md):
//! `cargo run -p lawtext --example relations -- ../shared/data/documents/files/* > found.jsonl`, then
//! `score.py relations relations.jsonl found.jsonl`.

mod sentence;

use crate::cite::{Cited, Mention, Place, Provision, Words, cited_provisions, mentions, stretches};
use crate::{Document, Level, Node, Parsed};
use sentence::{Act, Kind, Sentences};
use std::collections::HashMap;
use std::ops::Range;

/// What one document does to another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum RelationKind {
    BasedOn,
    Guides,
    Amends,
    Replaces,
    Repeals,
    Suspends,
    /// "… hết hiệu lực kể từ ngày Luật này có hiệu lực": replaced or repealed.
    EndsEffect,
    RefersTo,
}

impl RelationKind {
    /// Stable word for programs: `based-on`.
    pub fn code(self) -> &'static str {
        match self {
            RelationKind::BasedOn => "based-on",
            RelationKind::Guides => "guides",
            RelationKind::Amends => "amends",
            RelationKind::Replaces => "replaces",
            RelationKind::Repeals => "repeals",
            RelationKind::Suspends => "suspends",
            RelationKind::EndsEffect => "ends-effect",
            RelationKind::RefersTo => "refers-to",
        }
    }
}

/// A relation that a sentence states.
#[derive(Clone, PartialEq, Debug)]
pub struct Relation {
    pub kind: RelationKind,
    pub target: Cited,
    /// What of the target is meant, where the sentence tells; whole documents otherwise.
    pub provision: Provision,
    /// Words, items or parts of it only: "Bãi bỏ cụm từ … tại khoản 2 Điều 5 của …".
    pub partial: bool,
    pub source: Source,
    /// The sentence as printed.
    pub evidence: String,
}

/// Where a relation is stated.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Source {
    /// Index into [`Parsed::documents`].
    pub document: usize,
    /// The address of the node: `dieu-62/khoan-2/diem-a`; none in the preamble and the title.
    pub path: Option<String>,
    /// The paragraph of the text where the node begins.
    pub paragraph: usize,
    /// The evidence stands in the heading of the node, not in its text.
    pub in_heading: bool,
    /// Bytes of the heading or text where the evidence stands.
    pub range: Range<usize>,
}

/// Every relation that the documents state, in the order of the text. References ([`RelationKind::RefersTo`]) are
/// those of which the sentence says no more.
pub fn relations(parsed: &Parsed) -> Vec<Relation> {
    let addresses = crate::addresses(parsed);
    let paths: HashMap<*const Node, &str> =
        addresses.iter().map(|address| (std::ptr::from_ref(address.node), address.path.as_str())).collect();
    let mut found = Vec::new();
    for (n, document) in parsed.documents.iter().enumerate() {
        let mut reader = Reader { document: n, paths: &paths, found: &mut found, based: false };
        reader.title(document);
        for node in &document.nodes {
            reader.node(node, &Place::default(), None);
        }
    }
    found
}

struct Reader<'p> {
    document: usize,
    paths: &'p HashMap<*const Node, &'p str>,
    found: &'p mut Vec<Relation>,
    /// The paragraph before was a legal basis.
    based: bool,
}

impl Reader<'_> {
    fn title(&mut self, document: &Document) {
        let title = document.head.title.as_str();
        let node = document.nodes.iter().find(|node| node.level == Level::Title);
        let source = Source {
            document: self.document,
            paragraph: node.map_or(0, |node| node.paragraph),
            in_heading: true,
            ..Source::default()
        };
        self.line(title, 0..title.len(), Kind::Title, &Place::default(), &source, None);
    }

    /// Reads a node and those in it; `inherited`: what the words above a list say of its items.
    fn node(&mut self, node: &Node, place: &Place, inherited: Option<Act>) {
        let mut place = place.clone();
        match node.level {
            Level::Article => place = Place { article: Some(node.label.clone()), ..Place::default() },
            Level::Clause => (place.clause, place.point) = (Some(node.label.clone()), None),
            Level::Point => place.point = Some(node.label.clone()),
            Level::Quote | Level::Footnote | Level::Heading | Level::Title | Level::Signature => return,
            Level::Recipients | Level::Closing | Level::Appendix => return,
            _ => {}
        }
        let path = self.paths.get(&std::ptr::from_ref(node)).map(|path| path.to_string());
        let source = Source { document: self.document, path, paragraph: node.paragraph, ..Source::default() };
        // What the words above a list say holds for its items, not for paragraphs beside them.
        let mut own = None;
        if !node.heading.is_empty() {
            let heading = Source { in_heading: true, ..source.clone() };
            let range = 0..node.heading.len();
            own = self.line(&node.heading, range, Kind::Heading, &place, &heading, inherited);
        }
        let mut at = 0;
        for line in node.text.split('\n') {
            let range = at..at + line.len();
            let act = if at == 0 { own.or(inherited) } else { own };
            at = range.end + 1;
            let kind = match node.level {
                Level::Basis if line.starts_with("Căn cứ") => Kind::Basis,
                // A basis may go on in a paragraph of its own.
                Level::Preamble | Level::Basis if self.based && begins_document(line) => Kind::Basis,
                _ => Kind::Text,
            };
            self.based = kind == Kind::Basis;
            let list = self.line(line, range, kind, &place, &source, act);
            if line.trim_end().ends_with(':') {
                own = list.or(own);
            }
        }
        let items = own.or(inherited);
        for child in &node.children {
            let is_item = !matches!(child.level, Level::Paragraph | Level::Table | Level::Row);
            self.node(child, &place, if is_item { items } else { own });
        }
    }

    /// Reads one paragraph. Returns what it says of the list that follows it.
    fn line(
        &mut self,
        line: &str,
        range: Range<usize>,
        kind: Kind,
        place: &Place,
        source: &Source,
        inherited: Option<Act>,
    ) -> Option<Act> {
        let mut list = None;
        for stretch in stretches(line) {
            let part = line.get(stretch.clone()).unwrap_or_default();
            let range = range.start + stretch.start..range.start + stretch.end;
            list = self.stretch(part, range, kind, place, source, inherited);
        }
        list
    }

    fn stretch(
        &mut self,
        line: &str,
        range: Range<usize>,
        kind: Kind,
        place: &Place,
        source: &Source,
        inherited: Option<Act>,
    ) -> Option<Act> {
        let words = Words::of(line);
        let mentions = mentions(&words, kind != Kind::Text && kind != Kind::Basis);
        let mut sentences = Sentences::of(&words, &mentions, kind, inherited);
        sentences.read();
        let (judged, list) = (sentences.judged, sentences.act.filter(|_| !sentences.acted));
        if mentions.is_empty() {
            return list;
        }
        let provisions = cited_provisions(&words, &mentions, place);
        let begins = sentences_of(&words);
        for (n, mention) in mentions.iter().enumerate() {
            let (Some(target), Some(Some(act))) = (&mention.cited, judged.get(n)) else { continue };
            let evidence = sentence(&words, &begins, mention);
            let relation = |provision: Provision| Relation {
                kind: act.kind,
                target: target.clone(),
                partial: act.partial || !provision.is_whole(),
                provision,
                source: Source {
                    range: range.start + evidence.start..range.start + evidence.end,
                    ..source.clone()
                },
                evidence: line.get(evidence.clone()).unwrap_or_default().to_string(),
            };
            let mut of_this = provisions.iter().filter(|(_, _, of)| *of == Some(n)).peekable();
            if of_this.peek().is_none() {
                self.found.push(relation(Provision::default()));
            }
            self.found.extend(of_this.map(|(provision, _, _)| relation(provision.clone())));
        }
        list
    }
}

/// The documents that a line names as objects, each with what is done to it.
pub(crate) fn named_targets(line: &str, heading: bool) -> Vec<(RelationKind, Cited)> {
    // What a law is called stands at the beginning.
    let line = stretches(line).first().and_then(|first| line.get(first.clone())).unwrap_or_default();
    let words = Words::of(line);
    let mentions = mentions(&words, heading);
    let mut sentences =
        Sentences::of(&words, &mentions, if heading { Kind::Title } else { Kind::Text }, None);
    sentences.read();
    let judged = sentences.judged.into_iter().zip(&mentions);
    judged.filter_map(|(act, mention)| Some((act?.kind, mention.cited.clone()?))).collect()
}

/// Whether a line begins with the name of a document.
fn begins_document(line: &str) -> bool {
    ["Luật", "Bộ luật", "Pháp lệnh", "Nghị", "Quyết định", "Thông tư", "Chỉ thị", "và Luật", "và Nghị"]
        .iter()
        .any(|word| line.starts_with(word))
}

/// Where the sentences begin, as words.
fn sentences_of(words: &Words) -> Vec<usize> {
    (0..words.len()).filter(|n| *n == 0 || words.sentence_ends_before(*n)).collect()
}

/// The bytes of the sentence in which the mention stands.
fn sentence(words: &Words, begins: &[usize], mention: &Mention) -> Range<usize> {
    let next = begins.partition_point(|begin| *begin <= mention.words.start);
    let first = next.checked_sub(1).and_then(|n| begins.get(n)).copied().unwrap_or(0);
    let from = if first == 0 { 0 } else { words.start(first) };
    let end = begins.get(next).map_or(words.text.len(), |begin| words.start(*begin));
    let text = words.text.get(from..end).unwrap_or_default();
    from..from + text.trim_end().len()
}
