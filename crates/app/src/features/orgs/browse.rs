//! Choosing a unit and a day; the page of a unit through time; the same for programs.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::Serialize;
use store::Id;

use super::import::FIRST_DAY;
use super::reorganisation::{self, Reorganisation, State as Progress};
use super::{Succession, Tree, Unit, manages, predecessors, successors};
use crate::access::{Act, Actor};
use crate::app::{App, Shared};
use crate::error::{Error, Result};
use crate::page::{Page, Room, show, show_again};
use crate::web::form::{Form, Problems};
use crate::web::{Signed, api};

/// A unit in a list.
pub(super) struct Line {
    pub unit: Unit,
    /// With what is above it.
    pub full_name: String,
    pub below: i64,
}

impl Line {
    fn of(tree: &Tree, id: Id) -> Option<Line> {
        let unit = tree.get(id)?.clone();
        Some(Line { full_name: tree.full_name(id), below: count(tree.children(id)), unit })
    }
}

fn count<T>(of: &[T]) -> i64 {
    i64::try_from(of.len()).unwrap_or(i64::MAX)
}

/// The day asked for, today when none is; a day that cannot be read is a problem and gives today.
fn asked_day(form: &Form, today: Date, problems: &mut Problems) -> Date {
    problems.date(form, "ngay").unwrap_or(today).max(FIRST_DAY)
}

#[derive(Template)]
#[template(path = "orgs/browse.html")]
struct BrowsePage {
    page: Page,
    form: Form,
    day: Date,
    found: Vec<Line>,
    tree: Vec<Line>,
    /// Set when the day is before the one as on which the tree is known.
    known_on: Option<Date>,
}

const SHOWN: usize = 50;

/// `GET /don-vi?q=&ngay=`
pub async fn browse(signed: Signed, Query(query): Query<Vec<(String, String)>>) -> Result<Response> {
    let mut form = Form::of(query);
    let mut problems = Problems::default();
    let day = asked_day(&form, signed.app.today(), &mut problems);
    if !form.has("ngay") {
        form.set("ngay", crate::page::date_text(day));
    }
    let tree = signed.app.trees.on(&signed.app.db, day).await?;
    let lines = |ids: &[Id]| ids.iter().filter_map(|id| Line::of(&tree, *id)).collect::<Vec<_>>();
    let found = tree.search(form.text("q"));
    let top: Vec<Id> = match tree.roots() {
        [only] => [&[*only], tree.children(*only)].concat(),
        roots => roots.to_vec(),
    };
    let mut page = signed.page(Room::Settings, &signed.say("orgs-browse-title"));
    page.problems = problems.0;
    let known_on = tree.units().filter_map(|u| u.known_on).max().filter(|known| day < *known);
    let template = BrowsePage {
        known_on,
        page,
        day,
        found: lines(found.get(..SHOWN).unwrap_or(&found)),
        tree: lines(&top),
        form,
    };
    if template.page.problems.is_empty() { show(&template) } else { show_again(&template) }
}

/// A step between units, as shown.
pub(super) struct StepLine {
    pub unit: Id,
    pub name: String,
    pub step: Succession,
    pub legal_basis: String,
    pub below_name: String,
}

/// Children of one level.
pub(super) struct Group {
    pub level: String,
    pub lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "orgs/unit.html")]
