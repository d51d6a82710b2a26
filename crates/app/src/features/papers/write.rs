//! What the officer writes into a draft: blocks of text, figures stated by hand.

use axum::extract::Path;
use axum::response::Response;
use store::Tx;

use super::open::absent_key;
use super::report::{self, Report, State};
use super::show::{self, Clash};
use super::steps::find;
use super::{compose, path, template};
use crate::access::Act;
use crate::error::{Error, FieldProblem, Result};
use crate::features::numbers::Flag;
use crate::features::numbers::checks::find_stated;
use crate::page::show_again;
use crate::web::Signed;
use crate::web::form::{Form, Problems};

/// Longest text of one block.
const LONGEST: usize = 20_000;

/// `POST /bao-cao/{id}/noi-dung`: one block. When somebody else changed it meanwhile, both are shown.
pub async fn text(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let app = &signed.app;
    let report = find(&signed, &id).await?;
    signed.require(Act::WriteReport, report.unit)?;
    let key =
        compose::template_of(&report)?.written().find(|k| *k == form.text("khoa")).ok_or(Error::NotFound)?;
    let mut problems = Problems::default();
    let began: i64 = form.text("phien-ban").parse().unwrap_or(0);
    let typed = form.text("noi-dung").replace("\r\n", "\n");
    if typed.chars().count() > LONGEST {
        problems.add_value(key, "error-too-long", LONGEST.to_string());
    }
    if let Some(name) = template::unknown_name(&typed) {
        problems.add_value(key, "papers-error-name", name.to_owned());
    }
    if !problems.0.is_empty() {
        return show_again(&show::view(&signed, &report, form, problems.0, None).await?);
    }
    let mut tx = app.db.begin().await?;
    if !report::keep_text(&mut tx, app, signed.actor.account, &report, (key, &typed), began).await? {
        drop(tx);
        let clash = Clash { key: key.to_owned(), typed };
        let problem = FieldProblem { field: key, key: "papers-clash", value: String::new() };
        return show_again(&show::view(&signed, &report, form, vec![problem], Some(clash)).await?);
    }
    if !typed.is_empty() {
        say_absent(&mut tx, &signed, &report, key, "").await?;
    }
    tx.commit().await?;
    Ok(signed.redirect(&format!("{}?xong=ghi#khoi-{key}", path(report.id))))
}

/// Keeps why there is nothing of a block; an empty reason takes it back.
async fn say_absent(tx: &mut Tx, signed: &Signed, report: &Report, key: &str, reason: &str) -> Result<()> {
    let texts = report::texts(&mut *tx, report.id).await?;
    let key = absent_key(key);
    let kept = texts.get(&key);
    if kept.map_or("", |t| t.content.as_str()) == reason {
        return Ok(());
    }
    let (account, version) = (signed.actor.account, kept.map_or(0, |t| t.version));
    match report::keep_text(tx, &signed.app, account, report, (&key, reason), version).await? {
        true => Ok(()),
        false => Err(Error::Conflict("error-conflict")),
    }
}

/// `POST /bao-cao/{id}/khong-co`: there is nothing of a block, with the reason; `bo` takes that back.
pub async fn absent(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let app = &signed.app;
    let report = find(&signed, &id).await?;
    signed.require(Act::WriteReport, report.unit)?;
    let mut all = compose::template_of(&report)?.absent();
    let (key, figures) = all.find(|(k, _)| *k == form.text("khoa")).ok_or(Error::NotFound)?;
    let mut problems = Problems::default();
    let reason = problems.optional(&form, "ly-do", 300);
    let takes_back = form.has("bo");
    if reason.is_empty() && !takes_back {
        problems.add(key, "papers-absent-needs-reason");
    }
    if !problems.0.is_empty() {
        return show_again(&show::view(&signed, &report, form, problems.0, None).await?);
    }
    let mut tx = app.db.begin().await?;
    say_absent(&mut tx, &signed, &report, key, if takes_back { "" } else { &reason }).await?;
    if !takes_back {
        // Figures of what is said not to be there would be asked about, and come back with the block.
        let texts = report::texts(&mut tx, report.id).await?;
        for text in figures.iter().filter_map(|code| texts.get(&compose::figure_key(code))) {
            let emptied = (text.key.as_str(), "");
            report::keep_text(&mut tx, app, signed.actor.account, &report, emptied, text.version).await?;
        }
    }
    tx.commit().await?;
    Ok(signed.redirect(&format!("{}?xong=ghi#khoi-{key}", path(report.id))))
}

