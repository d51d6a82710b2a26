//! Connections and transactions on either engine.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Executor, Postgres, Sqlite, Transaction,
    postgres::{PgConnectOptions, PgPool, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous},
};

use crate::held::{self, Held};
use crate::{Query, Result, Row, Value};

macro_rules! bind {
    ($query:expr, $values:expr) => {{
        let mut query = $query;
        for value in $values {
            query = match value {
                Value::Int(v) => query.bind(*v),
                Value::Float(v) => query.bind(*v),
                // PostgreSQL keeps no NUL in a text; no text of people has one.
                Value::Text(v) => query.bind(v.as_ref().map(|text| text.replace('\0', ""))),
                Value::Bool(v) => query.bind(*v),
                Value::Bytes(v) => query.bind(v.clone()),
            };
        }
        query
    }};
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}
impl Engine {
    pub(crate) fn bit(self) -> u8 {
        match self {
            Engine::Sqlite => 1,
            Engine::Postgres => 2,
        }
    }
}

/// Where the data are.
#[derive(Debug, Clone)]
pub enum Place {
    File(PathBuf),
    Postgres(String),
}

/// A database: on SQLite one writer and a pool of readers, on PostgreSQL one pool. Cheap to clone.
#[derive(Clone)]
pub enum Db {
    Sqlite { writer: SqlitePool, readers: SqlitePool },
    Postgres(PgPool),
}

/// The file is its owner's alone, and so are those that SQLite makes beside it. What cannot be opened or is another's
/// is left to SQLite, which says why.
fn make_private(path: &Path) {
    #[cfg(unix)]
    if let Ok(file) = std::fs::File::options().create(true).append(true).open(path) {
        let _ = file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600));
    }
}

impl Db {
    pub async fn open(place: &Place) -> Result<Db> {
        match place {
            Place::File(path) => Db::open_file(path).await,
            Place::Postgres(url) => {
                let options: PgConnectOptions = url.parse()?;
                // What a person saves must survive the server's crash, whatever the server's default is.
                // Compiling a query of many sums takes longer than running it.
                let options = options
                    .options([("synchronous_commit", "on"), ("timezone", "UTC"), ("jit", "off")])
                    .disable_statement_logging();
                let pool = PgPoolOptions::new()
                    .max_connections(16)
                    .acquire_timeout(Duration::from_secs(10))
                    .connect_with(options)
                    .await?;
                Ok(Db::Postgres(pool))
            }
        }
    }

    async fn open_file(path: &Path) -> Result<Db> {
        make_private(path);
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .pragma("cache_size", "-4000")
            .pragma("temp_store", "MEMORY")
            .row_buffer_size(512)
            .disable_statement_logging();
        // When the disk is full SQLite itself ends the transaction, and sqlx goes on believing in it: such a
        // connection begins no other, so it gives way to a new one.
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
            .connect_with(options.clone())
            .await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options.pragma("query_only", "ON"))
            .await?;
        Ok(Db::Sqlite { writer, readers })
    }

    pub fn engine(&self) -> Engine {
        match self {
            Db::Sqlite { .. } => Engine::Sqlite,
            Db::Postgres(_) => Engine::Postgres,
        }
    }

    /// Begins a writing transaction; it is rolled back unless [`Tx::commit`] is called.
    pub async fn begin(&self) -> Result<Tx> {
        let held = Held::ask();
        Ok(match self {
            Db::Sqlite { writer, .. } => Tx::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?, held),
            Db::Postgres(pool) => Tx::Postgres(pool.begin().await?, held),
        })
    }

    /// Prepares a text without running it: tests do this with every statement.
    pub async fn prepare(&self, text: &str) -> Result<()> {
        use sqlx::SqlSafeStr;
        let text = AssertSqlSafe(text.to_owned()).into_sql_str();
        match self {
            Db::Sqlite { readers, .. } => readers.acquire().await?.prepare(text).await.map(|_| ())?,
            Db::Postgres(pool) => pool.acquire().await?.prepare(text).await.map(|_| ())?,
        }
        Ok(())
    }

    /// The durability settings in force on a writing connection: (`journal_mode`, `synchronous`) on SQLite,
    /// (`fsync`, `synchronous_commit`) on PostgreSQL.
    pub async fn durability(&self) -> Result<(String, String)> {
        match self {
            Db::Sqlite { writer, .. } => {
                let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(writer).await?;
                let sync: i64 = sqlx::query_scalar("PRAGMA synchronous").fetch_one(writer).await?;
                Ok((mode, if sync == 2 { "full".into() } else { sync.to_string() }))
            }
            Db::Postgres(pool) => Ok((
                sqlx::query_scalar("SHOW fsync").fetch_one(pool).await?,
                sqlx::query_scalar("SHOW synchronous_commit").fetch_one(pool).await?,
            )),
        }
    }

    /// Runs a script of several statements in the writer, outside `sql!`: migrations and filling only.
    pub(crate) async fn script(tx: &mut Tx, text: &str) -> Result<()> {
        let script = sqlx::raw_sql(AssertSqlSafe(text.to_owned()));
        match tx {
            Tx::Sqlite(t, _) => script.execute(&mut **t).await.map(|_| ())?,
            Tx::Postgres(t, _) => script.execute(&mut **t).await.map(|_| ())?,
        }
        Ok(())
    }

    pub async fn close(&self) {
        match self {
            Db::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Db::Postgres(pool) => pool.close().await,
        }
    }
}