struct UnitPage {
    page: Page,
    form: Form,
    day: Date,
    /// The version in force on the day, or the nearest.
    unit: Unit,
    full_name: String,
    /// Set when the day is before the one as on which the unit is known.
    known_on: Option<Date>,
    /// Why nothing is in force on the day: "orgs-not-yet" or "orgs-no-more".
    absent: Option<&'static str>,
    versions: Vec<VersionLine>,
    predecessors: Vec<StepLine>,
    /// What it went into, and what it will go into: key of the heading and the steps.
    successors: Vec<(&'static str, Vec<StepLine>)>,
    /// What the units under it went into, where it only ended.
    heirs: Vec<StepLine>,
    groups: Vec<Group>,
    /// The day of the groups: the last of a unit that is gone.
    tree_day: Date,
    /// The figures of a period in which the unit was there.
    numbers: String,
    /// Reorganisations under it that are proposed or planned.
    coming: Vec<Reorganisation>,
    manages_units: bool,
    manages_hamlets: bool,
    /// May see what the unit recorded.
    sees: bool,
    /// Whoever manages the parent may propose to rename, divide or end it.
    manages_itself: bool,
}

struct VersionLine {
    version: Arc<Unit>,
    parent: String,
}

impl UnitPage {
    fn is_small(&self) -> bool {
        super::SMALL.contains(&self.unit.level.as_str())
    }
    fn may_merge(&self, group: &Group) -> bool {
        if super::SMALL.contains(&group.level.as_str()) { self.manages_hamlets } else { self.manages_units }
    }
    /// Whether there is anything to reorganise here: units to merge, or the unit itself under another.
    fn may_reorganise(&self) -> bool {
        self.groups.iter().any(|g| self.may_merge(g)) || self.manages_itself && self.unit.parent_id.is_some()
    }
    fn km2(&self, area: &f64) -> String {
        viet::format_decimal(*area, 2)
    }
}

/// `GET /don-vi/{id}?ngay=`
pub async fn show_unit(
    signed: Signed,
    Path(id): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response> {
    let form = Form::of(query);
    let mut problems = Problems::default();
    let day = asked_day(&form, signed.app.today(), &mut problems);
    unit_page(signed, id.parse()?, day, form, problems).await
}

/// The page of a unit, with a form that has problems or none.
pub(super) async fn unit_page(
    signed: Signed,
    id: Id,
    day: Date,
    form: Form,
    problems: Problems,
) -> Result<Response> {
    let app = signed.app.clone();
    let (all, successions) = app.trees.history(&app.db).await?;
    let versions: Vec<&Arc<Unit>> = all.iter().filter(|v| v.unit_id == id).collect();
    let unit = in_force(&versions, day).ok_or(Error::NotFound)?;
    let (_, last) = app.trees.lifetime(&app.db, id).await?;
    let tree_day = last.map_or(day, |last| last.min(day));
    let tree = app.trees.on(&app.db, tree_day).await?;
    let absent = match unit.holds_on(day) {
        true => None,
        false if day < unit.valid_from => Some("orgs-not-yet"),
        false => Some("orgs-no-more"),
    };
    let reorganisations = reorganisation::list(&app.db).await?;
    let step_line = |step: &Succession, other: Id| {
        let of: Vec<&Arc<Unit>> = all.iter().filter(|v| v.unit_id == other).collect();
        let before = step.effective.yesterday().unwrap_or(step.effective);
        let on = if other == step.from_unit { before } else { step.effective };
        let version = in_force(&of, on);
        let above = version.and_then(|v| v.parent_id);
        StepLine {
            unit: other,
            name: version.map(|v| v.name.clone()).unwrap_or_default(),
            below_name: name_on(&all, above, on),
            step: step.clone(),
            legal_basis: reorganisations
                .iter()
                .find(|r| r.id == step.reorganisation_id)
                .map(|r| r.legal_basis.clone())
                .unwrap_or_default(),
        }
    };
    let mut groups: Vec<Group> = Vec::new();
    for line in tree.children(id).iter().filter_map(|child| Line::of(&tree, *child)) {
        match groups.iter_mut().find(|g| g.level == line.unit.level) {
            Some(group) => group.lines.push(line),
            None => groups.push(Group { level: line.unit.level.clone(), lines: vec![line] }),
        }
    }
    groups.sort_by_key(|g| super::LEVELS.iter().position(|l| *l == g.level));
    let today = app.today();
    let (is_coming, own): (Vec<_>, Vec<_>) = successors(&successions, id).partition(|s| s.effective > today);
    let heirs = match own.is_empty() && is_coming.is_empty() {
        true => app.trees.heirs(&app.db, id).await?,
        false => vec![],
    };
    let parent_now = signed.tree.get(id).and_then(|u| u.parent_id);
    let mut page = signed.page(Room::Settings, &unit.name).crumb(signed.say("orgs-browse-title"), "/don-vi");
    for above in tree.line(id).into_iter().skip(1).collect::<Vec<_>>().into_iter().rev() {
        let name = tree.get(above).map(|u| u.name.clone()).unwrap_or_default();
        page = page.crumb(name, format!("/don-vi/{above}?ngay={day}"));
    }
    page.problems = problems.0;
    let template = UnitPage {
        full_name: match absent {
            None => tree.full_name(id),
            Some(_) => unit.name.clone(),
        },
        versions: versions
            .iter()
            .map(|v| VersionLine { version: (*v).clone(), parent: name_on(&all, v.parent_id, v.valid_from) })
            .collect(),
        predecessors: predecessors(&successions, id).map(|s| step_line(s, s.from_unit)).collect(),
        successors: [("orgs-successors", own), ("orgs-successors-coming", is_coming)]
            .map(|(key, steps)| (key, steps.into_iter().map(|s| step_line(s, s.to_unit)).collect()))
            .into(),
        heirs: heirs.iter().map(|s| step_line(s, s.to_unit)).collect(),
        tree_day,
        numbers: match last.filter(|last| *last < today) {
            Some(last) => format!("/so-lieu?don-vi={id}&ky={}&cay=luc-do", last.year()),
            None => format!("/so-lieu?don-vi={id}"),
        },
        coming: reorganisations
            .iter()
            .filter(|r| r.unit_id == id && matches!(r.state(today), Progress::Proposed | Progress::Planned))
            .filter(|r| r.decided_at.is_some() || may_see_proposal(&signed.actor, r, &signed.tree))
            .cloned()
            .collect(),
        sees: signed.can(Act::See, id),
        manages_units: manages(&signed.actor, id, "commune", &signed.tree),
        manages_hamlets: manages(&signed.actor, id, "hamlet", &signed.tree),
        manages_itself: parent_now.is_some_and(|p| manages(&signed.actor, p, &unit.level, &signed.tree)),
        known_on: unit.known_on.filter(|known| day < *known),
        unit: unit.as_ref().clone(),
        page,
        form,
        day,
        absent,
        groups,
    };
    if template.page.problems.is_empty() { show(&template) } else { show_again(&template) }
}

/// A proposal is seen by those who may decide it, until it is decided.
pub(super) fn may_see_proposal(actor: &Actor, r: &Reorganisation, tree: &Tree) -> bool {
    r.decided_at.is_some() || manages(actor, r.unit_id, "hamlet", tree)
}

/// The version in force on a day; before the first that first one, after the last that last one.
fn in_force<'a>(versions: &[&'a Arc<Unit>], day: Date) -> Option<&'a Arc<Unit>> {
    let on_the_day = versions.iter().find(|v| v.holds_on(day));
    let before = || versions.iter().filter(|v| v.valid_from <= day).max_by_key(|v| v.valid_from);
    let first = || versions.iter().min_by_key(|v| v.valid_from);
    on_the_day.or_else(before).or_else(first).copied()
}

