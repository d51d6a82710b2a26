//! A document inside: its facts, whom it concerns, what it rests on and what of ours rests on it.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use serde::Deserialize;
use store::Id;

use super::amendments::{self, Pending, Waits};
use super::changes;
use super::compare;
use super::corrections;
use super::edit::keeper;
use super::gather::{Gathered, gather};
use super::law::{self, Coming, Law};
use super::relations::{self, Carried, Chain, Relations};
use super::scan;
use super::sources;
use crate::access::Act;
use crate::audiences::find_audience;
use crate::error::Result;
use crate::page::{Page, Room, show};
use crate::web::Signed;

#[derive(Template)]
#[template(path = "laws/show.html")]
struct ShowPage {
    page: Page,
    law: Law,
    audiences: Vec<String>,
    units: Vec<String>,
    relations: Relations,
    chain: Chain,
    resting: Vec<Gathered>,
    carried: Vec<Carried>,
    may_change: bool,
    may_write: bool,
    pending: Pending,
    /// Instructions that change it, and documents that it changes.
    changes: usize,
    /// Corrections that the new source asks about.
    asking: i64,
    is_unlooked: bool,
    /// Places where its sources differ.
    differences: usize,
    /// Sentences of what is new whose article reads otherwise since.
    stale: Vec<String>,
}

impl ShowPage {
    fn is_stale(&self, sentence: &str) -> bool {
        self.stale.iter().any(|s| s == sentence)
    }
}

#[derive(Deserialize)]
pub struct Done {
    xong: Option<String>,
    /// What became of an import.
    nhap: Option<String>,
}

/// `GET /luat/{id}`
pub async fn show_law(signed: Signed, Path(id): Path<String>, Query(done): Query<Done>) -> Result<Response> {
    let id: Id = id.parse()?;
    let db = &signed.app.db;
    let Coming { law, audiences, units } = law::concerned(db, law::get(db, id).await?).await?;
    let mut resting = Vec::new();
    for feature in crate::on_laws() {
        resting.extend(feature.inside(&signed, id).await?);
    }
    let chain = relations::chain(db, id).await?;
    let mut names = Vec::new();
    for unit in units {
        names.push(signed.unit_name(unit).await?);
    }
    let mut page = signed.page(Room::Laws, &law.name()).crumb(signed.say("room-laws"), "/luat");
    page.done = match done.nhap.as_deref() {
        Some("new") => Some(page.t("laws-import-done")),
        Some("apart") => Some(page.t("laws-import-apart")),
        Some("kept-by-others") => Some(page.t("laws-problem-kept-by-others")),
        Some("same") => Some(page.t("laws-import-same")),
        Some("changed") => Some(page.t("laws-import-changed")),
        _ => done.xong.map(|_| page.t("laws-changed")),
    };
    show(&ShowPage {
        page,
        audiences: audiences
            .iter()
            .map(|a| find_audience(a).map_or(a.clone(), |a| a.name(signed.lang()).to_owned()))
            .collect(),
        units: names,
        relations: relations::relations(db, id).await?,
        carried: relations::carried(&signed, id, &chain).await?,
        chain,
        stale: compare::news(db, id).await?.into_iter().filter(|n| n.stale).map(|n| n.sentence).collect(),
        differences: sources::differences(db, id).await?.len(),
        pending: Waits::of(db, &[law.id]).await?.pending(law.id, "", signed.app.today()),
        changes: amendments::of_law(db, &law).await?.len()
            + amendments::told_by(db, id)
                .await?
                .iter()
                .map(|t| usize::try_from(t.all_of_them).unwrap_or(0))
                .sum::<usize>()
            + changes::open(db, &law).await?,
        asking: corrections::asking(db, id).await?,
        is_unlooked: scan::is_unlooked(db, id).await?,
        may_change: keeper(&signed, &law).is_ok(),
        may_write: signed.actor.can_anywhere(Act::WriteContent),
        resting: gather(&signed.app, resting).await?,
        law,
    })
}
