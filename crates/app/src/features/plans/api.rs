//! `/api/v1/plans`: plans for programs, with the pages' own rules.

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::{Id, RecordId};

use super::below::{self, Timely};
use super::line::{self, LineContent, Standing};
use super::list::{PAGE, wanted};
use super::plan::{self, Content, Kind, Listed, State};
use crate::access::Act;
use crate::error::Result;
use crate::web::Signed;
use crate::web::api;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wishes {
    /// This unit and everything under it; by default the person's own.
    unit: Option<Id>,
    year: Option<i64>,
    /// `draft`, `waiting`, `approved`, `issued` or `withdrawn`; by default issued ones.
    state: Option<String>,
    after: Option<Id>,
}

/// A plan as a line of the list.
#[derive(Serialize)]
struct Item {
    id: RecordId,
    unit: Id,
    year: i64,
    kind: Kind,
    title: String,
    state: State,
    number: Option<String>,
    issued_on: Option<Date>,
    url: String,
}

impl From<Listed> for Item {
    fn from(p: Listed) -> Item {
        Item {
            id: p.id(),
            unit: p.unit_id,
            year: p.year,
            kind: p.kind(),
            state: p.state(),
            url: p.page(),
            title: p.title,
            number: p.number,
            issued_on: p.issued_on,
        }
    }
}

/// `GET /api/v1/plans?unit=&year=&state=&after=`: newest first, 25 at a time.
pub async fn list(signed: Signed, Query(wishes): Query<Wishes>) -> Result<Response> {
    let unit = signed.unit(wishes.unit, Act::See)?;
    let state = match &wishes.state {
        Some(code) => State::ALL
            .into_iter()
            .find(|s| s.code() == code)
            .ok_or(crate::error::Error::invalid("state", "error-choice"))?,
        None => State::Issued,
    };
    let wanted = plan::Wanted { after: wishes.after, ..wanted(&signed, unit, wishes.year, vec![state]) };
    let mut found = plan::list(&signed.app.db, &wanted, PAGE + 1).await?;
    let more = found.len() as i64 > PAGE;
    found.truncate(PAGE as usize);
    let next = found.last().filter(|_| more).map(|p| p.id.to_string());
    Ok(api::list(&signed.app, found.into_iter().map(Item::from).collect(), next))
}

/// A plan in full.
#[derive(Serialize)]
struct Whole {
    id: RecordId,
    #[serde(flatten)]
    content: Content,
    state: State,
    number: Option<String>,
    issued_on: Option<Date>,
    /// The last day on which it was in time, by the plan above.
    due: Option<Date>,
    /// Working days by which it was or is late.
    days_late: Option<i64>,
    version: i64,
    url: String,
    lines: Vec<WholeLine>,
}

#[derive(Serialize)]
struct WholeLine {
    id: RecordId,
    #[serde(flatten)]
    content: LineContent,
    /// How many activities are recorded under it, and their attendances.
    recorded: i64,
    attendances: i64,
    /// `waiting`, `begun`, `done` or `late`.
    standing: &'static str,
    url: String,
}

/// `GET /api/v1/plans/{id}`
pub async fn get(signed: Signed, Path(id): Path<String>) -> Result<Response> {
    let app = &signed.app;
    let plan = plan::get(&app.db, id.parse()?).await?;
    signed.require(Act::See, plan.content.unit)?;
    let lines = line::lines(&app.db, plan.id).await?;
    let progress = line::progress(&app.db, &lines).await?;
    let lines = lines.into_iter().map(|l| {
        let done = progress.get(&l.id).cloned().unwrap_or_default();
        WholeLine {
            id: l.id,
            url: l.page(),
            recorded: done.rows,
            attendances: done.attendances,
            standing: Standing::of(&l.content, &done, app.today()).code(),
            content: l.content,
        }
    });
    let due = match plan.content.kind {
        Kind::Annual => below::due(app, plan.content.unit, plan.content.year).await?,
        Kind::Further => None,
    };
    let issued_on = plan.issued_on.filter(|_| plan.state == State::Issued);
    let whole = Whole {
        id: plan.id,
        lines: lines.collect(),
        days_late: due.as_ref().map(|d| Timely::of(d.day, issued_on, app.today()).days()),
        due: due.map(|d| d.day),
        state: plan.state,
        url: plan.page(),
        number: plan.number,
        issued_on: plan.issued_on,
        version: plan.version,
        content: plan.content,
    };
    Ok(api::one(app, StatusCode::OK, whole))
}
