//! `/api/v1/numbers`: figures for programs. With a token, the figures of any unit its owner may see; without, those
//! of a printed report, by its code.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::Id;

use super::asked::{Asked, row_text, rows_path};
use super::freeze::frozen_figures;
use super::printed::{Printed, find_by_code};
use super::{Figure, Indicator, Question, Units, find_indicator, indicators, read};
use crate::app::Shared;
use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::web::{Peer, Signed, Visitor, api};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wishes {
    /// By default the person's own.
    unit: Option<String>,
    /// `2026`, `2026-H1`, `2026-01-15..2026-03-31`; by default this year.
    period: Option<String>,
    /// `whole`, `unit`, `month`, `unit-month`, `audience`, `law`.
    by: Option<String>,
    /// `then`: units as they were; a date: as on that day; by default as they are today.
    units: Option<String>,
    /// Codes separated by commas; by default all in force in the period.
    indicators: Option<String>,
}

#[derive(Serialize)]
struct Described {
    code: String,
    name: String,
    unit_of_measure: String,
    legal: String,
}

fn described(i: &Indicator, lang: Lang) -> Described {
    Described {
        code: i.code.clone(),
        name: i.name(lang).to_owned(),
        unit_of_measure: i.unit_of_measure(lang).to_owned(),
        legal: i.legal.clone(),
    }
}

#[derive(Serialize)]
struct Number {
    indicator: String,
    actual: i64,
    estimate: i64,
    total: i64,
    /// From how many rows.
    rows: i64,
    /// The page of the rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

fn number(i: &Indicator, f: Figure, url: Option<String>) -> Number {
    let indicator = i.code.clone();
    Number { indicator, actual: f.actual, estimate: f.estimate, total: f.total(), rows: f.rows, url }
}

#[derive(Serialize)]
struct Row {
    /// What the row is about, in the language of the address.
    label: String,
    /// The unit, month (year × 100 + month) or value, as the table is split.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    month: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    /// The unit was divided: it counts here once, and under none of its successors.
    divided: bool,
    figures: Vec<Number>,
}

#[derive(Serialize)]
struct Answer {
    unit: Id,
    unit_name: String,
    period: String,
    from: Date,
    to: Date,
    by: &'static str,
    /// The day of the tree of units; none: as they were.
    units_on: Option<Date>,
    as_of: Timestamp,
    indicators: Vec<Described>,
    total: Vec<Number>,
    rows: Vec<Row>,
}

fn units_on(question: &Question) -> Option<Date> {
    match question.units {
        Units::AsTheyWere => None,
        Units::AsOn(day) => Some(day),
    }
}

/// `GET /api/v1/numbers?unit=&period=&by=&units=&indicators=`
pub async fn numbers(signed: Signed, Query(wishes): Query<Wishes>) -> Result<Response> {
    let app = &signed.app;
    let units = match wishes.units.as_deref() {
        Some("then") => Some("luc-do".to_owned()),
        Some("now") | None => None,
        Some(day) => {
            day.parse::<Date>().map_err(|_| Error::invalid("units", "error-date"))?;
            Some(day.to_owned())
        }
    };
    let asked = Asked { unit: wishes.unit, period: wishes.period, by: wishes.by, units, ..Asked::default() };
    let question = asked.question(&signed)?;
    let all = match wishes.indicators.as_deref().filter(|i| !i.is_empty()) {
        None => indicators(question.period.from, question.period.to),
        Some(codes) => {
            let found = codes.split(',').map(|c| find_indicator(c.trim()));
            found.collect::<Option<Vec<_>>>().ok_or(Error::invalid("indicators", "error-choice"))?
        }
    };
    let table = read(app, &question, &all).await?;
    let figures = |figures: &[Figure], row: Option<&super::RowKey>| -> Vec<Number> {
        let figure = |(i, f): (&&'static Indicator, &Figure)| {
            let url = (f.rows > 0).then(|| rows_path(&question, app.today(), &i.code, row));
            number(i, *f, url)
        };
        all.iter().zip(figures).map(figure).collect()
    };
    let mut rows = Vec::with_capacity(table.rows.len());
    for (key, row) in &table.rows {
        use super::Place::*;
        rows.push(Row {
            label: row_text(app, signed.lang(), &question, key).await?,
            unit: key.place.map(|p| match p {
                Own => question.unit,
                Under(unit) | Divided(unit) => unit,
            }),
            divided: matches!(key.place, Some(Divided(_))),
            month: key.month,
            value: key.value.clone(),
            figures: figures(row, Some(key)),
        });
    }
    let answer = Answer {
        unit: question.unit,
        unit_name: signed.unit_name(question.unit).await?,
        period: question.period.to_string(),
        from: question.period.from,
        to: question.period.to,
        by: question.by.code(),
        units_on: units_on(&question),
        as_of: app.now(),
        indicators: all.iter().map(|i| described(i, signed.lang())).collect(),
        total: figures(&table.total, None),
        rows,
    };
    Ok(api::one(app, StatusCode::OK, answer))
}

#[derive(Serialize)]
struct FrozenNumber {
    #[serde(flatten)]
    indicator: Described,
    actual: i64,
    estimate: i64,
    rows: i64,
    /// What a person stated instead.
    stated: Option<i64>,
    /// As reported.
    total: i64,
}

#[derive(Serialize)]
struct Frozen {
    unit: Id,
    unit_name: String,
    period: String,
    units_on: Option<Date>,
    frozen_at: Timestamp,
    audit_head: String,
    /// The issued report; none while there is none.
    report: Option<Printed>,
    figures: Vec<FrozenNumber>,
}

/// `GET /api/v1/numbers/{code}`: the figures of a printed report; open to whoever holds it, throttled.
pub async fn by_code(
    visitor: Visitor,
    peer: Peer,
    State(app): State<Shared>,
    Path(code): Path<String>,
) -> Result<Response> {
    let (freeze, report) = find_by_code(&app, &peer, &code).await?.ok_or(Error::NotFound)?;
    let question = freeze.question()?;
    let figures = frozen_figures(&app.db, freeze.record_id()).await?.into_iter().filter_map(|f| {
        let indicator = described(find_indicator(&f.indicator)?, visitor.lang());
        let total = f.reported();
        Some(FrozenNumber {
            indicator,
            actual: f.actual,
            estimate: f.estimate,
            rows: f.rows,
            stated: f.stated,
            total,
        })
    });
    let answer = Frozen {
        unit: freeze.unit_id,
        unit_name: app.trees.name(&app.db, freeze.unit_id).await?,
        period: question.period.to_string(),
        units_on: units_on(&question),
        frozen_at: freeze.created_at,
        audit_head: freeze.audit_head(),
        report,
        figures: figures.collect(),
    };
    Ok(api::one(&app, StatusCode::OK, answer))
}
