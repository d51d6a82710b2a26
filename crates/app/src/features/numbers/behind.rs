//! The rows behind a figure, and the figure as their sum: as they are, or as they stood when it was frozen.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use jiff::civil::Date;
use store::{Filter, Id, RecordId, Relation, Select, ToValue, Value};

use super::freeze::{Changed, Changes, LISTED, changes};
use super::reading::{LAWS, id_at, rows_relation};
use super::{By, Figure, Ground, Indicator, NO_LAW, Question, RowKey};
use crate::app::{App, day_of};
use crate::error::{Error, Result};
use crate::facts::{Fact, Since, Was};

/// One row behind a figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Behind {
    pub id: RecordId,
    pub unit: Id,
    pub day: Date,
    pub title: String,
    pub value: i64,
    pub page: String,
    /// What became of it after the figure was frozen.
    pub since: Option<Since>,
}

/// Which of the rows behind a figure are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Slice {
    /// Those of its done (`false`) or its estimated part (`true`) alone.
    pub estimates: Option<bool>,
    /// Those after the one named.
    pub after: Option<(Date, Id)>,
    /// At most so many.
    pub limit: i64,
    /// As they stood at this moment, when the figure was frozen.
    pub as_of: Option<Timestamp>,
}

/// The rows behind one figure, newest first.
pub async fn rows_behind(
    app: &App,
    question: &Question,
    indicator: &'static Indicator,
    row: Option<&RowKey>,
    slice: Slice,
) -> Result<Vec<Behind>> {
    let Slice { estimates, after, limit, as_of } = slice;
    let Some(behind) = RowsBehind::of(app, question, indicator, row, estimates, as_of).await? else {
        return Ok(vec![]);
    };
    let mut found = Vec::new();
    for span in &behind.spans {
        let missing = limit - i64::try_from(found.len()).unwrap_or(limit);
        if missing <= 0 {
            break;
        }
        let mut rows = behind.listed(app, span, after, missing).await?;
        let then = span.then.iter().filter(|was| after.is_none_or(|mark| (was.day, was.id.id) < mark));
        rows.extend(then.map(|was| behind.row(was)));
        rows.sort_by_key(|r| Reverse((r.day, r.id.id)));
        rows.truncate(usize::try_from(missing).unwrap_or_default());
        found.extend(rows);
    }
    Ok(found)
}

/// One figure, as the sum of its rows. Those that add nothing to it are not among them.
pub async fn figure_behind(
    app: &App,
    question: &Question,
    indicator: &'static Indicator,
    row: Option<&RowKey>,
    as_of: Option<Timestamp>,
) -> Result<Figure> {
    let mut figure = Figure::default();
    let Some(behind) = RowsBehind::of(app, question, indicator, row, None, as_of).await? else {
        return Ok(figure);
    };
    for span in &behind.spans {
        for was in &span.then {
            let value = measured(was, indicator);
            let (actual, estimate) = if was.estimated { (0, value) } else { (value, 0) };
            figure.add(Figure { actual, estimate, rows: 1 });
        }
        let Some(select) = behind.select(span) else { continue };
        let sum = |select: Select, only: Vec<Filter>| match indicator.measure.as_str() {
            "rows" => select.count(only),
            measure => select.sum(measure, only),
        };
        let mut select = sum(select.count(vec![]), vec![]);
        if behind.relation.column("estimated").is_some() {
            select = sum(select, vec![Filter::is("estimated", true)]);
        }
        for r in select.query().rows(&app.db).await? {
            let rows = r.int_at(0)?.unwrap_or(0);
            let total = r.int_at(1)?.unwrap_or(0);
            let estimate = if r.columns() > 2 { r.int_at(2)?.unwrap_or(0) } else { 0 };
            figure.add(Figure { actual: total - estimate, estimate, rows });
        }
    }
    Ok(figure)
}

