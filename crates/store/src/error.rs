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
}

impl Error {
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
