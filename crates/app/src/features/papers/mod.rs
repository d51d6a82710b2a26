//! Papers (văn bản trình ký): the report of a unit and a period, from a dated template, the numbers, and what the
//! officer writes.
//!
//! Words: a draft (bản nháp) is composed anew whenever it is looked at; freezing (chốt) keeps the figures and the
//! paper, once every block was looked at, written or stated as absent with a reason; whoever did not write it approves (duyệt) or returns it; the number and date of the agency's own
//! register issue it (ban hành); an issued paper is withdrawn (thu hồi), never deleted.
//!
//! Rules: a figure that the rules ask about, its own or that of a unit below, is corrected or answered for before
//! anything is frozen, and the answer is printed; every figure printed leads to its rows and carries a mark that names it; a figure that a person stated
//! says what was computed, one that nothing counts from what source it is, or of which issued reports of units below it is
//! the sum; rows that change after freezing mark the report and change nothing in it; papers are
//! in Vietnamese whoever reads them. The number of a paper is typed, never invented (Nghị định 30/2020 Điều 15).
//!
//! It reads figures through [`numbers`](super::numbers) alone. Keeps promises C1, G13, G20, G22, G23, G24.

mod compose;
mod evidence;
mod known;
mod list;
mod open;
mod print;
mod report;
mod show;
mod stated;
mod steps;
mod template;
mod waiting;
mod write;

use jiff::civil::Date;
use store::{Db, Id, Migration, RecordId, migration};

pub use compose::figure_key;
pub use known::PRINTS;
pub use open::absent_key;
pub use print::{Printed, print};
pub use report::{Report, State, doubled, get};
pub use stated::source_key;

use crate::access::Act;
use crate::app::App;
use crate::error::{Error, Result};
use crate::features::numbers::{self, By, Flag, Period, Question, Units};
use crate::features::orgs::Touches;
use crate::tasks::Later;

pub const FEATURE: crate::Feature = crate::Feature {
    name: "papers",
    routes,
    migrations: MIGRATIONS,
    words: (include_str!("words.vi.ftl"), include_str!("words.en.ftl")),
    facts: &[],
    touches: Some(&Touched),
    tasks: Some(&waiting::Waiting),
    plan_lines: None,
};

const MIGRATIONS: &[Migration] = &[
    migration!(80, "papers", "0080_papers.sql"),
    migration!(81, "how reports are signed", "0081_signed_as.sql"),
    migration!(82, "numbers given once, figures looked at", "0082_numbers_and_figures.sql"),
    migration!(83, "the withdrawn report that another begins with", "0083_taken_from.sql"),
    migration!(84, "the reports that stated figures are summed from", "0084_parts.sql"),
];

fn routes() -> crate::web::Routes {
    crate::web::Routes::new()
        .get("/bao-cao", list::page)
        .post("/bao-cao", list::begin)
        .get("/bao-cao/{id}", show::page)
        .get("/bao-cao/{id}/bao-cao.docx", show::docx)
        .get("/bao-cao/{id}/bao-cao.pdf", show::pdf)
        .post("/bao-cao/{id}/noi-dung", write::text)
        .post("/bao-cao/{id}/so-ghi-tay", write::figures)
        .get("/bao-cao/{id}/so-ghi-tay/{code}", stated::figure)
        .post("/bao-cao/{id}/khong-co", write::absent)
        .post("/bao-cao/{id}/tra-loi", write::answer)
        .post("/bao-cao/{id}/chot", steps::freeze)
        .post("/bao-cao/{id}/chot/thu-hoi", steps::thaw)
        .post("/bao-cao/{id}/trinh", steps::submit)
        .post("/bao-cao/{id}/duyet", steps::approve)
        .post("/bao-cao/{id}/tra-lai", steps::give_back)
        .post("/bao-cao/{id}/ban-hanh", steps::issue)
        .post("/bao-cao/{id}/thu-hoi", steps::withdraw)
}

/// The page of a report.
pub fn path(id: RecordId) -> String {
    format!("/bao-cao/{id}")
}

/// What a reorganisation of units touches here: reports under way.
struct Touched;

impl Touches for Touched {
    fn words(&self) -> &'static str {
        "papers-touched"
    }
    fn count<'a>(&'a self, app: &'a App, units: &'a [Id]) -> Later<'a, i64> {
        Box::pin(async move {
            let mut open = 0;
            for unit in units {
                open += report::count_open(&app.db, *unit).await?;
            }
            Ok(open)
        })
    }
    fn list(&self, unit: Id) -> (Act, String) {
        (Act::See, format!("/bao-cao?don-vi={unit}"))
    }
}

