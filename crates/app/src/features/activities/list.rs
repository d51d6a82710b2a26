//! The list of activities: searched, filtered in words, sorted, 25 at a time, and as a workbook.

use std::collections::{HashMap, HashSet};

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::{Columns, Db, Filter, Id, RecordId, Relation, Select, Value};

use super::reference;
use crate::access::Act;
use crate::error::Result;
use crate::found::folded_words;
use crate::page::{Page, Room, date_text, show};
use crate::web::{Signed, workbook};

static LIST: Relation = Relation {
    name: "activities",
    from: "activities",
    columns: &[
        Columns::Key("shard_id"),
        Columns::Key("id"),
        Columns::Key("unit_id"),
        Columns::Key("day"),
        Columns::Dimension("method"),
        Columns::Dimension("title"),
        Columns::Dimension("place"),
        Columns::Dimension("estimated"),
        Columns::Dimension("state"),
        Columns::Dimension("folded"),
        Columns::Measure("open_questions"),
        Columns::Measure("attendances"),
        Columns::Measure("copies"),
        Columns::Measure("cost"),
    ],
};

store::record! {
    /// An activity as a line of a list.
    #[derive(Debug, Clone)]
    pub struct Line {
        pub shard_id: i64,
        pub id: Id,
        pub unit_id: Id,
        pub day: Date,
        pub method: String,
        pub title: String,
        pub place: String,
        pub estimated: bool,
        pub state: String,
        pub open_questions: i64,
        pub attendances: i64,
        pub copies: i64,
        pub cost: i64,
    }
}

/// What is asked of the list, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Asked {
    /// Words, without regard to marks.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub q: String,
    #[serde(rename = "don-vi", skip_serializing_if = "String::is_empty")]
    pub unit: String,
    #[serde(rename = "hinh-thuc", skip_serializing_if = "String::is_empty")]
    pub method: String,
    /// `this-month`, `last-month`, `this-year`, or empty: `tu` and `den`.
    #[serde(rename = "ky", skip_serializing_if = "String::is_empty")]
    pub period: String,
    #[serde(rename = "tu", skip_serializing_if = "String::is_empty")]
    pub from: String,
    #[serde(rename = "den", skip_serializing_if = "String::is_empty")]
    pub to: String,
    /// `oldest`, `largest`; newest first otherwise.
    #[serde(rename = "xep", skip_serializing_if = "String::is_empty")]
    pub sort: String,
    /// `withdrawn`, `questions`; what counts otherwise.
    #[serde(rename = "dong", skip_serializing_if = "String::is_empty")]
    pub show: String,
    /// Where the page before ended.
    #[serde(rename = "sau", skip_serializing_if = "String::is_empty")]
    pub after: String,
}

const PAGE: i64 = 25;
/// Most lines of an exported workbook.
const EXPORTED: i64 = 20_000;
const EXPORTED_AT_ONCE: i64 = 4_000;

impl Asked {
    /// First and last day, where given. What is not a day is no bound.
    pub fn days(&self, today: Date) -> (Option<Date>, Option<Date>) {
        let month = today.first_of_month();
        let before = month.yesterday().unwrap_or(month);
        match self.period.as_str() {
            "this-month" => (Some(month), Some(today.last_of_month())),
            "last-month" => (Some(before.first_of_month()), Some(before)),
            "this-year" => (Some(today.first_of_year()), Some(today.last_of_year())),
            _ => {
                let day = |t: &str| viet::parse_date(t).and_then(|(y, m, d)| Date::new(y, m, d).ok());
                (day(&self.from), day(&self.to))
            }
        }
    }
    pub fn select(&self, units: Option<Vec<Id>>, today: Date) -> Select {
        let mut select = Select::from(&LIST);
        select = select
            .filter(Filter::is("state", if self.show == "withdrawn" { "withdrawn" } else { "recorded" }));
        if self.show == "questions" {
            select = select.filter(Filter::at_least("open_questions", 1i64));
        }
        if let Some(units) = units {
            select = select.filter(Filter::any_of("unit_id", units));
        }
        if !self.method.is_empty() {
            select = select.filter(Filter::is("method", self.method.as_str()));
        }
        let (from, to) = self.days(today);
        if let Some(from) = from {
            select = select.filter(Filter::at_least("day", from));
        }
        if let Some(to) = to {
            select = select.filter(Filter::at_most("day", to));
        }
        for word in folded_words(&self.q) {
            select = select.filter(Filter::contains("folded", &word));
        }
        select
    }
    fn order(&self) -> (&'static str, bool) {
        match self.sort.as_str() {
            "oldest" => ("day", false),
            "largest" => ("attendances", true),
            _ => ("day", true),
        }
    }
    pub fn listed(&self, units: Option<Vec<Id>>, today: Date, rows: i64) -> Select {
        let (column, descending) = self.order();
        let mut select = self.select(units, today);
        for c in [
            "shard_id",
            "id",
            "unit_id",
            "day",
            "method",
            "title",
            "place",
            "estimated",
            "state",
            "open_questions",
            "attendances",
            "copies",
            "cost",
        ] {
            select = select.list(c);
        }
        select = select.order(column, descending).order("id", descending).limit(rows);
        match self.after.split_once('_') {
            Some((value, id)) => {
                let value = match column {
                    "attendances" => value.parse().ok().map(|n: i64| Value::Int(Some(n))),
                    _ => Some(Value::Text(Some(value.to_owned()))),
                };
                let id = id.parse::<Id>().ok().map(|id| Value::Bytes(Some(id.0.to_vec())));
                match value.zip(id) {
                    Some((value, id)) => select.after(vec![value, id]),
                    None => select,
                }
            }
            None => select,
        }
    }
    /// How to ask for what comes after a line.
    fn after(&self, line: &Line) -> String {
        match self.order().0 {
            "attendances" => format!("{}_{}", line.attendances, line.id),
            _ => format!("{}_{}", line.day, line.id),
        }
    }
    /// The address of the list with these wishes.
    fn path(&self, base: &str) -> String {
        let query = serde_html_form::to_string(self).unwrap_or_default();
        if query.is_empty() { base.to_owned() } else { format!("{base}?{query}") }
    }
}

