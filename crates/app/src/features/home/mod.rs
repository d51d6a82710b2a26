//! Home: each person's work list (việc cần làm). What is due or waiting, in small tasks, each one click from
//! where it is done; this month's figures; the button to record something. Features put their tasks on it
//! through [`Tasks`](crate::tasks::Tasks), and answer its search through [`Finds`](crate::found::Finds): this one knows
//! none of them. Keeps promise B15.

use askama::Template;
use axum::response::Response;
use jiff::civil::Date;
use store::Id;

use crate::access::Act;
use crate::error::Result;
use crate::page::{Page, Room, show};
use crate::tasks::{Figure, Task};
use crate::web::Signed;

mod search;

pub const FEATURE: crate::Feature = crate::Feature {
    name: "home",
    routes,
    migrations: &[],
    words: (include_str!("words.vi.ftl"), include_str!("words.en.ftl")),
    facts: &[],
    touches: None,
    tasks: None,
    plan_lines: None,
};

fn routes() -> crate::web::Routes {
    crate::web::Routes::new().get("/viec", home).get("/tim", search::search)
}

/// How a task stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    /// Days since it was due.
    Late(i32),
    /// Days left, today 0.
    Due(i32),
    NoDay,
}

impl Standing {
    fn of(task: &Task, today: Date) -> Standing {
        match task.due.map(|due| today.until(due).map_or(0, |span| span.get_days())) {
            None => Standing::NoDay,
            Some(days) if days < 0 => Standing::Late(-days),
            Some(days) => Standing::Due(days),
        }
    }
    /// The most overdue first, then the soonest due, then the others as their features gave them.
    fn rank(self) -> (u8, i32) {
        match self {
            Standing::Late(days) => (0, -days),
            Standing::Due(days) => (1, days),
            Standing::NoDay => (2, 0),
        }
    }
}

struct Card {
    task: Task,
    state: String,
    /// How the state looks.
    look: &'static str,
    /// For whom, where the person works for several units.
    unit: Option<String>,
}

#[derive(Template)]
#[template(path = "home/home.html")]
struct HomePage {
    page: Page,
    unit_name: String,
    cards: Vec<Card>,
    /// How many are late or due within a week.
    pressing: usize,
    figures: Vec<Figure>,
    may_record: bool,
    may_write: bool,
    /// Units of the person that are gone, before a role is given at where they have gone.
    gone: Vec<String>,
}

/// `GET /viec`
async fn home(signed: Signed) -> Result<Response> {
    let page = signed.page(Room::Home, &signed.say("room-home"));
    let (mut tasks, mut figures) = (Vec::new(), Vec::new());
    for source in crate::features().into_iter().filter_map(|f| f.tasks) {
        tasks.extend(source.tasks(&signed).await?);
        figures.extend(source.figures(&signed).await?);
    }
    let today = page.today;
    tasks.sort_by_key(|t| Standing::of(t, today).rank());
    let pressing =
        tasks.iter().filter(|t| !matches!(Standing::of(t, today), Standing::NoDay | Standing::Due(7..)));
    let pressing = pressing.count();
    let mut units: Vec<Id> = signed.actor.appointments.iter().map(|a| a.unit).collect();
    units.sort();
    units.dedup();
    let mut cards = Vec::new();
    for task in tasks {
        let (state, look) = match Standing::of(&task, today) {
            Standing::Late(days) => (page.t1("home-late", "value", days), "late"),
            Standing::Due(0) => (page.t("home-today"), "wait"),
            Standing::Due(days) => (page.t1("home-days-left", "value", days), "wait"),
            Standing::NoDay => (page.t(task.state), "plain"),
        };
        let unit = match task.unit.filter(|_| units.len() > 1) {
            Some(unit) => Some(signed.unit_name(unit).await?),
            None => None,
        };
        cards.push(Card { task, state, look, unit });
    }
    let mut gone = Vec::new();
    for unit in units.iter().filter(|unit| !units.contains(&signed.standing(**unit))) {
        gone.extend(signed.gone_into(*unit).await?);
    }
    let unit_name = page.inside.as_ref().map(|i| i.unit_name.clone()).unwrap_or_default();
    show(&HomePage {
        unit_name,
        cards,
        pressing,
        figures,
        may_record: signed.can_at_own(Act::RecordActivity),
        may_write: signed.can_at_own(Act::WriteContent),
        gone,
        page,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_overdue_comes_first_and_what_has_no_day_last() {
        let task = |key: &str, due: Option<&str>| Task {
            key: key.into(),
            due: due.map(|d| d.parse().unwrap()),
            state: "x",
            title: String::new(),
            path: String::new(),
            unit: None,
            quick: None,
        };
        let today = "2026-11-23".parse().unwrap();
        let mut tasks = [
            task("none", None),
            task("next week", Some("2026-11-30")),
            task("yesterday", Some("2026-11-22")),
            task("none either", None),
            task("today", Some("2026-11-23")),
            task("long ago", Some("2026-10-01")),
        ];
        tasks.sort_by_key(|t| Standing::of(t, today).rank());
        let order: Vec<_> = tasks.iter().map(|t| t.key.as_str()).collect();
        assert_eq!(order, ["long ago", "yesterday", "today", "next week", "none", "none either"]);
        assert_eq!(Standing::of(&tasks[1], today), Standing::Late(1));
        assert_eq!(Standing::of(&tasks[2], today), Standing::Due(0));
    }
}
