//! Where the roles of a unit are given: at the unit itself while it stands; at one that is yet to come by the tree of its
//! first day; of one that is gone, at the unit that it went over into.

use std::sync::Arc;

use jiff::civil::Date;
use store::Id;

use crate::access::{Act, Role};
use crate::error::{Error, Result};
use crate::features::orgs::{Tree, Unit};
use crate::web::Signed;

pub struct Place {
    pub unit: Id,
    pub tree: Arc<Tree>,
    /// The day of the tree: today, or the first of a unit that is yet to come.
    pub day: Date,
}

impl Place {
    pub async fn of(s: &Signed, unit: Id) -> Result<Place> {
        let (app, today) = (&s.app, s.app.today());
        let today_at = |unit| Place { unit, tree: s.tree.clone(), day: today };
        if s.tree.contains(unit) {
            return Ok(today_at(unit));
        }
        match app.trees.lifetime(&app.db, unit).await {
            Ok((first, _)) if first > today => {
                Ok(Place { unit, tree: app.trees.on(&app.db, first).await?, day: first })
            }
            // One whose founding was cancelled is nowhere.
            Ok(_) | Err(Error::NotFound) => Ok(today_at(s.standing(unit))),
            Err(other) => Err(other),
        }
    }
    /// A unit that stands or is to come, whose people the reader keeps.
    pub async fn open(s: &Signed, unit: Id) -> Result<Place> {
        let place = Place::of(s, unit).await?;
        s.actor.require(Act::ManagePeople, unit, &place.tree)?;
        Ok(place)
    }
    pub fn get(&self) -> Result<&Unit> {
        self.tree.get(self.unit).ok_or(Error::NotFound)
    }
    pub fn is_to_come(&self, s: &Signed) -> bool {
        self.day > s.app.today()
    }
    /// Whether the reader keeps its people.
    pub fn is_kept_by(&self, s: &Signed) -> bool {
        s.actor.can(Act::ManagePeople, self.unit, &self.tree)
    }
    /// Whether the reader may give or end a role there.
    pub fn may_give(&self, s: &Signed, role: Role) -> bool {
        s.actor.can_give(role, self.unit, &self.tree)
    }
    /// Whether units of its level have a role.
    pub fn has(&self, role: Role) -> bool {
        role.stands_at(self.unit, &self.tree, self.day)
    }
    /// The roles that the reader may give there.
    pub fn roles(&self, s: &Signed) -> Vec<Role> {
        Role::ALL.into_iter().filter(|role| self.has(*role) && self.may_give(s, *role)).collect()
    }
}
