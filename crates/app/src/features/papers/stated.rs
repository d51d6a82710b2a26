//! Figures that a person states because nothing counts them: from what source, and where units below have issued theirs,
//! as their sum. `GET /bao-cao/{id}/so-ghi-tay/{code}` opens such a figure: to the reports it was summed from, or to who
//! stated it and from what.

use std::collections::{BTreeMap, HashSet};

use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use store::{Id, RecordId, Tx, sql};

use super::compose::{figure_key, rate_text, template_of};
use super::open::absent_key;
use super::report::{self, Report, State};
use super::steps::find;
use super::template::{StatedFigures, Template};
use super::{path, print};
use crate::app::App;
use crate::error::{Error, Result};
use crate::features::numbers::{
    By, Ground, Question, RollUp, find_stated, freeze_codes, period_words, units_words,
};
use crate::page::{Page, Room, show};
use crate::web::Signed;

/// Key of where the figures of a block come from, among the texts.
pub fn source_key(block: &str) -> String {
    format!("{SOURCE}{block}")
}
pub const SOURCE: &str = "source:";

/// The page of a stated figure of a report.
pub fn figure_path(report: RecordId, code: &str) -> String {
    format!("{}/so-ghi-tay/{code}", path(report))
}

/// The report of a unit below, with what it states of the figures of a block.
#[derive(Debug, Clone)]
pub struct Part {
    pub id: RecordId,
    pub unit: Id,
    pub state: State,
    pub number: Option<String>,
    pub issued_on: Option<Date>,
    pub freeze: Option<RecordId>,
    pub figures: BTreeMap<String, i64>,
    /// Why it states none.
    pub absent: Option<String>,
}

/// What the units below state of the figures of a block.
#[derive(Debug, Default)]
pub struct Sums {
    /// The units below that write reports, in the order of a table.
    pub units: Vec<Id>,
    /// Their issued reports.
    pub parts: Vec<Part>,
}

impl Sums {
    /// The sum of a figure that is rolled up; none when nobody has stated it.
    pub fn of(&self, code: &str) -> Option<i64> {
        find_stated(code).filter(|s| s.roll_up == RollUp::Sum)?;
        self.parts.iter().filter_map(|p| p.figures.get(code)).copied().reduce(i64::saturating_add)
    }
    /// How many units have stated any of the figures.
    pub fn stated(&self) -> usize {
        self.parts.iter().filter(|p| !p.figures.is_empty()).count()
    }
    /// The units without an issued report.
    pub fn silent(&self) -> impl Iterator<Item = Id> {
        self.units.iter().copied().filter(|u| self.parts.iter().all(|p| p.unit != *u))
    }
}

/// The units directly below that write reports of their own.
pub async fn units_below(app: &App, template: &Template, question: &Question) -> Result<Vec<Id>> {
    let ground = Ground::of(app, &Question { by: By::Unit, ..question.clone() }).await?;
    let (versions, _) = app.trees.history(&app.db).await?;
    let writes = versions.iter().filter(|v| template.agency.contains_key(&v.level));
    let writes: HashSet<Id> = writes.map(|v| v.unit_id).collect();
    Ok(ground.under().into_iter().filter(|u| writes.contains(u)).collect())
}

store::record! {
    struct PartRow {
        shard_id: i64, id: Id, unit_id: Id, state: String, number: Option<String>, issued_on: Option<Date>,
        freeze_shard: Option<i64>, freeze_id: Option<Id>, key: Option<String>, content: Option<String>,
    }
}

/// One row for each text of a report; its rows stand together.
fn gather(block: &StatedFigures, rows: Vec<PartRow>) -> Vec<Part> {
    let codes: BTreeMap<String, &String> = block.figures.iter().map(|c| (figure_key(c), c)).collect();
    let absent = absent_key(block.key);
    let mut parts: Vec<Part> = Vec::new();
    for row in rows {
        let id = RecordId { shard: row.shard_id, id: row.id };
        if parts.last().is_none_or(|p| p.id != id) {
            parts.push(Part {
                id,
                unit: row.unit_id,
                state: State::from_code(&row.state).unwrap_or(State::Draft),
                number: row.number,
                issued_on: row.issued_on,
                freeze: row.freeze_shard.zip(row.freeze_id).map(|(shard, id)| RecordId { shard, id }),
                figures: BTreeMap::new(),
                absent: None,
            });
        }
        let (Some(part), Some(key), Some(content)) = (parts.last_mut(), row.key, row.content) else {
            continue;
        };
        match codes.get(&key) {
            Some(code) => {
                part.figures.extend(viet::parse_int(&content).map(|n| ((*code).clone(), n)));
            }
            None if key == absent => part.absent = Some(content).filter(|c| !c.is_empty()),
            None => {}
        }
    }
    parts
}

