//! Databases for tests: an empty one of its own for each caller, on either engine.

use std::fs::File;
use std::io::Write as _;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::OnceCell;

use crate::{Db, Engine, Migration, Place, Result, Statement};

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
    new_place_like(engine, "template0").await
}

/// A place for a new database that may have these migrations already, always the same in one process: PostgreSQL
/// copies what was migrated once sooner than it migrates again.
pub async fn new_migrated_place(engine: Engine, migrations: &[Migration]) -> Result<Place> {
    static MIGRATED: OnceCell<String> = OnceCell::const_new();
    if engine == Engine::Sqlite {
        return new_place(engine).await;
    }
    let make = async || {
        let name = format!("lantoa_test_{}_migrated", std::process::id());
        let db = Db::open(&Place::Postgres(new_postgres(&server()?, &name).await?)).await?;
        crate::migrate(&db, migrations).await?;
        db.close().await;
        Ok::<_, crate::Error>(name)
    };
    new_place_like(engine, MIGRATED.get_or_try_init(make).await?).await
}

async fn new_place_like(engine: Engine, template: &str) -> Result<Place> {
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
        Engine::Postgres => Ok(Place::Postgres(new_postgres_like(&server()?, &name, template).await?)),
    }
}

fn server() -> Result<String> {
    std::env::var("LANTOA_TEST_POSTGRES")
        .map_err(|_| crate::Error::Migration("LANTOA_TEST_POSTGRES is not set".into()))
}

/// An empty database of a name on a server (`postgres://user@host:port`), in place of any that was there: its
/// address.
pub async fn new_postgres(server: &str, name: &str) -> Result<String> {
    new_postgres_like(server, name, "template0").await
}

async fn new_postgres_like(server: &str, name: &str, template: &str) -> Result<String> {
    let server = server.trim_end_matches('/');
    let admin = Db::open(&Place::Postgres(format!("{server}/postgres"))).await?;
    if let Db::Postgres(pool) = &admin {
        let create = |text: String| sqlx::raw_sql(sqlx::AssertSqlSafe(text));
        sqlx::Executor::execute(pool, create(format!("DROP DATABASE IF EXISTS {name}"))).await?;
        sqlx::Executor::execute(pool, create(format!("CREATE DATABASE {name} TEMPLATE {template}"))).await?;
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
