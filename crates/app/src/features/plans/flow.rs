//! From draft to issue: who wrote a plan submits it, somebody else approves or returns it, it is issued with its
//! number and date, it may be withdrawn.

use axum::extract::Path;
use axum::response::Response;

use super::plan::{self, Content, Kind, Plan, State};
use super::{below, show};
use crate::access::Act;
use crate::error::{Error, Result};
use crate::page::show_again;
use crate::web::Signed;
use crate::web::form::{Form, Problems};

/// The plan as the person saw it: nobody decides about what they have not seen.
async fn as_seen(signed: &Signed, id: &str, act: Act, form: &Form) -> Result<Plan> {
    let plan = plan::get(&signed.app.db, id.parse()?).await?;
    signed.require(act, plan.content.unit)?;
    form.must_show(plan.version, "plans-error-changed")?;
    Ok(plan)
}

fn done(signed: &Signed, plan: &Plan, word: &str) -> Response {
    signed.app.pages.forget();
    signed.redirect(&format!("{}?xong={word}", super::page(plan.id)))
}

/// `POST /ke-hoach/{id}/lay-cap-tren`: the lines of the plan above into the draft.
pub async fn take_above(signed: Signed, Path(id): Path<String>) -> Result<Response> {
    let mut plan = super::edit::writable(&signed, &id).await?;
    let c = &plan.content;
    let above = match c.above {
        None if c.kind == Kind::Annual => below::plan_above(&signed, c.unit, c.year).await?,
        known => known,
    };
    let lines = match above {
        Some(above) => super::line::lines(&signed.app.db, above).await?,
        None => vec![],
    };
    let mut tx = signed.app.db.begin().await?;
    // Taken twice at once, each line would stand in the plan twice.
    tx.alone(&format!("lines from above {}", plan.id)).await?;
    if above != plan.content.above {
        // It was issued since this plan was begun.
        let content = Content { above, ..plan.content.clone() };
        plan.change(&mut tx, &signed.app, Some(signed.actor.account), &content).await?;
    }
    let account = Some(signed.actor.account);
    let taken = super::line::take_above(&mut tx, &signed.app, account, &mut plan, lines).await?;
    if taken == 0 {
        return Err(Error::Conflict("plans-error-no-above"));
    }
    tx.commit().await?;
    Ok(done(&signed, &plan, "lay"))
}

/// `POST /ke-hoach/{id}/trinh`
pub async fn submit(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let mut plan = as_seen(&signed, &id, Act::WritePlan, &form).await?;
    let mut tx = signed.app.db.begin().await?;
    plan.submit(&mut tx, &signed.app, Some(signed.actor.account)).await?;
    tx.commit().await?;
    Ok(done(&signed, &plan, "trinh"))
}

/// `POST /ke-hoach/{id}/rut-trinh`
pub async fn recall(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let mut plan = as_seen(&signed, &id, Act::WritePlan, &form).await?;
    let mut tx = signed.app.db.begin().await?;
    plan.recall(&mut tx, &signed.app, Some(signed.actor.account)).await?;
    tx.commit().await?;
    Ok(done(&signed, &plan, "rut-trinh"))
}

/// `POST /ke-hoach/{id}/duyet`
pub async fn approve(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let mut plan = as_seen(&signed, &id, Act::ApprovePlan, &form).await?;
    let mut tx = signed.app.db.begin().await?;
    plan.approve(&mut tx, &signed.app, signed.actor.account).await?;
    tx.commit().await?;
    Ok(done(&signed, &plan, "duyet"))
}

/// `POST /ke-hoach/{id}/tra-lai`
pub async fn give_back(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let mut plan = as_seen(&signed, &id, Act::ApprovePlan, &form).await?;
    let mut problems = Problems::default();
    let remarks = problems.required(&form, "remarks", 1000);
    if !problems.0.is_empty() {
        return show_again(&show::page(&signed, plan, form, problems.0).await?);
    }
    let mut tx = signed.app.db.begin().await?;
    plan.give_back(&mut tx, &signed.app, signed.actor.account, &remarks).await?;
    tx.commit().await?;
    Ok(done(&signed, &plan, "tra-lai"))
}

/// `POST /ke-hoach/{id}/ban-hanh`: the number and date of the agency's register.
pub async fn issue(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let mut plan = as_seen(&signed, &id, Act::WritePlan, &form).await?;
    plan.must_be(State::Approved)?;
    let mut problems = Problems::default();
    let (number, symbol) = problems.register_number(&form, "number", "KH-UBND");
    let number = symbol.map_or_else(|| number.clone(), |symbol| format!("{number}/{symbol}"));
    let on = problems.date(&form, "issued_on");
    match on {
        None if problems.0.iter().all(|p| p.field != "issued_on") => {
            problems.add("issued_on", "error-required");
        }
        // A paper is not issued on a day to come, nor for a year long past.
        Some(day) if day > signed.app.today() || i64::from(day.year()) < plan.content.year - 1 => {
            problems.add("issued_on", "plans-error-issued-on");
        }
        _ => {}
    }
    let (Some(on), true) = (on, problems.0.is_empty()) else {
        return show_again(&show::page(&signed, plan, form, problems.0).await?);
    };
    let mut tx = signed.app.db.begin().await?;
    plan.issue(&mut tx, &signed.app, Some(signed.actor.account), &number, on).await?;
    tx.commit().await?;
    Ok(done(&signed, &plan, "ban-hanh"))
}

/// `POST /ke-hoach/{id}/rut`: what was approved or issued is withdrawn by whoever approves; a draft by its writer.
pub async fn withdraw(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let mut plan = plan::get(&signed.app.db, id.parse()?).await?;
    let unit = plan.content.unit;
    let written = matches!(plan.state, State::Draft | State::Waiting) && signed.can(Act::WritePlan, unit);
    if !written {
        signed.require(Act::ApprovePlan, unit)?;
    }
    form.must_show(plan.version, "plans-error-changed")?;
    let mut problems = Problems::default();
    let reason = problems.required(&form, "withdraw_reason", 500);
    if !problems.0.is_empty() {
        return show_again(&show::page(&signed, plan, form, problems.0).await?);
    }
    let mut tx = signed.app.db.begin().await?;
    plan.withdraw(&mut tx, &signed.app, Some(signed.actor.account), &reason).await?;
    tx.commit().await?;
    Ok(done(&signed, &plan, "rut"))
}
