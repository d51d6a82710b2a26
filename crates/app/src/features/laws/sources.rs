//! Where texts came from. Where two sources hold one article in different words, both are kept with the days on which
//! they came; the later one shows, and the differences are listed word by word.

use std::collections::{HashMap, HashSet};

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use store::{Db, Id, Runs, Tx, sql};

use super::changes::{Run, runs};
use super::document::NewLaw;
use super::law::{self, Law};
use super::node::{self, Node};
use crate::error::{Error, Result};
use crate::page::{Page, Room, show};
use crate::web::Signed;

/// Whether a source has said exactly this before: then it brings nothing, whatever came since from others.
pub(super) async fn said_before(tx: &mut Tx, law: Id, source: &str, digest: &str) -> Result<bool> {
    let known: Option<(String,)> =
        sql!("SELECT digest FROM law_sources WHERE law_id = $1 AND source = $2", law, source)
            .find(tx)
            .await?;
    Ok(known.is_some_and(|k| k.0 == digest))
}

store::record! { struct Came { at: Timestamp } }

/// When the text that shows came.
pub(super) async fn came_at(db: impl Runs, law: &Law) -> Result<Timestamp> {
    let came: Came = sql!(
        "SELECT COALESCE((SELECT came_at FROM law_sources WHERE law_id = $1 AND source = $2), created_at) AS at
         FROM laws WHERE id = $1",
        law.id,
        law.source
    )
    .get(db)
    .await?;
    Ok(came.at)
}

/// Notes what a source says.
pub(super) async fn note(tx: &mut Tx, at: Timestamp, law: Id, source: &str, digest: &str) -> Result<()> {
    sql!(
        "INSERT INTO law_sources (law_id, source, digest, came_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (law_id, source) DO UPDATE SET digest = EXCLUDED.digest, came_at = EXCLUDED.came_at",
        law,
        source,
        digest,
        at
    )
    .run(tx)
    .await?;
    Ok(())
}

/// Keeps what another source said of the articles that one is about to replace. `base`: the text as it came.
pub(super) async fn keep(tx: &mut Tx, at: Timestamp, law: &Law, base: &[Node], new: &NewLaw) -> Result<()> {
    let known: Vec<(String,)> =
        sql!("SELECT DISTINCT path FROM law_texts WHERE law_id = $1", law.id).all(&mut *tx).await?;
    let known: HashSet<String> = known.into_iter().map(|k| k.0).collect();
    let before: HashMap<&str, &Node> = articles(base).collect();
    let others = law.source != new.source;
    let (mut earlier, mut later): (Vec<&Node>, Vec<&Node>) = (vec![], vec![]);
    let mut there = HashSet::new();
    for (path, node) in articles(&new.nodes) {
        there.insert(path);
        let old = before.get(path).filter(|old| others && old.version() != node.version());
        if old.is_some() || known.contains(path) {
            later.push(node);
        }
        earlier.extend(old);
    }
    // A whole text says by its silence that an article is none of its own.
    if others && !new.is_extract {
        earlier.extend(articles(base).filter(|(path, _)| !there.contains(path)).map(|(_, node)| node));
    }
    if !earlier.is_empty() {
        let came = came_at(&mut *tx, law).await?;
        for node in earlier {
            insert(tx, law.id, &law.source, came, node, false).await?;
        }
    }
    for node in later {
        insert(tx, law.id, &new.source, at, node, true).await?;
    }
    Ok(())
}

fn articles(nodes: &[Node]) -> impl Iterator<Item = (&str, &Node)> {
    nodes.iter().filter(|n| n.is_article()).filter_map(|n| Some((n.path.as_deref()?, n)))
}

async fn insert(tx: &mut Tx, law: Id, source: &str, came: Timestamp, node: &Node, again: bool) -> Result<()> {
    sql!(
        "INSERT INTO law_texts (law_id, path, source, came_at, node) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (law_id, path, source) DO UPDATE SET
             came_at = CASE WHEN CAST($6 AS BOOLEAN) THEN EXCLUDED.came_at ELSE law_texts.came_at END,
             node = CASE WHEN CAST($6 AS BOOLEAN) THEN EXCLUDED.node ELSE law_texts.node END",
        law,
        node.path,
        source,
        came,
        serde_json::to_string(node).map_err(|e| Error::Internal(e.into()))?,
        again
    )
    .run(tx)
    .await?;
    Ok(())
}

store::record! { struct Kept { path: String, source: String, came_at: Timestamp, node: String } }

/// An article as one source gave it.
#[derive(Debug, Clone)]
pub struct Given {
    pub path: String,
    pub source: String,
    pub came_at: Timestamp,
    pub article: Node,
}

impl Given {
    fn text(&self) -> String {
        format!("{}\n{}", self.article.title(), self.article.body())
    }
}

/// An article that an earlier source gave otherwise than the latest, or that the latest has not.
#[derive(Debug, Clone)]
pub struct Difference {
    pub earlier: Given,
    pub latest: Option<Given>,
}

/// Where the sources of a law differ, in the order of its articles.
pub async fn differences(db: &Db, law: Id) -> Result<Vec<Difference>> {
    let kept: Vec<Kept> = sql!(
        "SELECT path, source, came_at, node FROM law_texts WHERE law_id = $1 ORDER BY path, came_at, source",
        law
    )
    .all(db)
    .await?;
    let mut given = Vec::new();
    for k in kept {
        let article = serde_json::from_str(&k.node).map_err(|e| Error::Internal(e.into()))?;
        given.push(Given { path: k.path, source: k.source, came_at: k.came_at, article });
    }
    let mut found = Vec::new();
    for of_one in given.chunk_by(|a, b| a.path == b.path) {
        match of_one {
            [only] => found.push(Difference { earlier: only.clone(), latest: None }),
            [earlier @ .., latest] => {
                let other = earlier.iter().filter(|e| e.article.version() != latest.article.version());
                found.extend(other.map(|e| Difference { earlier: e.clone(), latest: Some(latest.clone()) }));
            }
            [] => {}
        }
    }
    found.sort_by_cached_key(|d| {
        (d.earlier.article.document, lawtext::article_order(&d.earlier.article.label))
    });
    Ok(found)
}

struct Row {
    title: String,
    link: String,
    earlier: Given,
    latest: Option<Given>,
    words: Vec<Run>,
}

#[derive(Template)]
#[template(path = "laws/sources.html")]
struct SourcesPage {
    page: Page,
    law: Law,
    rows: Vec<Row>,
}

/// `GET /luat/{id}/nguon`
pub async fn view(signed: Signed, Path(id): Path<String>) -> Result<Response> {
    let db = &signed.app.db;
    let law = law::get(db, id.parse()?).await?;
    let addresses: HashSet<String> = node::versions(db, law.id).await?.into_iter().map(|v| v.path).collect();
    let row = |d: Difference| Row {
        title: d.latest.as_ref().unwrap_or(&d.earlier).article.title(),
        // An article that the latest source has not may have no page.
        link: match addresses.contains(&d.earlier.path) {
            true => format!("{}/{}", law.path(), d.earlier.path),
            false => String::new(),
        },
        words: d.latest.as_ref().map(|l| runs(&d.earlier.text(), &l.text())).unwrap_or_default(),
        earlier: d.earlier,
        latest: d.latest,
    };
    let rows = differences(db, law.id).await?.into_iter().map(row).collect();
    let page = signed
        .page(Room::Laws, &signed.say("laws-sources-title"))
        .crumb(signed.say("room-laws"), "/luat")
        .crumb(law.name(), format!("/luat/{}", law.id));
    show(&SourcesPage { page, law, rows })
}
