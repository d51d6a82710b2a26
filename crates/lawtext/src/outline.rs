//! The outline of a document, as the gold outlines are written.

use crate::{Document, Level, Node, Parsed};
use serde::Serialize;
use std::collections::BTreeMap;

/// The outline of one file.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Outline {
    /// Name of the file; the caller's to fill in.
    pub file: String,
    pub number: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub issuer: String,
    pub issued: Option<String>,
    pub effective: Option<String>,
    pub counts: Counts,
    pub docs: Vec<Doc>,
    pub sections: Vec<Section>,
    pub appendices: Vec<Appendix>,
    pub problems: Vec<Problem>,
}

#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize)]
pub struct Counts {
    pub phan: usize,
    pub chuong: usize,
    pub muc: usize,
    pub tieumuc: usize,
    pub dieu: usize,
    pub khoan: usize,
    pub diem: usize,
}

#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Doc {
    pub role: &'static str,
    pub title: String,
    pub counts: Counts,
    pub heads: Vec<HeadLine>,
    pub articles: Vec<Article>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct HeadLine {
    pub level: &'static str,
    pub number: String,
    pub title: String,
    pub path: String,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Article {
    pub path: String,
    pub number: String,
    pub heading: String,
    pub khoan: usize,
    pub diem: usize,
    pub khoan_labels: Vec<String>,
    /// Points by clause; "0" for points directly under the article.
    pub diem_by_khoan: BTreeMap<String, Vec<String>>,
    pub first60: String,
    pub last60: String,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Section {
    pub label: String,
    pub line60: String,
    pub items: Vec<Section>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Appendix {
    pub label: String,
    pub next: String,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Problem {
    pub code: &'static str,
    pub paragraph: usize,
    pub page: Option<u32>,
    pub excerpt: String,
}

/// The outline in the format of the gold outlines (`lantoa laws outline FILE --json`).
pub fn outline_json(parsed: &Parsed) -> Outline {
    let main = parsed.documents.first();
    let head = main.map(|document| document.head.clone()).unwrap_or_default();
    Outline {
        file: String::new(),
        number: head.number,
        kind: head.kind.map(|kind| kind.name().to_string()).unwrap_or_default(),
        title: head.title,
        issuer: head.issuer,
        issued: head.issued.map(iso),
        effective: head.effective.map(iso),
        counts: parsed.documents.iter().map(counts).fold(Counts::default(), Counts::plus),
        docs: parsed.documents.iter().enumerate().map(|(n, document)| doc(n, document)).collect(),
        sections: all_sections(parsed),
        appendices: parsed.documents.iter().flat_map(|d| &d.appendices).map(appendix).collect(),
        problems: parsed
            .problems
            .iter()
            .map(|p| Problem {
                code: p.kind.code(),
                paragraph: p.paragraph,
                page: p.page,
                excerpt: p.excerpt.clone(),
            })
            .collect(),
    }
}

impl Counts {
    fn plus(self, other: Counts) -> Counts {
        Counts {
            phan: self.phan + other.phan,
            chuong: self.chuong + other.chuong,
            muc: self.muc + other.muc,
            tieumuc: self.tieumuc + other.tieumuc,
            dieu: self.dieu + other.dieu,
            khoan: self.khoan + other.khoan,
            diem: self.diem + other.diem,
        }
    }
}

fn iso((year, month, day): (i16, i8, i8)) -> String {
    format!("{year:04}-{month:02}-{day:02}")
}

fn counts(document: &Document) -> Counts {
    let mut counts = Counts::default();
    for node in document.nodes.iter().flat_map(Node::walk_own) {
        match node.level {
            Level::Part => counts.phan += 1,
            Level::Chapter => counts.chuong += 1,
            Level::Section => counts.muc += 1,
            Level::Subsection => counts.tieumuc += 1,
            Level::Article => counts.dieu += 1,
            Level::Clause => counts.khoan += 1,
            Level::Point => counts.diem += 1,
            _ => {}
        }
    }
    counts
}

fn doc(n: usize, document: &Document) -> Doc {
    let mut doc = Doc {
        role: if n == 0 { "main" } else { "attached" },
        title: document.head.title.clone(),
        counts: counts(document),
        heads: Vec::new(),
        articles: Vec::new(),
    };
    fill(&document.nodes, "", &mut doc);
    doc
}

fn fill(nodes: &[Node], parent: &str, doc: &mut Doc) {
    for node in nodes {
        let (level, short) = match node.level {
            Level::Part => ("phan", "ph"),
            Level::Chapter => ("chuong", "ch"),
            Level::Section => ("muc", "m"),
            Level::Subsection => ("tieumuc", "tm"),
            Level::Article => {
                doc.articles.push(article(node, parent));
                continue;
            }
            _ => continue,
        };
        let path = format!("{parent}{short}{}", node.label);
        doc.heads.push(HeadLine {
            level,
            number: node.label.clone(),
            title: node.heading.clone(),
            path: path.clone(),
        });
        fill(&node.children, &format!("{path}/"), doc);
    }
}

fn article(node: &Node, parent: &str) -> Article {
    let mut khoan_labels = Vec::new();
    let mut diem_by_khoan = BTreeMap::<String, Vec<String>>::new();
    for child in &node.children {
        match child.level {
            Level::Clause => {
                khoan_labels.push(child.label.clone());
                let points: Vec<String> = points(&child.children).collect();
                if !points.is_empty() {
                    diem_by_khoan.entry(child.label.clone()).or_default().extend(points);
                }
            }
            Level::Point => diem_by_khoan.entry("0".into()).or_default().push(child.label.clone()),
            _ => {}
        }
    }
    let text = one_line(&[node.heading.as_str(), &node.body_text()].join(" "));
    Article {
        path: format!("{parent}dieu{}", node.label),
        number: node.label.clone(),
        heading: node.heading.clone(),
        khoan: khoan_labels.len(),
        diem: diem_by_khoan.values().map(Vec::len).sum(),
        khoan_labels,
        diem_by_khoan,
        first60: first(&text, 60),
        last60: last(&text, 60),
    }
}

fn points(nodes: &[Node]) -> impl Iterator<Item = String> {
    nodes.iter().filter(|node| node.level == Level::Point).map(|node| node.label.clone())
}

/// The outline of the document if it has no articles; else those of its articles and of what was issued with it.
fn all_sections(parsed: &Parsed) -> Vec<Section> {
    let mut all = Vec::new();
    for document in &parsed.documents {
        all.extend(sections(&document.nodes));
        all.extend(document.articles().flat_map(|article| sections(&article.children)));
    }
    all
}

fn sections(nodes: &[Node]) -> Vec<Section> {
    let of = |node: &Node| {
        let number = node.label.parse().ok().filter(|_| node.level == Level::Roman);
        Section {
            label: number.map_or_else(|| node.label.clone(), viet::roman),
            line60: first(if node.heading.is_empty() { &node.text } else { &node.heading }, 60),
            items: sections(&node.children),
        }
    };
    nodes.iter().filter(|n| matches!(n.level, Level::Roman | Level::Number)).map(of).collect()
}

fn appendix(node: &Node) -> Appendix {
    Appendix { label: node.printed.clone(), next: first(&one_line(&node.body_text()), 140) }
}

fn one_line(text: &str) -> String {
    // Cells stand one after another in the gold outlines.
    text.replace(" | ", " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn first(text: &str, chars: usize) -> String {
    text.chars().take(chars).collect()
}

fn last(text: &str, chars: usize) -> String {
    let skip = text.chars().count().saturating_sub(chars);
    text.chars().skip(skip).collect()
}
