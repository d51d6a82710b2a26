//! Correcting the facts of a document, relating it to others, entering one that has no file.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use store::{Filter, Id, Tx, sql};

use super::amendments;
use super::compare;
use super::document::{self, By, NewLaw};
use super::facts::{self, Facts};
use super::law::{self, Coming, Kind, Law};
use super::relations::{self, NewRelation, Relation, Relations};
use crate::access::Act;
use crate::app::App;
use crate::audiences::{Audience, audiences};
use crate::changes::{Conflict, both};
use crate::error::{Error, FieldProblem, Result};
use crate::levels;
use crate::page::{Page, Room, show, show_again, show_both};
use crate::web::Signed;
use crate::web::form::{Form, Problems};

#[derive(Template)]
#[template(path = "laws/edit.html")]
struct EditPage {
    page: Page,
    form: Form,
    path: String,
    law: Option<Law>,
    kinds: Vec<&'static Kind>,
    audiences: Vec<&'static Audience>,
    /// The unit whose scope may be chosen.
    unit_name: String,
    relations: Relations,
    all_relations: [Relation; 8],
    may_review: bool,
    conflict: Option<Conflict>,
}

/// Who brings laws for which unit.
pub fn by(signed: &Signed) -> Result<By> {
    acting(signed, signed.unit(None, Act::ImportLaws)?)
}

fn acting(signed: &Signed, unit: Id) -> Result<By> {
    let unit = signed.tree.get(unit).ok_or(Error::NotFound)?;
    let keeps_all = levels::stands_at("law-keeper", unit.unit_id, &signed.tree, signed.app.today());
    Ok(By { account: Some(signed.actor.account), unit: unit.unit_id, shard: unit.shard_id, keeps_all })
}

/// Who changes this law: for the unit that brought or issued it, or for one that keeps the registry for everybody.
pub fn keeper(signed: &Signed, law: &Law) -> Result<By> {
    // What a unit that is gone had brought is kept by the one that it went into.
    let at = |unit: Option<Id>| unit.map(|unit| signed.standing(unit));
    let law = Law { keeper_id: at(law.keeper_id), unit_id: at(law.unit_id), ..law.clone() };
    everywhere(signed).find(|by| by.keeps(&law)).ok_or(Error::Forbidden)
}

fn everywhere(signed: &Signed) -> impl Iterator<Item = By> + '_ {
    signed.actor.units_for(Act::ImportLaws).filter_map(|unit| acting(signed, unit).ok())
}

/// Whether they keep the registry for everybody.
pub fn keeps_all(signed: &Signed) -> bool {
    everywhere(signed).any(|by| by.keeps_all)
}

async fn page(
    signed: &Signed,
    law: Option<Law>,
    form: Form,
    unit: Id,
    problems: Vec<FieldProblem>,
) -> Result<EditPage> {
    let title = if law.is_some() { "laws-change-title" } else { "laws-new-title" };
    let mut page = signed.page(Room::Laws, &signed.say(title)).crumb(signed.say("room-laws"), "/luat");
    let mut relations = Relations::default();
    let path = match &law {
        Some(law) => {
            page = page.crumb(law.name(), format!("/luat/{}", law.id));
            relations = relations::relations(&signed.app.db, law.id).await?;
            format!("/luat/{}/sua", law.id)
        }
        None => "/luat/moi".to_owned(),
    };
    page.problems = problems;
    let may_review = law.as_ref().is_some_and(|l| l.basis_ends.is_some_and(|d| d <= page.today));
    Ok(EditPage {
        path,
        kinds: law::kinds().iter().collect(),
        audiences: audiences(page.today).collect(),
        unit_name: signed.unit_name(unit).await?,
        relations,
        all_relations: Relation::ALL,
        may_review,
        conflict: None,
        law,
        form,
        page,
    })
}

/// `GET /luat/moi`
pub async fn new(signed: Signed) -> Result<Response> {
    let by = by(&signed)?;
    show(&page(&signed, None, Form::default(), by.unit, vec![]).await?)
}

