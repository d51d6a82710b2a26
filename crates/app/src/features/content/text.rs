//! A post as people read it: its paragraphs with links to what they rest on, and the state of that law today.

use std::collections::HashMap;

use store::{Db, Id};

use super::post::{Content, Kind};
use super::sources;
use crate::error::Result;
use crate::features::laws::{self, Law};

/// A paragraph to be read.
#[derive(Debug, Clone)]
pub struct Shown {
    pub kind: Kind,
    pub lines: Vec<String>,
    /// What it rests on, said once under the last paragraph in a row that rests on it.
    pub source: Option<Link>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// "Điều 12 khoản 2 Luật 35/2013/QH13"
    pub words: String,
    /// Without the language.
    pub path: String,
}

/// A law that a post rests on.
#[derive(Debug, Clone)]
pub struct RestsOn {
    pub law: Law,
    pub provisions: Vec<Link>,
}

/// The laws of a post, by identity.
pub async fn laws_of(db: &Db, content: &Content) -> Result<HashMap<Id, Law>> {
    Ok(laws::with_ids(db, content.laws()).await?.into_iter().map(|l| (l.id, l)).collect())
}

fn link(law: &Law, path: &str, whole: bool) -> Link {
    let words = sources::words(path);
    Link {
        words: if whole { format!("{words} {}", law.short_name()) } else { words },
        path: format!("{}/{path}", law.path()),
    }
}

/// The paragraphs of a post.
pub fn shown(content: &Content, laws: &HashMap<Id, Law>) -> Vec<Shown> {
    let mut shown = Vec::new();
    for (i, p) in content.body.iter().enumerate() {
        let next = content.body.get(i + 1).and_then(|n| n.source.as_ref());
        let source = p.source.as_ref().filter(|s| next != Some(*s));
        shown.push(Shown {
            kind: p.kind,
            lines: p.text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect(),
            source: source.and_then(|s| Some(link(laws.get(&s.law)?, &s.path, true))),
        });
    }
    shown
}

/// The order of a law: Điều 2 before Điều 10, an article before its clauses.
fn in_order(path: &str) -> Vec<(u32, &str)> {
    let number = |part: &str| {
        let label = part.rsplit('-').next().unwrap_or_default();
        let digits: String = label.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().unwrap_or(u32::MAX)
    };
    path.split('/').map(|part| (number(part), part)).collect()
}

/// The laws that a post rests on with the provisions named, its own law first.
pub fn rests_on(content: &Content, laws: &HashMap<Id, Law>) -> Vec<RestsOn> {
    let mut ids: Vec<Id> = content.laws();
    ids.sort_by_key(|id| (content.law != Some(*id), *id));
    let mut named = content.sources();
    named.sort_by(|a, b| in_order(&a.path).cmp(&in_order(&b.path)));
    ids.iter()
        .filter_map(|id| laws.get(id))
        .map(|law| RestsOn {
            provisions: named.iter().filter(|s| s.law == law.id).map(|s| link(law, &s.path, false)).collect(),
            law: law.clone(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn provisions_stand_in_the_order_of_the_law() {
        let mut paths = ["dieu-10", "dieu-2/khoan-1", "dieu-2", "dieu-113a", "dieu-2/khoan-1/diem-a"];
        paths.sort_by(|a, b| in_order(a).cmp(&in_order(b)));
        assert_eq!(paths, ["dieu-2", "dieu-2/khoan-1", "dieu-2/khoan-1/diem-a", "dieu-10", "dieu-113a"]);
    }
}
