//! Importing documents from files: sent, read, looked at, corrected, saved.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use serde::Deserialize;
use store::{Id, Tx, sql};

use super::again::{self, Again};
use super::document::{self, NewLaw, Problem, Saved};
use super::edit::{by, changed};
use super::facts::{self, Facts};
use super::file;
use super::law::{self, Kind};
use super::scan;
use crate::access::Act;
use crate::audiences::{Audience, audiences};
use crate::error::{Error, FieldProblem, Result};
use crate::page::{Page, Room, show, show_again};
use crate::web::Signed;
use crate::web::form::{Form, Problems};

/// Most files of one import.
const FILES: usize = 20;
/// Largest body with files.
pub const BODY_BYTES: usize = 100 << 20;

#[derive(Template)]
#[template(path = "laws/import.html")]
struct UploadPage {
    page: Page,
    megabytes: usize,
}

fn upload_page(signed: &Signed, problems: Vec<FieldProblem>) -> UploadPage {
    let mut page =
        signed.page(Room::Laws, &signed.say("laws-import-title")).crumb(signed.say("room-laws"), "/luat");
    page.problems = problems;
    UploadPage { page, megabytes: signed.app.config.upload_bytes >> 20 }
}

/// `GET /luat/nhap`
pub async fn form(signed: Signed) -> Result<Response> {
    by(&signed)?;
    show(&upload_page(&signed, vec![]))
}

/// `POST /luat/nhap`: reads the files and keeps what they say until it is saved.
pub async fn send(signed: Signed, form: Form) -> Result<Response> {
    let app = &signed.app;
    let by = by(&signed)?;
    let refuse = |key, value| vec![FieldProblem { field: "file", key, value }];
    let sent: Vec<_> = form.files.into_iter().filter(|f| f.field == "file").collect();
    if sent.is_empty() {
        return show_again(&upload_page(&signed, refuse("laws-error-no-file", String::new())));
    }
    if sent.len() > FILES {
        return show_again(&upload_page(&signed, refuse("laws-error-too-many-files", String::new())));
    }
    let one = sent.len() == 1;
    let mut files = Vec::new();
    let mut can_read_scans = None;
    let began = std::time::Instant::now();
    for upload in sent {
        let name: String = viet::clean(&upload.name).chars().take(120).collect();
        let left = file::SENT_TIME.saturating_sub(began.elapsed());
        let is_pdf = file::format(&name, &upload.bytes) == Some(lawtext::Format::Pdf);
        let kept = is_pdf.then(|| upload.bytes.clone());
        let read = file::read(&app.config, &name, upload.bytes, left).await?;
        if let (Err(file::ONLY_PICTURES), Some(bytes)) = (read.as_ref().map_err(String::as_str), kept) {
            if can_read_scans.is_none() {
                can_read_scans = Some(scan::is_ready(&app.config).await);
            }
            if can_read_scans == Some(true) {
                files.push(Read { name, of: Of::Scan(app.files.keep(bytes).await?) });
                continue;
            }
        }
        if let (true, Err(code)) = (one, &read) {
            let why = signed.say(&format!("laws-unreadable-{code}"));
            let sentence = format!("{name}: {why}");
            return show_again(&upload_page(&signed, refuse("laws-unreadable", sentence)));
        }
        match read {
            Ok(documents) => {
                let of = |(new, problems)| Of::Document(Box::new(new), problems);
                files.extend(documents.into_iter().map(|read| Read { name: name.clone(), of: of(read) }));
            }
            Err(code) => files.push(Read { name, of: Of::Nothing(code) }),
        }
    }
    let alone = match files.as_slice() {
        [Read { of: Of::Scan(_), .. }] => Some("0/quet"),
        [_] => Some("0"),
        _ => None,
    };
    let id = app.new_id();
    let mut tx = app.db.begin().await?;
    if files.iter().any(|f| matches!(f.of, Of::Scan(_))) {
        scan::hold_files(&mut tx).await?;
    }
    sql!(
        "INSERT INTO law_imports (id, account_id, unit_id, created_at) VALUES ($1, $2, $3, $4)",
        id,
        signed.actor.account,
        by.unit,
        app.now()
    )
    .run(&mut tx)
    .await?;
    for (seq, file) in files.into_iter().enumerate() {
        let (read, problems, scan) = match file.of {
            Of::Document(mut new, problems) => {
                new.tidy();
                (json(&new)?, problems, None)
            }
            Of::Scan(digest) => (String::new(), vec![Problem::new("scan", "")], Some(digest)),
            Of::Nothing(code) => (String::new(), vec![Problem::new(&code, "")], None),
        };
        sql!(
            "INSERT INTO law_import_files (import_id, seq, name, read, problems) VALUES ($1, $2, $3, $4, $5)",
            id,
            seq as i64,
            file.name,
            read,
            json(&problems)?
        )
        .run(&mut tx)
        .await?;
        if let Some(digest) = scan {
            scan::insert(&mut tx, app, id, seq as i64, &digest).await?;
        }
    }
    tx.commit().await?;
    scan::wake();
    let to = alone.map(|to| format!("/{to}")).unwrap_or_default();
    Ok(signed.redirect(&format!("/luat/nhap/{id}{to}")))
}

