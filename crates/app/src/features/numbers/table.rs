//! `GET /so-lieu`: figures of a unit and a period, each a link to its rows.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;

use super::asked::{Asked, month_text, period_words, row_text, rows_path, table_path, units_words};
use super::checks::{self, Finding};
use super::{By, Figure, Indicator, Period, Place, Question, RowKey, Units, indicators, read};
use crate::error::{FieldProblem, Result};
use crate::features::orgs;
use crate::i18n::Lang;
use crate::page::{Page, Room, show, show_again};
use crate::web::form::Form;
use crate::web::{Signed, workbook};

#[derive(Template)]
#[template(path = "numbers/table.html")]
struct TablePage {
    page: Page,
    units_words: String,
    /// The same question on the other tree.
    other_units: String,
    other_units_words: String,
    gone: Vec<Gone>,
    choices: Choices,
    period: String,
    view: View,
    rows_counted: i64,
    now: jiff::Timestamp,
    note: Option<String>,
    export: String,
    overrides: Vec<OverrideView>,
    /// What was typed of an override.
    form: Form,
    freezes: Vec<FreezeView>,
    /// What the person may keep here: override and freeze.
    keeps: bool,
    indicators: Vec<Choice>,
}

/// Why a part of the period, or all of it, is not in the figures, and where it is.
struct Gone {
    sentence: String,
    see: Vec<(String, String)>,
}

struct OverrideView {
    id: store::RecordId,
    indicator: String,
    name: String,
    computed: i64,
    stated: i64,
    reason: String,
    who: String,
    at: jiff::Timestamp,
}
struct FreezeView {
    path: String,
    period: String,
    at: jiff::Timestamp,
}

/// What the form above the table offers.
struct Choices {
    unit: String,
    units: String,
    periods: Vec<Choice>,
    by: Vec<Choice>,
}
struct Choice {
    value: String,
    text: String,
    chosen: bool,
}

/// A table ready to print.
pub(super) struct View {
    pub caption: String,
    pub corner: String,
    pub columns: Vec<String>,
    pub rows: Vec<RowView>,
}
pub(super) struct RowView {
    pub label: String,
    pub link: Option<String>,
    pub total: bool,
    pub cells: Vec<CellView>,
}
pub(super) struct CellView {
    pub column: String,
    pub text: String,
    pub link: Option<String>,
    /// What was computed, where a person stated another figure.
    pub computed: Option<String>,
    /// The estimated part, said beside the figure.
    pub estimate: Option<Estimate>,
    /// What the rules ask about it.
    pub asked: Vec<String>,
}

pub(super) struct Estimate {
    pub text: String,
    pub link: String,
}

pub(super) fn cell(column: &str, figure: Figure, link: String) -> CellView {
    CellView {
        column: column.to_owned(),
        text: viet::format_int(figure.total()),
        computed: None,
        estimate: (figure.estimate != 0).then(|| Estimate {
            text: viet::format_int(figure.estimate),
            link: format!("{link}&uoc-tinh=1"),
        }),
        link: (figure.rows > 0).then_some(link),
        asked: vec![],
    }
}

/// Puts what the rules found beside the figures they are about; `codes` names the cells.
fn ask<'a>(
    lang: Lang,
    findings: &[Finding],
    codes: impl IntoIterator<Item = &'a str>,
    cells: &mut [CellView],
) {
    for (code, cell) in codes.into_iter().zip(cells) {
        let about = findings.iter().filter(|f| f.figure == code);
        cell.asked = about.map(|f| f.sentence(lang)).collect();
    }
}

pub async fn page(signed: Signed, Query(asked): Query<Asked>) -> Result<Response> {
    show(&table_page(&signed, &asked, Form::default(), vec![]).await?)
}

/// The page again, with what was typed of an override and what is wrong with it.
pub(super) async fn again(signed: &Signed, form: Form, problems: Vec<FieldProblem>) -> Result<Response> {
    let said = |field: &str| Some(form.text(field).to_owned());
    let asked = Asked { unit: said("don-vi"), period: said("ky"), ..Asked::default() };
    show_again(&table_page(signed, &asked, form, problems).await?)
}

