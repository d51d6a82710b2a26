/// What can go wrong in the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no such row")]
    NotFound,
    /// A unique or foreign key constraint refused the row; its name where the engine tells.
    #[error("constraint {0} refused the row")]
    Constraint(String),
    /// The engine cannot be reached or is overloaded; the same call may succeed later.
    #[error("database unavailable: {0}")]
    Unavailable(sqlx::Error),
    #[error(transparent)]
    Engine(sqlx::Error),
    #[error("{0}")]
    Migration(String),
    /// The data have a migration that this program does not know.
    #[error("the data were written by a newer version of the program (migration {0})")]
    Newer(i64),
}

/// What keeps a database from working and lies outside the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// No room is left where the database is.
    Full,
    ReadOnly,
    /// The file is not SQLite's, or damaged.
    NotADatabase,
    /// The file cannot be opened or made; the server cannot be reached or refuses.
    CannotOpen,
    /// A newer program has written the data.
    Newer,
}

impl Error {
    pub fn trouble(&self) -> Option<Trouble> {
        if let Error::Newer(_) = self {
            return Some(Trouble::Newer);
        }
        let (Error::Unavailable(e) | Error::Engine(e)) = self else { return None };
        let sqlx::Error::Database(d) = e else {
            let cannot = matches!(
                e,
                sqlx::Error::Io(_)
                    | sqlx::Error::Tls(_)
                    | sqlx::Error::Configuration(_)
                    | sqlx::Error::PoolTimedOut
            );
            return cannot.then_some(Trouble::CannotOpen);
        };
        let code = d.code()?;
        match code.parse::<u32>() {
            // SQLite's result codes; what stands above the low byte only refines them.
            Ok(n) if code.len() < 5 => match n & 0xff {
                8 => Some(Trouble::ReadOnly),
                11 | 26 => Some(Trouble::NotADatabase),
                13 => Some(Trouble::Full),
                14 => Some(Trouble::CannotOpen),
                _ => None,
            },
            // SQLSTATE of PostgreSQL.
            _ => match &*code {
                "53100" => Some(Trouble::Full),
                "25006" => Some(Trouble::ReadOnly),
                _ if code.starts_with("28") || code.starts_with("08") || code == "3D000" => {
                    Some(Trouble::CannotOpen)
                }
                _ => None,
            },
        }
    }
    pub(crate) fn bad_column(name: &str) -> Error {
        Error::Engine(sqlx::Error::ColumnDecode { index: name.to_owned(), source: "unexpected value".into() })
    }
}

impl From<sqlx::Error> for Error {
    fn from(e: sqlx::Error) -> Error {
        use sqlx::error::ErrorKind::{ForeignKeyViolation, UniqueViolation};
        match &e {
            sqlx::Error::RowNotFound => Error::NotFound,
            sqlx::Error::Database(d) if matches!(d.kind(), UniqueViolation | ForeignKeyViolation) => {
                Error::Constraint(d.constraint().unwrap_or(d.message()).to_owned())
            }
            sqlx::Error::Database(d) if d.message().contains("database is locked") => Error::Unavailable(e),
            sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::Io(_)
            | sqlx::Error::WorkerCrashed => Error::Unavailable(e),
            _ => Error::Engine(e),
        }
    }
}
