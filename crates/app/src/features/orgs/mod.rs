//! Units through time: what exists on a day, what went into what, everything under a unit.
//!
//! A unit (đơn vị) is an identity; code, name, kind and parent are dated versions beside it. Levels are rows
//! too: any depth, districts to 30/6/2025 and none since. Reorganisations (sắp xếp đơn vị) join identities by
//! successions, whole or in part. Agencies, mass organisations and hamlets (thôn, ấp, khu phố) are units that
//! hang under another.
//!
//! Rules:
//! - Nothing of the past is rewritten. A change planned for a day to come is a version that begins on that day,
//!   so it takes effect by itself; it can be cancelled before.
//! - A unit that is merged or divided ends, and what comes out is a new unit, even of the same name; a unit that
//!   is renamed, changes its kind, or only takes a part of another goes on.
//! - A figure stays with the unit that recorded it. On any tree it stands exactly once ([`placements`]): a
//!   divided unit's at the lowest unit that holds all its parts, as a line of its own. It is apportioned only by
//!   keys that a person stated, as an estimate ([`figures`]).
//! - Whoever manages a unit decides about the units under it.
//!
//! Keeps promises G1-G6.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, RwLock};

use jiff::civil::Date;
use store::{Db, Id, Migration, Tx, migration, sql};

mod add;
mod browse;
mod decide;
pub mod figures;
pub mod import;
mod names;
mod propose;
pub mod reorganisation;
mod scopes;
pub mod source;
mod tree;
mod waiting;

pub use add::insert as add_unit;
pub use names::{bare_name, in_sentence};
pub use scopes::under;
pub use tree::{Placed, Placements, Succession, Tree, Unit, all_under, placements};

use crate::access::Act;
use crate::app::App;
use crate::error::Result;
use crate::i18n::Lang;
use crate::tasks::Later;
use crate::web::Signed;

pub const MIGRATIONS: &[Migration] =
    &[migration!(1, "orgs", "0001_orgs.sql"), migration!(6, "orgs-cancelled", "0006_cancelled.sql")];

/// Cached trees, one for each day on which the tree changed.
#[derive(Default)]
pub struct Trees {
    cache: RwLock<Cache>,
}

#[derive(Default)]
struct Cache {
    version: Option<i64>,
    versions: Arc<Vec<Arc<Unit>>>,
    successions: Arc<Vec<Succession>>,
    /// Days on which some version begins or ends.
    changes: BTreeSet<Date>,
    trees: HashMap<Date, Arc<Tree>>,
    placed: HashMap<Date, Arc<Placements>>,
}

/// Trees kept at once: today's, and those of the days people ask about.
const KEPT: usize = 24;

impl Trees {
    /// The tree on a day.
    pub async fn on(&self, db: &Db, day: Date) -> Result<Arc<Tree>> {
        self.refresh(db).await?;
        if let Some(tree) = self.read().tree(day) {
            return Ok(tree);
        }
        Ok(self.write().make_tree(day))
    }

    /// Where every unit that ever was stands on the tree of a day.
    pub async fn placements(&self, db: &Db, day: Date) -> Result<Arc<Placements>> {
        self.refresh(db).await?;
        let kept = {
            let cache = self.read();
            cache.placed.get(&cache.key(day)).cloned()
        };
        if let Some(placed) = kept {
            return Ok(placed);
        }
        let mut cache = self.write();
        let tree = cache.tree(day).unwrap_or_else(|| cache.make_tree(day));
        let placed = Arc::new(placements(&tree, &cache.versions, &cache.successions));
        let key = cache.key(day);
        if cache.placed.len() >= KEPT {
            cache.placed.clear();
        }
        cache.placed.insert(key, placed.clone());
        Ok(placed)
    }

    /// The name of a unit as it is today, or as it was last.
    pub async fn name(&self, db: &Db, unit: Id) -> Result<String> {
        self.refresh(db).await?;
        let cache = self.read();
        let newest = cache.versions.iter().filter(|v| v.unit_id == unit).max_by_key(|v| v.valid_from);
        newest.map(|v| v.name.clone()).ok_or(crate::error::Error::NotFound)
    }

