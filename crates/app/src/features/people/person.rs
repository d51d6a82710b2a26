//! One person, for who keeps the people of a unit where they serve or served.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use store::Id;

use super::account::{self, FORGOTTEN_HOURS, NEW_HOURS};
use super::appointment::{self, Appointed, When};
use super::me::{Shown, done};
use super::place::Place;
use super::{hand_over, unit};
use crate::access::Role;
use crate::error::{Error, FieldProblem, Result};
use crate::i18n::Lang;
use crate::page::{Page, Room, show, show_again};
use crate::signin::{self, Account};
use crate::web::Signed;
use crate::web::form::{Form, Problems};

#[derive(Template)]
#[template(path = "people/person.html")]
struct PersonPage {
    page: Page,
    form: Form,
    account: Account,
    appointments: Vec<Row>,
    /// Where the person may be appointed by the reader, and as what: at the unit of the newest appointment.
    at: Option<(Id, String)>,
    roles: Vec<Role>,
    whole: bool,
}

/// An appointment, what may be done about it, and the hand-over that ended it and can be undone.
struct Row {
    shown: Shown,
    may_change: bool,
    hand_over: Option<Id>,
}

/// An account as its keeper sees it.
struct Kept {
    account: Account,
    appointments: Vec<Appointed>,
    /// The reader keeps every role that the person holds or will hold, and is not that person: only then may
    /// the account itself be closed or sent a link.
    whole: bool,
}

/// The account, if the reader keeps the people of a unit where it has or had a role; NotFound otherwise.
async fn get_kept(s: &Signed, id: Id) -> Result<Kept> {
    let appointments = appointment::list_of_account(&s.app.db, id).await?;
    let (mut kept, mut whole) = (false, id != s.actor.account);
    for a in &appointments {
        kept |= a.is_kept_by(s).await?;
        whole &= a.when(s.app.today()) == When::Ended || a.may_change(s).await?;
    }
    if !kept {
        return Err(Error::NotFound);
    }
    Ok(Kept { account: signin::get_account(&s.app.db, id).await?, appointments, whole })
}

impl Kept {
    fn require_whole(&self) -> Result<()> {
        if self.whole { Ok(()) } else { Err(Error::Forbidden) }
    }
}

