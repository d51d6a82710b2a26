//! Workbooks as answers. They are written beside the threads that answer everybody else: a province's year takes a
//! second.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use sheets::{Cell, Table, TableWriter, WriteError};

use crate::error::{Error, Result};

/// A table as an answer, under a file's name.
pub async fn of_table(table: Table, name: &str) -> Result<Response> {
    Book::begin(table).await?.answer(name).await
}

/// A table too long to hold: its rows are given some at a time.
pub struct Book {
    writer: TableWriter,
}

impl Book {
    /// Begins with the rows that the table has.
    pub async fn begin(table: Table) -> Result<Book> {
        let begun = beside(move || {
            let mut writer = TableWriter::new(&table)?;
            writer.write(&table.rows)?;
            Ok(writer)
        });
        Ok(Book { writer: begun.await? })
    }
    pub async fn write(mut self, rows: Vec<Vec<Cell>>) -> Result<Book> {
        let written = beside(move || self.writer.write(&rows).map(|()| self.writer));
        Ok(Book { writer: written.await? })
    }
    pub async fn answer(self, name: &str) -> Result<Response> {
        Ok(answer(beside(move || self.writer.finish()).await?, name))
    }
}

async fn beside<T: Send + 'static>(
    write: impl FnOnce() -> std::result::Result<T, WriteError> + Send + 'static,
) -> Result<T> {
    let written = tokio::task::spawn_blocking(write).await.map_err(|e| Error::Internal(e.into()))?;
    written.map_err(|e| Error::Internal(e.into()))
}

/// A workbook as an answer, under a file's name.
pub fn answer(bytes: Vec<u8>, name: &str) -> Response {
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let place = format!("attachment; filename=\"{name}\"");
    ([(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, place)], bytes).into_response()
}
