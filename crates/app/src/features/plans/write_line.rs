//! Writing a line: one screen, prefilled.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;
use store::{Db, Id, RecordId};

use super::board;
use super::choose;
use super::edit::{changed_by, writable};
use super::line::{self, Line, LineContent};
use super::plan::Plan;
use crate::access::Act;
use crate::changes::{Conflict, both};
use crate::error::{Error, FieldProblem, Result};
use crate::features::activities::reference::{self, Audience, Method};
use crate::features::laws;
use crate::page::{Page, Room, date_text, show, show_again, show_both};
use crate::web::Signed;
use crate::web::form::{Form, Problems};

#[derive(Template)]
#[template(path = "plans/write_line.html")]
struct LinePage {
    page: Page,
    form: Form,
    path: String,
    /// Where to go without saving.
    back: String,
    editing: Option<RecordId>,
    laws: laws::choose::Choice,
    methods: Vec<&'static Method>,
    audiences: Vec<&'static Audience>,
    partners: Vec<(Id, String)>,
    /// Until when a line runs that names no day.
    last_day: Date,
    conflict: Option<Conflict>,
}

/// The most partners that are offered as ticks; a province's communes are named in words.
const TICKED_PARTNERS: usize = 30;

fn last_day(year: i64) -> Date {
    Date::new(i16::try_from(year).unwrap_or(2000), 12, 31).unwrap_or(Date::MAX)
}

pub fn form_of(c: &LineContent) -> Form {
    let mut form = Form::default();
    form.set("content", c.content.as_str());
    c.laws.iter().for_each(|l| form.push("law", l.to_string()));
    c.audiences.iter().for_each(|a| form.push("audience", a.as_str()));
    c.methods.iter().for_each(|m| form.push("method", m.as_str()));
    form.set("lead", c.lead.to_string());
    c.with_units.iter().for_each(|u| form.push("with", u.to_string()));
    form.set("with_others", c.with_others.as_str());
    form.set("from", c.from.map(|d| d.to_string()).unwrap_or_default());
    form.set("until", c.until.to_string());
    form.set("product", c.product.as_str());
    form.set("talks", viet::format_int(c.talks));
    form.set("budget", if c.budget == 0 { String::new() } else { viet::format_int(c.budget) });
    form
}

/// Reads what was typed; `before` gives what the form does not show.
async fn read(
    db: &Db,
    form: &Form,
    plan: &Plan,
    before: Option<&LineContent>,
    partners: &[(Id, String)],
) -> Result<(LineContent, Problems)> {
    let mut problems = Problems::default();
    let from = problems.date(form, "from");
    let until = problems.date(form, "until").unwrap_or(last_day(plan.content.year));
    let is_kept = before.is_some_and(|b| b.until == until);
    if from.is_some_and(|f| f > until) {
        problems.add("until", "plans-error-until");
    } else if i64::from(until.year()) != plan.content.year && !is_kept && !form.has("outside") {
        problems.add_value("until", "plans-error-outside", plan.content.year.to_string());
    }
    let talks = problems.count(form, "talks");
    if talks == Some(0) {
        problems.add("talks", "plans-error-talks");
    }
    let was_partner = |id: &Id| before.is_some_and(|b| b.lead == *id || b.with_units.contains(id));
    let known = |id: &Id| partners.iter().any(|p| p.0 == *id) || was_partner(id);
    let lead = problems.parse::<Id>(form, "lead").filter(known).unwrap_or(plan.content.unit);
    let mut with_units: Vec<Id> =
        form.all("with").filter_map(|u| u.parse().ok()).filter(known).filter(|u| *u != lead).collect();
    with_units.dedup();
    let content = LineContent {
        content: viet::clean(&problems.required(form, "content", 500)),
        laws: choose::read_laws(db, form, &mut problems).await?,
        audiences: choose::read_codes(
            form,
            "audience",
            |c| reference::find_audience(c).is_some(),
            &mut problems,
        ),
        methods: choose::read_codes(form, "method", |c| reference::find_method(c).is_some(), &mut problems),
        lead,
        with_units,
        with_others: viet::clean(&problems.optional(form, "with_others", 300)),
        from,
        until,
        product: viet::clean(&problems.optional(form, "product", 300)),
        talks: talks.unwrap_or(1).max(1),
        budget: problems.count(form, "budget").unwrap_or(0),
        above: before.and_then(|b| b.above),
    };
    Ok((content, problems))
}

