//! `/api/v1`: answers as JSON, one shape for all.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::app::App;
use crate::error::Failed;
use crate::i18n::Lang;

/// What stands on everything that the demo gives out.
pub const DEMO_NOTICE: &str = "DỮ LIỆU MINH HỌA – không có giá trị pháp lý";

/// A list as answered: the items, best or newest first, and how to ask for more.
#[derive(Serialize)]
pub struct List<T: Serialize> {
    /// Only in the demo: says that the data are invented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice: Option<&'static str>,
    pub items: Vec<T>,
    /// Give it back as `after` for the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

pub fn list<T: Serialize>(app: &App, items: Vec<T>, next: Option<String>) -> Response {
    Json(List { notice: notice(app), items, next }).into_response()
}

/// One thing as answered.
#[derive(Serialize)]
struct One<T: Serialize> {
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<&'static str>,
    #[serde(flatten)]
    item: T,
}

pub fn one<T: Serialize>(app: &App, status: StatusCode, item: T) -> Response {
    (status, Json(One { notice: notice(app), item })).into_response()
}

pub fn notice(app: &App) -> Option<&'static str> {
    app.config.demo.then_some(DEMO_NOTICE)
}

pub fn failure(app: &App, lang: Lang, failed: &Failed) -> Response {
    #[derive(Serialize)]
    struct Answer {
        #[serde(skip_serializing_if = "Option::is_none")]
        notice: Option<&'static str>,
        error: Problem,
    }
    #[derive(Serialize)]
    struct Problem {
        code: &'static str,
        message: String,
        fields: Vec<Field>,
    }
    #[derive(Serialize)]
    struct Field {
        field: &'static str,
        code: &'static str,
        message: String,
    }
    let fields = failed.fields.iter().map(|f| Field {
        field: f.field,
        code: f.key,
        message: app.words.say(lang, f.key, &[("value", f.value.clone())]),
    });
    let value = failed.fields.first().map(|f| f.value.clone()).unwrap_or_default();
    let error = Problem {
        code: failed.key,
        message: app.words.say(lang, failed.key, &[("value", value)]),
        fields: fields.collect(),
    };
    (failed.status, Json(Answer { notice: notice(app), error })).into_response()
}
