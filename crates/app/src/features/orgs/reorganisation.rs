//! Reorganisations: proposed, previewed, decided, taking effect on their day; cancelled before it at the latest.
//! What a preview shows and what a decision writes come out of the same [`changes`].

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use store::{Db, Id, Tx, sql};

use super::{NewSuccession, NewUnit, NewVersion, Placements, Succession, Tree, Unit, placements, scopes};
use crate::app::App;
use crate::audit;
use crate::error::{Error, FieldProblem, Result};

/// What is done to units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Several become one.
    Merger,
    /// One is divided among new units or units that go on.
    Division,
    /// One is called otherwise, gets another kind or code, and stays the same unit.
    Rename,
    /// Hamlets of a commune are drawn anew: whole or in part, many into many.
    Regrouping,
    /// One ends with no successor: an agency closed.
    Ending,
}

impl Kind {
    pub const ALL: [Kind; 5] = [Kind::Merger, Kind::Division, Kind::Rename, Kind::Regrouping, Kind::Ending];
    pub fn code(self) -> &'static str {
        match self {
            Kind::Merger => "merger",
            Kind::Division => "division",
            Kind::Rename => "rename",
            Kind::Regrouping => "regrouping",
            Kind::Ending => "ending",
        }
    }
    pub fn from_code(code: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|k| k.code() == code)
    }
}

/// What a person entered: all that is needed to carry it out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    pub kind: Kind,
    /// The unit under which it happens.
    pub under: Id,
    pub effective: Date,
    pub title: String,
    pub legal_basis: String,
    pub targets: Vec<Target>,
    pub steps: Vec<Step>,
    /// Children of a divided unit that do not go with its main part: the child, the target's place in `targets`.
    pub moves: Vec<(Id, usize)>,
}

/// A unit that comes out of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// Given when proposed, so that the preview and the decision speak of the same unit.
    pub unit: Id,
    /// False for a unit that goes on: renamed, or taking a part.
    pub new: bool,
    pub name: String,
    pub kind: String,
    pub level: String,
    pub code: Option<String>,
}

/// Where a unit that ends goes: whole into one target, divided among several (the main part first), or nowhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub from: Id,
    /// Places in `targets`, with the key of the part in hundredths of a percent if one is stated.
    pub to: Vec<(usize, Option<i64>)>,
}

/// What a proposal does to the rows.
#[derive(Debug, Default)]
pub struct Changes {
    /// Versions that end on the day, with no version of their unit after.
    pub ended: Vec<Arc<Unit>>,
    /// Versions that go over into another of the same unit: renamed, or hanging elsewhere.
    pub changed: Vec<(Arc<Unit>, NewVersion)>,
    /// First versions of new units.
    pub begun: Vec<NewVersion>,
    pub successions: Vec<Succession>,
}

impl Changes {
    /// Every unit that the reorganisation touches.
    pub fn units(&self) -> Vec<Id> {
        self.ended.iter().map(|u| u.unit_id).chain(self.changed.iter().map(|(u, _)| u.unit_id)).collect()
    }
}

