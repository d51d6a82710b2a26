//! Articles, clauses and points that a text cites, each with the document it belongs to.

use super::mention::Mention;
use super::words::Words;
use crate::address::label_slug;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A part of a document; labels as in [`Node::label`](crate::Node::label): `12`, `2a`, `đ`.
#[derive(Clone, PartialEq, Eq, Hash, Default, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Provision {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appendix: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chapter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub point: Option<String>,
}

impl Provision {
    /// Nothing less than the whole document.
    pub fn is_whole(&self) -> bool {
        *self == Provision::default()
    }

    /// Where [`addresses`](crate::addresses) finds it in a document whose articles are numbered through:
    /// `dieu-12/khoan-2/diem-a`. `None` of the whole document.
    pub fn path(&self) -> Option<String> {
        let named = |word: &str, label: &Option<String>| {
            label.as_ref().map(|label| match label_slug(label) {
                slug if slug.is_empty() => word.to_string(),
                slug => format!("{word}-{slug}"),
            })
        };
        let head = named("phu-luc", &self.appendix).or_else(|| named("chuong", &self.chapter));
        let parts = match named("dieu", &self.article) {
            Some(article) => [Some(article), named("khoan", &self.clause), named("diem", &self.point)],
            None => [head, None, None],
        };
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join("/"))
    }
}

/// Where a text stands in its document.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Place {
    pub article: Option<String>,
    pub clause: Option<String>,
    pub point: Option<String>,
}

