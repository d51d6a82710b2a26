//! Flags (con số cần xem lại): what the rules find in the figures of a unit and of every unit directly under it.
//! An unusual figure stands with a reason: given in a report, or by the rows themselves when they were recorded. An
//! impossible one is corrected where it was recorded, or overridden where it is reported.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use store::{Db, Filter, Id, RecordId, Select, Tx, sql};

use super::checks::{self, Finding, Material};
use super::overrides::{Override, list_of_period};
use super::{By, Figure, Ground, Indicator, Period, Place, Question, Table};
use crate::app::App;
use crate::audit;
use crate::error::{Error, Result};

/// A figure to look at again.
#[derive(Debug, Clone)]
pub struct Flag {
    /// Whose figure it is.
    pub unit: Id,
    pub finding: Finding,
    /// The rows that were asked about when they were recorded, of those that the figure counts.
    pub rows: Vec<Row>,
    pub settled: Option<Settled>,
    /// A reason given when the figures were others.
    pub said_before: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Row {
    pub id: RecordId,
    pub day: Date,
    pub title: String,
    pub page: String,
    /// A reason was given when it was recorded.
    pub answered: bool,
    values: BTreeMap<&'static str, i64>,
    words: BTreeMap<&'static str, String>,
}

/// Why a flagged figure may be reported.
#[derive(Debug, Clone)]
pub enum Settled {
    Answered {
        reason: String,
        who: Id,
        at: Timestamp,
    },
    /// Without so many rows, whose own reasons stand with them, nothing would be asked.
    ByRows(usize),
    /// The unit that reports states another value, with its reason.
    Overridden,
}

store::record! {
    #[derive(Debug, Clone)]
    struct Answer {
        unit_id: Id, check_code: String, figure: String, asked: String, reason: String, account_id: Id,
        created_at: Timestamp,
    }
}

async fn list_answers(db: &Db, period: Period) -> Result<Vec<Answer>> {
    Ok(sql!(
        "SELECT unit_id, check_code, figure, asked, reason, account_id, created_at FROM number_answers
         WHERE period = $1 AND withdrawn_at IS NULL ORDER BY created_at DESC, id DESC",
        period.to_string()
    )
    .all(db)
    .await?)
}

/// Keeps the reason for which a flagged figure stands in the report of `at`; an earlier one stays in the history.
pub async fn answer(
    tx: &mut Tx,
    app: &App,
    account: Id,
    (shard, at): (i64, Id),
    period: Period,
    flag: &Flag,
    reason: &str,
) -> Result<()> {
    let (id, now) = (app.new_id(), app.now());
    let Flag { unit, finding, .. } = flag;
    sql!(
        "UPDATE number_answers SET withdrawn_at = $5
         WHERE unit_id = $1 AND period = $2 AND check_code = $3 AND figure = $4 AND withdrawn_at IS NULL",
        unit,
        period.to_string(),
        finding.check,
        finding.figure,
        now
    )
    .run(&mut *tx)
    .await?;
    sql!(
        "INSERT INTO number_answers (shard_id, id, unit_id, answered_at_unit, period, check_code, figure, asked,
                                     reason, account_id, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        shard,
        id,
        unit,
        at,
        period.to_string(),
        finding.check,
        finding.figure,
        finding.vi,
        reason,
        account,
        now
    )
    .run(&mut *tx)
    .await?;
    let content = format!("{period} {unit} {} {}\n{}\n{reason}", finding.check, finding.figure, finding.vi);
    let entry = audit::Entry {
        unit: at,
        shard,
        at: now,
        account: Some(account),
        act: "answer",
        object_kind: "figure",
        object_id: RecordId { shard, id }.to_string(),
        content: content.as_bytes(),
    };
    audit::write(tx, &entry).await
}

impl Row {
    /// Whether an indicator counts it, and how much it adds.
    fn value(&self, indicator: &Indicator) -> Option<i64> {
        let fits = |(column, values): (&String, &Vec<String>)| {
            self.words.get(column.as_str()).is_some_and(|word| values.contains(word))
        };
        if !indicator.filters.iter().all(fits) {
            return None;
        }
        if indicator.measure == "rows" {
            Some(1)
        } else {
            self.values.get(indicator.measure.as_str()).copied()
        }
    }
}

/// The rows of the question that were asked about when they were recorded, with the fact and the place they are of.
async fn asked_rows(
    app: &App,
    ground: &Ground,
    all: &[&'static Indicator],
) -> Result<Vec<(&'static str, Place, Row)>> {
    let mut found = Vec::new();
    for fact in crate::facts() {
        let Some(relation) = fact.asked else { continue };
        let of_fact = || all.iter().filter(|i| i.fact == fact.name);
        let mut words: Vec<&'static str> =
            of_fact().flat_map(|i| i.filters.keys().map(String::as_str)).collect();
        let mut values: Vec<&'static str> =
            of_fact().map(|i| i.measure.as_str()).filter(|m| *m != "rows").collect();
        for names in [&mut words, &mut values] {
            names.sort_unstable();
            names.dedup();
        }
        for (from, to, members) in ground.members(None) {
            let mut select = Select::from(relation);
            for column in ["shard_id", "id", "unit_id", "day", "title", "answered"] {
                select = select.list(column);
            }
            for column in words.iter().chain(&values) {
                select = select.list(column);
            }
            select = select.filter(Filter::at_least("day", from)).filter(Filter::at_most("day", to));
            if let Some(members) = members {
                select = select.filter(Filter::any_of("unit_id", members));
            }
            for row in select.order("day", false).order("id", false).query().rows(&app.db).await? {
                let id = |at: usize| -> Result<Id> {
                    let bytes = row.bytes_at(at)?.unwrap_or_default();
                    bytes
                        .try_into()
                        .map(Id)
                        .map_err(|_| Error::Internal(anyhow::anyhow!("an id of another length")))
                };
                let id_of_row = RecordId { shard: row.int_at(0)?.unwrap_or(0), id: id(1)? };
                let Some(place) = ground.place_of(id(2)?, from) else { continue };
                let mut kept = Row {
                    id: id_of_row,
                    day: row.text_at(3)?.and_then(|d| d.parse().ok()).ok_or(Error::NotFound)?,
                    title: row.text_at(4)?.unwrap_or_default(),
                    answered: row.int_at(5)? == Some(1),
                    page: (fact.page)(id_of_row),
                    values: BTreeMap::new(),
                    words: BTreeMap::new(),
                };
                for (at, word) in (6..).zip(&words) {
                    kept.words.insert(word, row.text_at(at)?.unwrap_or_default());
                }
                for (at, value) in (6 + words.len()..).zip(&values) {
                    kept.values.insert(value, row.int_at(at)?.unwrap_or(0));
                }
                found.push((fact.name, place, kept));
            }
        }
    }
    Ok(found)
}

/// A unit whose figures are looked at, and the rows of it that were asked about.
struct Looked<'a> {
    unit: Id,
    material: Material,
    rows: Vec<&'a (&'static str, Place, Row)>,
}

