//! The one screen on which an activity is recorded or changed: reading what was typed, and the page.

use std::collections::HashMap;

use askama::Template;
use store::{Id, RecordId, Tx};

use super::activity::{self, Activity, Content};
use super::questions::{Asked, ask, refuse};
use super::reference::{self, Audience, Method};
use crate::access::{Act, Actor};
use crate::app::App;
use crate::changes::{Both, Conflict};
use crate::drafts::{Draft, DraftState};
use crate::error::{Error, FieldProblem, Result};
use crate::facts::YEARS;
use crate::features::laws::choose::Choice;
use crate::features::laws::{self, Title};
use crate::features::orgs::Tree;
use crate::files::Kept;
use crate::i18n::Lang;
use crate::lines::{self, PlanLine};
use crate::page::{Page, Room, date_text};
use crate::web::Signed;
use crate::web::form::{Form, Problems};

/// The fields of the screen that hold one value, in its order.
const PLAIN: [&str; 14] = [
    "method",
    "day",
    "title",
    "attendances",
    "women",
    "minority",
    "place",
    "speaker",
    "copies",
    "cost",
    "estimated",
    "reason",
    "note",
    "plan_line",
];

/// What a form would have held for this content.
pub fn form_of(c: &Content) -> Form {
    let mut form = Form::default();
    let number = |n: i64| if n == 0 { String::new() } else { viet::format_int(n) };
    form.set("unit", c.unit.to_string());
    form.set("method", &*c.method);
    form.set("day", c.day.to_string());
    for (field, text) in c.texts() {
        form.set(field, text);
    }
    c.laws.iter().for_each(|l| form.push("law", l.to_string()));
    c.audiences.iter().for_each(|a| form.push("audience", a.as_str()));
    form.set("attendances", number(c.attendances));
    form.set("women", c.women.map(viet::format_int).unwrap_or_default());
    form.set("minority", c.minority.map(viet::format_int).unwrap_or_default());
    form.set("copies", number(c.copies));
    form.set("cost", number(c.cost));
    if c.estimated {
        form.set("estimated", "1");
    }
    form.set("plan_line", c.plan_line.map(|l| l.to_string()).unwrap_or_default());
    form
}

/// Reads what was typed. The content is as good as it can be, whatever the problems: drafts and questions need
/// it before everything is filled in.
pub fn read(form: &Form, unit: Id, today: jiff::civil::Date, laws: &[Title]) -> (Content, Problems) {
    let mut problems = Problems::default();
    let method = problems.required(form, "method", 40);
    let day = problems.date(form, "day");
    if form.text("day").is_empty() {
        problems.add("day", "error-required");
    }
    let title = problems.required(form, "title", longest("title"));
    let mut named = laws::choose::read(form, laws, &mut problems, "activities-error-law");
    named.sort();
    let attendances = problems.count(form, "attendances");
    let direct = reference::find_method(&method).is_some_and(|m| m.direct);
    if direct && form.text("attendances").is_empty() {
        problems.add("attendances", "error-required");
    }
    let content = Content {
        unit,
        day: day.unwrap_or(today),
        title: viet::clean(&title),
        place: problems.optional(form, "place", longest("place")),
        speaker: problems.optional(form, "speaker", longest("speaker")),
        note: problems.optional(form, "note", longest("note")),
        laws: named,
        audiences: form.all("audience").map(str::to_owned).collect(),
        attendances: attendances.unwrap_or(0),
        women: problems.count(form, "women"),
        minority: problems.count(form, "minority"),
        copies: problems.count(form, "copies").unwrap_or(0),
        cost: problems.count(form, "cost").unwrap_or(0),
        estimated: form.has("estimated"),
        reason: problems.optional(form, "reason", longest("reason")),
        plan_line: problems.parse(form, "plan_line"),
        method,
    };
    // Of what the whole is, nothing is known while it is not rightly typed.
    let has_whole = !problems.0.iter().any(|p| p.field == "attendances");
    for p in check(&content, laws) {
        let is_part = matches!(p.field, "women" | "minority");
        if (has_whole || !is_part) && !problems.0.iter().any(|known| known.field == p.field) {
            problems.0.push(p);
        }
    }
    (content, problems)
}

/// Most characters of a text.
fn longest(field: &str) -> usize {
    match field {
        "title" => 300,
        "note" => 2_000,
        "reason" => 500,
        _ => 200,
    }
}

/// Most laws, and most audiences, of one activity.
const MOST_NAMED: usize = 50;

