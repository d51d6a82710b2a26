//! What happened, in the order in which it did.

use std::time::Duration;

use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan as _};
use store::{Id, RecordId};

use super::activities::{Planned, content, day, recorded_at};
use super::chance::Chance;
use super::laws::Laws;
use super::people::{People, Site};
use super::plans::{self, InForce, PlannedPlan};
use super::posts::{self, PlannedPost};
use super::units::{self, Place};
use super::{AS_OF, BEGINS, BEN_LUC, Seeded, Tell, Told, mistakes, photos, reports};
use crate::app::{App, start_of_day};
use crate::error::{Error, Result};
use crate::features::activities::{self, Content};
use crate::features::numbers::{self, By, Period, Question, Units};

/// The year's activities of the province together, about, besides those that plans ask for.
const YEAR_ROWS: usize = 8_600;
/// The last day of what was done; what follows is an estimate.
const LAST_DONE: Date = date(2026, 11, 17);
/// 16:00 on 18/11/2026: by then everything of the year's reports is recorded, and mistakes are corrected after it.
const BOOKS_CLOSED: Timestamp = Timestamp::constant(1_794_992_400, 0);
const FROZEN_ON: Date = date(2026, 7, 6);

/// One thing that happened.
enum Event {
    Activity(Planned),
    Plan(PlannedPlan),
    Post(PlannedPost),
}

impl Event {
    fn at(&self) -> Timestamp {
        match self {
            Event::Activity(a) => a.at,
            Event::Plan(p) => p.at,
            Event::Post(p) => p.at,
        }
    }
}

pub async fn create(app: &App, people: People, percent: usize, tell: &Tell<'_>) -> Result<Seeded> {
    let mut chance = Chance::of(app);
    let mut story = Story { app, tell, laws: Laws::of(app).await?, in_force: InForce::default() };
    let laws = Laws::of(app).await?;

    let mut old = old_years(app, &mut chance, &people, &laws, percent).await?;
    let (planted, found) = mistakes::plant(app, &people).await?;
    old.extend(planted);
    story.go_on("seed-old", activities_only(old)).await?;
    let mut tx = app.db.begin().await?;
    posts::say_where_to_ask(&mut tx, app, &people).await?;
    tx.commit().await?;

    let half = half_year(&mut chance, &people, &laws, date(2025, 7, 1), date(2025, 12, 31), 35 * percent);
    story.go_on("seed-2025", activities_only(half)).await?;
    reports::last_year(app, &people).await?;

    let mut year =
        half_year(&mut chance, &people, &laws, date(2026, 1, 1), LAST_DONE, YEAR_ROWS * percent / 100);
    year.extend(estimates(&mut chance, &people, &laws));
    year.extend(mistakes::plant_and_correct(&people)?);
    let plans = plans::planned(&mut chance, &people, &laws, &units::once_of_long_an(app).await?)?;
    for plan in &plans {
        let done = plans::done_as_planned(&mut chance, plan, &laws, LAST_DONE);
        // Hundredths of them in a smaller demo, as of all others.
        year.extend(done.into_iter().filter(|_| percent == 100 || chance.percent(percent)));
    }
    year.iter_mut().filter(|p| !p.content.estimated).for_each(|p| p.at = p.at.min(BOOKS_CLOSED));
    let mut year = activities_only(year);
    year.extend(plans.into_iter().map(Event::Plan));
    year.extend(posts::planned(&mut chance, &people, &laws, LAST_DONE)?.into_iter().map(Event::Post));
    let frozen_on = start_of_day(FROZEN_ON).ok_or(Error::NotFound)? + Duration::from_secs(9 * 3_600);
    let (before, after): (Vec<_>, Vec<_>) = year.into_iter().partition(|e| e.at() < frozen_on);
    let ben_luc = people.commune(BEN_LUC)?;
    let mut recorded = story.go_on("seed-2026", before).await?;

    app.clock.set(frozen_on);
    let frozen = vec![freeze(app, ben_luc).await?, freeze(app, &people.province).await?];
    recorded.extend(story.go_on("seed-2026", after).await?);
    let (talks, mistaken): (Vec<_>, Vec<_>) = recorded.into_iter().partition(|r| r.corrected.is_none());
    let talks: Vec<Recorded> = talks.into_iter().filter(|r| r.unit == ben_luc.place.unit).collect();
    // Photos of every other talk of Bến Lức, brought in together.
    let mut tx = app.db.begin().await?;
    for (i, talk) in talks.iter().step_by(2).enumerate() {
        app.clock.set(BOOKS_CLOSED + Duration::from_secs(60 * i as u64));
        photos::add(&mut tx, app, &mut chance, ben_luc, talk.id).await?;
    }
    tx.commit().await?;

    // Frozen figures stay; what changed since is listed beside them.
    let of_june: Vec<RecordId> = talks.iter().filter(|t| t.day.month() == 6).map(|t| t.id).collect();
    change(app, ben_luc, &of_june).await?;
    app.clock.set(BOOKS_CLOSED + Duration::from_secs(16 * 3_600));
    correct(app, &mistaken).await?;
    tell(Told::Part("seed-reports", people.communes.len() as u64 + 1));
    let stated = mistakes::state(app, &people).await?;
    let (careless, careless_half) = reports::this_year(app, &mut chance, &people, tell).await?;
    Ok(Seeded { people, mistakes: found, stated, frozen, careless, careless_half })
}

