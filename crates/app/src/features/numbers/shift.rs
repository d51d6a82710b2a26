//! How the figures of the year shift when units are reorganised, for the page of the reorganisation: each unit before
//! and after, and what is counted once at the level above.

use super::asked::rows_path;
use super::{
    By, Figure, Ground, Indicator, Period, Place, Question, RowKey, Units, indicators, period_text, read,
    read_on,
};
use crate::error::Result;
use crate::features::orgs::{Shift, Shifted, ShiftedFigure, ShiftedRow};
use crate::page::date_text;
use crate::web::Signed;

/// A column of figures, with the pages of their rows.
struct Column {
    header: String,
    figures: Vec<Figure>,
    rows: Option<(Question, Option<RowKey>)>,
}

pub(super) async fn shifted(signed: &Signed, shift: &Shift) -> Result<Shifted> {
    let app = &signed.app;
    let lang = signed.lang();
    let say = |key: &str, unit: &str, more: (&str, String)| {
        app.words.say(lang, key, &[("unit", unit.to_owned()), more])
    };
    let (today, day) = (app.today(), date_text(shift.effective));
    let period = Period::year(today.year());
    let all: Vec<&'static Indicator> = indicators(period.from, period.to);
    let (now, then) = (Units::AsOn(today), Units::AsOn(shift.effective));
    let mut columns = Vec::new();
    for (unit, name) in &shift.before {
        let question = Question { unit: *unit, period, units: now, by: By::Whole };
        columns.push(Column {
            header: say("numbers-shift-before", name, ("day", day.clone())),
            figures: read(app, &question, &all).await?.total,
            rows: Some((question, None)),
        });
    }
    for (unit, name) in &shift.after {
        let question = Question { unit: *unit, period, units: then, by: By::Whole };
        let ground = Ground::on(&question, shift.tree.clone(), &shift.placed);
        columns.push(Column {
            header: say("numbers-shift-after", name, ("day", day.clone())),
            figures: read_on(app, &question, &all, &ground).await?.total,
            rows: None,
        });
    }
    let (above, above_name) = &shift.above;
    let question = Question { unit: *above, period, units: then, by: By::Unit };
    let ground = Ground::on(&question, shift.tree.clone(), &shift.placed);
    for (key, figures) in read_on(app, &question, &all, &ground).await?.rows {
        let Some(Place::Divided(unit)) = key.place else { continue };
        // Its figures stand today at a unit that ends: those are its rows.
        let stands = signed.standing.get(unit).map(|p| p.at);
        let Some((at, name)) = shift.before.iter().find(|(id, _)| Some(*id) == stands) else { continue };
        let place = if unit == *at { Place::Own } else { Place::Divided(unit) };
        let rows = Question { unit: *at, period, units: now, by: By::Unit };
        columns.push(Column {
            header: say("numbers-shift-divided", name, ("above", above_name.clone())),
            figures,
            rows: Some((rows, Some(RowKey::place(place)))),
        });
    }
    let row = |(at, indicator): (usize, &&'static Indicator)| {
        let cell = |column: &Column| {
            let figure = column.figures.get(at).copied().unwrap_or_default();
            let rows = column.rows.as_ref().filter(|_| figure.rows > 0);
            let path = rows.map(|(question, key)| rows_path(question, today, &indicator.code, key.as_ref()));
            ShiftedFigure { text: viet::format_int(figure.total()), rows: path }
        };
        ShiftedRow { name: indicator.titled(lang).into_owned(), figures: columns.iter().map(cell).collect() }
    };
    Ok(Shifted {
        hint: app.words.say(lang, "numbers-shift-hint", &[]),
        of: app.words.say(lang, "numbers-indicator", &[]),
        caption: app.words.say(lang, "numbers-shift", &[("period", period_text(&app.words, lang, period))]),
        rows: all.iter().enumerate().map(row).collect(),
        columns: columns.into_iter().map(|c| c.header).collect(),
    })
}
