//! A whole database read at one moment, and filled again, on either engine: what a backup and a restore rest
//! on. What is read from one engine may be filled into the other.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, Row as _};

use crate::held::Held;
use crate::{Db, Engine, Error, Query, Result, Row, Runs, Tx, Value, sql};

/// A table with its columns in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    pub name: String,
    pub columns: Vec<(String, Kind)>,
}

/// What a column holds: the common types of both engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Int,
    Float,
    Text,
    Bool,
    Bytes,
}

impl Kind {
    fn of_declared(declared: &str) -> Result<Kind> {
        Ok(match declared.to_ascii_lowercase().as_str() {
            "bigint" | "integer" => Kind::Int,
            "double precision" => Kind::Float,
            "text" => Kind::Text,
            "boolean" => Kind::Bool,
            "blob" | "bytea" => Kind::Bytes,
            other => return Err(Error::Migration(format!("a column of the type {other} cannot be copied"))),
        })
    }
}

impl Table {
    fn names(&self) -> String {
        let names: Vec<String> = self.columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        names.join(", ")
    }
    fn values(&self, row: &Row) -> Result<Vec<Value>> {
        macro_rules! at {
            ($i:expr) => {
                match row {
                    Row::Sqlite(r) => r.try_get($i)?,
                    Row::Postgres(r) => r.try_get($i)?,
                }
            };
        }
        let value = |(i, (_, kind)): (usize, &(String, Kind))| {
            Ok(match kind {
                Kind::Int => Value::Int(at!(i)),
                Kind::Float => Value::Float(at!(i)),
                Kind::Text => Value::Text(at!(i)),
                Kind::Bool => Value::Bool(at!(i)),
                Kind::Bytes => Value::Bytes(at!(i)),
            })
        };
        self.columns.iter().enumerate().map(value).collect()
    }
}

/// Rows read or written at a time.
const ROWS: usize = 1_000;
/// Values bound in one statement; both engines take more.
const VALUES: usize = 10_000;

/// One moment of a whole database; what is saved meanwhile is not in it.
pub struct Snapshot {
    tx: Tx,
}

impl Snapshot {
    pub async fn of(db: &Db) -> Result<Snapshot> {
        let held = Held::ask();
        let tx = match db {
            Db::Sqlite { readers, .. } => Tx::Sqlite(readers.begin().await?, held),
            Db::Postgres(pool) => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                Tx::Postgres(pool.begin_with(begin).await?, held)
            }
        };
        Ok(Snapshot { tx })
    }

    pub async fn tables(&mut self) -> Result<Vec<Table>> {
        tables(&mut self.tx).await
    }

    /// Gives every row of a table, in no order; their number.
    pub async fn rows(
        &mut self,
        table: &Table,
        mut each: impl FnMut(Vec<Value>) -> std::io::Result<()>,
    ) -> Result<u64> {
        let mut read = 0;
        let mut give = |rows: &[Row]| -> Result<()> {
            for row in rows {
                each(table.values(row)?).map_err(|e| Error::Migration(e.to_string()))?;
                read += 1;
            }
            Ok(())
        };
        let (name, columns) = (&table.name, table.names());
        match &mut self.tx {
            Tx::Sqlite(..) => {
                let mut after = i64::MIN;
                loop {
                    let text = format!(
                        "SELECT {columns}, rowid AS place FROM \"{name}\" WHERE rowid > $1 ORDER BY rowid LIMIT {ROWS}"
                    );
                    let query = Query { text: text.into(), statement: None, values: vec![] }.bind(after);
                    let rows = query.rows(&mut self.tx).await?;
                    give(&rows)?;
                    match rows.last() {
                        Some(last) => after = last.get("place")?,
                        None => break,
                    }
                }
            }
            Tx::Postgres(t, _) => {
                let run = |text: String| sqlx::raw_sql(AssertSqlSafe(text));
                // A name of its own for each: the answer to FETCH is prepared once by its text.
                let cursor = format!("\"rows of {name}\"");
                run(format!("DECLARE {cursor} NO SCROLL CURSOR FOR SELECT {columns} FROM \"{name}\""))
                    .execute(&mut **t)
                    .await?;
                loop {
                    let fetch = AssertSqlSafe(format!("FETCH {ROWS} FROM {cursor}"));
                    let rows = sqlx::query::<sqlx::Postgres>(fetch).fetch_all(&mut **t).await?;
                    if rows.is_empty() {
                        break;
                    }
                    give(&rows.into_iter().map(Row::Postgres).collect::<Vec<_>>())?;
                }
                run(format!("CLOSE {cursor}")).execute(&mut **t).await?;
            }
        }
        Ok(read)
    }
}

