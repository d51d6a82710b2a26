//! The tree of units on a day, and where every unit that ever was stands on it. Pure: built from rows.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::civil::Date;
use store::Id;

store::record! {
    /// A unit as it is (or was) between two days. `valid_until` is the first day it no longer holds.
    #[derive(Debug, Clone)]
    pub struct Unit {
        pub unit_id: Id,
        pub shard_id: i64,
        pub valid_from: Date,
        pub valid_until: Option<Date>,
        pub code: Option<String>,
        pub name: String,
        pub name_key: String,
        pub kind: String,
        pub level: String,
        pub parent_id: Option<Id>,
        pub lat: Option<f64>,
        pub lon: Option<f64>,
        pub area_km2: Option<f64>,
        pub known_on: Option<Date>,
    }
}

store::record! {
    /// One unit's going over into another, in force from a day.
    #[derive(Debug, Clone)]
    pub struct Succession {
        pub effective: Date,
        pub from_unit: Id,
        pub to_unit: Id,
        pub share: String,
        pub apportion: Option<i64>,
    }
}

/// The units that exist on one day.
#[derive(Debug, Default)]
pub struct Tree {
    units: HashMap<Id, Unit>,
    children: HashMap<Id, Vec<Id>>,
    roots: Vec<Id>,
}

impl Tree {
    /// The tree on `day` out of all versions of all units.
    pub fn on(day: Date, versions: &[Unit]) -> Tree {
        let mut tree = Tree::default();
        for v in versions {
            if v.valid_from <= day && v.valid_until.is_none_or(|until| day < until) {
                tree.units.insert(v.unit_id, v.clone());
            }
        }
        for unit in tree.units.values() {
            match unit.parent_id.filter(|p| tree.units.contains_key(p)) {
                Some(parent) => tree.children.entry(parent).or_default().push(unit.unit_id),
                None => tree.roots.push(unit.unit_id),
            }
        }
        let units = &tree.units;
        let key = |id: &Id| units.get(id).map(|u| (u.name_key.clone(), u.unit_id));
        tree.children.values_mut().chain([&mut tree.roots]).for_each(|list| list.sort_by_key(key));
        tree
    }

    pub fn get(&self, id: Id) -> Option<&Unit> {
        self.units.get(&id)
    }
    pub fn contains(&self, id: Id) -> bool {
        self.units.contains_key(&id)
    }
    pub fn parent(&self, id: Id) -> Option<Id> {
        self.units.get(&id)?.parent_id.filter(|p| self.units.contains_key(p))
    }
    /// Children in the order of their names.
    pub fn children(&self, id: Id) -> &[Id] {
        self.children.get(&id).map_or(&[], Vec::as_slice)
    }
    pub fn roots(&self) -> &[Id] {
        &self.roots
    }
    pub fn len(&self) -> usize {
        self.units.len()
    }
    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }
    pub fn units(&self) -> impl Iterator<Item = &Unit> {
        self.units.values()
    }
    /// The unit and everything above it, lowest first.
    pub fn line(&self, id: Id) -> Vec<Id> {
        let mut line = Vec::new();
        let mut at = self.contains(id).then_some(id);
        while let Some(unit) = at {
            // Parents are data: a circle entered by mistake must not hang the program.
            if line.contains(&unit) {
                break;
            }
            line.push(unit);
            at = self.parent(unit);
        }
        line
    }
    pub fn is_within(&self, id: Id, under: Id) -> bool {
        self.line(id).contains(&under)
    }
    /// The unit and everything under it, parents before children, in the order of names.
    pub fn under(&self, id: Id) -> Vec<Id> {
        let mut all = Vec::new();
        let mut seen = HashSet::new();
        let mut open = vec![id];
        while let Some(next) = open.pop() {
            if self.contains(next) && seen.insert(next) {
                all.push(next);
                open.extend(self.children(next).iter().rev());
            }
        }
        all
    }
    /// The lowest unit that holds all of them.
    pub fn common(&self, ids: impl IntoIterator<Item = Id>) -> Option<Id> {
        let mut ids = ids.into_iter();
        let mut line = self.line(ids.next()?);
        for id in ids {
            let other: HashSet<Id> = self.line(id).into_iter().collect();
            line.retain(|u| other.contains(u));
        }
        line.first().copied()
    }
    /// "Xã Bến Lức, Tỉnh Tây Ninh": the unit and what is above it, without the nation.
    pub fn full_name(&self, id: Id) -> String {
        let line = self.line(id);
        let shown = if line.len() > 1 { &line[..line.len() - 1] } else { &line[..] };
        let names: Vec<&str> = shown.iter().filter_map(|u| self.get(*u)).map(|u| u.name.as_str()).collect();
        names.join(", ")
    }
}

/// Where a unit's figures stand on a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    pub at: Id,
    /// The unit was divided: its figures are a line of their own at the lowest unit holding all its parts.
    pub divided: bool,
}

/// Where every known unit stands on one tree. A unit on the tree stands at itself; one that is gone, at its
/// successor when it went there whole, otherwise, divided, at the lowest unit holding all its parts; one that
/// is yet to come, likewise by its predecessors. So every figure stands exactly once.
pub fn placements(
    tree: &Tree,
    known: impl IntoIterator<Item = Id>,
    successions: &[Succession],
) -> HashMap<Id, Placed> {
    let mut next: HashMap<Id, BTreeSet<Id>> = HashMap::new();
    let mut previous: HashMap<Id, BTreeSet<Id>> = HashMap::new();
    for s in successions.iter().filter(|s| s.from_unit != s.to_unit) {
        next.entry(s.from_unit).or_default().insert(s.to_unit);
        previous.entry(s.to_unit).or_default().insert(s.from_unit);
    }
    let mut placed = HashMap::new();
    for unit in known {
        let forward = follow(tree, unit, &next, &mut HashSet::new());
        let ends =
            if forward.is_empty() { follow(tree, unit, &previous, &mut HashSet::new()) } else { forward };
        let at = match ends.len() {
            1 => ends.first().copied(),
            _ => tree.common(ends.iter().copied()),
        };
        // A unit with no successor still counts: at the top.
        if let Some(at) = at.or_else(|| tree.roots().first().copied()) {
            placed.insert(unit, Placed { at, divided: ends.len() != 1 });
        }
    }
    placed
}

/// The units of the tree that one reaches from a unit along successions.
fn follow(tree: &Tree, unit: Id, steps: &HashMap<Id, BTreeSet<Id>>, seen: &mut HashSet<Id>) -> BTreeSet<Id> {
    if tree.contains(unit) {
        return BTreeSet::from([unit]);
    }
    let mut ends = BTreeSet::new();
    if seen.insert(unit) {
        for step in steps.get(&unit).into_iter().flatten() {
            ends.extend(follow(tree, *step, steps, seen));
        }
    }
    ends
}
