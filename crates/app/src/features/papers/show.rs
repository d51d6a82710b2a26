//! `GET /bao-cao/{id}`: the paper as it will print, each number a link to its rows; beside it what is missing,
//! what the rules ask about, last year's figures, and the steps.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use press::{Align, Block, Document, Run, Weight};
use serde::Deserialize;

use super::compose::{self, Paper};
use super::open::{Open, keys_of, version_of};
use super::report::{self, Report, State};
use super::steps::{find, names};
use super::template::Office;
use super::{print, stated};
use crate::access::Act;
use crate::app::day_of;
use crate::changes::{Conflict, both_named};
use crate::error::{FieldProblem, Result};
use crate::features::numbers::{
    self, Changes, changed_since, frozen_figures, mark, period_words, table_path, units_text,
};
use crate::page::{Page, Room, show, show_both};
use crate::printing;
use crate::web::Signed;
use crate::web::form::Form;

/// A text that two people changed: what the other saved stands in the report, this is what was typed.
pub struct Clash {
    pub key: String,
    pub typed: String,
}

/// A stretch of the paper: blocks, with the form of the block that the officer writes.
struct Part<'a> {
    blocks: &'a [Block],
    edit: Option<Edit>,
}

struct Edit {
    key: String,
    label: String,
    prompt: String,
    may_be_absent: bool,
    /// Why there is nothing of it, when that was stated.
    reason: Option<String>,
    /// What stands in the box.
    text: String,
    /// What somebody else saved meanwhile.
    theirs: Option<String>,
    version: i64,
    whole: i64,
    proposed: bool,
}

/// Figures that the officer states.
struct StatedView {
    key: &'static str,
    label: &'static str,
    may_be_absent: bool,
    reason: Option<String>,
    figures: Vec<Figure>,
    version: String,
    source: String,
    /// Says whose report the figures count though it was withdrawn.
    withdrawn: Option<String>,
    offer: Option<Offer>,
}

struct Figure {
    code: &'static str,
    name: String,
    text: String,
    /// What the units below have issued comes to, and the page that lists it.
    sum: Option<(i64, String)>,
}

/// What the issued reports of the units below sum to.
struct Offer {
    stated: usize,
    all: usize,
    silent: Vec<(String, String)>,
    /// Whether the figures are these sums, of reports that stand.
    taken: bool,
}

struct Finding {
    /// The mark of the number it is about; empty for text.
    mark: String,
    sentence: String,
    flag: Option<FlagView>,
}

/// A figure to look at again, and how it is settled.
struct FlagView {
    key: String,
    sentence: String,
    impossible: bool,
    is_open: bool,
    /// Where its rows are.
    path: Option<String>,
    rows: Vec<numbers::AskedRow>,
    /// Why it stands.
    settled: Option<String>,
    /// What stands in the box.
    reason: String,
}

/// What is asked about a unit below.
struct Group {
    name: String,
    open: usize,
    flags: Vec<FlagView>,
}

/// Names one flag of a report to its form.
pub(super) fn flag_key(flag: &numbers::Flag) -> String {
    format!("{}:{}:{}", flag.unit, flag.finding.check, flag.finding.figure)
}

/// How many rows are named under a flag; the link above them shows all.
const ROWS_NAMED: usize = 5;

/// The units below that have not issued theirs.
struct NotIssued {
    issued: usize,
    all: usize,
    names: Vec<(String, String)>,
}

struct Missing {
    text: String,
    path: String,
}

struct Freeze {
    path: String,
    at: Timestamp,
    head: String,
    code: String,
    changed: Changes,
    differs: bool,
}

struct Compared {
    name: String,
    now: i64,
    /// With where its rows are; none where the paper prints none.
    last: Option<(i64, String)>,
    now_path: String,
    /// What the rules ask about it: numbers of the findings.
    asked: Vec<usize>,
}

impl Compared {
    fn lacks_last(&self) -> bool {
        self.last.is_none()
    }
}

struct OfficeView {
    code: &'static str,
    text: String,
    chosen: bool,
}

