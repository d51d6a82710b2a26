//! Fills a database from a [`Source`]: identities, dated versions, successions, each entered once however often
//! the import runs.

use std::collections::{BTreeMap, HashMap};

use jiff::{Timestamp, civil::Date};
use sha2::{Digest as _, Sha256};
use store::{Db, Id, sql};

use super::source::{Era, Key, Source, SourceSuccession, SourceUnit};
use super::{NewSuccession, NewUnit, NewVersion, scopes};
use crate::error::Result;

/// The first day of the old era in the data; how units changed between it and their `known_on` is not known.
pub const FIRST_DAY: Date = Date::constant(1945, 9, 2);
/// The last day of three levels, on which the old snapshot was taken.
const LAST_OLD_DAY: Date = Date::constant(2025, 6, 30);
/// Since when there are two levels (Luật 72/2025/QH15).
pub const TWO_LEVELS: Date = Date::constant(2025, 7, 1);
const LEGAL_BASIS: &str = "Luật 72/2025/QH15; Nghị quyết 202/2025/QH15";

/// What an import entered: rows that were not there before.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Entered {
    pub units: u64,
    pub versions: u64,
    pub reorganisations: u64,
    pub successions: u64,
}

/// The identity of a unit of a source: the same in every installation, so that a file imported here and there
/// speaks of the same units. A unit that merely continues over 1/7/2025 keeps that of the old era.
pub fn unit_id(era: Era, level: &str, code: &str) -> Id {
    hashed(&["unit", era.code(), level, code])
}

/// The unit "Việt Nam", above all provinces.
pub fn nation_id() -> Id {
    hashed(&["unit", "nation"])
}

fn hashed(parts: &[&str]) -> Id {
    let digest = Sha256::digest(parts.join("\u{1f}"));
    let mut id = [0; 16];
    id.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
    Id(id)
}

/// Enters what is not there yet; rows already there, whatever has become of them since, are left alone.
pub async fn import(db: &Db, source: &Source, now: Timestamp) -> Result<Entered> {
    let h = History::of(source);
    let mut tx = db.begin().await?;
    let mut entered = Entered {
        units: super::insert_units(&mut tx, &h.units).await?,
        versions: super::insert_versions(&mut tx, &h.versions).await?,
        ..Entered::default()
    };
    for r in &h.reorganisations {
        entered.reorganisations += sql!(
            "INSERT INTO reorganisations (id, effective, title, legal_basis, kind, unit_id, created_at, decided_at)
             VALUES ($1, $2, $3, $4, 'import', $5, $6, $6) ON CONFLICT (id) DO NOTHING",
            r.id,
            r.effective,
            &r.title,
            r.legal_basis,
            r.unit,
            now
        )
        .run(&mut tx)
        .await?;
    }
    entered.successions = super::insert_successions(&mut tx, &h.successions).await?;
    if entered != Entered::default() {
        scopes::rebuild(&mut tx).await?;
        super::tree_changed(&mut tx).await?;
    }
    tx.commit().await?;
    Ok(entered)
}

struct Reorganisation {
    id: Id,
    effective: Date,
    title: String,
    legal_basis: &'static str,
    unit: Id,
}

/// A source as rows.
struct History {
    units: Vec<NewUnit>,
    versions: Vec<NewVersion>,
    reorganisations: Vec<Reorganisation>,
    successions: Vec<NewSuccession>,
}

