//! Beginning a plan and writing what stands around its lines.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use serde::Deserialize;
use store::{Db, Id, RecordId};

use super::calendar;
use super::choose;
use super::plan::{self, Content, Kind, Plan, State};
use super::template::{Words, template};
use crate::access::Act;
use crate::changes::{Conflict, both};
use crate::error::{Error, FieldProblem, Result};
use crate::features::laws;
use crate::page::{Page, Room, show, show_again, show_both};
use crate::web::Signed;
use crate::web::form::{Form, Problems};

#[derive(Template)]
#[template(path = "plans/edit.html")]
struct EditPage {
    page: Page,
    form: Form,
    path: String,
    /// None for a new one.
    plan: Option<RecordId>,
    units: Vec<(Id, String)>,
    laws: laws::choose::Choice,
    /// The unit has units below to which a plan may be issued.
    has_below: bool,
    rule: Option<&'static calendar::Rule>,
    conflict: Option<Conflict>,
}

#[derive(Deserialize)]
pub struct Begin {
    #[serde(rename = "don-vi")]
    unit: Option<Id>,
    #[serde(rename = "nam")]
    year: Option<i64>,
    #[serde(rename = "loai")]
    kind: Option<String>,
}

/// The words of a unit's papers.
pub fn words_of(signed: &Signed, unit: Id, name: &str, year: i64) -> Words {
    template(signed.app.today()).words(&signed.tree, unit, name, year)
}

/// A new plan as it reads before anybody has written it.
pub fn blank(signed: &Signed, unit: Id, name: &str, year: i64, kind: Kind) -> Content {
    let t = template(signed.app.today());
    let words = words_of(signed, unit, name, year);
    Content {
        unit,
        year,
        kind,
        title: words.fill(if kind == Kind::Annual { &t.annual } else { &t.further }),
        purpose: words.fill(&t.purpose),
        organisation: words.fill(&t.organisation),
        authority: words.authority(),
        signer: String::new(),
        recipients: words.recipients(),
        bases: vec![],
        above: None,
        due_days: None,
    }
}

/// Whether units of the administration stand below one.
pub fn has_below(signed: &Signed, unit: Id) -> bool {
    !super::below::units_below(&signed.tree, unit).is_empty()
}

fn form_of(c: &Content) -> Form {
    let mut form = Form::default();
    form.set("don-vi", c.unit.to_string());
    form.set("year", c.year.to_string());
    form.set("kind", c.kind.code());
    for (field, text) in [
        ("title", &c.title),
        ("purpose", &c.purpose),
        ("organisation", &c.organisation),
        ("authority", &c.authority),
        ("signer", &c.signer),
        ("recipients", &c.recipients),
    ] {
        form.set(field, text.as_str());
    }
    c.bases.iter().for_each(|l| form.push("law", l.to_string()));
    if let Some(days) = c.due_days {
        form.set("to_below", "1");
        form.set("due_days", days.to_string());
    }
    form
}

/// Reads the fields that may be changed over those there are.
async fn read(db: &Db, form: &Form, before: &Content, below: bool) -> Result<(Content, Problems)> {
    let mut problems = Problems::default();
    let bases = choose::read_laws(db, form, &mut problems).await?;
    let due_days = match (below && form.has("to_below"), problems.count(form, "due_days")) {
        (true, Some(days)) if (1..=250).contains(&days) => Some(days),
        (true, _) => {
            if !problems.0.iter().any(|p| p.field == "due_days") {
                problems.add("due_days", "plans-error-due-days");
            }
            None
        }
        _ => None,
    };
    let content = Content {
        title: viet::clean(&problems.required(form, "title", 300)),
        purpose: problems.optional(form, "purpose", 4000),
        organisation: problems.optional(form, "organisation", 4000),
        authority: problems.optional(form, "authority", 300),
        signer: problems.optional(form, "signer", 100),
        recipients: problems.optional(form, "recipients", 1000),
        bases,
        due_days,
        ..before.clone()
    };
    Ok((content, problems))
}

