//! The text between the rows that the registry keeps and the tree that amendments change.

use lawtext::{Document, Level, Parsed};
use serde::Deserialize as _;
use serde::de::IntoDeserializer as _;
use serde::de::value::{Error as BadLevel, StrDeserializer};

use super::document::NewLaw;
use super::node::{Block, Node};

fn level(code: &str) -> Level {
    let code: StrDeserializer<BadLevel> = code.into_deserializer();
    Level::deserialize(code).unwrap_or(Level::Paragraph)
}

fn node(of: &Node) -> lawtext::Node {
    lawtext::Node {
        level: level(&of.level),
        label: of.label.clone(),
        printed: of.printed.clone(),
        heading: of.heading.clone(),
        text: of.text.clone(),
        children: of.content.iter().map(child).collect(),
        paragraph: 0,
    }
}

fn child(of: &Block) -> lawtext::Node {
    lawtext::Node {
        level: level(&of.level),
        label: of.label.clone(),
        printed: of.printed.clone(),
        heading: of.heading.clone(),
        text: of.text.clone(),
        children: of.children.iter().map(child).collect(),
        paragraph: 0,
    }
}

/// The rows as a tree: each row under the last one that stands higher.
pub fn parsed(rows: &[Node]) -> Parsed {
    let mut parsed = Parsed::default();
    for rows in rows.chunk_by(|a, b| a.document == b.document) {
        let mut above: Vec<(i64, lawtext::Node)> = Vec::new();
        let mut document = Document::default();
        for row in rows {
            close(&mut above, row.depth, &mut document);
            above.push((row.depth, node(row)));
        }
        close(&mut above, i64::MIN, &mut document);
        parsed.documents.push(document);
    }
    parsed
}

/// Hands every open node of this depth or a greater one to the node above it.
fn close(above: &mut Vec<(i64, lawtext::Node)>, depth: i64, document: &mut Document) {
    while above.last().is_some_and(|(d, _)| *d >= depth) {
        let Some((_, node)) = above.pop() else { return };
        match above.last_mut() {
            Some((_, parent)) => parent.children.push(node),
            None if node.level == Level::Appendix => document.appendices.push(node),
            None => document.nodes.push(node),
        }
    }
}

/// The rows of a tree, each article named as it was before.
pub fn rows(parsed: &Parsed, before: &[Node]) -> Vec<Node> {
    let names: std::collections::HashMap<&str, &str> =
        before.iter().filter_map(|n| Some((n.path.as_deref()?, n.cited_as.as_deref()?))).collect();
    let mut rows = NewLaw::rows(parsed);
    for row in &mut rows {
        row.cited_as = row.path.as_deref().and_then(|p| names.get(p)).map(|n| (*n).to_owned());
    }
    rows
}
