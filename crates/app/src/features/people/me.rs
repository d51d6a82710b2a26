//! A person's own page: appointments, password, sign-ins, tokens for programs.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::{AppendHeaders, IntoResponse, Response};
use store::Id;

use super::appointment::{self, Appointed, When};
use crate::access::Act;
use crate::app::App;
use crate::error::{FieldProblem, Result};
use crate::i18n::Lang;
use crate::page::{Page, Room, date_text, show, show_again};
use crate::signin::{self, Account, ApiToken};
use crate::web::form::{Form, Problems};
use crate::web::{Signed, Visitor, set_cookie};

#[derive(Template)]
#[template(path = "people/me.html")]
struct MePage {
    page: Page,
    form: Form,
    account: Account,
    held: Vec<Shown>,
    tokens: Vec<ApiToken>,
    /// A token just made: shown this once.
    made: Option<String>,
    log_of: Option<Id>,
}

/// An appointment with its unit's name.
pub struct Shown {
    pub appointed: Appointed,
    pub unit: String,
    pub role: String,
    pub when: When,
}

impl Shown {
    /// Those that are, were or will be held.
    pub async fn list(all: Vec<Appointed>, s: &Signed, page: &Page) -> Result<Vec<Shown>> {
        let mut shown = Vec::new();
        for appointed in all.into_iter().filter(|a| !a.is_never_held()) {
            let unit = match s.tree.contains(appointed.unit_id) {
                true => s.tree.full_name(appointed.unit_id),
                false => s.listed_name(appointed.unit_id).await?,
            };
            let role = page.t(&format!("role-{}", appointed.role));
            shown.push(Shown { unit, role, when: appointed.when(page.today), appointed });
        }
        Ok(shown)
    }
}

/// The sentence after an act, named in the address by `?xong=`; of one for a later day, with the day in `ngay`.
pub fn done(app: &App, lang: Lang, form: &Form) -> Option<String> {
    let key = format!("people-done-{}", form.text("xong"));
    let day = form.text("ngay").parse().map(date_text).unwrap_or_default();
    app.words.has(lang, &key).then(|| app.words.say(lang, &key, &[("day", day)]))
}

pub async fn show_page(s: Signed, Query(pairs): Query<Vec<(String, String)>>) -> Result<Response> {
    show(&page(&s, Form::of(pairs), vec![], None).await?)
}

async fn page(s: &Signed, form: Form, problems: Vec<FieldProblem>, made: Option<String>) -> Result<MePage> {
    let mut page = s.page(Room::Home, &s.actor.name);
    page.done = done(&s.app, page.lang, &form);
    page.problems = problems;
    let mut held = appointment::list_of_account(&s.app.db, s.actor.account).await?;
    held.retain(|a| a.when(page.today) != When::Ended);
    Ok(MePage {
        held: Shown::list(held, s, &page).await?,
        account: signin::get_account(&s.app.db, s.actor.account).await?,
        tokens: signin::list_api_tokens(&s.app.db, &s.app, s.actor.account).await?,
        log_of: s.actor.units_for(Act::SeeAudit).next(),
        form,
        made,
        page,
    })
}

pub async fn change_password(s: Signed, form: Form) -> Result<Response> {
    let app = &s.app;
    app.attempts.check_device(&s.actor.account.to_string())?;
    let account = signin::get_account(&app.db, s.actor.account).await?;
    let mut problems = Problems::default();
    let password = super::link::new_password(&mut problems, &form, &account.email);
    if !signin::is_password_of(app, Some(&account), form.text("current")).await? {
        problems.add("current", "people-wrong-current");
    }
    if !problems.0.is_empty() {
        return show_again(&page(&s, form, problems.0, None).await?);
    }
    let hash = signin::hash(app, &password).await?;
    let mut tx = app.db.begin().await?;
    signin::set_password_hash(&mut tx, account.id, &hash).await?;
    signin::close_all(&mut tx, account.id).await?;
    signin::forget_links(app, &mut tx, account.id).await?;
    let token = signin::open_in(app, &mut tx, account.id).await?;
    signin::note(app, &mut tx, Some(account.id), account.id, "set-password").await?;
    tx.commit().await?;
    Ok((AppendHeaders([set_cookie(app, Some(&token))]), s.redirect("/toi?xong=mat-khau")).into_response())
}

pub async fn sign_out_everywhere(s: Signed) -> Result<Response> {
    let mut tx = s.app.db.begin().await?;
    signin::close_all(&mut tx, s.actor.account).await?;
    signin::note(&s.app, &mut tx, Some(s.actor.account), s.actor.account, "sign-out-everywhere").await?;
    tx.commit().await?;
    Ok(super::session::leave(&Visitor { app: s.app.clone(), address: s.address.clone() }))
}

/// Days that a token may work.
const TOKEN_DAYS: [i64; 3] = [30, 90, 365];
/// Tokens that one account may hold at a time.
const MOST_TOKENS: usize = 20;

pub async fn make_token(s: Signed, form: Form) -> Result<Response> {
    let mut problems = Problems::default();
    let name = problems.required(&form, "name", 100);
    let days = problems.count(&form, "days");
    if !days.is_some_and(|d| TOKEN_DAYS.contains(&d)) {
        problems.add("days", "error-choice");
    }
    let mut tx = s.app.db.begin().await?;
    tx.alone(&format!("tokens {}", s.actor.account)).await?;
    if signin::list_api_tokens(&mut tx, &s.app, s.actor.account).await?.len() >= MOST_TOKENS {
        problems.add("name", "people-tokens-many");
    }
    if !problems.0.is_empty() {
        drop(tx);
        return show_again(&page(&s, form, problems.0, None).await?);
    }
    let token =
        signin::insert_api_token(&s.app, &mut tx, s.actor.account, &name, days.unwrap_or_default()).await?;
    tx.commit().await?;
    show(&page(&s, Form::default(), vec![], Some(token)).await?)
}

pub async fn revoke_token(s: Signed, Path(id): Path<String>) -> Result<Response> {
    let mut tx = s.app.db.begin().await?;
    signin::delete_api_token(&s.app, &mut tx, s.actor.account, id.parse()?).await?;
    tx.commit().await?;
    Ok(s.redirect("/toi?xong=ma-truy-cap"))
}
