//! What reorganisations put on people's work lists: that their own unit is about to go over into another, while there is
//! time to finish what is open.

use super::reorganisation;
use crate::access::Act;
use crate::tasks::{Later, Task, Tasks};
use crate::web::Signed;

pub struct Waiting;

/// Who is told: whoever works for the unit or leads it.
const TOLD: [Act; 4] = [Act::RecordActivity, Act::WriteReport, Act::SignReport, Act::ManagePeople];

impl Tasks for Waiting {
    fn tasks<'a>(&'a self, signed: &'a Signed) -> Later<'a, Vec<Task>> {
        Box::pin(async move {
            let app = &signed.app;
            let planned = reorganisation::planned(&app.db, app.today()).await?;
            if planned.is_empty() {
                return Ok(vec![]);
            }
            let (_, successions) = app.trees.history(&app.db).await?;
            let is_own = |unit| TOLD.iter().any(|act| signed.actor.units_for(*act).any(|own| own == unit));
            let mut tasks = Vec::new();
            for r in planned {
                let steps = successions.iter().filter(|s| s.reorganisation_id == r.id);
                let Some(own) = steps.flat_map(|s| [s.from_unit, s.to_unit]).find(|unit| is_own(*unit))
                else {
                    continue;
                };
                tasks.push(Task {
                    key: format!("orgs-planned-{}", r.id),
                    due: Some(r.effective),
                    state: "orgs-state-planned",
                    title: app.words.say(signed.lang(), "orgs-task-planned", &[("value", r.title)]),
                    path: format!("/sap-xep/{}", r.id),
                    unit: Some(own),
                    quick: None,
                });
            }
            Ok(tasks)
        })
    }
}
