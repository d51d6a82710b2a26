//! The page of a plan and of one line: what is promised, how far it is, what was done for it.

use std::collections::{HashMap, HashSet};

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use jiff::civil::Date;
use press::{Document, Run};
use serde::Deserialize;
use store::{Id, RecordId};

use super::below::{self, Below, Due, Timely};
use super::choose;
use super::line::{self, Line, LineContent, Standing};
use super::plan::{self, Kind, Plan, State};
use super::print;
use crate::access::Act;
use crate::changes::{Past, Undo};
use crate::error::{Error, FieldProblem, Result};
use crate::features::activities::{self, Done, UnderLine};
use crate::features::laws::{self, Law, Way};
use crate::page::{Page, Room, date_text};
use crate::web::Signed;
use crate::web::form::Form;

/// A line as the page shows it.
pub struct Shown {
    pub line: Line,
    pub done: Done,
    pub standing: Standing,
    pub lead: String,
    pub with: String,
    pub laws: Vec<Law>,
    pub audiences: String,
    pub methods: String,
}

#[derive(Template)]
#[template(path = "plans/show.html")]
pub struct ShowPage {
    page: Page,
    plan: Plan,
    paper: Document,
    unit_name: String,
    bases: Vec<Law>,
    way: Way,
    above: Option<(String, String)>,
    lines: Vec<Shown>,
    /// How many lines are done and late.
    done: usize,
    late: usize,
    budget: i64,
    due: Option<(Due, Timely)>,
    below: Option<Counts>,
    history: Vec<Past>,
    /// The line that was just taken out, to be put back at once.
    dropped: Option<Id>,
    may_write: bool,
    may_approve: bool,
    /// May approve here, but wrote a part of it.
    own: bool,
    may_withdraw: bool,
    form: Form,
}

/// How many units below have issued theirs.
pub struct Counts {
    pub in_time: usize,
    pub late: usize,
    pub not_yet: usize,
    pub overdue: usize,
}

impl Counts {
    pub fn of(below: &[Below]) -> Counts {
        let count = |of: fn(&Timely) -> bool| below.iter().filter(|b| of(&b.timely)).count();
        Counts {
            in_time: count(|t| matches!(t, Timely::InTime)),
            late: count(|t| matches!(t, Timely::LateBy(_))),
            not_yet: count(|t| matches!(t, Timely::NotYet)),
            overdue: count(|t| matches!(t, Timely::Overdue(_))),
        }
    }
}

/// The lines of a plan with what stands beside them.
pub async fn shown_lines(signed: &Signed, lines: Vec<Line>) -> Result<Vec<Shown>> {
    let app = &signed.app;
    let named: HashSet<Id> = lines.iter().flat_map(|l| l.content.laws.iter().copied()).collect();
    let laws = laws::with_ids(&app.db, named.into_iter().collect()).await?;
    let mut progress = line::progress(&app.db, &lines).await?;
    let mut shown = Vec::new();
    for line in lines {
        let c = &line.content;
        let done = progress.remove(&line.id).unwrap_or_default();
        let mut with = choose::unit_names(signed, &c.with_units).await?;
        with.extend((!c.with_others.is_empty()).then(|| c.with_others.clone()));
        shown.push(Shown {
            standing: Standing::of(c, &done, app.today()),
            lead: signed.unit_name(c.lead).await?,
            with: with.join(", "),
            laws: c.laws.iter().filter_map(|id| laws.iter().find(|l| l.id == *id).cloned()).collect(),
            audiences: choose::audience_names(&c.audiences, signed.lang()).join(", "),
            methods: choose::method_names(&c.methods, signed.lang()).join(", "),
            done,
            line,
        });
    }
    Ok(shown)
}

/// A plan's number and date, or its title.
pub fn called(number: Option<&str>, title: &str) -> String {
    match number {
        Some(number) => format!("{title} ({number})"),
        None => title.to_owned(),
    }
}