/// What the reports state that the units below have issued by now.
pub async fn issued(app: &App, report: &Report, block: &StatedFigures) -> Result<Sums> {
    let units = units_below(app, template_of(report)?, &report.question()).await?;
    if units.is_empty() {
        return Ok(Sums::default());
    }
    let rows: Vec<PartRow> = sql!(
        "SELECT r.shard_id, r.id, r.unit_id, r.state, r.number, r.issued_on, r.freeze_shard, r.freeze_id, t.key, t.content
         FROM reports r
         LEFT JOIN report_texts t ON t.shard_id = r.shard_id AND t.report_id = r.id
              AND (substr(t.key, 1, 7) = 'figure:' OR t.key = $2)
         WHERE r.period = $1 AND r.state = 'issued' ORDER BY r.unit_id, r.id, t.key",
        report.period.to_string(),
        absent_key(block.key)
    )
    .all(&app.db)
    .await?;
    let below: HashSet<Id> = units.iter().copied().collect();
    let parts = gather(block, rows).into_iter().filter(|p| below.contains(&p.unit)).collect();
    Ok(Sums { units, parts })
}

/// What was summed when the figures of a block were stated. An issued report keeps its texts, so the sum is the same
/// for good.
pub async fn summed(app: &App, report: &Report, block: &StatedFigures) -> Result<Sums> {
    let rows: Vec<PartRow> = sql!(
        "SELECT r.shard_id, r.id, r.unit_id, r.state, r.number, r.issued_on, r.freeze_shard, r.freeze_id, t.key, t.content
         FROM report_parts p
         JOIN reports r ON r.shard_id = p.part_shard AND r.id = p.part_id
         LEFT JOIN report_texts t ON t.shard_id = r.shard_id AND t.report_id = r.id
              AND (substr(t.key, 1, 7) = 'figure:' OR t.key = $4)
         WHERE p.shard_id = $1 AND p.report_id = $2 AND p.block = $3 ORDER BY r.unit_id, r.id, t.key",
        report.id.shard,
        report.id.id,
        block.key.to_owned(),
        absent_key(block.key)
    )
    .all(&app.db)
    .await?;
    if rows.is_empty() {
        return Ok(Sums::default());
    }
    let units = units_below(app, template_of(report)?, &report.question()).await?;
    Ok(Sums { units, parts: gather(block, rows) })
}

/// Keeps which reports the figures of a block of a draft that is held stand beside.
async fn keep_parts(tx: &mut Tx, report: RecordId, block: &str, parts: &[Part]) -> Result<()> {
    sql!(
        "DELETE FROM report_parts WHERE shard_id = $1 AND report_id = $2 AND block = $3",
        report.shard,
        report.id,
        block.to_owned()
    )
    .run(&mut *tx)
    .await?;
    for part in parts {
        sql!(
            "INSERT INTO report_parts (shard_id, report_id, block, part_shard, part_id) VALUES ($1, $2, $3, $4, $5)",
            report.shard,
            report.id,
            block.to_owned(),
            part.id.shard,
            part.id.id
        )
        .run(&mut *tx)
        .await?;
    }
    Ok(())
}

/// The parts of a report that another one begins with.
pub(super) async fn take_parts(tx: &mut Tx, from: RecordId, to: RecordId) -> Result<()> {
    sql!(
        "INSERT INTO report_parts (shard_id, report_id, block, part_shard, part_id)
         SELECT $1, $2, block, part_shard, part_id FROM report_parts WHERE shard_id = $3 AND report_id = $4",
        to.shard,
        to.id,
        from.shard,
        from.id
    )
    .run(tx)
    .await?;
    Ok(())
}

/// States figures of a block of a draft that is held, beside what the units below have issued; `source` says where they come from, or why
/// they are other than that sum.
pub(super) async fn state(
    tx: &mut Tx,
    app: &App,
    account: Id,
    report: &Report,
    block: &StatedFigures,
    (typed, source, sums): (&[(&str, String)], &str, &Sums),
) -> Result<()> {
    for (code, value) in typed {
        report::keep_changed(tx, app, account, report, &figure_key(code), value).await?;
    }
    report::keep_changed(tx, app, account, report, &source_key(block.key), source).await?;
    keep_parts(tx, report.id, block.key, &sums.parts).await
}

/// The sums of the figures of a block, as they would be typed.
pub(super) fn as_typed(block: &StatedFigures, sums: &Sums) -> Vec<(&'static str, String)> {
    let typed =
        |code: &'static String| (code.as_str(), sums.of(code).map(viet::format_int).unwrap_or_default());
    block.figures.iter().map(typed).collect()
}

