//! The steps of a paper's life: freeze, submit, approve or return, issue, withdraw.

use axum::extract::Path;
use axum::response::Response;
use store::Id;

use super::report::{self, Report, Said, State};
use super::{compose, open, path, print, show};
use crate::access::Act;
use crate::app::{App, day_of};
use crate::error::{Error, FieldProblem, Result};
use crate::features::numbers::{self, Flag};
use crate::page::{date_text, show_again};
use crate::web::Signed;
use crate::web::form::{Form, Problems};

/// The report, if the person may see its unit; acts are asked for beside it.
pub(super) async fn find(signed: &Signed, id: &str) -> Result<Report> {
    let report = report::get(&signed.app.db, id.parse()?).await?;
    signed.require(Act::See, report.unit)?;
    Ok(report)
}

/// The report as the person saw it.
async fn as_seen(signed: &Signed, id: &str, act: Act, form: &Form) -> Result<Report> {
    let report = find(signed, id).await?;
    signed.require(act, report.unit)?;
    form.must_show(report.version, "papers-error-changed")?;
    Ok(report)
}

fn done(signed: &Signed, report: &Report, what: &str) -> Response {
    signed.redirect(&format!("{}?xong={what}", path(report.id)))
}

pub(super) async fn do_freeze(app: &App, account: Id, report: &Report) -> Result<()> {
    if report.state != State::Draft || report.frozen.is_some() {
        return Err(Error::Conflict("papers-frozen-already"));
    }
    let texts = report::texts(&app.db, report.id).await?;
    open::require_whole(compose::template_of(report)?, &texts)?;
    let paper = compose::compose(app, report, &texts).await?;
    require_standing(app, &paper).await?;
    require_settled(app, &paper).await?;
    let read = numbers::read_to_freeze(app, &report.question()).await?;
    // Between two readings somebody may have saved a row: such a paper would contradict itself.
    let same =
        paper.numbers.agree(|code| read.figures.iter().find(|f| f.indicator == code).map(|f| f.figure()));
    if !same {
        return Err(Error::Conflict("papers-moved-while-freezing"));
    }
    let mut tx = app.db.begin().await?;
    // Of what was saved since, nothing is in the paper.
    if report::hold_draft(&mut tx, report.id).await? != report.version + 1 {
        return Err(Error::Conflict("papers-error-changed"));
    }
    let freeze = numbers::freeze(&mut tx, app, account, report.id.shard, &read).await?;
    report::keep_frozen(&mut tx, app, account, report, freeze, &paper.document).await?;
    tx.commit().await?;
    Ok(())
}

