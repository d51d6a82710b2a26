//! Forgotten password: a one-time link by mail. Whoever asks gets the same answer, at the same pace, whether
//! the address has an account or not.

use askama::Template;
use axum::response::Response;

use super::account::{self, FORGOTTEN_HOURS};
use crate::app::Shared;
use crate::error::Result;
use crate::i18n::Lang;
use crate::page::{Page, show, show_again};
use crate::signin;
use crate::web::form::{Form, Problems};
use crate::web::{Peer, Visitor};

#[derive(Template)]
#[template(path = "people/forgotten.html")]
struct ForgottenPage {
    page: Page,
    form: Form,
    sent: bool,
}

pub async fn show_form(visitor: Visitor) -> Result<Response> {
    show(&ForgottenPage { page: page(&visitor), form: Form::default(), sent: false })
}

fn page(visitor: &Visitor) -> Page {
    visitor.page(&visitor.app.words.say(visitor.lang(), "people-forgotten", &[]))
}

pub async fn send(visitor: Visitor, peer: Peer, form: Form) -> Result<Response> {
    let mut page = page(&visitor);
    let mut problems = Problems::default();
    let email = problems.required(&form, "email", 254);
    if problems.0.is_empty() && !email.contains('@') {
        problems.add("email", "error-email");
    }
    if !problems.0.is_empty() {
        page.problems = problems.0;
        return show_again(&ForgottenPage { page, form, sent: false });
    }
    if visitor.app.attempts.check_link(&email.to_lowercase(), &peer.address)? {
        // After the answer: finding the account and reaching the mail server take time that would tell.
        let (app, lang) = (visitor.app.clone(), visitor.lang());
        tokio::spawn(async move {
            if let Err(e) = mail(&app, lang, &email).await {
                tracing::error!(cause = %e, "the mail with a one-time link was not sent");
            }
        });
    }
    show(&ForgottenPage { page, form, sent: true })
}

async fn mail(app: &Shared, lang: Lang, email: &str) -> Result<()> {
    let Some(account) = signin::find_account_by_email(&app.db, email).await? else {
        return Ok(());
    };
    if account.disabled_at.is_some() {
        return Ok(());
    }
    let mut tx = app.db.begin().await?;
    let link = account::one_time_link(&mut tx, app, lang, account.id, FORGOTTEN_HOURS).await?;
    signin::note(app, &mut tx, None, account.id, "ask-link").await?;
    tx.commit().await?;
    account::mail_link(app, lang, &account, &link, FORGOTTEN_HOURS).await
}
