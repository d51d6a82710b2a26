//! A typed override: both values stay, with who and why. `POST /so-lieu/ghi-de`, undone by `…/{id}/thu-hoi`.

use axum::extract::{Path, State};
use axum::response::Response;
use jiff::Timestamp;
use store::{Db, Id, RecordId, Tx, sql};

use super::{By, Period, Question, Units, find_indicator, read};
use crate::access::Act;
use crate::app::{App, Shared};
use crate::audit;
use crate::error::{Error, Result};
use crate::web::Signed;
use crate::web::form::{Form, Problems};

store::record! {
    /// A stated value beside the computed one (promise G16).
    #[derive(Debug, Clone)]
    pub struct Override {
        pub shard_id: i64,
        pub id: Id,
        pub unit_id: Id,
        pub period: String,
        pub indicator: String,
        pub computed: i64,
        pub stated: i64,
        pub reason: String,
        pub account_id: Id,
        pub created_at: Timestamp,
    }
}

/// The overrides in force of a unit and period, newest first.
pub async fn list_overrides(db: &Db, unit: Id, period: Period) -> Result<Vec<Override>> {
    Ok(sql!(
        "SELECT shard_id, id, unit_id, period, indicator, computed, stated, reason, account_id, created_at
         FROM number_overrides WHERE unit_id = $1 AND period = $2 AND withdrawn_at IS NULL
         ORDER BY created_at DESC, id DESC",
        unit,
        period.to_string()
    )
    .all(db)
    .await?)
}

/// What was stated of a figure at a moment, if anything was.
pub(super) async fn find_stated(
    db: &Db,
    unit: Id,
    period: Period,
    indicator: &str,
    at: Timestamp,
) -> Result<Option<i64>> {
    let stated: Option<(i64,)> = sql!(
        "SELECT stated FROM number_overrides
         WHERE unit_id = $1 AND period = $2 AND indicator = $3 AND created_at <= $4
           AND (withdrawn_at IS NULL OR withdrawn_at > $4)
         ORDER BY created_at DESC, id DESC LIMIT 1",
        unit,
        period.to_string(),
        indicator,
        at
    )
    .find(db)
    .await?;
    Ok(stated.map(|s| s.0))
}

/// The overrides in force of a period, of whatever unit.
pub async fn list_of_period(db: &Db, period: Period) -> Result<Vec<Override>> {
    Ok(sql!(
        "SELECT shard_id, id, unit_id, period, indicator, computed, stated, reason, account_id, created_at
         FROM number_overrides WHERE period = $1 AND withdrawn_at IS NULL ORDER BY created_at DESC, id DESC",
        period.to_string()
    )
    .all(db)
    .await?)
}

/// The units of which a figure has two stated values in force. `check` runs it.
pub async fn doubled(db: &Db) -> Result<Vec<Id>> {
    let units: Vec<(Id,)> = sql!(
        "SELECT unit_id FROM number_overrides WHERE withdrawn_at IS NULL
         GROUP BY unit_id, period, indicator HAVING COUNT(*) > 1 ORDER BY unit_id"
    )
    .all(db)
    .await?;
    Ok(units.into_iter().map(|u| u.0).collect())
}

/// States a value; an earlier override of the same figure is withdrawn, and stays in the history.
#[allow(clippy::too_many_arguments)]
pub async fn state(
    tx: &mut Tx,
    app: &App,
    account: Id,
    shard: i64,
    unit: Id,
    period: Period,
    indicator: &str,
    computed: i64,
    stated: i64,
    reason: &str,
) -> Result<RecordId> {
    tx.alone(&format!("override {unit} {period} {indicator}")).await?;
    let id = RecordId { shard, id: app.new_id() };
    let now = app.now();
    sql!(
        "UPDATE number_overrides SET withdrawn_at = $4
         WHERE unit_id = $1 AND period = $2 AND indicator = $3 AND withdrawn_at IS NULL",
        unit,
        period.to_string(),
        indicator,
        now
    )
    .run(tx)
    .await?;
    sql!(
        "INSERT INTO number_overrides (shard_id, id, unit_id, period, indicator, computed, stated, reason, account_id,
                                       created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id.shard,
        id.id,
        unit,
        period.to_string(),
        indicator,
        computed,
        stated,
        reason,
        account,
        now
    )
    .run(tx)
    .await?;
    let content = format!("{period} {indicator} {computed} {stated} {reason}");
    write_audit(tx, app, account, shard, unit, "override", id, &content).await?;
    Ok(id)
}

