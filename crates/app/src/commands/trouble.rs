//! What keeps a command from its work: a folder, a disk, a database, a port, a file. Each is said with what to do
//! next.

use std::io::ErrorKind;
use std::path::Path;

use super::Said;
use crate::error::Error;
use crate::i18n::Arg;
use crate::start::Data;

/// A trouble that has a sentence of its own: the key, and what is put into it.
#[derive(Debug, thiserror::Error)]
#[error("{key}")]
pub struct Trouble {
    key: &'static str,
    args: Vec<Arg<'static>>,
}

impl Trouble {
    pub fn new(key: &'static str, args: Vec<Arg<'static>>) -> Trouble {
        Trouble { key, args }
    }
    pub fn of_folder(key: &'static str, folder: &Path) -> Trouble {
        Trouble::new(key, vec![("folder", folder.display().to_string())])
    }
    pub fn of_file(key: &'static str, file: &Path) -> Trouble {
        Trouble::new(key, vec![("file", file.display().to_string())])
    }
    /// What the program says of an error on its pages.
    pub fn of(error: Error) -> anyhow::Error {
        match error {
            Error::Internal(cause) => cause,
            Error::Invalid(problems) => match problems.into_iter().next() {
                Some(p) => Trouble::new(p.key, vec![("value", p.value)]).into(),
                None => Trouble::new("error-invalid", vec![]).into(),
            },
            other => Trouble::new(other.key(), vec![]).into(),
        }
    }
}

/// Reads a file that a person named.
pub fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(file).map_err(|cause| unreadable(cause, file))
}

/// [`read`] of a text.
pub fn read_text(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file).map_err(|cause| unreadable(cause, file))
}

/// A file that a person named is not there, or may not be read.
pub fn unreadable(cause: std::io::Error, file: &Path) -> anyhow::Error {
    let key = if cause.kind() == ErrorKind::NotFound { "command-no-file" } else { "command-file-unreadable" };
    anyhow::Error::new(cause).context(Trouble::of_file(key, file))
}

/// The sentence about an error, the technical cause at its end.
pub fn said(error: &anyhow::Error, data: &Data) -> Said {
    if let Some(Error::Internal(cause)) = error.downcast_ref::<Error>() {
        return self::said(cause, data);
    }
    let mut said = Said::default();
    let (key, mut args) = known(error, data).unwrap_or(("command-failed", vec![]));
    let causes = error.chain().skip(usize::from(error.is::<Trouble>())).map(ToString::to_string);
    args.push(("cause", causes.collect::<Vec<_>>().join(": ")));
    said.wrong(key, args);
    said
}

fn known(error: &anyhow::Error, data: &Data) -> Option<(&'static str, Vec<Arg<'static>>)> {
    if let Some(told) = error.downcast_ref::<Trouble>() {
        return Some((told.key, told.args.clone()));
    }
    let folder = || vec![("folder", data.folder.display().to_string())];
    for cause in error.chain() {
        if let Some(e) = cause.downcast_ref::<store::Error>() {
            let key = match e.trouble()? {
                store::Trouble::Full => "command-disk-full",
                store::Trouble::ReadOnly => "command-folder-read-only",
                store::Trouble::CannotOpen if data.postgres.is_none() => "command-folder-read-only",
                store::Trouble::Newer => "command-data-newer",
                store::Trouble::NotADatabase => "command-not-a-database",
                store::Trouble::CannotOpen => "command-no-database",
            };
            return Some((key, folder()));
        }
        if let Some(e) = cause.downcast_ref::<std::io::Error>() {
            let key = match e.kind() {
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "command-disk-full",
                ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => "command-folder-read-only",
                ErrorKind::AlreadyExists | ErrorKind::NotADirectory => "command-not-a-folder",
                _ => continue,
            };
            return Some((key, folder()));
        }
    }
    None
}
