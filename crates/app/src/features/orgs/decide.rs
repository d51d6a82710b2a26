//! Reorganisations listed; one of them previewed, decided, cancelled, its keys stated.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use jiff::civil::Date;
use store::Id;

use super::browse::may_see_proposal;
use super::propose::read_key;
use super::reorganisation::{self, Changes, Reorganisation, State};
use super::{Shift, Shifted, Succession, Unit, manages};
use crate::access::Act;
use crate::error::{Error, FieldProblem, Result};
use crate::page::{Page, Room, moment_text, show, show_again};
use crate::web::Signed;
use crate::web::form::{Form, Problems};

#[derive(Template)]
#[template(path = "orgs/reorganisations.html")]
struct ListPage {
    page: Page,
    coming: Vec<Reorganisation>,
    /// With who cancelled it and why, where somebody did.
    past: Vec<(Reorganisation, Option<String>)>,
    /// The units under which the person may reorganise.
    places: Vec<(Id, String)>,
    today: Date,
}

/// `GET /sap-xep`
pub async fn list(signed: Signed) -> Result<Response> {
    let today = signed.app.today();
    let all = reorganisation::list(&signed.app.db).await?;
    let seen = all.into_iter().filter(|r| may_see_proposal(&signed.actor, r, &signed.tree));
    let (coming, over): (Vec<_>, Vec<_>) =
        seen.partition(|r| matches!(r.state(today), State::Proposed | State::Planned));
    let mut past = Vec::new();
    for r in over {
        let cancelled = cancelled(&signed, &r).await?;
        past.push((r, cancelled));
    }
    let acts = [Act::ManageUnits, Act::ManageHamlets];
    let units: BTreeSet<Id> = acts.into_iter().flat_map(|act| signed.actor.units_for(act)).collect();
    let places = units.into_iter().filter_map(|u| Some((u, signed.tree.get(u)?.name.clone()))).collect();
    let page = signed
        .page(Room::Settings, &signed.say("orgs-list-title"))
        .crumb(signed.say("orgs-browse-title"), "/don-vi");
    show(&ListPage { page, coming, past, places, today })
}

/// Who cancelled it, when and why.
async fn cancelled(signed: &Signed, r: &Reorganisation) -> Result<Option<String>> {
    let (Some(at), Some(who)) = (r.cancelled_at, r.cancelled_by) else { return Ok(None) };
    let why = r.cancelled_why.clone().unwrap_or_default();
    let key = if why.is_empty() { "orgs-cancelled-how" } else { "orgs-cancelled-because" };
    let who = crate::signin::account_name(&signed.app.db, who).await?;
    let how = [("who", who), ("at", moment_text(at)), ("why", why)];
    Ok(Some(signed.app.words.say(signed.lang(), key, &how)))
}

#[derive(Template)]
#[template(path = "orgs/reorganisation.html")]
struct ReorganisationPage {
    page: Page,
    r: Reorganisation,
    state: State,
    cancelled: Option<String>,
    under: String,
    ended: Vec<Arc<Unit>>,
    begun: Vec<Begun>,
    changed: Vec<Changed>,
    steps: Vec<Step>,
    touched: Vec<Touched>,
    shifted: Vec<Shifted>,
    may_decide: bool,
    form: Form,
}

/// What of a feature it touches: the key of the words, how many in all and at each unit.
struct Touched {
    words: &'static str,
    all: i64,
    at: Vec<TouchedAt>,
}
struct TouchedAt {
    unit: String,
    here: i64,
    /// The page that lists them, for whoever may open it.
    list: Option<String>,
}

struct Begun {
    unit: Id,
    name: String,
    kind: String,
    code: Option<String>,
}
struct Changed {
    before: Arc<Unit>,
    name: String,
    kind: String,
    parent: String,
}
/// A unit that went over, and where to.
struct Step {
    from: Id,
    from_name: String,
    to: Vec<StepTo>,
}
struct StepTo {
    name: String,
    step: Succession,
}

