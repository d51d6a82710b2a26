//! Permanent addresses: `35-2013-qh13`, and in it `dieu-12/khoan-2/diem-a`.

use crate::{Document, Level, Node, Parsed};
use std::collections::HashMap;
use viet::LegalNumber;

/// A node and where it is found for good, whatever else the document holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Address<'d> {
    /// `dieu-12/khoan-2/diem-a`; in attached documents behind a segment of their own: `quy-che/dieu-1`.
    pub path: String,
    pub node: &'d Node,
    /// Index into [`Parsed::documents`].
    pub document: usize,
    /// Another node has the path that this one should have, so it bears a counter: `dieu-3--2`.
    pub taken: bool,
}

/// Addresses given, each with the last counter behind it.
type Taken = HashMap<String, usize>;

/// The address of every node that is cited by a label: heads, articles, clauses, points, outline items, appendices.
/// Articles are counted through a document, so their address does not name the chapter.
pub fn addresses(parsed: &Parsed) -> Vec<Address<'_>> {
    let mut found = Vec::new();
    let mut taken = Taken::new();
    for (n, document) in parsed.documents.iter().enumerate() {
        let base = if n == 0 { String::new() } else { attached_segment(document, n, &mut taken) };
        for node in document.nodes.iter().chain(&document.appendices) {
            walk(node, &base, &base, n, &mut taken, &mut found);
        }
    }
    found
}

/// The part of an address that names a document: its number, with the issuer before it where the number does not
/// say who issued it and the year after it where the number does not say when: `35-2013-qh13`,
/// `long-an-4402-qd-ubnd-2021`.
pub fn document_slug(number: &str, issuer: &str, year: Option<i16>) -> String {
    let parsed = LegalNumber::parse(number);
    let mut slug = parsed.as_ref().map_or_else(|| viet::slug(number), LegalNumber::slug);
    if parsed.as_ref().is_none_or(|number| number.year.is_none())
        && let Some(year) = year
    {
        slug = format!("{slug}-{year}");
    }
    // Councils and committees of every unit number alike; a central body's number stands for one document.
    let local = parsed
        .as_ref()
        .and_then(|number| number.issuer.as_deref())
        .is_some_and(|body| body.split('-').any(|part| part.starts_with("UBND") || part.starts_with("HĐND")));
    let issuer = if local || parsed.is_none() { viet::slug(issuer) } else { String::new() };
    let issuer = ["uy-ban-nhan-dan-", "hoi-dong-nhan-dan-", "ubnd-", "hdnd-"]
        .iter()
        .find_map(|body| issuer.strip_prefix(body))
        .unwrap_or(&issuer);
    [issuer, slug.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

fn attached_segment(document: &Document, n: usize, taken: &mut Taken) -> String {
    let name = document.head.kind.map_or_else(|| "kem-theo".into(), |kind| viet::slug(kind.name()));
    let segment = if taken.contains_key(&name) { format!("{name}-{}", n + 1) } else { name };
    taken.insert(segment.clone(), 1);
    segment + "/"
}

/// `heads`: the address of the heads around the node; `base`: where articles of this document begin.
fn walk<'d>(
    node: &'d Node,
    parent: &str,
    base: &str,
    document: usize,
    taken: &mut Taken,
    found: &mut Vec<Address<'d>>,
) {
    let mut below = parent.to_string();
    if let Some(segment) = segment(node) {
        let stem = if node.level == Level::Article { base } else { parent };
        let mut path = format!("{stem}{segment}");
        let clash = taken.contains_key(&path);
        while let Some(counter) = taken.get_mut(&path) {
            *counter += 1;
            path = format!("{stem}{segment}--{counter}");
        }
        taken.insert(path.clone(), 1);
        below = format!("{path}/");
        found.push(Address { path, node, document, taken: clash });
    }
    for child in &node.children {
        // What is quoted from another law has its address there.
        if child.level != Level::Quote {
            walk(child, &below, base, document, taken, found);
        }
    }
}

fn segment(node: &Node) -> Option<String> {
    let word = match node.level {
        Level::Part => "phan",
        Level::Chapter => "chuong",
        Level::Section => "muc",
        Level::Subsection => "tieu-muc",
        Level::Article => "dieu",
        Level::Clause => "khoan",
        Level::Point => "diem",
        Level::Roman => "phan",
        Level::Number | Level::Decimal => "muc",
        Level::Letter => "diem",
        Level::Appendix => "phu-luc",
        _ => return None,
    };
    let label = label_slug(&node.label);
    match (label.is_empty(), node.level) {
        (true, Level::Appendix) => Some(word.into()),
        (true, _) => None,
        _ => Some(format!("{word}-{label}")),
    }
}

/// Letters with marks are labels of their own (điểm d, điểm đ), so they are written as they are typed in Telex.
pub(crate) fn label_slug(label: &str) -> String {
    let spelled: String = label
        .to_lowercase()
        .chars()
        .map(|c| match c {
            'đ' => "dd".into(),
            'ă' => "aw".into(),
            'â' => "aa".into(),
            'ê' => "ee".into(),
            'ô' => "oo".into(),
            'ơ' => "ow".into(),
            'ư' => "uw".into(),
            c => c.to_string(),
        })
        .collect();
    viet::slug(&spelled)
}
