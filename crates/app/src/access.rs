//! Who may do what, where. Roles are bound to a unit, with dates; what a role grants is the table below, and
//! the committed answers in `tests/it/access.csv` prove it over every route by real requests.

use jiff::civil::Date;
use store::Id;

use crate::error::{Error, Result};
use crate::features::orgs::Tree;
use crate::levels;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    SystemAdministrator,
    ProvincialOfficer,
    CommuneOfficer,
    Leader,
    CouncilMember,
    Editor,
    Reader,
}

impl Role {
    pub const ALL: [Role; 7] = [
        Role::SystemAdministrator,
        Role::ProvincialOfficer,
        Role::CommuneOfficer,
        Role::Leader,
        Role::CouncilMember,
        Role::Editor,
        Role::Reader,
    ];
    /// As stored and as the words are keyed (`role-…`).
    pub fn code(self) -> &'static str {
        match self {
            Role::SystemAdministrator => "system-administrator",
            Role::ProvincialOfficer => "provincial-officer",
            Role::CommuneOfficer => "commune-officer",
            Role::Leader => "leader",
            Role::CouncilMember => "council-member",
            Role::Editor => "editor",
            Role::Reader => "reader",
        }
    }
    /// The key of its name.
    pub fn word(self) -> String {
        format!("role-{}", self.code())
    }
    pub fn from_code(code: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|r| r.code() == code)
    }
    /// Whether it may be given at a unit of this level; one given before a rule changed stays.
    pub fn stands_at(self, unit: Id, tree: &Tree, day: Date) -> bool {
        levels::stands_at(self.code(), unit, tree, day)
    }
}

/// What a person may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Act {
    /// See a unit's plans, activities, drafts, figures and reports.
    See,
    ManageUnits,
    /// Hamlets, agencies and mass organisations under a unit.
    ManageHamlets,
    ManagePeople,
    ImportLaws,
    WritePlan,
    ApprovePlan,
    RecordActivity,
    WriteContent,
    ApproveContent,
    /// Override a figure, freeze a period.
    KeepNumbers,
    WriteReport,
    SignReport,
    SeeAudit,
}

impl Act {
    pub const ALL: [Act; 14] = [
        Act::See,
        Act::ManageUnits,
        Act::ManageHamlets,
        Act::ManagePeople,
        Act::ImportLaws,
        Act::WritePlan,
        Act::ApprovePlan,
        Act::RecordActivity,
        Act::WriteContent,
        Act::ApproveContent,
        Act::KeepNumbers,
        Act::WriteReport,
        Act::SignReport,
        Act::SeeAudit,
    ];
}

/// How far a grant reaches from the unit of the appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Unit,
    Subtree,
}

/// The table: what each role grants, and how far.
fn granted(role: Role, act: Act) -> Option<Reach> {
    use Act::*;
    use Reach::*;
    match (role, act) {
        (
            Role::SystemAdministrator,
            See | ManageUnits | ManageHamlets | ManagePeople | ImportLaws | SeeAudit,
        ) => Some(Subtree),
        (Role::ProvincialOfficer, See | SeeAudit | ManagePeople) => Some(Subtree),
        (
            Role::ProvincialOfficer,
            ImportLaws | WritePlan | RecordActivity | WriteContent | KeepNumbers | WriteReport | ManageUnits
            | ManageHamlets,
        ) => Some(Unit),
        (Role::CommuneOfficer, See) => Some(Subtree),
        (
            Role::CommuneOfficer,
            ImportLaws | WritePlan | RecordActivity | WriteContent | KeepNumbers | WriteReport
            | ManageHamlets,
        ) => Some(Unit),
        (Role::Leader, See) => Some(Subtree),
        (Role::Leader, ApprovePlan | ApproveContent | SignReport | SeeAudit) => Some(Unit),
        (Role::CouncilMember, See | RecordActivity) => Some(Unit),
        (Role::Editor, See | WriteContent) => Some(Unit),
        (Role::Reader, See) => Some(Unit),
        _ => None,
    }
}

/// Whether the holder of `own` at a unit may give or end `role` there (`below` false) or at a unit under it.
///
/// A system administrator gives every role. A provincial officer keeps the people of the province's own office
/// and of everything under it, commune officers only there, and never makes a system administrator.
fn may_give(own: Role, role: Role, below: bool) -> bool {
    match own {
        Role::SystemAdministrator => true,
        Role::ProvincialOfficer => match role {
            Role::SystemAdministrator => false,
            Role::ProvincialOfficer => !below,
            Role::CommuneOfficer => below,
            Role::Leader | Role::CouncilMember | Role::Editor | Role::Reader => true,
        },
        _ => false,
    }
}

