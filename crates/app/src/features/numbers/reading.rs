//! Reading figures: which units, which period, on which tree, split how. Everything is summed on reading from
//! sums kept at recording unit × month, so a save is in every figure when it answers.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::civil::Date;
use store::{Filter, Id, Relation, Select};

use super::{Indicator, Period};
use crate::app::App;
use crate::error::{Error, Result};
use crate::facts::{Fact, month_of};
use crate::features::orgs::{Placements, Tree};

/// On which tree figures are summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Units {
    /// Each row under the units as they were on its own day.
    AsTheyWere,
    /// All rows under the units as they are on one day; gone units stand at their successors.
    AsOn(Date),
}

/// How a table is split into rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum By {
    Whole,
    Unit,
    Month,
    UnitAndMonth,
    Audience,
    Law,
}

impl By {
    pub const ALL: [By; 6] = [By::Whole, By::Unit, By::Month, By::UnitAndMonth, By::Audience, By::Law];
    pub fn code(self) -> &'static str {
        match self {
            By::Whole => "whole",
            By::Unit => "unit",
            By::Month => "month",
            By::UnitAndMonth => "unit-month",
            By::Audience => "audience",
            By::Law => "law",
        }
    }
    pub fn from_code(code: &str) -> Option<By> {
        By::ALL.into_iter().find(|b| b.code() == code)
    }
    fn units(self) -> bool {
        matches!(self, By::Unit | By::UnitAndMonth)
    }
    fn months(self) -> bool {
        matches!(self, By::Month | By::UnitAndMonth)
    }
    /// The dimension of a fact that it needs; unit and month stand in every fact.
    pub(super) fn dimension(self) -> Option<&'static str> {
        match self {
            By::Audience => Some("audience"),
            By::Law => Some("law"),
            _ => None,
        }
    }
}

/// The question a table answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    pub unit: Id,
    pub period: Period,
    pub units: Units,
    pub by: By,
}

/// A figure: what was done, what is estimated, and from how many rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figure {
    pub actual: i64,
    pub estimate: i64,
    pub rows: i64,
}
impl Figure {
    pub fn total(self) -> i64 {
        self.actual + self.estimate
    }
    pub(super) fn add(&mut self, other: Figure) {
        self.actual += other.actual;
        self.estimate += other.estimate;
        self.rows += other.rows;
    }
}

/// Where figures stand under the unit asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// What the asked unit recorded itself.
    Own,
    /// A unit directly under the one asked, with all under it.
    Under(Id),
    /// A unit that was divided among several of the units under the one asked: counted once, here.
    Divided(Id),
}

impl Place {
    /// The unit named; none for what the asked unit did itself.
    pub fn unit(self) -> Option<Id> {
        match self {
            Place::Own => None,
            Place::Under(unit) | Place::Divided(unit) => Some(unit),
        }
    }
}

/// What a row of a table is about: a place, a month, a value of a dimension, as the table is split.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowKey {
    pub place: Option<Place>,
    pub month: Option<i64>,
    pub value: Option<String>,
}
impl RowKey {
    pub fn place(place: Place) -> RowKey {
        RowKey { place: Some(place), ..RowKey::default() }
    }
    pub fn month(month: i64) -> RowKey {
        RowKey { month: Some(month), ..RowKey::default() }
    }
}

/// Figures by row; each row has one figure for each indicator asked, in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub rows: Vec<(RowKey, Vec<Figure>)>,
    /// Each of the asked unit as a whole, every row of facts once, however the table is split.
    pub total: Vec<Figure>,
}

/// The trees a question needs, and where each recording unit stands for it.
pub struct Ground {
    /// Spans of days with one tree each; one span for a reading on one day's tree.
    spans: Vec<Span>,
}

struct Span {
    from: Date,
    to: Date,
    tree: Arc<Tree>,
    /// Recording unit → where it stands under the asked one.
    places: HashMap<Id, Place>,
    /// Every recording unit belongs to the asked one: no need to name them.
    all: bool,
}

