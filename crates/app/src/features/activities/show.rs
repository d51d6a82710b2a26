//! The page of one activity: its facts, evidence, history; taking it back.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use serde::Deserialize;
use store::{Db, Id};

use super::activity::{self, Activity, Version};
use super::entry;
use super::evidence::{self, Evidence};
use super::questions::{Asked, ask_recorded};
use super::reference;
use crate::access::Act;
use crate::audit;
use crate::changes::Past;
use crate::error::{FieldProblem, Result};
use crate::features::laws::{self, Title, Way};
use crate::lines::{self, PlanLine};
use crate::page::{Page, Room, show_again};
use crate::web::Signed;
use crate::web::form::{Form, Problems};

#[derive(Template)]
#[template(path = "activities/show.html")]
pub struct ShowPage {
    page: Page,
    activity: Activity,
    unit_name: String,
    method: String,
    legal: String,
    audiences: Vec<String>,
    laws: Vec<Title>,
    line: Option<PlanLine>,
    way: Way,
    evidence: Vec<Evidence>,
    asked: Vec<Asked>,
    history: Vec<Past>,
    written: Vec<audit::Written>,
    may_change: bool,
    just_recorded: bool,
    typed_reason: String,
    /// The file that could not be taken off, with what was typed as the reason.
    pub dropping: Option<(Id, String)>,
}

/// Name of an account for the history; a dash when nobody is known, as for imported rows of old.
pub async fn name_of(db: &Db, account: Option<Id>) -> Result<String> {
    match account {
        Some(id) => crate::signin::account_name(db, id).await,
        None => Ok("–".into()),
    }
}

pub async fn page(signed: &Signed, activity: &Activity, problems: Vec<FieldProblem>) -> Result<ShowPage> {
    let app = &signed.app;
    let lang = signed.lang();
    let c = &activity.content;
    let mut page = signed.page(Room::Activities, &c.title).crumb(signed.say("room-activities"), "/hoat-dong");
    page.problems = problems;
    let versions = activity::history(&app.db, activity.id).await?;
    let named = versions.iter().flat_map(|v| v.content.laws.clone()).collect();
    let all_laws = laws::choose::titles_of(&app.db, named, []).await?;
    let line = match c.plan_line {
        Some(id) => lines::find(&app.db, id).await?,
        None => None,
    };
    let mut way = Way::default();
    let mut bases = Vec::new();
    if let Some(line) = &line
        && let Some(plan) = lines::promised(&app.db, line.id).await?
    {
        bases = plan.bases;
        way.below = vec![
            ("activities-plan", plan.title, plan.path),
            ("activities-plan-line", line.title.clone(), line.path.clone()),
        ];
    }
    bases.extend(c.laws.iter().filter(|l| !bases.contains(l)).copied().collect::<Vec<_>>());
    way.laws = laws::upward(&app.db, &bases).await?;
    let mut history = Vec::new();
    let mut before: Option<&Version> = None;
    for v in &versions {
        let changes = match before {
            Some(b) if v.act == "change" => entry::differences(
                signed,
                &entry::form_of(&v.content),
                &entry::form_of(&b.content),
                &all_laws,
                line.as_slice(),
            ),
            _ => vec![],
        };
        let who = name_of(&app.db, v.account).await?;
        let act = format!("activities-did-{}", v.act);
        history.push(Past { at: v.at, who, act, about: String::new(), changes, undo: None });
        before = Some(v);
    }
    let evidence = evidence::list(&app.db, activity.id).await?;
    for e in &evidence {
        let Some(at) = e.withdrawn_at else { continue };
        let who = name_of(&app.db, e.withdrawn_by).await?;
        let why = e.withdrawn_reason.as_deref().unwrap_or("–");
        let about = format!("{} – {why}", e.name);
        history.push(Past { at, who, act: "activities-did-drop".into(), about, changes: vec![], undo: None });
    }
    history.sort_by_key(|past| past.at);
    history.reverse();
    // A unit that is gone keeps the name it had on the day of the activity.
    let then = app.trees.on(&app.db, c.day).await?;
    let unit_name = match then.get(c.unit) {
        Some(unit) => unit.name.clone(),
        None => signed.unit_name(c.unit).await?,
    };
    let method = reference::find_method(&c.method);
    Ok(ShowPage {
        unit_name,
        method: method.map_or(c.method.clone(), |m| m.name(lang).to_owned()),
        legal: method.map(|m| m.legal.clone()).unwrap_or_default(),
        audiences: c
            .audiences
            .iter()
            .map(|a| reference::find_audience(a).map_or(a.clone(), |a| a.name(lang).to_owned()))
            .collect(),
        laws: c.laws.iter().filter_map(|id| all_laws.iter().find(|l| l.id == *id).cloned()).collect(),
        line,
        way,
        evidence,
        asked: ask_recorded(c, app.today()),
        history,
        written: audit::of_object(&app.db, &activity.id.to_string()).await?,
        may_change: activity.withdrawn.is_none() && signed.can(Act::RecordActivity, c.unit),
        just_recorded: false,
        typed_reason: String::new(),
        dropping: None,
        activity: activity.clone(),
        page,
    })
}

