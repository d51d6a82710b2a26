//! Adding a hamlet (thôn, ấp, khu phố…), an agency or a mass organisation under a unit.

use axum::extract::Path;
use axum::response::Response;
use store::{Id, Tx};

use super::{NewVersion, SMALL, manages};
use crate::app::App;
use crate::audit;
use crate::error::{Error, Result};
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
    let mut tx = app.db.begin().await?;
    insert(&mut tx, &app, signed.actor.account, signed.tree.get(parent).map_or(0, |u| u.shard_id), &version)
        .await?;
    tx.commit().await?;
    app.pages.forget();
    Ok(signed.redirect(&format!("/don-vi/{parent}#{}", version.level)))
}

async fn insert(tx: &mut Tx, app: &App, account: Id, shard: i64, version: &NewVersion) -> Result<()> {
    super::insert_unit(tx, version.unit_id, shard).await?;
    super::insert_version(tx, version).await?;
    super::tree_changed(tx).await?;
    let content = format!("{version:?}");
    let entry = audit::Entry {
        unit: version.parent_id.unwrap_or(version.unit_id),
        shard,
        at: app.now(),
        account: Some(account),
        act: "add",
        object_kind: "unit",
        object_id: version.unit_id.to_string(),
        content: content.as_bytes(),
    };
    audit::write(tx, &entry).await
}
