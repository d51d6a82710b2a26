//! A paper as it is printed: with the site's address in its numbers, its number and date, the notice of the demo,
//! and in small print what it was computed from. DOCX and PDF.

use std::sync::Arc;

use jiff::Timestamp;
use press::{Block, Document, Run};
use store::RecordId;

use super::compose::{capital, compose};
use super::report::{self, Report, State};
use crate::app::{App, day_of};
use crate::error::Result;
use crate::features::numbers::{self, Freeze, get_freeze, period_text, units_text};
use crate::i18n::Lang;
use crate::page::{date_text, moment_text};
use crate::printing;
use crate::web::api::DEMO_NOTICE;

/// Both files of a paper.
pub struct Printed {
    /// "bao-cao-2026-xa-ben-luc"
    pub name: String,
    pub docx: Vec<u8>,
    pub pdf: Vec<u8>,
}

/// What a report says now, or said when it was frozen, without the head and foot that [`dress`] gives it.
pub async fn bare(app: &App, report: &Report) -> Result<Document> {
    match &report.frozen {
        Some(frozen) => Ok(frozen.clone()),
        None => Ok(compose(app, report, &report::texts(&app.db, report.id).await?).await?.document),
    }
}

pub async fn freeze_of(app: &App, report: &Report) -> Result<Option<Freeze>> {
    match report.freeze {
        Some(id) => Ok(Some(get_freeze(&app.db, id).await?)),
        None => Ok(None),
    }
}

/// The paper with what its state adds.
pub fn dress(app: &App, report: &Report, freeze: Option<&Freeze>, mut document: Document) -> Document {
    let issued = matches!(report.state, State::Issued | State::Withdrawn);
    document.number = report.number.clone();
    document.date = report.issued_on;
    document.draft = !issued;
    if let Some(authority) = &report.authority {
        document.signature.authority = authority.lines().map(str::to_owned).collect();
    }
    document.signature.name = report.signer.clone().filter(|_| issued);
    let withdrawn = (report.state == State::Withdrawn)
        .then(|| format!("ĐÃ THU HỒI NGÀY {}", date_text(day_of(report.updated_at))));
    let demo = app.config.demo.then(|| DEMO_NOTICE.to_owned());
    document.banner = withdrawn.into_iter().chain(demo).reduce(|all, more| format!("{all} – {more}"));
    let with = match (&report.number, report.issued_on) {
        (Some(number), Some(day)) => {
            let (day, month, year) = (day.day(), day.month(), day.year());
            let zero = if month < 3 { "0" } else { "" };
            let number = register_number(number);
            format!("số {number}/{} ngày {day:02} tháng {zero}{month} năm {year}", document.symbol)
        }
        _ => format!("số …/{} ngày …", document.symbol),
    };
    let kind = capital(&document.kind.to_lowercase());
    for appendix in &mut document.appendices {
        // A paper frozen by an older release does not say whose it is.
        let agency = match appendix.note.as_str() {
            "" => one_line(&document.agency),
            name => name.to_owned(),
        };
        appendix.note = format!("(Kèm theo {kind} {with} của {agency})");
    }
    document.colophon = Some(colophon(app, report, freeze));
    if let Some(freeze) = freeze {
        lead_to_frozen(&mut document, freeze);
    }
    document
}

/// A number that a paper prints, by its mark, with where its rows are.
pub fn find_number(document: &Document, wanted: &str) -> Option<(i64, String)> {
    let appendices = document.appendices.iter().flat_map(|a| &a.blocks);
    let runs = document.blocks.iter().chain(appendices).flat_map(|block| match block {
        Block::Paragraph(runs) => vec![runs],
        Block::List(items) => items.iter().collect(),
        Block::Table(table) => table.rows.iter().flat_map(|row| &row.cells).collect(),
        Block::Heading { .. } | Block::PageBreak => vec![],
    });
    runs.flatten().find_map(|run| match run {
        Run::Number { mark, text, href: Some(href) } if mark == wanted => {
            Some((viet::parse_int(text)?, href.clone()))
        }
        _ => None,
    })
}