/// What the person may do now.
#[derive(Default)]
struct May {
    write: bool,
    freeze: bool,
    thaw: bool,
    submit: bool,
    sign: bool,
    /// Wrote some of it, so somebody else signs.
    wrote: bool,
    issue: bool,
    withdraw: bool,
    /// Keeps the report, and has to ask a leader to withdraw it.
    ask_to_withdraw: bool,
}

#[derive(Template)]
#[template(path = "papers/show.html")]
pub struct ShowPage {
    page: Page,
    report: Report,
    paper: Document,
    written: Vec<compose::Written>,
    stated: Vec<StatedView>,
    findings: Vec<Finding>,
    /// What is asked about the units below, by unit.
    groups: Vec<Group>,
    flags_open: usize,
    not_issued: Option<NotIssued>,
    missing: Vec<Missing>,
    /// The units below that recorded nothing: no gap of the report's own.
    silent: Option<Missing>,
    compared: Vec<Compared>,
    last_words: String,
    now_words: String,
    last_report: Option<String>,
    freeze: Option<Freeze>,
    may: May,
    form: Form,
    clash: Option<Clash>,
    conflict: Option<Conflict>,
    as_of: String,
    signer: String,
    offices: Vec<OfficeView>,
    /// The withdrawn report whose texts a draft began with.
    taken_from: Option<Report>,
}

impl ShowPage {
    /// The paper cut where the officer writes.
    fn parts(&self) -> Vec<Part<'_>> {
        let mut parts = Vec::new();
        let mut at = 0;
        let cut = |from: usize, to: usize| self.paper.blocks.get(from..to).unwrap_or_default();
        for w in &self.written {
            parts.push(Part { blocks: cut(at, w.blocks.start), edit: None });
            let clash = self.clash.as_ref().filter(|c| c.key == w.key);
            let edit = Edit {
                key: w.key.to_owned(),
                label: self.page.lang.pick(w.label_vi, w.label_en).to_owned(),
                may_be_absent: w.may_be_absent,
                reason: w.reason.clone(),
                prompt: self.page.lang.pick(w.prompt_vi, w.prompt_en).to_owned(),
                text: clash.map_or(w.text.clone(), |c| c.typed.clone()),
                theirs: clash.map(|_| w.text.clone()),
                version: w.version,
                whole: w.whole,
                proposed: w.version == 0 && w.reason.is_none(),
            };
            parts.push(Part { blocks: cut(w.blocks.start, w.blocks.end), edit: Some(edit) });
            at = w.blocks.end;
        }
        parts.push(Part { blocks: cut(at, self.paper.blocks.len()), edit: None });
        parts
    }
    fn findings_of(&self, mark: &str) -> Vec<(usize, &Finding)> {
        self.findings.iter().enumerate().filter(|(_, f)| f.mark == mark).map(|(i, f)| (i + 1, f)).collect()
    }
    fn right(&self, align: &Align) -> bool {
        matches!(align, Align::Right)
    }
    fn total(&self, weight: &Weight) -> bool {
        matches!(weight, Weight::Total)
    }
    fn agency_lines(&self) -> Vec<String> {
        self.paper.agency.to_uppercase().lines().map(str::to_owned).collect()
    }
    fn parent_lines(&self) -> Vec<String> {
        let parent = self.paper.parent_agency.as_deref().unwrap_or_default();
        parent.to_uppercase().lines().map(str::to_owned).collect()
    }
    fn number(&self) -> String {
        format!("Số: {}", self.register(self.paper.number.as_deref()))
    }
    fn moved_on(&self, report: &Report) -> String {
        self.page.date(day_of(report.updated_at))
    }
    fn register(&self, number: Option<&str>) -> String {
        format!("{}/{}", number.map_or("……".into(), print::register_number), self.paper.symbol)
    }
    fn place_and_date(&self) -> String {
        let place = &self.paper.place;
        match self.paper.date {
            Some(d) => format!("{place}, {}", viet::date_long(d.year(), d.month(), d.day())),
            None => format!("{place}, ngày … tháng … năm …"),
        }
    }
}

#[derive(Deserialize)]
pub struct Done {
    xong: Option<String>,
}