/// One cited part: its words, and what follows them directly.
struct Item {
    range: Range<usize>,
    provision: Provision,
    bound: Bound,
    /// It is "Điều này" alone.
    this: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Bound {
    /// By nothing that follows it.
    Free,
    /// By "Điều này".
    Here,
    /// By a mention.
    To(usize),
}

/// Every part cited, in order, with the index of the mention it belongs to: of "khoản 1 và khoản 3 Điều 5 của Luật X"
/// two of Luật X. Without one the part is the document's own.
pub(crate) fn cited_provisions(
    words: &Words,
    mentions: &[Mention],
    place: &Place,
) -> Vec<(Provision, Range<usize>, Option<usize>)> {
    let mut items = items(words, place);
    let mut next = 0;
    for item in &mut items {
        while mentions.get(next).is_some_and(|mention| mention.range.start < item.range.end) {
            next += 1;
        }
        bind(words, mentions, next, item);
    }
    // A list belongs where its last item belongs.
    for n in (1..items.len()).rev() {
        let (before, after) = items.split_at_mut(n);
        if let (Some(item), Some(next)) = (before.last_mut(), after.first())
            && item.bound == Bound::Free
            && (item.range.end > next.range.start || is_list(words, item.range.end, next.range.start))
        {
            item.bound = next.bound;
            if next.bound == Bound::Here && item.provision.article.is_none() {
                item.provision.article.clone_from(&next.provision.article);
            }
        }
    }
    // The "Điều này" of "khoản 1 Điều này" is not cited once more.
    let mut end = 0;
    items.retain(|item| {
        let kept = !(item.this && item.range.end <= end);
        end = end.max(item.range.end);
        kept
    });
    let resolved = |item: Item| {
        let mut provision = item.provision;
        let mention = match item.bound {
            Bound::To(n) => Some(n),
            _ => None,
        };
        let own = mention.is_none_or(|n| mentions.get(n).is_some_and(|mention| mention.cited.is_none()));
        if own && provision.article.is_none() && (provision.clause.is_some() || provision.point.is_some()) {
            provision.article.clone_from(&place.article);
            if provision.clause.is_none() {
                provision.clause.clone_from(&place.clause);
            }
        }
        (provision, item.range, mention)
    };
    items.into_iter().filter(|item| !is_of_treaty(words, item.range.end)).map(resolved).collect()
}

/// Agreements between states have articles too.
fn is_of_treaty(words: &Words, end: usize) -> bool {
    const TREATIES: &[&[&str]] =
        &[&["hiệp", "định"], &["công", "ước"], &["nghị", "định", "thư"], &["hiệp", "ước"], &["điều", "ước"]];
    let next = words.at(end);
    let next = if words.lower(next) == "của" { next + 1 } else { next };
    words.any(next, TREATIES).is_some()
}

fn items(words: &Words, place: &Place) -> Vec<Item> {
    let mut items: Vec<Item> = viet::find_provisions(words.text)
        .into_iter()
        .map(|found| Item {
            range: found.range,
            provision: Provision {
                article: found.article,
                clause: found.clause,
                point: found.point,
                ..Provision::default()
            },
            bound: Bound::Free,
            this: false,
        })
        .collect();
    for n in 0..words.len() {
        let level = words.lower(n);
        let label = words.lower(n + 1);
        let blank = words.before(n + 1).trim().is_empty();
        let item = |end: usize, provision, bound| Item {
            range: words.start(n)..words.end(end),
            provision,
            bound,
            this: bound == Bound::Here,
        };
        match level {
            "điều" | "khoản" | "điểm" if label == "này" && blank && (level != "điều" || words.capital(n)) =>
            {
                let provision = Provision {
                    article: place.article.clone(),
                    clause: place.clause.clone().filter(|_| level != "điều"),
                    point: place.point.clone().filter(|_| level == "điểm"),
                    ..Provision::default()
                };
                items.push(item(n + 1, provision, Bound::Here));
            }
            "chương" | "phụ" => {
                let at = if level == "phụ" && label == "lục" { n + 2 } else { n + 1 };
                if level == "phụ" && at == n + 1 || !words.capital(n) {
                    continue;
                }
                let label = number(words.lower(at)).filter(|_| words.before(at).trim().is_empty());
                if let Some(label) = label {
                    let provision = match level {
                        "phụ" => Provision { appendix: Some(label), ..Provision::default() },
                        _ => Provision { chapter: Some(label), ..Provision::default() },
                    };
                    items.push(item(at, provision, Bound::Free));
                }
            }
            _ => {}
        }
    }
    items.sort_by_key(|item| (item.range.start, item.range.end));
    items
}

/// A Roman or an Arabic number, as a number.
fn number(label: &str) -> Option<String> {
    let arabic = !label.is_empty() && label.len() <= 3 && label.bytes().all(|b| b.is_ascii_digit());
    if arabic {
        return Some(label.to_string());
    }
    let value = crate::parse::roman_value(&label.to_uppercase())?;
    Some(value.to_string())
}

fn bind(words: &Words, mentions: &[Mention], next: usize, item: &mut Item) {
    const BRIDGE: &[&str] = &[
        "của", "tại", "trong", "thuộc", "ban", "hành", "kèm", "theo", "mục", "chương", "phần", "phụ", "lục",
        "quy", "chế", "định", "thứ", "nhất", "hai", "ba",
    ];
    if item.bound != Bound::Free {
        return;
    }
    let first = words.at(item.range.end);
    let has_article = item.provision.article.is_some();
    if !has_article && words.is(first, &["điều", "này"]) && words.before(first).trim().is_empty() {
        item.range.end = words.end(first + 1);
        item.bound = Bound::Here;
        return;
    }
    if words.is(first, &["khoản", "này"])
        && item.provision.point.is_some()
        && words.before(first).trim().is_empty()
    {
        item.range.end = words.end(first + 1);
        item.bound = Bound::Here;
        return;
    }
    let Some(mention) = mentions.get(next) else { return };
    let to = mention.words.start;
    if to < first || to > first + 9 {
        return;
    }
    let bridged = (first..to).all(|n| BRIDGE.contains(&words.lower(n)) || number(words.lower(n)).is_some())
        && (first..=to).all(|n| matches!(words.before(n).trim(), "" | "," | ")"));
    if bridged {
        item.bound = Bound::To(next);
        // One link, unless the name is far.
        if to <= first + 1 {
            item.range.end = mention.range.end;
        }
    }
}

/// Only signs and words of lists stand between the two places.
fn is_list(words: &Words, from: usize, to: usize) -> bool {
    let (first, next) = (words.at(from), words.at(to));
    const JOINTS: &[&str] = &["và", "hoặc", "của", "các", "tại", "đến", "từ", "hay"];
    next <= first + 3
        && (first..next).all(|n| JOINTS.contains(&words.lower(n)))
        && (first..=next).all(|n| words.before(n).trim().chars().all(|c| ",;)".contains(c)))
}
