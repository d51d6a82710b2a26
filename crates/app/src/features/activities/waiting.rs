//! What waits for a person: drafts, rows with a question, months in which nothing was recorded. "Nothing
//! arose" settles a month in one tap.

use axum::extract::Path;
use axum::response::Response;
use jiff::civil::Date;
use store::{Id, sql};

use super::DRAFTS;
use super::list::{self, Asked};
use super::record::path_of_new;
use crate::access::Act;
use crate::audit;
use crate::error::{Error, Result};
use crate::facts::month_of;
use crate::page::Room;
use crate::tasks::{Figure, Later, Quick, Task, Tasks};
use crate::web::Signed;

pub struct Waiting;

impl Tasks for Waiting {
    fn tasks<'a>(&'a self, signed: &'a Signed) -> Later<'a, Vec<Task>> {
        Box::pin(async move {
            let mut tasks = drafts(signed).await?;
            let mut units: Vec<Id> = signed.actor.units_for(Act::RecordActivity).collect();
            units.dedup();
            for unit in units.into_iter().filter(|u| signed.tree.contains(*u)) {
                tasks.extend(questions(signed, unit).await?);
                tasks.extend(empty_months(signed, unit).await?);
            }
            Ok(tasks)
        })
    }
    fn figures<'a>(&'a self, signed: &'a Signed) -> Later<'a, Vec<Figure>> {
        Box::pin(async move {
            let Ok(unit) = signed.unit(None, Act::See) else { return Ok(vec![]) };
            let asked = Asked { period: "this-month".into(), ..Asked::default() };
            let (rows, people) = list::totals(signed, &asked, unit).await?;
            let page = signed.page(Room::Home, "");
            let figure = |key: &str, n: i64| Figure {
                text: page.t1(key, "value", viet::format_int(n)),
                path: "/hoat-dong?ky=this-month".into(),
            };
            Ok(vec![figure("activities-figure-rows", rows), figure("activities-figure-people", people)])
        })
    }
}

fn say(signed: &Signed, key: &str, value: String) -> String {
    signed.app.words.say(signed.lang(), key, &[("value", value)])
}

async fn drafts(signed: &Signed) -> Result<Vec<Task>> {
    let open = DRAFTS.open(&signed.app.db, signed.actor.account).await?;
    let task = |d: crate::drafts::Open| {
        let title = match d.title() {
            title if title.is_empty() => signed.say("activities-task-draft-untitled"),
            title => say(signed, "activities-task-draft", title),
        };
        let path = match d.about.as_str() {
            key if key.is_empty() || crate::drafts::is_inherited(key) => path_of_new(key),
            id => format!("/hoat-dong/{id}/sua"),
        };
        Task {
            key: format!("activities-draft-{}", d.about),
            due: None,
            state: "activities-state-draft",
            title,
            path,
            unit: Some(d.unit_id),
            quick: None,
        }
    };
    Ok(open.into_iter().map(task).collect())
}

async fn questions(signed: &Signed, unit: Id) -> Result<Option<Task>> {
    let (rows,): (i64,) = sql!(
        "SELECT COUNT(*) FROM activities WHERE unit_id = $1 AND state = 'recorded' AND open_questions > 0",
        unit
    )
    .get(&signed.app.db)
    .await?;
    Ok((rows > 0).then(|| Task {
        key: format!("activities-questions-{unit}"),
        due: None,
        state: "activities-state-asked",
        title: say(signed, "activities-task-questions", rows.to_string()),
        path: format!("/hoat-dong?don-vi={unit}&dong=questions"),
        unit: Some(unit),
        quick: None,
    }))
}

