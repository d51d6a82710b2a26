//! The law board (bảng luật mới): every law that begins to apply and concerns a unit, whether it is in a plan, and
//! the one act that puts it there. Read from the registry when asked, so that a law imported a moment ago is on the
//! board of every unit it concerns (promise B13).

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde::Deserialize;
use store::{Db, Id, RecordId, Tx, sql};

use super::calendar;
use super::choose;
use super::edit;
use super::line::{self, Line, LineContent, Standing};
use super::plan::{self, Content, Kind, State, Wanted, json};
use super::template::{LawLine, in_sentence, template};
use crate::access::Act;
use crate::audit;
use crate::changes::{Conflict, both};
use crate::error::{Error, FieldProblem, Result};
use crate::features::activities::reference::{self, Audience};
use crate::features::laws::{self, Coming, Law};
use crate::i18n::Lang;
use crate::page::{Page, Room, show, show_again, show_both};
use crate::web::Signed;
use crate::web::form::{Form, Problems};

/// A law stays on the board this many days after it began to apply, and comes on it this many before.
const DAYS_AFTER: i32 = 365;
const DAYS_BEFORE: i32 = 1095;

store::record! {
    struct NoteRow { law_id: Id, audiences: String, news: String, not_here: String, version: i64,
                     account_id: Option<Id>, updated_at: Timestamp }
}

/// What a unit says of a law.
#[derive(Debug, Clone, Default)]
struct Note {
    audiences: Vec<String>,
    news: String,
    /// Why it needs no plan here.
    not_here: String,
    version: i64,
    by: Option<Id>,
    at: Option<Timestamp>,
}

impl Note {
    fn from_row(row: NoteRow) -> Result<Note> {
        Ok(Note {
            audiences: serde_json::from_str(&row.audiences).map_err(|e| Error::Internal(e.into()))?,
            news: row.news,
            not_here: row.not_here,
            version: row.version,
            by: row.account_id,
            at: Some(row.updated_at),
        })
    }
}

async fn notes(db: &Db, unit: Id) -> Result<HashMap<Id, Note>> {
    let rows: Vec<NoteRow> = sql!(
        "SELECT law_id, audiences, news, not_here, version, account_id, updated_at FROM plan_law_notes WHERE unit_id = $1",
        unit
    )
    .all(db)
    .await?;
    rows.into_iter().map(|r| Ok((r.law_id, Note::from_row(r)?))).collect()
}

/// Keeps a note that is at `version`, 0 for a first one.
async fn keep_note(tx: &mut Tx, signed: &Signed, unit: Id, law: Id, note: &Note) -> Result<()> {
    let app = &signed.app;
    let shard = signed.tree.get(unit).ok_or(Error::NotFound)?.shard_id;
    let (audiences, account) = (json(&note.audiences)?, signed.actor.account);
    let touched = sql!(
        "INSERT INTO plan_law_notes (shard_id, unit_id, law_id, audiences, news, not_here, version, account_id, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8)
         ON CONFLICT (shard_id, unit_id, law_id) DO UPDATE SET audiences = excluded.audiences, news = excluded.news,
             not_here = excluded.not_here, version = plan_law_notes.version + 1, account_id = excluded.account_id,
             updated_at = excluded.updated_at
         WHERE plan_law_notes.version = $9",
        shard,
        unit,
        law,
        audiences,
        note.news,
        note.not_here,
        account,
        app.now(),
        note.version
    )
    .run(tx)
    .await?;
    if touched == 0 {
        return Err(Error::Conflict("plans-error-changed"));
    }
    let content = format!("{audiences}\n{}\n{}", note.news, note.not_here);
    let entry = audit::Entry {
        unit,
        shard,
        at: app.now(),
        account: Some(account),
        act: "note-law",
        object_kind: "law",
        object_id: law.to_string(),
        content: content.as_bytes(),
    };
    audit::write(tx, &entry).await
}

/// A line of a unit's plans that names a law.
pub struct Planned {
    pub line: Line,
    pub standing: Standing,
    lead: String,
    methods: String,
}

/// A law on the board.
pub struct Entry {
    pub law: Law,
    /// Days until it applies; negative since.
    days: i32,
    audiences: Vec<String>,
    news: Vec<String>,
    not_here: String,
    pub lines: Vec<Planned>,
}