/// Works out what a proposal does, or why it cannot be done. Pure.
pub fn changes(p: &Proposal, id: Id, versions: &[Arc<Unit>]) -> Result<Changes, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let standing = Standing::before(p.effective, versions);
    let above = versions.iter().filter(|v| v.unit_id == p.under);
    if !above.clone().any(|v| v.holds_on(p.effective)) {
        let name = above.max_by_key(|v| v.valid_from).map_or("", |v| &v.name);
        problems.push(problem("effective", "orgs-problem-not-there", name));
    } else if let Some(last) = above.max_by_key(|v| v.valid_from).filter(|v| v.valid_until.is_some()) {
        // What begins under a unit that is planned to end would be left hanging.
        problems.push(problem("effective", "orgs-problem-planned", &last.name));
    }
    let mut changes = Changes::default();
    // Each unit that ends, with the one that what hangs under it goes to.
    let mut heirs: HashMap<Id, Option<Id>> = HashMap::new();
    let going_on: BTreeSet<Id> = p.targets.iter().filter(|t| !t.new).map(|t| t.unit).collect();
    for step in &p.steps {
        let from = match standing.get(step.from) {
            Ok(from) => from,
            Err(why) => {
                problems.push(why);
                continue;
            }
        };
        if from.parent_id != Some(p.under) || going_on.contains(&step.from) || heirs.contains_key(&step.from)
        {
            problems.push(problem("from", "orgs-problem-misplaced", &from.name));
            continue;
        }
        let to: Vec<(Id, Option<i64>)> =
            step.to.iter().filter_map(|(place, key)| Some((p.targets.get(*place)?.unit, *key))).collect();
        heirs.insert(step.from, to.first().map(|(unit, _)| *unit));
        for (place, (unit, apportion)) in to.iter().enumerate() {
            let share = match (to.len(), place) {
                (1, _) => "whole",
                (_, 0) => "part-main",
                _ => "part",
            };
            changes.successions.push(Succession {
                effective: p.effective,
                from_unit: step.from,
                to_unit: *unit,
                share: share.into(),
                apportion: *apportion,
                area_km2: None,
                reorganisation_id: id,
            });
        }
        if !keys_make_a_whole(step) {
            problems.push(problem("keys", "orgs-problem-keys", &from.name));
        }
        changes.ended.push(from);
    }
    for target in &p.targets {
        let filled = |version: NewVersion| NewVersion {
            name: target.name.clone(),
            kind: target.kind.clone(),
            level: target.level.clone(),
            code: target.code.clone(),
            parent_id: Some(p.under),
            ..version
        };
        if target.new {
            changes.begun.push(filled(NewVersion::new(target.unit, p.effective)));
            continue;
        }
        match standing.get(target.unit) {
            Ok(before) if before.parent_id == Some(p.under) => {
                let after = filled(NewVersion::like(&before, p.effective));
                if (&after.name, &after.kind, &after.code) != (&before.name, &before.kind, &before.code) {
                    changes.changed.push((before, after));
                }
            }
            Ok(before) => problems.push(problem("from", "orgs-problem-misplaced", &before.name)),
            Err(why) => problems.push(why),
        }
    }
    // What hangs under a unit that ends goes with its main part, or where the proposal says.
    let moves: HashMap<Id, usize> = p.moves.iter().copied().collect();
    for child in standing.children_of(&heirs) {
        let named = moves.get(&child.unit_id).and_then(|place| p.targets.get(*place)).map(|t| t.unit);
        let heir = named.or_else(|| child.parent_id.and_then(|parent| heirs.get(&parent).copied().flatten()));
        match (standing.get(child.unit_id), heir) {
            (Ok(before), Some(parent)) => {
                let after = NewVersion { parent_id: Some(parent), ..NewVersion::like(&before, p.effective) };
                changes.changed.push((before, after));
            }
            (Err(why), _) => problems.push(why),
            (Ok(child), None) => problems.push(problem("from", "orgs-problem-not-empty", &child.name)),
        }
    }
    // What begins under it only later would be left hanging too.
    let hangs = |v: &Unit| v.parent_id.is_some_and(|parent| heirs.contains_key(&parent));
    for late in versions.iter().filter(|v| v.valid_from >= p.effective && hangs(v)) {
        problems.push(problem("effective", "orgs-problem-planned", &late.name));
    }
    for target in &p.targets {
        // A code passes on from a unit that ends; no two units bear one on the same day.
        let bears = |v: &Unit| v.level == target.level && v.code.is_some() && v.code == target.code;
        let stays = |v: &Unit| v.unit_id != target.unit && !heirs.contains_key(&v.unit_id);
        if versions.iter().any(|v| v.holds_on(p.effective) && bears(v) && stays(v)) {
            problems.push(problem("code-1", "orgs-problem-code-taken", target.code.as_deref().unwrap_or("")));
        }
    }
    if problems.is_empty() && changes.units().is_empty() && changes.begun.is_empty() {
        problems.push(problem("name-1", "orgs-problem-nothing", ""));
    }
    if problems.is_empty() { Ok(changes) } else { Err(problems) }
}