async fn line_page(
    signed: &Signed,
    plan: &Plan,
    form: Form,
    editing: Option<RecordId>,
    problems: Vec<FieldProblem>,
) -> Result<LinePage> {
    let app = &signed.app;
    let title = if editing.is_some() { "plans-line-edit-title" } else { "plans-line-new-title" };
    let mut page = signed
        .page(Room::Plans, &signed.say(title))
        .crumb(signed.say("room-plans"), "/ke-hoach")
        .crumb(plan.content.title.clone(), super::page(plan.id));
    page.problems = problems;
    let today = app.today();
    Ok(LinePage {
        path: match editing {
            Some(id) => format!("{}/sua", super::line_page(id)),
            None => format!("{}/dong/moi", super::page(plan.id)),
        },
        back: super::page(plan.id),
        editing,
        laws: laws::choose::Choice::of(&app.db, &form, vec![]).await?,
        methods: reference::methods(today).collect(),
        audiences: reference::audiences(today).collect(),
        partners: choose::partners(signed, plan.content.unit),
        last_day: last_day(plan.content.year),
        conflict: None,
        page,
        form,
    })
}

impl LinePage {
    fn line_path(&self, id: &RecordId) -> String {
        super::line_page(*id)
    }
    /// Those who are offered as ticks beside the one who leads.
    fn ticked(&self) -> &[(Id, String)] {
        let others = self.partners.get(1..).unwrap_or_default();
        others.get(..TICKED_PARTNERS).unwrap_or(others)
    }
    fn asks_outside(&self) -> bool {
        self.form.has("outside") || self.page.problems.iter().any(|p| p.key == "plans-error-outside")
    }
    fn special_open(&self) -> bool {
        self.audiences.iter().any(|a| a.special && self.form.is("audience", &a.code))
    }
}

#[derive(Deserialize)]
pub struct Begin {
    #[serde(rename = "luat")]
    law: Option<Id>,
}

/// `GET /ke-hoach/{id}/dong/moi`
pub async fn new(signed: Signed, Path(id): Path<String>, Query(begin): Query<Begin>) -> Result<Response> {
    let plan = writable(&signed, &id).await?;
    let mut form = Form::default();
    form.set("lead", plan.content.unit.to_string());
    form.set("talks", "1");
    form.set("until", last_day(plan.content.year).to_string());
    if let Some(law) = begin.law {
        let law = laws::get(&signed.app.db, law).await?;
        let (from, until) = board::days_for(&law, plan.content.year, signed.app.today());
        form.push("law", law.id.to_string());
        form.set("from", from.to_string());
        form.set("until", until.to_string());
    }
    show(&line_page(&signed, &plan, form, None, vec![]).await?)
}

/// `POST /ke-hoach/{id}/dong/moi`
pub async fn create(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let app = &signed.app;
    let mut plan = writable(&signed, &id).await?;
    if form.text("act") == "find-law" {
        return show(&line_page(&signed, &plan, form, None, vec![]).await?);
    }
    let partners = choose::partners(&signed, plan.content.unit);
    let (content, problems) = read(&app.db, &form, &plan, None, &partners).await?;
    if !problems.0.is_empty() {
        return show_again(&line_page(&signed, &plan, form, None, problems.0).await?);
    }
    let mut tx = app.db.begin().await?;
    line::add_line(&mut tx, app, Some(signed.actor.account), &mut plan, &content).await?;
    tx.commit().await?;
    let to = match form.text("act") {
        "more" => format!("{}/dong/moi", super::page(plan.id)),
        _ => format!("{}?xong=dong", super::page(plan.id)),
    };
    Ok(signed.redirect(&to))
}

/// A line of a plan that the person may write now.
async fn writable_line(signed: &Signed, id: &str) -> Result<(Plan, Line)> {
    let line = line::find_line(&signed.app.db, id.parse()?).await?.ok_or(Error::NotFound)?;
    signed.require(Act::WritePlan, line.unit)?;
    let plan = writable(signed, &line.plan.to_string()).await?;
    Ok((plan, line))
}

/// `GET /ke-hoach/dong/{line}/sua`
pub async fn edit(signed: Signed, Path(id): Path<String>) -> Result<Response> {
    let (plan, line) = writable_line(&signed, &id).await?;
    let mut form = form_of(&line.content);
    form.set("version", line.version.to_string());
    show(&line_page(&signed, &plan, form, Some(line.id), vec![]).await?)
}

