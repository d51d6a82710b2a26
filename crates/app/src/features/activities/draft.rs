//! What a person has typed and not yet saved: kept on the server as typed, for this person alone. A page knows
//! the version it began from, so that a page open on another device overwrites nothing unseen. Drafts are no
//! records: the audit log does not name them.

use jiff::Timestamp;
use store::{Db, Id, Tx, sql};

use super::evidence::Kept;
use crate::error::{Error, Result};
use crate::web::form::Form;

/// A draft of a new activity (`about` empty, or a key of its own when it came from somebody who left) or of a
/// change to one (`about` its public id).
#[derive(Debug, Clone)]
pub struct Draft {
    pub unit: Id,
    pub form: Form,
    pub evidence: Vec<Kept>,
    /// Counts changes.
    pub version: i64,
    /// The open page that wrote it last.
    pub tab: String,
    pub at: Timestamp,
}

store::record! {
    struct DraftRow { unit_id: Id, typed: String, evidence: String, version: i64, tab: String, updated_at: Timestamp }
}

/// The field of the form that holds the key of a draft that came from somebody else.
const KEY: &str = "draft_key";

/// Whether a key is that of a new activity's draft that came from somebody else.
pub fn is_inherited(key: &str) -> bool {
    key.strip_prefix('~').is_some_and(|id| id.parse::<Id>().is_ok())
}

/// The key of a new activity's draft.
pub fn key_of(form: &Form) -> &str {
    Some(form.text(KEY)).filter(|key| is_inherited(key)).unwrap_or_default()
}

/// Where a new activity's draft goes on.
pub fn path_of_new(key: &str) -> String {
    if key.is_empty() { "/hoat-dong/moi".to_owned() } else { format!("/hoat-dong/moi?nhap={key}") }
}

/// Not part of what was typed.
const NOT_TYPED: [&str; 4] = ["act", "draft_version", "drop_photo", "tab"];

pub async fn find(db: &Db, account: Id, about: &str) -> Result<Option<Draft>> {
    let row: Option<DraftRow> = sql!(
        "SELECT unit_id, typed, evidence, version, tab, updated_at FROM activity_drafts
         WHERE account_id = $1 AND about = $2",
        account,
        about
    )
    .find(db)
    .await?;
    row.map(|r| {
        let pairs: Vec<(String, String)> =
            serde_json::from_str(&r.typed).map_err(|e| Error::Internal(e.into()))?;
        let evidence = serde_json::from_str(&r.evidence).map_err(|e| Error::Internal(e.into()))?;
        Ok(Draft {
            unit: r.unit_id,
            form: Form::of(pairs),
            evidence,
            version: r.version,
            tab: r.tab,
            at: r.updated_at,
        })
    })
    .transpose()
}

/// Keeps what was typed. `draft.version` is the version the page began from (0: from no draft), and a
/// page's own last word is no conflict. The new version, or none when the draft has been changed
/// elsewhere meanwhile, and nothing was kept.
pub async fn keep(tx: &mut Tx, account: Id, about: &str, draft: &Draft) -> Result<Option<i64>> {
    let typed: Vec<(&str, &str)> = draft.form.pairs().filter(|(k, _)| !NOT_TYPED.contains(k)).collect();
    let typed = serde_json::to_string(&typed).map_err(|e| Error::Internal(e.into()))?;
    let evidence = serde_json::to_string(&draft.evidence).map_err(|e| Error::Internal(e.into()))?;
    let version: Option<(i64,)> = sql!(
        "INSERT INTO activity_drafts (account_id, about, unit_id, typed, evidence, version, tab, updated_at)
         VALUES ($1, $2, $3, $4, $5, 1, $8, $6)
         ON CONFLICT (account_id, about) DO UPDATE SET unit_id = excluded.unit_id, typed = excluded.typed,
             evidence = excluded.evidence, version = activity_drafts.version + 1, tab = excluded.tab,
             updated_at = excluded.updated_at
         WHERE activity_drafts.version = $7 OR activity_drafts.tab = $8
         RETURNING version",
        account,
        about,
        draft.unit,
        typed,
        evidence,
        draft.at,
        draft.version,
        draft.tab
    )
    .find(tx)
    .await?;
    Ok(version.map(|v| v.0))
}

/// Forgets a draft that has been saved or given up; one changed elsewhere since `version` stays.
pub async fn forget(tx: &mut Tx, account: Id, about: &str, version: i64, tab: &str) -> Result<()> {
    sql!(
        "DELETE FROM activity_drafts WHERE account_id = $1 AND about = $2 AND (version = $3 OR tab = $4)",
        account,
        about,
        version,
        tab
    )
    .run(tx)
    .await?;
    Ok(())
}

/// Gives a draft to another person, under a key that they have no draft under. Pages of the giver that are still
/// open have no draft any more.
pub async fn give(tx: &mut Tx, from: (Id, &str), to: (Id, &str)) -> Result<()> {
    let (typed,): (String,) =
        sql!("SELECT typed FROM activity_drafts WHERE account_id = $1 AND about = $2", from.0, from.1)
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
        "UPDATE activity_drafts SET account_id = $3, about = $4, typed = $5, tab = '', version = version + 1
         WHERE account_id = $1 AND about = $2",
        from.0,
        from.1,
        to.0,
        to.1,
        typed
    )
    .run(tx)
    .await?;
    Ok(())
}

/// The files of photos that wait on drafts.
pub async fn files(db: &Db) -> Result<Vec<String>> {
    let kept: Vec<(String,)> =
        sql!("SELECT evidence FROM activity_drafts WHERE evidence <> '[]'").all(db).await?;
    let mut files = Vec::new();
    for (kept,) in kept {
        let kept: Vec<Kept> = serde_json::from_str(&kept).map_err(|e| Error::Internal(e.into()))?;
        files.extend(kept.into_iter().flat_map(|k| [Some(k.file), k.thumbnail]).flatten());
    }
    Ok(files)
}

store::record! {
    /// A draft as the work list names it.
    pub struct Open {
        pub about: String,
        pub typed: String,
        pub updated_at: Timestamp,
    }
}

impl Open {
    /// What the activity is called so far; may be empty.
    pub fn title(&self) -> String {
        let pairs: Vec<(String, String)> = serde_json::from_str(&self.typed).unwrap_or_default();
        pairs.into_iter().find(|(k, _)| k == "title").map(|(_, v)| v.trim().to_owned()).unwrap_or_default()
    }
}

/// A person's drafts, last touched first.
pub async fn open(db: &Db, account: Id) -> Result<Vec<Open>> {
    Ok(sql!(
        "SELECT about, typed, updated_at FROM activity_drafts WHERE account_id = $1 ORDER BY updated_at DESC LIMIT 10",
        account
    )
    .all(db)
    .await?)
}
