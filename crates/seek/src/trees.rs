//! What was learned: an ensemble of small decision trees over [`features`](crate::features).
//!
//! The file is text: the number of features, then a tree a line: its inner nodes `feature:threshold:left:right`
//! (a child below zero is leaf `-1 - child`), a bar, its leaves. `training/train.py` writes it.

use std::sync::LazyLock;

static LEARNED: LazyLock<Trees> =
    LazyLock::new(|| Trees::read(include_str!("trees.txt")).unwrap_or_default());

/// The ensemble that ships.
pub(crate) fn learned() -> &'static Trees {
    &LEARNED
}

#[derive(Default)]
pub(crate) struct Trees(Vec<Tree>);

struct Tree {
    nodes: Vec<Node>,
    leaves: Vec<f32>,
}

struct Node {
    feature: usize,
    /// Up to it: left.
    threshold: f32,
    left: i32,
    right: i32,
}

impl Trees {
    /// `None` if the text is not of the form described above or speaks of other features.
    pub fn read(text: &str) -> Option<Trees> {
        let mut lines = text.lines();
        if lines.next()?.parse() != Ok(crate::features::COUNT) {
            return None;
        }
        lines.map(Tree::read).collect::<Option<Vec<_>>>().map(Trees)
    }

    pub fn score(&self, features: &[f32; crate::features::COUNT]) -> f32 {
        self.0.iter().map(|tree| tree.score(features)).sum()
    }
}

impl Tree {
    fn read(line: &str) -> Option<Tree> {
        let (nodes, leaves) = line.split_once('|')?;
        let node = |text: &str| {
            let mut parts = text.split(':');
            let node = Node {
                feature: parts.next()?.parse().ok()?,
                threshold: parts.next()?.parse().ok()?,
                left: parts.next()?.parse().ok()?,
                right: parts.next()?.parse().ok()?,
            };
            (node.feature < crate::features::COUNT && parts.next().is_none()).then_some(node)
        };
        let nodes: Vec<Node> = nodes.split_whitespace().map(node).collect::<Option<_>>()?;
        let leaves: Vec<f32> = leaves.split_whitespace().map(|l| l.parse().ok()).collect::<Option<_>>()?;
        // Children come after their parent, so that every walk ends.
        let leads_on = |n: usize, child: i32| match usize::try_from(child) {
            Ok(child) => child > n && child < nodes.len(),
            Err(_) => usize::try_from(-1 - child).is_ok_and(|leaf| leaf < leaves.len()),
        };
        let sound =
            nodes.iter().enumerate().all(|(n, node)| leads_on(n, node.left) && leads_on(n, node.right));
        (sound && !leaves.is_empty()).then_some(Tree { nodes, leaves })
    }

    fn score(&self, features: &[f32]) -> f32 {
        let mut at = if self.nodes.is_empty() { -1 } else { 0 };
        while let Some(node) = usize::try_from(at).ok().and_then(|at| self.nodes.get(at)) {
            let value = features.get(node.feature).copied().unwrap_or(0.0);
            at = if value <= node.threshold { node.left } else { node.right };
        }
        usize::try_from(-1 - at).ok().and_then(|leaf| self.leaves.get(leaf)).copied().unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::COUNT;

    #[test]
    fn what_was_learned_can_be_read() {
        assert!(Trees::read(include_str!("trees.txt")).is_some_and(|trees| !trees.0.is_empty()));
    }

    #[test]
    fn a_tree_decides() {
        let trees = Trees::read(&format!("{COUNT}\n0:0.5:-1:1 1:2:-2:-3|1 20 300\n|0.5")).expect("two trees");
        let mut features = [0.0; COUNT];
        assert_eq!(trees.score(&features), 1.5);
        features[0] = 1.0;
        features[1] = 2.0;
        assert_eq!(trees.score(&features), 20.5);
        features[1] = 3.0;
        assert_eq!(trees.score(&features), 300.5);
    }

    #[test]
    fn unsound_files_are_refused() {
        for bad in
            ["", "1\n", "x", "0:1:0:-1|1 2", "0:1:-1:-9|1 2", "9999:1:-1:-2|1 2", "0:1:-1:-2", "0:1|1", "|"]
        {
            assert!(Trees::read(&format!("{COUNT}\n{bad}")).is_none() || bad.is_empty(), "{bad:?}");
        }
        assert!(Trees::read("1\n|1").is_none());
    }
}