fn name_on(all: &[Arc<Unit>], unit: Option<Id>, day: Date) -> String {
    let Some(unit) = unit else { return String::new() };
    let of: Vec<&Arc<Unit>> = all.iter().filter(|v| v.unit_id == unit).collect();
    in_force(&of, day).map(|v| v.name.clone()).unwrap_or_default()
}

/// A unit as programs read it.
#[derive(Serialize)]
struct UnitItem {
    id: Id,
    name: String,
    full_name: String,
    kind: String,
    /// nation, province, district, commune, hamlet, agency.
    level: String,
    /// The statistical code; codes are reused, this one holds between the two dates.
    code: Option<String>,
    parent: Option<Id>,
    valid_from: Date,
    /// The first day it no longer holds.
    valid_until: Option<Date>,
    /// Set where the unit is known only as it was on this day: what it was earlier may differ.
    known_on: Option<Date>,
    lat: Option<f64>,
    lon: Option<f64>,
    area_km2: Option<f64>,
}

impl UnitItem {
    fn of(u: &Unit, full_name: String) -> UnitItem {
        UnitItem {
            id: u.unit_id,
            name: u.name.clone(),
            full_name,
            kind: u.kind.clone(),
            level: u.level.clone(),
            code: u.code.clone(),
            parent: u.parent_id,
            valid_from: u.valid_from,
            valid_until: u.valid_until,
            known_on: u.known_on,
            lat: u.lat,
            lon: u.lon,
            area_km2: u.area_km2,
        }
    }
}

