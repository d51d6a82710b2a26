//! `GET /so-lieu/dong`: the rows behind one figure, with the filter in words.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use jiff::Timestamp;
use store::RecordId;

use super::asked::{Asked, month_text, period_words, row_text, rows_path, table_path, units_words};
use super::behind::changed_behind;
use super::overrides::find_stated;
use super::{
    Behind, By, Changes, Figure, Freeze, Ground, Indicator, Override, Question, RowKey, Slice, as_frozen,
    figure_behind, find_indicator, get_freeze, list_overrides, rows_behind,
};
use crate::access::Act;
use crate::app::App;
use crate::error::{Error, Result};
use crate::facts::Since;
use crate::page::{Page, Room, show};
use crate::web::Signed;

const PAGE_ROWS: i64 = 25;
/// Before the mark of a page's last row, when that is an estimate.
const AMONG_ESTIMATES: &str = "u";

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
    narrow: Option<Narrow>,
    frozen: Option<FrozenView>,
    stated: Option<Override>,
}

/// What a figure of frozen figures leads to: the rows as they stood, and what became of them since.
struct FrozenView {
    id: RecordId,
    at: Timestamp,
    /// What a person had stated in place of the figure.
    stated: Option<i64>,
    changed: Changes,
    /// The rows behind the figure of today.
    now: String,
}

impl FrozenView {
    async fn of(
        app: &App,
        freeze: &Freeze,
        question: &Question,
        indicator: &'static Indicator,
        row: Option<&RowKey>,
        estimates: Option<bool>,
    ) -> Result<FrozenView> {
        let (id, at) = (freeze.record_id(), freeze.created_at);
        let changed = changed_behind(app, question, indicator, row, estimates, at).await?;
        let stated = match row {
            None => find_stated(&app.db, question.unit, question.period, &indicator.code, at).await?,
            Some(_) => None,
        };
        let now = rows_path(question, app.today(), &indicator.code, row);
        Ok(FrozenView { id, at, stated, changed, now })
    }
}

/// The form that narrows the rows to a month and a unit.
struct Narrow {
    hidden: Vec<(&'static str, String)>,
    months: Vec<Choice>,
    units: Vec<Choice>,
}

struct Choice {
    value: String,
    text: String,
    chosen: bool,
}

/// What may be chosen: months of the period and units directly under the one asked. Rows of one law or one audience
/// are narrowed no further.
async fn narrow(signed: &Signed, page: &Page, question: &Question, asked: &Asked) -> Result<Option<Narrow>> {
    if asked.value.as_deref().is_some_and(|v| !v.is_empty()) {
        return Ok(None);
    }
    let app = &signed.app;
    let chosen = asked.row()?.unwrap_or_default();
    let any = |key: &str, chosen: bool| Choice { value: String::new(), text: page.t(key), chosen };
    let mut months = vec![any("numbers-month-any", chosen.month.is_none())];
    months.extend(question.period.months().into_iter().map(|m| Choice {
        value: m.to_string(),
        text: month_text(page.words(), page.lang, m),
        chosen: chosen.month == Some(m),
    }));
    let by_unit = Question { by: By::Unit, ..question.clone() };
    let ground = Ground::of(app, &by_unit).await?;
    let mut units = vec![any("numbers-unit-any", chosen.place.is_none())];
    for (place, value) in ground.places() {
        units.push(Choice {
            value,
            text: row_text(app, page.lang, &by_unit, &RowKey::place(place)).await?,
            chosen: chosen.place == Some(place),
        });
    }
    let hidden = [
        ("don-vi", Some(question.unit.to_string())),
        ("ky", Some(question.period.to_string())),
        ("cay", asked.units.clone()),
        ("chi-tieu", asked.indicator.clone()),
        ("uoc-tinh", asked.estimate.clone()),
        ("chot", asked.freeze.clone()),
    ];
    let hidden = hidden.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    Ok(Some(Narrow { hidden, months, units }))
}

struct RowView {
    row: Behind,
    unit_name: String,
    estimated: bool,
}

impl RowView {
    /// The key of what became of it after the figure was frozen.
    fn since(&self) -> Option<&'static str> {
        self.row.since.map(|since| match since {
            Since::Changed => "numbers-row-changed",
            Since::Withdrawn => "numbers-withdrawn-since",
        })
    }
}

