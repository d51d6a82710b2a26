//! The people of a unit, for who keeps them; a new person.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use jiff::civil::Date;
use store::Id;

use super::account::{self, NEW_HOURS};
use super::appointment::{self, When};
use super::me::{Shown, done};
use super::place::Place;
use crate::access::{Act, Appointment, Role, choose_unit};
use crate::error::{Error, FieldProblem, Result};
use crate::features::orgs::{self, Unit};
use crate::i18n::Lang;
use crate::page::{Page, Room, date_text, show, show_again};
use crate::signin;
use crate::web::Signed;
use crate::web::form::{Form, Problems};

#[derive(Template)]
#[template(path = "people/unit.html")]
struct UnitPage {
    page: Page,
    form: Form,
    unit: Unit,
    held: Vec<Shown>,
    ended: Vec<Shown>,
    /// Units under this one, in the order of names.
    below: Vec<(Id, String)>,
    /// What the person may give here.
    roles: Vec<Role>,
    /// The first day of a unit that is yet to come.
    first: Option<Date>,
}

impl UnitPage {
    fn first_hint(&self) -> &'static str {
        if self.first.is_some() { "people-first-day-to-come" } else { "people-first-day-hint" }
    }
}

pub async fn show_page(s: Signed, Query(pairs): Query<Vec<(String, String)>>) -> Result<Response> {
    let form = Form::of(pairs);
    let unit = match form.text("don-vi") {
        "" => choose_unit(&s.actor, None, Act::ManagePeople, &s.tree)?,
        id => id.parse()?,
    };
    let place = Place::open(&s, unit).await?;
    show(&page(&s, &place, form, vec![]).await?)
}

async fn page(s: &Signed, place: &Place, form: Form, problems: Vec<FieldProblem>) -> Result<UnitPage> {
    let (unit, tree) = (place.get()?.clone(), &place.tree);
    let mut page =
        s.page(Room::Settings, &s.app.words.say(s.lang(), "people-of", &[("unit", unit.name.clone())]));
    for above in tree.line(unit.unit_id).into_iter().skip(1).collect::<Vec<_>>().into_iter().rev() {
        if s.actor.can(Act::ManagePeople, above, tree)
            && let Some(name) = tree.get(above).map(|u| u.name.clone())
        {
            page = page.crumb(name, format!("/quan-tri?don-vi={above}"));
        }
    }
    page.done = done(&s.app, page.lang, &form);
    page.problems = problems;
    // The unit's own people, and those of units that went over into it or will.
    let ids = match place.is_to_come(s) {
        true => {
            let (_, steps) = s.app.trees.history(&s.app.db).await?;
            let from = orgs::predecessors(&steps, unit.unit_id).map(|step| step.from_unit);
            [unit.unit_id].into_iter().chain(from).collect()
        }
        false => s.standing.standing_at(unit.unit_id).to_vec(),
    };
    let mut all = Vec::new();
    for id in ids {
        all.extend(appointment::list_of_unit(&s.app.db, id).await?);
    }
    let (ended, held) = Shown::list(all, s, &page).await?.into_iter().partition(|a| a.when == When::Ended);
    let below = tree.children(unit.unit_id).iter().filter_map(|id| Some((*id, tree.get(*id)?.name.clone())));
    Ok(UnitPage {
        held,
        ended,
        below: below.collect(),
        roles: place.roles(s),
        first: Some(place.day).filter(|_| place.is_to_come(s)),
        form,
        unit,
        page,
    })
}

/// A role, and from when to when, out of a form; problems are added, a role one may not give is Forbidden.
pub async fn read_appointment(
    s: &Signed,
    problems: &mut Problems,
    form: &Form,
    place: &Place,
) -> Result<Option<Appointment>> {
    let role = Role::from_code(form.text("role"));
    if role.is_none() {
        problems.add("role", "error-choice");
    }
    let from: Date = problems.date(form, "tu").unwrap_or(place.day);
    if place.is_to_come(s) && from < place.day {
        problems.add_value("tu", "people-before-unit", date_text(place.day));
    }
    if let Some((_, by)) = orgs::end_of(&s.app, place.unit).await?.filter(|(last, _)| *last < from) {
        problems.add_value("tu", "people-unit-ends", by);
    }
    let until = problems.date(form, "den").and_then(|last| last.tomorrow().ok());
    if until.is_some_and(|until| until <= from) {
        problems.add("den", "people-end-before-begin");
    }
    let Some(role) = role else { return Ok(None) };
    if !place.may_give(s, role) {
        return Err(Error::Forbidden);
    }
    if !place.has(role) {
        problems.add("role", "people-role-level");
    }
    Ok(Some(Appointment { role, unit: place.unit, from, until }))
}

pub async fn add_person(s: Signed, form: Form) -> Result<Response> {
    let app = &s.app;
    let place = Place::open(&s, form.text("don-vi").parse()?).await?;
    let shard = place.get()?.shard_id;
    let mut problems = Problems::default();
    let email = problems.required(&form, "email", 254);
    if !email.is_empty() && !crate::mail::is_address(&email) {
        problems.add("email", "error-email");
    }
    let name = problems.required(&form, "name", 100);
    let appointment = read_appointment(&s, &mut problems, &form, &place).await?;
    let found = signin::find_account_by_email(&app.db, &email).await?;
    if found.is_some_and(|a| a.id == s.actor.account) {
        problems.add("email", "people-not-oneself");
    }
    let Some(appointment) = appointment.filter(|_| problems.0.is_empty()) else {
        return show_again(&page(&s, &place, form, problems.0).await?);
    };
    let mut tx = app.db.begin().await?;
    let (id, new) = match account::create(
        &mut tx,
        app,
        Some(s.actor.account),
        shard,
        &email,
        &name,
        &appointment,
    )
    .await
    {
        Ok(made) => made,
        Err(Error::Conflict(key)) => {
            tx.rollback().await?;
            problems.add("role", key);
            return show_again(&page(&s, &place, form, problems.0).await?);
        }
        Err(other) => return Err(other),
    };
    let link = match new {
        true => Some(account::one_time_link(&mut tx, app, Lang::Vi, id, NEW_HOURS).await?),
        false => None,
    };
    tx.commit().await?;
    let done = match link {
        None => "co-san",
        Some(link) => {
            let account = signin::get_account(&app.db, id).await?;
            match account::mail_link(app, Lang::Vi, &account, &link, NEW_HOURS).await {
                Ok(()) => "tao-moi",
                // The account stands; its page has a button that sends the link again.
                Err(e) => {
                    tracing::error!(cause = %e, "the mail with a new account's link was not sent");
                    "chua-gui"
                }
            }
        }
    };
    Ok(s.redirect(&format!("/quan-tri/nguoi/{id}?xong={done}")))
}
