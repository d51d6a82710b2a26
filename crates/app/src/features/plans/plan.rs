//! A plan: its states, rules and SQL.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::{Columns, Db, Filter, Id, RecordId, Relation, Runs, Select, Tx, sql};

use crate::app::App;
use crate::audit;
use crate::error::{Error, Result};

/// The states of a paper, in the order of its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Draft,
    Waiting,
    Approved,
    Issued,
    Withdrawn,
}
impl State {
    pub const ALL: [State; 5] =
        [State::Draft, State::Waiting, State::Approved, State::Issued, State::Withdrawn];
    pub fn code(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Waiting => "waiting",
            State::Approved => "approved",
            State::Issued => "issued",
            State::Withdrawn => "withdrawn",
        }
    }
    fn from_code(code: &str) -> Option<State> {
        State::ALL.into_iter().find(|s| s.code() == code)
    }
    /// The key of its name, and how it looks.
    pub fn word(self) -> String {
        format!("plans-state-{}", self.code())
    }
    pub fn look(self) -> &'static str {
        match self {
            State::Draft => "plain",
            State::Waiting | State::Approved => "wait",
            State::Issued => "good",
            State::Withdrawn => "bad",
        }
    }
}

/// What a plan is in its year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The year's own plan: a unit has one at a time.
    Annual,
    /// A plan beside it, for what came later.
    Further,
}
impl Kind {
    pub fn code(self) -> &'static str {
        match self {
            Kind::Annual => "annual",
            Kind::Further => "further",
        }
    }
    pub fn from_code(code: &str) -> Kind {
        if code == "further" { Kind::Further } else { Kind::Annual }
    }
    pub fn word(self) -> String {
        format!("plans-kind-{}", self.code())
    }
}

/// What a person writes of a plan itself; its lines stand beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Content {
    pub unit: Id,
    pub year: i64,
    pub kind: Kind,
    pub title: String,
    /// Mục đích, yêu cầu.
    pub purpose: String,
    /// Tổ chức thực hiện.
    pub organisation: String,
    /// Over the signature, a line each: "TM. ỦY BAN NHÂN DÂN".
    pub authority: String,
    pub signer: String,
    /// Nơi nhận, a line each.
    pub recipients: String,
    /// Laws, in the order of the paper.
    pub bases: Vec<Id>,
    /// The plan above that it carries out.
    pub above: Option<RecordId>,
    /// Working days that the units below have for their own plans, when it is issued to them.
    pub due_days: Option<i64>,
}

