//! What reports put on people's work lists: due, begun, returned, waiting for a signature or for a number.

use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;
use store::Id;

use super::list::communes_below;
use super::report::{self, State};
use crate::access::Act;
use crate::features::numbers::{Period, period_text};
use crate::tasks::{Later, Task, Tasks};
use crate::web::Signed;

/// A rule of `due.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    template: String,
    level: String,
    period: Which,
    month: i8,
    day: i8,
    #[serde(default)]
    next_year: bool,
    legal: String,
    verified: bool,
    from: Date,
    until: Option<Date>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Which {
    Year,
    #[serde(rename = "half-1")]
    Half1,
    #[serde(rename = "half-2")]
    Half2,
}

#[derive(Deserialize)]
struct File {
    due: Vec<Rule>,
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let file: Result<File, toml::de::Error> = toml::from_str(include_str!("due.toml"));
    file.map(|f| f.due).unwrap_or_else(|e| panic!("due.toml: {e}"))
});

/// A report and the last day on which it is in time.
#[derive(Debug, PartialEq)]
pub struct Due {
    pub period: Period,
    pub day: Date,
    pub legal: &'static str,
    pub verified: bool,
}

/// Days before a due day from which it stands on the work list, and after it until it is let go.
const SHOWN_BEFORE: i64 = 45;
const SHOWN_AFTER: i64 = 90;

/// What a unit of a level owes around a day, soonest due first.
pub fn due_days(level: &str, today: Date) -> Vec<Due> {
    let mut due = Vec::new();
    let rules = RULES.iter().filter(|r| r.level == level && r.template == "annual-report");
    for rule in rules {
        for year in [today.year() - 1, today.year()] {
            let period = match rule.period {
                Which::Year => Period::year(year),
                Which::Half1 => Period::half(year, 1),
                Which::Half2 => Period::half(year, 2),
            };
            let Ok(day) = Date::new(year + i16::from(rule.next_year), rule.month, rule.day) else { continue };
            let in_force = rule.from <= day && rule.until.is_none_or(|u| day < u);
            let away = today.until(day).map_or(i64::MAX, |span| i64::from(span.get_days()));
            if in_force && (-SHOWN_AFTER..=SHOWN_BEFORE).contains(&away) {
                due.push(Due { period, day, legal: &rule.legal, verified: rule.verified });
            }
        }
    }
    due.sort_by_key(|d| d.day);
    due
}

/// For so long whoever approved a report finds on the work list that it was issued.
const TOLD_HOURS: i64 = 7 * 24;

pub struct Waiting;

impl Tasks for Waiting {
    fn tasks<'a>(&'a self, signed: &'a Signed) -> Later<'a, Vec<Task>> {
        Box::pin(async move {
            let app = &signed.app;
            let mut tasks = Vec::new();
            let words = |key: &str, period: Period, number: &Option<String>| {
                let period = period_text(&app.words, signed.lang(), period);
                let number = number.clone().unwrap_or_default();
                app.words.say(signed.lang(), key, &[("period", period), ("number", number)])
            };
            let is_fresh = |r: &report::Report| {
                app.now().duration_since(r.updated_at) < jiff::SignedDuration::from_hours(TOLD_HOURS)
            };
            let mut seen = std::collections::BTreeSet::new();
            let units =
                signed.actor.units_for(Act::WriteReport).chain(signed.actor.units_for(Act::SignReport));
            for unit in units.filter(|u| signed.tree.contains(*u)) {
                if !seen.insert(unit) {
                    continue;
                }
                let (writes, signs) = (signed.can(Act::WriteReport, unit), signed.can(Act::SignReport, unit));
                let reports = report::list(&app.db, unit).await?;
                let level = signed.tree.get(unit).map_or("", |u| u.level.as_str());
                for due in due_days(level, app.today()).into_iter().filter(|_| writes) {
                    let mut own = reports.iter().filter(|r| r.period == due.period);
                    let begun = own.clone().find(|r| matches!(r.state, State::Draft));
                    if own.any(|r| matches!(r.state, State::Waiting | State::Approved | State::Issued)) {
                        continue;
                    }
                    tasks.push(Task {
                        key: format!("papers-due-{unit}-{}", due.period),
                        due: Some(due.day),
                        state: "papers-state-none",
                        title: words("papers-task-due", due.period, &None),
                        path: begun.map_or(format!("/bao-cao?don-vi={unit}"), |r| super::path(r.id)),
                        unit: Some(unit),
                        quick: None,
                    });
                }
                let communes = communes_below(signed, unit);
                // The list of the units below shows this year's.
                let this_year = Period::year(app.today().year());
                let of_communes =
                    due_days("commune", app.today()).into_iter().filter(|_| !communes.is_empty());
                for due in of_communes.filter(|d| d.period == this_year) {
                    let issued = report::of_period(&app.db, due.period).await?;
                    let issued =
                        |u: &&Id| issued.iter().any(|r| r.unit_id == **u && r.state == State::Issued.code());
                    let missing = communes.iter().filter(|u| !issued(u)).count();
                    if missing == 0 {
                        continue;
                    }
                    let period = period_text(&app.words, signed.lang(), due.period);
                    let counted = [("value", missing.to_string()), ("period", period)];
                    tasks.push(Task {
                        key: format!("papers-below-{unit}-{}", due.period),
                        due: Some(due.day),
                        state: "papers-state-none",
                        title: app.words.say(signed.lang(), "papers-task-below", &counted),
                        path: format!("/bao-cao?don-vi={unit}#cap-duoi"),
                        unit: Some(unit),
                        quick: None,
                    });
                }
                for r in &reports {
                    let key = match r.state {
                        State::Draft if writes && r.note.is_some() => "papers-task-returned",
                        // One that is due stands there already.
                        State::Draft if writes && tasks.iter().all(|t| t.path != super::path(r.id)) => {
                            "papers-task-draft"
                        }
                        State::Waiting if signs => "papers-task-sign",
                        State::Approved if writes => "papers-task-issue",
                        // Whoever approved is told that it went out.
                        State::Issued if r.approved_by == Some(signed.actor.account) && is_fresh(r) => {
                            "papers-task-issued"
                        }
                        _ => continue,
                    };
                    tasks.push(Task {
                        key: format!("{key}-{}", r.id),
                        due: None,
                        state: if r.note.is_some() { "papers-state-returned" } else { r.state.word() },
                        title: words(key, r.period, &r.number),
                        path: super::path(r.id),
                        unit: Some(unit),
                        quick: None,
                    });
                }
            }
            Ok(tasks)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_due_around_its_day() {
        let check = |level: &str, today: &str, expected: &[&str]| {
            let due = due_days(level, today.parse().unwrap());
            let due: Vec<String> = due.iter().map(|d| format!("{} {}", d.period, d.day)).collect();
            assert_eq!(due, expected, "{level} on {today}");
            assert!(due_days(level, today.parse().unwrap()).iter().all(|d| !d.legal.is_empty()));
        };
        check("commune", "2026-11-23", &["2026 2026-11-28"]);
        check("commune", "2026-10-01", &[]);
        check("commune", "2027-01-10", &["2026 2026-11-28"]);
        check("province", "2026-05-20", &["2026-H1 2026-06-15"]);
        check("hamlet", "2026-11-23", &[]);
    }
}