    /// The first day of a unit, and the last of one that is gone or will be.
    pub async fn lifetime(&self, db: &Db, unit: Id) -> Result<(Date, Option<Date>)> {
        self.refresh(db).await?;
        let cache = self.read();
        let of = || cache.versions.iter().filter(|v| v.unit_id == unit);
        let first = of().map(|v| v.valid_from).min().ok_or(crate::error::Error::NotFound)?;
        let end = of().max_by_key(|v| v.valid_from).and_then(|v| v.valid_until);
        Ok((first, end.and_then(|end| end.yesterday().ok())))
    }

    /// The steps by which a unit went over into others; of one that only ended, those of the units under it.
    pub async fn heirs(&self, db: &Db, unit: Id) -> Result<Vec<Succession>> {
        let (_, last) = self.lifetime(db, unit).await?;
        let (_, all) = self.history(db).await?;
        let mut steps: Vec<Succession> = successors(&all, unit).cloned().collect();
        if let Some(last) = last.filter(|_| steps.is_empty()) {
            let below = self.on(db, last).await?.under(unit);
            let after =
                |u: &Id| successors(&all, *u).filter(|s| s.effective > last).cloned().collect::<Vec<_>>();
            steps = below.iter().flat_map(after).collect();
        }
        let mut seen = std::collections::HashSet::new();
        steps.retain(|s| seen.insert(s.to_unit));
        Ok(steps)
    }

