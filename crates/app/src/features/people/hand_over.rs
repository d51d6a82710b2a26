//! Hand-over (bàn giao): a leaver's role at a unit, and the personal work that goes with it, to a successor,
//! in one act with a dated record that can be undone. Of a successor who holds the role there already it stays as
//! it is, and only the work goes over. The work goes on the day of the hand-over: until then it stays with whoever
//! may do it. Keeps promise B4.

use std::pin::Pin;
use std::time::Duration;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use jiff::civil::Date;
use store::{Db, Id, Tx, sql};

use super::appointment::{self, Appointed, When};
use super::person::{get_changeable, shard_of};
use crate::access::Appointment;
use crate::app::{App, Shared};
use crate::audit;
use crate::error::{Error, FieldProblem, Result};
use crate::page::{Page, Room, show, show_again};
use crate::signin;
use crate::web::Signed;
use crate::web::form::{Form, Problems};

/// Personal work going from one person to another at a unit.
#[derive(Debug, Clone)]
pub struct HandedOver {
    pub unit: Id,
    pub from: Id,
    pub to: Id,
    pub by: Id,
}

/// One thing that went over: the kind, as the log names objects, and its id.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    pub kind: String,
    pub object: String,
}

type Running<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// A feature with work that belongs to a person: open tasks, drafts, seats, pending approvals. Listed once in
/// `lib.rs`; runs in the transaction of the hand-over.
pub trait HandOver: Send + Sync {
    /// Gives everything that points at `from` at the unit and is still open to `to`, and writes it to the
    /// audit log; what it gave.
    fn hand_over<'a>(&'a self, tx: &'a mut Tx, app: &'a App, what: &'a HandedOver)
    -> Running<'a, Vec<Moved>>;
    /// Gives back what [`hand_over`](HandOver::hand_over) gave, of its own kinds, where `to` still has it.
    fn take_back<'a>(
        &'a self,
        tx: &'a mut Tx,
        app: &'a App,
        what: &'a HandedOver,
        moved: &'a [Moved],
    ) -> Running<'a, ()>;
}

#[derive(Template)]
#[template(path = "people/hand_over.html")]
struct HandOverPage {
    page: Page,
    form: Form,
    of: Appointed,
    role: String,
    unit: String,
    /// Others at the unit, to choose from.
    others: Vec<(Id, String)>,
}

pub async fn show_form(s: Signed, Path(id): Path<String>) -> Result<Response> {
    let of = get_changeable(&s, id.parse()?).await?;
    show(&page(&s, of, Form::default(), vec![]).await?)
}

async fn page(s: &Signed, of: Appointed, form: Form, problems: Vec<FieldProblem>) -> Result<HandOverPage> {
    let title = s.app.words.say(s.lang(), "people-hand-over-of", &[("name", of.name.clone())]);
    let mut page =
        s.page(Room::Settings, &title).crumb(of.name.clone(), format!("/quan-tri/nguoi/{}", of.account_id));
    page.problems = problems;
    let mut others: Vec<(Id, String)> = Vec::new();
    for a in appointment::list_of_unit(&s.app.db, of.unit_id).await? {
        let serves =
            a.when(page.today) != When::Ended && a.disabled_at.is_none() && a.account_id != of.account_id;
        if serves && others.last().is_none_or(|(id, _)| *id != a.account_id) {
            others.push((a.account_id, a.name));
        }
    }
    Ok(HandOverPage {
        role: page.t(&format!("role-{}", of.role)),
        unit: s.tree.full_name(of.unit_id),
        others,
        of,
        form,
        page,
    })
}

pub async fn do_it(s: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let app = &s.app;
    let of = get_changeable(&s, id.parse()?).await?;
    let mut problems = Problems::default();
    let day = problems.date(&form, "ngay").unwrap_or_else(|| app.today());
    if day < app.today() || day <= of.valid_from || of.valid_until.is_some_and(|until| until < day) {
        problems.add("ngay", "people-hand-over-day");
    }
    if of.role().is_some_and(|role| !role.stands_at(of.unit_id, &s.tree, app.today())) {
        problems.add("nguoi", "people-role-level");
    }
    let email = form.text("email");
    let successor = match (form.text("nguoi").parse::<Id>(), email) {
        (Ok(id), "") => Some(signin::get_account(&app.db, id).await?),
        (_, "") => {
            problems.add("nguoi", "error-choice");
            None
        }
        (_, email) => {
            let found = signin::find_account_by_email(&app.db, email).await?;
            if found.is_none() {
                problems.add("email", "people-no-such-account");
            }
            found
        }
    };
    match &successor {
        Some(a) if a.disabled_at.is_some() || a.id == of.account_id => problems.add("nguoi", "error-choice"),
        Some(a) if a.id == s.actor.account => problems.add("nguoi", "people-not-oneself"),
        _ => {}
    }
    let Some(successor) = successor.filter(|_| problems.0.is_empty()) else {
        return show_again(&page(&s, of, form, problems.0).await?);
    };
    let mut tx = app.db.begin().await?;
    hand_over(&mut tx, app, s.actor.account, &of, successor.id, day).await?;
    tx.commit().await?;
    let done = match day > app.today() {
        true => format!("se-ban-giao&ngay={day}"),
        false => "ban-giao".to_owned(),
    };
    Ok(s.redirect(&format!("/quan-tri/nguoi/{}?xong={done}", successor.id)))
}

