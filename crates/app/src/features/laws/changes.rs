//! What others change in a document: each instruction with its state and the text before and after, carried out, undone
//! or settled by a person.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use lawtext::compare::{Piece, differences};
use serde::Deserialize;
use store::{Db, Id};

use super::amendments::{self, Amendment, Decision, Unaimed, Waits};
use super::document::{self, By};
use super::edit::{changed, keeper};
use super::law::{self, Law};
use super::relations::{self, NewRelation, Relation};
use crate::error::{Error, FieldProblem, Result};
use crate::page::{Page, Room, show, show_again};
use crate::web::Signed;
use crate::web::form::{Form, Problems};

/// A run of words that stayed, went or came.
pub struct Run {
    /// "", "del", "ins"
    pub mark: &'static str,
    pub text: String,
}

/// What of a text went and came, word by word.
pub fn runs(before: &str, after: &str) -> Vec<Run> {
    let run = |piece| match piece {
        Piece::Same(text) => Run { mark: "", text: str::to_owned(text) },
        Piece::Gone(text) => Run { mark: "del", text: str::to_owned(text) },
        Piece::Came(text) => Run { mark: "ins", text: str::to_owned(text) },
    };
    differences(before, after).into_iter().map(run).collect()
}

struct Shown {
    amendment: Amendment,
    /// The amending document.
    from: Option<Law>,
    /// What goes and comes, a place each.
    texts: Vec<Vec<Run>>,
    /// Why it cannot be carried out.
    cannot: Option<&'static str>,
    holds: bool,
}

#[derive(Template)]
#[template(path = "laws/changes.html")]
struct ChangesPage {
    page: Page,
    law: Law,
    shown: Vec<Shown>,
    /// Not all are shown: so many more.
    more: usize,
    /// Documents that this one changes, with how many instructions wait and how many there are.
    told: Vec<(String, Option<Law>, i64, i64)>,
    /// Instructions that name the document they change by no number.
    unaimed: Vec<Unaimed>,
    /// It amends another one by its title or by a relation, and no instruction was read.
    reads_none: bool,
    /// Documents that amend it, of which no instruction was read.
    silent: Vec<Law>,
    /// Instructions that can be carried out as they stand.
    ready: usize,
    may_change: bool,
}

/// Most instructions that one page shows.
const SHOWN: usize = 100;

async fn page(signed: &Signed, law: Law, problems: Vec<FieldProblem>) -> Result<ChangesPage> {
    let db = &signed.app.db;
    let mut page = signed
        .page(Room::Laws, &signed.say("laws-changes-title"))
        .crumb(signed.say("room-laws"), "/luat")
        .crumb(law.name(), format!("/luat/{}", law.id));
    page.problems = problems;
    let all = amendments::of_law(db, &law).await?;
    let froms: Vec<Id> =
        all.iter().map(|a| a.from_id).collect::<std::collections::HashSet<_>>().into_iter().collect();
    let froms: HashMap<Id, Law> = law::with_ids(db, froms).await?.into_iter().map(|l| (l.id, l)).collect();
    let mut nodes = amendments::nodes_now(db, law.id).await?;
    let more = all.len().saturating_sub(SHOWN);
    let (mut shown, mut ready) = (Vec::new(), 0);
    for amendment in all.into_iter().take(SHOWN) {
        let holds = amendment.holds(page.today);
        let (texts, cannot) = if amendment.state.waits() {
            match amendments::preview(&mut nodes, &amendment) {
                Ok(texts) => (texts, None),
                Err(e) => (vec![], Some(amendments::reason(e))),
            }
        } else {
            (amendment.edits.iter().map(amendments::texts).collect(), None)
        };
        ready += usize::from(amendment.state.waits() && cannot.is_none() && holds);
        shown.push(Shown {
            from: froms.get(&amendment.from_id).cloned(),
            texts: texts.iter().map(|(before, after)| runs(before, after)).collect(),
            amendment,
            cannot,
            holds,
        });
    }
    let mut told = Vec::new();
    for t in amendments::told_by(db, law.id).await? {
        told.push((t.number.clone(), law::find_by_number(db, &t.number).await?, t.waiting, t.all_of_them));
    }
    let may_change = keeper(signed, &law).is_ok();
    let unaimed = amendments::unaimed(db, law.id).await?;
    let reads_none = told.is_empty() && unaimed.is_empty() && amends(db, &law).await?;
    let silent = Waits::of(db, &[law.id]).await?.silent(law.id).cloned().collect();
    Ok(ChangesPage { page, law, shown, more, told, unaimed, reads_none, silent, ready, may_change })
}

