//! The plans of a year: a unit's own and, for whoever sees further, those below.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;
use store::Id;

use super::below::{self, Due, Timely};
use super::line;
use super::plan::{self, Listed, State, Wanted};
use crate::access::Act;
use crate::error::Result;
use crate::found::folded_words;
use crate::page::{Page, Room, show};
use crate::web::{Signed, workbook};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    #[serde(rename = "don-vi")]
    unit: String,
    #[serde(rename = "nam")]
    year: String,
    /// A state, or empty for all but withdrawn.
    #[serde(rename = "trang-thai")]
    state: String,
    /// Words of the title, the number or the unit's name.
    q: String,
    #[serde(rename = "sau")]
    after: String,
}

pub struct Shown {
    pub plan: Listed,
    pub unit: String,
}

#[derive(Template)]
#[template(path = "plans/list.html")]
struct ListPage {
    page: Page,
    unit: Id,
    unit_name: String,
    /// None: of all years.
    year: Option<i64>,
    /// The year that a new plan would be for.
    new_year: i64,
    years: Vec<i64>,
    units: Vec<(Id, String)>,
    state: String,
    q: String,
    export: String,
    shown: Vec<Shown>,
    next: Option<String>,
    /// When the unit's own plan of the year is due, and whether it came in time.
    due: Option<(Due, Timely)>,
    may_write: bool,
    has_annual: bool,
}

impl ListPage {
    fn is_year(&self, year: &i64) -> bool {
        self.year == Some(*year)
    }
    fn is_unit(&self, id: &Id) -> bool {
        self.unit == *id
    }
}

pub const PAGE: i64 = 25;

/// The plans that a person asks for: the unit's and those below it.
pub fn wanted(signed: &Signed, unit: Id, year: Option<i64>, states: Vec<State>) -> Wanted {
    Wanted { units: signed.all_under(unit), year, states, kind: None, after: None }
}

/// Plans that a search meets, newest first. Units have few plans a year, so the words are looked for here: what
/// they stand in, the unit's name too, is in three tables.
pub async fn search(signed: &Signed, mut wanted: Wanted, q: &str, most: usize) -> Result<Vec<Shown>> {
    let words = folded_words(q);
    let mut shown = Vec::new();
    loop {
        let batch = if words.is_empty() { most as i64 } else { BATCH };
        let found = plan::list(&signed.app.db, &wanted, batch).await?;
        let is_last = (found.len() as i64) < batch;
        wanted.after = found.last().map(|p| p.id);
        for plan in found {
            let unit = signed.listed_name(plan.unit_id).await?;
            let number = plan.number.as_deref().unwrap_or_default();
            let text = viet::fold(&format!("{} {number} {unit}", plan.title));
            if words.iter().all(|w| text.contains(w.as_str())) {
                shown.push(Shown { plan, unit });
            }
            if shown.len() == most {
                return Ok(shown);
            }
        }
        if is_last {
            return Ok(shown);
        }
    }
}

/// What stands: all but what was withdrawn.
pub const SEARCHED: [State; 4] = [State::Draft, State::Waiting, State::Approved, State::Issued];
/// Instead of a year: all of them.
const ALL_YEARS: &str = "moi-nam";
/// Plans read at once when words are looked for.
const BATCH: i64 = 500;
/// Most plans in one workbook.
const EXPORTED: usize = 5_000;

/// A year, or all of them, as an address says it.
fn year_code(year: Option<i64>) -> String {
    year.map_or(ALL_YEARS.to_owned(), |year| year.to_string())
}

impl Asked {
    /// What was asked, as an address says it, without the place in the list.
    fn query(&self, unit: Id, year: Option<i64>) -> String {
        let q = crate::web::form_urlencoded(&self.q);
        let year = year_code(year);
        format!("don-vi={unit}&nam={year}&trang-thai={}&q={q}", crate::web::form_urlencoded(&self.state))
    }
    fn year(&self, this_year: i64) -> Option<i64> {
        if self.year == ALL_YEARS {
            return None;
        }
        let year = self.year.parse().ok().filter(|y| crate::facts::YEARS.contains(y));
        Some(year.map_or(this_year, i64::from))
    }
    fn states(&self) -> Vec<State> {
        let chosen = State::ALL.into_iter().find(|s| s.code() == self.state);
        chosen.map_or(SEARCHED.to_vec(), |s| vec![s])
    }
}

