//! What can go wrong with an index.

use std::path::{Path, PathBuf};

/// What can go wrong with an index. A query never fails for what stands in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SeekError {
    /// The files are damaged or of an older format: make a new index with [`Index::create`](crate::Index::create)
    /// and fill it again.
    #[error("the search index in {} is damaged and must be built again: {reason}", dir.display())]
    Damaged { dir: PathBuf, reason: String },
    /// Another process writes to the index.
    #[error("the search index in {} is in use by another process", dir.display())]
    InUse { dir: PathBuf },
    #[error("the search index in {} cannot be read or written: {source}", dir.display())]
    Io { dir: PathBuf, source: std::io::Error },
    /// Anything else the search engine reports.
    #[error("the search index failed: {0}")]
    Engine(String),
}

impl SeekError {
    pub(crate) fn io(dir: &Path) -> impl Fn(std::io::Error) -> SeekError {
        move |source| SeekError::Io { dir: dir.into(), source }
    }

    pub(crate) fn damaged(dir: &Path, reason: impl ToString) -> SeekError {
        SeekError::Damaged { dir: dir.into(), reason: reason.to_string() }
    }

    pub(crate) fn engine(dir: &Path) -> impl Fn(tantivy::TantivyError) -> SeekError {
        use tantivy::TantivyError as T;
        move |error| match error {
            T::LockFailure(tantivy::directory::error::LockError::IoError(io), _) => {
                SeekError::Io { dir: dir.into(), source: std::io::Error::new(io.kind(), io.to_string()) }
            }
            T::LockFailure(..) => SeekError::InUse { dir: dir.into() },
            T::IoError(io) => {
                SeekError::Io { dir: dir.into(), source: std::io::Error::new(io.kind(), io.to_string()) }
            }
            T::DataCorruption(_) | T::IncompatibleIndex(_) | T::OpenReadError(_) | T::DeserializeError(_) => {
                SeekError::damaged(dir, error)
            }
            other => SeekError::Engine(other.to_string()),
        }
    }
}
