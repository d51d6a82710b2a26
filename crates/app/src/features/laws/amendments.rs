//! Amendments: what one document tells to do with the text of another, with its state and the text before and after.
//!
//! The registry keeps the text as it reads today; each change that was made to it keeps its edits, so that the text of
//! an earlier day is found by taking them back, and a change is undone to the byte. An instruction is carried out from
//! the first day of its effect on; until then, and until a person has carried it out, the document says that its text
//! is not the whole truth (promises A5, A6, A7).

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use lawtext::amend::{self, Act, CannotApply, Change, Edit, History, Instruction, Target};
use serde::{Deserialize, Serialize};
use store::{Columns, Db, Filter, Id, Relation, Runs, Select, Tx, sql};

use super::document::{self, By};
use super::law::{self, Law};
use super::node::{self, Node};
use super::relations;
use super::tree;
use crate::app::App;
use crate::error::{Error, Result};

/// An instruction as read from a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewAmendment {
    pub to_key: String,
    pub to_number: String,
    pub from_path: String,
    pub target: Target,
    pub act: Act,
    pub sentence: String,
}

/// The key of a document that the text names by no number: no document bears it.
pub(super) const UNKNOWN: &str = "?";

/// What became of an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Found,
    Applied,
    Undone,
    /// A person found that nothing is left to do: it was done by hand, or the text already reads so.
    Settled,
    /// The text came with it: it reads already as the instruction says.
    Present,
}

impl State {
    pub fn code(self) -> &'static str {
        match self {
            State::Found => "found",
            State::Applied => "applied",
            State::Undone => "undone",
            State::Settled => "settled",
            State::Present => "present",
        }
    }
    fn from_code(code: &str) -> State {
        match code {
            "applied" => State::Applied,
            "undone" => State::Undone,
            "settled" => State::Settled,
            "present" => State::Present,
            _ => State::Found,
        }
    }
    /// The key of its words.
    pub fn word(self) -> String {
        format!("laws-amendment-{}", self.code())
    }
    /// Its effect is known and not in the text.
    pub fn waits(self) -> bool {
        matches!(self, State::Found | State::Undone)
    }
}

store::record! {
    struct AmendmentRow {
        id: Id, from_id: Id, from_path: String, to_path: String, target: String, act: String, sentence: String,
        state: String, day: Option<Date>, edits: String, evidence: String, changed_at: i64,
    }
}

/// An instruction with its state.
#[derive(Debug, Clone)]
pub struct Amendment {
    pub id: Id,
    pub from_id: Id,
    /// Where in the amending document it stands.
    pub from_path: String,
    pub to_path: String,
    pub sentence: String,
    pub state: State,
    /// The first day of the text as changed; of one that waits, that of the amending document.
    pub day: Option<Date>,
    pub edits: Vec<Edit>,
    /// Of one that the text came with: how the place read then.
    pub evidence: String,
    instruction: Instruction,
}

impl Amendment {
    /// Whether it changes the text as it reads on a day; one without a day may.
    pub fn holds(&self, day: Date) -> bool {
        self.day.is_none_or(|d| d <= day)
    }
    /// Whether it gives the whole place of another one new words, later than that one.
    fn overtakes(&self, other: &Amendment) -> bool {
        let gives = matches!(self.instruction.act, Act::Replace { .. } | Act::Insert { .. } | Act::Repeal);
        let whole = self.instruction.target.part == amend::Part::All && !self.to_path.is_empty();
        let within = is_within(&other.to_path, &self.to_path);
        gives && whole && within && self.day > other.day && other.day.is_some() && !other.is_by_hand()
    }
    pub fn is_by_hand(&self) -> bool {
        self.instruction.act == Act::ByHand
    }
}

/// Whether a place is one of a document, or of another place of it.
fn is_within(path: &str, of: &str) -> bool {
    of.is_empty() || path.strip_prefix(of).is_some_and(|rest| matches!(rest.as_bytes(), [] | [b'/', ..]))
}

fn bad(e: serde_json::Error) -> Error {
    Error::Internal(e.into())
}

