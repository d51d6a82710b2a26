//! What is public: published posts as lists, newest first.

use std::collections::HashMap;

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
        shard_id: i64, id: Id, unit_id: Id, title: String, slug: String, day: Date, published_at: Timestamp,
    }
}
store::record! { struct Body { id: Id, body: String } }

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

/// The first text that does not begin by saying the title again.
fn lead(title: &str, body: &[Paragraph]) -> String {
    let said = title.split(':').next().map(|t| viet::fold(t.trim())).unwrap_or_default();
    let new = |p: &&Paragraph| {
        p.kind == Kind::Text && (said.is_empty() || !viet::fold(&p.text).trim_start().starts_with(&said))
    };
    let first = body.iter().find(new).map_or("", |p| p.text.as_str());
    let text = first.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= LEAD {
        return text;
    }
    let cut: String = text.chars().take(LEAD).collect();
    let whole = cut.rfind(' ').and_then(|end| cut.get(..end)).unwrap_or(&cut);
    format!("{whole}…")
}

/// Rows without their texts, newest first.
async fn rows(
    db: &Db,
    units: Option<Vec<Id>>,
    after: Option<(Timestamp, Id)>,
    limit: i64,
) -> Result<Vec<Row>> {
    let mut select = Select::from(&PUBLISHED);
    for column in ["shard_id", "id", "unit_id", "title", "slug", "day", "published_at"] {
        select = select.list(column);
    }
    select = select.order("published_at", true).order("id", true).limit(limit);
    if let Some(units) = units {
        select = select.filter(Filter::any_of("unit_id", units));
    }
    if let Some((at, id)) = after {
        select = select.after(vec![Value::Int(Some(at.as_microsecond())), Value::Bytes(Some(id.0.to_vec()))]);
    }
    Ok(select.query().all(db).await?)
}

async fn with_leads(db: &Db, rows: Vec<Row>) -> Result<Vec<Headline>> {
    let mut bodies: HashMap<Id, String> = HashMap::new();
    for some in rows.chunks(200) {
        let of_these = Filter::any_of("id", some.iter().map(|r| r.id));
        let read: Vec<Body> =
            Select::from(&PUBLISHED).list("id").list("body").filter(of_these).query().all(db).await?;
        bodies.extend(read.into_iter().map(|b| (b.id, b.body)));
    }
    rows.into_iter()
        .map(|r| {
            let body = bodies.remove(&r.id).unwrap_or_else(|| "[]".to_owned());
            let body: Vec<Paragraph> = serde_json::from_str(&body).map_err(|e| Error::Internal(e.into()))?;
            Ok(Headline {
                lead: lead(&r.title, &body),
                id: RecordId { shard: r.shard_id, id: r.id },
                unit: r.unit_id,
                title: r.title,
                slug: r.slug,
                day: r.day,
                at: r.published_at,
            })
        })
        .collect()
}

/// Published posts of some units (none: of all), newest first.
pub async fn headlines(db: &Db, units: Option<Vec<Id>>, limit: i64) -> Result<Vec<Headline>> {
    let rows = rows(db, units, None, limit).await?;
    with_leads(db, rows).await
}

/// A post, and which other units have one of the same title: communes publish what the province wrote for all.
#[derive(Debug, Clone)]
pub struct Story {
    pub headline: Headline,
    /// Unit and address of each of the others, newest first.
    pub elsewhere: Vec<(Id, String)>,
}

/// Where a page of stories ended.
pub type Place = (Timestamp, Id);

/// Posts read at once, and most of them that one page of stories gathers.
const BATCH: i64 = 200;
const MOST: usize = 2_000;

/// Stories of some units (none: of all), newest first, after a place; and where they end when there are more.
pub async fn stories(
    db: &Db,
    units: Option<Vec<Id>>,
    after: Option<Place>,
    limit: usize,
) -> Result<(Vec<Story>, Option<Place>)> {
    let mut firsts: Vec<Row> = Vec::new();
    let mut elsewhere: Vec<Vec<(Id, String)>> = Vec::new();
    let (mut place, mut read, mut more) = (after, 0, true);
    'reading: while read < MOST {
        let batch = rows(db, units.clone(), place, BATCH).await?;
        more = batch.len() as i64 == BATCH;
        read += batch.len();
        for row in batch {
            let at = Some((row.published_at, row.id));
            match firsts.iter().position(|f| f.title == row.title).and_then(|n| elsewhere.get_mut(n)) {
                Some(others) => {
                    let of_unit = firsts.iter().any(|f| f.title == row.title && f.unit_id == row.unit_id);
                    // Of one unit the newest stands for the others.
                    if !of_unit && others.iter().all(|(unit, _)| *unit != row.unit_id) {
                        others.push((row.unit_id, row.slug));
                    }
                }
                None if firsts.len() == limit => {
                    more = true;
                    break 'reading;
                }
                None => {
                    firsts.push(row);
                    elsewhere.push(vec![]);
                }
            }
            place = at;
        }
        if !more {
            break;
        }
    }
    let headlines = with_leads(db, firsts).await?.into_iter().zip(elsewhere);
    let stories = headlines.map(|(headline, elsewhere)| Story { headline, elsewhere }).collect();
    Ok((stories, place.filter(|_| more)))
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

/// How many public addresses a unit's posts have: a withdrawn one keeps its own.
pub async fn count_addresses(db: &Db, unit: Id) -> Result<i64> {
    let (addresses,): (i64,) =
        sql!("SELECT COUNT(*) FROM posts WHERE unit_id = $1 AND slug IS NOT NULL", unit).get(db).await?;
    Ok(addresses)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lead_is_the_first_text_cut_at_a_word() {
        let paragraph = |kind, text: &str| Paragraph { kind, text: text.to_owned(), source: None };
        let body = [paragraph(Kind::Heading, "Đầu đề"), paragraph(Kind::Text, "Ngắn  gọn.\nHai dòng.")];
        assert_eq!(lead("Tên bài", &body), "Ngắn gọn. Hai dòng.");
        let again = [
            paragraph(Kind::Text, "Luật Bến nước (số 90) ban hành."),
            paragraph(Kind::Text, "Không thu tiền."),
        ];
        assert_eq!(lead("Luật Bến nước: những điều cần biết", &again), "Không thu tiền.");
        let long = lead("Tên bài", &[paragraph(Kind::Text, &"pháp luật ".repeat(60))]);
        assert!(long.chars().count() <= LEAD + 1 && long.ends_with("luật…"), "{long}");
        assert_eq!(lead("", &[]), "");
        let one_word = lead("Tên bài", &[paragraph(Kind::Text, &"ộ".repeat(500))]);
        assert_eq!(one_word.chars().count(), LEAD + 1);
    }
}