/// The units of the day on which changes take effect, as if they were decided, and where every unit stands then.
pub fn coming(
    changes: &Changes,
    effective: Date,
    versions: &[Arc<Unit>],
    successions: &[Succession],
) -> (Tree, Placements) {
    let ends: BTreeSet<Id> = changes.units().into_iter().collect();
    let until = |v: &Arc<Unit>| match ends.contains(&v.unit_id) && v.holds_on(effective) {
        true => Arc::new(Unit { valid_until: Some(effective), ..Unit::clone(v) }),
        false => v.clone(),
    };
    let mut versions: Vec<Arc<Unit>> = versions.iter().map(until).collect();
    let begin = changes.changed.iter().map(|(_, after)| after).chain(&changes.begun);
    versions.extend(begin.map(|v| Arc::new(v.clone().into())));
    let steps = [successions, &changes.successions].concat();
    let tree = Tree::on(effective, &versions);
    let placed = placements(&tree, &versions, &steps);
    (tree, placed)
}

fn problem(field: &'static str, key: &'static str, value: &str) -> FieldProblem {
    FieldProblem { field, key, value: value.to_owned() }
}

/// The versions in force just before a day, as far as nothing else is planned for their units.
struct Standing {
    open: HashMap<Id, Arc<Unit>>,
    /// Units that change on the day already, or later, with a name.
    busy: HashMap<Id, String>,
    /// Units that ended before, with their last name.
    gone: HashMap<Id, String>,
}

impl Standing {
    fn before(day: Date, versions: &[Arc<Unit>]) -> Standing {
        let mut standing = Standing { open: HashMap::new(), busy: HashMap::new(), gone: HashMap::new() };
        for v in versions {
            if v.valid_from >= day || v.valid_until.is_some_and(|until| until >= day) {
                standing.busy.insert(v.unit_id, v.name.clone());
            } else if v.valid_until.is_none() {
                standing.open.insert(v.unit_id, v.clone());
            } else {
                standing.gone.insert(v.unit_id, v.name.clone());
            }
        }
        standing
    }
    fn get(&self, unit: Id) -> Result<Arc<Unit>, FieldProblem> {
        match (self.busy.get(&unit), self.open.get(&unit)) {
            (Some(name), _) => Err(problem("effective", "orgs-problem-planned", name)),
            (None, Some(v)) => Ok(v.clone()),
            (None, None) => {
                let name = self.gone.get(&unit).map_or("", String::as_str);
                Err(problem("effective", "orgs-problem-not-there", name))
            }
        }
    }
    /// What hangs under units, in the order of names.
    fn children_of(&self, parents: &HashMap<Id, Option<Id>>) -> Vec<Arc<Unit>> {
        let hangs = |v: &&Arc<Unit>| v.parent_id.is_some_and(|parent| parents.contains_key(&parent));
        let mut children: Vec<Arc<Unit>> = self.open.values().filter(hangs).cloned().collect();
        children.sort_by(|a, b| (&a.name_key, a.unit_id).cmp(&(&b.name_key, b.unit_id)));
        children
    }
}

/// Keys are stated for all parts, summing to the whole, or for none.
fn keys_make_a_whole(step: &Step) -> bool {
    let stated: Vec<i64> = step.to.iter().filter_map(|(_, key)| *key).collect();
    stated.is_empty() || (stated.len() == step.to.len() && stated.iter().sum::<i64>() == 10_000)
}

store::record! {
    #[derive(Debug, Clone)]
    pub struct Reorganisation {
        pub id: Id,
        pub effective: Date,
        pub title: String,
        pub legal_basis: String,
        pub kind: String,
        pub unit_id: Id,
        pub proposal: Option<String>,
        pub created_by: Option<Id>,
        pub created_at: Timestamp,
        pub decided_at: Option<Timestamp>,
        pub cancelled_at: Option<Timestamp>,
        pub cancelled_by: Option<Id>,
        pub cancelled_why: Option<String>,
    }
}

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Proposed,
    /// Decided, its day still to come.
    Planned,
    InForce,
    Cancelled,
}