impl Ground {
    pub async fn of(app: &App, question: &Question) -> Result<Ground> {
        let mut spans = Vec::new();
        match question.units {
            Units::AsOn(day) => {
                let tree = app.trees.on(&app.db, day).await?;
                let placed = app.trees.placements(&app.db, day).await?;
                return Ok(Ground::on(question, tree, &placed));
            }
            Units::AsTheyWere => {
                let (versions, _) = app.trees.history(&app.db).await?;
                let mut starts = BTreeSet::from([question.period.from]);
                let changes = versions.iter().flat_map(|v| [Some(v.valid_from), v.valid_until]).flatten();
                starts.extend(changes.filter(|d| question.period.contains(*d)));
                let starts: Vec<Date> = starts.into_iter().collect();
                for (i, from) in starts.iter().enumerate() {
                    let to = match starts.get(i + 1) {
                        Some(next) => next.yesterday().unwrap_or(*next),
                        None => question.period.to,
                    };
                    let tree = app.trees.on(&app.db, *from).await?;
                    let places = places(&tree, question.unit, |at| [(at, Place::Own)]);
                    let all = tree.roots() == [question.unit];
                    spans.push(Span { from: *from, to, tree, places, all });
                }
            }
        }
        Ok(Ground { spans })
    }

    /// On the units of one day.
    pub(super) fn on(question: &Question, tree: Arc<Tree>, placed: &Placements) -> Ground {
        let standing = |at: Id| {
            placed.standing_at(at).iter().map(|unit| {
                let divided = placed.get(*unit).is_some_and(|p| p.divided);
                (*unit, if divided { Place::Divided(*unit) } else { Place::Own })
            })
        };
        let places = places(&tree, question.unit, standing);
        let all = !places.is_empty() && places.len() == placed.len();
        let Period { from, to } = question.period;
        Ground { spans: vec![Span { from, to, tree, places, all }] }
    }

    /// Whether any unit at all stands under the asked one in the period.
    pub fn is_empty(&self) -> bool {
        self.spans.iter().all(|s| s.places.is_empty())
    }
    /// The units directly under the asked one, in the order of a table.
    pub fn under(&self) -> Vec<Id> {
        let under = |(place, _)| if let Place::Under(unit) = place { Some(unit) } else { None };
        self.places().into_iter().filter_map(under).collect()
    }
    /// The name of a unit as it was last in the period.
    pub fn tree(&self) -> Option<&Tree> {
        self.spans.last().map(|s| s.tree.as_ref())
    }

    /// The places under the asked unit as addresses name them, in the order of a table.
    pub(super) fn places(&self) -> Vec<(Place, String)> {
        let all: BTreeSet<Place> = self.spans.iter().flat_map(|s| s.places.values().copied()).collect();
        let mut all: Vec<Place> = all.into_iter().collect();
        all.sort_by_cached_key(|p| self.order(Some(*p)));
        all.into_iter().map(|p| (p, super::asked::place_word(p))).collect()
    }
    fn order(&self, place: Option<Place>) -> (usize, Option<(usize, String)>, Option<Id>) {
        let (group, unit) = match place {
            None | Some(Place::Own) => (0, None),
            Some(Place::Under(u)) => (1, Some(u)),
            Some(Place::Divided(u)) => (2, Some(u)),
        };
        let named = |u: Id| self.spans.iter().rev().find_map(|s| s.tree.get(u));
        let name = unit.and_then(named).map(|u| (u.order().0, u.order().1.to_owned()));
        (group, name, unit)
    }

    /// Where what a unit recorded stands, in the span that begins on a day.
    pub(super) fn place_of(&self, unit: Id, from: Date) -> Option<Place> {
        self.spans.iter().find(|s| s.from == from)?.places.get(&unit).copied()
    }