    /// All versions of all units, and all successions.
    pub async fn history(&self, db: &Db) -> Result<(Arc<Vec<Arc<Unit>>>, Arc<Vec<Succession>>)> {
        self.refresh(db).await?;
        let cache = self.read();
        Ok((cache.versions.clone(), cache.successions.clone()))
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Cache> {
        self.cache.read().unwrap_or_else(|e| e.into_inner())
    }
    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Cache> {
        self.cache.write().unwrap_or_else(|e| e.into_inner())
    }

    async fn refresh(&self, db: &Db) -> Result<()> {
        let (version,): (i64,) = sql!("SELECT version FROM tree_changes WHERE id = 1").get(db).await?;
        if self.read().version == Some(version) {
            return Ok(());
        }
        // A block at a time: rows on their way weigh several times what the units do.
        let mut versions: Vec<Unit> = Vec::new();
        loop {
            let last = versions.last().map(|v| (v.unit_id, v.valid_from));
            let (unit, from) = last.unwrap_or((Id([0; 16]), Date::MIN));
            let block: Vec<Unit> = versions_after(unit, from).all(db).await?;
            if block.is_empty() {
                break;
            }
            versions.extend(block);
        }
        let successions: Vec<Succession> = sql!(
            "SELECT r.effective, s.from_unit, s.to_unit, s.share, s.apportion, s.area_km2, s.reorganisation_id
             FROM successions s JOIN reorganisations r ON r.id = s.reorganisation_id
             WHERE r.cancelled_at IS NULL
             ORDER BY r.effective, s.reorganisation_id, s.from_unit, s.to_unit"
        )
        .all(db)
        .await?;
        *self.write() = Cache {
            version: Some(version),
            changes: versions.iter().flat_map(|v| [Some(v.valid_from), v.valid_until]).flatten().collect(),
            versions: Arc::new(versions.into_iter().map(Arc::new).collect()),
            successions: Arc::new(successions),
            ..Cache::default()
        };
        Ok(())
    }
}

/// The next thousand of [`all_versions`].
fn versions_after(unit: Id, from: Date) -> store::Query {
    sql!(
        "SELECT v.unit_id, u.shard_id, v.valid_from, v.valid_until, v.code, v.name, v.name_key, v.kind, v.level,
                v.parent_id, v.lat, v.lon, v.area_km2, v.known_on
         FROM unit_versions v JOIN units u ON u.id = v.unit_id
         WHERE (v.unit_id, v.valid_from) > ($1, $2)
         ORDER BY v.unit_id, v.valid_from LIMIT 1000",
        unit,
        from
    )
}

fn all_versions() -> store::Query {
    sql!(
        "SELECT v.unit_id, u.shard_id, v.valid_from, v.valid_until, v.code, v.name, v.name_key, v.kind, v.level,
                v.parent_id, v.lat, v.lon, v.area_km2, v.known_on
         FROM unit_versions v JOIN units u ON u.id = v.unit_id
         ORDER BY v.unit_id, v.valid_from"
    )
}

impl Cache {
    /// The last change on or before a day: all days between two changes share one tree.
    fn key(&self, day: Date) -> Date {
        self.changes.range(..=day).next_back().copied().unwrap_or(Date::MIN)
    }
    fn tree(&self, day: Date) -> Option<Arc<Tree>> {
        self.trees.get(&self.key(day)).cloned()
    }
    fn make_tree(&mut self, day: Date) -> Arc<Tree> {
        let tree = Arc::new(Tree::on(day, &self.versions));
        if self.trees.len() >= KEPT {
            self.trees.clear();
        }
        self.trees.insert(self.key(day), tree.clone());
        tree
    }
}

/// An identity to enter. `shard_id` says where its rows are first recorded and never changes.
#[derive(Debug, Clone, Copy)]
pub struct NewUnit {
    pub id: Id,
    pub shard_id: i64,
}

/// A unit to enter or to change from a day on.
#[derive(Debug, Clone)]
pub struct NewVersion {
    pub unit_id: Id,
    pub valid_from: Date,
    pub valid_until: Option<Date>,
    pub code: Option<String>,
    pub name: String,
    pub kind: String,
    pub level: String,
    pub parent_id: Option<Id>,
    pub lat: Option<f64>,
    pub lon: Option<f64>,
    pub area_km2: Option<f64>,
    pub known_on: Option<Date>,
}

impl NewVersion {
    /// Of a day, everything else to be filled in.
    pub fn new(unit_id: Id, valid_from: Date) -> NewVersion {
        NewVersion {
            unit_id,
            valid_from,
            valid_until: None,
            code: None,
            name: String::new(),
            kind: String::new(),
            level: String::new(),
            parent_id: None,
            lat: None,
            lon: None,
            area_km2: None,
            known_on: None,
        }
    }
    /// Like a version that held before, from another day on.
    pub fn like(v: &Unit, valid_from: Date) -> NewVersion {
        NewVersion {
            unit_id: v.unit_id,
            valid_from,
            valid_until: None,
            code: v.code.clone(),
            name: v.name.clone(),
            kind: v.kind.clone(),
            level: v.level.clone(),
            parent_id: v.parent_id,
            lat: v.lat,
            lon: v.lon,
            area_km2: v.area_km2,
            known_on: None,
        }
    }
}

impl From<NewVersion> for Unit {
    /// As it will be read once it is entered.
    fn from(v: NewVersion) -> Unit {
        Unit {
            unit_id: v.unit_id,
            shard_id: 0,
            valid_from: v.valid_from,
            valid_until: v.valid_until,
            code: v.code,
            name_key: viet::collation_key(&v.name),
            name: v.name,
            kind: v.kind,
            level: v.level,
            parent_id: v.parent_id,
            lat: v.lat,
            lon: v.lon,
            area_km2: v.area_km2,
            known_on: v.known_on,
        }
    }
}

struct NewSuccession {
    reorganisation_id: Id,
    from_unit: Id,
    to_unit: Id,
    share: String,
    apportion: Option<i64>,
    area_km2: Option<f64>,
}

/// Enters an identity; nothing when it is there already.
pub async fn insert_unit(tx: &mut Tx, id: Id, shard: i64) -> Result<()> {
    insert_units(tx, &[NewUnit { id, shard_id: shard }]).await?;
    Ok(())
}

/// Enters a version and the unit's scopes; nothing when the unit has one from that day already.
pub async fn insert_version(tx: &mut Tx, v: &NewVersion) -> Result<()> {
    insert_versions(tx, std::slice::from_ref(v)).await?;
    scopes::refresh(tx, v.unit_id).await
}

/// Rows travel as one JSON text, so that thousands of them are one statement: the number of rows entered.
async fn insert_units(tx: &mut Tx, units: &[NewUnit]) -> Result<u64> {
    let rows: Vec<_> = units.iter().map(|u| serde_json::json!([u.id, u.shard_id])).collect();
    let entered = sql!(
        sqlite: "INSERT INTO units (id, shard_id) SELECT unhex(e.value ->> 0), e.value ->> 1 FROM json_each($1) AS e
                 WHERE TRUE ON CONFLICT (id) DO NOTHING",
        postgres: "INSERT INTO units (id, shard_id)
                   SELECT decode(e.value ->> 0, 'hex'), CAST(e.value ->> 1 AS BIGINT)
                   FROM jsonb_array_elements(CAST($1 AS jsonb)) AS e (value) ON CONFLICT (id) DO NOTHING";
        serde_json::Value::from(rows).to_string()
    )
    .run(tx)
    .await?;
    Ok(entered)
}

async fn insert_versions(tx: &mut Tx, versions: &[NewVersion]) -> Result<u64> {
    let row = |v: &NewVersion| {
        let key = viet::collation_key(&v.name);
        serde_json::json!([
            v.unit_id,
            v.valid_from,
            v.valid_until,
            v.code,
            v.name,
            key,
            v.kind,
            v.level,
            v.parent_id,
            v.lat,
            v.lon,
            v.area_km2,
            v.known_on
        ])
    };
    let rows: Vec<_> = versions.iter().map(row).collect();
    let entered = sql!(
        sqlite: "INSERT INTO unit_versions (unit_id, valid_from, valid_until, code, name, name_key, kind, level,
                                            parent_id, lat, lon, area_km2, known_on)
                 SELECT unhex(e.value ->> 0), e.value ->> 1, e.value ->> 2, e.value ->> 3, e.value ->> 4,
                        e.value ->> 5, e.value ->> 6, e.value ->> 7, unhex(e.value ->> 8), e.value ->> 9,
                        e.value ->> 10, e.value ->> 11, e.value ->> 12
                 FROM json_each($1) AS e WHERE TRUE ON CONFLICT (unit_id, valid_from) DO NOTHING",
        postgres: "INSERT INTO unit_versions (unit_id, valid_from, valid_until, code, name, name_key, kind, level,
                                              parent_id, lat, lon, area_km2, known_on)
                   SELECT decode(e.value ->> 0, 'hex'), e.value ->> 1, e.value ->> 2, e.value ->> 3, e.value ->> 4,
                          e.value ->> 5, e.value ->> 6, e.value ->> 7, decode(e.value ->> 8, 'hex'),
                          CAST(e.value ->> 9 AS DOUBLE PRECISION), CAST(e.value ->> 10 AS DOUBLE PRECISION),
                          CAST(e.value ->> 11 AS DOUBLE PRECISION), e.value ->> 12
                   FROM jsonb_array_elements(CAST($1 AS jsonb)) AS e (value)
                   ON CONFLICT (unit_id, valid_from) DO NOTHING";
        serde_json::Value::from(rows).to_string()
    )
    .run(tx)
    .await?;
    Ok(entered)
}

