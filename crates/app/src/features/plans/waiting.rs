//! What waits for a person: a plan that is due, one begun, to approve, to change or to issue, laws in no plan, late lines.

use jiff::civil::Date;
use store::Id;

use super::below;
use super::board;
use super::line;
use super::plan::{self, Kind, Listed, State, Wanted};
use crate::access::Act;
use crate::error::Result;
use crate::tasks::{Later, Task, Tasks};
use crate::web::Signed;

pub struct Waiting;

impl Tasks for Waiting {
    fn tasks<'a>(&'a self, signed: &'a Signed) -> Later<'a, Vec<Task>> {
        Box::pin(async move {
            let mut tasks = Vec::new();
            for unit in units(signed, Act::ApprovePlan) {
                tasks.extend(to_approve(signed, unit).await?);
            }
            let mut above = units(signed, Act::WritePlan);
            above.extend(units(signed, Act::ApprovePlan));
            above.sort();
            above.dedup();
            for unit in above {
                tasks.extend(late_below(signed, unit).await?);
            }
            for unit in units(signed, Act::WritePlan) {
                let due = due(signed, unit).await?;
                let mut to_write = to_write(signed, unit).await?;
                // A draft that is due is one task, not two.
                to_write.retain(|t| t.state != BEGUN || due.iter().all(|d| d.path != t.path));
                tasks.extend(due);
                tasks.extend(to_write);
                tasks.extend(late(signed, unit).await?);
                tasks.extend(open_laws(signed, unit).await?);
            }
            Ok(tasks)
        })
    }
}

fn units(signed: &Signed, act: Act) -> Vec<Id> {
    let mut units: Vec<Id> = signed.actor.units_for(act).filter(|u| signed.tree.contains(*u)).collect();
    units.sort();
    units.dedup();
    units
}

fn say(signed: &Signed, key: &str, value: impl ToString) -> String {
    signed.app.words.say(signed.lang(), key, &[("value", value.to_string())])
}

fn task(unit: Id, key: String, state: &'static str, title: String, path: String) -> Task {
    Task { key, due: None, state, title, path, unit: Some(unit), quick: None }
}

async fn in_state(signed: &Signed, unit: Id, states: Vec<State>) -> Result<Vec<Listed>> {
    let wanted = Wanted { units: Some(vec![unit]), states, ..Wanted::default() };
    plan::list(&signed.app.db, &wanted, 20).await
}

/// Plans that wait for an approver who wrote no part of them.
async fn to_approve(signed: &Signed, unit: Id) -> Result<Vec<Task>> {
    let mut tasks = Vec::new();
    for p in in_state(signed, unit, vec![State::Waiting]).await? {
        if !plan::is_author(&signed.app.db, p.id(), signed.actor.account).await? {
            let title = say(signed, "plans-task-approve", &p.title);
            tasks.push(task(
                unit,
                format!("plans-approve-{}", p.id()),
                "plans-task-state-waiting",
                title,
                p.page(),
            ));
        }
    }
    Ok(tasks)
}

/// The state of a draft that was begun.
const BEGUN: &str = "plans-state-draft";

/// Plans that were begun or returned, and those that are approved and not yet issued.
async fn to_write(signed: &Signed, unit: Id) -> Result<Vec<Task>> {
    let mut tasks = Vec::new();
    for p in in_state(signed, unit, vec![State::Draft, State::Approved]).await? {
        let key = format!("plans-{}-{}", p.state, p.id());
        if p.state() == State::Approved {
            let title = say(signed, "plans-task-issue", &p.title);
            tasks.push(task(unit, key, "plans-task-state-approved", title, p.page()));
        } else if !plan::get(&signed.app.db, p.id()).await?.remarks.is_empty() {
            let title = say(signed, "plans-task-returned", &p.title);
            tasks.push(task(unit, key, "plans-task-state-returned", title, p.page()));
        } else {
            let title = say(signed, "plans-task-draft", &p.title);
            tasks.push(task(unit, key, BEGUN, title, p.page()));
        }
    }
    Ok(tasks)
}