async fn edit_page(
    signed: &Signed,
    unit: Id,
    form: Form,
    plan: Option<&Plan>,
    problems: Vec<FieldProblem>,
) -> Result<EditPage> {
    let app = &signed.app;
    let title = if plan.is_some() { "plans-edit-title" } else { "plans-new-title" };
    let mut page = signed.page(Room::Plans, &signed.say(title)).crumb(signed.say("room-plans"), "/ke-hoach");
    if let Some(plan) = plan {
        page = page.crumb(plan.content.title.clone(), super::page(plan.id));
    }
    page.problems = problems;
    let units = signed.actor.units_for(Act::WritePlan);
    let mut units: Vec<(Id, String)> =
        units.filter_map(|u| Some((u, signed.tree.get(u)?.name.clone()))).collect();
    units.dedup();
    Ok(EditPage {
        path: plan.map_or("/ke-hoach/moi".into(), |p| format!("{}/sua", super::page(p.id))),
        plan: plan.map(|p| p.id),
        units,
        laws: laws::choose::Choice::of(&app.db, &form, vec![]).await?,
        has_below: has_below(signed, unit),
        rule: calendar::rule(app.today()),
        conflict: None,
        page,
        form,
    })
}

/// `GET /ke-hoach/moi`
pub async fn new(signed: Signed, Query(begin): Query<Begin>) -> Result<Response> {
    let unit = signed.unit(begin.unit, Act::WritePlan)?;
    let name = signed.unit_name(unit).await?;
    let today = signed.app.today();
    // From November on, people write next year's plan.
    let next = i64::from(today.year()) + i64::from(today.month() >= 11);
    let year = begin.year.filter(|y| (2000..=2100).contains(y)).unwrap_or(next);
    let mut kind = Kind::from_code(begin.kind.as_deref().unwrap_or_default());
    if kind == Kind::Annual && plan::find_annual(&signed.app.db, unit, year).await?.is_some() {
        kind = Kind::Further;
    }
    let mut form = form_of(&blank(&signed, unit, &name, year, kind));
    if kind == Kind::Annual && has_below(&signed, unit) {
        form.set("to_below", "1");
        form.set("due_days", calendar::rule(today).map_or(String::new(), |r| r.working_days.to_string()));
    }
    show(&edit_page(&signed, unit, form, None, vec![]).await?)
}

/// `POST /ke-hoach/moi`
pub async fn create(signed: Signed, form: Form) -> Result<Response> {
    let app = &signed.app;
    let unit = signed.unit_named(form.text("don-vi"), Act::WritePlan)?;
    let shard = signed.tree.get(unit).ok_or(Error::NotFound)?.shard_id;
    let mut years = Problems::default();
    let year = years.count(&form, "year").filter(|y| (2000..=2100).contains(y));
    if year.is_none() && years.0.is_empty() {
        years.add("year", "plans-error-year");
    }
    let name = signed.unit_name(unit).await?;
    if form.text("act") == "find-law" {
        return show(&edit_page(&signed, unit, form, None, vec![]).await?);
    }
    let kind = Kind::from_code(form.text("kind"));
    let empty = blank(&signed, unit, &name, year.unwrap_or_default(), kind);
    let (content, mut problems) = read(&app.db, &form, &empty, has_below(&signed, unit)).await?;
    problems.0.splice(0..0, years.0);
    if let (Some(year), Kind::Annual) = (year, kind)
        && plan::find_annual(&app.db, unit, year).await?.is_some()
    {
        problems.add("year", "plans-error-annual");
    }
    if !problems.0.is_empty() {
        return show_again(&edit_page(&signed, unit, form, None, problems.0).await?);
    }
    let content = Content { above: super::below::plan_above(&signed, unit, content.year).await?, ..content };
    let mut tx = app.db.begin().await?;
    let plan = plan::insert(&mut tx, app, Some(signed.actor.account), shard, &content).await?;
    tx.commit().await?;
    Ok(signed.redirect(&format!("{}?xong=lap", super::page(plan.id))))
}