pub async fn page(signed: Signed, Path(id): Path<String>, Query(done): Query<Done>) -> Result<Response> {
    let report = find(&signed, &id).await?;
    let mut shown = view(&signed, &report, Form::default(), vec![], None).await?;
    let key = done.xong.map(|what| format!("papers-done-{what}"));
    shown.page.done = key.filter(|k| shown.page.knows(k)).map(|k| signed.say(&k));
    show(&shown)
}

/// The page, also when a form on it has problems.
pub(super) async fn view(
    signed: &Signed,
    report: &Report,
    form: Form,
    problems: Vec<FieldProblem>,
    clash: Option<Clash>,
) -> Result<ShowPage> {
    let app = &signed.app;
    let mut page = signed.page(Room::Papers, "");
    page.problems = problems;
    let unit_name = signed.unit_name(report.unit).await?;
    page.title = page.t2("papers-title", "unit", &unit_name, "period", period_words(&page, report.period));
    page = page.crumb(signed.say("room-papers"), format!("/bao-cao?don-vi={}", report.unit));
    let texts = report::texts(&app.db, report.id).await?;
    let freeze = print::freeze_of(app, report).await?;
    let is_frozen = report.frozen.is_some();
    let Paper { document: paper, written, stated, open, mut findings, flags, silent, numbers } =
        match &report.frozen {
            None => compose::compose(app, report, &texts).await?,
            Some(frozen) => Paper {
                document: frozen.clone(),
                written: vec![],
                stated: vec![],
                open: vec![],
                findings: vec![],
                flags: vec![],
                silent: vec![],
                numbers: compose::Numbers::read_whole(app, &report.question()).await?,
            },
        };
    let frozen_figures = match &freeze {
        Some(f) => frozen_figures(&app.db, f.record_id()).await?,
        None => vec![],
    };
    let frozen_figure = |code: &str| frozen_figures.iter().find(|f| f.indicator == code);
    if is_frozen {
        // What is asked about a frozen paper is asked about the figures printed in it.
        let figure = |i: &&'static numbers::Indicator| frozen_figure(&i.code).map(|f| f.figure());
        let then: Vec<_> = numbers.all.iter().map(|i| figure(i).unwrap_or_default()).collect();
        findings = numbers::checks::run(&compose::material(app, &numbers, &then, &texts).await?);
    }
    let paper = print::dress(app, report, freeze.as_ref(), paper);
    let now_question = &numbers.question;
    let lang = page.lang;

    let label = |o: &Open| lang.pick(o.label_vi, o.label_en).to_owned();
    for problem in &mut page.problems {
        if let Some(o) = open.iter().find(|o| o.why == problem.key && o.key == problem.field) {
            problem.value = label(o);
        }
    }
    let missing = open
        .iter()
        .map(|o| Missing { text: page.t1(o.why, "value", label(o)), path: format!("#khoi-{}", o.key) });
    let missing = missing.collect();
    let silent = (!silent.is_empty()).then(|| {
        let names = silent.iter().filter_map(|u| signed.tree.get(*u)).map(|u| u.name.as_str());
        let names: Vec<&str> = names.take(8).collect();
        let by_unit = numbers::Question { by: numbers::By::Unit, ..now_question.clone() };
        Missing {
            text: page.t2("papers-missing-units", "n", silent.len(), "names", names.join(", ")),
            path: page.href(&table_path(&by_unit, app.today())),
        }
    });
    let flags_open = flags.iter().filter(|f| f.settled.is_none()).count();
    let mut own: Vec<FlagView> = Vec::new();
    let mut groups: Vec<Group> = Vec::new();
    for flag in &flags {
        let view = flag_view(signed, &page, now_question, flag, &form).await?;
        let open = usize::from(view.is_open);
        if flag.unit == report.unit {
            own.push(view);
            continue;
        }
        let name = signed.unit_name(flag.unit).await?;
        match groups.last_mut().filter(|g| g.name == name) {
            Some(group) => {
                group.open += open;
                group.flags.push(view);
            }
            None => groups.push(Group { name, open, flags: vec![view] }),
        }
    }
    let mut findings: Vec<Finding> = findings
        .iter()
        .map(|f| Finding {
            mark: match f.figure.is_empty() {
                true => String::new(),
                false => mark(now_question, &f.figure, None),
            },
            sentence: f.sentence(lang),
            flag: own.iter().position(|v| v.sentence == f.sentence(lang)).map(|at| own.remove(at)),
        })
        .collect();
    // What only a row shows, not the sum.
    findings.extend(own.into_iter().map(|v| Finding {
        mark: String::new(),
        sentence: v.sentence.clone(),
        flag: Some(v),
    }));
    let printed_last = |code: &str| match is_frozen {
        true => print::find_number(&paper, &mark(&numbers.last, code, None)),
        false => Some((numbers.last_reported(code), numbers.last_rows(code))),
    };
    let rows = |code: &str| {
        let rows = numbers::rows_path(now_question, app.today(), code, None);
        freeze.as_ref().map_or(rows.clone(), |f| numbers::as_frozen(&rows, f.record_id()))
    };
    let compared = numbers.all.iter().map(|i| Compared {
        name: i.titled(lang).into_owned(),
        asked: {
            let of = mark(now_question, &i.code, None);
            (1..).zip(&findings).filter(|(_, f)| f.mark == of).map(|(n, _)| n).collect()
        },
        now: frozen_figure(&i.code).map_or(numbers.reported(&i.code), |f| f.reported()),
        last: printed_last(&i.code).filter(|(last, _)| *last != 0),
        now_path: rows(&i.code),
    });
    let frozen = match &freeze {
        None => None,
        Some(f) => {
            let differs = frozen_figures.iter().any(|x| numbers.figure(&x.indicator) != x.figure());
            Some(Freeze {
                path: format!("/so-lieu/chot/{}", f.record_id()),
                at: f.created_at,
                head: f.audit_head(),
                code: f.code.clone(),
                changed: changed_since(app, f, None).await?,
                differs,
            })
        }
    };
    let last_report = report::find_of(&app.db, report.unit, numbers.last.period).await?.map(super::path);
    let account = signed.actor.account;
    let writers: BTreeSet<_> = texts.values().map(|t| t.written_by).collect();
    let wrote =
        writers.contains(&account) || report.created_by == account || report.submitted_by == Some(account);
    let can = |act| signed.can(act, report.unit) && signed.tree.contains(report.unit);
    let (writes, signs) = (can(Act::WriteReport), can(Act::SignReport));
    let draft = report.state == State::Draft;
    let may = May {
        write: writes && draft && !is_frozen,
        freeze: writes && can(Act::KeepNumbers) && draft && !is_frozen,
        thaw: writes && is_frozen && matches!(report.state, State::Draft | State::Waiting | State::Approved),
        submit: writes && draft && is_frozen,
        sign: signs && report.state == State::Waiting,
        wrote,
        issue: writes && report.state == State::Approved,
        withdraw: signs && report.state == State::Issued,
        ask_to_withdraw: writes && !signs && report.state == State::Issued,
    };
    let before = match report.approved_by {
        Some(who) => report::last_signed(&app.db, report.unit, who).await?,
        None => None,
    };
    let signer = match (before.as_ref().and_then(|b| b.signer.clone()), report.approved_by) {
        (Some(name), _) => name,
        (None, Some(who)) => crate::signin::account_name(&app.db, who).await?,
        (None, None) => String::new(),
    };
    let all = offices(signed, report)?;
    let is_like =
        |o: &Office| before.as_ref().and_then(|b| b.authority.as_deref()) == Some(&o.authority.join("\n"));
    let usual = all.iter().position(is_like).unwrap_or(0);
    let offices = (0..).zip(all).map(|(n, o)| OfficeView {
        code: &o.code,
        // The office itself first: a phone shows the beginning.
        text: o.authority.iter().rev().map(String::as_str).collect::<Vec<_>>().join(" – "),
        chosen: if form.has("chuc-vu") { form.is("chuc-vu", &o.code) } else { n == usual },
    });
    let not_issued = if may.freeze { not_issued(signed, report).await? } else { None };
    let mut views = Vec::new();
    for block in stated.into_iter().filter(|_| may.write) {
        views.push(stated_view(signed, report, block, &form).await?);
    }
    Ok(ShowPage {
        as_of: format!(
            "{} · {}",
            page.moment(freeze.as_ref().map_or(app.now(), |f| f.created_at)),
            units_text(page.words(), lang, report.units)
        ),
        taken_from: match report.taken_from.filter(|_| report.state == State::Draft) {
            Some(id) => Some(report::get(&app.db, id).await?),
            None => None,
        },
        now_words: period_words(&page, report.period),
        last_words: period_words(&page, numbers.last.period),
        compared: compared.collect(),
        report: report.clone(),
        written,
        freeze: frozen,
        paper,
        stated: views,
        findings,
        groups,
        flags_open,
        not_issued,
        missing,
        silent,
        offices: offices.collect(),
        last_report,
        may,
        form,
        clash,
        conflict: None,
        signer,
        page,
    })
}