impl State {
    pub fn code(self) -> &'static str {
        match self {
            State::Proposed => "proposed",
            State::Planned => "planned",
            State::InForce => "in-force",
            State::Cancelled => "cancelled",
        }
    }
}

impl Reorganisation {
    pub fn state(&self, today: Date) -> State {
        match (self.cancelled_at, self.decided_at) {
            (Some(_), _) => State::Cancelled,
            (None, None) => State::Proposed,
            (None, Some(_)) if today < self.effective => State::Planned,
            _ => State::InForce,
        }
    }
    pub fn proposal(&self) -> Option<Proposal> {
        serde_json::from_str(self.proposal.as_deref()?).ok()
    }
}

pub async fn get(db: &Db, id: Id) -> Result<Reorganisation> {
    Ok(sql!(
        "SELECT id, effective, title, legal_basis, kind, unit_id, proposal, created_by, created_at, decided_at,
                cancelled_at, cancelled_by, cancelled_why
         FROM reorganisations WHERE id = $1",
        id
    )
    .get(db)
    .await?)
}

/// All of them, the newest effective day first.
pub async fn list(db: &Db) -> Result<Vec<Reorganisation>> {
    Ok(sql!(
        "SELECT id, effective, title, legal_basis, kind, unit_id, NULL AS proposal, created_by, created_at,
                decided_at, cancelled_at, cancelled_by, cancelled_why
         FROM reorganisations ORDER BY effective DESC, title, id LIMIT 1000"
    )
    .all(db)
    .await?)
}

/// Those that are decided and whose day is still to come, the soonest first.
pub async fn planned(db: &Db, today: Date) -> Result<Vec<Reorganisation>> {
    Ok(sql!(
        "SELECT id, effective, title, legal_basis, kind, unit_id, NULL AS proposal, created_by, created_at,
                decided_at, cancelled_at, cancelled_by, cancelled_why
         FROM reorganisations WHERE decided_at IS NOT NULL AND cancelled_at IS NULL AND effective > $1
         ORDER BY effective, title, id",
        today
    )
    .all(db)
    .await?)
}

/// Keeps a proposal; nothing of it stands in the tree yet.
pub async fn propose(tx: &mut Tx, app: &App, account: Id, shard: i64, p: &Proposal) -> Result<Id> {
    let id = app.new_id();
    let content = serde_json::to_string(p).map_err(|e| Error::Internal(e.into()))?;
    sql!(
        "INSERT INTO reorganisations (id, effective, title, legal_basis, kind, unit_id, proposal, created_by,
                                      created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id,
        p.effective,
        &p.title,
        &p.legal_basis,
        p.kind.code(),
        p.under,
        &content,
        account,
        app.now()
    )
    .run(tx)
    .await?;
    write_down(tx, app, account, (p.under, shard), "propose", id, content.as_bytes()).await?;
    Ok(id)
}