/// A page of lines, and how to ask for the next.
pub async fn lines(
    db: &Db,
    asked: &Asked,
    units: Option<Vec<Id>>,
    today: Date,
) -> Result<(Vec<Line>, Option<String>)> {
    let mut lines: Vec<Line> = asked.listed(units, today, PAGE + 1).query().all(db).await?;
    let more = lines.len() as i64 > PAGE;
    lines.truncate(PAGE as usize);
    let next = lines.last().filter(|_| more).map(|l| asked.after(l));
    Ok((lines, next))
}

/// How many rows the wishes meet at a unit and everything under it, and their attendances.
pub async fn totals(signed: &Signed, asked: &Asked, unit: Id) -> Result<(i64, i64)> {
    let select = asked.select(signed.all_under(unit), signed.app.today());
    let totals = select.count(vec![]).sum("attendances", vec![]).query().rows(&signed.app.db).await?;
    let total = |i: usize| totals.first().and_then(|r| r.int_at(i).ok().flatten()).unwrap_or(0);
    Ok((total(0), total(1)))
}

/// What is not withdrawn of the evidence of activities.
static EVIDENCE: Relation = Relation {
    name: "evidence of activities",
    from: "(SELECT activity_id FROM activity_evidence WHERE withdrawn_at IS NULL)",
    columns: &[Columns::Key("activity_id")],
};

/// Which of these have a photo or a scan.
async fn with_evidence(db: &Db, lines: &[Line]) -> Result<HashSet<Id>> {
    let of = Filter::any_of("activity_id", lines.iter().map(|l| l.id));
    let found: Vec<(Id,)> = Select::from(&EVIDENCE).list("activity_id").filter(of).query().all(db).await?;
    Ok(found.into_iter().map(|f| f.0).collect())
}

struct Shown {
    line: Line,
    id: RecordId,
    method: String,
    unit: String,
}

#[derive(Template)]
#[template(path = "activities/list.html")]
struct ListPage {
    page: Page,
    asked: Asked,
    sentence: String,
    methods: Vec<&'static reference::Method>,
    units: Vec<(Id, String)>,
    shown: Vec<Shown>,
    with_evidence: HashSet<Id>,
    next: Option<String>,
    export: String,
    may_record: bool,
    filtered: bool,
}

async fn show_lines(signed: &Signed, lines: Vec<Line>) -> Result<Vec<Shown>> {
    let mut shown = Vec::with_capacity(lines.len());
    // Names of units that are gone are looked up once, not for each of their rows.
    let mut gone: HashMap<Id, String> = HashMap::new();
    for line in lines {
        let unit = match (signed.tree.get(line.unit_id), gone.get(&line.unit_id)) {
            (Some(unit), _) => unit.name.clone(),
            (None, Some(name)) => name.clone(),
            (None, None) => {
                let name = signed.listed_name(line.unit_id).await?;
                gone.entry(line.unit_id).or_insert(name).clone()
            }
        };
        let method = reference::find_method(&line.method).map_or("", |m| m.name(signed.lang())).to_owned();
        shown.push(Shown { id: RecordId { shard: line.shard_id, id: line.id }, method, unit, line });
    }
    Ok(shown)
}

/// The filter in words: what, where, when.
fn sentence(signed: &Signed, asked: &Asked, unit: &str, rows: i64, attendances: i64) -> String {
    let say =
        |key: &str, value: &str| signed.app.words.say(signed.lang(), key, &[("value", value.to_owned())]);
    let mut parts = vec![unit.to_owned()];
    if let Some(method) = reference::find_method(&asked.method) {
        parts.push(method.name(signed.lang()).to_owned());
    }
    let (from, to) = asked.days(signed.app.today());
    parts.extend(from.map(|d| say("activities-words-from", &date_text(d))));
    parts.extend(to.map(|d| say("activities-words-to", &date_text(d))));
    if !asked.q.is_empty() {
        parts.push(say("activities-words-search", &asked.q));
    }
    match asked.show.as_str() {
        "withdrawn" => parts.push(signed.say("activities-words-withdrawn")),
        "questions" => parts.push(signed.say("activities-words-questions")),
        _ => {}
    }
    let counts = [("rows", viet::format_int(rows)), ("people", viet::format_int(attendances))];
    format!(
        "{}: {}",
        parts.join(" · "),
        signed.app.words.say(signed.lang(), "activities-words-counts", &counts)
    )
}

