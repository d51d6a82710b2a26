//! What puts people on the work list of who may appoint: a unit that a reorganisation brings has nobody until somebody
//! gives roles there, since a merger itself gives nobody anything.

use super::appointment;
use super::place::Place;
use crate::access::{Act, Role};
use crate::features::orgs;
use crate::page::date_text;
use crate::tasks::{Later, Task, Tasks};
use crate::web::Signed;

pub struct Waiting;

/// Without these nothing is prepared or approved; which of them a unit has depends on its level.
const NEEDED: [Role; 3] = [Role::Leader, Role::ProvincialOfficer, Role::CommuneOfficer];

impl Tasks for Waiting {
    fn tasks<'a>(&'a self, signed: &'a Signed) -> Later<'a, Vec<Task>> {
        Box::pin(async move {
            let app = &signed.app;
            let mut tasks = Vec::new();
            if !signed.actor.can_anywhere(Act::ManagePeople) {
                return Ok(tasks);
            }
            for (unit, first) in orgs::founded(app).await? {
                let place = Place::of(signed, unit).await?;
                if place.unit != unit || !place.is_kept_by(signed) {
                    continue;
                }
                let held = appointment::roles_of_unit(&app.db, unit, place.day).await?;
                let is_lacking =
                    |role: &Role| place.has(*role) && place.may_give(signed, *role) && !held.contains(role);
                if !NEEDED.iter().any(is_lacking) {
                    continue;
                }
                let words = [("unit", signed.unit_name(unit).await?), ("day", date_text(first))];
                tasks.push(Task {
                    key: format!("people-founded-{unit}"),
                    due: first.yesterday().ok(),
                    state: "people-coming",
                    title: app.words.say(signed.lang(), "people-task-founded", &words),
                    path: format!("/quan-tri?don-vi={unit}"),
                    unit: None,
                    quick: None,
                });
            }
            Ok(tasks)
        })
    }
}
