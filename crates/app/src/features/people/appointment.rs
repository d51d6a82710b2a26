//! Appointments (bổ nhiệm): a role at a unit from a day until a day; ended, never deleted.

use jiff::civil::Date;
use store::{Db, Id, Runs, Tx, sql};

use crate::access::{Act, Appointment, Role};
use crate::app::App;
use crate::audit;
use crate::error::{Error, Result};
use crate::signin::{self, Account};
use crate::web::Signed;

store::record! {
    /// One appointment and whose it is. `valid_until` is the first day on which it is no longer held.
    #[derive(Debug, Clone)]
    pub struct Appointed {
        pub id: Id,
        pub account_id: Id,
        pub name: String,
        pub email: String,
        pub disabled_at: Option<jiff::Timestamp>,
        pub unit_id: Id,
        pub role: String,
        pub valid_from: Date,
        pub valid_until: Option<Date>,
    }
}

/// Where an appointment stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Coming,
    Held,
    Ended,
}

impl Appointed {
    pub fn when(&self, today: Date) -> When {
        if self.is_never_held() || self.valid_until.is_some_and(|until| until <= today) {
            When::Ended
        } else if self.valid_from > today {
            When::Coming
        } else {
            When::Held
        }
    }
    /// Whether it ends before its first day: undone in time, it is nobody's role.
    pub fn is_never_held(&self) -> bool {
        self.valid_until.is_some_and(|until| until <= self.valid_from)
    }
    /// The last day it is held, as people say it.
    pub fn last_day(&self) -> Option<Date> {
        self.valid_until.and_then(|until| until.yesterday().ok())
    }
    pub fn role(&self) -> Option<Role> {
        Role::from_code(&self.role)
    }
    /// Whether the reader keeps the people of the unit.
    pub fn is_kept_by(&self, s: &Signed) -> bool {
        s.can(Act::ManagePeople, self.unit_id)
    }
    /// Whether the reader may end or prolong it: never one's own.
    pub fn may_change(&self, s: &Signed) -> bool {
        let unit = s.standing(self.unit_id);
        self.account_id != s.actor.account && self.role().is_some_and(|r| s.actor.can_give(r, unit, &s.tree))
    }
}

pub async fn get(on: impl Runs, id: Id) -> Result<Appointed> {
    Ok(sql!(
        "SELECT p.id, p.account_id, a.name, a.email, a.disabled_at, p.unit_id, p.role, p.valid_from, p.valid_until
         FROM appointments p JOIN accounts a ON a.id = p.account_id WHERE p.id = $1",
        id
    )
    .get(on)
    .await?)
}

/// An account's appointments, the newest first.
pub async fn list_of_account(db: &Db, account: Id) -> Result<Vec<Appointed>> {
    Ok(sql!(
        "SELECT p.id, p.account_id, a.name, a.email, a.disabled_at, p.unit_id, p.role, p.valid_from, p.valid_until
         FROM appointments p JOIN accounts a ON a.id = p.account_id WHERE p.account_id = $1
         ORDER BY p.valid_from DESC, p.id DESC",
        account
    )
    .all(db)
    .await?)
}

/// The appointments at one unit, by the people's names.
pub async fn list_of_unit(db: &Db, unit: Id) -> Result<Vec<Appointed>> {
    Ok(sql!(
        "SELECT p.id, p.account_id, a.name, a.email, a.disabled_at, p.unit_id, p.role, p.valid_from, p.valid_until
         FROM appointments p JOIN accounts a ON a.id = p.account_id WHERE p.unit_id = $1
         ORDER BY a.name_key, a.id, p.valid_from, p.id",
        unit
    )
    .all(db)
    .await?)
}

/// How many people hold a role at a unit on a day or later.
pub async fn count_of_unit(db: &Db, unit: Id, day: Date) -> Result<i64> {
    let (people,): (i64,) = sql!(
        "SELECT COUNT(DISTINCT account_id) FROM appointments
         WHERE unit_id = $1 AND (valid_until IS NULL OR (valid_until > $2 AND valid_until > valid_from))",
        unit,
        day
    )
    .get(db)
    .await?;
    Ok(people)
}

/// The system administrators of a day, or of a later one, whose accounts are open: without one, nobody can let
/// people in.
pub async fn administrators(db: &Db, day: Date) -> Result<Vec<Account>> {
    Ok(sql!(
        "SELECT DISTINCT a.id, a.email, a.name, a.password_hash, a.disabled_at
         FROM appointments p JOIN accounts a ON a.id = p.account_id AND a.disabled_at IS NULL
         WHERE p.role = 'system-administrator'
           AND (p.valid_until IS NULL OR (p.valid_until > $1 AND p.valid_until > p.valid_from))
         ORDER BY a.id",
        day
    )
    .all(db)
    .await?)
}