/// Carries a proposal out: rows that begin and end on its day. A day to come needs nothing more.
pub async fn decide(tx: &mut Tx, app: &App, account: Id, shard: i64, r: &Reorganisation) -> Result<()> {
    let p = r.proposal().ok_or(Error::Conflict("orgs-conflict-state"))?;
    let taken = sql!(
        "UPDATE reorganisations SET decided_at = $2 WHERE id = $1 AND decided_at IS NULL AND cancelled_at IS NULL",
        r.id,
        app.now()
    )
    .run(tx)
    .await?;
    if taken == 0 {
        return Err(Error::Conflict("orgs-conflict-state"));
    }
    // Read in the transaction: what was previewed may have been overtaken by another decision.
    let versions = versions_in(tx).await?;
    let changes = changes(&p, r.id, &versions).map_err(Error::Invalid)?;
    let shards: BTreeMap<Id, i64> = versions.iter().map(|v| (v.unit_id, v.shard_id)).collect();
    let shard_of = |unit: Id| {
        // A new unit's rows are first recorded where its first predecessor's were.
        let from = changes.successions.iter().find(|s| s.to_unit == unit).map(|s| s.from_unit);
        from.and_then(|f| shards.get(&f)).copied().unwrap_or(shard)
    };
    let units: Vec<NewUnit> =
        changes.begun.iter().map(|v| NewUnit { id: v.unit_id, shard_id: shard_of(v.unit_id) }).collect();
    super::insert_units(tx, &units).await?;
    for before in changes.ended.iter().chain(changes.changed.iter().map(|(before, _)| before)) {
        end_version(tx, before.unit_id, p.effective).await?;
    }
    let begin: Vec<NewVersion> =
        changes.begun.iter().chain(changes.changed.iter().map(|(_, after)| after)).cloned().collect();
    super::insert_versions(tx, &begin).await?;
    let successions: Vec<NewSuccession> = changes
        .successions
        .iter()
        .map(|s| NewSuccession {
            reorganisation_id: r.id,
            from_unit: s.from_unit,
            to_unit: s.to_unit,
            share: s.share.clone(),
            apportion: s.apportion,
            area_km2: s.area_km2,
        })
        .collect();
    super::insert_successions(tx, &successions).await?;
    // What moved hangs, before or after, under one of these.
    let ended = changes.ended.iter().map(|u| u.unit_id);
    for unit in ended.chain(p.targets.iter().map(|t| t.unit)) {
        scopes::refresh(tx, unit).await?;
    }
    super::tree_changed(tx).await?;
    let content = r.proposal.clone().unwrap_or_default();
    write_down(tx, app, account, (r.unit_id, shard), "decide", r.id, content.as_bytes()).await
}

/// Takes back what is not in force yet: a proposal at any time, a decision before its day, for a reason.
pub async fn cancel(
    tx: &mut Tx,
    app: &App,
    account: Id,
    shard: i64,
    r: &Reorganisation,
    why: &str,
) -> Result<()> {
    let state = r.state(app.today());
    if !matches!(state, State::Proposed | State::Planned) {
        return Err(Error::Conflict("orgs-conflict-in-force"));
    }
    let taken = sql!(
        "UPDATE reorganisations SET cancelled_at = $2, cancelled_by = $4, cancelled_why = $5
         WHERE id = $1 AND cancelled_at IS NULL AND (decided_at IS NULL) = CAST($3 AS BOOLEAN)",
        r.id,
        app.now(),
        state == State::Proposed,
        account,
        why
    )
    .run(tx)
    .await?;
    if taken == 0 {
        return Err(Error::Conflict("orgs-conflict-state"));
    }
    if state == State::Planned {
        let p = r.proposal().ok_or(Error::Conflict("orgs-conflict-in-force"))?;
        undo(tx, r, &p).await?;
    }
    write_down(tx, app, account, (r.unit_id, shard), "cancel", r.id, why.as_bytes()).await
}