impl ReorganisationPage {
    fn km2(&self, area: &f64) -> String {
        viet::format_decimal(*area, 2)
    }
}
impl Step {
    fn is_divided(&self) -> bool {
        self.to.len() > 1
    }
}
impl StepTo {
    /// 33,5
    fn percent(&self) -> Option<String> {
        // Hundredths of a percent are far below where a float loses whole numbers.
        self.step.apportion.map(|key| viet::format_decimal(key as f64 / 100.0, 2))
    }
}

/// `GET /sap-xep/{id}`
pub async fn show_one(signed: Signed, Path(id): Path<String>) -> Result<Response> {
    let r = find(&signed, &id).await?;
    one(signed, r, Form::default(), vec![]).await
}

/// The reorganisation, if the person may see it.
async fn find(signed: &Signed, id: &str) -> Result<Reorganisation> {
    let r = reorganisation::get(&signed.app.db, id.parse()?).await?;
    if may_see_proposal(&signed.actor, &r, &signed.tree) { Ok(r) } else { Err(Error::NotFound) }
}

/// Whether the person decides it: whoever manages the unit under which it happens, at the level it concerns.
async fn may_decide(signed: &Signed, r: &Reorganisation) -> Result<bool> {
    let (versions, successions) = signed.app.trees.history(&signed.app.db).await?;
    let proposed = r.proposal().map(|p| {
        let ended = p.steps.iter().map(|s| s.from);
        ended.chain(p.targets.iter().filter(|t| !t.new).map(|t| t.unit)).collect::<Vec<_>>()
    });
    let units = proposed.unwrap_or_else(|| {
        successions.iter().filter(|s| s.reorganisation_id == r.id).map(|s| s.from_unit).collect()
    });
    let mut levels = versions.iter().filter(|v| units.contains(&v.unit_id)).map(|v| v.level.as_str());
    Ok(levels.all(|level| manages(&signed.actor, r.unit_id, level, &signed.tree))
        && manages(&signed.actor, r.unit_id, "hamlet", &signed.tree))
}

