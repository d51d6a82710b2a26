//! What waits for a person: posts to approve, posts given back, drafts begun, and a draft to begin when the unit
//! has published nothing for too long.

use jiff::ToSpan as _;
use jiff::civil::Date;
use store::{Filter, Id, Select, sql};

use super::draft::DRAFTING;
use super::list::{self, Asked, Line};
use super::post::{self, State};
use super::typed::{TYPED, path_of_new};
use crate::access::Act;
use crate::drafts::is_inherited;
use crate::error::Result;
use crate::features::laws::{self, Law};
use crate::page::Room;
use crate::tasks::{Figure, Later, Task, Tasks};
use crate::web::Signed;

pub struct Waiting;

/// Most posts that one kind of task names.
const SHOWN: i64 = 20;
/// How far from today a law's first day in force may lie for a draft to be made from it.
const NEW_LAW_DAYS: i64 = 365;

impl Tasks for Waiting {
    fn tasks<'a>(&'a self, signed: &'a Signed) -> Later<'a, Vec<Task>> {
        Box::pin(async move {
            let mut tasks = Vec::new();
            for unit in units(signed, Act::ApproveContent) {
                tasks.extend(to_approve(signed, unit).await?);
            }
            if signed.actor.can_anywhere(Act::WriteContent) {
                tasks.extend(unsaved(signed).await?);
                tasks.extend(own_drafts(signed).await?);
            }
            for unit in units(signed, Act::WriteContent) {
                tasks.extend(super::stale::tasks(signed, unit).await?);
                tasks.extend(too_quiet(signed, unit).await?);
            }
            Ok(tasks)
        })
    }
    fn figures<'a>(&'a self, signed: &'a Signed) -> Later<'a, Vec<Figure>> {
        Box::pin(async move {
            let Ok(unit) = signed.unit(None, Act::See) else { return Ok(vec![]) };
            let asked = Asked {
                state: State::Published.code().to_owned(),
                from: signed.app.today().first_of_month().to_string(),
                ..Asked::default()
            };
            let select = asked.narrow(Select::from(&list::LIST).count(vec![]), signed, unit);
            let (posts,): (i64,) = select.query().get(&signed.app.db).await?;
            Ok(vec![Figure {
                text: say(signed, "content-figure", viet::format_int(posts)),
                path: asked.path(),
            }])
        })
    }
}

fn say(signed: &Signed, key: &str, value: String) -> String {
    signed.app.words.say(signed.lang(), key, &[("value", value)])
}

/// The units where the person may do it, each once.
fn units(signed: &Signed, act: Act) -> Vec<Id> {
    let mut units: Vec<Id> = signed.actor.units_for(act).filter(|u| signed.tree.contains(*u)).collect();
    units.sort();
    units.dedup();
    units
}

async fn to_approve(signed: &Signed, unit: Id) -> Result<Vec<Task>> {
    let db = &signed.app.db;
    let waiting = list::select()
        .filter(Filter::is("state", State::Submitted.code()))
        .filter(Filter::any_of("unit_id", signed.standing.standing_at(unit).to_vec()));
    let lines: Vec<Line> = waiting.limit(SHOWN).query().all(db).await?;
    let mut tasks = Vec::new();
    for line in lines {
        if post::has_hand_in(db, line.record(), signed.actor.account).await? {
            continue;
        }
        tasks.push(Task {
            key: format!("content-approve-{}", line.id),
            due: None,
            state: "content-state-submitted",
            title: say(signed, "content-task-approve", line.title.clone()),
            path: line.path(),
            unit: Some(unit),
            quick: None,
        });
    }
    Ok(tasks)
}

/// What was typed and not saved.
async fn unsaved(signed: &Signed) -> Result<Vec<Task>> {
    let open = TYPED.open(&signed.app.db, signed.actor.account).await?;
    let task = |d: crate::drafts::Open| Task {
        key: format!("content-typed-{}", d.about),
        due: None,
        state: "content-state-draft",
        title: say(signed, "content-task-typed", d.title()),
        path: match is_inherited(&d.about) {
            true => path_of_new(&d.about),
            false => format!("/tin-bai/{}/sua", d.about),
        },
        unit: Some(d.unit_id),
        quick: None,
    };
    Ok(open.into_iter().filter(|d| signed.can(Act::WriteContent, d.unit_id)).map(task).collect())
}

