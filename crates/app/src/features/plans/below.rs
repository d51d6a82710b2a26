//! Plans above and below: when a unit's plan is due, whether it came in time, and which units below have issued
//! theirs. All of it computed from dates of issue.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;
use store::{Db, Id, RecordId};

use super::plan::{self, Kind, Listed, State, Wanted};
use super::show::{self, Counts};
use super::{calendar, line};
use crate::access::Act;
use crate::app::App;
use crate::error::{Error, Result};
use crate::features::orgs::Tree;
use crate::page::{Page, Room};
use crate::web::Signed;

/// The units of the administration directly below one: who plans after it.
pub fn units_below(tree: &Tree, unit: Id) -> Vec<Id> {
    tree.children(unit).iter().filter(|u| plans_after(tree, **u)).copied().collect()
}

/// Whether a plan is due from a unit when the one above has issued its own: of the administration, not of agencies.
fn plans_after(tree: &Tree, unit: Id) -> bool {
    tree.get(unit).is_some_and(|u| u.level != "hamlet" && u.level != "agency")
}

/// The year's plan in force of the unit above.
async fn above(db: &Db, tree: &Tree, unit: Id, year: i64) -> Result<Option<Listed>> {
    let Some(parent) = tree.parent(unit) else { return Ok(None) };
    let wanted = Wanted {
        units: Some(vec![parent]),
        year: Some(year),
        states: vec![State::Issued],
        kind: Some(Kind::Annual),
        after: None,
    };
    Ok(plan::list(db, &wanted, 1).await?.into_iter().next())
}

/// The year's plan of the unit above that a new plan carries out.
pub async fn plan_above(signed: &Signed, unit: Id, year: i64) -> Result<Option<RecordId>> {
    Ok(above(&signed.app.db, &signed.tree, unit, year).await?.map(|p| p.id()))
}

/// When a unit's plan for a year is due.
#[derive(Debug, Clone)]
pub struct Due {
    /// The plan above from whose issue it counts.
    pub above: Listed,
    pub issued_on: Date,
    pub working_days: i64,
    pub day: Date,
}

impl Due {
    /// Of a plan above; none when it is not issued to the units below.
    pub fn after(above: Listed) -> Option<Due> {
        let (issued_on, working_days) = above.issued_on.zip(above.due_days)?;
        Some(Due { day: calendar::after(issued_on, working_days), above, issued_on, working_days })
    }
    /// No act was found that sets the number of days.
    pub fn is_unverified(&self) -> bool {
        calendar::rule(self.issued_on).is_none_or(|r| !r.verified)
    }
    /// Days off or worked in exchange that shift the day: the first and the last of those that bear one name.
    pub fn specials(&self) -> Vec<(Date, Date, &'static calendar::Special)> {
        let mut runs: Vec<(Date, Date, &'static calendar::Special)> = Vec::new();
        for (day, special) in calendar::specials(self.issued_on, self.day).0 {
            match runs.last_mut().filter(|(_, _, s)| s.is_like(special)) {
                Some((_, last, _)) => *last = day,
                None => runs.push((day, day, special)),
            }
        }
        runs
    }
    /// The file of days off holds all the days counted.
    pub fn is_known(&self) -> bool {
        calendar::specials(self.issued_on, self.day).1
    }
}

/// When a unit's own plan for a year is due, if the unit above has issued one to it.
pub async fn due(app: &App, unit: Id, year: i64) -> Result<Option<Due>> {
    // Of a year that is over, the unit above was the one of that year.
    let last = Date::new(i16::try_from(year).unwrap_or(2000), 12, 31).unwrap_or(Date::MAX);
    let tree = app.trees.on(&app.db, app.today().min(last)).await?;
    if !plans_after(&tree, unit) {
        return Ok(None);
    }
    Ok(above(&app.db, &tree, unit, year).await?.and_then(Due::after))
}

/// Whether a plan came in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timely {
    InTime,
    /// Issued so many working days after the last day.
    LateBy(i64),
    /// Not issued; there is still time.
    NotYet,
    /// Not issued, so many working days after the last day.
    Overdue(i64),
}

impl Timely {
    pub fn of(due: Date, issued_on: Option<Date>, today: Date) -> Timely {
        match issued_on {
            Some(on) if on <= due => Timely::InTime,
            Some(on) => Timely::LateBy(calendar::between(due, on)),
            None if today <= due => Timely::NotYet,
            None => Timely::Overdue(calendar::between(due, today)),
        }
    }
    /// The key of its name, and how it looks.
    pub fn word(self) -> &'static str {
        match self {
            Timely::InTime => "plans-timely-in-time",
            Timely::LateBy(_) => "plans-timely-late-by",
            Timely::NotYet => "plans-timely-not-yet",
            Timely::Overdue(_) => "plans-timely-overdue",
        }
    }
    pub fn look(self) -> &'static str {
        match self {
            Timely::InTime => "good",
            Timely::NotYet => "wait",
            Timely::LateBy(_) | Timely::Overdue(_) => "late",
        }
    }
    /// Working days late.
    pub fn days(self) -> i64 {
        match self {
            Timely::InTime | Timely::NotYet => 0,
            Timely::LateBy(days) | Timely::Overdue(days) => days,
        }
    }
}

