//! What stands at units of which levels: dated data, since a reform of the state's levels changes it.

use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;
use store::Id;

use crate::features::orgs::Tree;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    what: String,
    levels: Vec<String>,
    from: Date,
    until: Option<Date>,
}

#[derive(Deserialize)]
struct LevelsFile {
    line: Vec<Line>,
}

static LINES: LazyLock<Vec<Line>> = LazyLock::new(|| {
    let file: Result<LevelsFile, _> = toml::from_str(include_str!("levels.toml"));
    file.map(|f| f.line).unwrap_or_else(|e| panic!("levels.toml: {e}"))
});

/// Whether something stands at a unit of this tree, by its level on a day.
pub fn stands_at(what: &str, unit: Id, tree: &Tree, day: Date) -> bool {
    let Some(level) = level_of(unit, tree) else { return false };
    let holds = |l: &&Line| l.what == what && l.from <= day && l.until.is_none_or(|until| day < until);
    LINES.iter().filter(holds).any(|l| l.levels.contains(&level))
}

/// An agency stands at the level of what it is attached to.
fn level_of(unit: Id, tree: &Tree) -> Option<String> {
    let level = tree.get(unit)?.level.clone();
    if level != "agency" {
        return Some(level);
    }
    let above = tree.line(unit).into_iter().filter_map(|u| tree.get(u)).find(|u| u.level != "agency")?;
    Some(format!("{}/agency", above.level))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Role;
    use crate::features::orgs::LEVELS;

    #[test]
    fn every_role_has_one_line_a_day_and_levels_that_there_are() {
        let days: Vec<Date> = LINES.iter().flat_map(|l| [Some(l.from), l.until]).flatten().collect();
        for what in Role::ALL.map(Role::code).into_iter().chain(["law-keeper"]) {
            for day in &days {
                let holds = |l: &&Line| l.what == what && l.from <= *day && l.until.is_none_or(|u| *day < u);
                assert_eq!(LINES.iter().filter(holds).count(), 1, "{what} on {day}");
            }
        }
        for level in LINES.iter().flat_map(|l| &l.levels) {
            let level = level.strip_suffix("/agency").unwrap_or(level);
            assert!(LEVELS.contains(&level), "{level}");
        }
    }
}
