//! Units through time: what exists on a day, what went into what, everything under a unit.
//!
//! A unit (đơn vị) is an identity; code, name, kind and parent are dated versions beside it. Reorganisations
//! (sắp xếp đơn vị) join identities by successions. Nothing of the past is rewritten; a change planned for a
//! day to come is a version that begins on that day. Keeps promises G1-G6.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, RwLock};

use jiff::civil::Date;
use store::{Db, Id, Migration, Tx, migration, sql};

mod tree;

pub use tree::{Placed, Succession, Tree, Unit, placements};

use crate::error::Result;

pub const MIGRATIONS: &[Migration] = &[migration!(1, "orgs", "0001_orgs.sql")];

/// Cached trees, one for each day on which the tree changed.
#[derive(Default)]
pub struct Trees {
    cache: RwLock<Cache>,
}

#[derive(Default)]
struct Cache {
    version: Option<i64>,
    versions: Arc<Vec<Unit>>,
    successions: Arc<Vec<Succession>>,
    /// Days on which some version begins or ends.
    changes: BTreeSet<Date>,
    trees: HashMap<Date, Arc<Tree>>,
    placed: HashMap<Date, Arc<HashMap<Id, Placed>>>,
}

impl Trees {
    /// The tree on a day.
    pub async fn on(&self, db: &Db, day: Date) -> Result<Arc<Tree>> {
        self.refresh(db).await?;
        let mut cache = self.cache.write().unwrap_or_else(|e| e.into_inner());
        let key = cache.key(day);
        if let Some(tree) = cache.trees.get(&key) {
            return Ok(tree.clone());
        }
        let tree = Arc::new(Tree::on(day, &cache.versions));
        cache.trees.insert(key, tree.clone());
        Ok(tree)
    }

    /// Where every unit that ever was stands on the tree of a day.
    pub async fn placements(&self, db: &Db, day: Date) -> Result<Arc<HashMap<Id, Placed>>> {
        let tree = self.on(db, day).await?;
        let mut cache = self.cache.write().unwrap_or_else(|e| e.into_inner());
        let key = cache.key(day);
        if let Some(placed) = cache.placed.get(&key) {
            return Ok(placed.clone());
        }
        let known: BTreeSet<Id> = cache.versions.iter().map(|v| v.unit_id).collect();
        let placed = Arc::new(placements(&tree, known, &cache.successions));
        cache.placed.insert(key, placed.clone());
        Ok(placed)
    }

    /// All versions of all units, and all successions.
    pub async fn history(&self, db: &Db) -> Result<(Arc<Vec<Unit>>, Arc<Vec<Succession>>)> {
        self.refresh(db).await?;
        let cache = self.cache.read().unwrap_or_else(|e| e.into_inner());
        Ok((cache.versions.clone(), cache.successions.clone()))
    }

    /// The name of a unit as it is today, or as it was last.
    pub async fn name(&self, db: &Db, unit: Id) -> Result<String> {
        self.refresh(db).await?;
        let cache = self.cache.read().unwrap_or_else(|e| e.into_inner());
        let newest = cache.versions.iter().filter(|v| v.unit_id == unit).max_by_key(|v| v.valid_from);
        newest.map(|v| v.name.clone()).ok_or(crate::error::Error::NotFound)
    }

    async fn refresh(&self, db: &Db) -> Result<()> {
        let (version,): (i64,) = sql!("SELECT version FROM tree_changes WHERE id = 1").get(db).await?;
        if self.cache.read().unwrap_or_else(|e| e.into_inner()).version == Some(version) {
            return Ok(());
        }
        let versions: Vec<Unit> = sql!(
            "SELECT v.unit_id, u.shard_id, v.valid_from, v.valid_until, v.code, v.name, v.name_key, v.kind, v.level,
                    v.parent_id, v.lat, v.lon, v.area_km2, v.known_on
             FROM unit_versions v JOIN units u ON u.id = v.unit_id"
        )
        .all(db)
        .await?;
        let successions: Vec<Succession> = sql!(
            "SELECT r.effective, s.from_unit, s.to_unit, s.share, s.apportion
             FROM successions s JOIN reorganisations r ON r.id = s.reorganisation_id
             WHERE r.cancelled_at IS NULL"
        )
        .all(db)
        .await?;
        let mut cache = self.cache.write().unwrap_or_else(|e| e.into_inner());
        *cache = Cache {
            version: Some(version),
            changes: versions.iter().flat_map(|v| [Some(v.valid_from), v.valid_until]).flatten().collect(),
            versions: Arc::new(versions),
            successions: Arc::new(successions),
            ..Cache::default()
        };
        Ok(())
    }
}

impl Cache {
    /// The last change on or before a day: all days between two changes share one tree.
    fn key(&self, day: Date) -> Date {
        self.changes.range(..=day).next_back().copied().unwrap_or(Date::MIN)
    }
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

/// Enters an identity. `shard` says where its rows are first recorded and never changes.
pub async fn insert_unit(tx: &mut Tx, id: Id, shard: i64) -> Result<()> {
    sql!("INSERT INTO units (id, shard_id) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING", id, shard)
        .run(tx)
        .await?;
    Ok(())
}

pub async fn insert_version(tx: &mut Tx, v: &NewVersion) -> Result<()> {
    sql!(
        "INSERT INTO unit_versions (unit_id, valid_from, valid_until, code, name, name_key, kind, level, parent_id,
                                    lat, lon, area_km2, known_on)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         ON CONFLICT (unit_id, valid_from) DO NOTHING",
        v.unit_id,
        v.valid_from,
        v.valid_until,
        v.code,
        v.name,
        viet::collation_key(&v.name),
        v.kind,
        v.level,
        v.parent_id,
        v.lat,
        v.lon,
        v.area_km2,
        v.known_on
    )
    .run(tx)
    .await?;
    Ok(())
}

pub const FEATURE: crate::Feature = crate::Feature {
    name: "orgs",
    routes,
    migrations: MIGRATIONS,
    words: (include_str!("words.vi.ftl"), include_str!("words.en.ftl")),
    facts: &[],
    touches: None,
    tasks: None,
    plan_lines: None,
};

fn routes() -> crate::web::Routes {
    crate::web::Routes::new()
}

/// What a reorganisation of units touches in a feature: shown before it is decided.
pub trait Touches: Send + Sync {
    /// Key of the words for what is touched ("touches-plans") and how many there are at the units.
    fn touched<'a>(
        &'a self,
        db: &'a Db,
        units: &'a [Id],
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<Vec<(&'static str, i64)>>> + Send + 'a>>;
}

/// Says that units, versions or successions changed: cached trees are made anew, on every node.
pub async fn tree_changed(tx: &mut Tx) -> Result<()> {
    sql!("UPDATE tree_changes SET version = version + 1 WHERE id = 1").run(tx).await?;
    Ok(())
}
