//! People: accounts, signing in, roles at units, handing a leaver's work over, the log of acts.
//!
//! A person has one account, known by the e-mail address, for life; what they may do comes from appointments
//! (bổ nhiệm): a role at a unit from a day until a day. Nobody gives a role to themselves, and nobody gives
//! more than their own reach ([`Actor::can_give`](crate::access::Actor::can_give)). An account is closed, never
//! deleted; an appointment is ended, never deleted. There is no default password: a new account gets a
//! one-time link, by mail or from the command line.
//!
//! The mechanism of cookies, links and tokens is [`crate::signin`]; this feature has its pages and writes the
//! appointments. Other features take part in a hand-over through [`HandOver`]. Keeps promise B4.

use axum::http::Method;
use store::{Id, Migration, Tx, migration};

use crate::access::Act;
use crate::app::App;
use crate::features::orgs::{Shift, Shifted, Touches};
use crate::tasks::Later;
use crate::web::{Routes, Signed};

mod account;
mod appointment;
mod forgotten;
mod hand_over;
mod link;
mod log;
mod me;
mod person;
mod place;
mod session;
mod unit;
mod waiting;

pub use account::{create, disable, mail_link, one_time_link};
pub use appointment::{Appointed, administrators, appoint, doubled, list_of_unit, orphans};
pub use hand_over::{HandOver, HandedOver, Moved, follow, move_due};

pub const FEATURE: crate::Feature = crate::Feature {
    name: "people",
    routes,
    migrations: MIGRATIONS,
    words: (include_str!("words.vi.ftl"), include_str!("words.en.ftl")),
    facts: &[],
    touches: Some(&Touched),
    tasks: Some(&waiting::Waiting),
    plan_lines: None,
};

const MIGRATIONS: &[Migration] = &[
    migration!(20, "people", "0020_people.sql"),
    migration!(21, "roles that a successor held already", "0021_held_before.sql"),
    migration!(22, "until when whoever hands over holds the role", "0022_ended_until.sql"),
    migration!(23, "work goes over on the day of the hand-over", "0023_work_moved.sql"),
];

fn routes() -> Routes {
    Routes::new()
        .anyone(Method::GET, "/dang-nhap", session::show_form)
        .anyone(Method::POST, "/dang-nhap", session::begin)
        .anyone(Method::POST, "/dang-xuat", session::end)
        .anyone(Method::GET, "/quen-mat-khau", forgotten::show_form)
        .anyone(Method::POST, "/quen-mat-khau", forgotten::send)
        .anyone(Method::GET, "/lien-ket/{token}", link::show_form)
        .anyone(Method::POST, "/lien-ket/{token}", link::set_password)
        .get("/toi", me::show_page)
        .post("/toi/mat-khau", me::change_password)
        .post("/toi/dang-xuat-moi-noi", me::sign_out_everywhere)
        .post("/toi/ma-truy-cap", me::make_token)
        .post("/toi/ma-truy-cap/{id}/thu-hoi", me::revoke_token)
        .get("/quan-tri", unit::show_page)
        .post("/quan-tri/nguoi", unit::add_person)
        .get("/quan-tri/nguoi/{id}", person::show_page)
        .post("/quan-tri/nguoi/{id}/bo-nhiem", person::appoint)
        .post("/quan-tri/nguoi/{id}/lien-ket", person::send_link)
        .post("/quan-tri/nguoi/{id}/khoa", person::close)
        .post("/quan-tri/nguoi/{id}/khoa/thu-hoi", person::reopen)
        .post("/quan-tri/bo-nhiem/{id}/thoi-han", person::set_end)
        .get("/quan-tri/bo-nhiem/{id}/ban-giao", hand_over::show_form)
        .post("/quan-tri/bo-nhiem/{id}/ban-giao", hand_over::do_it)
        .post("/quan-tri/ban-giao/{id}/thu-hoi", hand_over::undo)
        .get("/quan-tri/nhat-ky", log::show_page)
        .get("/quan-tri/nhat-ky/kiem-tra", log::verify)
}

/// What a reorganisation of units touches here: the people with a role at the units, today or to come.
struct Touched;

impl Touches for Touched {
    fn words(&self) -> &'static str {
        "people-touched"
    }
    fn count<'a>(&'a self, app: &'a App, units: &'a [Id]) -> Later<'a, i64> {
        Box::pin(async move {
            let mut people = 0;
            for unit in units {
                people += appointment::count_of_unit(&app.db, *unit, app.today()).await?;
            }
            Ok(people)
        })
    }
    fn list(&self, unit: Id) -> (Act, String) {
        (Act::ManagePeople, format!("/quan-tri?don-vi={unit}"))
    }
    fn shift<'a>(&'a self, signed: &'a Signed, shift: &'a Shift) -> Later<'a, Option<Shifted>> {
        Box::pin(hand_over::overtaken(signed, shift))
    }
    fn take_back<'a>(&'a self, tx: &'a mut Tx, app: &'a App, by: Id, units: &'a [Id]) -> Later<'a, ()> {
        Box::pin(async move {
            for unit in units {
                appointment::end_all_of_unit(tx, app, by, *unit).await?;
            }
            Ok(())
        })
    }
}