#[derive(askama::Template)]
#[template(path = "papers/stated.html")]
struct StatedPage {
    page: Page,
    /// The figure's report: unit, period, units.
    filter: Vec<String>,
    legal: &'static str,
    value: String,
    stated: Option<StatedBy>,
    source: String,
    /// The two figures of a rate, with their pages.
    rate: Vec<(String, String, String)>,
    sum: Option<i64>,
    /// Whether another value was stated than the sum.
    differs: bool,
    /// Whether it is what could be summed now, nothing having been stated yet.
    is_offer: bool,
    rows: Vec<PartView>,
    of: usize,
    counted: usize,
    silent: Vec<(String, String)>,
    back: String,
}

struct StatedBy {
    who: String,
    at: Timestamp,
}

struct PartView {
    unit: String,
    value: Option<i64>,
    absent: Option<String>,
    figure: String,
    report: String,
    number: String,
    day: Option<Date>,
    withdrawn: bool,
    code: Option<String>,
}

/// `GET /bao-cao/{id}/so-ghi-tay/{code}`
pub async fn figure(signed: Signed, Path((id, code)): Path<(String, String)>) -> Result<Response> {
    let app = &signed.app;
    let report = find(&signed, &id).await?;
    let figure = find_stated(&code).ok_or(Error::NotFound)?;
    let of_rate = figure.rate.as_ref();
    let named = of_rate.map_or(code.as_str(), |r| r.top.as_str());
    let mut blocks = template_of(&report)?.stated();
    let block = blocks.find(|b| b.figures.iter().any(|c| c == named)).ok_or(Error::NotFound)?;
    let texts = report::texts(&app.db, report.id).await?;
    let text = |key: &str| texts.get(key).map_or("", |t| t.content.as_str());
    let lang = signed.lang();
    let mut page = signed.page(Room::Papers, figure.name(lang));
    let unit = signed.unit_name(report.unit).await?;
    let period = period_words(&page, report.period);
    let title = page.t2("papers-title", "unit", &unit, "period", &period);
    page = page
        .crumb(signed.say("room-papers"), format!("/bao-cao?don-vi={}", report.unit))
        .crumb(title, path(report.id));
    let (mut rate, mut sums, mut stated) = (vec![], Sums::default(), None);
    let value = match of_rate {
        Some(r) => {
            for part in [&r.top, &r.bottom] {
                let name = find_stated(part).map_or(part.as_str(), |s| s.name(lang));
                let value = text(&figure_key(part)).to_owned();
                rate.push((name.to_owned(), value, figure_path(report.id, part)));
            }
            rate_text(r, |code| text(&figure_key(code)))
        }
        None => {
            sums = summed(app, &report, &block).await?;
            let kept = texts.get(&figure_key(&code)).filter(|t| !t.content.is_empty());
            if let Some(kept) = kept {
                let who = crate::signin::account_name(&app.db, kept.written_by).await?;
                stated = Some(StatedBy { who, at: kept.updated_at });
            }
            kept.map(|t| t.content.clone()).unwrap_or_default()
        }
    };
    let is_offer = of_rate.is_none() && stated.is_none() && report.frozen.is_none();
    if is_offer {
        sums = issued(app, &report, &block).await?;
    }
    let sum = sums.of(&code);
    let codes = freeze_codes(&app.db, report.period).await?;
    let order: BTreeMap<Id, usize> = sums.units.iter().enumerate().map(|(at, u)| (*u, at)).collect();
    let mut parts: Vec<&Part> = sums.parts.iter().filter(|_| sum.is_some()).collect();
    parts.sort_by_key(|p| order.get(&p.unit));
    let mut rows = Vec::new();
    for part in parts {
        rows.push(PartView {
            unit: signed.unit_name(part.unit).await?,
            value: part.figures.get(&code).copied(),
            absent: part.absent.clone(),
            figure: figure_path(part.id, &code),
            report: path(part.id),
            number: part.number.as_deref().map(print::register_number).unwrap_or_default(),
            day: part.issued_on,
            withdrawn: part.state == State::Withdrawn,
            code: part.freeze.and_then(|f| codes.get(&f).cloned()),
        });
    }
    let mut silent = Vec::new();
    for unit in sums.silent() {
        silent.push((signed.unit_name(unit).await?, format!("/bao-cao?don-vi={unit}")));
    }
    show(&StatedPage {
        filter: vec![unit, period, units_words(&page, report.units)],
        legal: &figure.legal,
        differs: sum.is_some_and(|s| !is_offer && viet::parse_int(&value) != Some(s)),
        source: text(&source_key(block.key)).to_owned(),
        of: sums.units.len(),
        counted: rows.iter().filter(|r| r.value.is_some()).count(),
        back: path(report.id),
        value,
        stated,
        rate,
        sum,
        is_offer,
        rows,
        silent,
        page,
    })
}