/// The rows that make up one figure (or its estimated part alone) otherwise than at a moment: those that were added to it,
/// changed or taken out of it.
pub(super) async fn changed_behind(
    app: &App,
    question: &Question,
    indicator: &'static Indicator,
    row: Option<&RowKey>,
    estimates: Option<bool>,
    at: Timestamp,
) -> Result<Changes> {
    let now = RowsBehind::of(app, question, indicator, row, estimates, None).await?;
    let then = RowsBehind::of(app, question, indicator, row, estimates, Some(at)).await?;
    let (Some(now), Some(then)) = (now, then) else { return Ok(Changes::default()) };
    if now.relation.column("updated_at").is_none() {
        return changes(app, question, &[now.fact], row, at, None).await;
    }
    let mut changed: HashMap<RecordId, Changed> = HashMap::new();
    let mut count = 0;
    for was in then.spans.iter().flat_map(|s| &s.then) {
        changed.insert(was.id, left(then.fact, was));
    }
    let gone: Vec<Id> = changed.keys().map(|id| id.id).collect();
    for span in &now.spans {
        let Some(select) = now.select(span) else { continue };
        let select = select.filter(Filter::at_least("updated_at", at.as_microsecond() + 1));
        let number = async |select: Select| -> Result<i64> {
            let (number,): (i64,) = select.count(vec![]).query().get(&app.db).await?;
            Ok(number)
        };
        count += number(select.clone()).await?;
        for some in gone.chunks(500) {
            count -= number(select.clone().filter(Filter::any_of("id", some.iter().copied()))).await?;
        }
        let listed = ["shard_id", "id", "day", "title", "updated_at"].into_iter().fold(select, Select::list);
        let listed = listed.order("updated_at", true).order("id", true).limit(LISTED as i64);
        for r in listed.query().rows(&app.db).await? {
            let id = RecordId { shard: r.int_at(0)?.unwrap_or(0), id: id_at(&r, 1)? };
            let at = Timestamp::from_microsecond(r.int_at(4)?.unwrap_or(0)).map_err(|_| Error::NotFound)?;
            changed.entry(id).or_insert(Changed {
                id: id.id,
                day: r.text_at(2)?.and_then(|d| d.parse().ok()).ok_or(Error::NotFound)?,
                title: r.text_at(3)?.unwrap_or_default(),
                page: (now.fact.page)(id),
                at,
                added: !then.there.contains(&id),
                withdrawn: false,
            });
        }
    }
    count += i64::try_from(gone.len()).unwrap_or_default();
    Ok(Changes::of(count, changed.into_values().collect()))
}

/// A row that a figure was counted from, with what became of it.
pub(super) fn left(fact: &Fact, was: &Was) -> Changed {
    Changed {
        id: was.id.id,
        day: was.day,
        title: was.title.clone(),
        page: (fact.page)(was.id),
        at: was.at,
        added: false,
        withdrawn: was.since == Some(Since::Withdrawn),
    }
}

/// The recording units of spans of days, as [`Ground::members`] gives them.
type Members = [(Date, Date, Option<Vec<Id>>)];

/// The rows of a fact at a moment that its relation does not show as they stood, of all these units.
pub(super) async fn rows_then(
    app: &App,
    fact: &'static Fact,
    members: &Members,
    at: Timestamp,
) -> Result<Vec<Was>> {
    let named: Option<Vec<&Vec<Id>>> = members.iter().map(|(_, _, ids)| ids.as_ref()).collect();
    let mut units: Option<Vec<Id>> = named.map(|all| all.into_iter().flatten().copied().collect());
    if let Some(units) = &mut units {
        units.sort();
        units.dedup();
    }
    fact.then.rows(&app.db, at, units.as_deref()).await
}

/// Whether a row stood in a span of days, at one of its units.
pub(super) fn stood(was: &Was, (from, to): (Date, Date), members: Option<&[Id]>) -> bool {
    (from..=to).contains(&was.day) && members.is_none_or(|m| m.binary_search(&was.unit).is_ok())
}

/// Where the rows behind a figure are, by spans of days, the newest first.
struct RowsBehind {
    fact: &'static Fact,
    relation: &'static Relation,
    indicator: &'static Indicator,
    spans: Vec<Span>,
    /// What was there at the moment asked about and has changed since, of this figure or not.
    there: HashSet<RecordId>,
}

struct Span {
    /// The conditions on the relation; none where it cannot tell how its rows stood.
    filters: Option<Vec<Filter>>,
    /// What the relation does not show as it stood.
    then: Vec<Was>,
}

/// A row of a table as rows are looked at.
#[derive(Clone, Copy)]
struct Split<'a> {
    dimension: Option<&'static str>,
    value: Option<&'a str>,
    /// The row of what names no law.
    without_law: bool,
}