pub async fn page(signed: &Signed, plan: Plan, form: Form, problems: Vec<FieldProblem>) -> Result<ShowPage> {
    let app = &signed.app;
    let c = &plan.content;
    let mut page = signed.page(Room::Plans, &c.title).crumb(signed.say("room-plans"), "/ke-hoach");
    page.problems = problems;
    let lines = shown_lines(signed, line::lines(&app.db, plan.id).await?).await?;
    let paper = print::document(signed, &plan, &lines).await?;
    let count = |of: fn(&Standing) -> bool| lines.iter().filter(|l| of(&l.standing)).count();
    let above = match c.above {
        Some(id) => plan::find(&app.db, id).await?,
        None => None,
    };
    let due = match c.kind {
        Kind::Annual => below::due(app, c.unit, c.year).await?,
        Kind::Further => None,
    };
    let due = due.map(|due| {
        let issued_on = plan.issued_on.filter(|_| plan.state == State::Issued);
        let timely = Timely::of(due.day, issued_on, app.today());
        (due, timely)
    });
    let below = match own_due(&plan) {
        Some(due) => Some(Counts::of(&below::below(app, &due).await?)),
        None => None,
    };
    let account = signed.actor.account;
    let may_approve = signed.can(Act::ApprovePlan, c.unit);
    Ok(ShowPage {
        unit_name: signed.unit_name(c.unit).await?,
        bases: choose::named(&app.db, &c.bases).await?,
        way: Way { laws: laws::upward(&app.db, &plan.all_bases(&app.db).await?).await?, below: vec![] },
        above: above.map(|p| (super::page(p.id), called(p.number.as_deref(), &p.content.title))),
        done: count(|s| matches!(s, Standing::Done)),
        late: count(|s| matches!(s, Standing::Late(_))),
        budget: lines.iter().map(|l| l.line.content.budget).sum(),
        history: told(signed, &plan, &lines).await?,
        may_write: signed.can(Act::WritePlan, c.unit),
        own: may_approve && plan::is_author(&app.db, plan.id, account).await?,
        may_withdraw: may_approve
            || (signed.can(Act::WritePlan, c.unit) && matches!(plan.state, State::Draft | State::Waiting)),
        may_approve,
        dropped: None,
        lines,
        due,
        below,
        paper,
        form,
        page,
        plan,
    })
}

impl Counts {
    /// "đúng hạn 90 · muộn 4"
    pub fn words(&self, page: &Page) -> String {
        let counts = [
            ("plans-below-in-time", self.in_time),
            ("plans-below-late", self.late),
            ("plans-below-not-yet", self.not_yet),
            ("plans-below-overdue", self.overdue),
        ];
        let said = counts.iter().filter(|(_, n)| *n > 0).map(|(key, n)| page.t1(key, "value", n));
        let said = said.collect::<Vec<_>>().join(" · ");
        if said.is_empty() { page.t("plans-below-none") } else { said }
    }
}

