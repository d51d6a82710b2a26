//! Looking at what was read from a scan: the picture beside the lines, those that the machine is not sure of first; then
//! the document is read on from the text as corrected.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use serde::Deserialize;
use store::Id;

use super::correct::rows;
use super::edit::by;
use super::import;
use super::left;
use super::scan::{self, Line, Scan};
use crate::changes::{Both, Conflict};
use crate::error::{Error, Result};
use crate::page::{Page, Room, show, show_both};
use crate::web::Signed;
use crate::web::form::Form;

/// A page of the scan in the list.
struct Read {
    page: i64,
    lines: usize,
    unsure: usize,
    looked: bool,
    failed: bool,
}

#[derive(Template)]
#[template(path = "laws/scan.html")]
struct ScanPage {
    page: Page,
    id: Id,
    seq: i64,
    progress: Scan,
    read: Vec<Read>,
    /// The document was read on before.
    is_understood: bool,
    is_saved: bool,
    /// This machine cannot read it any more.
    cannot_read: bool,
    last_day: Option<Date>,
}

impl ScanPage {
    fn here(&self) -> String {
        self.page.href(&path(self.id, self.seq))
    }
    fn has_failed(&self) -> bool {
        self.read.iter().any(|r| r.failed && !r.looked)
    }
}

fn path(id: Id, seq: i64) -> String {
    format!("/luat/nhap/{id}/{seq}/quet")
}

#[derive(Deserialize)]
pub struct Done {
    xong: Option<i64>,
}

/// The scan of one's own import.
async fn own(signed: &Signed, id: &str, seq: i64) -> Result<(Id, import::Sent, Scan)> {
    let id: Id = id.parse()?;
    let sent = import::files(signed, id).await?.into_iter().find(|f| f.seq == seq).ok_or(Error::NotFound)?;
    let scan = scan::find(&signed.app.db, id, seq).await?.ok_or(Error::NotFound)?;
    Ok((id, sent, scan))
}

/// One to work on.
async fn working(signed: &Signed, id: &str, seq: i64) -> Result<(Id, import::Sent, Scan)> {
    let found = own(signed, id, seq).await?;
    if found.2.dropped_at.is_some() { Err(Error::Conflict("laws-scan-dropped-first")) } else { Ok(found) }
}

fn crumbed(signed: &Signed, title: &str, id: Id) -> Page {
    signed
        .page(Room::Laws, title)
        .crumb(signed.say("room-laws"), "/luat")
        .crumb(signed.say("laws-import-title"), "/luat/nhap")
        .crumb(signed.say("laws-import-files"), format!("/luat/nhap/{id}"))
}

/// `GET /luat/nhap/{id}/{seq}/quet`: how far the reading is, page by page.
pub async fn overview(
    signed: Signed,
    Path((id, seq)): Path<(String, i64)>,
    Query(done): Query<Done>,
) -> Result<Response> {
    let (id, sent, scan) = own(&signed, &id, seq).await?;
    let config = &signed.app.config;
    let read = scan::pages(&signed.app.db, id, seq).await?.into_iter().map(|p| Read {
        page: p.page,
        lines: p.lines.len(),
        unsure: p.lines.iter().filter(|l| l.sure < config.scan_confidence).count(),
        looked: p.looked,
        failed: p.failed,
    });
    let mut page = crumbed(&signed, &sent.name, id);
    page.done = done.xong.map(|n| page.t1("laws-scan-kept", "value", n));
    show(&ScanPage {
        cannot_read: !scan.done && !scan::is_ready(config).await,
        last_day: left::last_day(scan.created_at, page.today),
        page,
        id,
        seq,
        progress: scan,
        read: read.collect(),
        is_understood: sent.new.is_some(),
        is_saved: sent.saved.is_some(),
    })
}

/// `POST /luat/nhap/{id}/{seq}/quet`: reads the document on from the text as it stands, has pages read again, drops the
/// scan or takes it back.
pub async fn decide(signed: Signed, Path((id, seq)): Path<(String, i64)>, form: Form) -> Result<Response> {
    let (id, sent, scan) = own(&signed, &id, seq).await?;
    let here = path(id, seq);
    match form.text("act") {
        act @ ("drop" | "take-back") => {
            if sent.saved.is_some() {
                return Err(Error::Conflict("laws-scan-saved"));
            }
            left::drop_or_take_back(&signed.app, &by(&signed)?, id, seq, act == "drop").await?;
            Ok(signed.redirect(&here))
        }
        _ if scan.dropped_at.is_some() => Err(Error::Conflict("laws-scan-dropped-first")),
        "again" => {
            scan::read_again(&signed.app.db, id, seq).await?;
            Ok(signed.redirect(&here))
        }
        _ => read_on(&signed, id, sent, scan).await,
    }
}