/// A writing transaction.
pub enum Tx {
    Sqlite(Transaction<'static, Sqlite>, Held),
    Postgres(Transaction<'static, Postgres>, Held),
}

impl Tx {
    pub async fn commit(self) -> Result<()> {
        match self {
            Tx::Sqlite(t, _) => t.commit().await?,
            Tx::Postgres(t, _) => t.commit().await?,
        }
        Ok(())
    }
    pub async fn rollback(self) -> Result<()> {
        match self {
            Tx::Sqlite(t, _) => t.rollback().await?,
            Tx::Postgres(t, _) => t.rollback().await?,
        }
        Ok(())
    }
    pub fn engine(&self) -> Engine {
        match self {
            Tx::Sqlite(..) => Engine::Sqlite,
            Tx::Postgres(..) => Engine::Postgres,
        }
    }
    /// From here until the transaction ends, no other is past the same words: what is looked for and not found is not
    /// there when it is inserted. Comes first in a transaction, so that two never wait for each other. SQLite has one
    /// writer anyway.
    pub async fn alone(&mut self, words: &str) -> Result<()> {
        if let Tx::Postgres(t, _) = self {
            let lock = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
            sqlx::query::<Postgres>(lock).bind(words.to_owned()).execute(&mut **t).await?;
        }
        Ok(())
    }
    pub(crate) async fn execute(&mut self, query: Query) -> Result<u64> {
        let engine = self.engine();
        let text = AssertSqlSafe(query.text(engine).into_owned());
        let touched = match self {
            Tx::Sqlite(t, _) => {
                bind!(sqlx::query::<Sqlite>(text), &query.values).execute(&mut **t).await?.rows_affected()
            }
            Tx::Postgres(t, _) => {
                bind!(sqlx::query::<Postgres>(text), &query.values).execute(&mut **t).await?.rows_affected()
            }
        };
        note(&query, engine);
        Ok(touched)
    }
}

fn note(query: &Query, engine: Engine) {
    if let Some(statement) = query.statement {
        statement.note_executed(engine);
    }
}

/// Where a query can run: `&Db` reads, `&mut Tx` reads what it has written.
pub trait Runs {
    fn fetch(self, query: Query) -> impl Future<Output = Result<Vec<Row>>> + Send;
}

impl Runs for &Db {
    async fn fetch(self, query: Query) -> Result<Vec<Row>> {
        held::check();
        let engine = self.engine();
        let text = AssertSqlSafe(query.text(engine).into_owned());
        let rows = match self {
            Db::Sqlite { readers, .. } => {
                let rows = bind!(sqlx::query::<Sqlite>(text), &query.values).fetch_all(readers).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Db::Postgres(pool) => {
                let rows = bind!(sqlx::query::<Postgres>(text), &query.values).fetch_all(pool).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        };
        note(&query, engine);
        Ok(rows)
    }
}

impl Runs for &mut Tx {
    async fn fetch(self, query: Query) -> Result<Vec<Row>> {
        let engine = self.engine();
        let text = AssertSqlSafe(query.text(engine).into_owned());
        let rows = match self {
            Tx::Sqlite(t, _) => {
                let rows = bind!(sqlx::query::<Sqlite>(text), &query.values).fetch_all(&mut **t).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Tx::Postgres(t, _) => {
                let rows = bind!(sqlx::query::<Postgres>(text), &query.values).fetch_all(&mut **t).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        };
        note(&query, engine);
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_that_the_engine_ended_keeps_nobody_from_the_next() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let place = crate::testing::new_place(Engine::Sqlite).await.unwrap();
            let db = Db::open(&place).await.unwrap();
            let mut tx = db.begin().await.unwrap();
            // As SQLite does when the disk is full.
            Db::script(&mut tx, "ROLLBACK").await.unwrap();
            drop(tx);
            db.begin().await.unwrap().commit().await.unwrap();
            db.close().await;
        });
    }
}