/// Begins a role at its unit for another account on a day and ends it for who holds it, with all open personal work; the
/// record's id. Whoever hands over today keeps the role to the end of the day, otherwise to the day before: no day is
/// without a holder, and nobody's role has ended before the act.
pub async fn hand_over(tx: &mut Tx, app: &App, by: Id, of: &Appointed, to: Id, day: Date) -> Result<Id> {
    appointment::hold(tx, to).await?;
    let shard = shard_of(tx, of.unit_id).await?;
    let role = of.role().ok_or(Error::NotFound)?;
    let ends = if day == app.today() { day.tomorrow().unwrap_or(day) } else { day };
    let ends = of.valid_until.map_or(ends, |until| until.min(ends));
    // From here on the appointment is held: of two who hand it over at once, the other finds it given.
    appointment::set_until(tx, app, Some(by), shard, of, Some(ends)).await?;
    if let Some(until) = of.valid_until
        && find_given(tx, of.id, until).await?
    {
        return Err(Error::Conflict("people-handed-over-already"));
    }
    let begun =
        Appointment { role, unit: of.unit_id, from: day, until: of.valid_until.filter(|until| *until > day) };
    let held = appointment::find_held(tx, to, &begun).await?;
    let begun = match held {
        Some(held) => held,
        None => appointment::appoint(tx, app, Some(by), shard, to, &begun).await?,
    };
    let id = app.new_id();
    sql!(
        "INSERT INTO hand_overs (id, unit_id, ended_id, begun_id, held_before, day, ended_until, previous_until,
                                 created_by, created_at, moved)
         VALUES ($1, $2, $3, $4, $9, $5, $10, $6, $7, $8, FALSE)",
        id,
        of.unit_id,
        of.id,
        begun,
        day,
        of.valid_until,
        by,
        app.now(),
        held.is_some(),
        ends
    )
    .run(tx)
    .await?;
    note(tx, app, by, (of.unit_id, shard), id, "hand-over").await?;
    if day == app.today() {
        move_work(tx, app, id, &HandedOver { unit: of.unit_id, from: of.account_id, to, by }).await?;
    }
    Ok(id)
}

/// Gives the open work to the successor, once.
async fn move_work(tx: &mut Tx, app: &App, id: Id, what: &HandedOver) -> Result<()> {
    let touched =
        sql!("UPDATE hand_overs SET moved = TRUE WHERE id = $1 AND NOT moved AND undone_at IS NULL", id)
            .run(&mut *tx)
            .await?;
    if touched == 0 {
        return Ok(());
    }
    for feature in crate::hand_overs() {
        for moved in feature.hand_over(tx, app, what).await? {
            sql!(
                "INSERT INTO hand_over_items (hand_over_id, kind, object_id) VALUES ($1, $2, $3)",
                id,
                moved.kind,
                moved.object
            )
            .run(tx)
            .await?;
        }
    }
    let shard = shard_of(tx, what.unit).await?;
    note(tx, app, what.by, (what.unit, shard), id, "move-work").await
}

store::record! {
    struct Due { id: Id, unit_id: Id, ended_by: Id, begun_by: Id, created_by: Id }
}

/// Gives the open work of every hand-over whose day has come to the successor. Of one whose roles were changed since, the
/// work goes once the leaver no longer holds the role and the successor does.
pub async fn move_due(app: &App) -> Result<()> {
    let due: Vec<Due> = sql!(
        "SELECT h.id, h.unit_id, e.account_id AS ended_by, b.account_id AS begun_by, h.created_by
         FROM hand_overs h JOIN appointments e ON e.id = h.ended_id JOIN appointments b ON b.id = h.begun_id
         WHERE NOT h.moved AND h.undone_at IS NULL AND h.day <= $1 AND e.valid_until <= $1
           AND b.valid_from <= $1 AND (b.valid_until IS NULL OR b.valid_until > $1)
         ORDER BY h.created_at, h.id",
        app.today()
    )
    .all(&app.db)
    .await?;
    for d in due {
        let what = HandedOver { unit: d.unit_id, from: d.ended_by, to: d.begun_by, by: d.created_by };
        // One that cannot go keeps no other back.
        if let Err(e) = move_alone(app, d.id, &what).await {
            tracing::error!(cause = format!("{e:#}"), hand_over = %d.id, "work could not go to the successor");
        }
    }
    Ok(())
}