/// This month and the last, where the unit has recorded nothing and has not said that nothing arose.
async fn empty_months(signed: &Signed, unit: Id) -> Result<Vec<Task>> {
    let app = &signed.app;
    let this = app.today().first_of_month();
    let last = this.yesterday().map_or(this, |d| d.first_of_month());
    let began = signed.tree.get(unit).map_or(this, |u| u.valid_from);
    let mut tasks = Vec::new();
    // A month may be settled as empty only when it is over.
    for (month, over) in [(last, true), (this, false)] {
        if month.last_of_month() < began || !is_empty(signed, unit, month).await? {
            continue;
        }
        let name = format!("{:02}/{}", month.month(), month.year());
        tasks.push(Task {
            key: format!("activities-empty-{unit}-{month}"),
            due: None,
            state: "activities-state-empty",
            title: say(signed, "activities-task-empty", name),
            path: format!("/hoat-dong/moi?don-vi={unit}"),
            unit: Some(unit),
            quick: over.then(|| Quick {
                label: signed.say("activities-nothing-arose"),
                path: format!("/hoat-dong/khong-phat-sinh/{unit}/{}", month_of(month)),
            }),
        });
    }
    Ok(tasks)
}

async fn is_empty(signed: &Signed, unit: Id, month: Date) -> Result<bool> {
    let (known,): (i64,) = sql!(
        "SELECT (SELECT COUNT(*) FROM activities WHERE unit_id = $1 AND day >= $2 AND day <= $3 AND state = 'recorded')
              + (SELECT COUNT(*) FROM activity_quiet_months WHERE unit_id = $1 AND month = $4)",
        unit,
        month,
        month.last_of_month(),
        month_of(month)
    )
    .get(&signed.app.db)
    .await?;
    Ok(known == 0)
}

/// The month written year × 100 + month, when it is over.
fn past_month(text: &str, today: Date) -> Result<Date> {
    let number: i64 = text.parse().map_err(|_| Error::NotFound)?;
    let (year, month) = (i16::try_from(number / 100), i8::try_from(number % 100));
    let (Ok(year), Ok(month)) = (year, month) else { return Err(Error::NotFound) };
    let day = Date::new(year, month, 1).map_err(|_| Error::NotFound)?;
    if year < 1945 || day.last_of_month() >= today {
        return Err(Error::invalid("month", "activities-error-month"));
    }
    Ok(day)
}

/// `POST /hoat-dong/khong-phat-sinh/{unit}/{month}`: in a month that is over, nothing arose.
pub async fn nothing_arose(signed: Signed, Path((unit, month)): Path<(String, String)>) -> Result<Response> {
    settle(signed, unit.parse()?, &month, true).await
}

/// `POST /hoat-dong/khong-phat-sinh/{unit}/{month}/thu-hoi`: takes that back.
pub async fn something_arose(
    signed: Signed,
    Path((unit, month)): Path<(String, String)>,
) -> Result<Response> {
    settle(signed, unit.parse()?, &month, false).await
}

async fn settle(signed: Signed, unit: Id, month: &str, quiet: bool) -> Result<Response> {
    let app = &signed.app;
    signed.require(Act::RecordActivity, unit)?;
    let shard = signed.tree.get(unit).ok_or(Error::NotFound)?.shard_id;
    let month = month_of(past_month(month, app.today())?);
    let mut tx = app.db.begin().await?;
    let touched = if quiet {
        sql!(
            "INSERT INTO activity_quiet_months (shard_id, unit_id, month, account_id, at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (shard_id, unit_id, month) DO NOTHING",
            shard,
            unit,
            month,
            signed.actor.account,
            app.now()
        )
        .run(&mut tx)
        .await?
    } else {
        sql!(
            "DELETE FROM activity_quiet_months WHERE shard_id = $1 AND unit_id = $2 AND month = $3",
            shard,
            unit,
            month
        )
        .run(&mut tx)
        .await?
    };
    if touched > 0 {
        let entry = audit::Entry {
            unit,
            shard,
            at: app.now(),
            account: Some(signed.actor.account),
            act: if quiet { "nothing-arose" } else { "something-arose" },
            object_kind: "month",
            object_id: month.to_string(),
            content: &month.to_be_bytes(),
        };
        audit::write(&mut tx, &entry).await?;
    }
    tx.commit().await?;
    Ok(signed.redirect("/viec"))
}
