//! The demo's posts: drafted from the new laws, approved by somebody else, published; some still on their way,
//! and one withdrawn.

use std::time::Duration;

use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan as _};
use store::{Id, Tx};

use super::chance::Chance;
use super::laws::Laws;
use super::people::{People, Site};
use super::{AS_OF, BEN_LUC};
use crate::app::{App, start_of_day};
use crate::error::{Error, Result};
use crate::features::content::{self, AskPlace};
use crate::features::laws;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reached {
    Draft,
    Submitted,
    Published,
    Withdrawn,
}

pub struct PlannedPost {
    pub at: Timestamp,
    site: Site,
    law: Id,
    reached: Reached,
}

/// Laws of this time on are written about.
const FIRST: Date = date(2025, 11, 1);

pub fn planned(chance: &mut Chance, people: &People, laws: &Laws, last: Date) -> Result<Vec<PlannedPost>> {
    let mut all = Vec::new();
    for law in laws.since(FIRST) {
        for site in people.communes.iter().chain([&people.province]) {
            let is_ours = site.place.name == BEN_LUC || site.place.unit == people.province.place.unit;
            if !is_ours && !chance.percent(55) {
                continue;
            }
            let most = if is_ours { 12 } else { 70 };
            let day = law.issued.saturating_add(chance.between(3, most).days()).max(date(2026, 1, 5));
            if day > last {
                continue;
            }
            let reached = match (site.place.name == BEN_LUC, law.number.as_str()) {
                // Its text had a wrong day.
                (true, "95/2099/NĐ-CP") => Reached::Withdrawn,
                (true, "91/2099/NĐ-CP") => Reached::Submitted,
                _ if day > date(2026, 11, 10) && chance.percent(40) => {
                    chance.pick(&[Reached::Draft, Reached::Submitted])
                }
                _ => Reached::Published,
            };
            let at = start_of_day(day).ok_or(Error::NotFound)? + Duration::from_secs(9 * 3_600);
            all.push(PlannedPost { at, site: site.clone(), law: law.id, reached });
        }
    }
    // Begun this morning.
    let ben_luc = people.commune(BEN_LUC)?;
    if let Some(law) = laws.number("90/2099/QH99") {
        let at = AS_OF - Duration::from_secs(2 * 3_600);
        all.push(PlannedPost { at, site: ben_luc.clone(), law: law.id, reached: Reached::Draft });
    }
    Ok(all)
}

/// Where people of Bến Lức and of the province ask.
pub async fn say_where_to_ask(tx: &mut Tx, app: &App, people: &People) -> Result<()> {
    for (site, office) in [
        (people.commune(BEN_LUC)?, "Văn phòng Hội đồng nhân dân và Ủy ban nhân dân xã Bến Lức"),
        (&people.province, "Sở Tư pháp tỉnh Tây Ninh"),
    ] {
        let place = AskPlace {
            office: office.into(),
            address: "Bộ phận tiếp công dân".into(),
            hours: "7 giờ 30 đến 11 giờ 30, 13 giờ 30 đến 17 giờ, thứ Hai đến thứ Sáu".into(),
            ..AskPlace::default()
        };
        content::set_ask_place(tx, app, site.officer, site.place.unit, site.place.shard, &place).await?;
    }
    Ok(())
}

pub async fn write(tx: &mut Tx, app: &App, p: PlannedPost) -> Result<()> {
    app.clock.set(p.at);
    let law = laws::get(&app.db, p.law).await?;
    let draft = content::draft_from_law(app, &law, p.site.place.unit).await?;
    let id = content::insert(tx, app, p.site.editor, p.site.place.shard, &draft).await?;
    let hour = Duration::from_secs(3_600);
    if p.reached == Reached::Draft {
        return Ok(());
    }
    app.clock.set(p.at + hour);
    let post = content::get(&mut *tx, id).await?;
    content::submit(tx, app, p.site.editor, &post).await?;
    if p.reached == Reached::Submitted {
        return Ok(());
    }
    app.clock.set(p.at + 2 * hour);
    let post = content::get(&mut *tx, id).await?;
    content::approve(tx, app, p.site.leader, &post).await?;
    if p.reached == Reached::Withdrawn {
        app.clock.set(p.at + 30 * hour);
        let post = content::get(&mut *tx, id).await?;
        let notice = "Bài ghi chưa đúng ngày có hiệu lực. Bài đúng sẽ được đăng lại.";
        content::withdraw(tx, app, p.site.leader, &post, notice).await?;
    }
    Ok(())
}
