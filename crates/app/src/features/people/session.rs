//! Signing in and out.

use askama::Template;
use axum::extract::Query;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};

use crate::error::{Error, FieldProblem, Result};
use crate::page::{Page, show};
use crate::signin;
use crate::web::form::{Form, Problems};
use crate::web::{Peer, Visitor, local_path, redirect, set_cookie, set_device_cookie};

#[derive(Template)]
#[template(path = "people/sign_in.html")]
struct SignInPage {
    page: Page,
    form: Form,
}

/// Where people come after signing in, unless they wanted to go elsewhere.
const FIRST_PAGE: &str = "/viec";

pub async fn show_form(visitor: Visitor, Query(pairs): Query<Vec<(String, String)>>) -> Result<Response> {
    let mut page = page(&visitor);
    let form = Form::of(pairs);
    page.done = super::me::done(&visitor.app, page.lang, &form);
    show(&SignInPage { page, form })
}

fn page(visitor: &Visitor) -> Page {
    visitor.page(&visitor.app.words.say(visitor.lang(), "people-sign-in", &[]))
}

pub async fn begin(visitor: Visitor, peer: Peer, form: Form) -> Result<Response> {
    let app = &visitor.app;
    let mut problems = Problems::default();
    let email = problems.required(&form, "email", 254);
    let password = problems.required(&form, "password", *signin::PASSWORD_LENGTH.end());
    if !problems.0.is_empty() {
        return again(&visitor, form, problems.0, StatusCode::UNPROCESSABLE_ENTITY);
    }
    match signin::sign_in(app, &email, &password, &peer, peer.token.as_deref()).await {
        Ok((_, token)) => {
            let to = local_path(form.text("toi")).unwrap_or(FIRST_PAGE);
            let cookies =
                [set_cookie(app, Some(&token)), set_device_cookie(app, &signin::device_word(app, &email))];
            Ok((AppendHeaders(cookies), redirect(&crate::page::href(visitor.lang(), to))).into_response())
        }
        Err(Error::Invalid(problems)) => again(&visitor, form, problems, StatusCode::UNPROCESSABLE_ENTITY),
        Err(Error::TooMany(seconds)) => {
            let problem = FieldProblem { field: "email", key: "people-wait", value: seconds.to_string() };
            let mut shown = again(&visitor, form, vec![problem], StatusCode::TOO_MANY_REQUESTS)?;
            shown.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            Ok(shown)
        }
        Err(other) => Err(other),
    }
}

fn again(visitor: &Visitor, form: Form, problems: Vec<FieldProblem>, status: StatusCode) -> Result<Response> {
    let mut page = page(visitor);
    page.problems = problems;
    Ok((status, show(&SignInPage { page, form })?).into_response())
}

/// Ends the sign-in of this browser; the same answer when there was none.
pub async fn end(visitor: Visitor, peer: Peer) -> Result<Response> {
    let app = &visitor.app;
    if let Some(token) = &peer.token {
        let mut tx = app.db.begin().await?;
        if let Some(account) = signin::close(app, &mut tx, token).await? {
            signin::note(app, &mut tx, Some(account), account, "sign-out").await?;
        }
        tx.commit().await?;
    }
    Ok(leave(&visitor))
}

/// To the sign-in page, with nothing of the person left in the browser.
pub fn leave(visitor: &Visitor) -> Response {
    let mut response = redirect(&crate::page::href(visitor.lang(), "/dang-nhap?xong=dang-xuat"));
    let (name, value) = set_cookie(&visitor.app, None);
    response.headers_mut().append(name, value);
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\", \"storage\""));
    response
}
