//! Mistakes as real reports have them, for the checks to find: each at one commune of its own.

use std::time::Duration;

use jiff::civil::{Date, date};
use store::Id;

use super::activities::Planned;
use super::history::here;
use super::people::{People, Site};
use super::units;
use crate::app::{App, day_of, start_of_day};
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

/// The communes with a mistake of 2024, a year that nobody has reported here, as they stand in the list by kind and
/// name: there they stand open.
const BROADCASTS: usize = 7;
const WOMEN: usize = 23;
const CONTEST: usize = 41;
const ABOVE_PROVINCE: usize = 58;
const SAME_TWICE: usize = 66;
/// Those with a mistake of 2026, found and corrected before the year's reports.
const CORRECTED: [usize; 3] = [20, 36, 62];

/// The year with mistakes left open.
pub const OPEN_YEAR: i16 = 2024;

/// Mistakes in the books of 2024, which the province entered, and what they are compared with.
pub async fn plant(app: &App, people: &People) -> Result<(Vec<Planned>, Vec<Mistake>)> {
    let places = units::old_places(app, date(OPEN_YEAR, 1, 1)).await?;
    let now = app.trees.placements(&app.db, day_of(super::AS_OF)).await?;
    // A unit of then that stands in the commune now.
    let at = |place: usize| -> Result<(Site, Id)> {
        let commune = people.communes.get(place).ok_or(Error::NotFound)?.place.unit;
        let stands = |p: &&units::Place| {
            p.level == "commune" && now.get(p.unit).is_some_and(|n| n.at == commune && !n.divided)
        };
        let old = places.iter().find(stands).cloned().ok_or(Error::NotFound)?;
        Ok((here(people, old), commune))
    };
    let mut all = Vec::new();
    let mut found = Vec::new();

    // Listeners of loudspeakers counted as people at a talk, month after month.
    let (site, commune) = at(BROADCASTS)?;
    for month in 5..=12 {
        // The year before there were talks enough to compare with.
        for day in [6, 13, 20, 27] {
            all.push((site.clone(), talk(&site, date(OPEN_YEAR - 1, month, day))));
        }
    }
    for month in 2..=10 {
        for half in [5, 19] {
            all.push((site.clone(), broadcast_as_talk(&site, date(OPEN_YEAR, month, half))));
        }
    }
    for check in ["people-per-talk", "people-per-talk-jump", "growth"] {
        found.push(Mistake { check, unit: commune });
    }

    // Zeros too many in the number of women.
    let (site, commune) = at(WOMEN)?;
    let day = date(OPEN_YEAR, 5, 13);
    all.push((site.clone(), Content { attendances: 64, women: Some(38_000), ..talk(&site, day) }));
    found.push(Mistake { check: "part-above-whole", unit: commune });

    // Clicks on a page counted as people who took part.
    let (site, commune) = at(CONTEST)?;
    all.push((site.clone(), contest(&site, date(OPEN_YEAR, 9, 15), 420_000)));
    found.push(Mistake { check: "contest-per-contest", unit: commune });

    // Something for the figures of a half-year to be stated twice.
    let (site, _) = at(SAME_TWICE)?;
    for (month, copies) in [(3, 400), (10, 150)] {
        let content = Content { attendances: 140, copies, ..talk(&site, date(OPEN_YEAR, month, 14)) };
        all.push((site.clone(), content));
    }
    // As books are entered: one after the other.
    let rows = (0..).zip(all).map(|(i, (site, content))| Planned {
        at: super::BEGINS + Duration::from_secs(4 * 86_400 + 20 * i),
        by: site.officer,
        shard: site.place.shard,
        is_planned: false,
        content,
        corrected: None,
    });
    Ok((rows.collect(), found))
}

/// The same mistakes in 2026, each with what it is corrected to.
pub fn plant_and_correct(people: &People) -> Result<Vec<Planned>> {
    let at = |place: usize| people.communes.get(place).ok_or(Error::NotFound);
    let [broadcasts, women, contests] = CORRECTED;
    let mut rows = Vec::new();
    let site = at(broadcasts)?;
    for month in 8..=10 {
        let wrong = broadcast_as_talk(site, date(2026, month, 5));
        let right = Content {
            method: "broadcast".into(),
            attendances: 0,
            place: String::new(),
            speaker: String::new(),
            note: "Là buổi phát loa, trước ghi nhầm là cuộc nói chuyện".into(),
            ..wrong.clone()
        };
        rows.push(planned(site, wrong, right)?);
    }
    let site = at(women)?;
    let wrong = Content { attendances: 64, women: Some(38_000), ..talk(site, date(2026, 9, 16)) };
    let right = Content { women: Some(38), note: "Sửa số nữ theo danh sách".into(), ..wrong.clone() };
    rows.push(planned(site, wrong, right)?);
    let site = at(contests)?;
    let wrong = contest(site, date(2026, 9, 15), 420_000);
    let right =
        Content {
            attendances: 1_240, note: "Trước ghi số lượt bấm xem trang".into(), ..wrong.clone()
        };
    rows.push(planned(site, wrong, right)?);
    Ok(rows)
}

/// Figures stated over the computed ones: one larger than the province's, and a half-year's for the whole year.
pub async fn state(app: &App, people: &People) -> Result<Vec<Mistake>> {
    let at = |place: usize| people.communes.get(place).ok_or(Error::NotFound);
    let year = Period::year(OPEN_YEAR);
    let mut stated = vec![(at(ABOVE_PROVINCE)?, "contest-entrants", 2_400_000)];
    let site = at(SAME_TWICE)?;
    for code in ["talk-attendances", "materials"] {
        stated.push((site, code, figure(app, site, Period::half(OPEN_YEAR, 1), code).await?));
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

pub(super) fn talk(site: &Site, day: Date) -> Content {
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

fn broadcast_as_talk(site: &Site, day: Date) -> Content {
    Content {
        title: "Phát thanh pháp luật trên loa các ấp".into(),
        attendances: 2_400 + i64::from(day.month()) * 35,
        ..talk(site, day)
    }
}

fn contest(site: &Site, day: Date, attendances: i64) -> Content {
    Content {
        method: "contest".into(),
        title: "Thi trực tuyến tìm hiểu pháp luật".into(),
        place: String::new(),
        speaker: String::new(),
        attendances,
        ..talk(site, day)
    }
}

fn planned(site: &Site, wrong: Content, right: Content) -> Result<Planned> {
    let at = start_of_day(wrong.day).ok_or(Error::NotFound)? + Duration::from_secs(15 * 3_600);
    let (by, shard) = (site.officer, site.place.shard);
    Ok(Planned { at, by, shard, is_planned: false, content: wrong, corrected: Some(Box::new(right)) })
}