pub async fn page(signed: Signed, Query(asked): Query<Asked>) -> Result<Response> {
    let mut question = asked.question(&signed)?;
    let row = asked.row()?;
    if let Some(RowKey { place, month, value: None }) = &row {
        question.by = match (place, month) {
            (Some(_), Some(_)) => By::UnitAndMonth,
            (Some(_), None) => By::Unit,
            _ => By::Month,
        };
    }
    let indicator = asked.indicator.as_deref().and_then(find_indicator).ok_or(Error::NotFound)?;
    // What was done comes first, what is estimated after all of it: the mark says how far the page before came.
    let after = asked
        .after
        .as_deref()
        .map(|a| (a.starts_with(AMONG_ESTIMATES), a.trim_start_matches(AMONG_ESTIMATES)));
    let among_estimates = after.is_some_and(|(among, _)| among);
    let after = match after.and_then(|(_, a)| a.split_once('_')) {
        Some((day, id)) => Some((day.parse().map_err(|_| Error::NotFound)?, id.parse()?)),
        None => None,
    };
    let app = signed.app.clone();
    let only_estimates = asked.estimate.as_deref() == Some("1");
    let estimates = only_estimates.then_some(true);
    let frozen = match asked.freeze.as_deref().filter(|f| !f.is_empty()) {
        Some(id) => {
            let freeze = get_freeze(&app.db, id.parse()?).await?;
            signed.require(Act::See, freeze.unit_id)?;
            Some(FrozenView::of(&app, &freeze, &question, indicator, row.as_ref(), estimates).await?)
        }
        None => None,
    };
    let stated = match row.is_none() && frozen.is_none() {
        true => list_overrides(&app.db, question.unit, question.period).await?,
        false => vec![],
    };
    let stated = stated.into_iter().find(|o| o.indicator == indicator.code);
    let as_of = frozen.as_ref().map(|f| f.at);
    let figure = figure_behind(&app, &question, indicator, row.as_ref(), as_of).await?;
    let rows = async |estimates, after, limit| {
        let slice = Slice { estimates: Some(estimates), after, limit, as_of };
        rows_behind(&app, &question, indicator, row.as_ref(), slice).await
    };
    let (mut found, done) = match only_estimates || among_estimates {
        true => (rows(true, after, PAGE_ROWS).await?, 0),
        false => {
            let found = rows(false, after, PAGE_ROWS).await?;
            let done = found.len();
            (found, done)
        }
    };
    if !only_estimates && !among_estimates && (done as i64) < PAGE_ROWS {
        found.extend(rows(true, None, PAGE_ROWS - done as i64).await?);
    }
    let mut page = signed.page(Room::Numbers, indicator.name(signed.lang()));
    let mut whole = rows_path(&question, app.today(), &indicator.code, row.as_ref());
    if let Some(frozen) = &frozen {
        whole = as_frozen(&whole, frozen.id);
    }
    let estimates = format!("{whole}&uoc-tinh=1");
    let path = if only_estimates { &estimates } else { &whole };
    let next = match found.last() {
        Some(last) if found.len() as i64 == PAGE_ROWS => {
            let mark = if !only_estimates && found.len() > done { AMONG_ESTIMATES } else { "" };
            Some(format!("{path}&sau={mark}{}_{}", last.day, last.id.id))
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
    for (at, row) in found.into_iter().enumerate() {
        let estimated = at >= done;
        rows.push(RowView { unit_name: signed.listed_name(row.unit).await?, row, estimated });
    }
    page = page.crumb(signed.say("room-numbers"), table_path(&question, app.today()));
    show(&RowsPage {
        narrow: narrow(&signed, &page, &question, &asked).await?,
        unit_of_measure: indicator.unit_of_measure(page.lang).to_owned(),
        legal: indicator.legal.clone(),
        table: table_path(&question, app.today()),
        filter,
        figure,
        only_estimates,
        frozen,
        stated,
        whole,
        estimates,
        rows,
        next,
        page,
    })
}
