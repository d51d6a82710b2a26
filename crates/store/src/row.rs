use sqlx::Row as _;

use crate::{Error, Id, Result};

/// A row of either engine; columns are taken by name.
pub enum Row {
    Sqlite(sqlx::sqlite::SqliteRow),
    Postgres(sqlx::postgres::PgRow),
}

impl Row {
    pub fn get<T: Column>(&self, name: &str) -> Result<T> {
        T::from_column(self, name)
    }
    pub fn columns(&self) -> usize {
        match self {
            Row::Sqlite(r) => r.len(),
            Row::Postgres(r) => r.len(),
        }
    }
    /// A column by its place; composed queries, whose columns are many, use it.
    pub fn int_at(&self, index: usize) -> Result<Option<i64>> {
        Ok(match self {
            Row::Sqlite(r) => r.try_get(index)?,
            Row::Postgres(r) => r.try_get(index)?,
        })
    }
    pub fn bytes_at(&self, index: usize) -> Result<Option<Vec<u8>>> {
        Ok(match self {
            Row::Sqlite(r) => r.try_get(index)?,
            Row::Postgres(r) => r.try_get(index)?,
        })
    }
    pub fn text_at(&self, index: usize) -> Result<Option<String>> {
        Ok(match self {
            Row::Sqlite(r) => r.try_get(index)?,
            Row::Postgres(r) => r.try_get(index)?,
        })
    }
}

/// A type that a column can hold.
pub trait Column: Sized {
    fn from_column(row: &Row, name: &str) -> Result<Self>;
}

macro_rules! plain_column {
    ($($t:ty),*) => {$(
        impl Column for $t {
            fn from_column(row: &Row, name: &str) -> Result<Self> {
                Ok(match row { Row::Sqlite(r) => r.try_get(name)?, Row::Postgres(r) => r.try_get(name)? })
            }
        }
        impl Column for Option<$t> {
            fn from_column(row: &Row, name: &str) -> Result<Self> {
                Ok(match row { Row::Sqlite(r) => r.try_get(name)?, Row::Postgres(r) => r.try_get(name)? })
            }
        }
    )*};
}
plain_column!(i64, f64, bool, String, Vec<u8>);

/// A type kept in a column of another type.
macro_rules! column_through {
    ($t:ty, $raw:ty, $value:ident => $convert:expr) => {
        impl Column for $t {
            fn from_column(row: &Row, name: &str) -> Result<Self> {
                let $value = <$raw>::from_column(row, name)?;
                $convert.ok_or_else(|| Error::bad_column(name))
            }
        }
        impl Column for Option<$t> {
            fn from_column(row: &Row, name: &str) -> Result<Self> {
                match Option::<$raw>::from_column(row, name)? {
                    None => Ok(None),
                    Some($value) => $convert.map(Some).ok_or_else(|| Error::bad_column(name)),
                }
            }
        }
    };
}
column_through!(Id, Vec<u8>, v => v.try_into().ok().map(Id));
column_through!(jiff::civil::Date, String, v => v.parse().ok());
column_through!(jiff::Timestamp, i64, v => jiff::Timestamp::from_microsecond(v).ok());

/// A struct read from a row by column names; made by [`record!`](crate::record).
pub trait FromRow: Sized {
    fn from_row(row: &Row) -> Result<Self>;
}

/// One unnamed column: the first.
macro_rules! scalar_row {
    ($($t:ty => $get:ident),*) => {$(
        impl FromRow for ($t,) {
            fn from_row(row: &Row) -> Result<Self> { Ok((row.$get(0)?.ok_or_else(|| Error::bad_column("0"))?,)) }
        }
        impl FromRow for (Option<$t>,) {
            fn from_row(row: &Row) -> Result<Self> { Ok((row.$get(0)?,)) }
        }
    )*};
}
scalar_row!(i64 => int_at, String => text_at, Vec<u8> => bytes_at);
impl FromRow for (Id,) {
    fn from_row(row: &Row) -> Result<Self> {
        let bytes = row.bytes_at(0)?.ok_or_else(|| Error::bad_column("0"))?;
        Ok((Id(bytes.try_into().map_err(|_| Error::bad_column("0"))?),))
    }
}

/// Declares a struct whose fields are columns of the same name.
#[macro_export]
macro_rules! record {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$fmeta:meta])* $fvis:vis $field:ident : $t:ty),* $(,)? }) => {
        $(#[$meta])* $vis struct $name { $($(#[$fmeta])* $fvis $field : $t),* }
        impl $crate::FromRow for $name {
            fn from_row(row: &$crate::Row) -> $crate::Result<Self> {
                Ok($name { $($field: row.get(stringify!($field))?),* })
            }
        }
    };
}
