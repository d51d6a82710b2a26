//! What keeps a command from its work and lies outside the program: a folder, a disk, a database, a port. Each is
//! said in both languages with what to do next.

use std::io::ErrorKind;

use crate::i18n::{Arg, Lang};
use crate::start::{CannotListen, Data};

/// The sentences about an error, the technical cause last.
pub fn sentences(error: &anyhow::Error, data: &Data) -> Vec<String> {
    let cause = format!("{error:#}");
    let (Some((key, mut args)), Ok(words)) = (known(error, data), crate::words()) else {
        return vec![cause];
    };
    args.push(("cause", cause));
    Lang::ALL.into_iter().map(|lang| words.say(lang, key, &args)).collect()
}

fn known(error: &anyhow::Error, data: &Data) -> Option<(&'static str, Vec<Arg<'static>>)> {
    let folder = || vec![("folder", data.folder.display().to_string())];
    for cause in error.chain() {
        if let Some(port) = cause.downcast_ref::<CannotListen>() {
            let key = match port.cause.kind() {
                ErrorKind::AddrInUse => "command-port-in-use",
                _ => "command-cannot-listen",
            };
            return Some((key, vec![("listen", port.listen.clone())]));
        }
        if let Some(e) = cause.downcast_ref::<store::Error>() {
            let key = match e.trouble()? {
                store::Trouble::Full => "command-disk-full",
                store::Trouble::ReadOnly => "command-folder-read-only",
                store::Trouble::CannotOpen if data.postgres.is_none() => "command-folder-read-only",
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