/// Every table of a database, by name.
pub async fn tables(on: impl Runs) -> Result<Vec<Table>> {
    crate::record! { struct Declared { table_name: String, column_name: String, declared: String } }
    let all: Vec<Declared> = sql!(
        sqlite: "SELECT t.name AS table_name, c.name AS column_name, c.type AS declared
                 FROM sqlite_master t JOIN pragma_table_info(t.name) c
                 WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite!_%' ESCAPE '!'
                 ORDER BY t.name, c.cid",
        postgres: "SELECT CAST(c.table_name AS TEXT) AS table_name, CAST(c.column_name AS TEXT) AS column_name,
                          CAST(c.data_type AS TEXT) AS declared
                   FROM information_schema.columns c
                   JOIN information_schema.tables t
                     ON t.table_schema = c.table_schema AND t.table_name = c.table_name
                   WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'
                   ORDER BY c.table_name, c.ordinal_position"
    )
    .all(on)
    .await?;
    let mut tables: Vec<Table> = Vec::new();
    for d in all {
        let column = (d.column_name, Kind::of_declared(&d.declared)?);
        match tables.last_mut().filter(|t| t.name == d.table_name) {
            Some(table) => table.columns.push(column),
            None => tables.push(Table { name: d.table_name, columns: vec![column] }),
        }
    }
    Ok(tables)
}

/// Stands in a database from the first moment of its filling to the last: what is cut off between them is no
/// database to work with.
const MARK: &str = "restoring";

/// Whether a filling was begun and never ended.
pub async fn is_being_filled(db: &Db) -> Result<bool> {
    let (marks,): (i64,) = sql!(
        sqlite: "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = $1",
        postgres: "SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1";
        MARK
    )
    .get(db)
    .await?;
    Ok(marks > 0)
}

/// Marks a database as being filled, and takes away what a filling that was cut off has left in it. False, and
/// nothing is touched, where other data are.
pub async fn begin_filling(db: &Db) -> Result<bool> {
    let left = tables(db).await?;
    if !left.is_empty() && !left.iter().any(|t| t.name == MARK) {
        return Ok(false);
    }
    let mut tx = db.begin().await?;
    for table in left {
        let how = if tx.engine() == Engine::Postgres { " CASCADE" } else { "" };
        Db::script(&mut tx, &format!("DROP TABLE \"{}\"{how}", table.name)).await?;
    }
    Db::script(&mut tx, &format!("CREATE TABLE {MARK} (at BIGINT)")).await?;
    tx.commit().await?;
    Ok(true)
}

/// Takes the mark away: the last act of a filling.
pub async fn end_filling(db: &Db) -> Result<()> {
    let mut tx = db.begin().await?;
    Db::script(&mut tx, &format!("DROP TABLE {MARK}")).await?;
    tx.commit().await
}

/// Fills the tables of a database in one transaction; foreign keys are checked at its end, so that tables
/// come in any order.
pub struct Filling {
    tx: Tx,
    /// Foreign keys that are deferred meanwhile: table and name.
    deferred: Vec<(String, String)>,
}

impl Filling {
    pub async fn of(db: &Db) -> Result<Filling> {
        let mut tx = db.begin().await?;
        let mut deferred = Vec::new();
        if tx.engine() == Engine::Sqlite {
            Db::script(&mut tx, "PRAGMA defer_foreign_keys = ON").await?;
        }
        crate::record! { struct Key { table_name: String, name: String } }
        // SQLite's need no change of their own.
        let keys: Vec<Key> = sql!(
            sqlite: "SELECT '' AS table_name, '' AS name WHERE FALSE",
            postgres: "SELECT CAST(r.relname AS TEXT) AS table_name, CAST(k.conname AS TEXT) AS name
                       FROM pg_constraint k JOIN pg_class r ON r.oid = k.conrelid
                       WHERE k.contype = 'f' AND r.relnamespace = CAST(current_schema() AS regnamespace)"
        )
        .all(&mut tx)
        .await?;
        for k in keys {
            alter(&mut tx, &k.table_name, &k.name, "DEFERRABLE INITIALLY DEFERRED").await?;
            deferred.push((k.table_name, k.name));
        }
        Ok(Filling { tx, deferred })
    }

    /// Takes away what migrations entered.
    pub async fn empty(&mut self, table: &Table) -> Result<()> {
        Db::script(&mut self.tx, &format!("DELETE FROM \"{}\"", table.name)).await
    }

    pub async fn insert(&mut self, table: &Table, rows: &[Vec<Value>]) -> Result<()> {
        let width = table.columns.len().max(1);
        for some in rows.chunks((VALUES / width).clamp(1, ROWS)) {
            let mut text = format!("INSERT INTO \"{}\" ({}) VALUES ", table.name, table.names());
            let mut values = Vec::with_capacity(some.len() * width);
            for row in some {
                text.push_str(if values.is_empty() { "(" } else { ", (" });
                for (i, value) in row.iter().enumerate() {
                    values.push(value.clone());
                    let _ = write!(text, "{}${}", if i > 0 { "," } else { "" }, values.len());
                }
                text.push(')');
            }
            Query { text: text.into(), statement: None, values }.run(&mut self.tx).await?;
        }
        Ok(())
    }

    pub async fn finish(mut self) -> Result<()> {
        if self.tx.engine() == Engine::Postgres {
            Db::script(&mut self.tx, "SET CONSTRAINTS ALL IMMEDIATE").await?;
        }
        for (table, name) in std::mem::take(&mut self.deferred) {
            alter(&mut self.tx, &table, &name, "NOT DEFERRABLE").await?;
        }
        self.tx.commit().await
    }
}

async fn alter(tx: &mut Tx, table: &str, key: &str, how: &str) -> Result<()> {
    Db::script(tx, &format!("ALTER TABLE \"{table}\" ALTER CONSTRAINT \"{key}\" {how}")).await
}