/// Puts the rows back as they were before the decision, unless something else was built on it since.
async fn undo(tx: &mut Tx, r: &Reorganisation, p: &Proposal) -> Result<()> {
    let versions = versions_in(tx).await?;
    let new: BTreeSet<Id> = p.targets.iter().filter(|t| t.new).map(|t| t.unit).collect();
    let ended: BTreeSet<Id> = p.steps.iter().map(|s| s.from).collect();
    let begins = |v: &Unit| v.valid_from == p.effective;
    // Units with a version that begins on the day because of this: new ones, renamed ones, moved children.
    let before: HashMap<Id, &Arc<Unit>> =
        versions.iter().filter(|v| v.valid_until == Some(p.effective)).map(|v| (v.unit_id, v)).collect();
    let renamed: BTreeSet<Id> = p.targets.iter().filter(|t| !t.new).map(|t| t.unit).collect();
    let ours = |unit: Id| {
        new.contains(&unit)
            || renamed.contains(&unit)
            || before.get(&unit).is_some_and(|v| v.parent_id.is_some_and(|parent| ended.contains(&parent)))
    };
    let begun: Vec<&Arc<Unit>> = versions.iter().filter(|v| begins(v) && ours(v.unit_id)).collect();
    let begun_ids: BTreeSet<Id> = begun.iter().map(|v| v.unit_id).collect();
    let built_on = versions.iter().any(|v| {
        let later = begun_ids.contains(&v.unit_id) && v.valid_from > p.effective;
        let hangs = v.parent_id.is_some_and(|parent| new.contains(&parent))
            && !(begins(v) && begun_ids.contains(&v.unit_id));
        later || hangs
    });
    if built_on || begun.iter().any(|v| v.valid_until.is_some()) {
        return Err(Error::Conflict("orgs-conflict-built-on"));
    }
    let touched: BTreeSet<Id> = begun_ids.iter().chain(&ended).copied().collect();
    for unit in &touched {
        sql!("DELETE FROM unit_versions WHERE unit_id = $1 AND valid_from = $2", unit, p.effective)
            .run(tx)
            .await?;
        sql!(
            "UPDATE unit_versions SET valid_until = NULL WHERE unit_id = $1 AND valid_until = $2",
            unit,
            p.effective
        )
        .run(tx)
        .await?;
    }
    sql!("DELETE FROM successions WHERE reorganisation_id = $1", r.id).run(tx).await?;
    for unit in touched {
        scopes::refresh(tx, unit).await?;
    }
    super::tree_changed(tx).await
}

/// States the keys by which a divided unit's figures may be apportioned to its parts, as estimates: hundredths
/// of a percent for each part, summing to the whole.
pub async fn state_keys(
    tx: &mut Tx,
    app: &App,
    account: Id,
    shard: i64,
    r: &Reorganisation,
    from: Id,
    keys: &[(Id, i64)],
) -> Result<()> {
    super::figures::apportion(0, keys).map_err(|_| Error::invalid("keys", "orgs-problem-keys"))?;
    for (to, key) in keys {
        let found = sql!(
            "UPDATE successions SET apportion = $4
             WHERE reorganisation_id = $1 AND from_unit = $2 AND to_unit = $3 AND share <> 'whole'",
            r.id,
            from,
            to,
            *key
        )
        .run(tx)
        .await?;
        if found == 0 {
            return Err(Error::NotFound);
        }
    }
    super::tree_changed(tx).await?;
    write_down(
        tx,
        app,
        account,
        (r.unit_id, shard),
        "state-keys",
        r.id,
        format!("{from} {keys:?}").as_bytes(),
    )
    .await
}

async fn end_version(tx: &mut Tx, unit: Id, on: Date) -> Result<()> {
    let ended = sql!(
        "UPDATE unit_versions SET valid_until = $2 WHERE unit_id = $1 AND valid_from < $2 AND valid_until IS NULL",
        unit,
        on
    )
    .run(tx)
    .await?;
    if ended == 1 { Ok(()) } else { Err(Error::Conflict("orgs-conflict-state")) }
}

async fn versions_in(tx: &mut Tx) -> Result<Vec<Arc<Unit>>> {
    // Two decisions on one node or on two queue up here, so that neither builds on what the other ends.
    sql!("UPDATE tree_changes SET version = version WHERE id = 1").run(tx).await?;
    let versions: Vec<Unit> = super::all_versions().all(&mut *tx).await?;
    Ok(versions.into_iter().map(Arc::new).collect())
}

async fn write_down(
    tx: &mut Tx,
    app: &App,
    account: Id,
    (unit, shard): (Id, i64),
    act: &str,
    id: Id,
    content: &[u8],
) -> Result<()> {
    let entry = audit::Entry {
        unit,
        shard,
        at: app.now(),
        account: Some(account),
        act,
        object_kind: "reorganisation",
        object_id: id.to_string(),
        content,
    };
    audit::write(tx, &entry).await
}
