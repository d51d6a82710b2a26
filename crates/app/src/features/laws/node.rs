//! The text of a document: its heads and articles in order, and what stands in an article.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::{Db, Id, sql};

use crate::error::{Error, Result};

/// A piece of text with what stands in it, as it is kept within the row of its article.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Block {
    /// A code of `lawtext::Level`: "clause", "point", "paragraph", "table", "row" …
    #[serde(rename = "v")]
    pub level: String,
    /// As it is cited: "2", "đ".
    #[serde(rename = "l", default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// As printed: "2.", "đ)".
    #[serde(rename = "p", default, skip_serializing_if = "String::is_empty")]
    pub printed: String,
    #[serde(rename = "h", default, skip_serializing_if = "String::is_empty")]
    pub heading: String,
    #[serde(rename = "t", default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The permanent address within the document: "dieu-12/khoan-2".
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    #[serde(rename = "c", default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Block>,
}

impl Block {
    /// Itself and everything in it, one paragraph a line.
    fn write_lines(&self, text: &mut String) {
        write_line(text, &[&self.printed, &self.heading]);
        // A clause's own words follow its label in the line; others follow their heading below.
        if !self.text.is_empty() {
            let joined = !self.printed.is_empty() && self.heading.is_empty();
            if !text.is_empty() {
                text.push(if joined { ' ' } else { '\n' });
            }
            text.push_str(&self.text);
        }
        self.children.iter().for_each(|child| child.write_lines(text));
    }
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.text.lines()
    }
    /// The id of its place in a page.
    pub fn anchor(&self) -> String {
        self.path.as_deref().map(anchor).unwrap_or_default()
    }
}

fn write_line(text: &mut String, parts: &[&str]) {
    let parts: Vec<&str> = parts.iter().copied().filter(|p| !p.is_empty()).collect();
    if !parts.is_empty() {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&parts.join(" "));
    }
}

/// The id of a path's place in a page.
pub fn anchor(path: &str) -> String {
    path.replace('/', ".")
}

/// A row of the text: a head, an article, an appendix, or what stands between them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// 0, or which of the documents issued with it.
    pub document: i64,
    /// How many heads it stands under.
    pub depth: i64,
    pub level: String,
    pub label: String,
    pub printed: String,
    pub heading: String,
    pub text: String,
    pub path: Option<String>,
    pub cited_as: Option<String>,
    pub content: Vec<Block>,
}

impl Node {
    pub fn is_article(&self) -> bool {
        self.level == "article"
    }
    /// Stands in the outline.
    pub fn is_outlined(&self) -> bool {
        self.path.is_some()
    }
    /// "Điều 12. Hòa giải viên"
    pub fn title(&self) -> String {
        format!("{} {}", self.printed, self.heading).trim().to_owned()
    }
    /// Everything in it but its own label and heading, one paragraph a line.
    pub fn body(&self) -> String {
        let mut text = self.text.clone();
        self.content.iter().for_each(|block| block.write_lines(&mut text));
        text
    }
    /// Tells its text from another: what rests on it is stale when this is no longer the same.
    pub fn version(&self) -> String {
        let mut digest = Sha256::new();
        for part in [&self.heading, "\n", &self.body()] {
            digest.update(part.as_bytes());
        }
        hex::encode(digest.finalize().get(..8).unwrap_or_default())
    }
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.text.lines()
    }
    pub fn anchor(&self) -> String {
        self.path.as_deref().map(anchor).unwrap_or_default()
    }
    /// The addresses of what stands in it.
    pub fn holds(&self, path: &str) -> bool {
        fn within(blocks: &[Block], path: &str) -> bool {
            blocks.iter().any(|b| b.path.as_deref() == Some(path) || within(&b.children, path))
        }
        within(&self.content, path)
    }
}

store::record! {
    struct NodeRow {
        document: i64, depth: i64, level: String, label: String, printed: String, heading: String, text: String,
        path: Option<String>, cited_as: Option<String>, content: String,
    }
}

fn read(row: NodeRow) -> Result<Node> {
    let content = serde_json::from_str(&row.content).map_err(|e| Error::Internal(e.into()))?;
    Ok(Node {
        document: row.document,
        depth: row.depth,
        level: row.level,
        label: row.label,
        printed: row.printed,
        heading: row.heading,
        text: row.text,
        path: row.path,
        cited_as: row.cited_as,
        content,
    })
}

/// The whole text in order.
pub async fn nodes(db: impl store::Runs, law: Id) -> Result<Vec<Node>> {
    let rows: Vec<NodeRow> = sql!(
        "SELECT document, depth, level, label, printed, heading, text, path, cited_as, content
         FROM law_nodes WHERE law_id = $1 ORDER BY seq",
        law
    )
    .all(db)
    .await?;
    rows.into_iter().map(read).collect()
}

/// An article (điều) of a law.
#[derive(Debug, Clone)]
pub struct Article {
    pub law_id: Id,
    /// Its permanent address in the law: "dieu-12".
    pub path: String,
    /// "12"
    pub label: String,
    /// "Điều 12."
    pub printed: String,
    pub heading: String,
    /// All of it but label and heading, one paragraph a line.
    pub text: String,
    /// Its clauses and other parts.
    pub clauses: Vec<Block>,
    /// "35/2013/qh13+12"
    pub cited_as: String,
}

fn article_of(law_id: Id, node: Node) -> Option<Article> {
    Some(Article {
        law_id,
        text: node.body(),
        path: node.path?,
        label: node.label,
        printed: node.printed,
        heading: node.heading,
        clauses: node.content,
        cited_as: node.cited_as.unwrap_or_default(),
    })
}

/// The articles of a law in order.
pub async fn articles(db: &Db, law: Id) -> Result<Vec<Article>> {
    let rows: Vec<NodeRow> = sql!(
        "SELECT document, depth, level, label, printed, heading, text, path, cited_as, content
         FROM law_nodes WHERE law_id = $1 AND level = 'article' ORDER BY seq",
        law
    )
    .all(db)
    .await?;
    let mut articles = Vec::new();
    for row in rows {
        articles.extend(article_of(law, read(row)?));
    }
    Ok(articles)
}

store::record! {
    /// Which version an article is in.
    #[derive(Debug, Clone)]
    pub struct Version { pub path: String, pub version: String }
}

pub async fn versions(db: &Db, law: Id) -> Result<Vec<Version>> {
    Ok(sql!(
        "SELECT path, version FROM law_nodes
         WHERE law_id = $1 AND level = 'article' AND path IS NOT NULL ORDER BY seq",
        law
    )
    .all(db)
    .await?)
}

/// The article at an address in a law, also of a clause or point in it.
pub async fn article(db: &Db, law: Id, path: &str) -> Result<Option<Article>> {
    for path in upwards(path) {
        let row: Option<NodeRow> = sql!(
            "SELECT document, depth, level, label, printed, heading, text, path, cited_as, content
             FROM law_nodes WHERE law_id = $1 AND path = $2 AND level = 'article'",
            law,
            path
        )
        .find(db)
        .await?;
        if let Some(row) = row {
            return Ok(article_of(law, read(row)?));
        }
    }
    Ok(None)
}

/// "a/b/c", "a/b", "a"
fn upwards(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |p| p.rsplit_once('/').map(|(above, _)| above)).take(8)
}
