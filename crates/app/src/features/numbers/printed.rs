//! `GET /ma/{code}`: for whoever holds a printed report, its figures by the code on it, and whether it still stands.
//! Aggregates only; throttled, never kept in a cache.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::civil::Date;
use serde::Serialize;
use store::sql;

use super::asked::{period_words, units_words};
use super::freeze::{CODE, Freeze, Line, frozen_figures, lines};
use super::indicator::find_stated;
use crate::app::{App, Shared};
use crate::error::Result;
use crate::page::{Page, show, show_absent};
use crate::tasks::Later;
use crate::web::{Peer, Visitor};

/// What everybody may know of the issued report that frozen figures stand in.
#[derive(Debug, Serialize)]
pub struct Printed {
    /// With its symbol: "05/BC-UBND".
    pub number: String,
    pub issued_on: Date,
    pub withdrawn_on: Option<Date>,
    /// Of a withdrawn one, the report that was issued in its place.
    pub replaced_by: Option<Replacement>,
    /// What it states besides the frozen figures.
    pub stated: Vec<Stated>,
}

/// A figure that nothing counts, as an issued report states it.
#[derive(Debug, Serialize)]
pub struct Stated {
    pub indicator: String,
    pub value: i64,
}

#[derive(Debug, Serialize)]
pub struct Replacement {
    pub number: String,
    pub issued_on: Date,
    pub code: String,
}

/// The feature that prints frozen figures; named once in `lib.rs`.
pub trait Prints: Sync {
    fn find<'a>(&'a self, app: &'a App, freeze: &'a Freeze) -> Later<'a, Option<Printed>>;
}

/// The freeze of a printed code, however it is typed, and the report. Looking up is throttled by address: 80 bits of chance are not found by
/// trying, and nobody keeps the holder of a paper from asking.
pub(super) async fn find_by_code(
    app: &App,
    peer: &Peer,
    code: &str,
) -> Result<Option<(Freeze, Option<Printed>)>> {
    app.attempts.check_open("printed code", &peer.address)?;
    let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    let freeze: Option<Freeze> = sql!(
        "SELECT shard_id, id, unit_id, period, units_on, code, audit_seq, audit_hash, account_id, created_at
         FROM number_freezes WHERE code = $1",
        code.to_uppercase()
    )
    .find(&app.db)
    .await?;
    let Some(freeze) = freeze else { return Ok(None) };
    let printed = crate::prints().find(app, &freeze).await?;
    Ok(Some((freeze, printed)))
}

#[derive(Template)]
#[template(path = "numbers/code.html")]
struct CodePage {
    page: Page,
    freeze: Freeze,
    printed: Option<Printed>,
    unit: String,
    period: String,
    units: String,
    lines: Vec<Line>,
    /// Names and values of what the report states.
    stated: Vec<(String, i64)>,
}

/// For whoever holds a paper with a code that no report has.
#[derive(Template)]
#[template(path = "numbers/no_such_code.html")]
struct NoSuchCodePage {
    page: Page,
}

pub async fn by_code(
    visitor: Visitor,
    peer: Peer,
    State(app): State<Shared>,
    Path(code): Path<String>,
) -> Result<Response> {
    let mut page = visitor.page("");
    let Some((freeze, printed)) = find_by_code(&app, &peer, &code).await? else {
        page.title = page.t("numbers-no-such-code");
        return show_absent(&NoSuchCodePage { page });
    };
    let question = freeze.question()?;
    page.title = page.t("numbers-code-title");
    let frozen = frozen_figures(&app.db, freeze.record_id()).await?;
    let stated = printed.iter().flat_map(|p| &p.stated);
    let stated =
        stated.filter_map(|s| Some((find_stated(&s.indicator)?.name(page.lang).to_owned(), s.value)));
    show(&CodePage {
        unit: app.trees.name(&app.db, freeze.unit_id).await?,
        period: period_words(&page, question.period),
        units: units_words(&page, question.units),
        lines: lines(&page, &frozen).into_iter().map(|(_, l)| l).collect(),
        stated: stated.collect(),
        printed,
        freeze,
        page,
    })
}
