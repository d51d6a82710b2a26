//! The log of acts at a unit: who, what, when, on which object; and whether its chain holds.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use store::{Id, RecordId};

use crate::access::{Act, choose_unit};
use crate::app::start_of_day;
use crate::audit::{self, Logged, Wanted};
use crate::error::Result;
use crate::page::{Page, Room, show};
use crate::web::Signed;
use crate::web::form::{Form, Problems};

#[derive(Template)]
#[template(path = "people/log.html")]
struct LogPage {
    page: Page,
    form: Form,
    unit: Id,
    acts: Vec<(String, String)>,
    people: Vec<(Id, String)>,
    rows: Vec<Row>,
    /// The head of the chain, as printed in reports: how many acts, and the first digits of its hash.
    head: Option<(i64, String)>,
    /// Address of the older acts.
    older: Option<String>,
    checked: Option<Checked>,
}

struct Row {
    logged: Logged,
    act: String,
    object: String,
    path: Option<String>,
}

struct Checked {
    links: u64,
    /// The first act that does not hold.
    broken_at: Option<i64>,
}

const ROWS: usize = 25;

pub async fn show_page(s: Signed, Query(pairs): Query<Vec<(String, String)>>) -> Result<Response> {
    page(&s, Form::of(pairs), false).await
}

/// Recomputes the unit's chain from its first act on.
pub async fn verify(s: Signed, Query(pairs): Query<Vec<(String, String)>>) -> Result<Response> {
    page(&s, Form::of(pairs), true).await
}

async fn page(s: &Signed, form: Form, check: bool) -> Result<Response> {
    let db = &s.app.db;
    let asked = match form.text("don-vi") {
        "" => None,
        id => Some(id.parse()?),
    };
    let unit = choose_unit(&s.actor, asked, Act::SeeAudit, &s.tree)?;
    let name = s.tree.full_name(unit);
    let mut page = s.page(Room::Settings, &s.app.words.say(s.lang(), "people-log-of", &[("unit", name)]));
    let mut problems = Problems::default();
    let mut wanted = Wanted {
        account: form.text("nguoi").parse().ok(),
        act: form.has("viec").then(|| form.text("viec").to_owned()),
        object_id: form.has("doi-tuong").then(|| form.text("doi-tuong").to_owned()),
        from: problems.date(&form, "tu").and_then(start_of_day),
        until: problems.date(&form, "den").and_then(|last| start_of_day(last.tomorrow().ok()?)),
        before: form.text("truoc").parse().ok(),
    };
    page.problems = problems.0;
    let mut found = audit::list(db, unit, &wanted, ROWS as i64 + 1).await?;
    let more = found.len() > ROWS;
    found.truncate(ROWS);
    wanted.before = found.last().filter(|_| more).map(|l| l.seq);
    let older = wanted.before.map(|seq| {
        let kept = form.pairs().filter(|(name, _)| *name != "truoc" && *name != "don-vi");
        let query: String =
            kept.map(|(name, value)| format!("&{name}={}", crate::web::form_urlencoded(value))).collect();
        page.href(&format!("/quan-tri/nhat-ky?don-vi={unit}{query}&truoc={seq}"))
    });
    let checked = match check {
        false => None,
        true => {
            let (links, broken) = audit::verify_unit(db, unit).await?;
            Some(Checked { links, broken_at: broken.first().map(|b| b.seq) })
        }
    };
    let (acts, people) = audit::choices(db, unit).await?;
    let rows = found.into_iter().map(|logged| Row {
        act: word(&page, "act", &logged.act),
        object: word(&page, "object", &logged.object_kind),
        path: page_of(&logged.object_kind, &logged.object_id),
        logged,
    });
    show(&LogPage {
        rows: rows.collect(),
        acts: acts.into_iter().map(|act| (word(&page, "act", &act), act)).collect(),
        people,
        head: audit::head(db, unit).await?.map(|h| (h.seq, h.short())),
        older,
        checked,
        unit,
        form,
        page,
    })
}

/// The word for a code of the log, or the code itself.
fn word(page: &Page, kind: &str, code: &str) -> String {
    let key = format!("{kind}-{code}");
    if page.knows(&key) { page.t(&key) } else { code.to_owned() }
}

/// Pages of kinds of objects that are not facts.
const PAGES: &[(&str, &str)] = &[("account", "/quan-tri/nguoi/"), ("law", "/luat/")];

fn page_of(kind: &str, id: &str) -> Option<String> {
    if let Some((_, path)) = PAGES.iter().find(|(k, _)| *k == kind) {
        return Some(format!("{path}{id}"));
    }
    let fact = crate::facts().into_iter().find(|f| f.name == kind)?;
    Some((fact.page)(id.parse::<RecordId>().ok()?))
}
