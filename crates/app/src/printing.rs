//! Setting papers through `press`.

use crate::error::{Error, Result};
use crate::memory;

/// Sets a paper off the threads that answer: it takes a while.
pub async fn set<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, press::PressError> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(|| {
        let made = work();
        memory::give_back();
        made
    });
    done.await.map_err(|e| Error::Internal(e.into()))?.map_err(|e| Error::Internal(e.into()))
}
