//! Forward-only migrations, one text for both engines.

use crate::{Db, Engine, Error, Result, sql};

/// A feature's migration: its number orders it among all features' migrations.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    pub number: i64,
    pub name: &'static str,
    pub text: &'static str,
}

/// `migration!(12, "plans", "0012_plans.sql")`, the file beside the caller.
#[macro_export]
macro_rules! migration {
    ($number:literal, $name:literal, $file:literal) => {
        $crate::Migration { number: $number, name: $name, text: include_str!($file) }
    };
}

/// The one text in an engine's own words: `BYTES` is BLOB or BYTEA, and every TEXT sorts by its bytes on
/// PostgreSQL too, because order for people comes from stored collation keys.
fn in_words_of(engine: Engine, text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 256);
    for line in text.lines() {
        let line = line.split("--").next().unwrap_or_default();
        let mut word = String::new();
        for c in line.chars().chain(['\n']) {
            if c.is_alphanumeric() || c == '_' {
                word.push(c);
                continue;
            }
            out.push_str(match (engine, word.as_str()) {
                (Engine::Sqlite, "BYTES") => "BLOB",
                (Engine::Postgres, "BYTES") => "BYTEA",
                (Engine::Postgres, "TEXT") => "TEXT COLLATE \"C\"",
                _ => &word,
            });
            word.clear();
            out.push(c);
        }
    }
    out
}

/// Applies what is missing, in order of number; returns the names of what was applied. Two nodes that start
/// together do not apply twice.
pub async fn migrate(db: &Db, migrations: &[Migration]) -> Result<Vec<&'static str>> {
    let mut tx = db.begin().await?;
    tx.alone("migrations").await?;
    let table = "CREATE TABLE IF NOT EXISTS migrations (number BIGINT PRIMARY KEY, name TEXT NOT NULL)";
    Db::script(&mut tx, table).await?;
    let done: Vec<(i64,)> = sql!("SELECT number FROM migrations ORDER BY number").all(&mut tx).await?;
    let mut ordered = migrations.to_vec();
    ordered.sort_by_key(|m| m.number);
    // Each feature counts on in its own tens: any number that is not known is of a newer program.
    if let Some((newer,)) = done.iter().find(|(n,)| migrations.iter().all(|m| m.number != *n)) {
        return Err(Error::Newer(*newer));
    }
    let mut applied = Vec::new();
    for m in ordered.iter().filter(|m| !done.contains(&(m.number,))) {
        Db::script(&mut tx, &in_words_of(db.engine(), m.text))
            .await
            .map_err(|e| Error::Migration(format!("migration {} {}: {e}", m.number, m.name)))?;
        sql!("INSERT INTO migrations (number, name) VALUES ($1, $2)", m.number, m.name).run(&mut tx).await?;
        applied.push(m.name);
    }
    tx.commit().await?;
    Ok(applied)
}