async fn read_on(signed: &Signed, id: Id, sent: import::Sent, scan: Scan) -> Result<Response> {
    if !scan.done || !scan.trouble.is_empty() {
        return Err(Error::Conflict("laws-scan-not-yet"));
    }
    let (db, seq) = (&signed.app.db, sent.seq);
    let pages = scan::pages(db, id, seq).await?;
    let (new, problems) = scan::understand(pages, sent.name).await?;
    let mut tx = db.begin().await?;
    import::understood(&mut tx, id, seq, Some(&new), &problems).await?;
    tx.commit().await?;
    Ok(signed.redirect(&format!("/luat/nhap/{id}/{seq}")))
}

/// A line to look at, with its number on the page.
struct Shown {
    n: usize,
    is_sure: bool,
    line: Line,
}

impl Shown {
    fn width(&self) -> f64 {
        self.line.right - self.line.left + 8.0
    }
    fn height(&self) -> f64 {
        self.line.bottom - self.line.top + 6.0
    }
    fn rows(&self) -> usize {
        rows(&self.line.text)
    }
    fn part(&self, from: f64, width: f64) -> Part {
        let (l, height) = (&self.line, self.height());
        let view = format!("{:.0} {:.0} {width:.0} {height:.0}", l.left - 4.0 + from, l.top - 3.0);
        Part { view, width: (width * SHOWN).round(), height: (height * SHOWN).round() }
    }
    /// The part of the picture that it stands in.
    fn whole(&self) -> Part {
        self.part(0.0, self.width())
    }
    /// The same for a narrow screen: a long line in two pieces, one below the other, with a word or so in both.
    fn pieces(&self) -> Vec<Part> {
        let width = self.width();
        if width <= NARROW {
            return vec![self.whole()];
        }
        let piece = width * 0.55;
        vec![self.part(0.0, piece), self.part(width - piece, piece)]
    }
}

/// How much larger than on paper a line is shown, and how wide one may be in points to stay in one piece on a phone.
const SHOWN: f64 = 1.4;
const NARROW: f64 = 260.0;

/// A part of the picture of a page.
struct Part {
    view: String,
    width: f64,
    height: f64,
}

#[derive(Template)]
#[template(path = "laws/scan_page.html")]
struct OnePage {
    page: Page,
    id: Id,
    seq: i64,
    read: scan::Page,
    pages: i64,
    /// Those that the machine is not sure of first.
    lines: Vec<Shown>,
    added: String,
    conflict: Option<Conflict>,
}

