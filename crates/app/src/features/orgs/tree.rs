//! The tree of units on a day, and where every unit that ever was stands on it. Pure: built from rows.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, OnceLock};

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
        /// `whole`, `part-main` (the part that keeps the old unit's seat) or `part`.
        pub share: String,
        /// The part's key in hundredths of a percent, if a person has stated one.
        pub apportion: Option<i64>,
        /// The part's area, if the decision states it.
        pub area_km2: Option<f64>,
        pub reorganisation_id: Id,
    }
}

impl Unit {
    pub fn holds_on(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_until.is_none_or(|until| day < until)
    }
    /// Where it stands among its siblings: by kind as the state lists them, agencies before all, then by name.
    pub fn order(&self) -> (usize, &str) {
        const KINDS: [&str; 9] =
            ["tỉnh", "thành phố", "quận", "thị xã", "huyện", "phường", "thị trấn", "xã", "đặc khu"];
        let kind = KINDS.iter().position(|k| *k == self.kind).map_or(0, |at| at + 1);
        (kind, &self.name_key)
    }
}

/// A unit and everything under it, with what has gone over into them; none: everything there is.
pub fn all_under(tree: &Tree, placed: &Placements, unit: Id) -> Option<Vec<Id>> {
    if tree.parent(unit).is_none() && tree.roots().len() == 1 {
        return None;
    }
    Some(tree.under(unit).into_iter().flat_map(|u| placed.standing_at(u)).copied().collect())
}

/// The units that exist on one day.
#[derive(Debug, Default)]
pub struct Tree {
    /// A day on which the tree is like this.
    day: Date,
    units: HashMap<Id, Arc<Unit>>,
    children: HashMap<Id, Vec<Id>>,
    roots: Vec<Id>,
    /// Names as people type them without marks, made when first searched.
    folded: OnceLock<Vec<(String, Id)>>,
}

impl Tree {
    /// The tree on `day` out of all versions of all units.
    pub fn on(day: Date, versions: &[Arc<Unit>]) -> Tree {
        let mut tree = Tree { day, ..Tree::default() };
        for v in versions.iter().filter(|v| v.holds_on(day)) {
            tree.units.insert(v.unit_id, v.clone());
        }
        for unit in tree.units.values() {
            match unit.parent_id.filter(|p| tree.units.contains_key(p)) {
                Some(parent) => tree.children.entry(parent).or_default().push(unit.unit_id),
                None => tree.roots.push(unit.unit_id),
            }
        }
        let units = &tree.units;
        // A unit left hanging by its parent's end comes after the true roots.
        let key = |id: &Id| {
            let unit = units.get(id)?;
            let (kind, name) = unit.order();
            Some((unit.parent_id.is_some(), kind, name.to_owned(), unit.unit_id))
        };
        tree.children.values_mut().chain([&mut tree.roots]).for_each(|list| list.sort_by_cached_key(key));
        tree
    }

    pub fn get(&self, id: Id) -> Option<&Unit> {
        self.units.get(&id).map(Arc::as_ref)
    }
    pub fn contains(&self, id: Id) -> bool {
        self.units.contains_key(&id)
    }
    pub fn parent(&self, id: Id) -> Option<Id> {
        self.units.get(&id)?.parent_id.filter(|p| self.units.contains_key(p))
    }
    /// Children in the order of their kinds and names.
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
        self.units.values().map(Arc::as_ref)
    }
    /// The unit of a level that has a statistical code today: codes are reused, never use one without its day.
    pub fn find(&self, level: &str, code: &str) -> Option<&Unit> {
        self.units().find(|u| u.level == level && u.code.as_deref() == Some(code))
    }
    /// Units whose name holds all the words typed, with or without marks, or whose code is typed: the closest
    /// first, higher levels before lower ones.
    pub fn search(&self, typed: &str) -> Vec<Id> {
        let typed = viet::clean(typed);
        let wanted = viet::fold(&typed);
        if wanted.is_empty() {
            return Vec::new();
        }
        let folded = self.folded.get_or_init(|| {
            let mut all: Vec<_> = self.units().map(|u| (viet::fold(&u.name), u.unit_id)).collect();
            all.sort();
            all
        });
        let words: Vec<&str> = wanted.split_whitespace().collect();
        let lower = typed.to_lowercase();
        let mut hits = Vec::new();
        for (name, id) in folded {
            let Some(unit) = self.get(*id) else { continue };
            let by_code = unit.code.as_deref() == Some(typed.as_str());
            if !by_code && !words.iter().all(|w| name.split_whitespace().any(|n| n.starts_with(w))) {
                continue;
            }
            // With marks as typed before without; the name itself before a name that holds it.
            let marks_differ = !unit.name.to_lowercase().contains(&lower);
            let rest = name.chars().count().saturating_sub(wanted.chars().count());
            hits.push((
                !by_code,
                marks_differ,
                !name.ends_with(&wanted),
                self.line(*id).len(),
                rest,
                &unit.name_key,
                *id,
            ));
        }
        hits.sort();
        hits.into_iter().map(|hit| hit.6).collect()
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
    /// They are a line of their own at `at`, the lowest unit holding all that the unit became, and no one's
    /// below it: the unit was divided, or has ended without a successor (a district at its province).
    pub divided: bool,
}