/// `GET /ke-hoach/xuat.xlsx`: the list as a workbook, with how far each plan is.
pub async fn export(signed: Signed, Query(asked): Query<Asked>) -> Result<Response> {
    use sheets::Cell;
    let app = &signed.app;
    let unit = signed.unit(asked.unit.parse().ok(), Act::See)?;
    let year = asked.year(i64::from(app.today().year()));
    let wanted = wanted(&signed, unit, year, asked.states());
    let shown = search(&signed, wanted, &asked.q, EXPORTED).await?;
    let ids: Vec<_> = shown.iter().map(|s| s.plan.id()).collect();
    let done = line::done_of(&app.db, &ids).await?;
    let page = signed.page(Room::Plans, "");
    let headers = ["title", "unit", "kind", "state", "number", "issued-on", "lines", "lines-done"];
    let mut notes = vec![
        match year {
            Some(year) => format!("{} · {year}", signed.tree.full_name(unit)),
            None => signed.tree.full_name(unit),
        },
        page.t1("plans-as-of", "value", page.moment(app.now())),
    ];
    if !asked.q.is_empty() {
        notes.push(page.t1("plans-search-for", "value", &asked.q));
    }
    let mut table = sheets::Table {
        title: signed.say("room-plans"),
        banner: app.config.demo.then(|| crate::web::api::DEMO_NOTICE.to_owned()),
        notes,
        headers: headers.iter().map(|h| page.t(&format!("plans-{h}"))).collect(),
        rows: vec![],
    };
    let text = |t: &str| Cell::Text(t.to_owned());
    for s in &shown {
        let (done, lines) = done.get(&s.plan.id()).copied().unwrap_or_default();
        table.rows.push(vec![
            text(&s.plan.title),
            text(&s.unit),
            text(&page.t(&s.plan.kind().word())),
            text(&page.t(&s.plan.state().word())),
            s.plan.number.as_deref().map_or(Cell::Empty, text),
            s.plan.issued_on.map_or(Cell::Empty, Cell::Date),
            Cell::Integer(lines),
            Cell::Integer(done),
        ]);
    }
    workbook::of_table(table, &format!("ke-hoach-{}.xlsx", year_code(year))).await
}

/// `GET /ke-hoach`
pub async fn list(signed: Signed, Query(asked): Query<Asked>) -> Result<Response> {
    let app = &signed.app;
    let today = app.today();
    let unit = signed.unit(asked.unit.parse().ok(), Act::See)?;
    let this_year = i64::from(today.year());
    let year = asked.year(this_year);
    let states = asked.states();
    let wanted = Wanted { after: asked.after.parse().ok(), ..wanted(&signed, unit, year, states) };
    let mut shown = search(&signed, wanted, &asked.q, PAGE as usize + 1).await?;
    let more = shown.len() > PAGE as usize;
    shown.truncate(PAGE as usize);
    let query = asked.query(unit, year);
    let next = shown.last().filter(|_| more).map(|last| format!("/ke-hoach?{query}&sau={}", last.plan.id));
    let new_year = year.unwrap_or(this_year);
    let own = match plan::find_annual(&app.db, unit, new_year).await? {
        Some(id) => Some(plan::get(&app.db, id).await?),
        None => None,
    };
    let issued_on = own.as_ref().filter(|p| p.state == State::Issued).and_then(|p| p.issued_on);
    let due = match year {
        Some(year) => below::due(app, unit, year).await?,
        None => None,
    };
    let due = due.map(|due| {
        let timely = Timely::of(due.day, issued_on, today);
        (due, timely)
    });
    let mut years = plan::years(&app.db, unit).await?;
    years.extend([this_year, this_year + 1]);
    years.sort_by(|a, b| b.cmp(a));
    years.dedup();
    let mut units = vec![(unit, signed.tree.full_name(unit))];
    let below = signed.tree.children(unit).iter();
    units.extend(below.filter_map(|u| Some((*u, signed.tree.get(*u)?.name.clone()))));
    for above in signed.tree.line(unit).into_iter().skip(1) {
        if signed.actor.can(Act::See, above, &signed.tree) {
            units.insert(0, (above, signed.tree.full_name(above)));
        }
    }
    show(&ListPage {
        page: signed.page(Room::Plans, &signed.say("room-plans")),
        unit_name: signed.unit_name(unit).await?,
        may_write: signed.can(Act::WritePlan, unit),
        has_annual: own.is_some(),
        export: format!("/ke-hoach/xuat.xlsx?{query}"),
        state: asked.state,
        q: asked.q,
        unit,
        year,
        new_year,
        years,
        units,
        shown,
        next,
        due,
    })
}