async fn insert_successions(tx: &mut Tx, successions: &[NewSuccession]) -> Result<u64> {
    let row = |s: &NewSuccession| {
        serde_json::json!([s.reorganisation_id, s.from_unit, s.to_unit, s.share, s.apportion, s.area_km2])
    };
    let rows: Vec<_> = successions.iter().map(row).collect();
    let entered = sql!(
        sqlite: "INSERT INTO successions (reorganisation_id, from_unit, to_unit, share, apportion, area_km2)
                 SELECT unhex(e.value ->> 0), unhex(e.value ->> 1), unhex(e.value ->> 2), e.value ->> 3,
                        e.value ->> 4, e.value ->> 5
                 FROM json_each($1) AS e WHERE TRUE
                 ON CONFLICT (reorganisation_id, from_unit, to_unit) DO NOTHING",
        postgres: "INSERT INTO successions (reorganisation_id, from_unit, to_unit, share, apportion, area_km2)
                   SELECT decode(e.value ->> 0, 'hex'), decode(e.value ->> 1, 'hex'), decode(e.value ->> 2, 'hex'),
                          e.value ->> 3, CAST(e.value ->> 4 AS BIGINT), CAST(e.value ->> 5 AS DOUBLE PRECISION)
                   FROM jsonb_array_elements(CAST($1 AS jsonb)) AS e (value)
                   ON CONFLICT (reorganisation_id, from_unit, to_unit) DO NOTHING";
        serde_json::Value::from(rows).to_string()
    )
    .run(tx)
    .await?;
    Ok(entered)
}

pub const FEATURE: crate::Feature = crate::Feature {
    name: "orgs",
    routes,
    migrations: MIGRATIONS,
    words: (include_str!("words.vi.ftl"), include_str!("words.en.ftl")),
    facts: &[],
    touches: None,
    tasks: Some(&waiting::Waiting),
    plan_lines: None,
};