/// Of a sent file: a document, as many as it holds.
struct Read {
    name: String,
    of: Of,
}

enum Of {
    Document(Box<NewLaw>, Vec<Problem>),
    /// The digest of the file: it is read while nobody waits.
    Scan(String),
    /// The code of what is wrong.
    Nothing(String),
}

/// What was understood of a scan, or that nothing will be.
pub(super) async fn understood(
    tx: &mut Tx,
    id: Id,
    seq: i64,
    new: Option<&NewLaw>,
    problems: &[Problem],
) -> Result<()> {
    sql!(
        "UPDATE law_import_files SET read = $3, problems = $4 WHERE import_id = $1 AND seq = $2 AND law_id IS NULL",
        id,
        seq,
        new.map(json).transpose()?.unwrap_or_default(),
        json(&problems)?
    )
    .run(tx)
    .await?;
    Ok(())
}

fn json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|e| Error::Internal(e.into()))
}

store::record! {
    struct FileRow {
        seq: i64, name: String, read: String, problems: String, law_id: Option<Id>, is_scan: bool, dropped: bool,
    }
}

/// A file of an import as it was understood.
pub(super) struct Sent {
    pub seq: i64,
    pub name: String,
    /// None: nothing could be read, or a person has to look at a scan first; the problem says why.
    pub new: Option<NewLaw>,
    problems: Vec<Problem>,
    pub saved: Option<Id>,
    is_scan: bool,
    /// A scan that a person dropped.
    dropped: bool,
    /// What the registry has of it, until it is saved.
    again: Option<Again>,
}

impl Sent {
    /// Number, title and dates are there, and nothing would be replaced: it may be saved without a look at each field.
    fn is_complete(&self) -> bool {
        let complete = |n: &NewLaw| {
            !n.number.is_empty()
                && !n.title.is_empty()
                && !n.kind.is_empty()
                && n.issued.is_some()
                && n.effective.is_some()
                && !facts::is_backdated(n.issued, n.effective)
        };
        self.saved.is_none() && self.replaces().is_none() && self.new.as_ref().is_some_and(complete)
    }
    /// The version of the text whose place it would take.
    fn replaces(&self) -> Option<i64> {
        self.again.as_ref().filter(|again| again.replaces()).map(|again| again.law.revision)
    }
    fn law_name(&self) -> String {
        self.new.as_ref().map(|n| law::full_name(&n.kind, &n.title, &n.number)).unwrap_or_default()
    }
    fn number(&self) -> &str {
        self.new.as_ref().map_or("", |n| &n.number)
    }
    fn articles(&self) -> usize {
        self.new.as_ref().map_or(0, |n| n.nodes.iter().filter(|n| n.is_article()).count())
    }
}