/// `POST /ke-hoach/dong/{line}/sua`
pub async fn change(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let app = &signed.app;
    let (mut plan, line) = writable_line(&signed, &id).await?;
    if form.text("act") == "find-law" {
        return show(&line_page(&signed, &plan, form, Some(line.id), vec![]).await?);
    }
    let partners = choose::partners(&signed, plan.content.unit);
    let (content, problems) = read(&app.db, &form, &plan, Some(&line.content), &partners).await?;
    if form.text("version") != line.version.to_string() {
        return both_values(&signed, &plan, &line, form, &content).await;
    }
    if !problems.0.is_empty() {
        return show_again(&line_page(&signed, &plan, form, Some(line.id), problems.0).await?);
    }
    let mut tx = app.db.begin().await?;
    line::change_line(&mut tx, app, Some(signed.actor.account), &mut plan, &line, &content).await?;
    tx.commit().await?;
    Ok(signed.redirect(&format!("{}?xong=dong", super::page(plan.id))))
}

/// `POST /ke-hoach/dong/{line}/bo`
pub async fn drop(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let app = &signed.app;
    let (mut plan, line) = writable_line(&signed, &id).await?;
    form.must_show(line.version, "plans-error-changed")?;
    let mut tx = app.db.begin().await?;
    line::drop_line(&mut tx, app, Some(signed.actor.account), &mut plan, &line).await?;
    tx.commit().await?;
    Ok(signed.redirect(&format!("{}?xong=bo&dong={}#lich-su", super::page(plan.id), line.id.id)))
}

/// `POST /ke-hoach/{id}/dong/tra-lai`: a line that was taken out comes back.
pub async fn restore(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let app = &signed.app;
    let mut plan = writable(&signed, &id).await?;
    let line: Id = form.text("dong").parse()?;
    let mut tx = app.db.begin().await?;
    line::restore_line(&mut tx, app, Some(signed.actor.account), &mut plan, line).await?;
    tx.commit().await?;
    Ok(signed.redirect(&format!("{}?xong=lai#d-{line}", super::page(plan.id))))
}

/// `POST /ke-hoach/dong/{line}/chuyen`: one place up or down.
pub async fn shift(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let app = &signed.app;
    let (mut plan, line) = writable_line(&signed, &id).await?;
    let up = match form.text("huong") {
        "len" => true,
        "xuong" => false,
        _ => return Err(Error::NotFound),
    };
    let mut tx = app.db.begin().await?;
    line::move_line(&mut tx, app, Some(signed.actor.account), &mut plan, &line, up).await?;
    tx.commit().await?;
    Ok(signed.redirect(&format!("{}#d-{}", super::page(plan.id), line.id.id)))
}

/// Somebody changed the line since the page was opened: both values are shown.
async fn both_values(
    signed: &Signed,
    plan: &Plan,
    line: &Line,
    mut form: Form,
    here: &LineContent,
) -> Result<Response> {
    form.set("version", line.version.to_string());
    let mut shown = line_page(signed, plan, form, Some(line.id), vec![]).await?;
    let lang = signed.lang();
    let db = &signed.app.db;
    let day = |d: Option<Date>| d.map(date_text).unwrap_or_default();
    let there = &line.content;
    let mut rows = vec![
        ("plans-content", here.content.clone(), there.content.clone()),
        ("plans-laws", choose::law_names(db, &here.laws).await?, choose::law_names(db, &there.laws).await?),
        (
            "plans-audiences",
            choose::audience_names(&here.audiences, lang).join(", "),
            choose::audience_names(&there.audiences, lang).join(", "),
        ),
        (
            "plans-methods",
            choose::method_names(&here.methods, lang).join(", "),
            choose::method_names(&there.methods, lang).join(", "),
        ),
        ("plans-with-others", here.with_others.clone(), there.with_others.clone()),
        ("plans-from", day(here.from), day(there.from)),
        ("plans-until", day(Some(here.until)), day(Some(there.until))),
        ("plans-product", here.product.clone(), there.product.clone()),
        ("plans-talks", viet::format_int(here.talks), viet::format_int(there.talks)),
        ("plans-budget", viet::format_int(here.budget), viet::format_int(there.budget)),
    ];
    let (lead_here, lead_there) = (signed.unit_name(here.lead).await?, signed.unit_name(there.lead).await?);
    rows.push(("plans-lead", lead_here, lead_there));
    let with_here = choose::unit_names(signed, &here.with_units).await?.join(", ");
    let with_there = choose::unit_names(signed, &there.with_units).await?.join(", ");
    rows.push(("plans-with", with_here, with_there));
    let sentence = changed_by(signed, plan, Some(line.id.id)).await?;
    shown.conflict = Some(Conflict { sentence, fields: both(signed, rows) });
    show_both(&shown)
}