impl ShowPage {
    /// What is asked before a plan goes on, and forbidden nowhere: it rests on nothing, or a task begins before what it
    /// rests on was there.
    fn asks(&self) -> Vec<String> {
        if !matches!(self.plan.state, State::Draft | State::Waiting) {
            return vec![];
        }
        let page = &self.page;
        let mut asks = Vec::new();
        if self.bases.is_empty() && self.way.laws.is_empty() {
            asks.push(page.t("plans-asks-no-base"));
        }
        for shown in &self.lines {
            let content = &shown.line.content;
            let day = content.from.unwrap_or(content.until);
            let laws = self.bases.iter().chain(&shown.laws);
            if let Some((law, issued)) =
                laws.filter_map(|law| Some((law, law.issued?))).find(|(_, issued)| *issued > day)
            {
                asks.push(page.tn(
                    "plans-asks-early",
                    &[
                        ("task", content.content.clone()),
                        ("day", page.date(day)),
                        ("law", law.name()),
                        ("issued", page.date(issued)),
                    ],
                ));
            }
        }
        asks
    }
    fn below_words(&self) -> String {
        self.below.as_ref().map(|b| b.words(&self.page)).unwrap_or_default()
    }
    /// "16/02/2026" or "16/02/2026 – 20/02/2026"
    fn days(&self, first: &Date, last: &Date) -> String {
        if first == last {
            date_text(*first)
        } else {
            format!("{} – {}", date_text(*first), date_text(*last))
        }
    }
    fn long_date(&self, d: &Date) -> String {
        viet::date_long(d.year(), d.month(), d.day())
    }
    /// The words of a stretch of the paper.
    fn words(&self, runs: &[Run]) -> String {
        let text = |r: &Run| match r {
            Run::Text { text, .. } | Run::Number { text, .. } | Run::Link { text, .. } => text.clone(),
        };
        runs.iter().map(text).collect()
    }
    fn right(&self, align: &press::Align) -> bool {
        matches!(align, press::Align::Right)
    }
    fn first_line(&self, title: &str) -> String {
        title.replace('\n', ". ")
    }
    fn may_write_lines(&self) -> bool {
        self.may_write && self.plan.state == State::Draft
    }
    fn progress_words(&self) -> String {
        let page = &self.page;
        let mut said = vec![page.t1("plans-count-lines", "value", self.lines.len())];
        if self.plan.state == State::Issued {
            said.push(page.t1("plans-count-done", "value", self.done));
            said.push(page.t1("plans-count-late", "value", self.late));
        }
        if self.budget > 0 {
            said.push(page.t1("plans-count-budget", "value", viet::format_int(self.budget)));
        }
        said.join(" · ")
    }
}

/// When the units below owe theirs after this plan.
pub fn own_due(plan: &Plan) -> Option<Due> {
    if plan.state != State::Issued {
        return None;
    }
    Due::after(plan.as_listed())
}

async fn told(signed: &Signed, plan: &Plan, lines: &[Shown]) -> Result<Vec<Past>> {
    let app = &signed.app;
    let may_restore = plan.state == State::Draft && signed.can(Act::WritePlan, plan.content.unit);
    let mut names: HashMap<Id, String> = HashMap::new();
    let mut all = Vec::new();
    let mut seen: HashSet<Id> = HashSet::new();
    for event in plan::history(&app.db, plan.id).await? {
        let who = match event.account_id {
            None => "–".to_owned(),
            Some(account) => match names.get(&account) {
                Some(name) => name.clone(),
                None => {
                    let name = crate::signin::account_name(&app.db, account).await?;
                    names.insert(account, name.clone());
                    name
                }
            },
        };
        let about = match (event.line_id, event.act.as_str()) {
            (Some(line), _) => {
                // As it was then, also when it has been taken out since.
                let then: Option<LineContent> = serde_json::from_str(&event.content).ok();
                let now =
                    || lines.iter().find(|l| l.line.id.id == line).map(|l| l.line.content.content.clone());
                then.map(|l| l.content).or_else(now).unwrap_or_default()
            }
            (None, "return" | "withdraw") => event.content,
            _ => String::new(),
        };
        // The last that happened to a line says whether it is gone.
        let is_last = event.line_id.is_some_and(|line| seen.insert(line));
        let gone = event.line_id.filter(|_| may_restore && is_last && event.act == "drop-line");
        let undo = gone.map(|line| Undo {
            path: format!("{}/dong/tra-lai", super::page(plan.id)),
            field: "dong",
            value: line.to_string(),
            label: signed.say("plans-restore"),
            whole_label: app.words.say(signed.lang(), "plans-restore-what", &[("value", about.clone())]),
        });
        all.push(Past {
            at: event.at,
            who,
            act: format!("plans-did-{}", event.act),
            about,
            changes: vec![],
            undo,
        });
    }
    Ok(all)
}

