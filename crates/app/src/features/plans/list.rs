//! The plans of a year: a unit's own and, for whoever sees further, those below.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;
use store::Id;

use super::below::{self, Due, Timely};
use super::plan::{self, Listed, State, Wanted};
use crate::access::Act;
use crate::error::Result;
use crate::page::{Page, Room, show};
use crate::web::Signed;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    #[serde(rename = "don-vi")]
    unit: String,
    #[serde(rename = "nam")]
    year: String,
    /// A state, or empty for all but withdrawn.
    #[serde(rename = "trang-thai")]
    state: String,
    #[serde(rename = "sau")]
    after: String,
}

struct Shown {
    plan: Listed,
    unit: String,
}

#[derive(Template)]
#[template(path = "plans/list.html")]
struct ListPage {
    page: Page,
    unit: Id,
    unit_name: String,
    year: i64,
    years: Vec<i64>,
    units: Vec<(Id, String)>,
    state: String,
    shown: Vec<Shown>,
    next: Option<String>,
    /// When the unit's own plan of the year is due, and whether it came in time.
    due: Option<(Due, Timely)>,
    may_write: bool,
    has_annual: bool,
}

impl ListPage {
    fn is_year(&self, year: &i64) -> bool {
        self.year == *year
    }
    fn is_unit(&self, id: &Id) -> bool {
        self.unit == *id
    }
}

pub const PAGE: i64 = 25;

/// A unit and everything under it, with what has gone over into them; none: everything there is.
pub fn scope(signed: &Signed, unit: Id) -> Option<Vec<Id>> {
    let tree = &signed.tree;
    if tree.parent(unit).is_none() && tree.roots().len() == 1 {
        return None;
    }
    let mut units = tree.under(unit);
    let gone = signed.standing.iter().filter(|(id, p)| !tree.contains(**id) && tree.is_within(p.at, unit));
    units.extend(gone.map(|(id, _)| *id));
    Some(units)
}

/// The plans that a person asks for: the unit's and those below it.
pub fn wanted(signed: &Signed, unit: Id, year: Option<i64>, states: Vec<State>) -> Wanted {
    Wanted { units: scope(signed, unit), year, states, kind: None, after: None }
}

/// `GET /ke-hoach`
pub async fn list(signed: Signed, Query(asked): Query<Asked>) -> Result<Response> {
    let app = &signed.app;
    let today = app.today();
    let unit = signed.unit(asked.unit.parse().ok(), Act::See)?;
    let this_year = i64::from(today.year());
    let year = asked.year.parse().ok().filter(|y| (1945..=2199).contains(y)).unwrap_or(this_year);
    let chosen = State::ALL.into_iter().find(|s| s.code() == asked.state);
    let states =
        chosen.map_or(vec![State::Draft, State::Waiting, State::Approved, State::Issued], |s| vec![s]);
    let wanted = Wanted { after: asked.after.parse().ok(), ..wanted(&signed, unit, Some(year), states) };
    let mut found = plan::list(&app.db, &wanted, PAGE + 1).await?;
    let more = found.len() as i64 > PAGE;
    found.truncate(PAGE as usize);
    let next = found
        .last()
        .filter(|_| more)
        .map(|last| format!("/ke-hoach?don-vi={unit}&nam={year}&trang-thai={}&sau={}", asked.state, last.id));
    let mut shown = Vec::new();
    for plan in found {
        shown.push(Shown { unit: signed.unit_name(plan.unit_id).await?, plan });
    }
    let own = match plan::find_annual(&app.db, unit, year).await? {
        Some(id) => Some(plan::get(&app.db, id).await?),
        None => None,
    };
    let issued_on = own.as_ref().filter(|p| p.state == State::Issued).and_then(|p| p.issued_on);
    let due = below::due(app, unit, year).await?;
    let due = due.map(|due| {
        let timely = Timely::of(due.day, issued_on, today);
        (due, timely)
    });
    let mut years = plan::years(&app.db, unit).await?;
    years.extend([this_year, this_year + 1]);
    years.sort_by(|a, b| b.cmp(a));
    years.dedup();
    let mut units = vec![(unit, signed.tree.full_name(unit))];
    let below = signed.tree.children(unit).iter();
    units.extend(below.filter_map(|u| Some((*u, signed.tree.get(*u)?.name.clone()))));
    for above in signed.tree.line(unit).into_iter().skip(1) {
        if signed.actor.can(Act::See, above, &signed.tree) {
            units.insert(0, (above, signed.tree.full_name(above)));
        }
    }
    show(&ListPage {
        page: signed.page(Room::Plans, &signed.say("room-plans")),
        unit_name: signed.unit_name(unit).await?,
        may_write: signed.can(Act::WritePlan, unit),
        has_annual: own.is_some(),
        state: asked.state,
        unit,
        year,
        years,
        units,
        shown,
        next,
        due,
    })
}