impl OnePage {
    /// The lines under their two headings.
    fn groups(&self) -> [(&'static str, &[Shown]); 2] {
        let (unsure, sure) = self.lines.split_at(self.lines.iter().filter(|s| !s.is_sure).count());
        [("laws-scan-lines-unsure", unsure), ("laws-scan-lines-sure", sure)]
    }
    fn here(&self) -> String {
        self.page.href(&format!("{}/{}", path(self.id, self.seq), self.read.page))
    }
}

async fn find(signed: &Signed, id: Id, seq: i64, number: i64) -> Result<scan::Page> {
    scan::find_page(&signed.app.db, id, seq, number).await?.ok_or(Error::NotFound)
}

/// A page with its lines, those that the machine is not sure of first; with what was typed in them.
fn one_page(signed: &Signed, (id, seq): (Id, i64), scan: &Scan, read: scan::Page, form: &Form) -> OnePage {
    let title = signed.app.words.say(signed.lang(), "laws-scan-page", &[("value", read.page.to_string())]);
    let page = crumbed(signed, &title, id).crumb(signed.say("laws-scan-title"), path(id, seq));
    let lines = read.lines.iter().enumerate().map(|(n, line)| {
        let text = typed(form, n).unwrap_or_else(|| line.text.clone());
        let is_sure = line.sure >= signed.app.config.scan_confidence;
        Shown { n, is_sure, line: Line { text, ..line.clone() } }
    });
    let mut lines: Vec<Shown> = lines.collect();
    lines.sort_by_key(|s| if s.is_sure { (true, s.n as i64) } else { (false, s.line.sure) });
    let added = form.text("added").to_owned();
    OnePage { page, id, seq, read, pages: scan.pages, lines, added, conflict: None }
}

/// What was typed for a line: one that the machine missed stands below its neighbour.
fn typed(form: &Form, n: usize) -> Option<String> {
    let name = format!("l{n}");
    let (_, typed) = form.pairs().find(|(field, _)| *field == name)?;
    Some(rows_of(typed).join("\n"))
}

fn rows_of(typed: &str) -> Vec<String> {
    typed.lines().map(viet::clean).filter(|row| !row.is_empty()).collect()
}

/// `GET /luat/nhap/{id}/{seq}/quet/{page}`
pub async fn page(signed: Signed, Path((id, seq, number)): Path<(String, i64, i64)>) -> Result<Response> {
    let (id, _, scan) = working(&signed, &id, seq).await?;
    let read = find(&signed, id, seq, number).await?;
    show(&one_page(&signed, (id, seq), &scan, read, &Form::default()))
}

/// `POST /luat/nhap/{id}/{seq}/quet/{page}`: keeps the lines as corrected; an emptied one is left out.
pub async fn keep(
    signed: Signed,
    Path((id, seq, number)): Path<(String, i64, i64)>,
    form: Form,
) -> Result<Response> {
    let (id, _, scan) = working(&signed, &id, seq).await?;
    let read = find(&signed, id, seq, number).await?;
    let mut lines = read.lines.clone();
    for (n, line) in lines.iter_mut().enumerate() {
        if let Some(typed) = typed(&form, n).filter(|typed| *typed != line.text) {
            (line.text, line.sure) = (typed, 100);
        }
    }
    // What was added at the end of the page.
    let bottom = lines.last().map_or(0.0, |l| l.bottom);
    let place = |text| Line { text, sure: 100, left: 0.0, top: bottom, right: 0.0, bottom };
    lines.extend(rows_of(form.text("added")).into_iter().map(place));
    let version = form.text("version").parse().unwrap_or(-1);
    if !scan::keep(&signed.app.db, id, seq, number, version, &lines).await? {
        let read = find(&signed, id, seq, number).await?;
        return both(&signed, (id, seq), &scan, read, &form);
    }
    let next = if number < scan.pages && form.text("act") == "next" {
        format!("/{}", number + 1)
    } else {
        String::new()
    };
    let done = if next.is_empty() { format!("?xong={number}") } else { String::new() };
    Ok(signed.redirect(&format!("{}{next}{done}", path(id, seq))))
}

/// The page was kept otherwise since it was opened, on another device or in another window: what was typed stays,
/// beside what stands there now.
fn both(
    signed: &Signed,
    scan_key: (Id, i64),
    scan: &Scan,
    read: scan::Page,
    form: &Form,
) -> Result<Response> {
    let told = |text: &str| if text.is_empty() { "–".to_owned() } else { text.to_owned() };
    let differing = read.lines.iter().enumerate().filter_map(|(n, line)| {
        let here = typed(form, n).filter(|typed| *typed != line.text)?;
        let label = [("value", (n + 1).to_string())];
        let label = signed.app.words.say(signed.lang(), "laws-scan-line", &label);
        Some(Both { label, here: told(&here), there: told(&line.text) })
    });
    let conflict = Conflict { sentence: signed.say("laws-scan-both"), fields: differing.collect() };
    show_both(&OnePage { conflict: Some(conflict), ..one_page(signed, scan_key, scan, read, form) })
}

/// `GET /luat/nhap/{id}/{seq}/quet/{page}/anh`
pub async fn picture(signed: Signed, Path((id, seq, number)): Path<(String, i64, i64)>) -> Result<Response> {
    let (id, ..) = own(&signed, &id, seq).await?;
    let read = find(&signed, id, seq, number).await?;
    let bytes = signed.app.files.read(&read.image).await?;
    Ok(([(header::CONTENT_TYPE, "image/jpeg")], bytes).into_response())
}