/// A frozen figure leads to the rows as they were when it was frozen.
fn lead_to_frozen(document: &mut Document, freeze: &Freeze) {
    let appendices = document.appendices.iter_mut().flat_map(|a| &mut a.blocks);
    for block in document.blocks.iter_mut().chain(appendices) {
        let runs: Vec<&mut Vec<Run>> = match block {
            Block::Paragraph(runs) => vec![runs],
            Block::List(items) => items.iter_mut().collect(),
            Block::Table(table) => table.rows.iter_mut().flat_map(|row| &mut row.cells).collect(),
            Block::Heading { .. } | Block::PageBreak => continue,
        };
        for run in runs.into_iter().flatten() {
            // What last year's report was frozen with is of that freeze; a stated figure has no rows.
            if let Run::Number { href: Some(href), .. } = run
                && numbers::may_be_frozen(href)
            {
                *href = numbers::as_frozen(href, freeze.record_id());
            }
        }
    }
}

/// Numbers under 10 take a leading 0 (Decree 30/2020, annex I, part II, 3).
pub fn register_number(number: &str) -> String {
    match number.parse::<u8>() {
        Ok(n @ 0..10) => format!("0{n}"),
        _ => number.to_owned(),
    }
}

/// "ỦY BAN NHÂN DÂN\nXã Bến Lức" on one line.
fn one_line(agency: &str) -> String {
    agency.replace('\n', " ")
}

/// Period, "as of", units, audit head, code: what lets a reader check a printed figure (G13, G23).
fn colophon(app: &App, report: &Report, freeze: Option<&Freeze>) -> String {
    let period = period_text(&app.words, Lang::Vi, report.period);
    let units = units_text(&app.words, Lang::Vi, report.units);
    let as_of = moment_text(freeze.map_or(app.now(), |f| f.created_at));
    let mut lines = vec![format!("Kỳ số liệu: {period}; tính đến {as_of}; {units}.")];
    match freeze {
        Some(f) => lines.push(format!(
            "Mã niêm nhật ký {}; mã {}: {}/ma/{}",
            f.audit_head(),
            f.code,
            app.config.public_url.trim_end_matches('/'),
            f.code
        )),
        None => lines.push("Số liệu chưa chốt, còn thay đổi theo các dòng được ghi.".to_owned()),
    }
    lines.join("\n")
}

/// Turns this site's addresses into whole ones: a file is opened elsewhere.
fn with_site(mut document: Document, site: &str) -> Document {
    let site = site.trim_end_matches('/');
    let whole = |runs: &mut Vec<Run>| {
        for run in runs {
            if let Run::Number { href: Some(href), .. } = run {
                href.insert_str(0, site);
            }
        }
    };
    let appendices = document.appendices.iter_mut().flat_map(|a| &mut a.blocks);
    for block in document.blocks.iter_mut().chain(appendices) {
        match block {
            Block::Paragraph(runs) => whole(runs),
            Block::List(items) => items.iter_mut().for_each(whole),
            Block::Table(table) => table.rows.iter_mut().flat_map(|r| &mut r.cells).for_each(whole),
            Block::Heading { .. } | Block::PageBreak => {}
        }
    }
    document
}

/// The document ready for the press, the moment it is dated with, and the files' name.
pub async fn ready(app: &App, id: RecordId) -> Result<(Document, Timestamp, String)> {
    let report = report::get(&app.db, id).await?;
    let freeze = freeze_of(app, &report).await?;
    let document = dress(app, &report, freeze.as_ref(), bare(app, &report).await?);
    let unit = app.trees.name(&app.db, report.unit).await?;
    let name = format!("bao-cao-{}-{}", report.period.to_string().replace("..", "-"), viet::slug(&unit));
    // A frozen paper printed twice is the same file.
    let at = freeze.map_or(app.now(), |f| f.created_at);
    Ok((with_site(document, &app.config.public_url), at, name))
}

/// Prints a report: both files.
pub async fn print(app: &App, id: RecordId) -> Result<Printed> {
    let (document, at, name) = ready(app, id).await?;
    let document = Arc::new(document);
    let (for_docx, for_pdf) = (document.clone(), document);
    let docx = printing::set(move || press::docx(&for_docx));
    let pdf = printing::set(move || press::pdf(&for_pdf, at));
    let (docx, pdf) = tokio::try_join!(docx, pdf)?;
    Ok(Printed { name, docx, pdf })
}