async fn stated_view(
    signed: &Signed,
    report: &Report,
    block: compose::StatedBlock,
    form: &Form,
) -> Result<StatedView> {
    let lang = signed.lang();
    let sums = stated::issued(&signed.app, report, &block.block).await?;
    let typed = |name: &str, kept: String| match form.pairs().any(|(n, _)| n == name) {
        true => form.text(name).to_owned(),
        false => kept,
    };
    let withdrawn = block.withdrawn();
    let is_sum = |f: &compose::Stated| sums.of(f.code).is_none_or(|s| viet::parse_int(&f.text) == Some(s));
    let offer = match sums.stated() {
        0 => None,
        stated => {
            let mut silent = Vec::new();
            for unit in sums.silent() {
                silent.push((signed.unit_name(unit).await?, format!("/bao-cao?don-vi={unit}")));
            }
            let taken = withdrawn.is_empty() && block.figures.iter().all(is_sum);
            Some(Offer { stated, all: sums.units.len(), silent, taken })
        }
    };
    let figure = |s: &compose::Stated| Figure {
        code: s.code,
        name: numbers::find_stated(s.code).map_or(s.code, |f| f.name(lang)).to_owned(),
        text: typed(s.code, s.text.clone()),
        sum: sums.of(s.code).map(|sum| (sum, stated::figure_path(report.id, s.code))),
    };
    Ok(StatedView {
        key: block.block.key,
        label: lang.pick(block.label_vi, block.label_en),
        may_be_absent: block.may_be_absent,
        reason: block.reason,
        // A form that is shown again with what was typed still knows what it began from.
        version: match form.is("khoa", block.block.key) && form.has("phien-ban") {
            true => form.text("phien-ban").to_owned(),
            false => block.version.to_string(),
        },
        figures: block.figures.iter().map(figure).collect(),
        source: typed("nguon", block.source),
        withdrawn: match withdrawn.is_empty() {
            true => None,
            false => {
                let value = names(&signed.app, &withdrawn).await?;
                let lang = signed.lang();
                Some(signed.app.words.say(lang, "papers-sum-withdrawn", &[("value", value)]))
            }
        },
        offer,
    })
}