async fn table_page(
    signed: &Signed,
    asked: &Asked,
    form: Form,
    problems: Vec<FieldProblem>,
) -> Result<TablePage> {
    let question = asked.question(signed)?;
    let app = signed.app.clone();
    let mut page = signed.page(Room::Numbers, "");
    page.problems = problems;
    let all = indicators(question.period.from, question.period.to);
    let unit_name = signed.unit_name(question.unit).await?;
    let table = read(&app, &question, &all).await?;
    page.title = page.t2("numbers-title", "unit", &unit_name, "period", period_words(&page, question.period));
    let view = view(signed, &page, &question, asked, &all, &table).await?;
    let today = app.today();
    let other = match question.units {
        Units::AsTheyWere => Units::AsOn(today),
        Units::AsOn(_) => Units::AsTheyWere,
    };
    let other_question = Question { units: other, ..question.clone() };
    let year = today.year();
    let mut periods: Vec<Period> = vec![Period::year(year), Period::half(year, 1), Period::half(year, 2)];
    periods.extend([
        Period::year(year - 1),
        Period::half(year - 1, 1),
        Period::half(year - 1, 2),
        Period::year(year - 2),
    ]);
    if !periods.contains(&question.period) {
        periods.push(question.period);
    }
    let choices = Choices {
        unit: question.unit.to_string(),
        units: asked.units.clone().unwrap_or_else(|| "nay".into()),
        periods: periods
            .into_iter()
            .map(|p| Choice {
                value: p.to_string(),
                text: period_words(&page, p),
                chosen: p == question.period,
            })
            .collect(),
        by: By::ALL
            .into_iter()
            .map(|b| Choice {
                value: b.code().into(),
                text: page.t(&format!("numbers-by-{}", b.code())),
                chosen: b == question.by,
            })
            .collect(),
    };
    let rows_counted = table.total.iter().map(|f| f.rows).max().unwrap_or(0);
    let note = match question.by {
        By::Audience | By::Law => Some(page.t("numbers-parts-overlap")),
        _ => None,
    };
    let mut overrides = Vec::new();
    for o in super::list_overrides(&app.db, question.unit, question.period).await? {
        overrides.push(OverrideView {
            id: store::RecordId { shard: o.shard_id, id: o.id },
            name: super::find_indicator(&o.indicator)
                .map_or(o.indicator.clone(), |i| i.name(page.lang).to_owned()),
            indicator: o.indicator,
            computed: o.computed,
            stated: o.stated,
            reason: o.reason,
            who: crate::signin::account_name(&app.db, o.account_id).await?,
            at: o.created_at,
        });
    }
    let mut freezes = Vec::new();
    for f in super::list_freezes(&app.db, question.unit).await? {
        let period = f.period.parse().map(|p| period_words(&page, p)).unwrap_or_default();
        freezes.push(FreezeView {
            path: format!("/so-lieu/chot/{}", f.record_id()),
            period,
            at: f.created_at,
        });
    }
    let indicators = all
        .iter()
        .map(|i| Choice {
            value: i.code.clone(),
            text: i.name(page.lang).to_owned(),
            chosen: form.is("chi-tieu", &i.code),
        })
        .collect();
    Ok(TablePage {
        form,
        overrides,
        freezes,
        keeps: signed.can(crate::access::Act::KeepNumbers, question.unit)
            && signed.tree.contains(question.unit),
        indicators,
        gone: gone(signed, &page, &question, &other_question).await?,
        units_words: units_words(&page, question.units),
        other_units: table_path(&other_question, today),
        other_units_words: units_words(&page, other),
        choices,
        period: question.period.to_string(),
        view,
        rows_counted,
        now: app.now(),
        note,
        export: table_path(&question, today).replacen("/so-lieu?", "/so-lieu/bang.xlsx?", 1),
        page,
    })
}

