//! What a person has typed and not yet saved: kept on the server as typed, for this person alone. A page knows
//! the version it began from, so that a page open on another device overwrites nothing unseen. Drafts are no
//! records: the audit log does not name them. A leaver's drafts at a unit go on with their successor; which went over
//! stands in the record of the hand-over, whose act the audit log names.

use jiff::Timestamp;
use store::{Db, Id, Migration, Tx, migration, sql};

use crate::app::App;
use crate::error::{Error, Result};
use crate::features::people::{HandOver, HandedOver, Moved};
use crate::files::Kept;
use crate::tasks::Later;
use crate::web::form::Form;

pub const MIGRATIONS: &[Migration] = &[migration!(5, "drafts", "0005_drafts.sql")];

/// The drafts of one kind of thing: "activity".
pub struct Drafts {
    pub kind: &'static str,
}

/// A draft of something new (`about` empty, or a key of its own) or of a change to something (`about` its public id).
#[derive(Debug, Clone)]
pub struct Draft {
    pub unit: Id,
    pub form: Form,
    /// Files already sent.
    pub files: Vec<Kept>,
    /// Counts changes.
    pub version: i64,
    /// The open page that wrote it last.
    pub tab: String,
    pub at: Timestamp,
}

/// A draft as a page speaks of it.
pub struct DraftState {
    pub version: i64,
    pub sentence: String,
    /// There is something to throw away.
    pub kept: bool,
}

store::record! {
    struct Row { unit_id: Id, typed: String, files: String, version: i64, tab: String, updated_at: Timestamp }
}

store::record! {
    /// A draft as the work list names it.
    pub struct Open {
        pub about: String,
        pub unit_id: Id,
        pub typed: String,
    }
}

impl Open {
    /// What the thing is called so far; may be empty.
    pub fn title(&self) -> String {
        let pairs: Vec<(String, String)> = serde_json::from_str(&self.typed).unwrap_or_default();
        pairs.into_iter().find(|(k, _)| k == "title").map(|(_, v)| v.trim().to_owned()).unwrap_or_default()
    }
}

/// The field of a form that holds the key of a new thing's draft.
const KEY: &str = "draft_key";
/// Not part of what was typed.
const NOT_TYPED: [&str; 4] = ["act", "draft_version", "drop_photo", "tab"];

/// Whether a key is that of a new thing's draft that came from somebody else.
pub fn is_inherited(key: &str) -> bool {
    key.strip_prefix('~').is_some_and(|id| id.parse::<Id>().is_ok())
}

/// The key of a new thing's draft.
pub fn key_of(form: &Form) -> &str {
    Some(form.text(KEY)).filter(|key| is_inherited(key)).unwrap_or_default()
}

/// Names the open page that sent a form; a page without a name is a page of its own.
pub fn tab_of(app: &App, form: &Form) -> String {
    match form.text("tab") {
        "" => app.random.token(),
        tab => tab.chars().take(64).collect(),
    }
}

impl Drafts {
    pub async fn find(&self, db: &Db, account: Id, about: &str) -> Result<Option<Draft>> {
        let row: Option<Row> = sql!(
            "SELECT unit_id, typed, files, version, tab, updated_at FROM drafts
             WHERE account_id = $1 AND kind = $2 AND about = $3",
            account,
            self.kind,
            about
        )
        .find(db)
        .await?;
        row.map(|r| {
            let pairs: Vec<(String, String)> =
                serde_json::from_str(&r.typed).map_err(|e| Error::Internal(e.into()))?;
            let files = serde_json::from_str(&r.files).map_err(|e| Error::Internal(e.into()))?;
            let form = Form::of(pairs);
            Ok(Draft { unit: r.unit_id, form, files, version: r.version, tab: r.tab, at: r.updated_at })
        })
        .transpose()
    }

    /// Keeps what was typed. `draft.version` is the version the page began from (0: from no draft), and a
    /// page's own last word is no conflict. The new version, or none when the draft has been changed
    /// elsewhere meanwhile, and nothing was kept.
    pub async fn keep(&self, tx: &mut Tx, account: Id, about: &str, draft: &Draft) -> Result<Option<i64>> {
        let typed: Vec<(&str, &str)> = draft.form.pairs().filter(|(k, _)| !NOT_TYPED.contains(k)).collect();
        let typed = serde_json::to_string(&typed).map_err(|e| Error::Internal(e.into()))?;
        let files = serde_json::to_string(&draft.files).map_err(|e| Error::Internal(e.into()))?;
        let version: Option<(i64,)> = sql!(
            "INSERT INTO drafts (account_id, kind, about, unit_id, typed, files, version, tab, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, 1, $9, $7)
             ON CONFLICT (account_id, kind, about) DO UPDATE SET unit_id = excluded.unit_id, typed = excluded.typed,
                 files = excluded.files, version = drafts.version + 1, tab = excluded.tab,
                 updated_at = excluded.updated_at
             WHERE drafts.version = $8 OR drafts.tab = $9
             RETURNING version",
            account,
            self.kind,
            about,
            draft.unit,
            typed,
            files,
            draft.at,
            draft.version,
            draft.tab
        )
        .find(tx)
        .await?;
        Ok(version.map(|v| v.0))
    }