impl RowsBehind {
    /// None where there can be no such rows.
    async fn of(
        app: &App,
        question: &Question,
        indicator: &'static Indicator,
        row: Option<&RowKey>,
        mut estimates: Option<bool>,
        as_of: Option<Timestamp>,
    ) -> Result<Option<RowsBehind>> {
        let Some(fact) = indicator.fact() else { return Ok(None) };
        let ground = Ground::of(app, question).await?;
        let value = row.and_then(|r| r.value.as_deref());
        let without_law = question.by == By::Law && value == Some(NO_LAW);
        let value = value.filter(|_| !without_law);
        let split = Split { dimension: question.by.dimension(), value, without_law };
        let relation = rows_relation(fact, if value.is_some() { question.by } else { By::Whole })?;
        if relation.column("estimated").is_none() {
            match estimates {
                Some(true) => return Ok(None),
                _ => estimates = None,
            }
        }
        let today = as_of.map_or(app.today(), day_of);
        let mut members = ground.members(row.and_then(|r| r.place));
        members.reverse();
        let then = match as_of {
            Some(at) => rows_then(app, fact, &members, at).await?,
            None => vec![],
        };
        let there = then.iter().map(|was| was.id).collect();
        let knows = as_of.is_none() || relation.column("updated_at").is_some();
        let mut spans = Vec::new();
        for (from, to, members) in members {
            let Some((from, to)) = within(from, to, row)? else { continue };
            let is_then = |was: &&Was| {
                stood(was, (from, to), members.as_deref())
                    && counts(was, indicator, split, today)
                    && estimates.is_none_or(|e| e == was.estimated)
            };
            let then = then.iter().filter(is_then).cloned().collect();
            let mut filters = vec![Filter::at_least("day", from), Filter::at_most("day", to)];
            if indicator.measure != "rows" {
                let measure = relation.column(&indicator.measure).ok_or(Error::NotFound)?.name();
                filters.push(Filter::at_least(measure, 1_i64));
            }
            filters.extend(members.map(|members| Filter::any_of("unit_id", members)));
            filters.extend(indicator.conditions(relation, today));
            filters
                .extend(as_of.filter(|_| knows).map(|at| Filter::at_most("updated_at", at.as_microsecond())));
            filters.extend(estimates.map(|estimates| Filter::is("estimated", estimates)));
            filters.extend(without_law.then(|| Filter::is(LAWS, 0_i64)));
            if let Some(value) = value {
                let value = match question.by {
                    By::Law => Value::Bytes(Some(value.parse::<Id>()?.0.to_vec())),
                    _ => Value::Text(Some(value.to_owned())),
                };
                filters.push(Filter::is("key", value));
            }
            spans.push(Span { filters: knows.then_some(filters), then });
        }
        Ok(Some(RowsBehind { fact, relation, indicator, spans, there }))
    }

    fn select(&self, span: &Span) -> Option<Select> {
        Some(span.filters.clone()?.into_iter().fold(Select::from(self.relation), Select::filter))
    }

    /// The rows of a span that its relation shows.
    async fn listed(
        &self,
        app: &App,
        span: &Span,
        after: Option<(Date, Id)>,
        limit: i64,
    ) -> Result<Vec<Behind>> {
        let Some(select) = self.select(span) else { return Ok(vec![]) };
        let counts = self.indicator.measure == "rows";
        let mut select = ["shard_id", "id", "unit_id", "day", "title"].into_iter().fold(select, Select::list);
        if !counts {
            select = select.list(&self.indicator.measure);
        }
        select = select.order("day", true).order("id", true).limit(limit);
        if let Some((day, id)) = after {
            select = select.after(vec![day.to_value(), id.to_value()]);
        }
        let mut found = Vec::new();
        for r in select.query().rows(&app.db).await? {
            let id = RecordId { shard: r.int_at(0)?.unwrap_or(0), id: id_at(&r, 1)? };
            found.push(Behind {
                id,
                unit: id_at(&r, 2)?,
                day: r.text_at(3)?.and_then(|d| d.parse().ok()).ok_or(Error::NotFound)?,
                title: r.text_at(4)?.unwrap_or_default(),
                value: if counts { 1 } else { r.int_at(5)?.unwrap_or(0) },
                page: (self.fact.page)(id),
                since: None,
            });
        }
        Ok(found)
    }

    fn row(&self, was: &Was) -> Behind {
        Behind {
            id: was.id,
            unit: was.unit,
            day: was.day,
            title: was.title.clone(),
            value: measured(was, self.indicator),
            page: (self.fact.page)(was.id),
            since: was.since,
        }
    }
}

fn measured(was: &Was, indicator: &Indicator) -> i64 {
    match indicator.measure.as_str() {
        "rows" => 1,
        measure => was.measures.iter().find(|(name, _)| *name == measure).map_or(0, |(_, n)| *n),
    }
}

/// Whether a row added to a figure as it stood: what the filters of a relation say of the rows it shows.
fn counts(was: &Was, indicator: &Indicator, split: Split<'_>, today: Date) -> bool {
    let word = |column: &str| was.words.iter().find(|(name, _)| *name == column).map(|(_, word)| word);
    let values = |dimension: &str| was.values.iter().find(|(name, _)| *name == dimension);
    let has = |dimension: &str, value: &str| {
        values(dimension).is_some_and(|(_, all)| all.iter().any(|v| v == value))
    };
    measured(was, indicator) > 0
        && indicator.filters.iter().all(|(column, allowed)| word(column).is_none_or(|w| allowed.contains(w)))
        && (!indicator.overdue || was.day < today)
        && (!split.without_law || values("law").is_none_or(|(_, laws)| laws.is_empty()))
        && split.dimension.zip(split.value).is_none_or(|(dimension, value)| has(dimension, value))
}

/// The days of a span that a row is about; none when it has none of them.
pub(super) fn within(from: Date, to: Date, row: Option<&RowKey>) -> Result<Option<(Date, Date)>> {
    let Some(month) = row.and_then(|r| r.month) else { return Ok(Some((from, to))) };
    let (year, month) = (i16::try_from(month / 100), i8::try_from(month % 100));
    let first = Date::new(year.unwrap_or(0), month.unwrap_or(0), 1).map_err(|_| Error::NotFound)?;
    let (from, to) = (from.max(first), to.min(first.last_of_month()));
    Ok((from <= to).then_some((from, to)))
}