/// What no activity may be, wherever it comes from.
pub fn check(c: &Content, laws: &[Title]) -> Vec<FieldProblem> {
    let mut problems = Problems::default();
    if !YEARS.contains(&c.day.year()) {
        problems.add("day", "error-date");
    }
    if c.title.is_empty() {
        problems.add("title", "error-required");
    }
    for (field, text) in c.texts() {
        if text.chars().count() > longest(field) {
            problems.add_value(field, "error-too-long", longest(field).to_string());
        }
    }
    if c.laws.len() > MOST_NAMED {
        problems.add_value("law_text", "activities-error-many", MOST_NAMED.to_string());
    }
    if c.audiences.len() > MOST_NAMED {
        problems.add_value("audience", "activities-error-many", MOST_NAMED.to_string());
    }
    if reference::methods(c.day).next().is_none() {
        problems.add("day", "activities-error-day-early");
    } else if !reference::methods(c.day).any(|m| m.code == c.method) {
        problems.add("method", "activities-error-method");
    }
    if !c.audiences.iter().all(|code| reference::audiences(c.day).any(|a| a.code == *code)) {
        problems.add("audience", "error-choice");
    }
    if !c.laws.iter().all(|law| laws.iter().any(|l| l.id == *law)) {
        problems.add("law_text", "error-choice");
    }
    let measures = [
        ("attendances", Some(c.attendances)),
        ("women", c.women),
        ("minority", c.minority),
        ("copies", Some(c.copies)),
        ("cost", Some(c.cost)),
    ];
    for (field, n) in measures {
        if n.is_some_and(|n| !(0..=1_000_000_000_000).contains(&n)) {
            problems.add(field, "error-count");
        }
    }
    for (field, key, than) in refuse(c) {
        problems.add_value(field, key, than);
    }
    problems.0
}

/// A plan line must be one that the unit's work of that day may belong to, or the one there was `before`.
pub async fn check_line(app: &App, content: &Content, before: Option<RecordId>) -> Result<()> {
    match content.plan_line {
        Some(line) if before != Some(line) => {
            let open = lines::open(&app.db, content.unit, content.day).await?;
            let known = open.iter().any(|l| l.id == line);
            if known { Ok(()) } else { Err(Error::invalid("plan_line", "error-choice")) }
        }
        _ => Ok(()),
    }
}

/// Records an activity, whose line was checked before ([`check_line`]): what the page and the API share. `id` is the
/// identity the page was given, so that a form sent twice records once.
pub async fn record(
    tx: &mut Tx,
    app: &App,
    actor: &Actor,
    tree: &Tree,
    id: Option<Id>,
    content: &Content,
    laws: &[Title],
) -> Result<RecordId> {
    actor.require(Act::RecordActivity, content.unit, tree)?;
    let shard = tree.get(content.unit).ok_or(Error::NotFound)?.shard_id;
    let problems = check(content, laws);
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let id = RecordId { shard, id: id.unwrap_or_else(|| app.new_id()) };
    activity::insert_as(tx, app, Some(actor.account), id, content).await?;
    Ok(id)
}

/// The fields in which two forms differ, in words.
pub fn differences(
    signed: &Signed,
    here: &Form,
    there: &Form,
    laws: &[Title],
    lines: &[PlanLine],
) -> Vec<Both> {
    let lang = signed.lang();
    let mut fields = vec!["law", "audience"];
    fields.splice(0..0, PLAIN);
    let words = |form: &Form, field: &str| {
        let values: Vec<String> =
            form.all(field).map(|v| value_in_words(field, v, lang, laws, lines)).collect();
        if values.is_empty() { "–".to_owned() } else { values.join("; ") }
    };
    let both = fields.into_iter().map(|field| Both {
        label: signed.say(label(field)),
        here: words(here, field),
        there: words(there, field),
    });
    both.filter(|b| b.here != b.there).collect()
}

/// The key of a field's label.
pub fn label(field: &str) -> &'static str {
    match field {
        "method" => "activities-method",
        "day" => "activities-day",
        "title" => "activities-content",
        "law" | "law_text" => "activities-laws",
        "audience" => "activities-audiences",
        "attendances" => "activities-attendances",
        "women" => "activities-women",
        "minority" => "activities-minority",
        "place" => "activities-place",
        "speaker" => "activities-speaker",
        "copies" => "activities-copies",
        "cost" => "activities-cost",
        "estimated" => "activities-estimated",
        "reason" => "activities-reason",
        "plan_line" => "activities-plan-line",
        "photo" => "activities-evidence",
        _ => "activities-note",
    }
}