#[derive(Deserialize)]
pub struct Said {
    xong: Option<String>,
    /// The line just taken out.
    dong: Option<Id>,
}

/// The sentence after an act, by its word in the address.
pub fn said(signed: &Signed, word: Option<&str>) -> Option<String> {
    let key = match word? {
        "lap" => "plans-done-begun",
        "sua" => "plans-done-changed",
        "dong" => "plans-done-line",
        "bo" => "plans-done-dropped",
        "lai" => "plans-done-restored",
        "luat" => "plans-done-law",
        "lay" => "plans-done-taken",
        "trinh" => "plans-done-submitted",
        "rut-trinh" => "plans-done-recalled",
        "duyet" => "plans-done-approved",
        "tra-lai" => "plans-done-returned",
        "ban-hanh" => "plans-done-issued",
        "rut" => "plans-done-withdrawn",
        _ => return None,
    };
    Some(signed.say(key))
}

/// `GET /ke-hoach/{id}`
pub async fn show(signed: Signed, Path(id): Path<String>, Query(s): Query<Said>) -> Result<Response> {
    let plan = plan::get(&signed.app.db, id.parse()?).await?;
    signed.require(Act::See, plan.content.unit)?;
    let mut shown = page(&signed, plan, Form::default(), vec![]).await?;
    shown.page.done = said(&signed, s.xong.as_deref());
    let may_come_back = |line: &Id| {
        shown.history.iter().any(|e| e.undo.as_ref().is_some_and(|u| u.value == line.to_string()))
    };
    shown.dropped = s.dong.filter(may_come_back);
    crate::page::show(&shown)
}

#[derive(Template)]
#[template(path = "plans/show_line.html")]
struct LinePage {
    page: Page,
    plan: Plan,
    shown: Shown,
    activities: Vec<(UnderLine, String)>,
    above: Option<(String, String)>,
    /// In how many units below it is carried out, and in how many of those it is done.
    below: (i64, i64),
    way: Way,
    may_write: bool,
    may_record: bool,
}

/// `GET /ke-hoach/dong/{line}`
pub async fn show_line(signed: Signed, Path(id): Path<String>) -> Result<Response> {
    let app = &signed.app;
    let id: RecordId = id.parse()?;
    let line = line::find_line(&app.db, id).await?.ok_or(Error::NotFound)?;
    signed.require(Act::See, line.unit)?;
    let plan = plan::get(&app.db, line.plan).await?;
    let above = match line.content.above {
        Some(above) => line::find_line(&app.db, above).await?,
        None => None,
    };
    let unit = line.unit;
    let mut bases = plan.all_bases(&app.db).await?;
    bases.extend(line.content.laws.iter().filter(|l| !bases.contains(l)).copied().collect::<Vec<_>>());
    let way = Way {
        laws: laws::upward(&app.db, &bases).await?,
        below: vec![("plans-plan", plan.content.title.clone(), super::page(plan.id))],
    };
    let mut shown = shown_lines(&signed, vec![line]).await?;
    let shown = shown.pop().ok_or(Error::NotFound)?;
    let mut found = Vec::new();
    for activity in activities::under_line(&app.db, id).await? {
        let unit = signed.unit_name(activity.unit_id).await?;
        found.push((activity, unit));
    }
    let page = signed
        .page(Room::Plans, &shown.line.content.content)
        .crumb(signed.say("room-plans"), "/ke-hoach")
        .crumb(plan.content.title.clone(), super::page(plan.id));
    crate::page::show(&LinePage {
        activities: found,
        below: line::carried_below(&app.db, id).await?,
        above: above.map(|l| (super::line_page(l.id), l.content.content)),
        may_write: plan.state == State::Draft && signed.can(Act::WritePlan, unit),
        may_record: plan.state == State::Issued && signed.can(Act::RecordActivity, unit),
        shown,
        plan,
        page,
        way,
    })
}