    /// The recording units at a place (or all), span by span; `None` for every unit there is.
    pub fn members(&self, place: Option<Place>) -> Vec<(Date, Date, Option<Vec<Id>>)> {
        self.spans
            .iter()
            .map(|s| {
                let ids = match (place, s.all) {
                    (None, true) => None,
                    (want, _) => {
                        let mut ids: Vec<Id> = s
                            .places
                            .iter()
                            .filter(|(_, p)| want.is_none_or(|w| w == **p))
                            .map(|(u, _)| *u)
                            .collect();
                        ids.sort();
                        Some(ids)
                    }
                };
                (s.from, s.to, ids)
            })
            .collect()
    }
}

/// Where under `asked` each unit counts; `standing` gives those at one unit of the tree, and what they are there
/// when it is the asked one itself.
fn places<I>(tree: &Tree, asked: Id, standing: impl Fn(Id) -> I) -> HashMap<Id, Place>
where
    I: IntoIterator<Item = (Id, Place)>,
{
    if !tree.contains(asked) {
        return HashMap::new();
    }
    let mut places: HashMap<Id, Place> = standing(asked).into_iter().collect();
    for child in tree.children(asked) {
        let under = tree.under(*child).into_iter().flat_map(&standing);
        places.extend(under.map(|(unit, _)| (unit, Place::Under(*child))));
    }
    places
}

/// Which relation answers, and the column that holds the split value.
fn relation(fact: &'static Fact, period: Period, by: By) -> Result<(&'static Relation, bool)> {
    if let Some(rolled) = fact.rolled.filter(|_| period.is_whole_months()) {
        return Ok((rolled, true));
    }
    Ok((rows_relation(fact, by)?, false))
}