fn read(row: AmendmentRow) -> Result<Amendment> {
    let instruction = Instruction {
        act: serde_json::from_str(&row.act).map_err(bad)?,
        law: None,
        target: serde_json::from_str(&row.target).map_err(bad)?,
        source: lawtext::Source::default(),
        sentence: row.sentence.clone(),
    };
    let edits = if row.edits.is_empty() { vec![] } else { serde_json::from_str(&row.edits).map_err(bad)? };
    Ok(Amendment {
        id: row.id,
        from_id: row.from_id,
        from_path: row.from_path,
        to_path: row.to_path,
        sentence: row.sentence,
        state: State::from_code(&row.state),
        day: row.day,
        edits,
        evidence: row.evidence,
        instruction,
    })
}

/// Keeps the instructions of a document that are not yet known.
pub(super) async fn insert(tx: &mut Tx, app: &App, from: Id, new: &[NewAmendment]) -> Result<()> {
    if new.is_empty() {
        return Ok(());
    }
    store::record! { struct Known { to_key: String, target: String, act: String } }
    let known: Vec<Known> =
        sql!("SELECT to_key, target, act FROM law_amendments WHERE from_id = $1 ORDER BY seq", from)
            .all(&mut *tx)
            .await?;
    // A person, or another source, may have said since of which document it is.
    let is_known = |key: &str, target: &str, act: &str| {
        let same = |k: &&Known| k.target == target && k.act == act;
        known.iter().filter(same).any(|k| key == UNKNOWN || k.to_key == key)
    };
    for (seq, a) in new.iter().enumerate() {
        let target = serde_json::to_string(&a.target).map_err(bad)?;
        let act = serde_json::to_string(&a.act).map_err(bad)?;
        if is_known(&a.to_key, &target, &act) {
            continue;
        }
        sql!(
            "INSERT INTO law_amendments (id, from_id, seq, from_path, to_key, to_number, to_path, target, act, sentence,
                                         state, edits, changed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            app.new_id(),
            from,
            seq as i64,
            a.from_path,
            a.to_key,
            a.to_number,
            a.target.provision.path().unwrap_or_default(),
            target,
            act,
            a.sentence,
            State::Found.code(),
            "",
            app.now()
        )
        .run(&mut *tx)
        .await?;
    }
    Ok(())
}

store::record! {
    /// Instructions of a document to change another one that its text names by no number.
    #[derive(Debug, Clone)]
    pub struct Unaimed {
        from_id: Id,
        /// What it calls the other: "Luật Chợ quê"; empty where it does not.
        pub name: String,
        pub count: i64,
    }
}

pub async fn unaimed(db: impl Runs, from: Id) -> Result<Vec<Unaimed>> {
    Ok(sql!(
        "SELECT from_id, to_number AS name, COUNT(*) AS count FROM law_amendments WHERE to_key = $1 AND from_id = $2
         GROUP BY from_id, to_number ORDER BY to_number",
        UNKNOWN,
        from
    )
    .all(db)
    .await?)
}

