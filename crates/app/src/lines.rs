//! Plan lines as what is done refers to them: the feature that keeps plans gives them, the features that record
//! work ask for them here, and neither imports the other.

use jiff::civil::Date;
use store::{Db, Id, RecordId};

use crate::tasks::Later;

/// A line of a plan in force: something promised.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanLine {
    pub id: RecordId,
    /// What is to be done, as the plan says it.
    pub title: String,
    /// The page of the line, without the language.
    pub path: String,
    /// When it is to be done, both days included.
    pub from: Option<Date>,
    pub until: Option<Date>,
    pub laws: Vec<Id>,
}

/// The plan of a line, and what it rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Promised {
    pub title: String,
    /// The page of the plan, without the language.
    pub path: String,
    /// Its own legal bases, and those of the plan above that it carries out.
    pub bases: Vec<Id>,
}

/// Gives plan lines; implemented by the feature that keeps plans.
pub trait PlanLines: Send + Sync {
    /// The lines of a unit's plans that work done on a day may belong to, soonest due first.
    fn open<'a>(&'a self, db: &'a Db, unit: Id, day: Date) -> Later<'a, Vec<PlanLine>>;
    /// One line, whatever its state.
    fn find<'a>(&'a self, db: &'a Db, id: RecordId) -> Later<'a, Option<PlanLine>>;
    /// The plan that a line stands in.
    fn promised<'a>(&'a self, db: &'a Db, id: RecordId) -> Later<'a, Option<Promised>>;
}

fn givers() -> impl Iterator<Item = &'static dyn PlanLines> {
    crate::features().into_iter().filter_map(|f| f.plan_lines)
}

/// The lines that work done at a unit on a day may belong to.
pub async fn open(db: &Db, unit: Id, day: Date) -> crate::error::Result<Vec<PlanLine>> {
    let mut all = Vec::new();
    for giver in givers() {
        all.extend(giver.open(db, unit, day).await?);
    }
    Ok(all)
}

pub async fn find(db: &Db, id: RecordId) -> crate::error::Result<Option<PlanLine>> {
    for giver in givers() {
        if let Some(line) = giver.find(db, id).await? {
            return Ok(Some(line));
        }
    }
    Ok(None)
}

pub async fn promised(db: &Db, id: RecordId) -> crate::error::Result<Option<Promised>> {
    for giver in givers() {
        if let Some(plan) = giver.promised(db, id).await? {
            return Ok(Some(plan));
        }
    }
    Ok(None)
}

/// The line to propose: one that names a law of the activity, and among those the one whose time holds the
/// day. Without a law in common nothing is proposed, because a wrong proposal is believed.
pub fn propose(lines: &[PlanLine], laws: &[Id], day: Date) -> Option<RecordId> {
    let in_time = |l: &&PlanLine| l.from.is_none_or(|f| f <= day) && l.until.is_none_or(|u| day <= u);
    let mut matching = lines.iter().filter(|l| l.laws.iter().any(|law| laws.contains(law)));
    let timely = matching.clone().find(in_time);
    timely.or_else(|| matching.next()).map(|l| l.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(n: u8, laws: &[u8], from: &str, until: &str) -> PlanLine {
        PlanLine {
            id: RecordId { shard: 1, id: Id([n; 16]) },
            title: String::new(),
            path: String::new(),
            from: from.parse().ok(),
            until: until.parse().ok(),
            laws: laws.iter().map(|l| Id([*l; 16])).collect(),
        }
    }

    #[test]
    fn a_line_is_proposed_only_for_a_common_law_and_rather_in_its_time() {
        let lines = [
            line(1, &[], "2026-01-01", "2026-12-31"),
            line(2, &[7], "2026-01-01", "2026-03-31"),
            line(3, &[7, 8], "2026-04-01", "2026-06-30"),
        ];
        let check = |laws: &[u8], day: &str, expected: Option<u8>| {
            let laws: Vec<Id> = laws.iter().map(|l| Id([*l; 16])).collect();
            let proposed = propose(&lines, &laws, day.parse().unwrap());
            assert_eq!(proposed, expected.map(|n| lines[usize::from(n) - 1].id), "{laws:?} on {day}");
        };
        check(&[], "2026-05-01", None);
        check(&[9], "2026-05-01", None);
        check(&[7], "2026-02-01", Some(2));
        check(&[7], "2026-05-01", Some(3));
        check(&[7], "2026-09-01", Some(2));
        check(&[8], "2026-02-01", Some(3));
    }
}