/// `POST /luat/moi`
pub async fn create(signed: Signed, form: Form) -> Result<Response> {
    let app = &signed.app;
    let by = by(&signed)?;
    let mut problems = Problems::default();
    let facts = Facts::read(&form, &mut problems, app.today());
    let relation = read_relation(&form, &mut problems);
    if !problems.0.is_empty() {
        return show_again(&page(&signed, None, form, by.unit, problems.0).await?);
    }
    let mut new = NewLaw { relations: relation.into_iter().collect(), ..NewLaw::default() };
    facts.apply(&mut new, by.unit);
    let saved = match insert(app, &by, &new).await {
        // Sent twice at once, the other came first: now it is there to be found.
        Err(Error::Conflict(_)) => insert(app, &by, &new).await,
        done => done,
    };
    match saved {
        Ok(law) => {
            changed(&signed);
            Ok(signed.redirect(&format!("/luat/{law}")))
        }
        Err(Error::Invalid(taken)) => show_again(&page(&signed, None, form, by.unit, taken).await?),
        Err(other) => Err(other),
    }
}

/// The id of the law that is there after it. Errors beside the number when another's law has that number.
async fn insert(app: &App, by: &By, new: &NewLaw) -> Result<Id> {
    let mut tx = app.db.begin().await?;
    let (saved, said) = document::insert(&mut tx, app, by, new).await?;
    if let Some(other) = said.into_iter().find(|p| p.code == document::KEPT_BY_OTHERS) {
        let (field, key) = ("number", "laws-error-number-taken");
        return Err(Error::Invalid(vec![FieldProblem { field, key, value: other.excerpt }]));
    }
    tx.commit().await?;
    Ok(saved.id())
}

/// What follows a change of the registry: the index and the public pages.
pub fn changed(signed: &Signed) {
    signed.app.index.wake();
    signed.app.pages.forget();
}

/// `GET /luat/{id}/sua`
pub async fn edit(signed: Signed, Path(id): Path<String>) -> Result<Response> {
    let db = &signed.app.db;
    let of = law::concerned(db, law::get(db, id.parse()?).await?).await?;
    let by = keeper(&signed, &of.law)?;
    let form = facts::form_of(&of);
    let unit = of.units.first().copied().unwrap_or(by.unit);
    show(&page(&signed, Some(of.law), form, unit, vec![]).await?)
}

/// `POST /luat/{id}/sua`
pub async fn change(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let app = &signed.app;
    let of = law::concerned(&app.db, law::get(&app.db, id.parse()?).await?).await?;
    let by = keeper(&signed, &of.law)?;
    let unit = of.units.first().copied().unwrap_or(by.unit);
    let mut problems = Problems::default();
    let facts = Facts::read(&form, &mut problems, app.today());
    let relation = read_relation(&form, &mut problems);
    if problems.0.is_empty() {
        match save(&signed, &by, &of, unit, facts, relation, &form).await {
            Err(Error::Invalid(more)) => problems.0 = more,
            Err(Error::Conflict(law::CHANGED)) => return both_sides(&signed, &by, of.law.id, form).await,
            done => done?,
        }
    }
    if !problems.0.is_empty() {
        return show_again(&page(&signed, Some(of.law), form, unit, problems.0).await?);
    }
    changed(&signed);
    Ok(signed.redirect(&format!("/luat/{}?xong=1", of.law.id)))
}

/// What was typed beside what stands there now.
async fn both_sides(signed: &Signed, by: &By, id: Id, mut form: Form) -> Result<Response> {
    let db = &signed.app.db;
    let of = law::concerned(db, law::get(db, id).await?).await?;
    let there = facts::form_of(&of);
    let unit = of.units.first().copied().unwrap_or(by.unit);
    let rows = facts::TYPED.iter().map(|(name, label)| {
        let said = |form: &Form| viet::clean(form.text(name));
        (*label, said(&form), said(&there))
    });
    let names = |form: &Form| {
        let chosen = audiences(signed.app.today()).filter(|a| form.is("audience", &a.code));
        chosen.map(|a| a.name(signed.lang())).collect::<Vec<_>>().join("; ")
    };
    let audiences = ("laws-audiences", names(&form), names(&there));
    let fields = both(signed, rows.chain([audiences]));
    form.set("version", there.text("version"));
    let mut shown = page(signed, Some(of.law), form, unit, vec![]).await?;
    shown.conflict = Some(Conflict { sentence: signed.say(law::CHANGED), fields });
    show_both(&shown)
}