/// This and the next year's own plan, when the unit above has issued one and it is not issued yet.
async fn due(signed: &Signed, unit: Id) -> Result<Vec<Task>> {
    let app = &signed.app;
    let this_year = i64::from(app.today().year());
    let mut tasks = Vec::new();
    for year in [this_year, this_year + 1] {
        let Some(due) = below::due(app, unit, year).await? else { continue };
        let own = match plan::find_annual(&app.db, unit, year).await? {
            Some(id) => Some(plan::get(&app.db, id).await?),
            None => None,
        };
        if own.as_ref().is_some_and(|p| p.state == State::Issued) {
            continue;
        }
        tasks.push(Task {
            key: format!("plans-due-{unit}-{year}"),
            due: Some(due.day),
            state: "plans-task-state-due",
            title: say(signed, "plans-task-due", year),
            path: match own {
                Some(plan) => plan.page(),
                None => format!("/ke-hoach/moi?don-vi={unit}&nam={year}&loai={}", Kind::Annual.code()),
            },
            unit: Some(unit),
            quick: None,
        });
    }
    Ok(tasks)
}

/// The units below whose plans of the year are overdue, and the late tasks of those below, each as one.
async fn late_below(signed: &Signed, unit: Id) -> Result<Vec<Task>> {
    let app = &signed.app;
    let today = app.today();
    let year = i64::from(today.year());
    let mut tasks = Vec::new();
    let own = match plan::find_annual(&app.db, unit, year).await? {
        Some(id) => Some(plan::get(&app.db, id).await?).filter(|p| p.state == State::Issued),
        None => None,
    };
    if let Some((plan, due)) = own.and_then(|p| super::show::own_due(&p).map(|due| (p, due))) {
        let below = below::below(app, &due).await?;
        let overdue = below.iter().filter(|b| matches!(b.timely, below::Timely::Overdue(_))).count();
        if overdue > 0 {
            let words = [("value", overdue.to_string()), ("year", year.to_string())];
            tasks.push(Task {
                key: format!("plans-below-{}", plan.id),
                due: Some(due.day),
                state: "plans-task-state-due",
                title: app.words.say(signed.lang(), "plans-task-below", &words),
                path: format!("{}/cap-duoi?xem=chua", plan.page()),
                unit: Some(unit),
                quick: None,
            });
        }
    }
    if below::units_below(&signed.tree, unit).is_empty() {
        return Ok(tasks);
    }
    let late = line::late_of(&app.db, signed.all_under(unit), today).await?;
    let of_year = late.iter().filter(|(_, _, day)| i64::from(day.year()) == year);
    if let Some(since) = of_year.clone().map(|(_, _, day)| *day).min() {
        let late: i64 = of_year.map(|(_, lines, _)| lines).sum();
        tasks.push(Task {
            key: format!("plans-lines-below-{unit}"),
            due: Some(since),
            state: "plans-task-state-late",
            title: say(signed, "plans-task-lines-below", late),
            path: format!("/so-lieu/dong?don-vi={unit}&ky={year}&cay=nay&chi-tieu=plan-lines-late"),
            unit: Some(unit),
            quick: None,
        });
    }
    Ok(tasks)
}

async fn late(signed: &Signed, unit: Id) -> Result<Vec<Task>> {
    let late = line::late_of(&signed.app.db, Some(vec![unit]), signed.app.today()).await?;
    let tasks = late.into_iter().map(|(plan, lines, since)| Task {
        key: format!("plans-late-{plan}"),
        due: Some(since),
        state: "plans-task-state-late",
        title: say(signed, "plans-task-late", lines),
        path: format!("{}#nhiem-vu", super::page(plan)),
        unit: Some(unit),
        quick: None,
    });
    Ok(tasks.collect())
}

/// The laws of the board that are in no plan: those that apply already, late since the first of them did, and those to
/// come, due when the next begins to apply.
async fn open_laws(signed: &Signed, unit: Id) -> Result<Vec<Task>> {
    let board = board::board(signed, unit).await?;
    let open = board.iter().filter(|e| e.is_open()).filter_map(|e| e.law.effective);
    let (applied, coming): (Vec<Date>, Vec<Date>) = open.partition(|day| *day < signed.app.today());
    let mut tasks = Vec::new();
    for (key, words, days) in
        [("applied", "plans-task-laws-applied", applied), ("laws", "plans-task-laws", coming)]
    {
        let Some(first) = days.iter().min() else { continue };
        tasks.push(Task {
            key: format!("plans-{key}-{unit}"),
            due: Some(*first),
            state: "plans-task-state-open",
            title: say(signed, words, days.len()),
            path: format!("/ke-hoach/luat-moi?don-vi={unit}&xem=chua"),
            unit: Some(unit),
            quick: None,
        });
    }
    Ok(tasks)
}