/// Zeros for days on which the unit was not there would be believed: what is missing, and where it is.
async fn gone(signed: &Signed, page: &Page, question: &Question, other: &Question) -> Result<Vec<Gone>> {
    let app = &signed.app;
    let today = app.today();
    let unit = signed.unit_name(question.unit).await?;
    let (first, last) = app.trees.lifetime(&app.db, question.unit).await?;
    let (_, steps) = app.trees.history(&app.db).await?;
    let elsewhere = [(units_words(page, other.units), table_path(other, today))];
    let mut all = Vec::new();
    let mut tell = async |key, day, units: Vec<store::Id>, on_other_tree: bool| -> Result<()> {
        let mut see = Vec::new();
        for id in units.into_iter().filter(|id| signed.can(crate::access::Act::See, *id)) {
            let there = Question { unit: id, units: Units::AsTheyWere, ..question.clone() };
            see.push((signed.unit_name(id).await?, table_path(&there, today)));
        }
        see.extend(elsewhere.iter().filter(|_| on_other_tree).cloned());
        all.push(Gone { sentence: page.t2(key, "unit", &unit, "day", page.date(day)), see });
        Ok(())
    };
    match question.units {
        Units::AsTheyWere => {
            if question.period.from < first {
                let from = orgs::predecessors(&steps, question.unit).map(|s| s.from_unit).collect();
                tell("numbers-gone-before", first, from, signed.tree.contains(question.unit)).await?;
            }
            if let Some(last) = last.filter(|last| question.period.to > *last && *last < today) {
                let into = app.trees.heirs(&app.db, question.unit).await?;
                tell("numbers-gone-after", last, into.iter().map(|s| s.to_unit).collect(), false).await?;
            }
        }
        Units::AsOn(day) => {
            if !app.trees.on(&app.db, day).await?.contains(question.unit) {
                let into = app.trees.heirs(&app.db, question.unit).await?;
                tell("numbers-gone-on-tree", day, into.iter().map(|s| s.to_unit).collect(), true).await?;
            }
        }
    }
    Ok(all)
}

