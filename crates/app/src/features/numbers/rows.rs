//! `GET /so-lieu/dong`: the rows behind one figure, with the filter in words.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;

use super::asked::{Asked, period_words, row_text, rows_path, table_path, units_words};
use super::{Behind, Figure, find_indicator, read, rows_behind};
use crate::error::{Error, Result};
use crate::page::{Page, Room, show};
use crate::web::Signed;

const PAGE_ROWS: i64 = 25;

#[derive(Template)]
#[template(path = "numbers/rows.html")]
struct RowsPage {
    page: Page,
    /// The filter in words.
    filter: Vec<String>,
    legal: String,
    figure: Figure,
    only_estimates: bool,
    /// The same figure as a whole, and its estimates.
    whole: String,
    estimates: String,
    unit_of_measure: String,
    rows: Vec<RowView>,
    next: Option<String>,
    table: String,
}

struct RowView {
    row: Behind,
    unit_name: String,
}

pub async fn page(signed: Signed, Query(asked): Query<Asked>) -> Result<Response> {
    let question = asked.question(&signed)?;
    let row = asked.row()?;
    let indicator = asked.indicator.as_deref().and_then(find_indicator).ok_or(Error::NotFound)?;
    let after = match asked.after.as_deref().and_then(|a| a.split_once('_')) {
        Some((day, id)) => Some((day.parse().map_err(|_| Error::NotFound)?, id.parse()?)),
        None => None,
    };
    let app = signed.app.clone();
    let table = read(&app, &question, &[indicator]).await?;
    let figure = match &row {
        None => table.total.first().copied(),
        Some(key) => table.rows.iter().find(|(k, _)| k == key).and_then(|(_, f)| f.first()).copied(),
    };
    let figure = figure.unwrap_or_default();
    let only_estimates = asked.estimate.as_deref() == Some("1");
    let found =
        rows_behind(&app, &question, indicator, row.as_ref(), only_estimates, after, PAGE_ROWS).await?;
    let mut page = signed.page(Room::Numbers, indicator.name(signed.lang()));
    let whole = rows_path(&question, app.today(), &indicator.code, row.as_ref());
    let estimates = format!("{whole}&uoc-tinh=1");
    let path = if only_estimates { &estimates } else { &whole };
    let next = match found.last() {
        Some(last) if found.len() as i64 == PAGE_ROWS => {
            Some(format!("{path}&sau={}_{}", last.day, last.id.id))
        }
        _ => None,
    };
    let mut filter = vec![
        signed.unit_name(question.unit).await?,
        period_words(&page, question.period),
        units_words(&page, question.units),
    ];
    if let Some(key) = &row {
        filter.push(row_text(&app, page.lang, &question, key).await?);
    }
    if only_estimates {
        filter.push(page.t("numbers-only-estimates"));
    }
    for (column, values) in &indicator.filters {
        let names: Vec<String> = values
            .iter()
            .map(|v| {
                match crate::features::activities::reference::find_method(v).filter(|_| column == "method") {
                    Some(method) => method.name(page.lang).to_owned(),
                    None => v.clone(),
                }
            })
            .collect();
        filter.push(names.join(page.t("numbers-or").as_str()));
    }
    let mut rows = Vec::new();
    for row in found {
        rows.push(RowView { unit_name: signed.unit_name(row.unit).await?, row });
    }
    page = page.crumb(signed.say("room-numbers"), table_path(&question, app.today()));
    show(&RowsPage {
        unit_of_measure: indicator.unit_of_measure(page.lang).to_owned(),
        legal: indicator.legal.clone(),
        table: table_path(&question, app.today()),
        filter,
        figure,
        only_estimates,
        whole,
        estimates,
        rows,
        next,
        page,
    })
}