impl Looked<'_> {
    fn flags(&self, all: &[&'static Indicator]) -> Vec<Flag> {
        let find = |code: &str| all.iter().copied().find(|i| i.code == code);
        let behind = |indicator: &Indicator| -> Vec<&Row> {
            let of_fact = self.rows.iter().filter(|(fact, ..)| *fact == indicator.fact);
            of_fact.map(|(_, _, row)| row).filter(|r| r.value(indicator).is_some_and(|v| v > 0)).collect()
        };
        let findings = checks::run(&self.material).into_iter().filter(|f| !f.figure.is_empty());
        let mut flags: Vec<Flag> = findings.map(|f| Flag::of(self.unit, f)).collect();
        // What one row says that cannot be may drown in the sum.
        for part in all {
            let Some(whole) = checks::whole_of(&part.code).and_then(find).filter(|w| w.fact == part.fact)
            else {
                continue;
            };
            for row in behind(part) {
                let (Some(value), Some(limit)) = (row.value(part), row.value(whole)) else { continue };
                let is_known = flags.iter().any(|f| f.finding.impossible && f.finding.figure == part.code);
                if value > limit && !is_known {
                    let finding = checks::part_above_whole(&part.code, value, &whole.code, limit);
                    flags.extend(finding.map(|f| Flag::of(self.unit, f)));
                }
            }
        }
        // Without the rows that stand with reasons of their own.
        let mut without = self.material.clone();
        for indicator in all {
            let answered = behind(indicator).into_iter().filter(|r| r.answered);
            let sum: i64 = answered.filter_map(|r| r.value(indicator)).sum();
            without.take_away(&indicator.code, sum);
        }
        let left = checks::run(&without);
        for flag in &mut flags {
            let Some(indicator) = find(&flag.finding.figure) else { continue };
            flag.rows = behind(indicator).into_iter().cloned().collect();
            let answered = flag.rows.iter().filter(|r| r.answered).count();
            let is_left =
                left.iter().any(|f| f.check == flag.finding.check && f.figure == flag.finding.figure);
            if answered > 0 && !is_left && !flag.finding.impossible {
                flag.settled = Some(Settled::ByRows(answered));
            }
        }
        flags
    }
}