/// `POST /bao-cao/{id}/so-ghi-tay`: figures that no feature counts yet.
pub async fn figures(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let app = &signed.app;
    let report = find(&signed, &id).await?;
    signed.require(Act::WriteReport, report.unit)?;
    let texts = report::texts(&app.db, report.id).await?;
    let mut problems = Problems::default();
    let mut typed = Vec::new();
    for code in compose::template_of(&report)?.stated() {
        let value = form.text(code);
        if !value.is_empty() && viet::parse_int(value).is_none_or(|n| n < 0) {
            problems.add(code, "error-count");
        }
        let of = find_stated(code).and_then(|s| s.part_of.as_deref()).and_then(find_stated);
        let (part, whole) = (viet::parse_int(value), of.and_then(|of| viet::parse_int(form.text(&of.code))));
        if let (Some(of), Some(part), Some(whole)) = (of, part, whole)
            && part > whole
        {
            let value = format!("“{}” ({})", of.name(signed.lang()), viet::format_int(whole));
            problems.add_value(code, "papers-error-part", value);
        }
        typed.push((compose::figure_key(code), value.trim().to_owned()));
    }
    if !problems.0.is_empty() {
        return show_again(&show::view(&signed, &report, form, problems.0, None).await?);
    }
    let began: i64 = form.text("phien-ban").parse().unwrap_or(0);
    let version = |key: &String| texts.get(key).map_or(0, |t| t.version);
    let now: i64 = typed.iter().map(|(key, _)| version(key)).sum();
    if began != now {
        let field = compose::template_of(&report)?.stated().next().unwrap_or_default();
        let problem = FieldProblem { field, key: "papers-clash-figures", value: String::new() };
        return show_again(&show::view(&signed, &report, form, vec![problem], None).await?);
    }
    let mut tx = app.db.begin().await?;
    for (key, value) in &typed {
        let kept = texts.get(key).map_or("", |t| t.content.as_str());
        if kept != value
            && !report::keep_text(&mut tx, app, signed.actor.account, &report, (key, value), version(key))
                .await?
        {
            return Err(Error::Conflict("error-conflict"));
        }
    }
    for (key, codes) in compose::template_of(&report)?.absent() {
        let is_stated =
            |code: &String| typed.iter().any(|(k, v)| !v.is_empty() && *k == compose::figure_key(code));
        if codes.iter().any(is_stated) {
            say_absent(&mut tx, &signed, &report, key, "").await?;
        }
    }
    tx.commit().await?;
    Ok(signed.redirect(&format!("{}?xong=ghi", path(report.id))))
}

/// `POST /bao-cao/{id}/tra-loi`: why a figure that is asked about stands.
pub async fn answer(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let app = &signed.app;
    let report = find(&signed, &id).await?;
    signed.require(Act::WriteReport, report.unit)?;
    if report.state != State::Draft || report.frozen.is_some() {
        return Err(Error::Conflict("papers-frozen-already"));
    }
    let texts = report::texts(&app.db, report.id).await?;
    let paper = compose::compose(app, &report, &texts).await?;
    let is_it = |f: &&Flag| show::flag_key(f) == form.text("con-so") && !f.finding.impossible;
    // Corrected meanwhile: there is nothing left to answer for.
    let Some(flag) = paper.flags.iter().find(is_it) else {
        return Ok(signed.redirect(&format!("{}#f-con-so", path(report.id))));
    };
    let mut problems = Problems::default();
    let reason = problems.optional(&form, "ly-do", 500);
    if reason.is_empty() {
        problems.add("con-so", "papers-flag-needs-reason");
    }
    if !problems.0.is_empty() {
        return show_again(&show::view(&signed, &report, form, problems.0, None).await?);
    }
    super::answer(app, signed.actor.account, report.id, flag, &reason).await?;
    Ok(signed.redirect(&format!("{}?xong=tra-loi#f-con-so", path(report.id))))
}
