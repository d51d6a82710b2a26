//! From paragraphs to the structure.

use crate::{Document, Level, Node, Parsed, Text};

/// The structure of a text. Every paragraph stands in exactly one node.
pub fn parse(text: &Text) -> Parsed {
    let nodes = text
        .paragraphs
        .iter()
        .enumerate()
        .map(|(n, paragraph)| Node { text: paragraph.text.clone(), ..Node::new(Level::Paragraph, n) });
    Parsed {
        documents: vec![Document { nodes: nodes.collect(), ..Document::default() }],
        problems: Vec::new(),
    }
}
