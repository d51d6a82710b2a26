//! What decisions about units bring about, as other features ask: units founded, the end of one, where one has gone.

use jiff::civil::Date;
use store::Id;

use super::reorganisation;
use crate::app::App;
use crate::error::Result;
use crate::i18n::Lang;
use crate::page::date_text;

/// The units that decisions made here have founded or will, with their first days, the soonest first.
pub async fn founded(app: &App) -> Result<Vec<(Id, Date)>> {
    let decided = reorganisation::decided(&app.db).await?;
    let of = |r: &reorganisation::Reorganisation| {
        let new = r.proposal().into_iter().flat_map(|p| p.targets).filter(|target| target.new);
        new.map(|target| (target.unit, r.effective)).collect::<Vec<_>>()
    };
    Ok(decided.iter().flat_map(of).collect())
}

/// The last day of a unit that has ended or will, and by what in words.
pub async fn end_of(app: &App, unit: Id) -> Result<Option<(Date, String)>> {
    let (_, Some(last)) = app.trees.lifetime(&app.db, unit).await? else { return Ok(None) };
    let ends = |r: &&reorganisation::Reorganisation| {
        let mut steps = r.proposal().into_iter().flat_map(|p| p.steps);
        r.effective.yesterday().is_ok_and(|before| before == last) && steps.any(|step| step.from == unit)
    };
    let by = match reorganisation::decided(&app.db).await?.iter().find(ends) {
        Some(r) => r.title.clone(),
        None => app.trees.name(&app.db, unit).await?,
    };
    let first_gone = last.tomorrow().unwrap_or(last);
    Ok(Some((last, format!("{by}, {}", date_text(first_gone)))))
}

/// Where a unit that is gone has gone, and since when, in words; none for one that stands or is to come.
pub async fn gone_into(app: &App, lang: Lang, unit: Id) -> Result<Option<String>> {
    let (_, last) = app.trees.lifetime(&app.db, unit).await?;
    let Some(last) = last.filter(|last| *last < app.today()) else { return Ok(None) };
    let placed = app.trees.placements(&app.db, app.today()).await?.get(unit);
    let into = match placed.filter(|placed| !placed.divided) {
        Some(placed) => vec![placed.at],
        None => app.trees.heirs(&app.db, unit).await?.iter().map(|step| step.to_unit).collect(),
    };
    let mut names = Vec::new();
    for unit in into {
        names.push(app.trees.name(&app.db, unit).await?);
    }
    let key = if names.is_empty() { "orgs-gone-ended" } else { "orgs-gone-into" };
    let words = [
        ("unit", app.trees.name(&app.db, unit).await?),
        ("into", names.join(", ")),
        ("day", date_text(last.tomorrow().unwrap_or(last))),
    ];
    Ok(Some(app.words.say(lang, key, &words)))
}