impl Entry {
    pub fn is_planned(&self) -> bool {
        !self.lines.is_empty()
    }
    pub fn is_open(&self) -> bool {
        !self.is_planned() && self.not_here.is_empty()
    }
    /// How the law stands here: the key of its words and how it looks.
    fn standing(&self) -> (&'static str, &'static str) {
        let any = |of: fn(&Standing) -> bool| self.lines.iter().any(|l| of(&l.standing));
        if !self.is_planned() {
            return if self.not_here.is_empty() {
                ("plans-law-open", "late")
            } else {
                ("plans-law-not-here", "plain")
            };
        }
        if any(|s| matches!(s, Standing::Late(_))) {
            (Standing::Late(0).word(), Standing::Late(0).look())
        } else if self.lines.iter().all(|l| l.standing == Standing::Done) {
            (Standing::Done.word(), Standing::Done.look())
        } else if any(|s| matches!(s, Standing::Begun | Standing::Done)) {
            (Standing::Begun.word(), Standing::Begun.look())
        } else {
            ("plans-law-planned", "wait")
        }
    }
}

fn day_of_year(year: i64, month: i8, day: i8) -> Date {
    i16::try_from(year).ok().and_then(|y| Date::new(y, month, day).ok()).unwrap_or(Date::MAX)
}

fn shift(day: Date, days: i32) -> Date {
    day.checked_add(Span::new().days(days)).unwrap_or(day)
}

/// The laws that begin to apply around today and concern a unit: what comes soonest first, then what began last.
pub async fn board(signed: &Signed, unit: Id) -> Result<Vec<Entry>> {
    let app = &signed.app;
    let today = app.today();
    let coming = laws::in_force_from(&app.db, shift(today, -DAYS_AFTER), shift(today, DAYS_BEFORE)).await?;
    let mut lines: HashMap<Id, Vec<Line>> = HashMap::new();
    for line in line::naming_laws(&app.db, unit).await? {
        for law in &line.content.laws {
            lines.entry(*law).or_default().push(line.clone());
        }
    }
    let mut notes = notes(&app.db, unit).await?;
    let all: Vec<Line> = lines.values().flatten().cloned().collect();
    let progress = line::progress(&app.db, &all).await?;
    let mut entries = Vec::new();
    for Coming { law, audiences, units } in coming {
        let concerns = Coming { law: law.clone(), audiences: vec![], units };
        let Some(effective) = law.effective.filter(|_| concerns.concerns(unit, &signed.tree)) else {
            continue;
        };
        let note = notes.remove(&law.id).unwrap_or_default();
        let mut planned = Vec::new();
        for line in lines.remove(&law.id).unwrap_or_default() {
            let done = progress.get(&line.id).cloned().unwrap_or_default();
            planned.push(Planned {
                standing: Standing::of(&line.content, &done, today),
                lead: signed.unit_name(line.content.lead).await?,
                methods: choose::method_names(&line.content.methods, signed.lang()).join(", "),
                line,
            });
        }
        let said: Vec<String> = note.news.lines().map(str::to_owned).filter(|l| !l.is_empty()).collect();
        entries.push(Entry {
            days: today.until(effective).map_or(0, |s| s.get_days()),
            audiences: if note.audiences.is_empty() { audiences } else { note.audiences },
            news: if said.is_empty() { law.news().map(str::to_owned).collect() } else { said },
            not_here: note.not_here,
            lines: planned,
            law,
        });
    }
    entries.sort_by_key(|e| (e.days < 0, e.days.abs()));
    Ok(entries)
}

struct Shown {
    entry: Entry,
    audiences: String,
    word: &'static str,
    look: &'static str,
}

#[derive(Template)]
#[template(path = "plans/board.html")]
struct BoardPage {
    page: Page,
    unit: Id,
    unit_name: String,
    units: Vec<(Id, String)>,
    filters: Vec<(&'static str, &'static str, usize, bool)>,
    shown: Vec<Shown>,
    next: Option<String>,
    may_write: bool,
}

