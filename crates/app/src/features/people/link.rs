//! A one-time link: its holder sets the account's password and is signed in; all other sign-ins end.

use askama::Template;
use axum::extract::Path;
use axum::response::{AppendHeaders, IntoResponse, Response};

use crate::error::Result;
use crate::page::{Page, show, show_again};
use crate::signin::{self, Account};
use crate::web::form::{Form, Problems};
use crate::web::{Visitor, redirect, set_cookie, set_device_cookie};

#[derive(Template)]
#[template(path = "people/link.html")]
struct LinkPage {
    page: Page,
    account: Account,
    /// The first administrator says who they are: the installation could not know.
    first: bool,
    form: Form,
}

impl LinkPage {
    fn new(page: Page, account: Account, form: Form) -> LinkPage {
        LinkPage { page, first: account.email == signin::FIRST_ADMINISTRATOR, account, form }
    }
}

fn page(visitor: &Visitor) -> Page {
    visitor.page(&visitor.app.words.say(visitor.lang(), "people-set-password", &[]))
}

pub async fn show_form(visitor: Visitor, Path(token): Path<String>) -> Result<Response> {
    let account = signin::get_account_of_link(&visitor.app, &token).await?;
    show(&LinkPage::new(page(&visitor), account, Form::default()))
}

pub async fn set_password(visitor: Visitor, Path(token): Path<String>, form: Form) -> Result<Response> {
    let app = &visitor.app;
    let mut account = signin::get_account_of_link(app, &token).await?;
    let mut problems = Problems::default();
    let first = account.email == signin::FIRST_ADMINISTRATOR;
    if first {
        let email = problems.required(&form, "email", 254);
        if !email.is_empty() && !crate::mail::is_address(&email) {
            problems.add("email", "error-email");
        } else if signin::find_account_by_email(&app.db, &email).await?.is_some() {
            problems.add("email", "error-conflict");
        }
        account.email = email;
        account.name = problems.required(&form, "name", 100);
    }
    let password = new_password(&mut problems, &form, &account.email);
    if !problems.0.is_empty() {
        let mut page = page(&visitor);
        page.problems = problems.0;
        return show_again(&LinkPage { page, account, first, form });
    }
    let hash = signin::hash(app, &password).await?;
    let mut tx = app.db.begin().await?;
    let id = signin::use_one_time_link(app, &mut tx, &token).await?;
    if first {
        signin::set_owner(&mut tx, id, &account.email, &account.name).await?;
    }
    signin::set_password_hash(&mut tx, id, &hash).await?;
    signin::close_all(&mut tx, id).await?;
    let cookie = signin::open_in(app, &mut tx, id).await?;
    signin::note(app, &mut tx, Some(id), id, "set-password").await?;
    tx.commit().await?;
    let cookies =
        [set_cookie(app, Some(&cookie)), set_device_cookie(app, &signin::device_word(app, &account.email))];
    Ok((AppendHeaders(cookies), redirect(&crate::page::href(visitor.lang(), "/viec"))).into_response())
}

/// A new password as the form's field `new`, with its problems.
pub fn new_password(problems: &mut Problems, form: &Form, email: &str) -> String {
    let password = form.text("new").to_owned();
    if password.is_empty() {
        problems.add("new", "error-required");
    } else if let Some(key) = signin::password_problem(&password, email) {
        problems.add("new", key);
    }
    password
}