/// What a page sends of a block: label, key and content of each of its texts.
pub(super) type Sent = Vec<(String, String, String)>;

/// The page of a report of which a page sends a block that somebody else has changed since: both sides, what was typed
/// kept.
pub(super) async fn both_sides(
    signed: &Signed,
    report: &Report,
    mut form: Form,
    (key, figures): (&str, &[String]),
    sent: Sent,
) -> Result<Response> {
    let texts = report::texts(&signed.app.db, report.id).await?;
    form.set("phien-ban", version_of(&texts, key, figures).to_string());
    let mut shown = view(signed, report, form, vec![], None).await?;
    let last = keys_of(key, figures).filter_map(|k| texts.get(&k)).max_by_key(|t| t.updated_at);
    let sentence = match last {
        Some(last) => {
            let who = crate::signin::account_name(&signed.app.db, last.written_by).await?;
            shown.page.t2("papers-clash-by", "who", who, "value", shown.page.moment(last.updated_at))
        }
        None => signed.say("papers-error-changed"),
    };
    let there = |key: &String| texts.get(key).map(|t| t.content.clone()).unwrap_or_default();
    let fields = both_named(sent.into_iter().map(|(label, key, here)| {
        let there = there(&key);
        (label, here, there)
    }));
    shown.conflict = Some(Conflict { sentence, fields });
    show_both(&shown)
}

