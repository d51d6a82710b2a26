//! What is asked and what is answered.

use std::collections::HashSet;
use std::sync::Arc;

/// A question to the index, as a person types it: one sentence, a number, the name of a law; with or without
/// marks. A phrase in quotes must stand in the article as it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Query {
    pub text: String,
    /// Most hits wanted.
    pub limit: usize,
    /// Only documents of this kind; compared without marks and case, as all filters.
    pub kind: Option<String>,
    pub issuer: Option<String>,
    /// First and last day of issue, `YYYY-MM-DD`; documents without a day are left out.
    pub issued_from: Option<String>,
    pub issued_to: Option<String>,
    pub topic: Option<String>,
    /// Only these documents, by their ids.
    pub documents: Option<Arc<HashSet<String>>>,
}

impl Query {
    /// A question without filters that wants ten hits.
    pub fn new(text: impl Into<String>) -> Query {
        Query { text: text.into(), ..Query::default() }
    }
}

impl Default for Query {
    fn default() -> Self {
        Query {
            text: String::new(),
            limit: 10,
            kind: None,
            issuer: None,
            issued_from: None,
            issued_to: None,
            topic: None,
            documents: None,
        }
    }
}

/// The articles found, best first, and what was understood of the question.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Answer {
    pub hits: Vec<Hit>,
    pub understood: Understood,
}

/// An article found.
#[derive(Clone, PartialEq, Debug)]
pub struct Hit {
    pub id: String,
    pub document: String,
    pub number: String,
    pub kind: String,
    pub title: String,
    /// Label of the article: `8`.
    pub article: String,
    pub heading: String,
    /// All of the article, as it was indexed.
    pub text: String,
    /// Only good for comparing the hits of one answer.
    pub score: f32,
    /// The clause that answers best, shortened, with the words asked for.
    pub snippet: Vec<Piece>,
}

/// A run of text in a snippet; `hit`: the words asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Piece {
    pub text: String,
    pub hit: bool,
}

/// What was recognised in the question besides words.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Understood {
    /// Number of a document in its official writing: `30/2020/NĐ-CP`, or as much as was typed.
    pub number: Option<String>,
    /// Name of a law that is in the index: `Luật Hòa giải ở cơ sở`.
    pub name: Option<String>,
    /// Điều, khoản, điểm
    pub article: Option<String>,
    pub clause: Option<String>,
    pub point: Option<String>,
    /// Ids of the documents that the number or the name means, likeliest first.
    pub documents: Vec<String>,
}