fn activities_only(all: Vec<Planned>) -> Vec<Event> {
    all.into_iter().map(Event::Activity).collect()
}

/// A talk, or a mistake, as it was recorded.
struct Recorded {
    unit: Id,
    day: Date,
    id: RecordId,
    by: Id,
    corrected: Option<Box<Content>>,
}

/// What the checks found before the reports, corrected where it was recorded.
async fn correct(app: &App, mistaken: &[Recorded]) -> Result<()> {
    for m in mistaken {
        let activity = activities::get(&app.db, m.id).await?;
        if let Some(content) = &m.corrected {
            let content = Content { plan_line: activity.content.plan_line, ..(**content).clone() };
            let mut tx = app.db.begin().await?;
            activities::update(&mut tx, app, Some(m.by), &activity, &content).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

/// Time going on.
struct Story<'a> {
    app: &'a App,
    tell: &'a Tell<'a>,
    laws: Laws,
    in_force: InForce,
}

impl Story<'_> {
    /// Lets things happen in the order of their moments, in one transaction; the clock goes along. The
    /// talks and the mistakes recorded.
    async fn go_on(&mut self, part: &'static str, mut events: Vec<Event>) -> Result<Vec<Recorded>> {
        let Story { app, tell, laws, in_force } = self;
        tell(Told::Part(part, events.len() as u64));
        events.sort_by_key(Event::at);
        let mut tx = app.db.begin().await?;
        let mut recorded = Vec::with_capacity(events.len());
        for event in events {
            match event {
                Event::Activity(mut a) => {
                    app.clock.set(a.at);
                    if a.is_planned {
                        a.content.plan_line = in_force.line(&a.content);
                    }
                    let id = activities::insert(&mut tx, app, Some(a.by), a.shard, &a.content).await?;
                    if a.corrected.is_some() || a.content.method == "talk" && !a.content.estimated {
                        let (unit, day) = (a.content.unit, a.content.day);
                        recorded.push(Recorded { unit, day, id, by: a.by, corrected: a.corrected });
                    }
                }
                Event::Post(p) => posts::write(&mut tx, app, p).await?,
                Event::Plan(p) => plans::write(&mut tx, app, laws, p, in_force).await?,
            }
            tell(Told::Step);
        }
        tx.commit().await?;
        Ok(recorded)
    }
}

/// 2024 and the first half of 2025, entered from the old provinces' books when the new ones began.
async fn old_years(
    app: &App,
    chance: &mut Chance,
    people: &People,
    laws: &Laws,
    percent: usize,
) -> Result<Vec<Planned>> {
    let spans = [
        (date(2024, 1, 1), date(2024, 11, 30), 6, 24),
        (date(2024, 12, 1), date(2024, 12, 31), 1, 4),
        // Enough to compare the first half of 2026 with.
        (date(2025, 1, 1), date(2025, 6, 30), 16, 20),
    ];
    let mut all = Vec::new();
    for (from, to, each, near) in spans {
        let places = units::old_places(app, from).await?;
        let ben_luc = places.iter().find(|p| p.name == "Huyện Bến Lức").map(|p| p.unit);
        let tree = app.trees.on(&app.db, from).await?;
        for place in places.into_iter().filter(|p| p.level != "province") {
            // The demo's own district shows most.
            let is_near = tree.parent(place.unit) == ben_luc;
            let rows = if is_near { near } else { chance.between(each / 2, each + each / 2) };
            let site = here(people, place);
            for _ in 0..(rows as usize * percent).div_ceil(100) {
                let day = day(chance, from, to);
                all.push((site.clone(), content(chance, &site, day, laws)));
            }
        }
    }
    all.sort_by_key(|(_, content)| content.day);
    // As books are entered: one after the other, in the first working days.
    Ok(all
        .into_iter()
        .enumerate()
        .map(|(i, (site, content))| Planned {
            at: BEGINS + Duration::from_secs(86_400 + 20 * i as u64),
            by: site.officer,
            shard: site.place.shard,
            is_planned: false,
            content,
            corrected: None,
        })
        .collect())
}

/// A unit of the old era: the province's officer enters its rows.
pub(super) fn here(people: &People, place: Place) -> Site {
    Site { place, ..people.province.clone() }
}

/// What today's units did from a day to a day; `rows` in all, about, some units much more than others.
fn half_year(
    chance: &mut Chance,
    people: &People,
    laws: &Laws,
    from: Date,
    to: Date,
    rows: usize,
) -> Vec<Planned> {
    let sizes: Vec<i64> = people
        .communes
        .iter()
        .map(|c| if c.place.name == BEN_LUC { 190 } else { chance.skewed(100.0, 0.35, 40, 220) })
        .collect();
    let sum: i64 = sizes.iter().sum();
    let communes = rows * 97 / 100;
    let mut all = Vec::with_capacity(rows);
    let mut add = |chance: &mut Chance, site: &Site, rows: i64| {
        for _ in 0..rows {
            let day = day(chance, from, to);
            let at = recorded_at(chance, day);
            let content = content(chance, site, day, laws);
            let is_planned = chance.percent(90);
            let (by, shard) = (site.officer, site.place.shard);
            all.push(Planned { at, by, shard, is_planned, content, corrected: None });
        }
    };
    for (site, size) in people.communes.iter().zip(sizes) {
        add(chance, site, size * communes as i64 / sum);
    }
    let agencies = (rows - communes) as i64 / (people.agencies.len() as i64 + 4);
    for (i, site) in people.agencies.iter().enumerate() {
        // The Department of Justice does most; one agency has sent nothing yet.
        let most = if i == 0 { 5 } else { 1 };
        add(chance, site, if i + 1 == people.agencies.len() { 0 } else { agencies * most });
    }
    all
}

/// What will still be done in the year, as reports of November estimate it: one talk, where one is sure already.
fn estimates(chance: &mut Chance, people: &People, laws: &Laws) -> Vec<Planned> {
    let mut all = Vec::new();
    for site in &people.communes {
        if chance.percent(50) {
            let day = day(chance, LAST_DONE.saturating_add(4.days()), date(2026, 12, 31));
            let content = Content { method: "talk".into(), ..content(chance, site, day, laws) };
            let content = talk(chance, content);
            let at = BOOKS_CLOSED - Duration::from_secs(chance.between(3_600, 4 * 86_400) as u64);
            let (by, shard) = (site.officer, site.place.shard);
            all.push(Planned { at, by, shard, is_planned: false, content, corrected: None });
        }
    }
    all
}

/// A talk still to come: its figures are round, and nobody has been counted.
fn talk(chance: &mut Chance, content: Content) -> Content {
    Content {
        title: "Phổ biến văn bản mới trong tháng (ước tính)".into(),
        audiences: vec!["people".into()],
        attendances: chance.between(4, 12) * 10,
        women: None,
        minority: None,
        copies: 0,
        cost: 0,
        estimated: true,
        ..content
    }
}

async fn freeze(app: &App, site: &Site) -> Result<RecordId> {
    let question = Question {
        unit: site.place.unit,
        period: Period::half(2026, 1),
        units: Units::AsOn(app.today()),
        by: By::Whole,
    };
    let read = numbers::read_to_freeze(app, &question).await?;
    let mut tx = app.db.begin().await?;
    let id = numbers::freeze(&mut tx, app, site.officer, site.place.shard, &read).await?;
    tx.commit().await?;
    Ok(id)
}

/// A figure corrected and a row withdrawn after their half-year was frozen.
async fn change(app: &App, site: &Site, of: &[RecordId]) -> Result<()> {
    app.clock.set(AS_OF - Duration::from_secs(20 * 86_400));
    let mut found = Vec::new();
    for id in of.iter().take(2) {
        found.push(activities::get(&app.db, *id).await?);
    }
    let mut tx = app.db.begin().await?;
    if let [corrected, twice, ..] = found.as_slice() {
        let content = Content {
            attendances: corrected.content.attendances + 15,
            note: "Bổ sung danh sách ký tên đến sau".into(),
            ..corrected.content.clone()
        };
        activities::update(&mut tx, app, Some(site.officer), corrected, &content).await?;
        app.clock.set(AS_OF - Duration::from_secs(19 * 86_400));
        activities::withdraw(&mut tx, app, Some(site.officer), twice, "Ghi hai lần").await?;
    }
    tx.commit().await?;
    Ok(())
}