fn value_in_words(field: &str, value: &str, lang: Lang, laws: &[Title], lines: &[PlanLine]) -> String {
    let named = match field {
        "method" => reference::find_method(value).map(|m| m.name(lang).to_owned()),
        "audience" => reference::find_audience(value).map(|a| a.name(lang).to_owned()),
        "law" => laws.iter().find(|l| l.id.to_string() == value).map(|l| l.number.clone()),
        "plan_line" => lines.iter().find(|l| l.id.to_string() == value).map(|l| l.title.clone()),
        "estimated" => Some("✓".to_owned()),
        "day" => value.parse().ok().map(date_text),
        _ => viet::parse_int(value)
            .filter(|_| !matches!(field, "title" | "note" | "place"))
            .map(viet::format_int),
    };
    named.unwrap_or_else(|| value.to_owned())
}

#[derive(Template)]
#[template(path = "activities/entry.html")]
pub struct EntryPage {
    pub page: Page,
    pub form: Form,
    /// The address of the form: with `/nhap` it keeps a draft.
    pub path: String,
    pub editing: bool,
    pub units: Vec<(Id, String)>,
    pub first: Vec<&'static Method>,
    pub more: Vec<&'static Method>,
    pub audiences: Vec<&'static Audience>,
    pub laws: Choice,
    pub lines: Vec<PlanLine>,
    pub proposed: Option<RecordId>,
    pub photos: Vec<Kept>,
    pub asked: Vec<Asked>,
    pub draft: DraftState,
    pub conflict: Option<Conflict>,
    /// Something was done at the unit before, so it can be repeated.
    pub has_last: bool,
    /// Names this page while it is open.
    pub tab: String,
}

/// How many methods stand before "other methods".
const FIRST_METHODS: usize = 6;

impl EntryPage {
    /// The page for a form as it stands. `about`: the activity changed, none for a new one.
    pub async fn new(signed: &Signed, unit: Id, form: Form, about: Option<&Activity>) -> Result<EntryPage> {
        let app = &signed.app;
        let title = if about.is_some() { "activities-edit-title" } else { "activities-new-title" };
        let page = signed
            .page(Room::Activities, &signed.say(title))
            .crumb(signed.say("room-activities"), "/hoat-dong");
        let day = viet::parse_date(form.text("day"))
            .and_then(|(y, m, d)| jiff::civil::Date::new(y, m, d).ok())
            // A mistyped year takes nobody's choices away.
            .filter(|day| reference::methods(*day).next().is_some())
            .unwrap_or(app.today());
        let used = activity::used_methods(&app.db, unit).await?;
        let rank: HashMap<&str, usize> = used.iter().enumerate().map(|(i, m)| (m.as_str(), i)).collect();
        let mut methods: Vec<&Method> = reference::methods(day).collect();
        // The law's order holds among those never used; what is chosen is never hidden.
        methods.sort_by_key(|m| rank.get(m.code.as_str()).copied().unwrap_or(usize::MAX));
        let chosen = form.text("method");
        let hidden = |at: &usize| *at >= FIRST_METHODS || !rank.contains_key(chosen);
        if let Some(at) = methods.iter().position(|m| m.code == chosen).filter(hidden) {
            let m = methods.remove(at);
            methods.insert(0, m);
        }
        let more = methods.split_off(methods.len().min(FIRST_METHODS));
        let laws = Choice::of(&app.db, &form, activity::used_laws(&app.db, unit).await?).await?;
        let lines = lines::open(&app.db, unit, day).await?;
        let named: Vec<Id> = form.all("law").filter_map(|l| l.parse().ok()).collect();
        let units = signed.actor.units_for(Act::RecordActivity);
        let mut units: Vec<(Id, String)> =
            units.filter_map(|u| Some((u, signed.tree.get(u)?.name.clone()))).collect();
        units.dedup();
        Ok(EntryPage {
            path: match about {
                Some(a) => format!("/hoat-dong/{}/sua", a.id),
                None => "/hoat-dong/moi".to_owned(),
            },
            editing: about.is_some(),
            units,
            first: methods,
            more,
            audiences: reference::audiences(day).collect(),
            laws,
            proposed: lines::propose(&lines, &named, day),
            lines,
            photos: vec![],
            asked: vec![],
            draft: DraftState { version: 0, sentence: String::new(), kept: false },
            conflict: None,
            has_last: about.is_none() && !used.is_empty(),
            tab: match form.text("tab") {
                "" => app.random.token(),
                tab => tab.to_owned(),
            },
            page,
            form,
        })
    }
    pub fn with_draft(mut self, draft: &Draft) -> EntryPage {
        self.draft = DraftState {
            version: draft.version,
            sentence: self.page.t1("form-draft-kept", "value", self.page.moment(draft.at)),
            kept: true,
        };
        self.photos = draft.files.clone();
        self
    }
    /// Questions beside the fields, with the box for the reason.
    pub fn with_questions(mut self, content: &Content) -> EntryPage {
        self.asked = ask(content, self.page.today);
        if !self.page.problems.is_empty() {
            // The summary leads to each field that is asked about.
            let lang = self.page.lang;
            let asked = self.asked.iter().map(|a| (a.field, a.text(lang)));
            let asked = asked.map(|(field, value)| FieldProblem { field, key: "activities-asked", value });
            self.page.problems.extend(asked.collect::<Vec<_>>());
        }
        self
    }

