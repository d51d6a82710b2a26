//! Nodes put into one another as they come.

use crate::{Level, Node};

/// Nodes of a document, the open ones on a stack.
#[derive(Default)]
pub(super) struct Tree {
    done: Vec<Node>,
    open: Vec<Node>,
}

fn rank(level: Level) -> u8 {
    match level {
        Level::Part => 1,
        Level::Chapter => 2,
        Level::Section => 3,
        Level::Subsection => 4,
        Level::Article => 5,
        Level::Clause | Level::Roman => 6,
        Level::Point | Level::Number => 7,
        Level::Decimal => 8,
        Level::Letter => 9,
        Level::Dash => 10,
        Level::Appendix => 0,
        _ => 11,
    }
}

impl Tree {
    /// Opens a node; those of its level and below end.
    pub(super) fn open(&mut self, node: Node) -> &mut Node {
        while self.open.last().is_some_and(|last| rank(last.level) >= rank(node.level)) {
            self.close_last();
        }
        self.open.push(node);
        let last = self.open.len() - 1;
        &mut self.open[last]
    }

    /// A node that holds nothing and belongs to the innermost open one.
    pub(super) fn leaf(&mut self, node: Node) {
        match self.open.last_mut() {
            Some(last) => last.children.push(node),
            None => self.done.push(node),
        }
    }

    /// A paragraph of the innermost open node, or one of the given level beside them all.
    pub(super) fn text(&mut self, text: &str, paragraph: usize, outside: Level) {
        match self.open.last_mut() {
            Some(last) if last.children.is_empty() => push_line(&mut last.text, text),
            Some(last) => {
                last.children.push(Node { text: text.into(), ..Node::new(Level::Paragraph, paragraph) });
            }
            None => self.done.push(Node { text: text.into(), ..Node::new(outside, paragraph) }),
        }
    }

    /// A paragraph of a quotation.
    pub(super) fn quote(&mut self, text: &str, paragraph: usize) {
        let Some(last) = self.open.last_mut() else { return self.text(text, paragraph, Level::Paragraph) };
        match last.children.last_mut() {
            Some(quote) if quote.level == Level::Quote => push_line(&mut quote.text, text),
            _ => last.children.push(Node { text: text.into(), ..Node::new(Level::Quote, paragraph) }),
        }
    }

    pub(super) fn last_mut(&mut self) -> Option<&mut Node> {
        self.open.last_mut()
    }

    /// What comes next belongs to none of the nodes so far.
    pub(super) fn close(&mut self) {
        while !self.open.is_empty() {
            self.close_last();
        }
    }

    pub(super) fn finish(mut self) -> Vec<Node> {
        self.close();
        self.done
    }

    fn close_last(&mut self) {
        let Some(node) = self.open.pop() else { return };
        match self.open.last_mut() {
            Some(parent) => parent.children.push(node),
            None => self.done.push(node),
        }
    }
}

fn push_line(text: &mut String, line: &str) {
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(line);
}
