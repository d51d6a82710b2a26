//! What the forms of plans share: choosing laws, units, several codes; values as people read them.

use store::{Db, Id};

use crate::error::Result;
use crate::features::activities::{find_law, reference};
use crate::features::laws::{self, Law};
use crate::i18n::Lang;
use crate::web::Signed;
use crate::web::form::{Form, Problems};

/// Most characters of the laws typed into one field.
const LAWS_LENGTH: usize = 1_000;

/// The laws ticked, in the order of the form, then those typed by number or name.
pub async fn read_laws(db: &Db, form: &Form, problems: &mut Problems) -> Result<Vec<Id>> {
    let mut chosen: Vec<Id> = chips(db, form).await?.into_iter().map(|l| l.id).collect();
    let mut titles = None;
    for typed in problems.several(form, "law_text", LAWS_LENGTH) {
        let all = match &titles {
            Some(all) => all,
            None => titles.insert(laws::titles(db).await?),
        };
        let found = match find_law(all, &typed) {
            Some(id) => Some(id),
            None => laws::find_by_number(db, &typed).await?.map(|l| l.id),
        };
        match found {
            Some(law) => chosen.push(law),
            None => problems.add_value("law_text", "plans-error-law", typed),
        }
    }
    let mut seen = std::collections::HashSet::new();
    chosen.retain(|id| seen.insert(*id));
    Ok(chosen)
}

/// The laws a form has ticked, in its order.
pub async fn chips(db: &Db, form: &Form) -> Result<Vec<Law>> {
    let ids: Vec<Id> = form.all("law").filter_map(|l| l.parse().ok()).collect();
    named(db, &ids).await
}

/// Laws in the order of their ids given; those that are gone are left out.
pub async fn named(db: &Db, ids: &[Id]) -> Result<Vec<Law>> {
    let known = laws::with_ids(db, ids.to_vec()).await?;
    Ok(ids.iter().filter_map(|id| known.iter().find(|l| l.id == *id).cloned()).collect())
}

/// "Luật Hòa giải ở cơ sở (35/2013/QH13)"
pub fn law_text(law: &Law) -> String {
    let name = law.name();
    if law.number.is_empty() || name.contains(&law.number) {
        name
    } else {
        format!("{name} ({})", law.number)
    }
}

/// Several laws in a row.
pub async fn law_names(db: &Db, ids: &[Id]) -> Result<String> {
    Ok(named(db, ids).await?.iter().map(law_text).collect::<Vec<_>>().join("; "))
}

/// How many laws the list of a field offers.
pub const OFFERED_LAWS: usize = 200;

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
