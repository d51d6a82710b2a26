//! Mistakes as real reports have them, for the checks to find: each at one commune of its own.

use std::time::Duration;

use jiff::civil::{Date, date};
use store::Id;

use super::activities::Planned;
use super::people::{People, Site};
use crate::app::{App, start_of_day};
use crate::error::{Error, Result};
use crate::features::activities::Content;
use crate::features::numbers::{self, By, Period, Question, Units};

/// A mistake put in on purpose.
#[derive(Debug, Clone, PartialEq)]
pub struct Mistake {
    /// The rule of `checks.toml` that finds it.
    pub check: &'static str,
    pub unit: Id,
}

/// The communes with a mistake, as they stand in the list by name; Bến Lức's own year is clean.
const BROADCASTS: usize = 7;
const WOMEN: usize = 23;
const CONTEST: usize = 41;
const ABOVE_PROVINCE: usize = 58;
const SAME_TWICE: usize = 66;

pub fn plant(people: &People) -> Result<(Vec<Planned>, Vec<Mistake>)> {
    let at = |place: usize| people.communes.get(place).ok_or(Error::NotFound);
    let mut rows = Vec::new();
    let mut found = Vec::new();

    // Listeners of loudspeakers counted as people at a talk, month after month.
    let site = at(BROADCASTS)?;
    for month in 8..=11 {
        // The year before there were talks enough to compare with.
        for day in [6, 14, 20, 27] {
            rows.push(planned(site, talk(site, date(2025, month, day)))?);
        }
    }
    for month in 2..=10 {
        for half in [5, 19] {
            let content = Content {
                title: "Phát thanh pháp luật trên loa các ấp".into(),
                attendances: 2_400 + i64::from(month) * 35,
                ..talk(site, date(2026, month, half))
            };
            rows.push(planned(site, content)?);
        }
    }
    found.push(Mistake { check: "people-per-talk", unit: site.place.unit });
    found.push(Mistake { check: "people-per-talk-jump", unit: site.place.unit });
    found.push(Mistake { check: "growth", unit: site.place.unit });

    // Zeros too many in the number of women.
    let site = at(WOMEN)?;
    let content = Content { attendances: 64, women: Some(38_000), ..talk(site, date(2026, 5, 13)) };
    rows.push(planned(site, content)?);
    found.push(Mistake { check: "part-above-whole", unit: site.place.unit });

    // Clicks on a page counted as people who took part.
    let site = at(CONTEST)?;
    let content = Content {
        method: "contest".into(),
        title: "Thi trực tuyến tìm hiểu pháp luật".into(),
        place: String::new(),
        attendances: 420_000,
        ..talk(site, date(2026, 9, 15))
    };
    rows.push(planned(site, content)?);
    found.push(Mistake { check: "contest-per-contest", unit: site.place.unit });
    Ok((rows, found))
}

/// Figures stated over the computed ones: one larger than the province's, and a half-year's for the whole year.
pub async fn state(app: &App, people: &People) -> Result<Vec<Mistake>> {
    let at = |place: usize| people.communes.get(place).ok_or(Error::NotFound);
    let year = Period::year(2026);
    let mut stated = vec![(at(ABOVE_PROVINCE)?, "contest-entrants", 2_400_000)];
    let site = at(SAME_TWICE)?;
    for code in ["talk-attendances", "materials"] {
        stated.push((site, code, figure(app, site, Period::half(2026, 1), code).await?));
    }
    let mut tx = app.db.begin().await?;
    for (site, code, value) in stated {
        let computed = figure(app, site, year, code).await?;
        let Site { place, officer, .. } = site;
        let reason = "Theo sổ theo dõi của xã";
        numbers::state_figure(
            &mut tx,
            app,
            *officer,
            place.shard,
            place.unit,
            year,
            code,
            computed,
            value,
            reason,
        )
        .await?;
    }
    tx.commit().await?;
    Ok(vec![
        Mistake { check: "unit-above-parent", unit: at(ABOVE_PROVINCE)?.place.unit },
        Mistake { check: "same-figure", unit: site.place.unit },
    ])
}

async fn figure(app: &App, site: &Site, period: Period, code: &str) -> Result<i64> {
    let indicator = numbers::find_indicator(code).ok_or(Error::NotFound)?;
    let units = Units::AsOn(app.today());
    let question = Question { unit: site.place.unit, period, units, by: By::Whole };
    let table = numbers::read(app, &question, &[indicator]).await?;
    Ok(table.total.first().map_or(0, |f| f.total()))
}

fn talk(site: &Site, day: Date) -> Content {
    Content {
        unit: site.place.unit,
        method: "talk".into(),
        day,
        title: "Phổ biến pháp luật cho người dân".into(),
        place: "Nhà văn hóa ấp 1".into(),
        speaker: "Tuyên truyền viên pháp luật".into(),
        note: String::new(),
        laws: vec![],
        audiences: vec!["people".into()],
        attendances: 60,
        women: None,
        minority: None,
        copies: 0,
        cost: 0,
        estimated: false,
        reason: String::new(),
        plan_line: None,
    }
}

fn planned(site: &Site, content: Content) -> Result<Planned> {
    let at = start_of_day(content.day).ok_or(Error::NotFound)? + Duration::from_secs(15 * 3_600);
    Ok(Planned { at, by: site.officer, shard: site.place.shard, is_planned: false, content })
}
