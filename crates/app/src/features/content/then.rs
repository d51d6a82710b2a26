//! Posts as they were published at a moment, for frozen figures: what is published is not rewritten, only looked at
//! again, handed over or withdrawn.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use store::{Columns, Db, Filter, Id, RecordId, Relation, Select};

use crate::facts::{self, Since, Was};
use crate::tasks::Later;

static PUBLISHED: Relation = Relation {
    name: "posts once published",
    from: "(SELECT shard_id, id, unit_id, day, title, state, updated_at, published_at AS since,
                   COALESCE(withdrawn_at, updated_at + 1) AS until
            FROM posts WHERE published_at IS NOT NULL)",
    columns: &[
        Columns::Key("shard_id"),
        Columns::Key("id"),
        Columns::Key("unit_id"),
        Columns::Key("day"),
        Columns::Key("updated_at"),
        Columns::Key("since"),
        Columns::Key("until"),
        Columns::Dimension("title"),
        Columns::Dimension("state"),
    ],
};
static LAWS: Relation = Relation {
    name: "laws of posts",
    from: "post_laws",
    columns: &[Columns::Key("shard_id"), Columns::Key("post_id"), Columns::Dimension("law_id")],
};

store::record! {
    struct Published {
        shard_id: i64, id: Id, unit_id: Id, day: Date, title: String, state: String, updated_at: Timestamp,
    }
}

#[derive(Debug)]
pub struct Then;

impl facts::Then for Then {
    fn rows<'a>(&'a self, db: &'a Db, at: Timestamp, units: Option<&'a [Id]>) -> Later<'a, Vec<Was>> {
        Box::pin(async move {
            let now = at.as_microsecond();
            let mut select = ["shard_id", "id", "unit_id", "day", "title", "state", "updated_at"]
                .into_iter()
                .fold(Select::from(&PUBLISHED), Select::list)
                .filter(Filter::at_least("updated_at", now + 1))
                .filter(Filter::at_most("since", now))
                .filter(Filter::at_least("until", now + 1));
            if let Some(units) = units {
                select = select.filter(Filter::any_of("unit_id", units.iter().copied()));
            }
            let found: Vec<Published> = select.query().all(db).await?;
            let mut laws: HashMap<RecordId, Vec<String>> = HashMap::new();
            for some in found.chunks(500) {
                let select = ["shard_id", "post_id", "law_id"]
                    .into_iter()
                    .fold(Select::from(&LAWS), Select::list)
                    .filter(Filter::any_of("post_id", some.iter().map(|p| p.id)));
                for row in select.query().rows(db).await? {
                    let post = RecordId { shard: row.get("shard_id")?, id: row.get("post_id")? };
                    let law: Id = row.get("law_id")?;
                    laws.entry(post).or_default().push(law.to_string());
                }
            }
            let was = |p: Published| {
                let id = RecordId { shard: p.shard_id, id: p.id };
                Was {
                    id,
                    unit: p.unit_id,
                    day: p.day,
                    title: p.title,
                    estimated: false,
                    words: vec![],
                    measures: vec![],
                    values: vec![("law", laws.remove(&id).unwrap_or_default())],
                    since: (p.state == "withdrawn").then_some(Since::Withdrawn),
                    at: p.updated_at,
                }
            };
            Ok(found.into_iter().map(was).collect())
        })
    }
}