/// The table ready to show, as the question splits it.
async fn view(
    signed: &Signed,
    page: &Page,
    question: &Question,
    asked: &Asked,
    all: &[&'static Indicator],
    table: &super::Table,
) -> Result<View> {
    match question.by {
        By::Whole => whole(signed, page, question, all, &table.total).await,
        By::UnitAndMonth => {
            let named = asked.indicator.as_deref();
            let chosen = named.and_then(|c| all.iter().position(|i| i.code == c)).unwrap_or(0);
            matrix(signed, page, question, all, table, chosen).await
        }
        _ => split(signed, page, question, all, table).await,
    }
}

/// `GET /so-lieu/bang.xlsx`: the table as a workbook.
pub async fn export(signed: Signed, Query(asked): Query<Asked>) -> Result<Response> {
    use sheets::Cell;
    let question = asked.question(&signed)?;
    let app = &signed.app;
    let page = signed.page(Room::Numbers, "");
    let all = indicators(question.period.from, question.period.to);
    let table = read(app, &question, &all).await?;
    let view = view(&signed, &page, &question, &asked, &all, &table).await?;
    let unit = signed.unit_name(question.unit).await?;
    let period = period_words(&page, question.period);
    let mut book = sheets::Table {
        title: page.t2("numbers-title", "unit", &unit, "period", &period),
        banner: app.config.demo.then(|| crate::web::api::DEMO_NOTICE.to_owned()),
        notes: vec![
            view.caption,
            format!(
                "{} · {}",
                page.t1("numbers-as-of", "moment", page.moment(app.now())),
                units_words(&page, question.units)
            ),
        ],
        headers: std::iter::once(view.corner).chain(view.columns).collect(),
        rows: vec![],
    };
    for row in view.rows {
        let number = |c: CellView| viet::parse_int(&c.text).map_or(Cell::Text(c.text), Cell::Integer);
        let label = std::iter::once(Cell::Text(row.label));
        book.rows.push(label.chain(row.cells.into_iter().map(number)).collect());
    }
    let name =
        format!("so-lieu-{}-{}.xlsx", question.period.to_string().replace("..", "-"), viet::slug(&unit));
    workbook::of_table(book, &name).await
}

/// One row for each indicator, last year's figure beside this year's.
async fn whole(
    signed: &Signed,
    page: &Page,
    question: &Question,
    all: &[&'static Indicator],
    total: &[Figure],
) -> Result<View> {
    let today = signed.app.today();
    let before = Question { period: question.period.year_before(), ..question.clone() };
    let last = read(&signed.app, &before, all).await?;
    let now_column = period_words(page, question.period);
    let last_column = period_words(page, before.period);
    let findings = checks::run(&checks::gather(&signed.app, question, all, total, &last.total).await?);
    let stated = [
        super::list_overrides(&signed.app.db, question.unit, question.period).await?,
        super::list_overrides(&signed.app.db, question.unit, before.period).await?,
    ];
    let rows = all.iter().zip(total).zip(&last.total).map(|((indicator, figure), last)| {
        let mut cells = vec![
            cell(&now_column, *figure, rows_path(question, today, &indicator.code, None)),
            cell(&last_column, *last, rows_path(&before, today, &indicator.code, None)),
        ];
        ask(page.lang, &findings, [indicator.code.as_str()], &mut cells);
        for (cell, overrides) in cells.iter_mut().zip(&stated) {
            if let Some(o) = overrides.iter().find(|o| o.indicator == indicator.code) {
                cell.computed = Some(std::mem::replace(&mut cell.text, viet::format_int(o.stated)));
            }
        }
        let label = indicator.titled(page.lang).into_owned();
        RowView { label, link: None, total: false, cells }
    });
    Ok(View {
        caption: page.t("numbers-caption-whole"),
        corner: page.t("numbers-indicator"),
        columns: vec![now_column.clone(), last_column.clone()],
        rows: rows.collect(),
    })
}

/// One row for each unit, month or value; one column for each indicator that has such a split.
async fn split(
    signed: &Signed,
    page: &Page,
    question: &Question,
    all: &[&'static Indicator],
    table: &super::Table,
) -> Result<View> {
    let today = signed.app.today();
    let shown: Vec<usize> = (0..all.len())
        .filter(|i| match question.by.dimension() {
            Some(dimension) => all.get(*i).is_some_and(|x| x.by.iter().any(|b| b == dimension)),
            None => true,
        })
        .collect();
    let columns: Vec<String> =
        shown.iter().filter_map(|i| all.get(*i)).map(|x| x.titled(page.lang).into_owned()).collect();
    let cells = |question: &Question, figures: &[Figure], row: Option<&RowKey>| -> Vec<CellView> {
        let pick = shown.iter().zip(&columns);
        pick.filter_map(|(i, column)| {
            let indicator = all.get(*i)?;
            Some(cell(column, *figures.get(*i)?, rows_path(question, today, &indicator.code, row)))
        })
        .collect()
    };
    let mut rows = vec![RowView {
        label: page.t("numbers-total"),
        link: None,
        total: true,
        cells: cells(&Question { by: By::Whole, ..question.clone() }, &table.total, None),
    }];
    for (key, figures) in &table.rows {
        rows.push(RowView {
            label: row_text(&signed.app, page.lang, question, key).await?,
            link: match key.place {
                Some(Place::Under(unit)) => Some(table_path(&Question { unit, ..question.clone() }, today)),
                _ => None,
            },
            total: false,
            cells: {
                let mut cells = cells(question, figures, Some(key));
                if question.by == By::Unit {
                    // Beside the units of one area, what only the whole area can judge: part above whole, ratios.
                    let material = checks::of_row(all, figures, &table.total);
                    let codes = shown.iter().filter_map(|i| all.get(*i)).map(|i| i.code.as_str());
                    ask(page.lang, &checks::run(&material), codes, &mut cells);
                }
                cells
            },
        });
    }
    Ok(View {
        caption: page.t(&format!("numbers-by-{}", question.by.code())),
        corner: page.t(&format!("numbers-corner-{}", question.by.code())),
        columns,
        rows,
    })
}

/// Units down, months across, for one indicator.
async fn matrix(
    signed: &Signed,
    page: &Page,
    question: &Question,
    all: &[&'static Indicator],
    table: &super::Table,
    chosen: usize,
) -> Result<View> {
    let today = signed.app.today();
    let Some(indicator) = all.get(chosen) else { return split(signed, page, question, all, table).await };
    let months = question.period.months();
    let columns: Vec<String> = months.iter().map(|m| month_text(page.words(), page.lang, *m)).collect();
    let mut rows: Vec<RowView> = Vec::new();
    let mut last = None;
    for (key, figures) in &table.rows {
        if last != Some(key.place) {
            last = Some(key.place);
            rows.push(RowView {
                label: row_text(
                    &signed.app,
                    page.lang,
                    question,
                    &RowKey { place: key.place, ..RowKey::default() },
                )
                .await?,
                link: None,
                total: false,
                cells: vec![],
            });
        }
        let at = key.month.and_then(|m| months.iter().position(|x| *x == m));
        if let (Some(row), Some(column), Some(figure)) =
            (rows.last_mut(), at.and_then(|i| columns.get(i)), figures.get(chosen))
        {
            row.cells.push(cell(column, *figure, rows_path(question, today, &indicator.code, Some(key))));
        }
    }
    Ok(View {
        caption: indicator.titled(page.lang).into_owned(),
        corner: page.t("numbers-corner-unit"),
        columns,
        rows,
    })
}