/// The files of an import of this person.
pub(super) async fn files(signed: &Signed, id: Id) -> Result<Vec<Sent>> {
    let db = &signed.app.db;
    store::record! { struct Import { account_id: Id, unit_id: Id } }
    let import: Import =
        sql!("SELECT account_id, unit_id FROM law_imports WHERE id = $1", id).get(db).await?;
    if import.account_id != signed.actor.account {
        return Err(Error::NotFound);
    }
    signed.require(Act::ImportLaws, import.unit_id)?;
    let by = by(signed)?;
    let rows: Vec<FileRow> = sql!(
        "SELECT f.seq, f.name, f.read, f.problems, f.law_id, s.import_id IS NOT NULL AS is_scan,
                s.dropped_at IS NOT NULL AS dropped
         FROM law_import_files f LEFT JOIN law_scans s ON s.import_id = f.import_id AND s.seq = f.seq
         WHERE f.import_id = $1 ORDER BY f.seq",
        id
    )
    .all(db)
    .await?;
    let bad = |e: serde_json::Error| Error::Internal(e.into());
    let mut all = Vec::new();
    for r in rows {
        let new: Option<NewLaw> = match r.read.is_empty() || r.dropped {
            true => None,
            false => Some(serde_json::from_str(&r.read).map_err(bad)?),
        };
        let again = match &new {
            Some(new) if r.law_id.is_none() => again::find(db, &by, new).await?,
            _ => None,
        };
        all.push(Sent {
            new,
            problems: serde_json::from_str(&r.problems).map_err(bad)?,
            seq: r.seq,
            name: r.name,
            saved: r.law_id,
            is_scan: r.is_scan,
            dropped: r.dropped,
            again,
        });
    }
    Ok(all)
}

#[derive(Template)]
#[template(path = "laws/import_files.html")]
struct FilesPage {
    page: Page,
    id: Id,
    files: Vec<Sent>,
    complete: usize,
}

#[derive(Deserialize)]
pub struct Done {
    luu: Option<i64>,
}

/// `GET /luat/nhap/{id}`
pub async fn overview(signed: Signed, Path(id): Path<String>, Query(done): Query<Done>) -> Result<Response> {
    let id: Id = id.parse()?;
    let files = files(&signed, id).await?;
    let mut page = signed
        .page(Room::Laws, &signed.say("laws-import-files"))
        .crumb(signed.say("room-laws"), "/luat")
        .crumb(signed.say("laws-import-title"), "/luat/nhap");
    page.done = done.luu.map(|n| page.t1("laws-import-all-done", "value", n));
    show(&FilesPage { complete: files.iter().filter(|f| f.is_complete()).count(), page, id, files })
}

/// `POST /luat/nhap/{id}`: saves every document that lacks nothing.
pub async fn save_all(signed: Signed, Path(id): Path<String>) -> Result<Response> {
    let id: Id = id.parse()?;
    let by = by(&signed)?;
    let app = &signed.app;
    let mut saved = 0;
    for sent in files(&signed, id).await?.iter().filter(|f| f.is_complete()) {
        let Some(new) = &sent.new else { continue };
        let mut tx = app.db.begin().await?;
        let (done, _) = document::insert(&mut tx, app, &by, new).await?;
        keep(&mut tx, id, sent.seq, done.id()).await?;
        tx.commit().await?;
        saved += 1;
    }
    changed(&signed);
    Ok(signed.redirect(&format!("/luat/nhap/{id}?luu={saved}")))
}

async fn keep(tx: &mut Tx, import: Id, seq: i64, law: Id) -> Result<()> {
    sql!("UPDATE law_import_files SET law_id = $3 WHERE import_id = $1 AND seq = $2", import, seq, law)
        .run(tx)
        .await?;
    Ok(())
}

/// A place of the text to look at.
struct Place {
    sentence: String,
    place: String,
    excerpt: String,
}

#[derive(Template)]
#[template(path = "laws/import_review.html")]
struct ReviewPage {
    page: Page,
    id: Id,
    sent: Sent,
    form: Form,
    kinds: Vec<&'static Kind>,
    audiences: Vec<&'static Audience>,
    unit_name: String,
    places: Vec<Place>,
    outline: Vec<(i64, String)>,
}

/// Most places and lines of the outline that the review shows.
const SHOWN: usize = 200;