impl History {
    fn of(source: &Source) -> History {
        let by_key: HashMap<Key, &SourceUnit> = source.units.iter().map(|u| (u.key(), u)).collect();
        let continuing = continuing(source, &by_key);
        let id = |key: &Key| match continuing.get(key) {
            Some(old) => unit_id(old.0, &old.1, &old.2),
            None => unit_id(key.0, &key.1, &key.2),
        };
        let shards = shards(source, &by_key);
        let parent_id = |u: &SourceUnit| match &u.parent {
            Some((level, code)) => id(&(u.era, level.clone(), code.clone())),
            None => nation_id(),
        };
        let continued: HashMap<&Key, &SourceUnit> =
            continuing.iter().filter_map(|(new, old)| Some((old, *by_key.get(new)?))).collect();

        let mut units = vec![NewUnit { id: nation_id(), shard_id: 0 }];
        let mut versions = vec![NewVersion {
            level: "nation".into(),
            kind: "quốc gia".into(),
            name: "Việt Nam".into(),
            ..NewVersion::new(nation_id(), FIRST_DAY)
        }];
        for u in &source.units {
            let key = u.key();
            let version = NewVersion {
                code: Some(u.code.clone()),
                name: u.name.clone(),
                kind: u.kind.clone(),
                level: u.level.clone(),
                parent_id: Some(parent_id(u)),
                lat: u.lat,
                lon: u.lon,
                area_km2: u.area_km2,
                ..NewVersion::new(id(&key), TWO_LEVELS)
            };
            match u.era {
                Era::Old => {
                    // One row over both eras where nothing of it changed.
                    let unchanged =
                        continued.get(&key).is_some_and(|n| n.code == u.code && parent_id(n) == parent_id(u));
                    units.push(NewUnit { id: id(&key), shard_id: shards.get(&key).copied().unwrap_or(0) });
                    versions.push(NewVersion {
                        valid_from: FIRST_DAY,
                        valid_until: (!unchanged).then_some(TWO_LEVELS),
                        known_on: Some(LAST_OLD_DAY),
                        ..version
                    });
                }
                Era::New => {
                    let old = continuing.get(&key).and_then(|old| by_key.get(old));
                    if old.is_none_or(|o| o.code != u.code || parent_id(o) != parent_id(u)) {
                        versions.push(version);
                    }
                    if old.is_none() {
                        units
                            .push(NewUnit { id: id(&key), shard_id: shards.get(&key).copied().unwrap_or(0) });
                    }
                }
            }
        }

        // One reorganisation for each province that came out of it.
        let mut reorganisations = BTreeMap::new();
        let mut successions = Vec::with_capacity(source.successions.len());
        for s in source.successions.iter().filter(|s| !continuing.contains_key(&s.to)) {
            let Some(to) = by_key.get(&s.to) else { continue };
            let province = match &to.parent {
                Some((level, code)) => by_key.get(&(Era::New, level.clone(), code.clone())).unwrap_or(to),
                None => to,
            };
            let reorganisation =
                hashed(&["reorganisation", TWO_LEVELS.strftime("%F").to_string().as_str(), &province.code]);
            reorganisations.entry(province.code.clone()).or_insert_with(|| Reorganisation {
                id: reorganisation,
                effective: TWO_LEVELS,
                title: format!("Sắp xếp đơn vị hành chính: {}", province.name),
                legal_basis: LEGAL_BASIS,
                unit: id(&province.key()),
            });
            successions.push(NewSuccession {
                reorganisation_id: reorganisation,
                from_unit: id(&s.from),
                to_unit: id(&s.to),
                share: s.share.clone(),
                apportion: None,
                area_km2: None,
            });
        }
        let mut history = History {
            units,
            versions,
            reorganisations: reorganisations.into_values().collect(),
            successions,
        };
        history.add_tan_hoa(&by_key);
        history
    }