/// A role held at a unit, from a day, until a day (the first on which it is no longer held).
#[derive(Debug, Clone)]
pub struct Appointment {
    pub role: Role,
    pub unit: Id,
    pub from: Date,
    pub until: Option<Date>,
}

/// The signed-in person with the appointments in force today.
#[derive(Debug, Clone)]
pub struct Actor {
    pub account: Id,
    pub name: String,
    pub appointments: Vec<Appointment>,
}

impl Actor {
    pub fn can(&self, act: Act, unit: Id, tree: &Tree) -> bool {
        self.appointments.iter().any(|a| match granted(a.role, act) {
            Some(Reach::Unit) => a.unit == unit,
            Some(Reach::Subtree) => tree.is_within(unit, a.unit),
            None => false,
        })
    }
    /// Errors when not allowed: NotFound for a unit the person may not even see (another's object must not
    /// betray that it exists), Forbidden for one they may see.
    pub fn require(&self, act: Act, unit: Id, tree: &Tree) -> Result<()> {
        if self.can(act, unit, tree) {
            Ok(())
        } else if act != Act::See && self.can(Act::See, unit, tree) {
            Err(Error::Forbidden)
        } else {
            Err(Error::NotFound)
        }
    }
    /// Whether the person may give or end a role at a unit. Nobody does so for themselves: see
    /// `features::people`.
    pub fn can_give(&self, role: Role, unit: Id, tree: &Tree) -> bool {
        self.appointments
            .iter()
            .any(|a| may_give(a.role, role, unit != a.unit) && tree.is_within(unit, a.unit))
    }
    pub fn has_role(&self, role: Role) -> bool {
        self.appointments.iter().any(|a| a.role == role)
    }
    /// May do it at some unit at all: decides what the menu shows.
    pub fn can_anywhere(&self, act: Act) -> bool {
        self.appointments.iter().any(|a| granted(a.role, act).is_some())
    }
    /// What is held at units that stand comes first: pages open there.
    pub fn put_standing_first(&mut self, tree: &Tree) {
        self.appointments.sort_by_key(|a| !tree.contains(a.unit));
    }
    /// The unit whose pages open first.
    pub fn home_unit(&self) -> Option<Id> {
        self.appointments.first().map(|a| a.unit)
    }
    /// The units where the person may do it: as appointments' units.
    pub fn units_for(&self, act: Act) -> impl Iterator<Item = Id> + '_ {
        self.appointments.iter().filter(move |a| granted(a.role, act).is_some()).map(|a| a.unit)
    }
}

/// The unit a page speaks of, by its id in the address or else the person's own, if they may do `act` there.
pub fn choose_unit(actor: &Actor, asked: Option<Id>, act: Act, tree: &Tree) -> Result<Id> {
    let unit = asked
        .or_else(|| actor.units_for(act).next())
        .or_else(|| actor.home_unit())
        .ok_or(Error::Forbidden)?;
    actor.require(act, unit, tree)?;
    Ok(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_gives_a_role_manages_people_there() {
        for own in Role::ALL {
            for role in Role::ALL {
                for below in [false, true] {
                    let reach = granted(own, Act::ManagePeople);
                    let manages = reach == Some(Reach::Subtree) || (reach == Some(Reach::Unit) && !below);
                    assert!(manages || !may_give(own, role, below), "{own:?} gives {role:?}");
                }
            }
        }
    }

    #[test]
    fn nobody_gives_more_than_their_own_reach() {
        // Only a system administrator makes another, and only at or under the own unit (`can_give`).
        let makers: Vec<Role> =
            Role::ALL.into_iter().filter(|own| may_give(*own, Role::SystemAdministrator, true)).collect();
        assert_eq!(makers, [Role::SystemAdministrator]);
    }

    #[test]
    fn nobody_approves_by_the_role_that_writes() {
        for role in Role::ALL {
            for (write, approve) in [
                (Act::WritePlan, Act::ApprovePlan),
                (Act::WriteContent, Act::ApproveContent),
                (Act::WriteReport, Act::SignReport),
            ] {
                assert!(granted(role, write).is_none() || granted(role, approve).is_none(), "{role:?}");
            }
        }
    }
}