/// Whether a document amends another one, by its title or by a relation.
async fn amends(db: &Db, law: &Law) -> Result<bool> {
    let of_it = relations::relations(db, law.id).await?.of_it;
    Ok(viet::fold(&law.title).starts_with("sua doi") || of_it.iter().any(|r| r.relation == Relation::Amends))
}

/// What of a document's amendments nobody can carry out yet: of which documents they are, or that none was read.
pub async fn open(db: &Db, law: &Law) -> Result<usize> {
    let unaimed = amendments::unaimed(db, law.id).await?.len();
    let silent = Waits::of(db, &[law.id]).await?.silent(law.id).count();
    Ok(unaimed + silent + usize::from(unaimed == 0 && amends(db, law).await?))
}

#[derive(Deserialize)]
pub struct Done {
    xong: Option<usize>,
}

/// `GET /luat/{id}/sua-doi`
pub async fn list(signed: Signed, Path(id): Path<String>, Query(done): Query<Done>) -> Result<Response> {
    let law = law::get(&signed.app.db, id.parse()?).await?;
    let mut shown = page(&signed, law, vec![]).await?;
    shown.page.done = done.xong.map(|n| shown.page.t1("laws-changes-done", "value", n));
    show(&shown)
}

/// `POST /luat/{id}/sua-doi`: carries out, undoes or settles one instruction, or carries out all that can be.
pub async fn decide(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let app = &signed.app;
    let law = law::get(&app.db, id.parse()?).await?;
    let by = keeper(&signed, &law)?;
    if form.text("act") == "aim" {
        return aim(signed, by, law, form).await;
    }
    let mut problems = Problems::default();
    let day = problems.date(&form, "day");
    let what = match form.text("act") {
        "apply" | "apply-all" => Decision::Apply(day),
        "undo" => Decision::Undo,
        "settle" => Decision::Settle,
        _ => return Err(Error::invalid("act", "error-choice")),
    };
    let ids: Vec<Id> = if form.text("act") == "apply-all" {
        let all = amendments::of_law(&app.db, &law).await?;
        all.iter().filter(|a| a.state.waits() && a.holds(app.today())).map(|a| a.id).collect()
    } else {
        vec![form.text("amendment").parse()?]
    };
    let done = if problems.0.is_empty() {
        let mut tx = app.db.begin().await?;
        let done = amendments::decide(&mut tx, app, &by, law.id, &ids, what).await;
        match done {
            Ok(done) => {
                tx.commit().await?;
                done
            }
            Err(Error::Invalid(more)) => {
                drop(tx);
                problems.0 = more;
                0
            }
            Err(e) => return Err(e),
        }
    } else {
        0
    };
    if !problems.0.is_empty() {
        return show_again(&page(&signed, law, problems.0).await?);
    }
    changed(&signed);
    Ok(signed.redirect(&format!("/luat/{}/sua-doi?xong={done}", law.id)))
}

/// A person says which document is changed by instructions that name it by no number: it amends that one.
async fn aim(signed: Signed, by: By, law: Law, form: Form) -> Result<Response> {
    let app = &signed.app;
    let number = viet::clean(form.text("number"));
    let Some(other) = law::find_by_number(&app.db, &number).await?.filter(|other| other.id != law.id) else {
        let problem = FieldProblem { field: "number", key: "laws-compare-unknown", value: number };
        return show_again(&page(&signed, law, vec![problem]).await?);
    };
    let mut tx = app.db.begin().await?;
    amendments::aim(&mut tx, law.id, form.text("name"), &other.number).await?;
    let amends = NewRelation::stated(Relation::Amends, &other.number);
    relations::relate(&mut tx, &by, law.id, &law.number, &[amends]).await?;
    amendments::recognise_told(&mut tx, app, law.id).await?;
    document::write_down(&mut tx, app, &by, "amend", law.id, other.number.as_bytes()).await?;
    tx.commit().await?;
    changed(&signed);
    Ok(signed.redirect(&format!("/luat/{}/sua-doi", law.id)))
}
