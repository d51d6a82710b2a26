//! What the officer writes into a draft: blocks of text, figures stated by hand.

use axum::extract::Path;
use axum::response::Response;

use super::report;
use super::show::{self, Clash};
use super::steps::find;
use super::{compose, path};
use crate::access::Act;
use crate::error::{Error, FieldProblem, Result};
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
    let template = compose::template_of(&report)?;
    let key = template.written().find(|k| *k == form.text("khoa")).ok_or(Error::NotFound)?;
    let mut problems = Problems::default();
    let began: i64 = problems.parse(&form, "phien-ban").unwrap_or(0);
    let typed = problems.optional(&form, "noi-dung", LONGEST).replace("\r\n", "\n");
    if !problems.0.is_empty() {
        return show_again(&show::view(&signed, &report, form, problems.0, None).await?);
    }
    let mut tx = app.db.begin().await?;
    if !report::keep_text(&mut tx, app, signed.actor.account, &report, (key, &typed), began).await? {
        drop(tx);
        let clash = Clash { key: key.to_owned(), typed };
        let problem = FieldProblem { field: "noi-dung", key: "papers-clash", value: String::new() };
        return show_again(&show::view(&signed, &report, form, vec![problem], Some(clash)).await?);
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
        let number = if code.ends_with("-rate") {
            viet::parse_decimal(value.trim_end_matches('%').trim())
                .filter(|n| (0.0..=100.0).contains(n))
                .is_some()
        } else {
            viet::parse_int(value).is_some_and(|n| n >= 0)
        };
        if !value.is_empty() && !number {
            problems.add(code, if code.ends_with("-rate") { "papers-bad-rate" } else { "error-count" });
        }
        typed.push((compose::figure_key(code), value.trim_end_matches('%').trim().to_owned()));
    }
    if !problems.0.is_empty() {
        return show_again(&show::view(&signed, &report, form, problems.0, None).await?);
    }
    let began: i64 = problems.parse(&form, "phien-ban").unwrap_or(0);
    let version = |key: &String| texts.get(key).map_or(0, |t| t.version);
    let now: i64 = typed.iter().map(|(key, _)| version(key)).sum();
    if began != now {
        let problem = FieldProblem { field: "so-ghi-tay", key: "papers-clash-figures", value: String::new() };
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
    tx.commit().await?;
    Ok(signed.redirect(&format!("{}?xong=ghi", path(report.id))))
}