    // What the template calls.
    fn question(&self, field: &str) -> Vec<String> {
        // Once is enough where it stands as a problem already.
        let told = self.page.problem(field);
        let asked = self.asked.iter().filter(|a| a.field == field).map(|a| a.text(self.page.lang));
        asked.filter(|text| Some(text) != told.as_ref()).collect()
    }
    fn described(&self, field: &str) -> String {
        if self.page.problem(field).is_some() { format!("e-{field} q-{field}") } else { format!("q-{field}") }
    }
    fn wants_reason(&self) -> bool {
        !self.asked.is_empty() || self.form.has("reason") || self.page.problem("reason").is_some()
    }
    fn is_line(&self, line: &PlanLine) -> bool {
        match self.form.text("plan_line") {
            "" => self.proposed == Some(line.id) && !self.editing,
            chosen => line.id.to_string() == chosen,
        }
    }
    fn is_special(&self) -> bool {
        self.audiences.iter().any(|a| a.special && self.form.is("audience", &a.code))
    }
    fn details_open(&self) -> bool {
        ["place", "speaker", "copies", "cost", "note", "minority"].iter().any(|f| {
            self.form.has(f) || self.page.problem(f).is_some() || self.asked.iter().any(|a| a.field == *f)
        }) || self.form.has("estimated")
            || self.asked.iter().any(|a| a.code == "future")
    }
}

/// The questions and the state of the draft alone, for a page that is open: each fragment takes the place of
/// the element of its id.
#[derive(Template)]
#[template(path = "activities/kept.html")]
pub struct KeptFragment {
    pub page: Page,
    pub draft: DraftState,
    pub conflict: Option<Conflict>,
    pub asked: Vec<Asked>,
    /// The page has no box for a reason yet.
    pub add_reason: bool,
    pub form: Form,
    pub path: String,
}

impl KeptFragment {
    fn fields(&self) -> [&'static str; 6] {
        ["day", "attendances", "women", "minority", "copies", "cost"]
    }
    fn question(&self, field: &str) -> Vec<String> {
        self.asked.iter().filter(|a| a.field == field).map(|a| a.text(self.page.lang)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::laws::choose::tests::laws;

    #[test]
    fn a_form_made_of_content_reads_back_as_that_content() {
        let content = Content {
            unit: Id([9; 16]),
            method: "talk".into(),
            day: "2026-11-20".parse().unwrap(),
            title: "Phổ biến Luật Đất đai".into(),
            place: "Nhà văn hóa ấp 2".into(),
            speaker: "Ông A".into(),
            note: "Có mưa".into(),
            laws: vec![Id([1; 16]), Id([2; 16])],
            audiences: vec!["people".into(), "workers".into()],
            attendances: 1234,
            women: Some(0),
            minority: None,
            copies: 1500,
            cost: 2_500_000,
            estimated: true,
            reason: "lý do".into(),
            plan_line: Some(RecordId { shard: 7, id: Id([3; 16]) }),
        };
        let (back, problems) = read(&form_of(&content), content.unit, content.day, &laws());
        assert_eq!(problems.0, vec![]);
        assert_eq!(back, content);
    }

    #[test]
    fn every_gap_is_named_at_once() {
        let form = Form::of(
            [("day", "32/1/2026"), ("women", "năm"), ("law_text", "Luật lạ")]
                .map(|(k, v)| (k.into(), v.into())),
        );
        let (_, problems) = read(&form, Id([9; 16]), "2026-11-20".parse().unwrap(), &laws());
        let mut fields: Vec<_> = problems.0.iter().map(|p| p.field).collect();
        fields.sort();
        assert_eq!(fields, ["day", "law_text", "method", "title", "women"]);
    }
}
