//! What the forms of plans share: choosing laws, units, several codes; values as people read them.

use store::{Db, Id};

use crate::error::Result;
use crate::features::activities::reference;
use crate::features::laws::{self, Law, Title};
use crate::i18n::Lang;
use crate::web::Signed;
use crate::web::form::{Form, Problems};

/// The laws ticked, in the order of the form, then those typed by number or name.
pub async fn read_laws(db: &Db, form: &Form, problems: &mut Problems) -> Result<Vec<Id>> {
    let known = laws::choose::titles_of_form(db, form).await?;
    let mut chosen = laws::choose::read(form, &known, problems, "plans-error-law");
    chosen.retain(|id| known.iter().any(|l| l.id == *id));
    Ok(chosen)
}

/// Laws in the order of their ids given; those that are gone are left out.
pub async fn named(db: &Db, ids: &[Id]) -> Result<Vec<Law>> {
    let known = laws::with_ids(db, ids.to_vec()).await?;
    Ok(ids.iter().filter_map(|id| known.iter().find(|l| l.id == *id).cloned()).collect())
}

/// Several laws in a row.
pub async fn law_names(db: &Db, ids: &[Id]) -> Result<String> {
    Ok(named(db, ids).await?.iter().map(|l| Title::of(l).with_number()).collect::<Vec<_>>().join("; "))
}

/// Codes of a field that are among those there are.
pub fn read_codes<'a>(
    form: &Form,
    field: &'static str,
    known: impl Fn(&str) -> bool + 'a,
    problems: &mut Problems,
) -> Vec<String> {
    let (chosen, unknown): (Vec<&str>, Vec<&str>) = form.all(field).partition(|code| known(code));
    if !unknown.is_empty() {
        problems.add(field, "error-choice");
    }
    chosen.into_iter().map(str::to_owned).collect()
}

pub fn method_names(codes: &[String], lang: Lang) -> Vec<String> {
    let name = |c: &String| reference::find_method(c).map_or(c.clone(), |m| m.name(lang).to_owned());
    codes.iter().map(name).collect()
}
pub fn audience_names(codes: &[String], lang: Lang) -> Vec<String> {
    let name = |c: &String| reference::find_audience(c).map_or(c.clone(), |a| a.name(lang).to_owned());
    codes.iter().map(name).collect()
}

/// Who may lead or take part in a line of a unit's plan: the unit, its agencies, and the units below it.
pub fn partners(signed: &Signed, unit: Id) -> Vec<(Id, String)> {
    let tree = &signed.tree;
    let mut all: Vec<Id> = vec![unit];
    let below = tree.children(unit);
    let is_agency = |u: &Id| tree.get(*u).is_some_and(|u| u.level == "agency");
    all.extend(below.iter().filter(|u| is_agency(u)));
    all.extend(below.iter().filter(|u| !is_agency(u)));
    all.into_iter().filter_map(|u| Some((u, tree.get(u)?.name.clone()))).collect()
}

/// Names of units, as they are today or were last.
pub async fn unit_names(signed: &Signed, units: &[Id]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for unit in units {
        names.push(signed.unit_name(*unit).await?);
    }
    Ok(names)
}