impl BoardPage {
    fn days(&self, entry: &Entry) -> String {
        match entry.days {
            0 => self.page.t("plans-law-today"),
            days if days > 0 => self.page.t1("plans-law-days-left", "value", days),
            days => self.page.t1("plans-law-days-since", "value", -days),
        }
    }
    fn is_unit(&self, id: &Id) -> bool {
        self.unit == *id
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    #[serde(rename = "don-vi")]
    unit: String,
    /// `chua`, `da`, `khong`, or empty.
    #[serde(rename = "xem")]
    show: String,
    /// The last law of the page before.
    #[serde(rename = "sau")]
    after: String,
    xong: Option<String>,
}

const PAGE: usize = 25;

/// `GET /ke-hoach/luat-moi`
pub async fn show_board(signed: Signed, Query(asked): Query<Asked>) -> Result<Response> {
    let unit = signed.unit(asked.unit.parse().ok(), Act::See)?;
    let mut entries = board(&signed, unit).await?;
    let is = |word: &str, e: &Entry| match word {
        "chua" => e.is_open(),
        "da" => e.is_planned(),
        "khong" => !e.is_planned() && !e.not_here.is_empty(),
        _ => true,
    };
    let filters = [
        ("", "plans-below-all"),
        ("chua", "plans-law-open"),
        ("da", "plans-law-planned"),
        ("khong", "plans-law-not-here"),
    ];
    let filters = filters.map(|(word, label)| {
        (word, label, entries.iter().filter(|e| is(word, e)).count(), asked.show == word)
    });
    entries.retain(|e| is(&asked.show, e));
    let start = entries.iter().position(|e| e.law.id.to_string() == asked.after).map_or(0, |at| at + 1);
    let rest = entries.split_off(start);
    let more = rest.len() > PAGE;
    let shown: Vec<Shown> = rest
        .into_iter()
        .take(PAGE)
        .map(|entry| {
            let (word, look) = entry.standing();
            let audiences = choose::audience_names(&entry.audiences, signed.lang()).join(", ");
            Shown { audiences, word, look, entry }
        })
        .collect();
    let next = shown
        .last()
        .filter(|_| more)
        .map(|s| format!("/ke-hoach/luat-moi?don-vi={unit}&xem={}&sau={}", asked.show, s.entry.law.id));
    let mut units: Vec<(Id, String)> = signed
        .actor
        .units_for(Act::See)
        .chain([unit])
        .filter_map(|u| Some((u, signed.tree.get(u)?.name.clone())))
        .collect();
    units.dedup();
    let mut page =
        signed.page(Room::Plans, &signed.say("plans-board")).crumb(signed.say("room-plans"), "/ke-hoach");
    page.done = (asked.xong.as_deref() == Some("ghi-chu")).then(|| signed.say("plans-done-changed"));
    show(&BoardPage {
        unit_name: signed.unit_name(unit).await?,
        may_write: signed.can(Act::WritePlan, unit),
        filters: filters.into(),
        unit,
        units,
        shown,
        next,
        page,
    })
}

/// A law of the board of a unit where the person may write plans.
async fn of_unit(signed: &Signed, form_unit: &str, law: &str) -> Result<(Id, Coming)> {
    let unit = signed.unit_named(form_unit, Act::WritePlan)?;
    let law = laws::get(&signed.app.db, law.parse()?).await?;
    let coming = laws::concerned(&signed.app.db, law).await?;
    if !coming.concerns(unit, &signed.tree) {
        return Err(Error::NotFound);
    }
    Ok((unit, coming))
}

/// From when to when a law is told of in a year: people should know it before it applies; what applies by then, within a
/// month.
pub fn days_for(law: &Law, year: i64, today: Date) -> (Date, Date) {
    let (first, last) = (day_of_year(year, 1, 1), day_of_year(year, 12, 31));
    let from = calendar::working_from(first.max(today)).min(last);
    let until = law.effective.filter(|day| *day > from).unwrap_or(shift(from, 30));
    (from, calendar::working_from(until).min(last).max(from))
}

/// The lines that a law puts into a unit's plan of a year: for officials and for the people, by the template.
fn lines_for(signed: &Signed, unit: Id, year: i64, coming: &Coming, note: &Note) -> Vec<LineContent> {
    let today = signed.app.today();
    let hamlets = signed
        .tree
        .children(unit)
        .iter()
        .filter(|u| signed.tree.get(**u).is_some_and(|u| u.level == "hamlet"));
    let hamlets = hamlets.count() as i64;
    let (from, until) = days_for(&coming.law, year, today);
    let concerned = if note.audiences.is_empty() { &coming.audiences } else { &note.audiences };
    let others: Vec<String> = concerned.iter().filter(|a| *a != "officials").cloned().collect();
    // A line is for its own group; only a law that does not concern the people at large is told to those it does.
    let audiences = |l: &LawLine| match l.audiences.iter().any(|a| a == "people" && !others.contains(a)) {
        true if !others.is_empty() => others.clone(),
        _ => l.audiences.clone(),
    };
    let for_whom = |audiences: &[String]| {
        let names = choose::audience_names(audiences, Lang::Vi);
        names.iter().map(|n| in_sentence(n)).collect::<Vec<_>>().join("; ")
    };
    let lines = template(today).law_line.iter().map(|l| LineContent {
        content: l
            .content
            .replace("{law}", &laws::Title::of(&coming.law).with_number())
            .replace("{audience}", &for_whom(&audiences(l))),
        laws: vec![coming.law.id],
        audiences: audiences(l),
        methods: l.methods.clone(),
        lead: unit,
        with_units: vec![],
        with_others: l.with_others.clone(),
        from: Some(from),
        until,
        product: l.product.clone(),
        talks: if l.per_hamlet { hamlets.max(1) } else { 1 },
        budget: 0,
        above: None,
    });
    lines.collect()
}

/// The draft that a new line of a year goes into: the year's own plan, else a further one.
async fn open_draft(signed: &Signed, unit: Id, year: i64) -> Result<Option<RecordId>> {
    let wanted = Wanted {
        units: Some(vec![unit]),
        year: Some(year),
        states: vec![State::Draft],
        kind: None,
        after: None,
    };
    let mut drafts = plan::list(&signed.app.db, &wanted, 50).await?;
    drafts.sort_by_key(|p| p.kind() != Kind::Annual);
    Ok(drafts.first().map(|p| p.id()))
}

/// `POST /ke-hoach/luat-moi/{law}`: the law into a plan, one line for officials and one for the people. Where the
/// year's plan is written no more, a further plan is begun.
pub async fn plan_law(signed: Signed, Path(law): Path<String>, form: Form) -> Result<Response> {
    let app = &signed.app;
    let (unit, coming) = of_unit(&signed, form.text("don-vi"), &law).await?;
    let law = &coming.law;
    // Pressed twice on a weak link: the plan it is in already.
    if let Some(known) =
        line::naming_laws(&app.db, unit).await?.iter().find(|l| l.content.laws.contains(&law.id))
    {
        return Ok(signed.redirect(&super::page(known.plan)));
    }
    let note = notes(&app.db, unit).await?.remove(&law.id).unwrap_or_default();
    let today = app.today();
    let year = i64::from(law.effective.filter(|d| *d > today).unwrap_or(today).year());
    let account = Some(signed.actor.account);
    let draft = open_draft(&signed, unit, year).await?;
    let name = signed.unit_name(unit).await?;
    let mut plan = match draft {
        Some(id) => Some(plan::get(&app.db, id).await?),
        None => None,
    };
    let mut tx = app.db.begin().await?;
    let plan = match &mut plan {
        Some(plan) => plan,
        None => {
            let shard = signed.tree.get(unit).ok_or(Error::NotFound)?.shard_id;
            let annual = plan::find_annual(&mut tx, unit, year).await?.is_some();
            let kind = if annual { Kind::Further } else { Kind::Annual };
            let blank = edit::blank(&signed, unit, &name, year, kind);
            let content = match kind {
                Kind::Annual => blank,
                Kind::Further => {
                    let words = edit::words_of(&signed, unit, &name, year);
                    let title = template(today).for_law.replace("{law}", &in_law(law));
                    Content { title: words.fill(&title), bases: vec![law.id], ..blank }
                }
            };
            plan.insert(plan::insert(&mut tx, app, account, shard, &content).await?)
        }
    };
    for content in lines_for(&signed, unit, plan.content.year, &coming, &note) {
        line::add_line(&mut tx, app, account, plan, &content).await?;
    }
    tx.commit().await?;
    Ok(signed.redirect(&format!("{}?xong=luat", plan.page())))
}

/// The law's name inside a title: a law's own name keeps its capital.
fn in_law(law: &Law) -> String {
    match law.kind.as_str() {
        "Luật" | "Bộ luật" | "Pháp lệnh" => law.name(),
        _ => in_sentence(&law.name()),
    }
}

#[derive(Template)]
#[template(path = "plans/note.html")]
struct NotePage {
    page: Page,
    form: Form,
    law: Law,
    audiences: Vec<&'static Audience>,
    conflict: Option<Conflict>,
}

fn note_page(signed: &Signed, law: Law, form: Form, problems: Vec<FieldProblem>) -> NotePage {
    let mut page = signed
        .page(Room::Plans, &signed.app.words.say(signed.lang(), "plans-note-title", &[("value", law.name())]))
        .crumb(signed.say("room-plans"), "/ke-hoach")
        .crumb(signed.say("plans-board"), "/ke-hoach/luat-moi");
    page.problems = problems;
    let audiences = reference::audiences(signed.app.today()).collect();
    NotePage { page, form, law, audiences, conflict: None }
}

/// `GET /ke-hoach/luat-moi/{law}/ghi-chu`
pub async fn edit_note(
    signed: Signed,
    Path(law): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let (unit, coming) = of_unit(&signed, &asked.unit, &law).await?;
    let note = notes(&signed.app.db, unit).await?.remove(&coming.law.id).unwrap_or_default();
    let mut form = Form::default();
    form.set("don-vi", unit.to_string());
    form.set("version", note.version.to_string());
    let audiences = if note.audiences.is_empty() { &coming.audiences } else { &note.audiences };
    audiences.iter().for_each(|a| form.push("audience", a.as_str()));
    form.set("news", if note.news.is_empty() { coming.law.news.clone() } else { note.news });
    form.set("not_here", note.not_here);
    show(&note_page(&signed, coming.law, form, vec![]))
}

/// `POST /ke-hoach/luat-moi/{law}/ghi-chu`
pub async fn change_note(signed: Signed, Path(law): Path<String>, mut form: Form) -> Result<Response> {
    let app = &signed.app;
    let (unit, coming) = of_unit(&signed, form.text("don-vi"), &law).await?;
    let mut problems = Problems::default();
    let known = |c: &str| reference::find_audience(c).is_some();
    let note = Note {
        audiences: choose::read_codes(&form, "audience", known, &mut problems),
        news: problems.optional(&form, "news", 1000),
        not_here: viet::clean(&problems.optional(&form, "not_here", 300)),
        version: form.text("version").parse().unwrap_or(0),
        by: None,
        at: None,
    };
    if !problems.0.is_empty() {
        return show_again(&note_page(&signed, coming.law, form, problems.0));
    }
    let there = notes(&app.db, unit).await?.remove(&coming.law.id).unwrap_or_default();
    if there.version != note.version {
        form.set("version", there.version.to_string());
        let names = |n: &Note| choose::audience_names(&n.audiences, signed.lang()).join(", ");
        let mut shown = note_page(&signed, coming.law, form, vec![]);
        let fields = both(
            &signed,
            [
                ("plans-audiences", names(&note), names(&there)),
                ("plans-news", note.news, there.news.clone()),
                ("plans-not-here", note.not_here, there.not_here.clone()),
            ],
        );
        let sentence = match (there.by, there.at) {
            (Some(by), Some(at)) => {
                let who = crate::signin::account_name(&app.db, by).await?;
                shown.page.t2("plans-changed-by", "who", who, "value", shown.page.moment(at))
            }
            _ => shown.page.t("plans-error-changed"),
        };
        shown.conflict = Some(Conflict { sentence, fields });
        return show_both(&shown);
    }
    let mut tx = app.db.begin().await?;
    keep_note(&mut tx, &signed, unit, coming.law.id, &note).await?;
    tx.commit().await?;
    Ok(signed.redirect(&format!("/ke-hoach/luat-moi?don-vi={unit}&xong=ghi-chu")))
}
