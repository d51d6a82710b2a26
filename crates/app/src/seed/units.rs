//! The demo's units: all of Vietnam through time, and the agencies of Tây Ninh.

use std::collections::HashSet;

use jiff::civil::Date;
use store::Id;

use crate::app::App;
use crate::error::{Error, Result};
use crate::features::orgs::{self, NewVersion, import, source};

const LONG_AN: &str = "Tỉnh Long An";

/// Kind and name of what hangs under the province's People's Committee, or stands beside it.
const AGENCIES: [(&str, &str); 20] = [
    ("sở", "Sở Tư pháp"),
    ("sở", "Sở Giáo dục và Đào tạo"),
    ("sở", "Sở Nội vụ"),
    ("sở", "Sở Y tế"),
    ("sở", "Sở Nông nghiệp và Môi trường"),
    ("sở", "Sở Xây dựng"),
    ("sở", "Sở Công Thương"),
    ("sở", "Sở Tài chính"),
    ("sở", "Sở Khoa học và Công nghệ"),
    ("sở", "Sở Văn hóa, Thể thao và Du lịch"),
    ("sở", "Sở Dân tộc và Tôn giáo"),
    ("cơ quan", "Thanh tra tỉnh"),
    ("cơ quan", "Công an tỉnh"),
    ("cơ quan", "Bộ Chỉ huy Quân sự tỉnh"),
    ("cơ quan", "Ban Chỉ huy Bộ đội Biên phòng tỉnh"),
    ("đoàn thể", "Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh"),
    ("đoàn thể", "Hội Liên hiệp Phụ nữ tỉnh"),
    ("đoàn thể", "Tỉnh Đoàn"),
    ("đoàn thể", "Liên đoàn Lao động tỉnh"),
    ("đoàn thể", "Hội Nông dân tỉnh"),
];

/// A unit of the demo.
#[derive(Debug, Clone)]
pub struct Place {
    pub unit: Id,
    pub shard: i64,
    pub name: String,
    pub level: String,
}

/// Today's units that the demo is about.
pub struct Units {
    pub province: Place,
    pub agencies: Vec<Place>,
    /// In the order of their names.
    pub communes: Vec<Place>,
    /// The former province of which a part of them was.
    pub long_an: Id,
}

pub async fn create(app: &App) -> Result<Units> {
    let vietnam = source::vietnam().map_err(Error::Internal)?;
    import::import(&app.db, &vietnam, app.now()).await?;
    let tree = app.trees.on(&app.db, import::TWO_LEVELS).await?;
    let found = tree.units().find(|u| u.level == "province" && u.name == super::TAY_NINH);
    let province = found.ok_or_else(|| Error::Internal(anyhow::anyhow!("no Tây Ninh among the units")))?;
    let communes = tree.children(province.unit_id).iter().filter_map(|c| tree.get(*c)).map(place).collect();
    let before = app.trees.on(&app.db, last_day_before()).await?;
    let long_an = before.units().find(|u| u.level == "province" && u.name == LONG_AN);
    let long_an =
        long_an.ok_or_else(|| Error::Internal(anyhow::anyhow!("no Long An among the units")))?.unit_id;
    let mut tx = app.db.begin().await?;
    let mut agencies = Vec::new();
    for (kind, name) in AGENCIES {
        let version = NewVersion {
            name: name.into(),
            kind: kind.into(),
            level: "agency".into(),
            parent_id: Some(province.unit_id),
            ..NewVersion::new(app.new_id(), import::TWO_LEVELS)
        };
        orgs::add_unit(&mut tx, app, None, province.shard_id, std::slice::from_ref(&version)).await?;
        agencies.push(Place {
            unit: version.unit_id,
            shard: province.shard_id,
            name: version.name,
            level: version.level,
        });
    }
    tx.commit().await?;
    Ok(Units { province: place(province), agencies, communes, long_an })
}

fn last_day_before() -> Date {
    import::TWO_LEVELS.yesterday().unwrap_or(import::TWO_LEVELS)
}

/// Today's communes made of units of the former province of Long An.
pub async fn once_of_long_an(app: &App) -> Result<HashSet<Id>> {
    let before = app.trees.on(&app.db, last_day_before()).await?;
    let long_an = before.units().find(|u| u.level == "province" && u.name == LONG_AN).map(|u| u.unit_id);
    let (_, successions) = app.trees.history(&app.db).await?;
    let went = successions.iter().filter(|s| long_an.is_some_and(|l| before.is_within(s.from_unit, l)));
    Ok(went.map(|s| s.to_unit).collect())
}

fn place(unit: &orgs::Unit) -> Place {
    Place { unit: unit.unit_id, shard: unit.shard_id, name: unit.name.clone(), level: unit.level.clone() }
}

/// The districts and communes of a day out of which today's Tây Ninh was made, and the two old provinces.
pub async fn old_places(app: &App, day: Date) -> Result<Vec<Place>> {
    let tree = app.trees.on(&app.db, day).await?;
    let old = [LONG_AN, super::TAY_NINH];
    let mut places = Vec::new();
    let mut open: Vec<Id> = tree
        .units()
        .filter(|u| u.level == "province" && old.contains(&u.name.as_str()))
        .map(|u| u.unit_id)
        .collect();
    open.sort();
    while let Some(next) = open.pop() {
        open.extend(tree.children(next));
        places.extend(tree.get(next).map(place));
    }
    Ok(places)
}
