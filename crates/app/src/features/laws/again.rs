//! A document that comes again: what is there, and where the new text reads otherwise, before it takes the old one's place.

use std::collections::HashMap;

use jiff::Timestamp;
use store::Db;

use super::amendments;
use super::changes::{Run, runs};
use super::document::{By, NewLaw};
use super::law::Law;
use super::node::{self, Node};
use super::sources;
use crate::error::{Error, Result};

/// An article that reads otherwise, came or went.
pub struct Differing {
    pub title: String,
    /// Its page; none of one that comes.
    pub link: Option<String>,
    /// "changed", "came", "gone"
    pub kind: &'static str,
    pub words: Vec<Run>,
}

/// What the registry has of a document that is about to be saved.
pub struct Again {
    pub law: Law,
    pub came_at: Timestamp,
    pub differing: Vec<Differing>,
    /// Whoever sends it may not change it: the text that is there stays.
    pub stays: bool,
}

impl Again {
    /// Saving puts other words in the place of those that are there; articles that only come take no place.
    pub fn replaces(&self) -> bool {
        !self.stays && self.differing.iter().any(|d| d.kind != "came")
    }
    pub fn count(&self, kind: &str) -> usize {
        self.differing.iter().filter(|d| d.kind == kind).count()
    }
}

pub async fn find(db: &Db, by: &By, new: &NewLaw) -> Result<Option<Again>> {
    let mut new = new.clone();
    new.tidy();
    let Some(law) = new.find(db).await? else { return Ok(None) };
    let came = sources::came_at(db, &law).await?;
    // Amendments are carried out on the new text as on the old one.
    let there = amendments::base(db, law.id, node::nodes(db, law.id).await?).await?;
    let path = law.path();
    let differing = tokio::task::spawn_blocking(move || differing(&there, &new, &path)).await;
    let differing = differing.map_err(|e| Error::Internal(e.into()))?;
    Ok(Some(Again { came_at: came, differing, stays: !by.keeps(&law), law }))
}

fn differing(there: &[Node], new: &NewLaw, law: &str) -> Vec<Differing> {
    // A document that brings no text takes none away.
    if new.nodes.is_empty() {
        return vec![];
    }
    let articles = |nodes: &'_ [Node]| -> Vec<(String, Node)> {
        let articles = nodes.iter().filter(|n| n.is_article());
        articles.filter_map(|n| Some((n.path.clone()?, n.clone()))).collect()
    };
    let (there, new_articles) = (articles(there), articles(&new.nodes));
    let olds: HashMap<&str, &Node> = there.iter().map(|(path, node)| (path.as_str(), node)).collect();
    let whole = |node: &Node| format!("{}\n{}", node.title(), node.body());
    let mut found = Vec::new();
    for (path, node) in &new_articles {
        let old = olds.get(path.as_str());
        if old.is_some_and(|old| old.version() == node.version()) {
            continue;
        }
        found.push(Differing {
            title: node.title(),
            link: old.map(|_| format!("{law}/{path}")),
            kind: if old.is_some() { "changed" } else { "came" },
            words: old.map(|old| runs(&whole(old), &whole(node))).unwrap_or_default(),
        });
    }
    // An extract takes nothing away.
    for (path, node) in there.iter().filter(|_| !new.is_extract) {
        if new_articles.iter().all(|(other, _)| other != path) {
            let link = Some(format!("{law}/{path}"));
            found.push(Differing { title: node.title(), link, kind: "gone", words: vec![] });
        }
    }
    found
}