/// A unit below and its plan for the year.
#[derive(Debug, Clone)]
pub struct Below {
    pub name: String,
    pub plan: Option<Listed>,
    pub timely: Timely,
}

/// The units below that a plan is issued to, with theirs: as the tree was on the day of issue.
pub async fn below(app: &App, due: &Due) -> Result<Vec<Below>> {
    let tree: Arc<Tree> = app.trees.on(&app.db, due.issued_on).await?;
    let units = units_below(&tree, due.above.unit_id);
    let wanted = Wanted {
        units: Some(units.clone()),
        year: Some(due.above.year),
        states: vec![State::Draft, State::Waiting, State::Approved, State::Issued],
        kind: Some(Kind::Annual),
        after: None,
    };
    let plans = plan::list(&app.db, &wanted, 10_000).await?;
    let mut plans: HashMap<Id, Listed> = plans.into_iter().map(|p| (p.unit_id, p)).collect();
    let mut all = Vec::new();
    for unit in units {
        let plan = plans.remove(&unit);
        let issued_on = plan.as_ref().filter(|p| p.state() == State::Issued).and_then(|p| p.issued_on);
        all.push(Below {
            name: tree.get(unit).map(|u| u.name.clone()).unwrap_or_default(),
            timely: Timely::of(due.day, issued_on, app.today()),
            plan,
        });
    }
    Ok(all)
}

struct Row {
    below: Below,
    /// "3/12"
    lines: String,
}

#[derive(Template)]
#[template(path = "plans/below.html")]
struct BelowPage {
    page: Page,
    path: String,
    due: Due,
    said: String,
    filters: Vec<(&'static str, &'static str, bool)>,
    shown: Vec<Row>,
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default, rename = "xem")]
    show: String,
}

/// `GET /ke-hoach/{id}/cap-duoi`: which units below issued their plans in time, late, not yet.
pub async fn page(signed: Signed, Path(id): Path<String>, Query(asked): Query<Asked>) -> Result<Response> {
    let app = &signed.app;
    let plan = plan::get(&app.db, id.parse()?).await?;
    signed.require(Act::See, plan.content.unit)?;
    let due = show::own_due(&plan).ok_or(Error::NotFound)?;
    let all = below(app, &due).await?;
    let plans: Vec<RecordId> = all
        .iter()
        .filter_map(|b| b.plan.as_ref())
        .filter(|p| p.state() == State::Issued)
        .map(|p| p.id())
        .collect();
    let done = line::done_of(&app.db, &plans).await?;
    let page = signed
        .page(Room::Plans, &signed.say("plans-below-title"))
        .crumb(signed.say("room-plans"), "/ke-hoach")
        .crumb(plan.content.title.clone(), plan.page());
    let counts = Counts::of(&all);
    let wanted = |b: &Below| match asked.show.as_str() {
        "dung-han" => b.timely == Timely::InTime,
        "muon" => matches!(b.timely, Timely::LateBy(_)),
        "chua" => matches!(b.timely, Timely::NotYet | Timely::Overdue(_)),
        _ => true,
    };
    let shown = all.into_iter().filter(wanted).map(|below| {
        let of = below.plan.as_ref().and_then(|p| done.get(&p.id()));
        Row { lines: of.map_or("–".into(), |(done, lines)| format!("{done}/{lines}")), below }
    });
    let shown = shown.collect();
    let filters = [
        ("", "plans-below-all"),
        ("dung-han", "plans-below-filter-in-time"),
        ("muon", "plans-below-filter-late"),
        ("chua", "plans-below-filter-missing"),
    ];
    crate::page::show(&BelowPage {
        path: format!("{}/cap-duoi", plan.page()),
        said: counts.words(&page),
        filters: filters.into_iter().map(|(word, label)| (word, label, asked.show == word)).collect(),
        shown,
        due,
        page,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lateness_counts_working_days_from_the_last_day() {
        let check = |issued_on: Option<&str>, today: &str, expected: Timely| {
            let due: Date = "2026-03-11".parse().unwrap();
            let issued_on = issued_on.map(|d| d.parse().unwrap());
            assert_eq!(Timely::of(due, issued_on, today.parse().unwrap()), expected, "{issued_on:?} {today}");
        };
        check(Some("2026-03-11"), "2026-06-01", Timely::InTime);
        check(Some("2026-03-12"), "2026-06-01", Timely::LateBy(1));
        // Issued on the Monday after: Thursday, Friday and Monday.
        check(Some("2026-03-16"), "2026-06-01", Timely::LateBy(3));
        check(None, "2026-03-11", Timely::NotYet);
        check(None, "2026-03-12", Timely::Overdue(1));
        check(None, "2026-03-15", Timely::Overdue(2));
    }
}
