//! `GET /bao-cao`: a unit's reports, those of the units below, and a new one.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use store::Id;

use super::report::{self, Report, State};
use super::waiting::due_days;
use crate::access::Act;
use crate::error::{Error, FieldProblem, Result};
use crate::features::numbers::{Period, Units, period_words, units_text};
use crate::features::orgs::in_sentence;
use crate::i18n::Lang;
use crate::page::{Page, Room, show, show_again};
use crate::web::Signed;
use crate::web::form::{Form, Problems};

/// A unit's name inside a sentence: Vietnamese writes "xã" small there.
pub(super) fn named(lang: Lang, name: &str) -> String {
    match lang {
        Lang::Vi => in_sentence(name),
        Lang::En => name.to_owned(),
    }
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(rename = "don-vi")]
    unit: Option<String>,
}

struct Line {
    path: String,
    period: String,
    units: String,
    state: State,
    frozen: bool,
    number: Option<String>,
    issued_on: Option<Date>,
    at: Timestamp,
}

struct Choice {
    value: String,
    text: String,
    chosen: bool,
}

/// A unit below and how far its reports of a period are.
struct Below {
    name: String,
    path: String,
    state: Option<State>,
    number: Option<String>,
}

#[derive(Template)]
#[template(path = "papers/list.html")]
struct ListPage {
    page: Page,
    unit: Id,
    lines: Vec<Line>,
    below: Vec<Below>,
    below_period: String,
    below_issued: usize,
    may_write: bool,
    periods: Vec<Choice>,
    /// Where a unit that is gone has gone: no report of it begins any more.
    gone: Option<String>,
    form: Form,
    due: Vec<(String, Date, bool, &'static str)>,
}

/// The communes whose reports a unit sums up.
pub(super) fn communes_below(signed: &Signed, unit: Id) -> Vec<Id> {
    let is_commune = |u: &Id| signed.tree.get(*u).is_some_and(|u| u.level == "commune");
    signed.tree.children(unit).iter().copied().filter(is_commune).collect()
}

fn line(page: &Page, r: &Report) -> Line {
    Line {
        path: super::path(r.id),
        period: period_words(page, r.period),
        units: units_text(page.words(), page.lang, r.units),
        state: r.state,
        frozen: r.freeze.is_some(),
        number: r.number.clone(),
        issued_on: r.issued_on,
        at: r.created_at,
    }
}

async fn view(signed: &Signed, unit: Id, form: Form, problems: Vec<FieldProblem>) -> Result<ListPage> {
    let app = &signed.app;
    let mut page = signed.page(Room::Papers, "");
    page.problems = problems;
    page.title = page.t1("papers-list-title", "unit", named(page.lang, &signed.unit_name(unit).await?));
    let reports = report::list(&app.db, unit).await?;
    let lines = reports.iter().map(|r| line(&page, r)).collect();
    let year = app.today().year();
    let periods = [
        Period::year(year),
        Period::half(year, 1),
        Period::half(year, 2),
        Period::year(year - 1),
        Period::half(year - 1, 1),
        Period::half(year - 1, 2),
    ];
    let this_year = Period::year(year);
    let communes = communes_below(signed, unit);
    let mut below = Vec::new();
    if !communes.is_empty() {
        let reports = report::of_period(&app.db, this_year).await?;
        for u in communes {
            let Some(unit) = signed.tree.get(u) else { continue };
            let found = reports.iter().find(|r| r.unit_id == u);
            below.push(Below {
                name: unit.name.clone(),
                path: match found {
                    Some(r) => super::path(store::RecordId { shard: r.shard_id, id: r.id }),
                    None => format!("/bao-cao?don-vi={u}"),
                },
                state: found.and_then(|r| State::from_code(&r.state)),
                number: found.and_then(|r| r.number.clone()),
            });
        }
    }
    let level = signed.tree.get(unit).map_or("", |u| u.level.as_str());
    let due = due_days(level, app.today());
    // What is due and not begun comes first, then the first period without a report.
    let has_one = |p: Period| reports.iter().any(|r| r.period == p && r.state != State::Withdrawn);
    let owed = due.iter().map(|d| d.period).filter(|p| periods.contains(p));
    let chosen = owed.chain(periods).find(|p| !has_one(*p));
    let due = due.into_iter().map(|d| (period_words(&page, d.period), d.day, d.verified, d.legal)).collect();
    Ok(ListPage {
        unit,
        lines,
        below_issued: below.iter().filter(|b| b.state == Some(State::Issued)).count(),
        below,
        below_period: period_words(&page, this_year),
        may_write: signed.can(Act::WriteReport, unit) && signed.tree.contains(unit),
        periods: periods
            .into_iter()
            .map(|p| Choice {
                value: p.to_string(),
                text: match has_one(p) {
                    true => page.t1("papers-has-one", "period", period_words(&page, p)),
                    false => period_words(&page, p),
                },
                chosen: if form.has("ky") { form.is("ky", &p.to_string()) } else { chosen == Some(p) },
            })
            .collect(),
        gone: signed.gone_into(unit).await?,
        form,
        due,
        page,
    })
}

pub async fn page(signed: Signed, Query(asked): Query<Asked>) -> Result<Response> {
    let unit = match asked.unit.as_deref().filter(|u| !u.is_empty()) {
        Some(id) => Some(id.parse()?),
        None => None,
    };
    let unit = signed.unit(unit, Act::See)?;
    show(&view(&signed, unit, Form::default(), vec![]).await?)
}

/// `POST /bao-cao`
pub async fn begin(signed: Signed, form: Form) -> Result<Response> {
    let app = &signed.app;
    let mut problems = Problems::default();
    let unit: Id = problems.parse(&form, "don-vi").ok_or(Error::NotFound)?;
    signed.require(Act::WriteReport, unit)?;
    let period: Option<Period> = problems.parse(&form, "ky");
    if !form.has("ky") {
        problems.add("ky", "error-required");
    }
    let units = match form.text("cay") {
        "luc-do" => Units::AsTheyWere,
        _ => Units::AsOn(app.today()),
    };
    let (true, Some(period)) = (problems.0.is_empty(), period) else {
        return show_again(&view(&signed, unit, form, problems.0).await?);
    };
    match super::create(app, signed.actor.account, unit, period, units).await {
        Ok(id) => Ok(signed.redirect(&super::path(id))),
        Err(Error::Conflict(key)) => {
            let problem = FieldProblem { field: "ky", key, value: String::new() };
            show_again(&view(&signed, unit, form, vec![problem]).await?)
        }
        Err(other) => Err(other),
    }
}