async fn review_page(
    signed: &Signed,
    id: Id,
    sent: Sent,
    form: Form,
    problems: Vec<FieldProblem>,
) -> Result<ReviewPage> {
    let mut page = signed
        .page(Room::Laws, &sent.name)
        .crumb(signed.say("room-laws"), "/luat")
        .crumb(signed.say("laws-import-title"), "/luat/nhap");
    page.problems = problems;
    // What was read and not taken is asked for at its field.
    let too_long = [
        ("number", "laws-problem-number-too-long"),
        ("title", "laws-problem-title-too-long"),
        ("issuer", "laws-problem-issuer-too-long"),
    ];
    for (field, key) in too_long {
        let is_said = |p: &Problem| key.strip_prefix("laws-problem-") == Some(&p.code);
        if form.text(field).is_empty() && sent.problems.iter().any(is_said) {
            page.problems.push(FieldProblem { field, key, value: String::new() });
        }
    }
    let places = sent.problems.iter().take(SHOWN).map(|p| Place {
        sentence: sentence(&page, p),
        place: match (p.page, p.paragraph) {
            (Some(n), _) => page.t1("laws-import-page", "value", n),
            (None, Some(n)) => page.t1("laws-import-paragraph", "value", n),
            (None, None) => String::new(),
        },
        excerpt: p.excerpt.clone(),
    });
    let nodes = sent.new.iter().flat_map(|n| &n.nodes).filter(|n| n.is_outlined()).take(SHOWN);
    let unit = by(signed)?.unit;
    Ok(ReviewPage {
        places: places.collect(),
        outline: nodes.map(|n| (n.depth, n.title())).collect(),
        kinds: law::kinds().iter().collect(),
        audiences: audiences(page.today).collect(),
        unit_name: signed.unit_name(unit).await?,
        page,
        id,
        sent,
        form,
    })
}

/// A problem in words; a code without words of its own stands for itself.
fn sentence(page: &Page, problem: &Problem) -> String {
    for key in [format!("laws-problem-{}", problem.code), format!("laws-unreadable-{}", problem.code)] {
        if page.knows(&key) {
            return page.t(&key);
        }
    }
    problem.code.clone()
}

async fn find(signed: &Signed, id: Id, seq: i64) -> Result<Sent> {
    files(signed, id).await?.into_iter().find(|f| f.seq == seq && f.new.is_some()).ok_or(Error::NotFound)
}

/// `GET /luat/nhap/{id}/{seq}`
pub async fn review(signed: Signed, Path((id, seq)): Path<(String, i64)>) -> Result<Response> {
    let id: Id = id.parse()?;
    let sent = find(&signed, id, seq).await?;
    let form = sent.new.as_ref().map(facts::form_of_new).unwrap_or_default();
    show(&review_page(&signed, id, sent, form, vec![]).await?)
}

/// `POST /luat/nhap/{id}/{seq}`: saves the document with the facts as corrected.
pub async fn save(signed: Signed, Path((id, seq)): Path<(String, i64)>, form: Form) -> Result<Response> {
    let id: Id = id.parse()?;
    let app = &signed.app;
    let by = by(&signed)?;
    let sent = find(&signed, id, seq).await?;
    let mut problems = Problems::default();
    let facts = Facts::read(&form, &mut problems, app.today());
    if !problems.0.is_empty() {
        return show_again(&review_page(&signed, id, sent, form, problems.0).await?);
    }
    let mut new = sent.new.clone().unwrap_or_default();
    // The articles are named by the number as corrected.
    new.nodes.iter_mut().for_each(|n| n.cited_as = None);
    facts.apply(&mut new, by.unit);
    let again = again::find(&app.db, &by, &new).await?;
    let sent = Sent { again, ..sent };
    if sent.replaces().is_some_and(|version| form.text("replaces") != version.to_string()) {
        // Another one than the page showed, by the number as corrected or since.
        let problem = FieldProblem { field: "replaces", key: "laws-again-look", value: String::new() };
        return show_again(&review_page(&signed, id, sent, form, vec![problem]).await?);
    }
    let mut tx = app.db.begin().await?;
    let (saved, said) = document::insert(&mut tx, app, &by, &new).await?;
    keep(&mut tx, id, seq, saved.id()).await?;
    tx.commit().await?;
    changed(&signed);
    let how = match saved {
        Saved::New(_) if !said.is_empty() => "apart",
        Saved::New(_) => "new",
        Saved::Same(_) if !said.is_empty() => "kept-by-others",
        Saved::Same(_) => "same",
        Saved::Changed(_) => "changed",
    };
    Ok(signed.redirect(&format!("/luat/{}?nhap={how}", saved.id())))
}