/// Begins the report of a unit and a period, with what was written into the last one when that was withdrawn.
pub async fn create(app: &App, account: Id, unit: Id, period: Period, units: Units) -> Result<RecordId> {
    let tree = app.trees.on(&app.db, app.today()).await?;
    let shard = tree.get(unit).map(|u| u.shard_id).ok_or(Error::NotFound)?;
    let question = Question { unit, period, units, by: By::Whole };
    template::find_template("annual-report", period.from).ok_or(Error::Conflict("papers-no-template"))?;
    let mut tx = app.db.begin().await?;
    let id = report::insert(&mut tx, app, account, shard, &question).await?;
    tx.commit().await?;
    Ok(id)
}

/// The report of a unit and a period, unless withdrawn.
pub async fn find(db: &Db, unit: Id, period: Period) -> Result<Option<RecordId>> {
    let all = report::of_period(db, period).await?;
    let stands = |r: &report::Progress| r.unit_id == unit && r.state != State::Withdrawn.code();
    Ok(all.into_iter().find(stands).map(|r| r.id()))
}

/// Writes texts of a new draft: a block by its key, a stated figure by [`figure_key`], its source by [`source_key`], why there is nothing of a
/// block by [`absent_key`].
pub async fn write(app: &App, account: Id, id: RecordId, texts: &[(String, &str)]) -> Result<()> {
    let r = report::get(&app.db, id).await?;
    let mut tx = app.db.begin().await?;
    for (key, text) in texts {
        report::keep_text(&mut tx, app, account, &r, (key, text), 0).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// States in a draft what the issued reports of the units below sum to.
pub async fn take_sums(app: &App, account: Id, id: RecordId) -> Result<()> {
    let r = report::get(&app.db, id).await?;
    for block in compose::template_of(&r)?.stated() {
        let sums = stated::issued(app, &r, &block).await?;
        let typed = stated::as_typed(&block, &sums);
        let mut tx = app.db.begin().await?;
        report::hold_draft(&mut tx, id).await?;
        stated::state(&mut tx, app, account, &r, &block, (&typed, "", &sums)).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Keeps every proposed text as it stands, as a writer does who has looked at each of them.
pub async fn keep_proposed(app: &App, account: Id, id: RecordId) -> Result<()> {
    let r = report::get(&app.db, id).await?;
    let paper = compose::compose(app, &r, &report::texts(&app.db, id).await?).await?;
    let mut tx = app.db.begin().await?;
    for w in paper.written.iter().filter(|w| w.version == 0) {
        report::keep_text(&mut tx, app, account, &r, (w.key, &w.text), 0).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// What is asked about in a draft, and is not settled yet.
pub async fn open_flags(app: &App, id: RecordId) -> Result<Vec<Flag>> {
    let r = report::get(&app.db, id).await?;
    let paper = compose::compose(app, &r, &report::texts(&app.db, id).await?).await?;
    Ok(paper.flags.into_iter().filter(|f| f.settled.is_none()).collect())
}

/// Answers for a flagged figure of a draft.
pub async fn answer(app: &App, account: Id, id: RecordId, flag: &Flag, reason: &str) -> Result<()> {
    let r = report::get(&app.db, id).await?;
    let mut tx = app.db.begin().await?;
    report::hold_draft(&mut tx, id).await?;
    numbers::answer(&mut tx, app, account, (r.id.shard, r.unit), r.period, flag, reason).await?;
    tx.commit().await?;
    Ok(())
}

/// Freezes the figures and the paper as they are now, once nothing is missing and no figure waits for an answer.
pub async fn freeze(app: &App, account: Id, id: RecordId) -> Result<()> {
    steps::do_freeze(app, account, &report::get(&app.db, id).await?).await
}

/// Sends a frozen report to whoever signs.
pub async fn submit(app: &App, account: Id, id: RecordId) -> Result<()> {
    move_to(app, account, &report::get(&app.db, id).await?, State::Waiting, report::Said::default()).await
}

/// Approves a report that somebody else wrote.
pub async fn approve(app: &App, account: Id, id: RecordId) -> Result<()> {
    move_to(app, account, &report::get(&app.db, id).await?, State::Approved, report::Said::default()).await
}

/// Issues an approved report under the number and date of the agency's register; signed in an office (the lines
/// over the signature; by default the usual one) and under a name.
pub async fn issue(
    app: &App,
    account: Id,
    id: RecordId,
    number: &str,
    day: Date,
    signed_as: (Option<&str>, Option<&str>),
) -> Result<()> {
    do_issue(app, account, &report::get(&app.db, id).await?, number, day, signed_as).await
}

async fn do_issue(
    app: &App,
    account: Id,
    r: &Report,
    number: &str,
    day: Date,
    (authority, signer): (Option<&str>, Option<&str>),
) -> Result<()> {
    let said = report::Said { number: Some(number), issued_on: Some(day), authority, signer, note: None };
    move_to(app, account, r, State::Issued, said).await
}

async fn move_to(app: &App, account: Id, r: &Report, to: State, said: report::Said<'_>) -> Result<()> {
    let mut tx = app.db.begin().await?;
    report::move_to(&mut tx, app, account, r, to, said).await?;
    tx.commit().await?;
    Ok(())
}
