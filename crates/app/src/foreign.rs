//! Reading what others made: Word, Excel, pictures. A reader that meets a damaged file may panic; that costs the
//! file, not the request, and leaves one line in the log.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use crate::error::{Error, Result};

thread_local! { static READING: Cell<bool> = const { Cell::new(false) } }

/// Reads on a thread for work that takes long. `None`: the reader panicked, the file is damaged.
pub async fn read<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<Option<T>> {
    let apart = move || {
        READING.set(true);
        // Nothing outlives the reading, so nothing can be left half done.
        let read = catch_unwind(AssertUnwindSafe(work));
        READING.set(false);
        read.ok()
    };
    tokio::task::spawn_blocking(apart).await.map_err(|e| Error::Internal(e.into()))
}

/// From now on a reader's panic is one line of the log; every other panic is reported as before. Readers may
/// catch their own panics, so this is said where they happen.
pub fn quiet_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if READING.get() {
                let place = panic.location().map(ToString::to_string).unwrap_or_default();
                tracing::info!(place, "a reader gave up on a damaged file");
            } else {
                before(panic);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_reader_that_panics_costs_its_file_and_is_not_reported_as_a_fault() {
        use std::sync::Mutex;
        static REPORTED: Mutex<Vec<String>> = Mutex::new(Vec::new());
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let said = panic.payload_as_str().unwrap_or_default().to_owned();
            if said.starts_with("test: ") {
                REPORTED.lock().unwrap().push(said);
            } else {
                before(panic);
            }
        }));
        quiet_panics();
        let read = read(|| -> u32 { panic!("test: of a reader") }).await.unwrap();
        assert_eq!(read, None);
        assert_eq!(super::read(|| 7).await.unwrap(), Some(7));
        let other = tokio::task::spawn_blocking(|| panic!("test: of our own")).await;
        assert!(other.is_err());
        assert_eq!(*REPORTED.lock().unwrap(), ["test: of our own"]);
    }
}