/// How many sign-ins, links, tokens and hand-overs point at nobody; the database itself forbids it, so that
/// any at all was made outside the program.
pub async fn orphans(db: &Db) -> Result<i64> {
    let (n,): (i64,) = sql!(
        "SELECT CAST(SUM(n) AS BIGINT) FROM (
             SELECT COUNT(*) AS n FROM sign_ins WHERE account_id NOT IN (SELECT id FROM accounts)
             UNION ALL SELECT COUNT(*) FROM one_time_links WHERE account_id NOT IN (SELECT id FROM accounts)
             UNION ALL SELECT COUNT(*) FROM api_tokens WHERE account_id NOT IN (SELECT id FROM accounts)
             UNION ALL SELECT COUNT(*) FROM appointments
                       WHERE account_id NOT IN (SELECT id FROM accounts) OR unit_id NOT IN (SELECT id FROM units)
             UNION ALL SELECT COUNT(*) FROM hand_overs
                       WHERE ended_id NOT IN (SELECT id FROM appointments)
                          OR begun_id NOT IN (SELECT id FROM appointments)) AS x"
    )
    .get(db)
    .await?;
    Ok(n)
}

/// The units where somebody holds one role twice without an end. `check` runs it.
pub async fn doubled(db: &Db) -> Result<Vec<Id>> {
    let units: Vec<(Id,)> = sql!(
        "SELECT unit_id FROM appointments WHERE valid_until IS NULL
         GROUP BY unit_id, account_id, role HAVING COUNT(*) > 1 ORDER BY unit_id"
    )
    .all(db)
    .await?;
    Ok(units.into_iter().map(|u| u.0).collect())
}

/// Nobody else changes what an account holds until the transaction ends.
pub async fn hold(tx: &mut Tx, account: Id) -> Result<()> {
    Ok(tx.alone(&format!("appointments {account}")).await?)
}

/// Gives a role; refuses one that the person holds there at the time anyway, also when two give it at once. `shard` is
/// the unit's.
pub async fn appoint(
    tx: &mut Tx,
    app: &App,
    by: Option<Id>,
    shard: i64,
    account: Id,
    a: &Appointment,
) -> Result<Id> {
    hold(tx, account).await?;
    let (overlapping,): (i64,) = sql!(
        "SELECT COUNT(*) FROM appointments
         WHERE account_id = $1 AND unit_id = $2 AND role = $3
           AND (valid_until IS NULL OR (valid_until > $4 AND valid_until > valid_from)) AND (CAST($5 AS TEXT) IS NULL OR valid_from < $5)",
        account,
        a.unit,
        a.role.code(),
        a.from,
        a.until
    )
    .get(&mut *tx)
    .await?;
    if overlapping > 0 {
        return Err(Error::Conflict("people-appointed-already"));
    }
    let id = app.new_id();
    signin::insert_appointment(tx, id, account, a).await?;
    let held = format!("{account} {} {} {:?}", a.role.code(), a.from, a.until);
    note(tx, app, by, (a.unit, shard), id, "appoint", &held).await?;
    Ok(id)
}

/// The appointment by which somebody holds a role at a unit on the first day of another, when there is one.
pub async fn find_held(tx: &mut Tx, account: Id, a: &Appointment) -> Result<Option<Id>> {
    let held: Option<(Id,)> = sql!(
        "SELECT id FROM appointments
         WHERE account_id = $1 AND unit_id = $2 AND role = $3 AND valid_from <= $4
           AND (valid_until IS NULL OR valid_until > $4)",
        account,
        a.unit,
        a.role.code(),
        a.from
    )
    .find(tx)
    .await?;
    Ok(held.map(|h| h.0))
}

/// Sets until when an appointment runs (the first day it is no longer held), or that it has no end; refused when it no
/// longer runs as it was read.
pub async fn set_until(
    tx: &mut Tx,
    app: &App,
    by: Option<Id>,
    shard: i64,
    of: &Appointed,
    until: Option<Date>,
) -> Result<()> {
    if until.is_some_and(|until| until < of.valid_from) {
        return Err(Error::invalid("den", "people-end-before-begin"));
    }
    let touched = sql!(
        "UPDATE appointments SET valid_until = $2 WHERE id = $1 AND valid_until IS NOT DISTINCT FROM $3",
        of.id,
        until,
        of.valid_until
    )
    .run(tx)
    .await?;
    if touched == 0 {
        return Err(Error::Conflict("people-appointment-changed"));
    }
    let held = format!("{} {} {} {until:?}", of.account_id, of.role, of.valid_from);
    note(tx, app, by, (of.unit_id, shard), of.id, "set-appointment-end", &held).await
}

async fn note(
    tx: &mut Tx,
    app: &App,
    by: Option<Id>,
    (unit, shard): (Id, i64),
    id: Id,
    act: &str,
    held: &str,
) -> Result<()> {
    let entry = audit::Entry {
        unit,
        shard,
        at: app.now(),
        account: by,
        act,
        object_kind: "appointment",
        object_id: id.to_string(),
        content: held.as_bytes(),
    };
    audit::write(tx, &entry).await
}