#[allow(clippy::too_many_arguments)]
async fn write_audit(
    tx: &mut Tx,
    app: &App,
    account: Id,
    shard: i64,
    unit: Id,
    act: &str,
    id: RecordId,
    content: &str,
) -> Result<()> {
    let entry = audit::Entry {
        unit,
        shard,
        at: app.now(),
        account: Some(account),
        act,
        object_kind: "figure",
        object_id: id.to_string(),
        content: content.as_bytes(),
    };
    audit::write(tx, &entry).await
}

pub async fn create(signed: Signed, State(app): State<Shared>, form: Form) -> Result<Response> {
    let mut problems = Problems::default();
    let unit: Id = problems.parse(&form, "don-vi").ok_or(Error::NotFound)?;
    signed.require(Act::KeepNumbers, unit)?;
    let period: Option<Period> = problems.parse(&form, "ky");
    let indicator = find_indicator(form.text("chi-tieu")).ok_or(Error::NotFound)?;
    let stated = problems.count(&form, "gia-tri");
    if !form.has("gia-tri") {
        problems.add("gia-tri", "error-required");
    }
    let reason = problems.required(&form, "ly-do", 500);
    let period = period.ok_or(Error::NotFound)?;
    let Some(stated) = stated.filter(|_| problems.0.is_empty()) else {
        return super::table::again(&signed, form, problems.0).await;
    };
    let question = Question { unit, period, units: Units::AsOn(app.today()), by: By::Whole };
    let computed = read(&app, &question, &[indicator]).await?.total.first().map_or(0, |f| f.total());
    let shard = signed.tree.get(unit).map(|u| u.shard_id).ok_or(Error::NotFound)?;
    let mut tx = app.db.begin().await?;
    state(
        &mut tx,
        &app,
        signed.actor.account,
        shard,
        unit,
        period,
        &indicator.code,
        computed,
        stated,
        &reason,
    )
    .await?;
    tx.commit().await?;
    Ok(signed.redirect(&super::asked::table_path(&question, app.today())))
}

pub async fn withdraw(signed: Signed, State(app): State<Shared>, Path(id): Path<String>) -> Result<Response> {
    let id: RecordId = id.parse()?;
    let found: Override = sql!(
        "SELECT shard_id, id, unit_id, period, indicator, computed, stated, reason, account_id, created_at
         FROM number_overrides WHERE shard_id = $1 AND id = $2 AND withdrawn_at IS NULL",
        id.shard,
        id.id
    )
    .get(&app.db)
    .await?;
    signed.require(Act::KeepNumbers, found.unit_id)?;
    let mut tx = app.db.begin().await?;
    let withdrawn = sql!(
        "UPDATE number_overrides SET withdrawn_at = $3 WHERE shard_id = $1 AND id = $2 AND withdrawn_at IS NULL",
        id.shard,
        id.id,
        app.now()
    )
    .run(&mut tx)
    .await?;
    if withdrawn == 0 {
        return Err(Error::NotFound);
    }
    let account = signed.actor.account;
    write_audit(&mut tx, &app, account, id.shard, found.unit_id, "override-withdraw", id, &found.indicator)
        .await?;
    tx.commit().await?;
    let period = found.period.parse().map_err(|_| Error::NotFound)?;
    let question = Question { unit: found.unit_id, period, units: Units::AsOn(app.today()), by: By::Whole };
    Ok(signed.redirect(&super::asked::table_path(&question, app.today())))
}