async fn one(signed: Signed, r: Reorganisation, form: Form, problems: Vec<FieldProblem>) -> Result<Response> {
    let app = signed.app.clone();
    let (versions, successions) = app.trees.history(&app.db).await?;
    let state = r.state(app.today());
    let before_day = r.effective.yesterday().unwrap_or(r.effective);
    let mut problems = problems;
    // A proposal shows what deciding it now would do; a decision, what it did.
    let changes = match state {
        State::Proposed => match r.proposal().map(|p| reorganisation::changes(&p, r.id, &versions)) {
            Some(Ok(changes)) => changes,
            Some(Err(why)) => {
                problems.extend(why);
                Changes::default()
            }
            None => Changes::default(),
        },
        _ => Changes {
            successions: successions.iter().filter(|s| s.reorganisation_id == r.id).cloned().collect(),
            ..Changes::default()
        },
    };
    let names: BTreeMap<Id, String> = changes.begun.iter().map(|v| (v.unit_id, v.name.clone())).collect();
    let name = |unit: Id, on: Date| {
        let known = versions.iter().find(|v| v.unit_id == unit && v.holds_on(on)).map(|v| v.name.clone());
        known.or_else(|| names.get(&unit).cloned()).unwrap_or_default()
    };
    let mut steps: Vec<Step> = Vec::new();
    for s in &changes.successions {
        let to = StepTo { name: name(s.to_unit, r.effective), step: s.clone() };
        match steps.iter_mut().find(|step| step.from == s.from_unit) {
            Some(step) => step.to.push(to),
            None => {
                steps.push(Step { from: s.from_unit, from_name: name(s.from_unit, before_day), to: vec![to] })
            }
        }
    }
    for step in &mut steps {
        step.to.sort_by_key(|to| to.step.share != "part-main");
    }
    let (mut touched, mut shifted) = (Vec::new(), Vec::new());
    if matches!(state, State::Proposed | State::Planned) && problems.is_empty() {
        touched = touches(&signed, &r, &changes).await?;
        let mut before = going_over(&r, &changes, &versions);
        before.sort_by_cached_key(|unit| viet::collation_key(&name(*unit, before_day)));
        let mut after: Vec<Id> = changes.successions.iter().map(|s| s.to_unit).collect();
        after.extend(r.proposal().into_iter().flat_map(|p| p.targets).map(|t| t.unit));
        let mut seen = BTreeSet::new();
        after.retain(|unit| seen.insert(*unit));
        let (tree, placed) = match state {
            State::Proposed => {
                let (tree, placed) = reorganisation::coming(&changes, r.effective, &versions, &successions);
                (Arc::new(tree), Arc::new(placed))
            }
            _ => {
                let tree = app.trees.on(&app.db, r.effective).await?;
                (tree, app.trees.placements(&app.db, r.effective).await?)
            }
        };
        let shift = Shift {
            effective: r.effective,
            before: before.iter().map(|unit| (*unit, name(*unit, before_day))).collect(),
            after: after.iter().map(|unit| (*unit, name(*unit, r.effective))).collect(),
            above: (r.unit_id, name(r.unit_id, r.effective)),
            tree,
            placed,
        };
        for touches in crate::features().into_iter().filter_map(|feature| feature.touches) {
            shifted.extend(touches.shift(&signed, &shift).await?);
        }
    }
    let mut page = signed
        .page(Room::Settings, &r.title)
        .crumb(signed.say("orgs-browse-title"), "/don-vi")
        .crumb(signed.say("orgs-list-title"), "/sap-xep");
    page.problems = problems;
    let template = ReorganisationPage {
        under: name(r.unit_id, r.effective),
        begun: changes
            .begun
            .iter()
            .map(|v| Begun {
                unit: v.unit_id,
                name: v.name.clone(),
                kind: v.kind.clone(),
                code: v.code.clone(),
            })
            .collect(),
        changed: changes
            .changed
            .iter()
            .map(|(before, after)| Changed {
                before: before.clone(),
                name: after.name.clone(),
                kind: after.kind.clone(),
                parent: after.parent_id.map(|p| name(p, r.effective)).unwrap_or_default(),
            })
            .collect(),
        may_decide: may_decide(&signed, &r).await?,
        cancelled: cancelled(&signed, &r).await?,
        ended: changes.ended,
        page,
        state,
        steps,
        touched,
        shifted,
        form,
        r,
    };
    if template.page.problems.is_empty() { show(&template) } else { show_again(&template) }
}

/// The units that end or go over, or take something over.
fn going_over(r: &Reorganisation, changes: &Changes, versions: &[Arc<Unit>]) -> Vec<Id> {
    let mut units: BTreeSet<Id> = changes.successions.iter().flat_map(|s| [s.from_unit, s.to_unit]).collect();
    let proposed = r.proposal().into_iter();
    units.extend(proposed.flat_map(|p| {
        let ends = p.steps.into_iter().map(|s| s.from).collect::<Vec<_>>();
        ends.into_iter().chain(p.targets.into_iter().map(|t| t.unit))
    }));
    let is_there = |unit: &Id| versions.iter().any(|v| v.unit_id == *unit && v.valid_from < r.effective);
    units.into_iter().filter(is_there).collect()
}

