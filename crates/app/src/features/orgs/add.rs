//! Adding a hamlet (thôn, ấp, khu phố…), an agency or a mass organisation under a unit.

use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;
use store::{Id, Tx, sql};

use super::{NewVersion, SMALL, Succession, Unit, manages};
use crate::app::App;
use crate::audit;
use crate::error::{Error, FieldProblem, Result};
use crate::web::Signed;
use crate::web::form::{Form, Problems};

/// `POST /don-vi/{id}/don-vi-con`: level, kind, name, from.
pub async fn add(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let parent: Id = id.parse()?;
    let app = signed.app.clone();
    if !manages(&signed.actor, parent, "hamlet", &signed.tree) {
        return Err(if signed.tree.contains(parent) { Error::Forbidden } else { Error::NotFound });
    }
    let mut problems = Problems::default();
    let level = form.text("level").to_owned();
    if !SMALL.contains(&level.as_str()) {
        problems.add("level", "error-choice");
    }
    let mut version = NewVersion::new(app.new_id(), problems.date(&form, "from").unwrap_or(app.today()));
    version.kind = viet::clean(&problems.required(&form, "kind", 40)).to_lowercase();
    version.name = viet::clean(&problems.required(&form, "name", 200));
    version.parent_id = Some(parent);
    version.level = level;
    // It cannot hang under what is not there on its first day.
    let then = app.trees.on(&app.db, version.valid_from).await?;
    if !then.contains(parent) {
        problems.add("from", "orgs-problem-parent-absent");
    }
    let key = viet::collation_key(&version.name);
    let twin = |u: &Id| then.get(*u).is_some_and(|u| u.level == version.level && u.name_key == key);
    if then.children(parent).iter().any(twin) {
        problems.add_value("name", "orgs-problem-twin", version.name.clone());
    }
    if !problems.0.is_empty() {
        let today = app.today();
        return super::browse::unit_page(signed, parent, today, form, problems).await;
    }
    let (all, successions) = app.trees.history(&app.db).await?;
    let rows = with_planned(version, &all, &successions);
    let mut tx = app.db.begin().await?;
    tx.alone(&format!("units under {parent}")).await?;
    if let Some(first) = rows.first()
        && has_twin(&mut tx, first, parent).await?
    {
        let value = first.name.clone();
        return Err(Error::Invalid(vec![FieldProblem { field: "name", key: "orgs-problem-twin", value }]));
    }
    let shard = signed.tree.get(parent).map_or(0, |u| u.shard_id);
    insert(&mut tx, &app, Some(signed.actor.account), shard, &rows).await?;
    tx.commit().await?;
    app.pages.forget();
    Ok(signed.redirect(&format!("/don-vi/{parent}#{}", form.text("level"))))
}

/// Whether somebody has added one of that name meanwhile.
async fn has_twin(tx: &mut Tx, v: &NewVersion, parent: Id) -> Result<bool> {
    let (twins,): (i64,) = sql!(
        "SELECT COUNT(*) FROM unit_versions WHERE parent_id = $1 AND level = $2 AND name_key = $3
             AND valid_from <= $4 AND (valid_until IS NULL OR valid_until > $4)",
        parent,
        v.level,
        viet::collation_key(&v.name),
        v.valid_from
    )
    .get(tx)
    .await?;
    Ok(twins > 0)
}

/// A new unit's versions: where its parent is planned to end, it goes with the parent's main part.
fn with_planned(first: NewVersion, all: &[Arc<Unit>], successions: &[Succession]) -> Vec<NewVersion> {
    let mut rows = vec![first];
    while let Some(newest) = rows.last_mut() {
        let above = all.iter().filter(|v| Some(v.unit_id) == newest.parent_id);
        let Some(end) = above.max_by_key(|v| v.valid_from).and_then(|v| v.valid_until) else { break };
        let next = successions
            .iter()
            .filter(|s| {
                Some(s.from_unit) == newest.parent_id && s.effective == end && end > newest.valid_from
            })
            .find(|s| s.share != "part");
        let Some(next) = next else { break };
        let after = NewVersion { valid_from: end, parent_id: Some(next.to_unit), ..newest.clone() };
        newest.valid_until = Some(end);
        rows.push(after);
    }
    rows
}

/// Enters a unit with its versions under another, in its shard.
pub async fn insert(
    tx: &mut Tx,
    app: &App,
    account: Option<Id>,
    shard: i64,
    rows: &[NewVersion],
) -> Result<()> {
    let Some(version) = rows.first() else { return Ok(()) };
    super::insert_unit(tx, version.unit_id, shard).await?;
    for row in rows {
        super::insert_version(tx, row).await?;
    }
    super::tree_changed(tx).await?;
    let content = format!("{rows:?}");
    let entry = audit::Entry {
        unit: version.parent_id.unwrap_or(version.unit_id),
        shard,
        at: app.now(),
        account,
        act: "add",
        object_kind: "unit",
        object_id: version.unit_id.to_string(),
        content: content.as_bytes(),
    };
    audit::write(tx, &entry).await
}
