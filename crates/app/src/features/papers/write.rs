//! What the officer writes into a draft: blocks of text, figures stated by hand.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::response::Response;
use store::Tx;

use super::open::{absent_key, version_of};
use super::report::{self, Report, State, Text};
use super::show::{self, Clash};
use super::steps::find;
use super::{compose, path, stated, template};
use crate::access::Act;
use crate::error::{Error, FieldProblem, Result};
use crate::features::numbers::Flag;
use crate::features::numbers::find_stated;
use crate::page::show_again;
use crate::web::Signed;
use crate::web::form::{COUNTS, Form, Problems};

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

/// Whether a form was opened with all that is said of a block now.
fn is_as_shown(form: &Form, texts: &BTreeMap<String, Text>, (key, figures): (&str, &[String])) -> bool {
    form.text("phien-ban").parse().unwrap_or(0) == version_of(texts, key, figures)
}

fn name_of(signed: &Signed, code: &str) -> String {
    find_stated(code).map_or(code, |s| s.name(signed.lang())).to_owned()
}

/// Keeps why there is nothing of a block; an empty reason takes it back.
async fn say_absent(tx: &mut Tx, signed: &Signed, report: &Report, key: &str, reason: &str) -> Result<()> {
    report::keep_changed(tx, &signed.app, signed.actor.account, report, &absent_key(key), reason).await
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
    report::hold_draft(&mut tx, report.id).await?;
    let texts = report::texts(&mut tx, report.id).await?;
    if !is_as_shown(&form, &texts, (key, figures)) {
        drop(tx);
        let mut sent = vec![(signed.say("papers-absent-why"), absent_key(key), reason)];
        if !takes_back {
            let emptied = |code: &String| (name_of(&signed, code), compose::figure_key(code), String::new());
            sent.extend(figures.iter().map(emptied));
            sent.push((signed.say("papers-clash-text"), key.to_owned(), String::new()));
        }
        return show::both_sides(&signed, &report, form, (key, figures), sent).await;
    }
    say_absent(&mut tx, &signed, &report, key, if takes_back { "" } else { &reason }).await?;
    if !takes_back {
        // Figures of what is said not to be there would be asked about, and come back with the block.
        for text in figures.iter().filter_map(|code| texts.get(&compose::figure_key(code))) {
            let emptied = (text.key.as_str(), "");
            report::keep_text(&mut tx, app, signed.actor.account, &report, emptied, text.version).await?;
        }
    }
    tx.commit().await?;
    Ok(signed.redirect(&format!("{}?xong=ghi#khoi-{key}", path(report.id))))
}

/// `POST /bao-cao/{id}/so-ghi-tay`: figures of a block that no feature counts yet, typed, or taken (`lay`) as the sum of
/// what the units below have issued.
pub async fn figures(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let app = &signed.app;
    let report = find(&signed, &id).await?;
    signed.require(Act::WriteReport, report.unit)?;
    let mut blocks = compose::template_of(&report)?.stated();
    let block = blocks.find(|b| b.key == form.text("khoa")).ok_or(Error::NotFound)?;
    let sums = stated::issued(app, &report, &block).await?;
    let takes = form.has("lay");
    let typed: Vec<(&'static str, String)> = match takes {
        true if sums.stated() == 0 => return Err(Error::Conflict("papers-nothing-to-sum")),
        true => stated::as_typed(&block, &sums),
        false => block.figures.iter().map(|c| (c.as_str(), form.text(c).trim().to_owned())).collect(),
    };
    let typed_of = |code: &str| typed.iter().find(|(c, _)| *c == code).and_then(|(_, v)| viet::parse_int(v));
    let mut problems = Problems::default();
    for (code, value) in &typed {
        if !value.is_empty() && viet::parse_int(value).is_none_or(|n| !COUNTS.contains(&n)) {
            problems.add(code, "error-count");
        }
        let of = find_stated(code).and_then(|s| s.part_of.as_deref()).and_then(find_stated);
        let (part, whole) = (viet::parse_int(value), of.and_then(|of| typed_of(&of.code)));
        if let (Some(of), Some(part), Some(whole)) = (of, part, whole)
            && part > whole
        {
            let value = format!("“{}” ({})", of.name(signed.lang()), viet::format_int(whole));
            problems.add_value(code, "papers-error-part", value);
        }
    }
    let is_any = typed.iter().any(|(_, value)| !value.is_empty());
    let is_summed = is_any
        && typed.iter().all(|(code, value)| value.is_empty() || viet::parse_int(value) == sums.of(code));
    let source = if takes || is_summed { String::new() } else { problems.optional(&form, "nguon", 300) };
    if is_any && !takes && !is_summed && source.is_empty() {
        let key = if sums.stated() > 0 { "papers-otherwise-needs-reason" } else { "papers-source-needed" };
        problems.add("nguon", key);
    }
    if !problems.0.is_empty() {
        return show_again(&show::view(&signed, &report, form, problems.0, None).await?);
    }
    let mut tx = app.db.begin().await?;
    report::hold_draft(&mut tx, report.id).await?;
    let texts = report::texts(&mut tx, report.id).await?;
    if !is_as_shown(&form, &texts, (block.key, block.figures)) {
        drop(tx);
        let figure =
            |(code, value): (&str, String)| (name_of(&signed, code), compose::figure_key(code), value);
        let mut sent: show::Sent = typed.into_iter().map(figure).collect();
        sent.push((signed.say("papers-clash-source"), stated::source_key(block.key), source));
        if is_any {
            sent.push((signed.say("papers-absent-why"), absent_key(block.key), String::new()));
        }
        return show::both_sides(&signed, &report, form, (block.key, block.figures), sent).await;
    }
    stated::state(&mut tx, app, signed.actor.account, &report, &block, (&typed, &source, &sums)).await?;
    if is_any {
        say_absent(&mut tx, &signed, &report, block.key, "").await?;
    }
    tx.commit().await?;
    Ok(signed.redirect(&format!("{}?xong=ghi#khoi-{}", path(report.id), block.key)))
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