    /// Xã Tân Hòa, Bến Lức: dissolved before the old snapshot was taken, and divided among three communes that
    /// went on (Nghị quyết 1244/NQ-UBTVQH15, in force 1/12/2024). So Bến Lức is known as on the day before.
    fn add_tan_hoa(&mut self, by_key: &HashMap<Key, &SourceUnit>) {
        const EFFECTIVE: Date = Date::constant(2024, 12, 1);
        const BEFORE: Date = Date::constant(2024, 11, 30);
        /// Where to, and the km² that went there.
        const PARTS: [(&str, &str, f64); 3] =
            [("28003", "part-main", 8.18), ("28009", "part", 4.19), ("28012", "part", 2.70)];
        let key = |level: &str, code: &str| (Era::Old, level.to_owned(), code.to_owned());
        let district = unit_id(Era::Old, "district", "803");
        let is_ben_luc = by_key.get(&key("district", "803")).is_some_and(|u| u.name == "Huyện Bến Lức");
        if !is_ben_luc || PARTS.iter().any(|(code, ..)| !by_key.contains_key(&key("commune", code))) {
            return;
        }
        for v in &mut self.versions {
            if v.valid_from == FIRST_DAY && (v.unit_id == district || v.parent_id == Some(district)) {
                v.known_on = Some(BEFORE);
            }
        }
        let id = hashed(&["unit", "Xã Tân Hòa, Huyện Bến Lức"]);
        let shard = self.units.iter().find(|u| u.id == district).map_or(0, |u| u.shard_id);
        self.units.push(NewUnit { id, shard_id: shard });
        self.versions.push(NewVersion {
            valid_until: Some(EFFECTIVE),
            name: "Xã Tân Hòa".into(),
            kind: "xã".into(),
            level: "commune".into(),
            parent_id: Some(district),
            area_km2: Some(PARTS.iter().map(|(.., area)| area).sum()),
            known_on: Some(BEFORE),
            ..NewVersion::new(id, FIRST_DAY)
        });
        let reorganisation = hashed(&["reorganisation", "1244/NQ-UBTVQH15", "Bến Lức"]);
        self.reorganisations.push(Reorganisation {
            id: reorganisation,
            effective: EFFECTIVE,
            title: "Giải thể xã Tân Hòa, huyện Bến Lức".into(),
            legal_basis: "Nghị quyết 1244/NQ-UBTVQH15",
            unit: district,
        });
        self.successions.extend(PARTS.map(|(code, share, area)| NewSuccession {
            reorganisation_id: reorganisation,
            from_unit: id,
            to_unit: unit_id(Era::Old, "commune", code),
            share: share.into(),
            apportion: None,
            area_km2: Some(area),
        }));
    }
}

/// The new units that are old ones continued, with the old one: the only predecessor went whole into it and
/// nowhere else, and level, name and kind stayed.
fn continuing(source: &Source, by_key: &HashMap<Key, &SourceUnit>) -> HashMap<Key, Key> {
    let mut into: HashMap<&Key, Vec<&SourceSuccession>> = HashMap::new();
    let mut out_of: HashMap<&Key, usize> = HashMap::new();
    for s in &source.successions {
        into.entry(&s.to).or_default().push(s);
        *out_of.entry(&s.from).or_default() += 1;
    }
    let continues = |s: &SourceSuccession| {
        let (Some(old), Some(new)) = (by_key.get(&s.from), by_key.get(&s.to)) else { return false };
        s.share == "whole"
            && out_of.get(&s.from) == Some(&1)
            && (&old.level, &old.name, &old.kind) == (&new.level, &new.name, &new.kind)
    };
    into.into_iter()
        .filter_map(|(new, from)| match from[..] {
            [only] if continues(only) => Some((new.clone(), only.from.clone())),
            _ => None,
        })
        .collect()
}

/// Where each unit's rows are first recorded: the number of its province of the old era (1 to 96); a unit of
/// the new era takes that of a predecessor, the main part's before others'. Fixed when the unit is entered.
fn shards(source: &Source, by_key: &HashMap<Key, &SourceUnit>) -> HashMap<Key, i64> {
    let mut shards: HashMap<Key, i64> = HashMap::new();
    for u in source.units.iter().filter(|u| u.era == Era::Old) {
        let mut at = u;
        while let Some(parent) =
            at.parent.as_ref().and_then(|(level, code)| by_key.get(&(at.era, level.clone(), code.clone())))
        {
            at = parent;
        }
        shards.insert(u.key(), at.code.parse().unwrap_or(0));
    }
    let mut main_first: Vec<&SourceSuccession> = source.successions.iter().collect();
    main_first.sort_by_key(|s| (s.share == "part", &s.from));
    for s in main_first {
        if let Some(shard) = shards.get(&s.from).copied() {
            shards.entry(s.to.clone()).or_insert(shard);
        }
    }
    shards
}