async fn flag_view(
    signed: &Signed,
    page: &Page,
    question: &numbers::Question,
    flag: &numbers::Flag,
    form: &Form,
) -> Result<FlagView> {
    let key = flag_key(flag);
    let settled = match &flag.settled {
        None => None,
        Some(numbers::Settled::ByRows(rows)) => Some(page.t1("papers-flag-by-rows", "n", *rows)),
        Some(numbers::Settled::Overridden) => Some(page.t("papers-flag-overridden")),
        Some(numbers::Settled::Answered { reason, who, at }) => {
            let who = crate::signin::account_name(&signed.app.db, *who).await?;
            Some(format!("{reason} – {who}, {}", page.moment(*at)))
        }
    };
    let indicator = numbers::find_indicator(&flag.finding.figure).filter(|_| signed.tree.contains(flag.unit));
    let of_unit = numbers::Question { unit: flag.unit, ..question.clone() };
    Ok(FlagView {
        sentence: flag.finding.sentence(page.lang),
        impossible: flag.finding.impossible,
        is_open: flag.settled.is_none(),
        path: indicator.map(|i| numbers::rows_path(&of_unit, signed.app.today(), &i.code, None)),
        rows: flag.rows.iter().take(ROWS_NAMED).cloned().collect(),
        settled,
        reason: match form.is("con-so", &key) {
            true => form.text("ly-do").to_owned(),
            false => flag.said_before.clone().unwrap_or_default(),
        },
        key,
    })
}

/// The units below whose reports of the period are not issued, when they are more than the template lets pass.
async fn not_issued(signed: &Signed, report: &Report) -> Result<Option<NotIssued>> {
    let template = compose::template_of(report)?;
    let below = stated::units_below(&signed.app, template, &report.question()).await?;
    let reports = report::of_period(&signed.app.db, report.period).await?;
    let issued = |unit: store::Id| {
        reports.iter().any(|r| r.unit_id == unit && State::from_code(&r.state) == Some(State::Issued))
    };
    let mut names = Vec::new();
    for unit in below.iter().filter(|u| !issued(**u)) {
        names.push((signed.unit_name(*unit).await?, format!("/bao-cao?don-vi={unit}")));
    }
    let (all, done) = (below.len(), below.len() - names.len());
    Ok((done * 100 < all * template.below_issued).then_some(NotIssued { issued: done, all, names }))
}

/// In which offices the unit's leaders sign.
pub(super) fn offices(signed: &Signed, report: &Report) -> Result<&'static [Office]> {
    let level = signed.tree.get(report.unit).map_or("commune", |u| u.level.as_str());
    let agency = compose::template_of(report)?.agency(level);
    Ok(agency.map(|a| a.signs.as_slice()).unwrap_or_default())
}

/// `GET /bao-cao/{id}/bao-cao.docx`
pub async fn docx(signed: Signed, Path(id): Path<String>) -> Result<Response> {
    let report = find(&signed, &id).await?;
    let (document, _, name) = print::ready(&signed.app, report.id).await?;
    let bytes = printing::set(move || press::docx(&document)).await?;
    let kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    Ok(file(bytes, kind, &format!("{name}.docx")))
}

/// `GET /bao-cao/{id}/bao-cao.pdf`
pub async fn pdf(signed: Signed, Path(id): Path<String>) -> Result<Response> {
    let report = find(&signed, &id).await?;
    let (document, at, name) = print::ready(&signed.app, report.id).await?;
    let bytes = printing::set(move || press::pdf(&document, at)).await?;
    Ok(file(bytes, "application/pdf", &format!("{name}.pdf")))
}

fn file(bytes: Vec<u8>, kind: &str, name: &str) -> Response {
    let place = format!("attachment; filename=\"{name}\"");
    ([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, place)], bytes).into_response()
}