    /// Forgets a draft that has been saved or given up; one changed elsewhere since `version` stays.
    pub async fn forget(&self, tx: &mut Tx, account: Id, about: &str, version: i64, tab: &str) -> Result<()> {
        sql!(
            "DELETE FROM drafts WHERE account_id = $1 AND kind = $2 AND about = $3 AND (version = $4 OR tab = $5)",
            account,
            self.kind,
            about,
            version,
            tab
        )
        .run(tx)
        .await?;
        Ok(())
    }

    /// A person's drafts, last touched first.
    pub async fn open(&self, db: &Db, account: Id) -> Result<Vec<Open>> {
        Ok(sql!(
            "SELECT about, unit_id, typed FROM drafts WHERE account_id = $1 AND kind = $2
             ORDER BY updated_at DESC LIMIT 10",
            account,
            self.kind
        )
        .all(db)
        .await?)
    }

    /// Gives a draft to another person, under a key that they have no draft under. Pages of the giver that are still
    /// open have no draft any more.
    async fn give(&self, tx: &mut Tx, from: (Id, &str), to: (Id, &str)) -> Result<()> {
        let (typed,): (String,) = sql!(
            "SELECT typed FROM drafts WHERE account_id = $1 AND kind = $2 AND about = $3",
            from.0,
            self.kind,
            from.1
        )
        .get(&mut *tx)
        .await?;
        let mut typed: Vec<(String, String)> =
            serde_json::from_str(&typed).map_err(|e| Error::Internal(e.into()))?;
        typed.retain(|(name, _)| name != KEY);
        if is_inherited(to.1) {
            typed.push((KEY.to_owned(), to.1.to_owned()));
        }
        let typed = serde_json::to_string(&typed).map_err(|e| Error::Internal(e.into()))?;
        sql!(
            "UPDATE drafts SET account_id = $4, about = $5, typed = $6, tab = '', version = version + 1
             WHERE account_id = $1 AND kind = $2 AND about = $3",
            from.0,
            self.kind,
            from.1,
            to.0,
            to.1,
            typed
        )
        .run(tx)
        .await?;
        Ok(())
    }

    async fn has(&self, tx: &mut Tx, account: Id, about: &str) -> Result<bool> {
        let found: Option<(i64,)> = sql!(
            "SELECT version FROM drafts WHERE account_id = $1 AND kind = $2 AND about = $3",
            account,
            self.kind,
            about
        )
        .find(tx)
        .await?;
        Ok(found.is_some())
    }

    /// How the record of a hand-over names a draft; its object is the key at the receiver.
    fn handed_kind(&self) -> String {
        format!("{}-draft", self.kind)
    }
}

impl HandOver for Drafts {
    fn hand_over<'a>(&'a self, tx: &'a mut Tx, app: &'a App, what: &'a HandedOver) -> Later<'a, Vec<Moved>> {
        Box::pin(async move {
            let open: Vec<(String,)> = sql!(
                "SELECT about FROM drafts WHERE account_id = $1 AND kind = $2 AND unit_id = $3 ORDER BY about",
                what.from,
                self.kind,
                what.unit
            )
            .all(&mut *tx)
            .await?;
            let mut moved = Vec::new();
            for (about,) in open {
                // A person has one draft of something new; one that comes from somebody else has a key of its own.
                let key = if about.is_empty() { format!("~{}", app.new_id()) } else { about.clone() };
                // Both have begun to change the same thing: nobody's words are thrown away.
                if self.has(tx, what.to, &key).await? {
                    continue;
                }
                self.give(tx, (what.from, &about), (what.to, &key)).await?;
                moved.push(Moved { kind: self.handed_kind(), object: key });
            }
            Ok(moved)
        })
    }

    fn take_back<'a>(
        &'a self,
        tx: &'a mut Tx,
        _: &'a App,
        what: &'a HandedOver,
        moved: &'a [Moved],
    ) -> Later<'a, ()> {
        Box::pin(async move {
            for m in moved.iter().filter(|m| m.kind == self.handed_kind()) {
                if self.has(tx, what.to, &m.object).await? && !self.has(tx, what.from, &m.object).await? {
                    self.give(tx, (what.to, &m.object), (what.from, &m.object)).await?;
                }
            }
            Ok::<(), Error>(())
        })
    }
}

/// The files that wait on drafts.
pub async fn files(tx: &mut Tx) -> Result<Vec<String>> {
    let kept: Vec<(String,)> = sql!("SELECT files FROM drafts WHERE files <> '[]'").all(tx).await?;
    let mut files = Vec::new();
    for (kept,) in kept {
        let kept: Vec<Kept> = serde_json::from_str(&kept).map_err(|e| Error::Internal(e.into()))?;
        files.extend(kept.into_iter().flat_map(|k| [Some(k.file), k.thumbnail]).flatten());
    }
    Ok(files)
}