impl ShowPage {
    /// Why a figure that is asked about stands.
    fn reason_for(&self, field: &str) -> Option<&str> {
        let reason = self.activity.content.reason.as_str();
        (!reason.is_empty() && self.asked.iter().any(|a| a.field == field)).then_some(reason)
    }
    /// What was typed as the reason to take a file off, when that could not be done.
    fn drop_reason(&self, e: &Evidence) -> Option<&str> {
        self.dropping.as_ref().filter(|(id, _)| *id == e.id).map(|(_, reason)| reason.as_str())
    }
    /// "1.234 bytes" as people read it.
    fn size(&self, bytes: &i64) -> String {
        match bytes {
            0..=1_048_575 => format!("{} KB", (bytes + 1023) / 1024),
            _ => format!("{} MB", viet::format_decimal(*bytes as f64 / 1_048_576.0, 1)),
        }
    }
}

#[derive(Deserialize)]
pub struct Done {
    xong: Option<String>,
}

/// `GET /hoat-dong/{id}`
pub async fn show(signed: Signed, Path(id): Path<String>, Query(done): Query<Done>) -> Result<Response> {
    let activity = activity::get(&signed.app.db, id.parse()?).await?;
    signed.require(Act::See, activity.content.unit)?;
    let mut shown = page(&signed, &activity, vec![]).await?;
    let key = match done.xong.as_deref() {
        Some("ghi") => Some("activities-done-recorded"),
        Some("sua") => Some("activities-done-changed"),
        Some("rut") => Some("activities-done-withdrawn"),
        Some("go") => Some("activities-done-dropped"),
        _ => None,
    };
    shown.page.done = key.map(|k| signed.say(k));
    shown.just_recorded = done.xong.as_deref() == Some("ghi");
    crate::page::show(&shown)
}

/// `POST /hoat-dong/{id}/rut`: withdrawn with a reason, never deleted.
pub async fn withdraw(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let app = &signed.app;
    let activity = activity::get(&app.db, id.parse()?).await?;
    signed.require(Act::RecordActivity, activity.content.unit)?;
    let mut problems = Problems::default();
    let reason = problems.required(&form, "withdraw_reason", 500);
    if !problems.0.is_empty() {
        let mut shown = page(&signed, &activity, problems.0).await?;
        shown.typed_reason = form.text("withdraw_reason").to_owned();
        return show_again(&shown);
    }
    let mut tx = app.db.begin().await?;
    activity::withdraw(&mut tx, app, Some(signed.actor.account), &activity, &reason).await?;
    tx.commit().await?;
    app.pages.forget();
    Ok(signed.redirect(&format!("{}?xong=rut", super::page(activity.id))))
}
