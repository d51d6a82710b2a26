//! One SQL text on SQLite and PostgreSQL: transactions, static statements that tests can prepare and count,
//! composed queries over facts, migrations, databases for tests.
//!
//! Common subset: BIGINT, DOUBLE PRECISION, TEXT, BOOLEAN, BYTES; dates are TEXT `YYYY-MM-DD`, instants BIGINT
//! microseconds UTC, money BIGINT đồng, ids 16 bytes. No LIKE or lower() on people's text; order for people is
//! by stored collation keys. `sqlx` is named in this crate only.

mod compose;
mod copy;
mod db;
mod error;
mod held;
mod migrate;
mod row;
mod statement;
pub mod testing;
mod value;

pub use compose::{Columns, Filter, Relation, Select, Test, shapes};
pub use copy::{Filling, Kind, Snapshot, Table, begin_filling, end_filling, is_being_filled, tables};
pub use db::{Db, Engine, Place, Runs, Tx};
pub use error::{Error, Trouble};
pub use held::watch;
pub use migrate::{Migration, migrate};
pub use row::{Column, FromRow, Row};
pub use statement::{Query, Registered, Statement};
pub use value::{BadId, Id, RecordId, ToValue, Value};

#[doc(hidden)]
pub use inventory;

pub type Result<T, E = Error> = std::result::Result<T, E>;