/// A plan that the person may write now.
pub async fn writable(signed: &Signed, id: &str) -> Result<Plan> {
    let plan = plan::get(&signed.app.db, id.parse()?).await?;
    signed.require(Act::WritePlan, plan.content.unit)?;
    if plan.state != State::Draft {
        return Err(Error::Conflict("plans-error-not-draft"));
    }
    Ok(plan)
}

/// `GET /ke-hoach/{id}/sua`
pub async fn edit(signed: Signed, Path(id): Path<String>) -> Result<Response> {
    let plan = writable(&signed, &id).await?;
    let mut form = form_of(&plan.content);
    form.set("version", plan.head_version.to_string());
    show(&edit_page(&signed, plan.content.unit, form, Some(&plan), vec![]).await?)
}

/// `POST /ke-hoach/{id}/sua`
pub async fn change(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let app = &signed.app;
    let mut plan = writable(&signed, &id).await?;
    let unit = plan.content.unit;
    if form.text("act") == "find-law" {
        return show(&edit_page(&signed, unit, form, Some(&plan), vec![]).await?);
    }
    let (content, problems) = read(&app.db, &form, &plan.content, has_below(&signed, unit)).await?;
    if form.text("version") != plan.head_version.to_string() {
        return both_values(&signed, &plan, form, &content).await;
    }
    if !problems.0.is_empty() {
        return show_again(&edit_page(&signed, unit, form, Some(&plan), problems.0).await?);
    }
    // The unit above may have issued its plan since this one was begun.
    let above = match content.above {
        None if content.kind == Kind::Annual => super::below::plan_above(&signed, unit, content.year).await?,
        known => known,
    };
    let content = Content { above, ..content };
    let mut tx = app.db.begin().await?;
    plan.change(&mut tx, app, Some(signed.actor.account), &content).await?;
    tx.commit().await?;
    Ok(signed.redirect(&format!("{}?xong=sua", super::page(plan.id))))
}

/// Somebody changed it since the page was opened: what was typed stays, the other's values stand beside it.
async fn both_values(signed: &Signed, plan: &Plan, mut form: Form, here: &Content) -> Result<Response> {
    form.set("version", plan.head_version.to_string());
    let mut shown = edit_page(signed, plan.content.unit, form, Some(plan), vec![]).await?;
    let db = &signed.app.db;
    let days = |c: &Content| c.due_days.map(|d| d.to_string()).unwrap_or_default();
    let there = &plan.content;
    let rows = [
        ("plans-title", here.title.clone(), there.title.clone()),
        (
            "plans-bases",
            choose::law_names(db, &here.bases).await?,
            choose::law_names(db, &there.bases).await?,
        ),
        ("plans-purpose", here.purpose.clone(), there.purpose.clone()),
        ("plans-organisation", here.organisation.clone(), there.organisation.clone()),
        ("plans-authority", here.authority.clone(), there.authority.clone()),
        ("plans-signer", here.signer.clone(), there.signer.clone()),
        ("plans-recipients", here.recipients.clone(), there.recipients.clone()),
        ("plans-due-days", days(here), days(there)),
    ];
    shown.conflict =
        Some(Conflict { sentence: changed_by(signed, plan, None).await?, fields: both(signed, rows) });
    show_both(&shown)
}

/// Who changed the plan's own fields, or a line of it, last, and when.
pub async fn changed_by(signed: &Signed, plan: &Plan, line: Option<Id>) -> Result<String> {
    let app = &signed.app;
    let events = plan::history(&app.db, plan.id).await?;
    let last = events.into_iter().find(|e| match line {
        Some(line) => e.line_id == Some(line),
        None => e.act == "change",
    });
    let Some(last) = last else { return Ok(signed.say("plans-error-changed")) };
    let who = match last.account_id {
        Some(account) => crate::signin::account_name(&app.db, account).await?,
        None => "–".into(),
    };
    let page = signed.page(Room::Plans, "");
    Ok(page.t2("plans-changed-by", "who", who, "value", page.moment(last.at)))
}
