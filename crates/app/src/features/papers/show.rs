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
use super::print;
use super::report::{self, Report, State};
use super::steps::find;
use crate::access::Act;
use crate::error::{FieldProblem, Result};
use crate::features::numbers::{
    self, Changed, changed_since, frozen_figures, mark, period_words, table_path, units_text,
};
use crate::page::{Page, Room, show};
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
    prompt: String,
    /// What stands in the box.
    text: String,
    /// What somebody else saved meanwhile.
    theirs: Option<String>,
    version: i64,
    proposed: bool,
}

struct Figure {
    code: &'static str,
    name: String,
    text: String,
}

struct Finding {
    /// The mark of the number it is about; empty for text.
    mark: String,
    sentence: String,
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
    changed: Vec<Changed>,
    differs: bool,
}

struct Compared {
    name: String,
    now: i64,
    last: i64,
    now_path: String,
    last_path: String,
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
}

#[derive(Template)]
#[template(path = "papers/show.html")]
pub struct ShowPage {
    page: Page,
    report: Report,
    paper: Document,
    written: Vec<compose::Written>,
    figures: Vec<Figure>,
    figures_version: i64,
    findings: Vec<Finding>,
    missing: Vec<Missing>,
    compared: Vec<Compared>,
    last_words: String,
    now_words: String,
    last_report: Option<String>,
    freeze: Option<Freeze>,
    may: May,
    form: Form,
    clash: Option<Clash>,
    as_of: String,
    signer: String,
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
                prompt: self.page.lang.pick(w.prompt_vi, w.prompt_en).to_owned(),
                text: clash.map_or(w.text.clone(), |c| c.typed.clone()),
                theirs: clash.map(|_| w.text.clone()),
                version: w.version,
                proposed: w.version == 0,
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
        format!(
            "Số: {}/{}",
            self.paper.number.as_deref().map_or("……".into(), print::register_number),
            self.paper.symbol
        )
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
    let Paper { document: paper, written, stated, mut findings, silent, numbers } = match &report.frozen {
        None => compose::compose(app, report, &texts).await?,
        Some(frozen) => Paper {
            document: frozen.clone(),
            written: vec![],
            stated: vec![],
            findings: vec![],
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
        findings = compose::ask(app, &numbers, &then, &texts).await?;
    }
    let paper = print::dress(app, report, freeze.as_ref(), paper);
    let now_question = &numbers.question;
    let lang = page.lang;

    let mut missing = Vec::new();
    if !is_frozen {
        for w in written.iter().filter(|w| w.version == 0) {
            missing.push(Missing {
                text: page.t1("papers-missing-text", "what", lang.pick(w.prompt_vi, w.prompt_en)),
                path: format!("#khoi-{}", w.key),
            });
        }
        if stated.iter().any(|s| s.text.is_empty()) {
            missing.push(Missing { text: page.t("papers-missing-figures"), path: "#so-ghi-tay".into() });
        }
        if !silent.is_empty() {
            let names = silent.iter().filter_map(|u| signed.tree.get(*u)).map(|u| u.name.as_str());
            let names: Vec<&str> = names.take(8).collect();
            let n = silent.len();
            let by_unit = numbers::Question { by: numbers::By::Unit, ..now_question.clone() };
            missing.push(Missing {
                text: page.t2("papers-missing-units", "n", n, "names", names.join(", ")),
                path: page.href(&table_path(&by_unit, app.today())),
            });
        }
    }
    let findings = findings
        .iter()
        .map(|f| Finding {
            mark: match f.figure.is_empty() {
                true => String::new(),
                false => mark(now_question, &f.figure, None),
            },
            sentence: f.sentence(lang).to_owned(),
        })
        .collect();
    let compared = numbers.all.iter().map(|i| Compared {
        name: format!("{} ({})", i.name(lang), i.unit_of_measure(lang)),
        now: frozen_figure(&i.code).map_or(numbers.reported(&i.code), |f| f.reported()),
        last: numbers.last_reported(&i.code),
        now_path: numbers::rows_path(now_question, app.today(), &i.code, None),
        last_path: numbers::rows_path(&numbers.last, app.today(), &i.code, None),
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
                changed: changed_since(app, f).await?,
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
    };
    let signer = match report.approved_by {
        Some(who) => crate::signin::account_name(&app.db, who).await?,
        None => String::new(),
    };
    let figures_version = stated.iter().map(|s| s.version).sum();
    let figures = stated
        .into_iter()
        .map(|s| Figure {
            code: s.code,
            name: page.t(&format!("papers-figure-{}", s.code)),
            text: match form.has(s.code) || page.problems.iter().any(|p| p.field == s.code) {
                true => form.text(s.code).to_owned(),
                false => s.text,
            },
        })
        .collect();
    Ok(ShowPage {
        as_of: format!(
            "{} · {}",
            page.moment(freeze.as_ref().map_or(app.now(), |f| f.created_at)),
            units_text(page.words(), lang, report.units)
        ),
        now_words: period_words(&page, report.period),
        last_words: period_words(&page, numbers.last.period),
        compared: compared.collect(),
        report: report.clone(),
        written,
        freeze: frozen,
        paper,
        figures,
        figures_version,
        findings,
        missing,
        last_report,
        may,
        form,
        clash,
        signer,
        page,
    })
}

/// `GET /bao-cao/{id}/bao-cao.docx`
pub async fn docx(signed: Signed, Path(id): Path<String>) -> Result<Response> {
    let report = find(&signed, &id).await?;
    let (document, _, name) = print::ready(&signed.app, report.id).await?;
    let bytes = print::press_it(move || press::docx(&document)).await?;
    let kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    Ok(file(bytes, kind, &format!("{name}.docx")))
}

/// `GET /bao-cao/{id}/bao-cao.pdf`
pub async fn pdf(signed: Signed, Path(id): Path<String>) -> Result<Response> {
    let report = find(&signed, &id).await?;
    let (document, at, name) = print::ready(&signed.app, report.id).await?;
    let bytes = print::press_it(move || press::pdf(&document, at)).await?;
    Ok(file(bytes, "application/pdf", &format!("{name}.pdf")))
}

fn file(bytes: Vec<u8>, kind: &str, name: &str) -> Response {
    let place = format!("attachment; filename=\"{name}\"");
    ([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, place)], bytes).into_response()
}
