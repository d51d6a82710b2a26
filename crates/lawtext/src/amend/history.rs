//! A text through time.

use super::{CannotApply, Edit, Instruction, apply, undo};
use crate::Node;

/// Year, month, day.
type Date = (i16, i8, i8);

/// A text with the changes that were made to it. The text of an earlier day is found by taking changes back.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct History {
    nodes: Vec<Node>,
    changes: Vec<Change>,
}

/// An instruction carried out.
#[derive(Clone, PartialEq, Debug)]
pub struct Change {
    /// The day from which it holds.
    pub day: Date,
    pub instruction: Instruction,
    pub edits: Vec<Edit>,
}

impl History {
    pub fn new(nodes: Vec<Node>) -> History {
        History { nodes, changes: Vec::new() }
    }

    /// A text to which these changes were made, in the order of their days.
    pub fn of(nodes: Vec<Node>, changes: Vec<Change>) -> History {
        History { nodes, changes }
    }

    /// The text with every change, and the changes.
    pub fn into_parts(self) -> (Vec<Node>, Vec<Change>) {
        (self.nodes, self.changes)
    }

    /// The text with every change.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// In the order of their days; those of one day in the order in which they were made.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Carries out an instruction from a day on. Changes of later days are made anew upon it; if one of them no longer
    /// can be, nothing is changed.
    pub fn apply(&mut self, day: Date, instruction: Instruction) -> Result<(), CannotApply> {
        let from = self.changes.partition_point(|change| change.day <= day);
        let mut later = vec![(day, instruction)];
        later.extend(self.changes.iter().skip(from).map(|change| (change.day, change.instruction.clone())));
        self.rewrite(from, later)
    }

    /// Takes the change at the index back; later ones are made anew without it.
    pub fn undo(&mut self, index: usize) -> Result<(), CannotApply> {
        if index >= self.changes.len() {
            return Err(CannotApply::NoSuchPlace);
        }
        let later = self.changes.iter().skip(index + 1);
        let later = later.map(|change| (change.day, change.instruction.clone())).collect();
        self.rewrite(index, later)
    }

    /// The text as it read on a day.
    pub fn as_of(&self, day: Date) -> Result<Vec<Node>, CannotApply> {
        let from = self.changes.partition_point(|change| change.day <= day);
        self.before(from)
    }

    /// The text before the change at the index.
    fn before(&self, index: usize) -> Result<Vec<Node>, CannotApply> {
        let mut nodes = self.nodes.clone();
        for change in self.changes.iter().skip(index).rev() {
            undo(&mut nodes, &change.edits)?;
        }
        Ok(nodes)
    }

    fn rewrite(&mut self, from: usize, later: Vec<(Date, Instruction)>) -> Result<(), CannotApply> {
        let mut nodes = self.before(from)?;
        let mut changes = Vec::new();
        for (day, instruction) in later {
            let edits = apply(&mut nodes, &instruction)?;
            changes.push(Change { day, instruction, edits });
        }
        self.nodes = nodes;
        self.changes.truncate(from);
        self.changes.append(&mut changes);
        Ok(())
    }
}
