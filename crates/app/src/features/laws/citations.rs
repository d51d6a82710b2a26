//! Which provision names which: read from the texts, both ways.

use serde::{Deserialize, Serialize};
use store::{Db, Id, Tx, sql};

use super::bearers::{self, Bearer};
use super::law::Law;
use super::node;
use super::relations::Relation;
use crate::error::Result;

/// A provision that names another document, or a provision of it. Paths are empty for a document as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Citation {
    pub from_path: String,
    pub relation: Relation,
    /// See [`super::law::number_key`].
    pub to_key: String,
    pub to_path: String,
}

/// "quy-che/dieu-5/khoan-2" stands in "quy-che/dieu-5".
pub fn article_path(path: &str) -> &str {
    let mut end = 0;
    for part in path.split_inclusive('/') {
        end += part.len();
        if part.starts_with("dieu-") {
            break;
        }
    }
    path.get(..end).unwrap_or(path).trim_end_matches('/')
}

/// Keeps what a text cites in place of what was read from it before.
pub(super) async fn insert(tx: &mut Tx, law: Id, citations: &[Citation]) -> Result<()> {
    for c in citations {
        sql!(
            "INSERT INTO law_citations (from_id, from_path, relation, to_key, to_path, to_article)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (from_id, from_path, relation, to_key, to_path) DO NOTHING",
            law,
            c.from_path,
            c.relation.code(),
            c.to_key,
            c.to_path,
            article_path(&c.to_path)
        )
        .run(&mut *tx)
        .await?;
    }
    Ok(())
}

pub(super) async fn forget(tx: &mut Tx, law: Id) -> Result<()> {
    sql!("DELETE FROM law_citations WHERE from_id = $1", law).run(tx).await?;
    Ok(())
}

store::record! {
    /// A provision that names the one asked about.
    #[derive(Debug, Clone)]
    pub struct Citing {
        pub from_id: Id, pub slug: String, pub kind: String, pub number: String, pub issuer: String, pub from_path: String,
        pub relation: String, pub to_path: String,
    }
}

/// Most that are shown of one article.
const MOST: i64 = 100;

/// What names an article or anything in it; newest documents first. Of a number that several documents bear, what
/// means this one.
pub async fn citing(db: &Db, law: &Law, article: &str) -> Result<Vec<Citing>> {
    let key = super::law::number_key(&law.number);
    let mut all: Vec<Citing> = sql!(
        "SELECT c.from_id, l.slug, l.kind, l.number, l.issuer, c.from_path, c.relation, c.to_path
         FROM law_citations c JOIN laws l ON l.id = c.from_id
         WHERE c.to_key = $1 AND c.to_article = $2 ORDER BY l.day DESC, l.id, c.from_path, c.to_path LIMIT $3",
        key,
        article,
        MOST
    )
    .all(db)
    .await?;
    let bearers = bearers::bearers(db, &key).await?;
    if bearers.len() > 1 {
        let bearers: Vec<&Bearer> = bearers.iter().collect();
        let mut meant = Vec::new();
        for citing in all {
            let text = node::article(db, citing.from_id, &citing.from_path).await?.map(|a| a.text);
            let words = text.as_deref().and_then(|t| after_number(t, &key)).unwrap_or_default();
            if bearers::meant(&bearers, words, &citing.issuer).is_some_and(|b| b.issuer == law.issuer) {
                meant.push(citing);
            }
        }
        all = meant;
    }
    Ok(all)
}

/// What a text says from a number on, to the end of the sentence.
fn after_number<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let found = viet::find_legal_numbers(text);
    let at = found.iter().find(|f| super::law::number_key(&f.number.normal()) == key)?.range.start;
    text.get(at..)?.split([';', '\n']).next()
}

#[cfg(test)]
mod tests {
    use super::article_path;

    #[test]
    fn the_article_of_a_path() {
        assert_eq!(article_path("dieu-12/khoan-2/diem-a"), "dieu-12");
        assert_eq!(article_path("quy-che/dieu-5"), "quy-che/dieu-5");
        assert_eq!(article_path("phu-luc-1"), "phu-luc-1");
        assert_eq!(article_path(""), "");
    }
}