pub async fn show_page(
    s: Signed,
    Path(id): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response> {
    let kept = get_kept(&s, id.parse()?).await?;
    show(&page(&s, kept, Form::of(pairs), vec![]).await?)
}

async fn page(s: &Signed, kept: Kept, form: Form, problems: Vec<FieldProblem>) -> Result<PersonPage> {
    let mut page = s.page(Room::Settings, &kept.account.name);
    page.done = done(&s.app, page.lang, &form);
    page.problems = problems;
    let asked: Option<Id> = form.text("don-vi").parse().ok();
    let mut at = None;
    for unit in asked.into_iter().chain(kept.appointments.iter().map(|a| a.unit_id)) {
        let place = Place::of(s, unit).await?;
        // Those of a divided unit are given roles at one of its parts, not above them.
        let is_whole = place.unit == unit || s.standing.get(unit).is_some_and(|p| !p.divided);
        if is_whole && place.is_kept_by(s) {
            at = Some(place);
            break;
        }
    }
    let mut roles = Vec::new();
    let mut at_name = None;
    if let Some(place) = at {
        let name = place.get()?.name.clone();
        page = page.crumb(name.clone(), format!("/quan-tri?don-vi={}", place.unit));
        if kept.account.id != s.actor.account {
            roles = place.roles(s);
        }
        at_name = Some((place.unit, name));
    }
    let mut appointments = Vec::new();
    for shown in Shown::list(kept.appointments, s, &page).await? {
        let may_change = shown.appointed.may_change(s).await?;
        let hand_over = match may_change {
            true => hand_over::find_undoable(&s.app.db, shown.appointed.id).await?,
            false => None,
        };
        appointments.push(Row { shown, may_change, hand_over });
    }
    Ok(PersonPage { roles, at: at_name, appointments, whole: kept.whole, account: kept.account, form, page })
}

pub async fn appoint(s: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let kept = get_kept(&s, id.parse()?).await?;
    let at = Place::open(&s, form.text("don-vi").parse()?).await?;
    let shard = at.get()?.shard_id;
    let account = kept.account.id;
    if account == s.actor.account {
        return Err(Error::Conflict("people-not-oneself"));
    }
    let mut problems = Problems::default();
    let new = unit::read_appointment(&s, &mut problems, &form, &at).await?;
    let Some(new) = new.filter(|_| problems.0.is_empty()) else {
        return show_again(&page(&s, kept, form, problems.0).await?);
    };
    let mut tx = s.app.db.begin().await?;
    appointment::appoint(&mut tx, &s.app, Some(s.actor.account), shard, account, &new).await?;
    tx.commit().await?;
    Ok(s.redirect(&format!("/quan-tri/nguoi/{account}?xong=bo-nhiem")))
}

/// Ends an appointment from today on (`thoi`), or sets its last day, or none.
pub async fn set_end(s: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let of = get_changeable(&s, id.parse()?).await?;
    let mut problems = Problems::default();
    let until = match form.has("thoi") {
        true => Some(s.app.today()),
        false => problems.date(&form, "den").and_then(|last| last.tomorrow().ok()),
    };
    problems.finish()?;
    let mut tx = s.app.db.begin().await?;
    appointment::hold(&mut tx, of.account_id).await?;
    hand_over::require_not_awaited(&mut tx, |awaited| {
        awaited.begun_id == of.id && until.is_some_and(|until| until <= awaited.day)
    })
    .await?;
    let shard = shard_of(&mut tx, of.unit_id).await?;
    appointment::set_until(&mut tx, &s.app, Some(s.actor.account), shard, &of, until).await?;
    tx.commit().await?;
    Ok(s.redirect(&format!("/quan-tri/nguoi/{}?xong=thoi-han", of.account_id)))
}

/// An appointment that the reader may end or prolong; NotFound where the reader keeps nobody.
pub async fn get_changeable(s: &Signed, id: Id) -> Result<Appointed> {
    let of = appointment::get(&s.app.db, id).await?;
    if !of.is_kept_by(s).await? {
        return Err(Error::NotFound);
    }
    if of.account_id == s.actor.account {
        return Err(Error::Conflict("people-not-oneself"));
    }
    if of.may_change(s).await? { Ok(of) } else { Err(Error::Forbidden) }
}

/// The shard of a unit, on today's tree or not.
pub async fn shard_of(tx: &mut store::Tx, unit: Id) -> Result<i64> {
    let (shard,): (i64,) = store::sql!("SELECT shard_id FROM units WHERE id = $1", unit).get(tx).await?;
    Ok(shard)
}

pub async fn send_link(s: Signed, Path(id): Path<String>) -> Result<Response> {
    let kept = get_kept(&s, id.parse()?).await?;
    kept.require_whole()?;
    let account = kept.account;
    if account.disabled_at.is_some() {
        return Err(Error::Conflict("people-closed-already"));
    }
    let hours = if account.password_hash.is_none() { NEW_HOURS } else { FORGOTTEN_HOURS };
    let mut tx = s.app.db.begin().await?;
    let link = account::one_time_link(&mut tx, &s.app, Lang::Vi, account.id, hours).await?;
    signin::note(&s.app, &mut tx, Some(s.actor.account), account.id, "send-link").await?;
    tx.commit().await?;
    account::mail_link(&s.app, Lang::Vi, &account, &link, hours).await?;
    Ok(s.redirect(&format!("/quan-tri/nguoi/{}?xong=lien-ket", account.id)))
}

pub async fn close(s: Signed, Path(id): Path<String>) -> Result<Response> {
    disable(s, id.parse()?, true).await
}
pub async fn reopen(s: Signed, Path(id): Path<String>) -> Result<Response> {
    disable(s, id.parse()?, false).await
}

async fn disable(s: Signed, id: Id, disabled: bool) -> Result<Response> {
    let kept = get_kept(&s, id).await?;
    kept.require_whole()?;
    let mut tx = s.app.db.begin().await?;
    appointment::hold(&mut tx, id).await?;
    if disabled {
        hand_over::require_not_awaited(&mut tx, |awaited| awaited.to == id).await?;
    }
    account::disable(&mut tx, &s.app, Some(s.actor.account), id, disabled).await?;
    tx.commit().await?;
    Ok(s.redirect(&format!("/quan-tri/nguoi/{id}?xong={}", if disabled { "khoa" } else { "mo" })))
}
