//! Looking at what was read from a scan: the picture beside the lines, those that the machine is not sure of first; then
//! the document is read on from the text as corrected.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use store::Id;

use super::document::NewLaw;
use super::import;
use super::scan::{self, Line, Scan};
use crate::error::{Error, Result};
use crate::foreign;
use crate::page::{Page, Room, show};
use crate::web::Signed;
use crate::web::form::Form;

/// A page of the scan in the list.
struct Read {
    page: i64,
    lines: usize,
    unsure: usize,
    looked: bool,
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
    let sure = signed.app.config.scan_confidence;
    let read = scan::pages(&signed.app.db, id, seq).await?.into_iter().map(|p| Read {
        page: p.page,
        lines: p.lines.len(),
        unsure: p.lines.iter().filter(|l| l.sure < sure).count(),
        looked: p.looked,
    });
    let mut page = crumbed(&signed, &sent.name, id);
    page.done = done.xong.map(|n| page.t1("laws-scan-kept", "value", n));
    show(&ScanPage { page, id, seq, progress: scan, read: read.collect(), is_understood: sent.new.is_some() })
}

/// `POST /luat/nhap/{id}/{seq}/quet`: reads the document on from the text as it stands.
pub async fn read_on(signed: Signed, Path((id, seq)): Path<(String, i64)>) -> Result<Response> {
    let (id, sent, scan) = own(&signed, &id, seq).await?;
    if !scan.done || !scan.trouble.is_empty() {
        return Err(Error::Conflict("laws-scan-not-yet"));
    }
    let pages = scan::pages(&signed.app.db, id, seq).await?;
    let read = foreign::read(move || {
        let (mut new, problems) = NewLaw::of(&lawtext::parse(&scan::text(&pages)), &sent.name);
        new.tidy();
        (new, problems)
    });
    let (new, problems) = read.await?.ok_or_else(|| Error::invalid("file", "laws-unreadable-damaged"))?;
    import::understood(&signed.app.db, id, seq, &new, &problems).await?;
    Ok(signed.redirect(&format!("/luat/nhap/{id}/{seq}")))
}

/// A line to look at, with its number on the page.
struct Shown {
    n: usize,
    line: Line,
}

impl Shown {
    /// The part of the picture that it stands in.
    fn view(&self) -> String {
        let l = &self.line;
        format!("{:.0} {:.0} {:.0} {:.0}", l.left - 4.0, l.top - 3.0, self.width(), self.height())
    }
    fn width(&self) -> f64 {
        (self.line.right - self.line.left + 8.0).round()
    }
    fn height(&self) -> f64 {
        (self.line.bottom - self.line.top + 6.0).round()
    }
}

#[derive(Template)]
#[template(path = "laws/scan_page.html")]
struct OnePage {
    page: Page,
    id: Id,
    seq: i64,
    read: scan::Page,
    pages: i64,
    unsure: Vec<Shown>,
    sure: Vec<Shown>,
}

async fn find(signed: &Signed, id: Id, seq: i64, number: i64) -> Result<scan::Page> {
    let pages = scan::pages(&signed.app.db, id, seq).await?;
    pages.into_iter().find(|p| p.page == number).ok_or(Error::NotFound)
}

/// `GET /luat/nhap/{id}/{seq}/quet/{page}`
pub async fn page(signed: Signed, Path((id, seq, number)): Path<(String, i64, i64)>) -> Result<Response> {
    let (id, _, scan) = own(&signed, &id, seq).await?;
    let read = find(&signed, id, seq, number).await?;
    let title = signed.app.words.say(signed.lang(), "laws-scan-page", &[("value", number.to_string())]);
    let page = crumbed(&signed, &title, id)
        .crumb(signed.say("laws-scan-title"), format!("/luat/nhap/{id}/{seq}/quet"));
    let is_sure = |s: &Shown| s.line.sure >= signed.app.config.scan_confidence;
    let lines = read.lines.iter().enumerate().map(|(n, line)| Shown { n, line: line.clone() });
    let (sure, mut unsure): (Vec<Shown>, Vec<Shown>) = lines.partition(is_sure);
    unsure.sort_by_key(|s| s.line.sure);
    show(&OnePage { page, id, seq, read, pages: scan.pages, unsure, sure })
}

/// `POST /luat/nhap/{id}/{seq}/quet/{page}`: keeps the lines as corrected; an emptied one is left out.
pub async fn keep(
    signed: Signed,
    Path((id, seq, number)): Path<(String, i64, i64)>,
    form: Form,
) -> Result<Response> {
    let (id, _, scan) = own(&signed, &id, seq).await?;
    let mut lines = find(&signed, id, seq, number).await?.lines;
    for (name, typed) in form.pairs() {
        let n = name.strip_prefix('l').and_then(|n| n.parse::<usize>().ok());
        if let Some(line) = n.and_then(|n| lines.get_mut(n)) {
            let typed = viet::clean(typed);
            if typed != line.text {
                (line.text, line.sure) = (typed, 100);
            }
        }
    }
    // What was added at the end of the page.
    let bottom = lines.last().map_or(0.0, |l| l.bottom);
    let added = form.text("added").lines().map(viet::clean).filter(|text| !text.is_empty());
    let place = |text| Line { text, sure: 100, left: 0.0, top: bottom, right: 0.0, bottom };
    lines.extend(added.map(place));
    scan::keep(&signed.app.db, id, seq, number, &lines).await?;
    let next = if number < scan.pages && form.text("act") == "next" {
        format!("/{}", number + 1)
    } else {
        String::new()
    };
    let done = if next.is_empty() { format!("?xong={number}") } else { String::new() };
    Ok(signed.redirect(&format!("/luat/nhap/{id}/{seq}/quet{next}{done}")))
}

/// `GET /luat/nhap/{id}/{seq}/quet/{page}/anh`
pub async fn picture(signed: Signed, Path((id, seq, number)): Path<(String, i64, i64)>) -> Result<Response> {
    let (id, ..) = own(&signed, &id, seq).await?;
    let read = find(&signed, id, seq, number).await?;
    let bytes = signed.app.files.read(&read.image).await?;
    Ok(([(header::CONTENT_TYPE, "image/jpeg")], bytes).into_response())
}
