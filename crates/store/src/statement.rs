//! `sql!`: the only place of the program where SQL stands, each statement known to the tests.

use std::sync::atomic::{AtomicU8, Ordering};

use crate::{Engine, FromRow, Result, Row, ToValue, Value, db::Runs};

/// One static SQL text (or one for each engine), registered at link time so that tests can prepare all of
/// them on both engines and see which were executed.
pub struct Statement {
    pub sqlite: &'static str,
    pub postgres: &'static str,
    pub file: &'static str,
    pub line: u32,
    executed: AtomicU8,
}

impl Statement {
    pub const fn new(
        sqlite: &'static str,
        postgres: &'static str,
        file: &'static str,
        line: u32,
    ) -> Statement {
        Statement { sqlite, postgres, file, line, executed: AtomicU8::new(0) }
    }
    pub fn text(&self, engine: Engine) -> &'static str {
        match engine {
            Engine::Sqlite => self.sqlite,
            Engine::Postgres => self.postgres,
        }
    }
    pub(crate) fn note_executed(&self, engine: Engine) {
        if self.executed.fetch_or(engine.bit(), Ordering::Relaxed) & engine.bit() == 0 {
            crate::testing::note_executed(self, engine);
        }
    }
    /// Whether this process has run the statement on the engine.
    pub fn was_executed(&self, engine: Engine) -> bool {
        self.executed.load(Ordering::Relaxed) & engine.bit() != 0
    }
    /// Every statement of the program.
    pub fn all() -> impl Iterator<Item = &'static Statement> {
        inventory::iter::<Registered>().map(|r| r.0)
    }
}

#[doc(hidden)]
pub struct Registered(pub &'static Statement);
inventory::collect!(Registered);

/// A statement with its values, ready to run on a [`Db`](crate::Db) (reading) or a [`Tx`](crate::Tx).
pub struct Query {
    pub(crate) text: std::borrow::Cow<'static, str>,
    pub(crate) statement: Option<&'static Statement>,
    pub(crate) values: Vec<Value>,
}

impl Query {
    pub fn new(statement: &'static Statement) -> Query {
        Query { text: "".into(), statement: Some(statement), values: Vec::new() }
    }
    pub fn bind(mut self, value: impl ToValue) -> Query {
        self.values.push(value.to_value());
        self
    }
    pub(crate) fn text(&self, engine: Engine) -> std::borrow::Cow<'static, str> {
        match self.statement {
            Some(s) => s.text(engine).into(),
            None => self.text.clone(),
        }
    }

    pub async fn rows(self, on: impl Runs) -> Result<Vec<Row>> {
        on.fetch(self).await
    }
    pub async fn all<T: FromRow>(self, on: impl Runs) -> Result<Vec<T>> {
        on.fetch(self).await?.iter().map(T::from_row).collect()
    }
    pub async fn find<T: FromRow>(self, on: impl Runs) -> Result<Option<T>> {
        on.fetch(self).await?.first().map(T::from_row).transpose()
    }
    /// The one row there must be; [`Error::NotFound`](crate::Error::NotFound) if there is none.
    pub async fn get<T: FromRow>(self, on: impl Runs) -> Result<T> {
        self.find(on).await?.ok_or(crate::Error::NotFound)
    }
    /// Runs for its effect; the number of rows touched.
    pub async fn run(self, tx: &mut crate::Tx) -> Result<u64> {
        tx.execute(self).await
    }
}

/// `sql!("SELECT … WHERE id = $1", id)`; where an engine needs its own words:
/// `sql!(sqlite: "…", postgres: "…"; a, b)`.
#[macro_export]
macro_rules! sql {
    (sqlite: $sqlite:literal, postgres: $postgres:literal $(; $($arg:expr),* $(,)?)?) => {{
        static STATEMENT: $crate::Statement = $crate::Statement::new($sqlite, $postgres, file!(), line!());
        $crate::inventory::submit! { $crate::Registered(&STATEMENT) }
        $crate::Query::new(&STATEMENT)$($(.bind(&$arg))*)?
    }};
    ($text:literal $(, $arg:expr)* $(,)?) => {{
        static STATEMENT: $crate::Statement = $crate::Statement::new($text, $text, file!(), line!());
        $crate::inventory::submit! { $crate::Registered(&STATEMENT) }
        $crate::Query::new(&STATEMENT)$(.bind(&$arg))*
    }};
}