#[derive(Debug, Clone)]
pub struct Plan {
    pub id: RecordId,
    pub content: Content,
    pub state: State,
    pub number: Option<String>,
    pub issued_on: Option<Date>,
    /// What was said when it was returned or withdrawn.
    pub remarks: String,
    /// Counts every change, of lines too: whoever approves, approves what they saw.
    pub version: i64,
    /// Counts the changes of [`Content`], so that two editors of the plan's head do not overwrite each other.
    pub head_version: i64,
    pub created_by: Option<Id>,
    pub submitted_by: Option<Id>,
    pub approved_by: Option<Id>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

store::record! {
    struct PlanRow {
        shard_id: i64, id: Id, unit_id: Id, year: i64, kind: String, title: String, purpose: String,
        organisation: String, authority: String, signer: String, recipients: String, above_shard: Option<i64>,
        above_id: Option<Id>, due_days: Option<i64>, state: String, number: Option<String>,
        issued_on: Option<Date>, remarks: String, version: i64, head_version: i64, created_by: Option<Id>,
        submitted_by: Option<Id>, approved_by: Option<Id>, created_at: Timestamp, updated_at: Timestamp,
    }
}

impl Plan {
    fn from_row(row: PlanRow, bases: Vec<Id>) -> Result<Plan> {
        let state = State::from_code(&row.state)
            .ok_or_else(|| Error::Internal(anyhow::anyhow!("plan {} is in no known state", row.id)))?;
        Ok(Plan {
            id: RecordId { shard: row.shard_id, id: row.id },
            content: Content {
                unit: row.unit_id,
                year: row.year,
                kind: Kind::from_code(&row.kind),
                title: row.title,
                purpose: row.purpose,
                organisation: row.organisation,
                authority: row.authority,
                signer: row.signer,
                recipients: row.recipients,
                bases,
                above: row.above_shard.zip(row.above_id).map(|(shard, id)| RecordId { shard, id }),
                due_days: row.due_days,
            },
            state,
            number: row.number,
            issued_on: row.issued_on,
            remarks: row.remarks,
            version: row.version,
            head_version: row.head_version,
            created_by: row.created_by,
            submitted_by: row.submitted_by,
            approved_by: row.approved_by,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

pub async fn find(db: &Db, id: RecordId) -> Result<Option<Plan>> {
    let row: Option<PlanRow> = sql!(
        "SELECT shard_id, id, unit_id, year, kind, title, purpose, organisation, authority, signer, recipients,
                above_shard, above_id, due_days, state, number, issued_on, remarks, version, head_version, created_by,
                submitted_by, approved_by, created_at, updated_at
         FROM plans WHERE shard_id = $1 AND id = $2",
        id.shard,
        id.id
    )
    .find(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let bases: Vec<(Id,)> = sql!(
        "SELECT law_id FROM plan_bases WHERE shard_id = $1 AND plan_id = $2 ORDER BY position, law_id",
        id.shard,
        id.id
    )
    .all(db)
    .await?;
    Ok(Some(Plan::from_row(row, bases.into_iter().map(|b| b.0).collect())?))
}

pub async fn get(db: &Db, id: RecordId) -> Result<Plan> {
    find(db, id).await?.ok_or(Error::NotFound)
}

/// Plans as lists show them.
static LIST: Relation = Relation {
    name: "plans",
    from: "plans",
    columns: &[
        Columns::Key("shard_id"),
        Columns::Key("id"),
        Columns::Key("unit_id"),
        Columns::Dimension("year"),
        Columns::Dimension("kind"),
        Columns::Dimension("title"),
        Columns::Dimension("state"),
        Columns::Dimension("number"),
        Columns::Dimension("issued_on"),
        Columns::Measure("due_days"),
    ],
};

store::record! {
    /// A plan as a line of a list.
    #[derive(Debug, Clone)]
    pub struct Listed {
        pub shard_id: i64,
        pub id: Id,
        pub unit_id: Id,
        pub year: i64,
        pub kind: String,
        pub title: String,
        pub state: String,
        pub number: Option<String>,
        pub issued_on: Option<Date>,
        pub due_days: Option<i64>,
    }
}

impl Listed {
    pub fn page(&self) -> String {
        super::page(self.id())
    }
    pub fn id(&self) -> RecordId {
        RecordId { shard: self.shard_id, id: self.id }
    }
    pub fn state(&self) -> State {
        State::from_code(&self.state).unwrap_or(State::Draft)
    }
    pub fn kind(&self) -> Kind {
        Kind::from_code(&self.kind)
    }
}

/// Which plans to list.
#[derive(Debug, Default, Clone)]
pub struct Wanted {
    /// None: of all units.
    pub units: Option<Vec<Id>>,
    pub year: Option<i64>,
    pub states: Vec<State>,
    pub kind: Option<Kind>,
    /// The last plan of the page before.
    pub after: Option<Id>,
}

impl Wanted {
    fn narrow(&self, mut select: Select) -> Select {
        if let Some(units) = &self.units {
            select = select.filter(Filter::any_of("unit_id", units));
        }
        if let Some(year) = self.year {
            select = select.filter(Filter::is("year", year));
        }
        if !self.states.is_empty() {
            select = select.filter(Filter::any_of("state", self.states.iter().map(|s| s.code())));
        }
        if let Some(kind) = self.kind {
            select = select.filter(Filter::is("kind", kind.code()));
        }
        select
    }
}

/// How many plans there are.
pub async fn count(db: &Db, wanted: Wanted) -> Result<i64> {
    let (all,): (i64,) = wanted.narrow(Select::from(&LIST)).count(vec![]).query().get(db).await?;
    Ok(all)
}

/// Plans, newest first.
pub async fn list(db: &Db, wanted: &Wanted, limit: i64) -> Result<Vec<Listed>> {
    let mut select = Select::from(&LIST);
    for column in LIST.columns {
        select = select.list(column.name());
    }
    select = wanted.narrow(select);
    // Identities sort by the moment of birth.
    select = select.order("id", true).limit(limit);
    if let Some(after) = wanted.after {
        select = select.after(vec![store::ToValue::to_value(&after)]);
    }
    Ok(select.query().all(db).await?)
}

/// The years in which a unit has plans, newest first.
pub async fn years(db: &Db, unit: Id) -> Result<Vec<i64>> {
    let years: Vec<(i64,)> =
        sql!("SELECT DISTINCT year FROM plans WHERE unit_id = $1 ORDER BY year DESC", unit).all(db).await?;
    Ok(years.into_iter().map(|y| y.0).collect())
}

/// The year's own plan of a unit, unless withdrawn.
pub async fn find_annual(on: impl Runs, unit: Id, year: i64) -> Result<Option<RecordId>> {
    store::record! { struct Found { shard_id: i64, id: Id } }
    let found: Option<Found> = sql!(
        "SELECT shard_id, id FROM plans
         WHERE unit_id = $1 AND year = $2 AND kind = 'annual' AND state <> 'withdrawn'",
        unit,
        year
    )
    .find(on)
    .await?;
    Ok(found.map(|f| RecordId { shard: f.shard_id, id: f.id }))
}

/// Begins a plan. `shard` is the unit's.
pub async fn insert(
    tx: &mut Tx,
    app: &App,
    account: Option<Id>,
    shard: i64,
    content: &Content,
) -> Result<Plan> {
    if content.kind == Kind::Annual && find_annual(&mut *tx, content.unit, content.year).await?.is_some() {
        return Err(Error::Conflict("plans-error-annual"));
    }
    let now = app.now();
    let id = RecordId { shard, id: app.new_id() };
    sql!(
        "INSERT INTO plans (shard_id, id, unit_id, year, kind, title, purpose, organisation, authority, signer,
             recipients, above_shard, above_id, due_days, state, remarks, version, head_version, created_by, created_at,
             updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'draft', '', 1, 1, $15, $16, $16)",
        id.shard,
        id.id,
        content.unit,
        content.year,
        content.kind.code(),
        content.title,
        content.purpose,
        content.organisation,
        content.authority,
        content.signer,
        content.recipients,
        content.above.map(|a| a.shard),
        content.above.map(|a| a.id),
        content.due_days,
        account,
        now
    )
    .run(tx)
    .await?;
    insert_bases(tx, id, &content.bases).await?;
    let plan = Plan {
        id,
        content: content.clone(),
        state: State::Draft,
        number: None,
        issued_on: None,
        remarks: String::new(),
        version: 1,
        head_version: 1,
        created_by: account,
        submitted_by: None,
        approved_by: None,
        created_at: now,
        updated_at: now,
    };
    plan.keep(tx, app, account, "write", None, &json(content)?).await?;
    Ok(plan)
}

async fn insert_bases(tx: &mut Tx, id: RecordId, bases: &[Id]) -> Result<()> {
    for (position, law) in (0_i64..).zip(bases) {
        sql!(
            "INSERT INTO plan_bases (shard_id, plan_id, position, law_id) VALUES ($1, $2, $3, $4)
             ON CONFLICT (shard_id, plan_id, law_id) DO NOTHING",
            id.shard,
            id.id,
            position,
            law
        )
        .run(tx)
        .await?;
    }
    Ok(())
}

pub(super) fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|e| Error::Internal(e.into()))
}

impl Plan {
    /// Its page, without the language.
    pub fn page(&self) -> String {
        super::page(self.id)
    }
    /// The laws that it rests on: its own bases and those of the plan above that it carries out.
    pub async fn all_bases(&self, db: &Db) -> Result<Vec<Id>> {
        let mut bases = self.content.bases.clone();
        if let Some(above) = self.content.above {
            let above = find(db, above).await?.map(|p| p.content.bases).unwrap_or_default();
            bases.extend(above.into_iter().filter(|b| !self.content.bases.contains(b)));
        }
        Ok(bases)
    }
    pub fn as_listed(&self) -> Listed {
        Listed {
            shard_id: self.id.shard,
            id: self.id.id,
            unit_id: self.content.unit,
            year: self.content.year,
            kind: self.content.kind.code().to_owned(),
            title: self.content.title.clone(),
            state: self.state.code().to_owned(),
            number: self.number.clone(),
            issued_on: self.issued_on,
            due_days: self.content.due_days,
        }
    }

    /// Takes the plan's row for an act: it must be as it was read, in the state it was read in.
    pub(super) async fn step(&mut self, tx: &mut Tx, app: &App, to: State) -> Result<()> {
        let touched = sql!(
            "UPDATE plans SET state = $5, version = version + 1, updated_at = $6
             WHERE shard_id = $1 AND id = $2 AND state = $3 AND version = $4",
            self.id.shard,
            self.id.id,
            self.state.code(),
            self.version,
            to.code(),
            app.now()
        )
        .run(tx)
        .await?;
        if touched == 0 {
            return Err(Error::Conflict("plans-error-changed"));
        }
        self.state = to;
        self.version += 1;
        Ok(())
    }

    /// Counts a change of a line: only a draft is written, whoever else is writing other parts of it.
    pub(super) async fn write_in(&mut self, tx: &mut Tx, app: &App) -> Result<()> {
        let now: Option<(i64,)> = sql!(
            "UPDATE plans SET version = version + 1, updated_at = $3
             WHERE shard_id = $1 AND id = $2 AND state = 'draft' RETURNING version",
            self.id.shard,
            self.id.id,
            app.now()
        )
        .find(&mut *tx)
        .await?;
        let (version,) = now.ok_or(Error::Conflict("plans-error-not-draft"))?;
        self.version = version;
        Ok(())
    }

    /// Writes an act down: the plan's history and the audit log.
    pub(super) async fn keep(
        &self,
        tx: &mut Tx,
        app: &App,
        account: Option<Id>,
        act: &str,
        line: Option<Id>,
        content: &str,
    ) -> Result<()> {
        let at = app.now();
        sql!(
            "INSERT INTO plan_versions (shard_id, plan_id, version, at, account_id, act, line_id, content)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            self.id.shard,
            self.id.id,
            self.version,
            at,
            account,
            act,
            line,
            content
        )
        .run(tx)
        .await?;
        let entry = audit::Entry {
            unit: self.content.unit,
            shard: self.id.shard,
            at,
            account,
            act,
            object_kind: "plan",
            object_id: self.id.to_string(),
            content: content.as_bytes(),
        };
        audit::write(tx, &entry).await
    }

    /// Changes the plan's own fields, if nobody has since they were read.
    pub async fn change(
        &mut self,
        tx: &mut Tx,
        app: &App,
        account: Option<Id>,
        content: &Content,
    ) -> Result<()> {
        let now: Option<(i64,)> = sql!(
            "UPDATE plans SET title = $4, purpose = $5, organisation = $6, authority = $7, signer = $8, recipients = $9,
                 due_days = $10, above_shard = $12, above_id = $13, version = version + 1,
                 head_version = head_version + 1, updated_at = $11
             WHERE shard_id = $1 AND id = $2 AND head_version = $3 AND state = 'draft' RETURNING version",
            self.id.shard,
            self.id.id,
            self.head_version,
            content.title,
            content.purpose,
            content.organisation,
            content.authority,
            content.signer,
            content.recipients,
            content.due_days,
            app.now(),
            content.above.map(|a| a.shard),
            content.above.map(|a| a.id)
        )
        .find(&mut *tx)
        .await?;
        let (version,) = now.ok_or(Error::Conflict("plans-error-changed"))?;
        sql!("DELETE FROM plan_bases WHERE shard_id = $1 AND plan_id = $2", self.id.shard, self.id.id)
            .run(tx)
            .await?;
        insert_bases(tx, self.id, &content.bases).await?;
        self.version = version;
        self.head_version += 1;
        self.content = content.clone();
        self.keep(tx, app, account, "change", None, &json(content)?).await
    }

    /// Asks for approval. A plan without lines promises nothing.
    pub async fn submit(&mut self, tx: &mut Tx, app: &App, account: Option<Id>) -> Result<()> {
        self.must_be(State::Draft)?;
        let (lines,): (i64,) = sql!(
            "SELECT COUNT(*) FROM plan_lines WHERE shard_id = $1 AND plan_id = $2",
            self.id.shard,
            self.id.id
        )
        .get(&mut *tx)
        .await?;
        if lines == 0 {
            return Err(Error::Conflict("plans-error-no-lines"));
        }
        self.step(tx, app, State::Waiting).await?;
        sql!(
            "UPDATE plans SET submitted_by = $3, remarks = '' WHERE shard_id = $1 AND id = $2",
            self.id.shard,
            self.id.id,
            account
        )
        .run(tx)
        .await?;
        self.submitted_by = account;
        self.remarks.clear();
        self.keep(tx, app, account, "submit", None, "").await
    }

    /// Takes it back before anybody has decided.
    pub async fn recall(&mut self, tx: &mut Tx, app: &App, account: Option<Id>) -> Result<()> {
        self.must_be(State::Waiting)?;
        self.step(tx, app, State::Draft).await?;
        self.keep(tx, app, account, "recall", None, "").await
    }

    /// Approves it. Whoever wrote any part of it, or submitted it, cannot.
    pub async fn approve(&mut self, tx: &mut Tx, app: &App, account: Id) -> Result<()> {
        self.must_be(State::Waiting)?;
        if is_author(&mut *tx, self.id, account).await? {
            return Err(Error::Conflict("plans-error-own"));
        }
        self.step(tx, app, State::Approved).await?;
        sql!(
            "UPDATE plans SET approved_by = $3 WHERE shard_id = $1 AND id = $2",
            self.id.shard,
            self.id.id,
            account
        )
        .run(tx)
        .await?;
        self.approved_by = Some(account);
        self.keep(tx, app, Some(account), "approve", None, "").await
    }

    /// Gives it back to be written better, with remarks.
    pub async fn give_back(&mut self, tx: &mut Tx, app: &App, account: Id, remarks: &str) -> Result<()> {
        if !matches!(self.state, State::Waiting | State::Approved) {
            return Err(Error::Conflict("plans-error-state"));
        }
        self.step(tx, app, State::Draft).await?;
        self.say(tx, remarks).await?;
        self.keep(tx, app, Some(account), "return", None, remarks).await
    }

    /// Notes the number and the date under which it was issued: from here on it holds.
    pub async fn issue(
        &mut self,
        tx: &mut Tx,
        app: &App,
        account: Option<Id>,
        number: &str,
        on: Date,
    ) -> Result<()> {
        self.must_be(State::Approved)?;
        self.step(tx, app, State::Issued).await?;
        sql!(
            "UPDATE plans SET number = $3, issued_on = $4 WHERE shard_id = $1 AND id = $2",
            self.id.shard,
            self.id.id,
            number,
            on
        )
        .run(tx)
        .await?;
        self.number = Some(number.to_owned());
        self.issued_on = Some(on);
        self.keep(tx, app, account, "issue", None, &json(&(number, on))?).await
    }

    /// Withdraws it instead of deleting it.
    pub async fn withdraw(
        &mut self,
        tx: &mut Tx,
        app: &App,
        account: Option<Id>,
        reason: &str,
    ) -> Result<()> {
        if self.state == State::Withdrawn {
            return Err(Error::Conflict("plans-error-state"));
        }
        self.step(tx, app, State::Withdrawn).await?;
        self.say(tx, reason).await?;
        self.keep(tx, app, account, "withdraw", None, reason).await
    }

    async fn say(&mut self, tx: &mut Tx, remarks: &str) -> Result<()> {
        sql!(
            "UPDATE plans SET remarks = $3 WHERE shard_id = $1 AND id = $2",
            self.id.shard,
            self.id.id,
            remarks
        )
        .run(tx)
        .await?;
        self.remarks = remarks.to_owned();
        Ok(())
    }

    pub(super) fn must_be(&self, state: State) -> Result<()> {
        if self.state == state { Ok(()) } else { Err(Error::Conflict("plans-error-state")) }
    }
}

/// Whether a person has written any part of a plan or submitted it.
pub async fn is_author(on: impl Runs, id: RecordId, account: Id) -> Result<bool> {
    let (acts,): (i64,) = sql!(
        "SELECT COUNT(*) FROM plan_versions
         WHERE shard_id = $1 AND plan_id = $2 AND account_id = $3
           AND act NOT IN ('approve', 'return', 'issue', 'withdraw')",
        id.shard,
        id.id,
        account
    )
    .get(on)
    .await?;
    Ok(acts > 0)
}

store::record! {
    /// An act on a plan.
    #[derive(Debug, Clone)]
    pub struct Event {
        pub version: i64,
        pub at: Timestamp,
        pub account_id: Option<Id>,
        /// "write", "change", "add-line", "change-line", "drop-line", "submit", "recall", "approve", "return", "issue" or "withdraw".
        pub act: String,
        pub line_id: Option<Id>,
        pub content: String,
    }
}

/// Everything done to a plan, newest first.
pub async fn history(db: &Db, id: RecordId) -> Result<Vec<Event>> {
    Ok(sql!(
        "SELECT version, at, account_id, act, line_id, content FROM plan_versions
         WHERE shard_id = $1 AND plan_id = $2 ORDER BY version DESC",
        id.shard,
        id.id
    )
    .all(db)
    .await?)
}
