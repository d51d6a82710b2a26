//! The list of posts: of a unit and everything under it, searched, by state, 25 at a time.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::{Columns, Db, Filter, Id, RecordId, Relation, Select, Value};

use super::post::State;
use crate::access::Act;
use crate::error::Result;
use crate::found::folded_words;
use crate::page::{Page, Room, show};
use crate::web::Signed;

pub static LIST: Relation = Relation {
    name: "posts",
    from: "posts",
    columns: &[
        Columns::Key("shard_id"),
        Columns::Key("id"),
        Columns::Key("unit_id"),
        Columns::Key("updated_at"),
        Columns::Dimension("title"),
        Columns::Dimension("state"),
        Columns::Dimension("law_id"),
        Columns::Dimension("day"),
        Columns::Dimension("remarks"),
        Columns::Dimension("owner_id"),
        Columns::Dimension("folded"),
    ],
};

store::record! {
    #[derive(Debug, Clone)]
    pub struct Line {
        pub shard_id: i64,
        pub id: Id,
        pub unit_id: Id,
        pub title: String,
        pub state: String,
        pub remarks: String,
        pub updated_at: Timestamp,
    }
}

impl Line {
    pub fn record(&self) -> RecordId {
        RecordId { shard: self.shard_id, id: self.id }
    }
    pub fn path(&self) -> String {
        super::page(self.record())
    }
    pub fn state(&self) -> State {
        State::from_code(&self.state).unwrap_or(State::Draft)
    }
}

/// Whole lines, to be filtered; the last changed first.
pub fn select() -> Select {
    let columns = ["shard_id", "id", "unit_id", "title", "state", "remarks", "updated_at"];
    let select = columns.into_iter().fold(Select::from(&LIST), |select, column| select.list(column));
    select.order("updated_at", true).order("id", true)
}

/// How many there are of some units.
pub async fn count_of(db: &Db, units: &[Id]) -> Result<i64> {
    let of = Filter::any_of("unit_id", units.iter().copied());
    let (all,): (i64,) = Select::from(&LIST).count(vec![]).filter(of).query().get(db).await?;
    Ok(all)
}

/// What is asked of the list, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Asked {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub q: String,
    #[serde(rename = "don-vi", skip_serializing_if = "String::is_empty")]
    pub unit: String,
    #[serde(rename = "tinh-trang", skip_serializing_if = "String::is_empty")]
    pub state: String,
    /// Published from this day on.
    #[serde(rename = "tu-ngay", skip_serializing_if = "String::is_empty")]
    pub from: String,
    #[serde(rename = "sau", skip_serializing_if = "String::is_empty")]
    pub after: String,
}

impl Asked {
    /// Narrows to what is asked of a unit and everything under it.
    pub fn narrow(&self, select: Select, signed: &Signed, unit: Id) -> Select {
        let mut found = select;
        if let Some(units) = signed.all_under(unit) {
            found = found.filter(Filter::any_of("unit_id", units));
        }
        if let Some(state) = State::from_code(&self.state) {
            found = found.filter(Filter::is("state", state.code()));
        }
        if let Ok(from) = self.from.parse::<Date>() {
            found = found.filter(Filter::at_least("day", from));
        }
        for word in folded_words(&self.q) {
            found = found.filter(Filter::contains("folded", &word));
        }
        found
    }
    pub fn path(&self) -> String {
        format!("/tin-bai?{}", serde_html_form::to_string(self).unwrap_or_default())
    }
}

const PAGE: i64 = 25;

struct Row {
    line: Line,
    unit: String,
    state: State,
}

#[derive(Template)]
#[template(path = "content/list.html")]
struct ListPage {
    page: Page,
    asked: Asked,
    units: Vec<(Id, String)>,
    rows: Vec<Row>,
    next: Option<String>,
    may_write: bool,
    filtered: bool,
    all: i64,
}

/// `GET /tin-bai`
pub async fn list(signed: Signed, Query(asked): Query<Asked>) -> Result<Response> {
    let app = &signed.app;
    let unit = signed.unit(asked.unit.parse().ok(), Act::See)?;
    let mut found = asked.narrow(select().limit(PAGE + 1), &signed, unit);
    let (all,): (i64,) =
        asked.narrow(Select::from(&LIST).count(vec![]), &signed, unit).query().get(&app.db).await?;
    let after =
        asked.after.split_once('_').and_then(|(at, id)| Some((at.parse().ok()?, id.parse::<Id>().ok()?)));
    if let Some((at, id)) = after {
        found = found.after(vec![Value::Int(Some(at)), Value::Bytes(Some(id.0.to_vec()))]);
    }
    let mut lines: Vec<Line> = found.query().all(&app.db).await?;
    let more = lines.len() as i64 > PAGE;
    lines.truncate(PAGE as usize);
    let next = lines.last().filter(|_| more).map(|l| {
        let after = format!("{}_{}", l.updated_at.as_microsecond(), l.id);
        Asked { after, ..asked.clone() }.path()
    });
    let mut rows = Vec::new();
    for line in lines {
        rows.push(Row { unit: signed.listed_name(line.unit_id).await?, state: line.state(), line });
    }
    let mut units = vec![(unit, signed.unit_name(unit).await?)];
    for id in signed.tree.children(unit) {
        units.push((*id, signed.unit_name(*id).await?));
    }
    show(&ListPage {
        page: signed.page(Room::Content, &signed.say("room-content")),
        filtered: !asked.q.is_empty() || !asked.state.is_empty() || !asked.from.is_empty(),
        all,
        may_write: signed.actor.can_anywhere(Act::WriteContent),
        asked,
        units,
        rows,
        next,
    })
}