fn routes() -> crate::web::Routes {
    crate::web::Routes::new()
        .get("/don-vi", browse::browse)
        .get("/don-vi/{id}", browse::show_unit)
        .post("/don-vi/{id}/don-vi-con", add::add)
        .get("/sap-xep", decide::list)
        .get("/sap-xep/moi", propose::form)
        .post("/sap-xep", propose::propose)
        .get("/sap-xep/{id}", decide::show_one)
        .post("/sap-xep/{id}/quyet-dinh", decide::decide)
        .post("/sap-xep/{id}/huy", decide::cancel)
        .post("/sap-xep/{id}/ty-le", decide::state_keys)
        .public("/api/v1/units", browse::api_list)
        .public("/api/v1/units/{id}", browse::api_unit)
}

/// From the highest to the lowest; an agency hangs under a unit of any level.
pub const LEVELS: [&str; 6] = ["nation", "province", "district", "commune", "hamlet", "agency"];
/// The levels that a commune looks after itself.
const SMALL: [&str; 2] = ["hamlet", "agency"];

/// Who manages a unit decides about the units of a level under it.
fn manages(actor: &crate::access::Actor, under: Id, level: &str, tree: &Tree) -> bool {
    let act = if SMALL.contains(&level) { Act::ManageHamlets } else { Act::ManageUnits };
    actor.can(act, under, tree)
}

/// The steps by which a unit went over into others; a unit that goes on may have taken parts of others.
pub fn successors(all: &[Succession], unit: Id) -> impl Iterator<Item = &Succession> {
    all.iter().filter(move |s| s.from_unit == unit && s.to_unit != unit)
}

/// The steps by which others went over into a unit.
pub fn predecessors(all: &[Succession], unit: Id) -> impl Iterator<Item = &Succession> {
    all.iter().filter(move |s| s.to_unit == unit && s.from_unit != unit)
}

/// The name of a unit in a table or a choice: of one that is gone with its last day, since another of the same name may
/// stand beside it.
pub async fn listed_name(app: &App, lang: Lang, unit: Id) -> Result<String> {
    let name = app.trees.name(&app.db, unit).await?;
    if app.trees.on(&app.db, app.today()).await?.contains(unit) {
        return Ok(name);
    }
    let (_, last) = app.trees.lifetime(&app.db, unit).await?;
    Ok(match last.filter(|last| *last < app.today()) {
        Some(last) => {
            let words = [("name", name), ("day", crate::page::date_text(last))];
            app.words.say(lang, "orgs-name-until", &words)
        }
        None => name,
    })
}

/// What a reorganisation of units touches in a feature: shown before it is decided.
pub trait Touches: Send + Sync {
    /// Key of the words for what is touched: "plans-touched".
    fn words(&self) -> &'static str;
    /// Whether the page that lists them shows those of the units under a unit too: they are counted with it then.
    fn lists_all_under(&self) -> bool {
        false
    }
    /// How many of them the page lists of some units.
    fn count<'a>(&'a self, app: &'a App, units: &'a [Id]) -> Later<'a, i64>;
    /// The page that lists them, and what one must be allowed to do at the unit to open it.
    fn list(&self, unit: Id) -> (Act, String);
    /// How figures shift, from whoever keeps figures.
    fn shift<'a>(&'a self, _signed: &'a Signed, _shift: &'a Shift) -> Later<'a, Option<Shifted>> {
        Box::pin(async { Ok(None) })
    }
}

/// Units before and after a reorganisation, by their ids with their names.
pub struct Shift {
    pub effective: Date,
    /// Those that end, are called otherwise or take something over, as they are today.
    pub before: Vec<(Id, String)>,
    /// Those that come out.
    pub after: Vec<(Id, String)>,
    /// The unit under which it happens.
    pub above: (Id, String),
    /// The units of the day, and where every unit stands then.
    pub tree: Arc<Tree>,
    pub placed: Arc<Placements>,
}

/// Figures of the units before and after, a row for each indicator.
pub struct Shifted {
    pub caption: String,
    pub columns: Vec<String>,
    pub rows: Vec<ShiftedRow>,
}

/// An indicator, with a figure for each column.
pub struct ShiftedRow {
    pub name: String,
    pub figures: Vec<ShiftedFigure>,
}

/// A figure with the page of its rows, where it has one today.
pub struct ShiftedFigure {
    pub text: String,
    pub rows: Option<String>,
}

/// Says that units, versions or successions changed: cached trees are made anew, on every node.
pub async fn tree_changed(tx: &mut Tx) -> Result<()> {
    sql!("UPDATE tree_changes SET version = version + 1 WHERE id = 1").run(tx).await?;
    Ok(())
}