const ITEMS: usize = 100;

/// `GET /api/v1/units?ngay=&cha=&q=&after=`: the units of a day; those directly under `cha`, those found by
/// `q`, or all, parents before children.
pub async fn api_list(
    State(app): State<Shared>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response> {
    let form = Form::of(query);
    let mut problems = Problems::default();
    let day = asked_day(&form, app.today(), &mut problems);
    let parent = problems.parse::<Id>(&form, "cha");
    let after = problems.parse::<Id>(&form, "after");
    problems.finish()?;
    let tree = app.trees.on(&app.db, day).await?;
    let ids: Vec<Id> = match (parent, form.has("q")) {
        (Some(parent), true) => {
            tree.search(form.text("q")).into_iter().filter(|u| tree.is_within(*u, parent)).collect()
        }
        (Some(parent), false) => tree.children(parent).to_vec(),
        (None, true) => tree.search(form.text("q")),
        (None, false) => tree.roots().iter().flat_map(|root| tree.under(*root)).collect(),
    };
    let start = after.and_then(|a| ids.iter().position(|id| *id == a)).map_or(0, |at| at + 1);
    let here: Vec<Id> = ids.iter().skip(start).take(ITEMS).copied().collect();
    let next = (start + here.len() < ids.len()).then(|| here.last().map(Id::to_string)).flatten();
    let items =
        here.into_iter().filter_map(|id| Some(UnitItem::of(tree.get(id)?, tree.full_name(id)))).collect();
    Ok(api::list(&app, items, next))
}

#[derive(Serialize)]
struct StepItem {
    unit: Id,
    name: String,
    effective: Date,
    /// whole, part-main or part.
    share: String,
    /// Hundredths of a percent, where a person has stated a key; figures apportioned by it are estimates.
    key: Option<i64>,
    area_km2: Option<f64>,
    reorganisation: Id,
}

#[derive(Serialize)]
struct UnitHistory {
    #[serde(flatten)]
    unit: UnitItem,
    versions: Vec<UnitItem>,
    predecessors: Vec<StepItem>,
    successors: Vec<StepItem>,
}

/// `GET /api/v1/units/{id}?ngay=`: one unit through time; its own fields are as on the day, or the nearest to it.
pub async fn api_unit(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Result<Response> {
    let id: Id = id.parse()?;
    let form = Form::of(query);
    let mut problems = Problems::default();
    let day = asked_day(&form, app.today(), &mut problems);
    problems.finish()?;
    let item = history(&app, id, day).await?;
    Ok(api::one(&app, StatusCode::OK, item))
}

async fn history(app: &App, id: Id, day: Date) -> Result<UnitHistory> {
    let tree = app.trees.on(&app.db, day).await?;
    let (all, successions) = app.trees.history(&app.db).await?;
    let versions: Vec<&Arc<Unit>> = all.iter().filter(|v| v.unit_id == id).collect();
    let unit = in_force(&versions, day).ok_or(Error::NotFound)?;
    let step = |s: &Succession, other: Id| {
        let before = s.effective.yesterday().unwrap_or(s.effective);
        StepItem {
            unit: other,
            name: name_on(&all, Some(other), if other == s.from_unit { before } else { s.effective }),
            effective: s.effective,
            share: s.share.clone(),
            key: s.apportion,
            area_km2: s.area_km2,
            reorganisation: s.reorganisation_id,
        }
    };
    let full_name = if unit.holds_on(day) { tree.full_name(id) } else { unit.name.clone() };
    Ok(UnitHistory {
        unit: UnitItem::of(unit, full_name),
        versions: versions.iter().map(|v| UnitItem::of(v, v.name.clone())).collect(),
        predecessors: predecessors(&successions, id).map(|s| step(s, s.from_unit)).collect(),
        successors: successors(&successions, id).map(|s| step(s, s.to_unit)).collect(),
    })
}