impl Flag {
    fn of(unit: Id, finding: Finding) -> Flag {
        Flag { unit, finding, rows: vec![], settled: None, said_before: None }
    }
}

/// What the rules find in a unit's figures (`own`, as they are reported) and in those of the units directly under
/// it (`now`, beside those of a year earlier), each with how it is settled. The unit's own come first, then the
/// others' in the order of the table.
pub async fn flags(
    app: &App,
    question: &Question,
    all: &[&'static Indicator],
    own: &Material,
    (now, last): (&Table, &Table),
) -> Result<Vec<Flag>> {
    let ground = Ground::of(app, question).await?;
    let asked = asked_rows(app, &ground, all).await?;
    let overrides = list_of_period(&app.db, question.period).await?;
    let mut looked = vec![Looked {
        unit: question.unit,
        material: own.clone(),
        rows: asked.iter().filter(|(_, place, _)| *place == Place::Own).collect(),
    }];
    for (key, figures) in &now.rows {
        let (Some(place), Some(unit)) = (key.place, key.place.and_then(Place::unit)) else { continue };
        let before = last.rows.iter().find(|(k, _)| k == key).map_or(&[][..], |(_, figures)| figures);
        let stated: Vec<&Override> = overrides.iter().filter(|o| o.unit_id == unit).collect();
        let material = if stated.is_empty() {
            checks::of_row(all, figures, &now.total).beside(question.period, all, before)
        } else {
            let of_unit = Question { unit, by: By::Whole, ..question.clone() };
            let before: Vec<Figure> =
                (0..all.len()).map(|i| before.get(i).copied().unwrap_or_default()).collect();
            checks::gather(app, &of_unit, all, figures, &before).await?
        };
        let rows = asked.iter().filter(|(_, at, _)| *at == place).collect();
        looked.push(Looked { unit, material, rows });
    }
    let mut flags: Vec<Flag> = looked.iter().flat_map(|l| l.flags(all)).collect();
    let answers = list_answers(&app.db, question.period).await?;
    for flag in &mut flags {
        let Finding { check, figure, vi, impossible, .. } = &flag.finding;
        let of_flag = |a: &&Answer| {
            a.unit_id == flag.unit && a.check_code == *check && a.figure == *figure && !*impossible
        };
        if let Some(answer) = answers.iter().find(of_flag) {
            match answer.asked == *vi {
                true => {
                    let reason = answer.reason.clone();
                    flag.settled =
                        Some(Settled::Answered { reason, who: answer.account_id, at: answer.created_at });
                }
                false => flag.said_before = Some(answer.reason.clone()),
            }
        }
        let here = |o: &Override| o.unit_id == question.unit && o.indicator == *figure;
        if flag.unit != question.unit && overrides.iter().any(here) {
            flag.settled = Some(Settled::Overridden);
        }
    }
    Ok(flags)
}
