//! `/api/v1/activities`: the list and the record for programs, with the page's own rules.

use axum::Json;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::{Id, RecordId};

use super::activity::{self, Content};
use super::list::{self, Line};
use super::questions::ask_recorded;
use super::{entry, record};
use crate::access::Act;
use crate::error::{Error, Result};
use crate::features::laws;
use crate::web::Signed;
use crate::web::api;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wishes {
    /// This unit and everything under it; by default the person's own.
    unit: Option<Id>,
    from: Option<Date>,
    to: Option<Date>,
    after: Option<String>,
}

/// An activity as a line of the list.
#[derive(Serialize)]
struct Item {
    id: RecordId,
    unit: Id,
    day: Date,
    method: String,
    title: String,
    place: String,
    attendances: i64,
    copies: i64,
    cost: i64,
    estimated: bool,
    open_questions: i64,
    url: String,
}

impl From<Line> for Item {
    fn from(l: Line) -> Item {
        let id = RecordId { shard: l.shard_id, id: l.id };
        Item {
            id,
            unit: l.unit_id,
            day: l.day,
            method: l.method,
            title: l.title,
            place: l.place,
            attendances: l.attendances,
            copies: l.copies,
            cost: l.cost,
            estimated: l.estimated,
            open_questions: l.open_questions,
            url: super::page(id),
        }
    }
}

/// `GET /api/v1/activities?unit=&from=&to=&after=`: recorded ones, newest first, 25 at a time.
pub async fn list(signed: Signed, Query(wishes): Query<Wishes>) -> Result<Response> {
    let unit = signed.unit(wishes.unit, Act::See)?;
    let asked = list::Asked {
        from: wishes.from.map(|d| d.to_string()).unwrap_or_default(),
        to: wishes.to.map(|d| d.to_string()).unwrap_or_default(),
        after: wishes.after.unwrap_or_default(),
        ..list::Asked::default()
    };
    let app = &signed.app;
    let (lines, next) = list::lines(&app.db, &asked, signed.all_under(unit), app.today()).await?;
    Ok(api::list(app, lines.into_iter().map(Item::from).collect(), next))
}

/// An activity in full.
#[derive(Serialize)]
struct Whole {
    id: RecordId,
    #[serde(flatten)]
    content: Content,
    /// The reason, when it was withdrawn.
    withdrawn: Option<String>,
    version: i64,
    url: String,
    /// What is asked about it, in the language of the address.
    questions: Vec<String>,
}

async fn whole(signed: &Signed, id: RecordId) -> Result<Whole> {
    let app = &signed.app;
    let activity = activity::get(&app.db, id).await?;
    let asked =
        if activity.open_questions > 0 { ask_recorded(&activity.content, app.today()) } else { vec![] };
    Ok(Whole {
        id,
        questions: asked.iter().map(|a| a.text(signed.lang())).collect(),
        withdrawn: activity.withdrawn,
        version: activity.version,
        url: super::page(id),
        content: activity.content,
    })
}

/// `GET /api/v1/activities/{id}`
pub async fn get(signed: Signed, Path(id): Path<String>) -> Result<Response> {
    let id: RecordId = id.parse()?;
    signed.require(Act::See, activity::get(&signed.app.db, id).await?.content.unit)?;
    Ok(api::one(&signed.app, StatusCode::OK, whole(&signed, id).await?))
}

/// What a program records.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct New {
    /// By default the person's own.
    unit: Option<Id>,
    method: String,
    day: Date,
    title: String,
    #[serde(default)]
    place: String,
    #[serde(default)]
    speaker: String,
    #[serde(default)]
    note: String,
    /// Ids.
    #[serde(default)]
    laws: Vec<Id>,
    #[serde(default)]
    audiences: Vec<String>,
    #[serde(default)]
    attendances: i64,
    women: Option<i64>,
    minority: Option<i64>,
    #[serde(default)]
    copies: i64,
    #[serde(default)]
    cost: i64,
    #[serde(default)]
    estimated: bool,
    #[serde(default)]
    reason: String,
    plan_line: Option<RecordId>,
    /// An id of the program's own making: sent twice, it records once.
    once: Option<Id>,
}

/// `POST /api/v1/activities`: 201 with the activity. An unusual figure without a reason is recorded and asked
/// about in `questions`.
pub async fn create(signed: Signed, Json(new): Json<New>) -> Result<Response> {
    let app = &signed.app;
    let text = |t: &str| viet::clean(t);
    let content = Content {
        unit: signed.unit(new.unit, Act::RecordActivity)?,
        method: new.method,
        day: new.day,
        title: text(&new.title),
        place: text(&new.place),
        speaker: text(&new.speaker),
        note: text(&new.note),
        laws: new.laws,
        audiences: new.audiences,
        attendances: new.attendances,
        women: new.women,
        minority: new.minority,
        copies: new.copies,
        cost: new.cost,
        estimated: new.estimated,
        reason: text(&new.reason),
        plan_line: new.plan_line,
    };
    let laws = laws::choose::titles_of(&app.db, content.laws.clone(), []).await?;
    let account = signed.actor.account;
    let again = async |before| Ok(api::one(app, StatusCode::OK, whole(&signed, before).await?));
    if let Some(before) = record::recorded_already(&app.db, new.once, account).await? {
        return again(before).await;
    }
    entry::check_line(app, &content, None).await?;
    let mut tx = app.db.begin().await?;
    match entry::record(&mut tx, app, &signed.actor, &signed.tree, new.once, &content, &laws).await {
        Ok(id) => {
            tx.commit().await?;
            app.pages.forget();
            Ok(api::one(app, StatusCode::CREATED, whole(&signed, id).await?))
        }
        // Sent twice at the same moment: the other came first.
        Err(conflict @ Error::Conflict(_)) => {
            drop(tx);
            again(record::recorded_already(&app.db, new.once, account).await?.ok_or(conflict)?).await
        }
        Err(other) => Err(other),
    }
}
