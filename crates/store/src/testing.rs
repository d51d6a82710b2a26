//! Databases for tests: an empty one of its own for each caller, on either engine.

use std::fs::File;
use std::io::Write as _;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Db, Engine, Place, Result, Statement};

static NEXT: AtomicU64 = AtomicU64::new(0);

/// The engines that this run tests: SQLite always; PostgreSQL when `LANTOA_TEST_POSTGRES` names a server
/// (`postgres://user@host:port/`), where each test database is created.
pub fn engines() -> Vec<Engine> {
    match std::env::var("LANTOA_TEST_POSTGRES") {
        Ok(_) => vec![Engine::Sqlite, Engine::Postgres],
        Err(_) => vec![Engine::Sqlite],
    }
}

/// Notes a statement's first run on an engine in the file that `LANTOA_SQL_COVERAGE` names, if it does: after
/// all tests of all processes, what is not in it was executed by none of them.
pub(crate) fn note_executed(statement: &Statement, engine: Engine) {
    static FILE: OnceLock<Option<File>> = OnceLock::new();
    let open = || {
        let path = std::env::var_os("LANTOA_SQL_COVERAGE")?;
        File::options().create(true).append(true).open(path).ok()
    };
    if let Some(mut file) = FILE.get_or_init(open).as_ref() {
        // One write for a line: several processes append to the file.
        let _ = file.write_all(format!("{}\n", coverage_line(statement, engine)).as_bytes());
    }
}

/// How a statement stands in the file of `LANTOA_SQL_COVERAGE`.
pub fn coverage_line(statement: &Statement, engine: Engine) -> String {
    format!("{engine:?} {}:{}", statement.file, statement.line)
}

/// A place for a new, empty database. A SQLite file goes to the system's folder for temporary files, a
/// PostgreSQL database to the server of `LANTOA_TEST_POSTGRES`.
pub async fn new_place(engine: Engine) -> Result<Place> {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("lantoa_test_{}_{number}", std::process::id());
    match engine {
        Engine::Sqlite => {
            let path = std::env::temp_dir().join(format!("{name}.db"));
            for end in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(format!("{}{end}", path.display()));
            }
            Ok(Place::File(path))
        }
        Engine::Postgres => {
            let server = std::env::var("LANTOA_TEST_POSTGRES")
                .map_err(|_| crate::Error::Migration("LANTOA_TEST_POSTGRES is not set".into()))?;
            Ok(Place::Postgres(new_postgres(&server, &name).await?))
        }
    }
}

/// An empty database of a name on a server (`postgres://user@host:port`), in place of any that was there: its
/// address.
pub async fn new_postgres(server: &str, name: &str) -> Result<String> {
    let server = server.trim_end_matches('/');
    let admin = Db::open(&Place::Postgres(format!("{server}/postgres"))).await?;
    if let Db::Postgres(pool) = &admin {
        let create = |text: String| sqlx::raw_sql(sqlx::AssertSqlSafe(text));
        sqlx::Executor::execute(pool, create(format!("DROP DATABASE IF EXISTS {name}"))).await?;
        sqlx::Executor::execute(pool, create(format!("CREATE DATABASE {name} TEMPLATE template0"))).await?;
    }
    admin.close().await;
    Ok(format!("{server}/{name}"))
}

/// An SQLite database grows no more, as on a full disk.
pub async fn allow_no_growth(db: &Db) -> Result<()> {
    if let Db::Sqlite { writer, .. } = db {
        sqlx::raw_sql("PRAGMA max_page_count = 1").execute(writer).await?;
    }
    Ok(())
}