/// Refuses a paper that would call the sum of issued reports what counts one that was withdrawn since.
async fn require_standing(app: &App, paper: &compose::Paper) -> Result<()> {
    let mut problems = vec![];
    for block in &paper.stated {
        let withdrawn = block.withdrawn();
        if !withdrawn.is_empty() {
            let value = names(app, &withdrawn).await?;
            problems.push(FieldProblem { field: block.block.key, key: "papers-sum-withdrawn", value });
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
}

/// The names of units, one after another.
pub(super) async fn names(app: &App, units: &[Id]) -> Result<String> {
    let mut names = vec![];
    for unit in units {
        names.push(app.trees.name(&app.db, *unit).await?);
    }
    Ok(names.join(", "))
}

/// Most figures named above the page; all of them stand on it.
const NAMED: usize = 12;

/// Refuses a paper with a figure that nobody has corrected or answered for, naming each.
async fn require_settled(app: &App, paper: &compose::Paper) -> Result<()> {
    let open: Vec<&Flag> = paper.flags.iter().filter(|f| f.settled.is_none()).collect();
    if open.is_empty() {
        return Ok(());
    }
    let count = open.len().to_string();
    let mut problems = vec![FieldProblem { field: "con-so", key: "papers-flags-open", value: count }];
    let typed: Vec<&'static str> = paper.stated.iter().flat_map(|b| &b.figures).map(|f| f.code).collect();
    for flag in open.into_iter().take(NAMED) {
        let name = app.trees.name(&app.db, flag.unit).await?;
        let field = typed.iter().copied().find(|code| *code == flag.finding.figure).unwrap_or("con-so");
        let key = if flag.finding.impossible { "papers-flag-impossible" } else { "papers-flag-unusual" };
        problems.push(FieldProblem { field, key, value: format!("{name}: {}", flag.finding.vi) });
    }
    Err(Error::Invalid(problems))
}

/// `POST /bao-cao/{id}/chot`
pub async fn freeze(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let report = as_seen(&signed, &id, Act::WriteReport, &form).await?;
    signed.require(Act::KeepNumbers, report.unit)?;
    match do_freeze(&signed.app, signed.actor.account, &report).await {
        Ok(()) => Ok(done(&signed, &report, "chot")),
        Err(Error::Invalid(problems)) => {
            show_again(&show::view(&signed, &report, Form::default(), problems, None).await?)
        }
        Err(other) => Err(other),
    }
}

/// `POST /bao-cao/{id}/chot/thu-hoi`: back to writing, before it is issued.
pub async fn thaw(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let report = as_seen(&signed, &id, Act::WriteReport, &form).await?;
    let mut tx = signed.app.db.begin().await?;
    report::thaw(&mut tx, &signed.app, signed.actor.account, &report, None).await?;
    tx.commit().await?;
    Ok(done(&signed, &report, "mo"))
}

async fn step(signed: &Signed, report: &Report, to: State) -> Result<()> {
    super::move_to(&signed.app, signed.actor.account, report, to, Said::default()).await
}

/// `POST /bao-cao/{id}/trinh`
pub async fn submit(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let report = as_seen(&signed, &id, Act::WriteReport, &form).await?;
    step(&signed, &report, State::Waiting).await?;
    Ok(done(&signed, &report, "trinh"))
}

/// `POST /bao-cao/{id}/duyet`
pub async fn approve(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let report = as_seen(&signed, &id, Act::SignReport, &form).await?;
    step(&signed, &report, State::Approved).await?;
    Ok(done(&signed, &report, "duyet"))
}

/// `POST /bao-cao/{id}/tra-lai`: back to its writer, with the reason.
pub async fn give_back(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let report = as_seen(&signed, &id, Act::SignReport, &form).await?;
    if report.state != State::Waiting {
        return Err(Error::Conflict("papers-not-now"));
    }
    let mut problems = Problems::default();
    let reason = problems.required(&form, "tra-lai", 500);
    if !problems.0.is_empty() {
        return show_again(&show::view(&signed, &report, form, problems.0, None).await?);
    }
    let mut tx = signed.app.db.begin().await?;
    report::thaw(&mut tx, &signed.app, signed.actor.account, &report, Some(&reason)).await?;
    tx.commit().await?;
    Ok(done(&signed, &report, "tra"))
}

/// `POST /bao-cao/{id}/ban-hanh`: the number and date of the agency's register.
pub async fn issue(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let report = as_seen(&signed, &id, Act::WriteReport, &form).await?;
    let mut problems = Problems::default();
    let symbol = report.frozen.as_ref().map_or("", |paper| paper.symbol.as_str());
    let (number, written) = problems.register_number(&form, "so", symbol);
    // The paper prints its own symbol: another one would vanish.
    if problems.0.is_empty() && written.is_some_and(|w| viet::fold(&w) != viet::fold(symbol)) {
        problems.add_value("so", "error-register-number", symbol.to_owned());
    }
    let day = problems.date(&form, "ngay");
    if !form.has("ngay") {
        problems.add("ngay", "error-required");
    }
    if day.is_some_and(|d| d > signed.app.today()) {
        problems.add("ngay", "papers-day-to-come");
    }
    let frozen_on = print::freeze_of(&signed.app, &report).await?.map(|freeze| day_of(freeze.created_at));
    if let Some(frozen_on) = frozen_on.filter(|frozen| day.is_some_and(|day| day < *frozen)) {
        // No paper is signed before the figures that it prints were there.
        problems.add_value("ngay", "papers-day-before-figures", date_text(frozen_on));
    }
    let signer = problems.optional(&form, "nguoi-ky", 100);
    let offices = show::offices(&signed.app, &report).await?;
    let office = offices.iter().find(|o| o.code == form.text("chuc-vu")).or(offices.first());
    let authority = office.map(|o| o.authority.join("\n"));
    let (true, Some(day)) = (problems.0.is_empty(), day) else {
        return show_again(&show::view(&signed, &report, form, problems.0, None).await?);
    };
    let signer = Some(signer.as_str()).filter(|s| !s.is_empty());
    let signed_as = (authority.as_deref(), signer);
    match super::do_issue(&signed.app, signed.actor.account, &report, &number, day, signed_as).await {
        Ok(()) => Ok(done(&signed, &report, "ban-hanh")),
        Err(Error::Conflict(key @ "papers-number-taken")) => {
            let problem = FieldProblem { field: "so", key, value: number };
            show_again(&show::view(&signed, &report, form, vec![problem], None).await?)
        }
        Err(other) => Err(other),
    }
}

/// `POST /bao-cao/{id}/thu-hoi`
pub async fn withdraw(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let report = as_seen(&signed, &id, Act::SignReport, &form).await?;
    let mut problems = Problems::default();
    let reason = problems.required(&form, "thu-hoi", 500);
    if !problems.0.is_empty() {
        return show_again(&show::view(&signed, &report, form, problems.0, None).await?);
    }
    let said = Said { note: Some(&reason), ..Said::default() };
    super::move_to(&signed.app, signed.actor.account, &report, State::Withdrawn, said).await?;
    Ok(done(&signed, &report, "thu-hoi"))
}
