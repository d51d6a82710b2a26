//! Files that people attach, by the digest of their content, in the data folder.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};

pub struct Files {
    folder: PathBuf,
}

impl Files {
    pub fn open(data: &std::path::Path) -> anyhow::Result<Files> {
        let folder = data.join("files");
        crate::app::make_private_folder(&folder)?;
        Ok(Files { folder })
    }

    fn path(&self, digest: &str) -> PathBuf {
        self.folder.join(digest.get(..2).unwrap_or("00")).join(digest)
    }

    /// Keeps the bytes durably; returns their digest (SHA-256, hex). The same bytes are kept once.
    pub async fn keep(&self, bytes: Vec<u8>) -> Result<String> {
        let digest = hex::encode(Sha256::digest(&bytes));
        let path = self.path(&digest);
        tokio::task::spawn_blocking(move || -> std::io::Result<()> {
            if path.exists() {
                return Ok(());
            }
            let folder = path.parent().unwrap_or(&path).to_owned();
            std::fs::create_dir_all(&folder)?;
            // A name of its own until complete: a power cut leaves no half file under the right name.
            let part = path.with_extension(format!("part{}-{}", std::process::id(), next_part()));
            let written = std::fs::File::create(&part).and_then(|mut file| {
                std::io::Write::write_all(&mut file, &bytes)?;
                file.sync_all()?;
                std::fs::rename(&part, &path)
            });
            if written.is_err() {
                // On a full disk half a file would take the room that the next one needs.
                let _ = std::fs::remove_file(&part);
                return written;
            }
            std::fs::File::open(&folder)?.sync_all()?;
            folder.parent().map_or(Ok(()), |all| std::fs::File::open(all)?.sync_all())
        })
        .await
        .map_err(|e| Error::Internal(e.into()))??;
        Ok(digest)
    }

    /// The digests of all files.
    pub fn all(&self) -> anyhow::Result<Vec<String>> {
        let mut all = Vec::new();
        for folder in std::fs::read_dir(&self.folder)? {
            for file in std::fs::read_dir(folder?.path())? {
                let name = file?.file_name().to_string_lossy().into_owned();
                all.extend(Some(name).filter(|n| is_digest(n)));
            }
        }
        all.sort();
        Ok(all)
    }

    pub fn has(&self, digest: &str) -> bool {
        is_digest(digest) && self.path(digest).exists()
    }

    /// Takes a file away that nothing names any more.
    pub async fn remove(&self, digest: &str) -> Result<()> {
        match tokio::fs::remove_file(self.path(digest)).await {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e.into()),
            _ => Ok(()),
        }
    }

    /// Whether a file's bytes are those it was named by.
    pub async fn verify(&self, digest: &str) -> Result<bool> {
        Ok(hex::encode(Sha256::digest(self.read(digest).await?)) == digest)
    }

    pub async fn read(&self, digest: &str) -> Result<Vec<u8>> {
        if !is_digest(digest) {
            return Err(Error::NotFound);
        }
        tokio::fs::read(self.path(digest)).await.map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => Error::NotFound,
            _ => e.into(),
        })
    }
}

/// The same bytes may be sent twice at once.
fn next_part() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

fn is_digest(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit())
}

/// A file kept, before or after it belongs to anything.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Kept {
    /// Digest of its bytes, of its small copy.
    pub file: String,
    pub thumbnail: Option<String>,
    pub name: String,
    /// Media type.
    pub kind: String,
    pub bytes: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn the_same_bytes_sent_at_once_are_kept_once_and_whole() {
        let folder = tempfile::tempdir().unwrap();
        let files = std::sync::Arc::new(Files::open(folder.path()).unwrap());
        for round in 0..20u8 {
            let bytes = vec![round; 400_000];
            let sends: Vec<_> = (0..6)
                .map(|_| {
                    let (files, bytes) = (files.clone(), bytes.clone());
                    tokio::spawn(async move { files.keep(bytes).await })
                })
                .collect();
            for send in sends {
                let digest = send.await.unwrap().expect("kept");
                assert!(files.verify(&digest).await.unwrap());
            }
        }
        assert_eq!(files.all().unwrap().len(), 20);
    }
}