/// What of all features it touches, by the units that end or change; the same before the decision and after it,
/// until its day.
async fn touches(signed: &Signed, r: &Reorganisation, changes: &Changes) -> Result<Vec<Touched>> {
    let mut units = changes.units();
    units.extend(changes.successions.iter().map(|s| s.from_unit));
    units.extend(r.proposal().into_iter().flat_map(|p| p.targets).filter(|t| !t.new).map(|t| t.unit));
    units.sort();
    units.dedup();
    // A page that lists what is under a unit too stands for the units under it.
    let under = |unit: &Id| signed.tree.line(*unit).into_iter().skip(1).any(|above| units.contains(&above));
    let topmost: Vec<Id> = units.iter().copied().filter(|unit| !under(unit)).collect();
    let mut touched = Vec::new();
    for touches in crate::features().into_iter().filter_map(|feature| feature.touches) {
        let mut at = Vec::new();
        let of_all = touches.lists_all_under();
        for unit in if of_all { &topmost } else { &units } {
            let counted = match of_all {
                true => signed.all_under(*unit).unwrap_or_default(),
                // Its page lists what its predecessors recorded too.
                false => signed.standing.standing_at(*unit).to_vec(),
            };
            let here = touches.count(&signed.app, &counted).await?;
            if here > 0 {
                let (act, list) = touches.list(*unit);
                let list = Some(list).filter(|_| signed.can(act, *unit));
                at.push(TouchedAt { unit: signed.unit_name(*unit).await?, here, list });
            }
        }
        at.sort_by_cached_key(|t| viet::collation_key(&t.unit));
        touched.push(Touched { words: touches.words(), all: at.iter().map(|t| t.here).sum(), at });
    }
    touched.retain(|t| t.all > 0);
    Ok(touched)
}

enum What {
    Decide,
    Cancel(String),
    StateKeys(Id, Vec<(Id, i64)>),
}

/// The reorganisation, if the person decides it.
async fn get_decidable(signed: &Signed, id: &str) -> Result<Reorganisation> {
    let r = find(signed, id).await?;
    if may_decide(signed, &r).await? { Ok(r) } else { Err(Error::Forbidden) }
}

/// `POST /sap-xep/{id}/quyet-dinh`
pub async fn decide(signed: Signed, Path(id): Path<String>) -> Result<Response> {
    let r = get_decidable(&signed, &id).await?;
    act(signed, r, What::Decide).await
}

/// `POST /sap-xep/{id}/huy`: what was decided, for a reason (`why`).
pub async fn cancel(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let r = get_decidable(&signed, &id).await?;
    let mut problems = Problems::default();
    let why = match r.state(signed.app.today()) {
        State::Planned => problems.required(&form, "why", 500),
        _ => problems.optional(&form, "why", 500),
    };
    if !problems.0.is_empty() {
        return one(signed, r, form, problems.0).await;
    }
    act(signed, r, What::Cancel(why)).await
}

/// `POST /sap-xep/{id}/ty-le`: `from`, and `key-{unit}` for each part in percent.
pub async fn state_keys(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let r = get_decidable(&signed, &id).await?;
    let from: Id = form.text("from").parse()?;
    let mut problems = Problems::default();
    let mut keys = Vec::new();
    let (_, successions) = signed.app.trees.history(&signed.app.db).await?;
    for s in successions.iter().filter(|s| s.reorganisation_id == r.id && s.from_unit == from) {
        let key = read_key(form.text(&format!("key-{}", s.to_unit)), &mut problems);
        keys.push((s.to_unit, key.unwrap_or(0)));
    }
    if problems.0.is_empty() && keys.iter().map(|(_, key)| key).sum::<i64>() != 10_000 {
        problems.add("keys", "orgs-problem-keys");
    }
    if !problems.0.is_empty() {
        return one(signed, r, form, problems.0).await;
    }
    act(signed, r, What::StateKeys(from, keys)).await
}

async fn act(signed: Signed, r: Reorganisation, what: What) -> Result<Response> {
    let app = signed.app.clone();
    let shard = signed.tree.get(r.unit_id).map_or(0, |u| u.shard_id);
    let account = signed.actor.account;
    let mut tx = app.db.begin().await?;
    let done = match &what {
        What::Decide => reorganisation::decide(&mut tx, &app, account, shard, &r).await,
        What::Cancel(why) => reorganisation::cancel(&mut tx, &app, account, shard, &r, why).await,
        What::StateKeys(from, keys) => {
            reorganisation::state_keys(&mut tx, &app, account, shard, &r, *from, keys).await
        }
    };
    match done {
        Ok(()) => tx.commit().await?,
        Err(Error::Invalid(why)) => {
            tx.rollback().await?;
            return one(signed, r, Form::default(), why).await;
        }
        Err(other) => return Err(other),
    }
    app.pages.forget();
    Ok(signed.redirect(&format!("/sap-xep/{}", r.id)))
}
