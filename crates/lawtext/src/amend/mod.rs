//! Amendments: the instructions of an amending document, and what they make of the text they amend.
//!
//! [`instructions`] reads them; [`apply`] changes a tree of nodes by one and returns the edits, [`undo`] takes them back
//! to the byte; a [`History`] holds a text with its changes in time and gives the text of any day.
//!
//! What was recognised but not understood is an instruction as well ([`Act::ByHand`]): a known effect must not vanish.

mod apply;
mod history;
mod read;

pub use apply::{CannotApply, Edit, already_reads, apply, undo};
pub use history::{Change, History};
pub use read::instructions;

use crate::relations::Source;
use crate::{Cited, Node, Provision};
use serde::{Deserialize, Serialize};

/// One instruction: one thing done to one place.
#[derive(Clone, PartialEq, Debug)]
pub struct Instruction {
    pub act: Act,
    /// The document that is amended; none where neither the sentence nor what stands above it names one.
    pub law: Option<Cited>,
    pub target: Target,
    pub source: Source,
    /// The sentence of the amending document.
    pub sentence: String,
}

/// What an instruction does.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// "Sửa đổi, bổ sung khoản 3 như sau: …": what the target becomes.
    Replace { text: Vec<Node> },
    /// "Bổ sung khoản 3a vào sau khoản 3 như sau: …"; the target is what is new. Without `after` its label tells the
    /// place.
    Insert { after: Option<Provision>, text: Vec<Node> },
    /// "Thay thế cụm từ … bằng cụm từ …"; of several at least one stands in the place.
    ReplaceWords { words: Vec<Exchange> },
    /// "Bổ sung cụm từ … vào sau (trước) cụm từ …"
    AddWords { words: String, beside: String, before: bool },
    /// "Bỏ cụm từ …"; of several at least one stands in the place.
    RemoveWords { words: Vec<String> },
    /// "Bãi bỏ khoản 4 Điều 4"
    Repeal,
    /// A person has to do it: a form, an appendix, a sentence that was not understood.
    ByHand,
}

/// Words and what takes their place.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Exchange {
    pub from: String,
    pub to: String,
}

/// What of the amended document is meant.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Target {
    /// The whole document, where nothing is named.
    pub provision: Provision,
    #[serde(default)]
    pub part: Part,
}

#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    #[default]
    All,
    /// "tên Điều 9"
    Heading,
    /// "đoạn mở đầu khoản 2": its own words before its items.
    Opening,
}