/// Finds which documents are meant by texts that name them by no number: the one of that name in the registry, else the
/// one that the text amends as a person has confirmed, where it is one and nothing else is open. `law`: a document that has
/// come or changed, `name`: what it is called.
pub(super) async fn aim_all(tx: &mut Tx, law: Id, name: &str) -> Result<()> {
    let mut open: Vec<Unaimed> = sql!(
        "SELECT from_id, to_number AS name, COUNT(*) AS count FROM law_amendments WHERE to_key = $1
         GROUP BY from_id, to_number ORDER BY from_id, to_number",
        UNKNOWN
    )
    .all(&mut *tx)
    .await?;
    let name = viet::slug(name);
    open.retain(|o| o.from_id == law || viet::slug(&o.name) == name);
    if open.is_empty() {
        return Ok(());
    }
    store::record! { struct Named { id: Id, number: String, kind: String, title: String } }
    let laws: Vec<Named> = sql!(
        "SELECT id, number, kind, title FROM laws WHERE kind IN ('Luật', 'Bộ luật', 'Pháp lệnh') AND number <> ''
         ORDER BY id"
    )
    .all(&mut *tx)
    .await?;
    let called = |l: &Named| viet::slug(&law::full_name(&l.kind, &l.title, &l.number));
    let names: Vec<(String, Named)> = laws.into_iter().map(|l| (called(&l), l)).collect();
    for of_one in open.chunk_by(|a, b| a.from_id == b.from_id) {
        store::record! { struct Amended { to_number: String } }
        for unaimed in of_one {
            let wanted = viet::slug(&unaimed.name);
            let same = names.iter().filter(|(called, law)| *called == wanted && law.id != unaimed.from_id);
            let same: Vec<&str> = same.map(|(_, law)| law.number.as_str()).collect();
            let amended: Vec<Amended> = sql!(
                "SELECT to_number FROM law_relations WHERE from_id = $1 AND relation = 'amends' AND NOT proposed
                 ORDER BY to_key",
                unaimed.from_id
            )
            .all(&mut *tx)
            .await?;
            match (same.as_slice(), amended.as_slice()) {
                ([only], _) => aim(tx, unaimed.from_id, &unaimed.name, only).await?,
                (_, [only]) if of_one.len() == 1 => {
                    aim(tx, unaimed.from_id, &unaimed.name, &only.to_number).await?;
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// Says which document the instructions are for that name it so, or not at all.
pub(super) async fn aim(tx: &mut Tx, from: Id, name: &str, number: &str) -> Result<()> {
    sql!(
        "UPDATE law_amendments SET to_key = $4, to_number = $5 WHERE from_id = $1 AND to_key = $2 AND to_number = $3",
        from,
        UNKNOWN,
        name,
        law::number_key(number),
        number
    )
    .run(tx)
    .await?;
    Ok(())
}

/// Forgets what was read from a text and waits still: the text was replaced.
pub(super) async fn forget_waiting(tx: &mut Tx, from: Id) -> Result<()> {
    sql!("DELETE FROM law_amendments WHERE from_id = $1 AND state = $2", from, State::Found.code())
        .run(tx)
        .await?;
    Ok(())
}

/// What other documents do to the text of this one, in the order of their days. A number that several documents bear
/// means the one of the same issuer.
pub async fn of_law(db: impl Runs, law: &Law) -> Result<Vec<Amendment>> {
    let rows: Vec<AmendmentRow> = sql!(
        "SELECT a.id, a.from_id, a.from_path, a.to_path, a.target, a.act, a.sentence, a.state,
                COALESCE(a.day, l.effective) AS day, a.edits, a.evidence, a.changed_at
         FROM law_amendments a JOIN laws l ON l.id = a.from_id
         WHERE a.to_key = $1 AND a.from_id <> $2 AND (a.to_id IS NULL OR a.to_id = $2)
           AND (l.issuer = $3
                OR NOT EXISTS (SELECT 1 FROM laws o WHERE o.number_key = $1 AND o.id <> $2 AND o.id <> a.from_id))
         ORDER BY COALESCE(a.day, l.effective, ''), l.day, a.from_id, a.seq",
        law::number_key(&law.number),
        law.id,
        law.issuer
    )
    .all(db)
    .await?;
    rows.into_iter().map(read).collect()
}

/// The changes that were made to a text, in the order of their days; those of one day as they were made.
async fn changes(db: impl Runs, law: Id) -> Result<Vec<Amendment>> {
    let rows: Vec<AmendmentRow> = sql!(
        "SELECT a.id, a.from_id, a.from_path, a.to_path, a.target, a.act, a.sentence, a.state, a.day, a.edits,
                a.evidence, a.changed_at
         FROM law_amendments a WHERE a.to_id = $1 AND a.state = $2 ORDER BY a.day, a.changed_at, a.seq",
        law,
        State::Applied.code()
    )
    .all(db)
    .await?;
    rows.into_iter().map(read).collect()
}

/// So much of a place is kept to show how it read.
const EVIDENCE: usize = 1_000;

/// What is known of a document and not in its text.
#[derive(Debug, Clone, Default)]
pub struct Pending {
    /// Amending documents whose changes hold already, with how many wait.
    pub now: Vec<(Law, usize)>,
    /// Those that come, with their first day.
    pub coming: Vec<(Law, Date, usize)>,
}

impl Pending {
    pub fn is_empty(&self) -> bool {
        self.now.is_empty() && self.coming.is_empty()
    }
}

/// What waits of laws: instructions, and documents that a relation says amend one although no instruction was read. A
/// number that several documents bear means the one of the same issuer.
static WAITING: Relation = Relation {
    name: "what waits of laws",
    from: "(SELECT l.id AS law_id, a.from_id, a.to_path, f.effective AS day, COALESCE(f.effective, '') AS first_day,
                   f.day AS from_day, CAST(1 AS BIGINT) AS instructions
            FROM laws l JOIN law_amendments a ON a.to_key = l.number_key AND a.from_id <> l.id
            JOIN laws f ON f.id = a.from_id
            WHERE a.state IN ('found', 'undone')
              AND (f.issuer = l.issuer
                   OR NOT EXISTS (SELECT 1 FROM laws o
                                  WHERE o.number_key = l.number_key AND o.id <> l.id AND o.id <> a.from_id))
            UNION ALL
            SELECT r.to_id, r.from_id, '', f.effective, COALESCE(f.effective, ''), f.day, CAST(0 AS BIGINT)
            FROM law_relations r JOIN laws f ON f.id = r.from_id
            WHERE r.relation = 'amends'
              AND NOT EXISTS (SELECT 1 FROM law_amendments a WHERE a.from_id = r.from_id AND a.to_key = r.to_key))",
    columns: &[
        Columns::Key("law_id"),
        Columns::Key("from_id"),
        Columns::Key("to_path"),
        Columns::Key("first_day"),
        Columns::Key("from_day"),
        Columns::Dimension("day"),
        Columns::Measure("instructions"),
    ],
};

store::record! {
    /// An instruction of an amending document, or the document itself.
    struct Waiting { law_id: Id, from_id: Id, to_path: String, day: Option<Date>, instructions: i64 }
}

/// What is known of some documents and not in their texts, whatever the day.
pub struct Waits {
    waiting: Vec<Waiting>,
    from: HashMap<Id, Law>,
}

impl Waits {
    pub async fn of(db: &Db, laws: &[Id]) -> Result<Waits> {
        if laws.is_empty() {
            return Ok(Waits { waiting: vec![], from: HashMap::new() });
        }
        let columns = ["law_id", "from_id", "to_path", "day", "instructions"];
        let some = columns.into_iter().fold(Select::from(&WAITING), |select, column| select.list(column));
        let some =
            ["first_day", "from_day", "from_id"].into_iter().fold(some, |s, column| s.order(column, false));
        let waiting: Vec<Waiting> = some.filter(Filter::any_of("law_id", laws)).query().all(db).await?;
        let mut from: Vec<Id> = waiting.iter().map(|w| w.from_id).collect();
        from.sort_unstable();
        from.dedup();
        let from = law::with_ids(db, from).await?.into_iter().map(|l| (l.id, l)).collect();
        Ok(Waits { waiting, from })
    }

    /// Documents that amend one, of which no place was read.
    pub fn silent(&self, law: Id) -> impl Iterator<Item = &Law> {
        let silent = self.waiting.iter().filter(move |w| w.law_id == law && w.instructions == 0);
        silent.filter_map(|w| self.from.get(&w.from_id))
    }

    /// What waits of a place of one of the documents on a day; of the whole document where the path is empty.
    pub fn pending(&self, law: Id, path: &str, day: Date) -> Pending {
        let touches =
            |w: &&Waiting| w.law_id == law && (is_within(&w.to_path, path) || is_within(path, &w.to_path));
        let mut counts: Vec<(Id, Option<Date>, usize)> = Vec::new();
        for waiting in self.waiting.iter().filter(touches) {
            let first = waiting.day.filter(|d| *d > day);
            let instructions = usize::try_from(waiting.instructions).unwrap_or(0);
            match counts.iter_mut().find(|c| c.0 == waiting.from_id && c.1 == first) {
                Some(count) => count.2 += instructions,
                None => counts.push((waiting.from_id, first, instructions)),
            }
        }
        let mut pending = Pending::default();
        for (id, first, count) in counts {
            let Some(law) = self.from.get(&id).cloned() else { continue };
            match first {
                Some(first) => pending.coming.push((law, first, count)),
                None => pending.now.push((law, count)),
            }
        }
        pending
    }
}

fn ymd(day: Date) -> (i16, i8, i8) {
    (day.year(), day.month(), day.day())
}

/// The first document's text as one list, as edits count its places.
fn list(mut first: lawtext::Document) -> Vec<lawtext::Node> {
    first.nodes.append(&mut first.appendices);
    first.nodes
}

fn history(nodes: Vec<lawtext::Node>, changes: &[Amendment]) -> History {
    let made = changes.iter().filter_map(|c| {
        Some(Change { day: ymd(c.day?), instruction: c.instruction.clone(), edits: c.edits.clone() })
    });
    History::of(nodes, made.collect())
}

/// A document taken apart: what amendments change, and what was issued with it.
struct Taken {
    rows: Vec<Node>,
    first: Vec<lawtext::Node>,
    rest: Vec<lawtext::Document>,
}

impl Taken {
    fn of(rows: Vec<Node>) -> Taken {
        let mut documents = tree::parsed(&rows).documents.into_iter();
        let first = documents.next().map(list).unwrap_or_default();
        Taken { first, rest: documents.collect(), rows }
    }
    /// The rows with another first document.
    fn rows_with(&self, nodes: Vec<lawtext::Node>) -> Vec<Node> {
        let (appendices, nodes) = nodes.into_iter().partition(|n| n.level == lawtext::Level::Appendix);
        let first = lawtext::Document { nodes, appendices, ..lawtext::Document::default() };
        let documents = std::iter::once(first).chain(self.rest.iter().cloned()).collect();
        tree::rows(&lawtext::Parsed { documents, problems: vec![] }, &self.rows)
    }
}

fn cannot(e: CannotApply) -> Error {
    Error::invalid("amendment", reason(e))
}

/// The key of the sentence that says why an instruction cannot be carried out.
pub fn reason(e: CannotApply) -> &'static str {
    match e {
        CannotApply::NoSuchPlace => "laws-cannot-place",
        CannotApply::NoSuchWords => "laws-cannot-words",
        CannotApply::NoText => "laws-cannot-text",
        CannotApply::ByHand => "laws-cannot-by-hand",
        CannotApply::Changed => "laws-cannot-changed",
    }
}

/// The whole text as it read on a day (promise A6). Before the first change that is known it is the text as it came.
pub async fn text_on(db: &Db, law: Id, day: Date) -> Result<Vec<Node>> {
    let rows = node::nodes(db, law).await?;
    let changes = changes(db, law).await?;
    if changes.iter().all(|c| c.holds(day)) {
        return Ok(rows);
    }
    let taken = Taken::of(rows);
    let nodes = history(taken.first.clone(), &changes).as_of(ymd(day)).map_err(cannot)?;
    Ok(taken.rows_with(nodes))
}

/// The days on which the text changed, oldest first.
pub async fn days(db: &Db, law: Id) -> Result<Vec<Date>> {
    store::record! { struct Day { day: Date } }
    let days: Vec<Day> = sql!(
        "SELECT DISTINCT day FROM law_amendments WHERE to_id = $1 AND state = $2 AND day IS NOT NULL ORDER BY day",
        law,
        State::Applied.code()
    )
    .all(db)
    .await?;
    Ok(days.into_iter().map(|d| d.day).collect())
}

/// What an instruction does to the text as it reads now: the text before and after of each place.
pub fn preview(
    nodes: &mut Vec<lawtext::Node>,
    amendment: &Amendment,
) -> Result<Vec<(String, String)>, CannotApply> {
    let edits = amend::apply(nodes, &amendment.instruction)?;
    let texts = edits.iter().map(texts).collect();
    amend::undo(nodes, &edits)?;
    Ok(texts)
}

/// The text before and after an edit.
pub fn texts(edit: &Edit) -> (String, String) {
    match edit {
        Edit::Replaced { before, after, .. } => (before.full_text(), after.full_text()),
        Edit::Inserted { node, .. } => (String::new(), node.full_text()),
    }
}

/// Documents that a text tells to change, with how many instructions wait and how many there are.
pub async fn told_by(db: &Db, law: Id) -> Result<Vec<Told>> {
    Ok(sql!(
        "SELECT a.to_number AS number, a.to_key AS to_key, COUNT(*) AS all_of_them,
                SUM(CASE WHEN a.state IN ('found', 'undone') THEN 1 ELSE 0 END) AS waiting
         FROM law_amendments a WHERE a.from_id = $1 AND a.to_key <> $2 GROUP BY a.to_number, a.to_key ORDER BY a.to_key",
        law,
        UNKNOWN
    )
    .all(db)
    .await?)
}

store::record! {
    /// A document that another one tells to change.
    #[derive(Debug, Clone)]
    pub struct Told { pub number: String, pub to_key: String, pub all_of_them: i64, pub waiting: i64 }
}

/// The first document's text as [`preview`] takes it.
pub async fn nodes_now(db: &Db, law: Id) -> Result<Vec<lawtext::Node>> {
    Ok(Taken::of(node::nodes(db, law).await?).first)
}

/// What a person decides about instructions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Carried out from this day on, or from the one that the amending document begins on.
    Apply(Option<Date>),
    Undo,
    Settle,
}

/// Decides about instructions to change one document: all that can be done is, or, of one alone, it is refused with
/// the reason. How many were done.
pub async fn decide(tx: &mut Tx, app: &App, by: &By, law: Id, ids: &[Id], what: Decision) -> Result<usize> {
    // Whoever changes the text waits here for whoever does already.
    sql!(
        "UPDATE laws SET revision = CASE WHEN revision >= $2 THEN revision + 1 ELSE $2 END WHERE id = $1",
        law,
        app.now()
    )
    .run(&mut *tx)
    .await?;
    let law: Law = law::select().filter(Filter::is("id", law)).query().get(&mut *tx).await?;
    let all = of_law(&mut *tx, &law).await?;
    let mut made = changes(&mut *tx, law.id).await?;
    let taken = Taken::of(node::nodes(&mut *tx, law.id).await?);
    let mut history = history(taken.first.clone(), &made);
    let (mut done, mut carried_out) = (0, BTreeSet::new());
    for id in ids {
        let Some(chosen) = all.iter().find(|a| a.id == *id) else { return Err(Error::NotFound) };
        let outcome = match what {
            Decision::Settle if chosen.state.waits() => {
                keep(tx, app, by, chosen.id, law.id, State::Settled, None, &[]).await?;
                Ok(())
            }
            Decision::Apply(day) if chosen.state.waits() => {
                let day = day.or(chosen.day).ok_or_else(|| Error::invalid("amendment", "laws-cannot-day"))?;
                if day > app.today() {
                    Err(Error::invalid("amendment", "laws-cannot-yet"))
                } else {
                    let at = made.partition_point(|m| m.day.is_some_and(|d| d <= day));
                    let applied = history.apply(ymd(day), chosen.instruction.clone()).map_err(cannot);
                    if applied.is_ok() {
                        made.insert(at, Amendment { day: Some(day), ..chosen.clone() });
                    }
                    applied
                }
            }
            Decision::Undo if matches!(chosen.state, State::Settled | State::Present) => {
                keep(tx, app, by, chosen.id, law.id, State::Undone, None, &[]).await?;
                Ok(())
            }
            Decision::Undo if chosen.state == State::Applied => {
                match made.iter().position(|m| m.id == chosen.id) {
                    Some(at) => {
                        let undone = history.undo(at).map_err(cannot);
                        if undone.is_ok() {
                            made.remove(at);
                            keep(tx, app, by, chosen.id, law.id, State::Undone, None, &[]).await?;
                        }
                        undone
                    }
                    None => Err(Error::NotFound),
                }
            }
            // Somebody has decided meanwhile.
            _ => Err(Error::invalid("amendment", "laws-cannot-changed")),
        };
        match outcome {
            Ok(()) => {
                done += 1;
                if what != Decision::Undo {
                    carried_out.insert(chosen.from_id);
                }
            }
            Err(e) if ids.len() == 1 => return Err(e),
            Err(_) => {}
        }
    }
    for from in carried_out {
        if relations::confirm_amends(tx, from, &law).await? {
            document::write_down(tx, app, by, "confirm-amends", law.id, from.to_string().as_bytes()).await?;
        }
    }
    let (nodes, changes) = history.into_parts();
    for (amendment, change) in made.iter().zip(&changes) {
        if amendment.edits != change.edits {
            keep(tx, app, by, amendment.id, law.id, State::Applied, amendment.day, &change.edits).await?;
        }
    }
    if nodes != taken.first {
        sql!("DELETE FROM law_nodes WHERE law_id = $1", law.id).run(&mut *tx).await?;
        document::insert_nodes(tx, law.id, &taken.rows_with(nodes)).await?;
    }
    let content = format!("{what:?} {}", ids.iter().map(Id::to_string).collect::<Vec<_>>().join(" "));
    document::write_down(tx, app, by, "amend", law.id, content.as_bytes()).await?;
    Ok(done)
}

#[expect(clippy::too_many_arguments, reason = "the columns of one row")]
async fn keep(
    tx: &mut Tx,
    app: &App,
    by: &By,
    id: Id,
    law: Id,
    state: State,
    day: Option<Date>,
    edits: &[Edit],
) -> Result<()> {
    let edits = if edits.is_empty() { String::new() } else { serde_json::to_string(edits).map_err(bad)? };
    sql!(
        // Those of one day are taken back in the order in which they were made.
        "UPDATE law_amendments SET state = $2, to_id = $3, day = $4, edits = $5,
                changed_at = CASE WHEN state = $2 THEN changed_at ELSE $6 END, account_id = $7
         WHERE id = $1",
        id,
        state.code(),
        (state == State::Applied).then_some(law),
        day,
        edits,
        app.now(),
        by.account
    )
    .run(tx)
    .await?;
    Ok(())
}

/// Looks in a text that has come, or that others have come to amend, for what it has in it already: consolidated texts do.
/// What a person decided stays; what comes into force later is not believed before its day.
pub(super) async fn recognise(tx: &mut Tx, app: &App, law: Id) -> Result<()> {
    let law: Law = law::select().filter(Filter::is("id", law)).query().get(&mut *tx).await?;
    let mut open = of_law(&mut *tx, &law).await?;
    open.retain(|a| matches!(a.state, State::Found | State::Present));
    if open.is_empty() {
        return Ok(());
    }
    let nodes = Taken::of(node::nodes(&mut *tx, law.id).await?).first;
    let read = |a: &Amendment| amend::already_reads(&nodes, &a.instruction).filter(|_| a.holds(app.today()));
    // What a later instruction gave other words is overtaken where the text has those.
    let later: Vec<(&Amendment, &lawtext::Node)> = open.iter().filter_map(|a| Some((a, read(a)?))).collect();
    for a in &open {
        let overtaken = later.iter().find(|(other, _)| other.overtakes(a)).map(|(_, node)| *node);
        let found = read(a).or(overtaken);
        let state = if found.is_some() { State::Present } else { State::Found };
        if state == a.state {
            continue;
        }
        let evidence: String =
            found.map(|n| n.full_text().chars().take(EVIDENCE).collect()).unwrap_or_default();
        sql!(
            "UPDATE law_amendments SET state = $2, to_id = $3, evidence = $4, changed_at = $5 WHERE id = $1",
            a.id,
            state.code(),
            found.is_some().then_some(law.id),
            evidence,
            app.now()
        )
        .run(&mut *tx)
        .await?;
    }
    Ok(())
}

/// The same for every document that one tells to change.
pub(super) async fn recognise_told(tx: &mut Tx, app: &App, from: Id) -> Result<()> {
    let told: Vec<(Id,)> = sql!(
        "SELECT DISTINCT l.id FROM law_amendments a JOIN laws l ON l.number_key = a.to_key
         WHERE a.from_id = $1 AND l.id <> $1 ORDER BY l.id",
        from
    )
    .all(&mut *tx)
    .await?;
    for (law,) in told {
        recognise(tx, app, law).await?;
    }
    Ok(())
}

/// The text of a document that came again with other words: what people had carried out is carried out on it anew;
/// what no longer can be waits again, and its places are told.
pub(super) async fn carry_over(
    tx: &mut Tx,
    app: &App,
    by: &By,
    law: Id,
    base: Vec<Node>,
) -> Result<(Vec<Node>, Vec<String>)> {
    let made = changes(&mut *tx, law).await?;
    if made.is_empty() {
        return Ok((base, vec![]));
    }
    let taken = Taken::of(base);
    let mut history = History::new(taken.first.clone());
    let mut lost = Vec::new();
    for change in &made {
        let Some(day) = change.day else { continue };
        match history.apply(ymd(day), change.instruction.clone()) {
            Ok(()) => {
                let edits = history.changes().last().map(|c| c.edits.clone()).unwrap_or_default();
                keep(tx, app, by, change.id, law, State::Applied, Some(day), &edits).await?;
            }
            // The new text came with it.
            Err(_) if amend::already_reads(history.nodes(), &change.instruction).is_some() => {
                keep(tx, app, by, change.id, law, State::Found, None, &[]).await?;
            }
            Err(_) => {
                keep(tx, app, by, change.id, law, State::Undone, None, &[]).await?;
                lost.push(change.sentence.clone());
            }
        }
    }
    let (nodes, _) = history.into_parts();
    Ok((taken.rows_with(nodes), lost))
}

/// The text as it came, every change taken back.
pub(super) async fn base(db: impl Runs, law: Id, rows: Vec<Node>) -> Result<Vec<Node>> {
    let made = changes(db, law).await?;
    if made.is_empty() {
        return Ok(rows);
    }
    let taken = Taken::of(rows);
    let mut nodes = taken.first.clone();
    for change in made.iter().rev() {
        amend::undo(&mut nodes, &change.edits).map_err(cannot)?;
    }
    Ok(taken.rows_with(nodes))
}