/// Where every known unit stands on one tree, read both ways.
#[derive(Debug, Default)]
pub struct Placements {
    of: HashMap<Id, Placed>,
    at: HashMap<Id, Vec<Id>>,
}

impl Placements {
    pub fn get(&self, unit: Id) -> Option<Placed> {
        self.of.get(&unit).copied()
    }
    pub fn iter(&self) -> impl Iterator<Item = (Id, Placed)> {
        self.of.iter().map(|(unit, placed)| (*unit, *placed))
    }
    /// The units whose figures stand at one on the tree, itself among them, in the order of their ids.
    pub fn standing_at(&self, unit: Id) -> &[Id] {
        self.at.get(&unit).map_or(&[], Vec::as_slice)
    }
    pub fn len(&self) -> usize {
        self.of.len()
    }
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }
}

/// Where every known unit stands on one tree. A unit on the tree stands at itself; one that is gone, at its
/// successor when it went there whole, otherwise, divided, at the lowest unit holding all its parts; one that
/// is yet to come, likewise by its predecessors; one without successor or predecessor, where its parent
/// stands. So every figure stands exactly once. `versions` are all versions of all units.
pub fn placements(tree: &Tree, versions: &[Arc<Unit>], successions: &[Succession]) -> Placements {
    let mut walk = Walk::new(tree, versions, successions);
    let known: BTreeSet<Id> = versions.iter().map(|v| v.unit_id).collect();
    let mut placed = Placements::default();
    for unit in known {
        let Ends { at: ends, whole } = walk.ends(unit);
        let at = match ends.len() {
            1 => ends.first().copied(),
            _ => tree.common(ends.iter().copied()),
        };
        if let Some(at) = at.or_else(|| tree.roots().first().copied()) {
            placed.of.insert(unit, Placed { at, divided: !whole || ends.len() != 1 });
            placed.at.entry(at).or_default().push(unit);
        }
    }
    placed
}

/// The units of the tree that a unit leads to.
#[derive(Debug, Clone, Default)]
struct Ends {
    at: BTreeSet<Id>,
    /// Everything of the unit is within them, and nothing is known only to be somewhere under a parent.
    whole: bool,
}

/// From when to when a unit is known, and where it hung first and last.
struct Span {
    from: Date,
    until: Option<Date>,
    first_parent: Option<Id>,
    last_parent: Option<Id>,
}

struct Walk<'a> {
    tree: &'a Tree,
    spans: HashMap<Id, Span>,
    next: HashMap<Id, BTreeSet<Id>>,
    previous: HashMap<Id, BTreeSet<Id>>,
    done: HashMap<Id, Ends>,
    open: HashSet<Id>,
}

impl Walk<'_> {
    fn new<'a>(tree: &'a Tree, versions: &[Arc<Unit>], successions: &[Succession]) -> Walk<'a> {
        let mut spans: HashMap<Id, Span> = HashMap::new();
        for v in versions {
            let span = spans.entry(v.unit_id).or_insert(Span {
                from: v.valid_from,
                until: v.valid_until,
                first_parent: v.parent_id,
                last_parent: v.parent_id,
            });
            if v.valid_from < span.from {
                (span.from, span.first_parent) = (v.valid_from, v.parent_id);
            }
            if span.until.is_some_and(|until| v.valid_until.is_none_or(|u| u > until)) {
                (span.until, span.last_parent) = (v.valid_until, v.parent_id);
            }
        }
        let (mut next, mut previous) = (HashMap::<_, BTreeSet<Id>>::new(), HashMap::<_, BTreeSet<Id>>::new());
        for s in successions.iter().filter(|s| s.from_unit != s.to_unit) {
            next.entry(s.from_unit).or_default().insert(s.to_unit);
            previous.entry(s.to_unit).or_default().insert(s.from_unit);
        }
        Walk { tree, spans, next, previous, done: HashMap::new(), open: HashSet::new() }
    }

    fn ends(&mut self, unit: Id) -> Ends {
        if self.tree.contains(unit) {
            return Ends { at: BTreeSet::from([unit]), whole: true };
        }
        if let Some(ends) = self.done.get(&unit) {
            return ends.clone();
        }
        let Some(span) = self.spans.get(&unit) else { return Ends::default() };
        // Successions are data: a circle entered by mistake must not hang the program.
        if !self.open.insert(unit) {
            return Ends::default();
        }
        let day = self.tree.day;
        let gone = span.until.is_some_and(|until| until <= day);
        let parent = if gone { span.last_parent } else { span.first_parent };
        let steps = match gone {
            true => self.next.get(&unit).cloned(),
            false if span.from > day => self.previous.get(&unit).cloned(),
            false => None,
        };
        let mut ends = Ends { at: BTreeSet::new(), whole: true };
        for step in steps.into_iter().flatten() {
            let Ends { at, whole } = self.ends(step);
            ends.at.extend(at);
            ends.whole &= whole;
        }
        if ends.at.is_empty() {
            ends.whole = false;
            ends.at = parent.map(|p| self.ends(p).at).unwrap_or_default();
        }
        self.open.remove(&unit);
        self.done.insert(unit, ends.clone());
        ends
    }
}