async fn move_alone(app: &App, id: Id, what: &HandedOver) -> Result<()> {
    let mut tx = app.db.begin().await?;
    move_work(&mut tx, app, id, what).await?;
    tx.commit().await?;
    Ok(())
}

/// Moves work on its day as long as the program runs.
pub async fn follow(app: Shared) {
    loop {
        if let Err(e) = move_due(&app).await {
            tracing::warn!(cause = format!("{e:#}"), "hand-overs that are due could not be looked up");
        }
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
}

store::record! {
    struct Record {
        id: Id,
        ended_id: Id,
        begun_id: Id,
        held_before: bool,
        day: Date,
        ended_until: Date,
        previous_until: Option<Date>,
    }
}

/// Whether an appointment ends on a day because it was handed over.
async fn find_given(tx: &mut Tx, ended: Id, until: Date) -> Result<bool> {
    let (given,): (i64,) = sql!(
        "SELECT COUNT(*) FROM hand_overs WHERE ended_id = $1 AND ended_until = $2 AND undone_at IS NULL",
        ended,
        until
    )
    .get(tx)
    .await?;
    Ok(given > 0)
}

/// The last hand-over that ended an appointment, unless undone.
pub async fn find_undoable(db: &Db, ended: Id) -> Result<Option<Id>> {
    let found: Option<(Id,)> = sql!(
        "SELECT id FROM hand_overs WHERE ended_id = $1 AND undone_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 1",
        ended
    )
    .find(db)
    .await?;
    Ok(found.map(|f| f.0))
}

pub async fn undo(s: Signed, Path(id): Path<String>) -> Result<Response> {
    let app = &s.app;
    let record: Record = sql!(
        "SELECT id, ended_id, begun_id, held_before, day, ended_until, previous_until FROM hand_overs WHERE id = $1 AND undone_at IS NULL",
        id.parse::<Id>()?
    )
    .get(&app.db)
    .await?;
    let ended = get_changeable(&s, record.ended_id).await?;
    let begun = get_changeable(&s, record.begun_id).await?;
    // Somebody has changed either since: what "before" was is no longer clear.
    let kept = record.previous_until.filter(|until| *until > record.day);
    if ended.valid_until != Some(record.ended_until) || (!record.held_before && begun.valid_until != kept) {
        return Err(Error::Conflict("people-hand-over-changed"));
    }
    let mut tx = app.db.begin().await?;
    take_back(&mut tx, app, s.actor.account, &record, &ended, &begun).await?;
    tx.commit().await?;
    Ok(s.redirect(&format!("/quan-tri/nguoi/{}?xong=ban-giao-lai", ended.account_id)))
}

async fn take_back(
    tx: &mut Tx,
    app: &App,
    by: Id,
    record: &Record,
    ended: &Appointed,
    begun: &Appointed,
) -> Result<()> {
    let touched = sql!(
        "UPDATE hand_overs SET undone_at = $2 WHERE id = $1 AND undone_at IS NULL",
        record.id,
        app.now()
    )
    .run(tx)
    .await?;
    if touched == 0 {
        return Err(Error::Conflict("people-hand-over-changed"));
    }
    let shard = shard_of(tx, ended.unit_id).await?;
    if !record.held_before {
        // From the first day on no longer held: it never was.
        appointment::set_until(tx, app, Some(by), shard, begun, Some(begun.valid_from)).await?;
    }
    appointment::set_until(tx, app, Some(by), shard, ended, record.previous_until).await?;
    store::record! { struct Item { kind: String, object_id: String } }
    let items: Vec<Item> = sql!(
        "SELECT kind, object_id FROM hand_over_items WHERE hand_over_id = $1 ORDER BY kind, object_id",
        record.id
    )
    .all(&mut *tx)
    .await?;
    let moved: Vec<Moved> = items.into_iter().map(|i| Moved { kind: i.kind, object: i.object_id }).collect();
    let what = HandedOver { unit: ended.unit_id, from: ended.account_id, to: begun.account_id, by };
    for feature in crate::hand_overs() {
        feature.take_back(tx, app, &what, &moved).await?;
    }
    note(tx, app, by, (ended.unit_id, shard), record.id, "undo-hand-over").await
}

async fn note(tx: &mut Tx, app: &App, by: Id, (unit, shard): (Id, i64), id: Id, act: &str) -> Result<()> {
    let entry = audit::Entry {
        unit,
        shard,
        at: app.now(),
        account: Some(by),
        act,
        object_kind: "hand-over",
        object_id: id.to_string(),
        content: b"",
    };
    audit::write(tx, &entry).await
}