pub(super) fn rows_relation(fact: &'static Fact, by: By) -> Result<&'static Relation> {
    match by.dimension() {
        None => Ok(fact.rows),
        Some(dimension) => fact
            .by
            .iter()
            .find(|(d, _)| *d == dimension)
            .map(|(_, r)| *r)
            .ok_or(Error::Conflict("numbers-no-such-split")),
    }
}

/// Answers a question for some indicators. Those whose facts have no such split show nothing in the rows.
pub async fn read(app: &App, question: &Question, indicators: &[&'static Indicator]) -> Result<Table> {
    let ground = Ground::of(app, question).await?;
    read_on(app, question, indicators, &ground).await
}

/// The same, on a ground already laid.
pub async fn read_on(
    app: &App,
    question: &Question,
    indicators: &[&'static Indicator],
    ground: &Ground,
) -> Result<Table> {
    let width = indicators.len();
    let mut rows: BTreeMap<RowKey, Vec<Figure>> = BTreeMap::new();
    let mut total = vec![Figure::default(); width];
    let mut facts: Vec<(&'static Fact, Vec<(usize, &'static Indicator)>)> = Vec::new();
    for (i, indicator) in indicators.iter().enumerate() {
        let Some(fact) = indicator.fact() else { continue };
        match facts.iter_mut().find(|(f, _)| f.name == fact.name) {
            Some((_, list)) => list.push((i, indicator)),
            None => facts.push((fact, vec![(i, indicator)])),
        }
    }
    for (fact, list) in facts {
        for (from, to, members) in ground.members(None) {
            let span = Period { from, to };
            let places = ground.spans.iter().find(|s| s.from == from).map(|s| &s.places);
            let Some(places) = places else { continue };
            let months = question.by.months();
            for cell in sums(app, fact, span, By::Whole, &list, members.clone(), months, None).await? {
                let row = (question.by.units() || question.by.months()).then(|| RowKey {
                    place: if question.by.units() { places.get(&cell.unit).copied() } else { None },
                    month: question.by.months().then_some(cell.month),
                    value: None,
                });
                for ((i, _), figure) in list.iter().zip(&cell.figures) {
                    if let Some(t) = total.get_mut(*i) {
                        t.add(*figure);
                    }
                    if let Some(f) = row.as_ref().and_then(|r| {
                        rows.entry(r.clone()).or_insert_with(|| vec![Figure::default(); width]).get_mut(*i)
                    }) {
                        f.add(*figure);
                    }
                }
            }
            if let Some(dimension) = question.by.dimension() {
                let split: Vec<_> =
                    list.iter().filter(|(_, i)| i.by.iter().any(|b| b == dimension)).copied().collect();
                if split.is_empty() {
                    continue;
                }
                let mut cells =
                    sums(app, fact, span, question.by, &split, members.clone(), false, None).await?;
                if question.by == By::Law && fact.rows.column(LAWS).is_some() {
                    let without = Some(Filter::is(LAWS, 0_i64));
                    let none = sums(app, fact, span, By::Whole, &split, members, false, without).await?;
                    cells.extend(none.into_iter().map(|cell| Cell { key: NO_LAW.to_owned(), ..cell }));
                }
                for cell in cells {
                    let row = rows
                        .entry(RowKey { value: Some(cell.key), ..RowKey::default() })
                        .or_insert_with(|| vec![Figure::default(); width]);
                    for ((i, _), figure) in split.iter().zip(&cell.figures) {
                        if let Some(f) = row.get_mut(*i) {
                            f.add(*figure);
                        }
                    }
                }
            }
        }
    }
    // Units and months with nothing recorded are rows too: an empty line says more than a missing one.
    let months: Vec<Option<i64>> = match question.by.months() {
        true => question.period.months().into_iter().map(Some).collect(),
        false => vec![None],
    };
    let places: BTreeSet<Option<Place>> = match question.by.units() {
        true => {
            let under =
                ground.spans.iter().flat_map(|s| s.places.values()).filter(|p| matches!(p, Place::Under(_)));
            under.map(|p| Some(*p)).collect()
        }
        false => BTreeSet::from([None]),
    };
    if question.by.units() || question.by.months() {
        for place in places {
            for month in &months {
                let key = RowKey { place, month: *month, value: None };
                rows.entry(key).or_insert_with(|| vec![Figure::default(); width]);
            }
        }
    }
    let mut rows: Vec<_> = rows.into_iter().collect();
    if question.by.units() {
        rows.sort_by_cached_key(|(key, _)| (ground.order(key.place), key.month));
    }
    Ok(Table { rows, total })
}

struct Cell {
    unit: Id,
    month: i64,
    key: String,
    figures: Vec<Figure>,
}

/// In a table by laws, the row of what names none: with it the rows of a table make up the whole.
pub const NO_LAW: &str = "none";
/// The column of facts that says how many laws a row names.
pub(super) const LAWS: &str = "laws";

/// How much of a figure names several laws, and so stands in several rows of a table by laws.
pub async fn of_several_laws(
    app: &App,
    question: &Question,
    indicator: &'static Indicator,
) -> Result<Figure> {
    let mut several = Figure::default();
    let Some(fact) = indicator.fact().filter(|f| f.rows.column(LAWS).is_some()) else { return Ok(several) };
    let ground = Ground::of(app, question).await?;
    for (from, to, members) in ground.members(None) {
        let (span, least) = (Period { from, to }, Some(Filter::at_least(LAWS, 2_i64)));
        for cell in sums(app, fact, span, By::Whole, &[(0, indicator)], members, false, least).await? {
            cell.figures.iter().for_each(|figure| several.add(*figure));
        }
    }
    Ok(several)
}

/// Sums of one fact over a span, grouped by recording unit, by month if asked, or by the values of a split; of the
/// rows of a condition, when one is given.
#[allow(clippy::too_many_arguments)]
async fn sums(
    app: &App,
    fact: &'static Fact,
    span: Period,
    by: By,
    indicators: &[(usize, &'static Indicator)],
    members: Option<Vec<Id>>,
    months: bool,
    only: Option<Filter>,
) -> Result<Vec<Cell>> {
    let (relation, rolled) = match &only {
        // Stored sums do not know it.
        Some(_) => (fact.rows, false),
        None => relation(fact, span, by)?,
    };
    let mut select = Select::from(relation);
    let split = by.dimension().is_some();
    // A split needs no unit; a table by unit or month needs no key.
    select = if split { select.by("key") } else { select.by("unit_id") };
    if months {
        select = select.by("month");
    }
    if rolled {
        select = select
            .filter(Filter::is("dimension", by.dimension().unwrap_or("")))
            .filter(Filter::at_least("month", month_of(span.from)))
            .filter(Filter::at_most("month", month_of(span.to)));
    } else {
        select = select.filter(Filter::at_least("day", span.from)).filter(Filter::at_most("day", span.to));
    }
    if let Some(members) = members {
        select = select.filter(Filter::any_of("unit_id", members));
    }
    if let Some(only) = only {
        select = select.filter(only);
    }
    // Indicators share sums ("talks" is how many rows, "attendances" of the same rows); each is asked once.
    let estimates = relation.column("estimated").is_some();
    let mut asked: Vec<(&str, Vec<Filter>)> = Vec::new();
    let mut ask = |measure: &'static str, conditions: Vec<Filter>| {
        let sum = (measure, conditions);
        asked.iter().position(|a| *a == sum).unwrap_or_else(|| {
            asked.push(sum);
            asked.len() - 1
        })
    };
    let mut places = Vec::with_capacity(indicators.len());
    for (_, indicator) in indicators {
        let conditions = indicator.conditions(relation, app.today());
        let mut parts = |measure: &'static str| {
            let mut part = |estimated: bool| {
                let mut conditions = conditions.clone();
                if estimates {
                    conditions.push(Filter::is("estimated", estimated));
                }
                ask(measure, conditions)
            };
            (part(false), estimates.then(|| part(true)))
        };
        places.push((parts(&indicator.measure), parts("rows")));
    }
    for (measure, conditions) in asked {
        select = match (measure, rolled) {
            ("rows", false) => select.count(conditions),
            _ => select.sum(measure, conditions),
        };
    }
    let mut cells = Vec::new();
    for row in select.query().rows(&app.db).await? {
        let mut at = 0;
        let mut next = || {
            at += 1;
            at - 1
        };
        let first = next();
        // Dimension keys are text, except ids of laws in relations of rows.
        let (unit, key) = match (split, split && by == By::Law && !rolled) {
            (false, _) => (id_at(&row, first)?, String::new()),
            (true, true) => (Id([0; 16]), id_at(&row, first)?.to_string()),
            (true, false) => (Id([0; 16]), row.text_at(first)?.unwrap_or_default()),
        };
        let month = if months { row.int_at(next())?.unwrap_or(0) } else { 0 };
        let first = next();
        let int = |at: usize| -> Result<i64> { Ok(row.int_at(first + at)?.unwrap_or(0)) };
        let maybe = |at: Option<usize>| at.map_or(Ok(0), int);
        let mut figures = Vec::with_capacity(places.len());
        for ((actual, estimate), (rows, estimated_rows)) in &places {
            figures.push(Figure {
                actual: int(*actual)?,
                estimate: maybe(*estimate)?,
                rows: int(*rows)? + maybe(*estimated_rows)?,
            });
        }
        if figures.iter().any(|f| *f != Figure::default()) {
            cells.push(Cell { unit, month, key, figures });
        }
    }
    Ok(cells)
}

pub(super) fn id_at(row: &store::Row, index: usize) -> Result<Id> {
    let bytes = row.bytes_at(index)?.unwrap_or_default();
    bytes.try_into().map(Id).map_err(|_| Error::Internal(anyhow::anyhow!("an id of another length")))
}

/// The units under the asked one that recorded nothing which an indicator counts: reports name them.
pub fn silent_units(table: &Table, indicator: usize) -> Vec<Id> {
    let quiet = table.rows.iter().filter(|(_, figures)| figures.get(indicator).is_some_and(|f| f.rows == 0));
    quiet.filter_map(|(key, _)| if let Some(Place::Under(u)) = key.place { Some(u) } else { None }).collect()
}
