//! Scans that nobody finishes: dropped by whoever sent them, or left lying. Their files go with them, after days that
//! `scans.toml` tells.

use std::sync::LazyLock;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use serde::Deserialize;
use store::{Id, sql};

use super::document::{By, Problem};
use super::import;
use super::scan;
use crate::access::Act;
use crate::app::{App, day_of};
use crate::audit;
use crate::error::Result;
use crate::tasks::Task;
use crate::web::Signed;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    from: Date,
    unfinished_days: i64,
    dropped_days: i64,
}

#[derive(Deserialize)]
struct File {
    kept: Vec<Rule>,
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let file: Result<File, toml::de::Error> = toml::from_str(include_str!("scans.toml"));
    file.map(|f| f.kept).unwrap_or_else(|e| panic!("scans.toml: {e}"))
});

/// Days that an unfinished scan and a dropped one are kept; none: for ever.
fn days(today: Date) -> Option<&'static Rule> {
    RULES.iter().filter(|r| r.from <= today).max_by_key(|r| r.from)
}

/// The last day on which an unfinished scan is there.
pub(super) fn last_day(sent: Timestamp, today: Date) -> Option<Date> {
    day_of(sent).checked_add(days(today)?.unfinished_days.days()).ok()
}

/// Drops a scan, or takes it back while its files are there.
pub(super) async fn drop_or_take_back(app: &App, by: &By, import: Id, seq: i64, dropped: bool) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let changed = sql!(
        "UPDATE law_scans SET dropped_at = $3 WHERE import_id = $1 AND seq = $2 AND (dropped_at IS NULL) = $4
            AND NOT EXISTS (SELECT 1 FROM law_import_files f
                            WHERE f.import_id = $1 AND f.seq = $2 AND f.law_id IS NOT NULL)",
        import,
        seq,
        dropped.then(|| app.now()),
        dropped
    )
    .run(&mut tx)
    .await?;
    if changed > 0 {
        let act = if dropped { "drop-scan" } else { "take-back-scan" };
        write_down(&mut tx, app, by, act, import, seq).await?;
    }
    tx.commit().await?;
    scan::wake();
    Ok(())
}

async fn write_down(tx: &mut store::Tx, app: &App, by: &By, act: &str, import: Id, seq: i64) -> Result<()> {
    let entry = audit::Entry {
        unit: by.unit,
        shard: by.shard,
        at: app.now(),
        account: by.account,
        act,
        object_kind: "scan",
        object_id: format!("{import}/{seq}"),
        content: b"",
    };
    audit::write(tx, &entry).await
}

store::record! { struct Key { import_id: Id, seq: i64 } }

/// Cleans away what was dropped or left lying for too long; how many scans.
pub async fn clean_up(app: &App) -> Result<usize> {
    let Some(rule) = days(app.today()) else { return Ok(0) };
    let ago = |days: i64| app.now() - (24 * days).hours();
    let gone: Vec<Key> = sql!(
        "SELECT s.import_id, s.seq
         FROM law_scans s JOIN law_import_files f ON f.import_id = s.import_id AND f.seq = s.seq
         WHERE f.law_id IS NULL AND (s.dropped_at <= $1 OR s.created_at <= $2) ORDER BY s.import_id, s.seq",
        ago(rule.dropped_days),
        ago(rule.unfinished_days + 1)
    )
    .all(&app.db)
    .await?;
    for key in &gone {
        forget(app, key).await?;
    }
    Ok(gone.len())
}

/// Forgets a scan with its pages and the files that nothing else names. Files of scans are kept in the same
/// turn, so that none goes while another sends the same.
async fn forget(app: &App, key: &Key) -> Result<()> {
    let mut tx = app.db.begin().await?;
    scan::hold_files(&mut tx).await?;
    // Saved since it was listed: its pages are the law's.
    let saved: Option<(Id,)> = sql!(
        "SELECT law_id FROM law_import_files WHERE import_id = $1 AND seq = $2 AND law_id IS NOT NULL",
        key.import_id,
        key.seq
    )
    .find(&mut tx)
    .await?;
    if saved.is_some() {
        return Ok(());
    }
    let files: Vec<(String,)> = sql!(
        "SELECT file FROM law_scans WHERE import_id = $1 AND seq = $2
         UNION SELECT image FROM law_scan_pages WHERE import_id = $1 AND seq = $2 AND image <> '' ORDER BY 1",
        key.import_id,
        key.seq
    )
    .all(&mut tx)
    .await?;
    sql!("DELETE FROM law_scan_pages WHERE import_id = $1 AND seq = $2", key.import_id, key.seq)
        .run(&mut tx)
        .await?;
    sql!("DELETE FROM law_scans WHERE import_id = $1 AND seq = $2", key.import_id, key.seq)
        .run(&mut tx)
        .await?;
    let gone = [Problem::new("scan-gone", "")];
    import::understood(&mut tx, key.import_id, key.seq, None, &gone).await?;
    write_down(&mut tx, app, &By::INSTALLATION, "clean-scan", key.import_id, key.seq).await?;
    let kept = crate::kept_files(&mut tx).await?;
    for (file,) in files.iter().filter(|(file,)| kept.binary_search(file).is_err()) {
        app.files.remove(file).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// How many scans wait to become laws.
pub async fn unfinished(app: &App) -> Result<i64> {
    let (count,): (i64,) = sql!(
        "SELECT COUNT(*) FROM law_scans s JOIN law_import_files f ON f.import_id = s.import_id AND f.seq = s.seq
         WHERE f.law_id IS NULL AND s.dropped_at IS NULL"
    )
    .get(&app.db)
    .await?;
    Ok(count)
}

/// Most scans of a person that the work list names.
const SHOWN: i64 = 5;

/// The scans that a person sent and has not finished, those that go first first.
pub(super) async fn tasks(signed: &Signed) -> Result<Vec<Task>> {
    if !signed.actor.can_anywhere(Act::ImportLaws) {
        return Ok(vec![]);
    }
    store::record! {
        struct Row { import_id: Id, seq: i64, name: String, done: bool, created_at: Timestamp }
    }
    let rows: Vec<Row> = sql!(
        "SELECT s.import_id, s.seq, f.name, s.done, s.created_at
         FROM law_scans s JOIN law_import_files f ON f.import_id = s.import_id AND f.seq = s.seq
         JOIN law_imports i ON i.id = s.import_id
         WHERE i.account_id = $1 AND f.law_id IS NULL AND s.dropped_at IS NULL
         ORDER BY s.created_at, s.import_id, s.seq LIMIT $2",
        signed.actor.account,
        SHOWN
    )
    .all(&signed.app.db)
    .await?;
    let task = |row: Row| Task {
        key: format!("laws-scan-{}-{}", row.import_id, row.seq),
        due: last_day(row.created_at, signed.app.today()).filter(|_| row.done),
        state: if row.done { "laws-state-waiting" } else { "laws-state-reading" },
        title: signed.app.words.say(signed.lang(), "laws-task-scan", &[("value", row.name)]),
        path: format!("/luat/nhap/{}/{}/quet", row.import_id, row.seq),
        unit: None,
        quick: None,
    };
    Ok(rows.into_iter().map(task).collect())
}