fn read_relation(form: &Form, problems: &mut Problems) -> Option<NewRelation> {
    let number = problems.optional(form, "relation_number", 100);
    let relation = Relation::from_code(form.text("relation"));
    match (relation, number.is_empty()) {
        (Some(relation), false) => Some(NewRelation::stated(relation, number)),
        (Some(_), true) => {
            problems.add("relation_number", "laws-error-relation");
            None
        }
        (None, _) => None,
    }
}

async fn save(
    signed: &Signed,
    by: &By,
    of: &Coming,
    unit: Id,
    facts: Facts,
    relation: Option<NewRelation>,
    form: &Form,
) -> Result<()> {
    let app = &signed.app;
    let law = &of.law;
    let mut new = NewLaw::default();
    let (partly, from, until) = (facts.partly_expires, facts.suspended_from, facts.suspended_until);
    facts.apply(&mut new, unit);
    new.tidy();
    let known = relations::relations(&app.db, law.id).await?.of_it;
    let mut tx = app.db.begin().await?;
    law::take(&mut tx, app, law.id, form.text("version").parse().unwrap_or(0)).await?;
    let slug = move_to(&mut tx, law, &new).await?;
    let reviewed = if form.has("reviewed") { Some(app.today()) } else { law.reviewed };
    sql!(
        "UPDATE laws SET slug = $2, number = $3, number_key = $4, kind = $5, title = $6, issuer = $7, issued = $8,
                effective = $9, expires = $10, partly_expires = $11, suspended_from = $12, suspended_until = $13,
                reviewed = $14, news = $15, folded = $16, day = $17
         WHERE id = $1",
        law.id,
        slug,
        new.number,
        law::number_key(&new.number),
        new.kind,
        new.title,
        new.issuer,
        new.issued,
        new.effective,
        new.expires,
        partly,
        from,
        until,
        reviewed,
        new.news.join("\n"),
        new.folded(),
        document::order_day(new.issued, new.effective)
    )
    .run(&mut tx)
    .await?;
    facts::set_concerns(&mut tx, law.id, &new.audiences, &new.units).await?;
    compare::forget(&mut tx, law.id, &new.news).await?;
    for known in known {
        let key = known.key();
        relations::settle(&mut tx, by, law.id, &known, form.is("drop", &key), form.is("confirm", &key))
            .await?;
    }
    relations::relate(&mut tx, by, law.id, &new.number, relation.as_slice()).await?;
    amendments::aim_all(&mut tx, law.id, &law::full_name(&new.kind, &new.title, &new.number)).await?;
    amendments::recognise_told(&mut tx, app, law.id).await?;
    let content = serde_json::to_vec(&new).map_err(|e| Error::Internal(e.into()))?;
    document::write_down(&mut tx, app, by, "change", law.id, &content).await?;
    tx.commit().await?;
    Ok(())
}

/// The address that the new facts ask for; the one left behind goes on leading here.
async fn move_to(tx: &mut Tx, law: &Law, new: &NewLaw) -> Result<String> {
    let wanted = new.slug();
    // An address with a counter was given because another document has the plain one.
    let stays = wanted.is_empty() || wanted == law.slug || law.slug.starts_with(&format!("{wanted}--"));
    if stays {
        return Ok(law.slug.clone());
    }
    let there: Option<Law> =
        law::select().filter(Filter::is("slug", &*wanted)).query().find(&mut *tx).await?;
    let before: Option<(Id,)> =
        sql!("SELECT law_id FROM law_addresses WHERE slug = $1", wanted).find(&mut *tx).await?;
    if let Some(other) = there {
        return Err(taken(other.name()));
    }
    match before {
        // Back to an address of its own.
        Some((id,)) if id == law.id => {
            sql!("DELETE FROM law_addresses WHERE slug = $1", wanted).run(tx).await?;
        }
        Some(_) => return Err(taken(wanted)),
        None => {}
    }
    sql!("INSERT INTO law_addresses (slug, law_id) VALUES ($1, $2)", law.slug, law.id).run(tx).await?;
    Ok(wanted)
}

fn taken(value: String) -> Error {
    Error::Invalid(vec![FieldProblem { field: "number", key: "laws-error-number-taken", value }])
}