/// `GET /hoat-dong`
pub async fn list(signed: Signed, Query(asked): Query<Asked>) -> Result<Response> {
    let app = &signed.app;
    let today = app.today();
    let unit = signed.unit(asked.unit.parse().ok(), Act::See)?;
    let units = signed.all_under(unit);
    let (found, next) = lines(&app.db, &asked, units, today).await?;
    let (rows, attendances) = totals(&signed, &asked, unit).await?;
    let unit_name = signed.tree.full_name(unit);
    let mut below = vec![(unit, unit_name.clone())];
    below.extend(
        signed.tree.children(unit).iter().filter_map(|u| Some((*u, signed.tree.get(*u)?.name.clone()))),
    );
    for above in signed.tree.line(unit).into_iter().skip(1) {
        if signed.actor.can(Act::See, above, &signed.tree) {
            below.insert(0, (above, signed.tree.full_name(above)));
        }
    }
    let plain = Asked { unit: asked.unit.clone(), ..Asked::default() };
    let first = Asked { after: String::new(), ..asked.clone() };
    let page = ListPage {
        page: signed.page(Room::Activities, &signed.say("room-activities")),
        sentence: sentence(&signed, &asked, &unit_name, rows, attendances),
        methods: reference::methods(today).collect(),
        units: below,
        with_evidence: with_evidence(&app.db, &found).await?,
        shown: show_lines(&signed, found).await?,
        next: next.map(|after| Asked { after, ..asked.clone() }.path("/hoat-dong")),
        export: first.path("/hoat-dong/xuat.xlsx"),
        may_record: signed.actor.can_anywhere(Act::RecordActivity),
        filtered: first.path("") != plain.path(""),
        asked: Asked { unit: unit.to_string(), ..asked },
    };
    show(&page)
}

/// `GET /hoat-dong/xuat.xlsx`: the list as a workbook.
pub async fn export(signed: Signed, Query(asked): Query<Asked>) -> Result<Response> {
    let app = &signed.app;
    let today = app.today();
    let unit = signed.unit(asked.unit.parse().ok(), Act::See)?;
    let units = signed.all_under(unit);
    let asked = Asked { after: String::new(), ..asked };
    let (rows, people) = totals(&signed, &asked, unit).await?;
    let page = signed.page(Room::Activities, "");
    let headers =
        ["day", "method", "title", "unit", "place", "attendances", "copies", "cost", "estimated", "code"];
    let words = |h: &str| match h {
        "unit" => signed.say("activities-unit"),
        "code" => signed.say("activities-code"),
        field => signed.say(super::entry::label(field)),
    };
    let mut table = sheets::Table {
        title: signed.say("room-activities"),
        banner: app.config.demo.then(|| crate::web::api::DEMO_NOTICE.to_owned()),
        notes: vec![
            sentence(&signed, &asked, &signed.tree.full_name(unit), rows, people),
            page.t1("activities-as-of", "value", page.moment(app.now())),
        ],
        headers: headers.iter().map(|h| words(h)).collect(),
        rows: vec![],
    };
    if rows > EXPORTED {
        table.notes.push(page.t1("activities-export-cut", "value", viet::format_int(EXPORTED)));
    }
    let (mut left, mut next) = (EXPORTED, None);
    let mut block = async || -> Result<Vec<Vec<sheets::Cell>>> {
        let asked = Asked { after: next.take().unwrap_or_default(), ..asked.clone() };
        let found: Vec<Line> =
            asked.listed(units.clone(), today, EXPORTED_AT_ONCE.min(left)).query().all(&app.db).await?;
        left -= found.len() as i64;
        next = found.last().map(|l| asked.after(l));
        Ok(show_lines(&signed, found).await?.into_iter().map(cells).collect())
    };
    table.rows = block().await?;
    // The next rows are read while these are written.
    let (mut book, mut rows) = tokio::try_join!(workbook::Book::begin(table), block())?;
    while !rows.is_empty() {
        (book, rows) = tokio::try_join!(book.write(rows), block())?;
    }
    book.answer("hoat-dong.xlsx").await
}

fn cells(shown: Shown) -> Vec<sheets::Cell> {
    use sheets::Cell;
    vec![
        Cell::Date(shown.line.day),
        Cell::Text(shown.method),
        Cell::Text(shown.line.title),
        Cell::Text(shown.unit),
        Cell::Text(shown.line.place),
        Cell::Integer(shown.line.attendances),
        Cell::Integer(shown.line.copies),
        Cell::Integer(shown.line.cost),
        if shown.line.estimated { Cell::Text("✓".to_owned()) } else { Cell::Empty },
        Cell::Text(shown.id.to_string()),
    ]
}
