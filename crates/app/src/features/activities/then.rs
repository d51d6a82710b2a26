//! Activities as they stood at a moment: the last state that each had by then, for frozen figures.

use jiff::Timestamp;
use store::{Columns, Db, Filter, Id, RecordId, Relation, Select};

use super::activity::Content;
use crate::error::{Error, Result};
use crate::facts::{self, Since, Was};
use crate::tasks::Later;

/// The states of activities that were changed or withdrawn, with the moments from and until which each was.
static STATES: Relation = Relation {
    name: "activity states",
    from: "(SELECT a.shard_id, a.id, a.unit_id, a.state, a.updated_at, v.at AS since, v.content,
                   (SELECT MIN(n.at) FROM activity_versions n WHERE n.shard_id = v.shard_id
                        AND n.activity_id = v.activity_id AND n.version > v.version) AS until
            FROM activities a JOIN activity_versions v ON v.shard_id = a.shard_id AND v.activity_id = a.id
            WHERE a.version > 1 AND v.act <> 'withdraw')",
    columns: &[
        Columns::Key("shard_id"),
        Columns::Key("id"),
        Columns::Key("unit_id"),
        Columns::Key("updated_at"),
        Columns::Key("since"),
        Columns::Key("until"),
        Columns::Dimension("state"),
        Columns::Dimension("content"),
    ],
};

store::record! {
    pub(super) struct State { shard_id: i64, id: Id, state: String, updated_at: Timestamp, content: String }
}

/// The activities that were there at a moment and have changed since, as they stood then.
pub(super) async fn states(db: &Db, at: Timestamp, units: Option<&[Id]>) -> Result<Vec<(State, Content)>> {
    let now = at.as_microsecond();
    let mut select = ["shard_id", "id", "state", "updated_at", "content"]
        .into_iter()
        .fold(Select::from(&STATES), Select::list)
        .filter(Filter::at_least("updated_at", now + 1))
        .filter(Filter::at_most("since", now))
        .filter(Filter::at_least("until", now + 1));
    if let Some(units) = units {
        select = select.filter(Filter::any_of("unit_id", units.iter().copied()));
    }
    let found: Vec<State> = select.query().all(db).await?;
    let read = |s: State| -> Result<(State, Content)> {
        let content = serde_json::from_str(&s.content).map_err(|e| Error::Internal(e.into()))?;
        Ok((s, content))
    };
    found.into_iter().map(read).collect()
}

#[derive(Debug)]
pub struct Then;

impl facts::Then for Then {
    fn rows<'a>(&'a self, db: &'a Db, at: Timestamp, units: Option<&'a [Id]>) -> Later<'a, Vec<Was>> {
        Box::pin(async move { Ok(states(db, at, units).await?.into_iter().map(was).collect()) })
    }
}

fn was((state, c): (State, Content)) -> Was {
    let since = if state.state == "withdrawn" { Since::Withdrawn } else { Since::Changed };
    Was {
        id: RecordId { shard: state.shard_id, id: state.id },
        unit: c.unit,
        day: c.day,
        title: c.title,
        estimated: c.estimated,
        words: vec![("method", c.method)],
        measures: vec![
            ("attendances", c.attendances),
            ("women", c.women.unwrap_or(0)),
            ("minority", c.minority.unwrap_or(0)),
            ("copies", c.copies),
            ("cost", c.cost),
        ],
        values: vec![("audience", c.audiences), ("law", c.laws.iter().map(Id::to_string).collect())],
        since: Some(since),
        at: state.updated_at,
    }
}