async fn own_drafts(signed: &Signed) -> Result<Vec<Task>> {
    let own = list::select()
        .filter(Filter::is("state", State::Draft.code()))
        .filter(Filter::is("owner_id", signed.actor.account));
    let lines: Vec<Line> = own.limit(SHOWN).query().all(&signed.app.db).await?;
    let (mut returned, mut begun) = (Vec::new(), Vec::new());
    for line in lines.into_iter().filter(|l| signed.can(Act::WriteContent, l.unit_id)) {
        let (list, state, key) = if line.remarks.is_empty() {
            (&mut begun, "content-state-draft", "content-task-draft")
        } else {
            (&mut returned, "content-state-returned", "content-task-returned")
        };
        list.push(Task {
            key: format!("content-draft-{}", line.id),
            due: None,
            state,
            title: say(signed, key, line.title.clone()),
            path: line.path(),
            unit: Some(line.unit_id),
            quick: None,
        });
    }
    returned.extend(begun);
    Ok(returned)
}

/// Nothing published for too long, and nothing under way: a draft from the newest law that concerns the unit.
async fn too_quiet(signed: &Signed, unit: Id) -> Result<Option<Task>> {
    let app = &signed.app;
    let today = app.today();
    let units = signed.standing.standing_at(unit).to_vec();
    let last = last_day(signed, &units).await?;
    let began = signed.tree.get(unit).map_or(today, |u| u.valid_from);
    let due = last.unwrap_or(began).saturating_add(DRAFTING.regularity.days.days());
    if due > today || is_under_way(signed, &units).await? {
        return Ok(None);
    }
    let law = newest_law(signed, unit, &units).await?;
    let (title, path) = match &law {
        Some(law) => (
            say(signed, "content-task-quiet-law", law.name()),
            format!("/tin-bai/moi?don-vi={unit}&luat={}", law.id),
        ),
        None => (signed.page(Room::Home, "").t("content-task-quiet"), format!("/tin-bai/moi?don-vi={unit}")),
    };
    Ok(Some(Task {
        key: format!("content-quiet-{unit}"),
        due: Some(due),
        state: "content-state-quiet",
        title,
        path,
        unit: Some(unit),
        quick: None,
    }))
}

store::record! { struct Last { day: Option<Date> } }

async fn last_day(signed: &Signed, units: &[Id]) -> Result<Option<Date>> {
    let mut last = None;
    for unit in units {
        let row: Last =
            sql!("SELECT MAX(day) AS day FROM posts WHERE unit_id = $1 AND state = 'published'", unit)
                .get(&signed.app.db)
                .await?;
        last = last.max(row.day);
    }
    Ok(last)
}

async fn is_under_way(signed: &Signed, units: &[Id]) -> Result<bool> {
    let open = Select::from(&list::LIST)
        .count(vec![])
        .filter(Filter::any_of("unit_id", units))
        .filter(Filter::any_of("state", [State::Draft.code(), State::Submitted.code()]));
    let (open,): (i64,) = open.query().get(&signed.app.db).await?;
    Ok(open > 0)
}

/// The newest law that concerns the unit and of which it has not told its people.
async fn newest_law(signed: &Signed, unit: Id, units: &[Id]) -> Result<Option<Law>> {
    let app = &signed.app;
    let today = app.today();
    let told = Select::from(&list::LIST)
        .list("law_id")
        .filter(Filter::any_of("unit_id", units))
        .filter(Filter::is("state", State::Published.code()));
    let told: Vec<(Option<Vec<u8>>,)> = told.query().all(&app.db).await?;
    let span = NEW_LAW_DAYS.days();
    let laws = laws::in_force_from(&app.db, today.saturating_sub(span), today.saturating_add(span)).await?;
    let concerns = laws.into_iter().filter(|c| c.concerns(unit, &signed.tree)).map(|c| c.law);
    let untold = concerns.filter(|l| !told.iter().any(|t| t.0.as_deref() == Some(&l.id.0[..])));
    Ok(untold.max_by_key(|l| (l.effective, l.issued, l.id)))
}
