//! What is public: published posts as lists, newest first.

use jiff::Timestamp;
use jiff::civil::Date;
use store::{Columns, Db, Filter, Id, RecordId, Relation, Select, Value, sql};

use super::post::{Kind, Paragraph};
use crate::error::{Error, Result};

static PUBLISHED: Relation = Relation {
    name: "published posts",
    from: "(SELECT shard_id, id, unit_id, title, body, slug, day, published_at FROM posts WHERE state = 'published')",
    columns: &[
        Columns::Key("shard_id"),
        Columns::Key("id"),
        Columns::Key("unit_id"),
        Columns::Key("published_at"),
        Columns::Dimension("day"),
        Columns::Dimension("title"),
        Columns::Dimension("body"),
        Columns::Dimension("slug"),
    ],
};

store::record! {
    struct Row {
        shard_id: i64, id: Id, unit_id: Id, title: String, body: String, slug: String, day: Date,
        published_at: Timestamp,
    }
}

/// A published post as a line of the news.
#[derive(Debug, Clone)]
pub struct Headline {
    pub id: RecordId,
    pub unit: Id,
    pub title: String,
    /// How it begins.
    pub lead: String,
    pub slug: String,
    pub day: Date,
    pub at: Timestamp,
}

/// Characters of a lead.
const LEAD: usize = 220;

fn lead(body: &[Paragraph]) -> String {
    let first = body.iter().find(|p| p.kind == Kind::Text).map_or("", |p| p.text.as_str());
    let text = first.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= LEAD {
        return text;
    }
    let cut: String = text.chars().take(LEAD).collect();
    let whole = cut.rfind(' ').and_then(|end| cut.get(..end)).unwrap_or(&cut);
    format!("{whole}…")
}

/// Published posts of some units (none: of all), newest first, after the one named.
pub async fn headlines(
    db: &Db,
    units: Option<Vec<Id>>,
    after: Option<(Timestamp, Id)>,
    limit: i64,
) -> Result<Vec<Headline>> {
    let mut select = Select::from(&PUBLISHED);
    for column in ["shard_id", "id", "unit_id", "title", "body", "slug", "day", "published_at"] {
        select = select.list(column);
    }
    select = select.order("published_at", true).order("id", true).limit(limit);
    if let Some(units) = units {
        select = select.filter(Filter::any_of("unit_id", units));
    }
    if let Some((at, id)) = after {
        select = select.after(vec![Value::Int(Some(at.as_microsecond())), Value::Bytes(Some(id.0.to_vec()))]);
    }
    let rows: Vec<Row> = select.query().all(db).await?;
    rows.into_iter()
        .map(|r| {
            let body: Vec<Paragraph> =
                serde_json::from_str(&r.body).map_err(|e| Error::Internal(e.into()))?;
            Ok(Headline {
                id: RecordId { shard: r.shard_id, id: r.id },
                unit: r.unit_id,
                title: r.title,
                lead: lead(&body),
                slug: r.slug,
                day: r.day,
                at: r.published_at,
            })
        })
        .collect()
}

store::record! { struct About { law_id: Id, slug: String, title: String } }

/// The newest published post about each law that has one: law, address, title.
pub async fn about_laws(db: &Db) -> Result<Vec<(Id, String, String)>> {
    let rows: Vec<About> = sql!(
        "SELECT law_id, slug, title FROM
             (SELECT law_id, slug, title, ROW_NUMBER() OVER (PARTITION BY law_id ORDER BY published_at DESC) AS place
              FROM posts WHERE state = 'published' AND law_id IS NOT NULL) AS newest
         WHERE place = 1"
    )
    .all(db)
    .await?;
    Ok(rows.into_iter().map(|r| (r.law_id, r.slug, r.title)).collect())
}

store::record! {
    /// A post that is no longer public.
    #[derive(Debug, Clone)]
    pub struct Gone { pub unit_id: Id, pub slug: String, pub withdrawn_at: Timestamp }
}

/// What was withdrawn last: readers of the feed are told.
pub async fn withdrawn_lately(db: &Db) -> Result<Vec<Gone>> {
    Ok(sql!(
        "SELECT unit_id, slug, withdrawn_at FROM posts WHERE state = 'withdrawn' AND slug IS NOT NULL
             AND withdrawn_at IS NOT NULL
         ORDER BY withdrawn_at DESC LIMIT 50"
    )
    .all(db)
    .await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lead_is_the_first_text_cut_at_a_word() {
        let paragraph = |kind, text: &str| Paragraph { kind, text: text.to_owned(), source: None };
        let body = [paragraph(Kind::Heading, "Đầu đề"), paragraph(Kind::Text, "Ngắn  gọn.\nHai dòng.")];
        assert_eq!(lead(&body), "Ngắn gọn. Hai dòng.");
        let long = lead(&[paragraph(Kind::Text, &"pháp luật ".repeat(60))]);
        assert!(long.chars().count() <= LEAD + 1 && long.ends_with("luật…"), "{long}");
        assert_eq!(lead(&[]), "");
        let one_word = lead(&[paragraph(Kind::Text, &"ộ".repeat(500))]);
        assert_eq!(one_word.chars().count(), LEAD + 1);
    }
}
