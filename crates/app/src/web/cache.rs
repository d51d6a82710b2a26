//! Public pages, kept rendered. Nothing personal can be in here: the handlers of public routes cannot ask who
//! is there (see `Signed`), so a page is the same for everybody.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};

#[derive(Clone)]
pub struct Kept {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Rendered public pages by address. A change on this node empties it at once; other nodes show a change
/// after the time to live at the latest.
pub struct PublicPages {
    pages: moka::sync::Cache<String, Kept>,
}

const TIME_TO_LIVE: Duration = Duration::from_secs(10);
const LARGEST_BYTES: u64 = 32 << 20;

impl Default for PublicPages {
    fn default() -> PublicPages {
        let pages = moka::sync::Cache::builder()
            .weigher(|key: &String, kept: &Kept| {
                u32::try_from(key.len() + kept.body.len()).unwrap_or(u32::MAX)
            })
            .max_capacity(LARGEST_BYTES)
            .time_to_live(TIME_TO_LIVE)
            .build();
        PublicPages { pages }
    }
}

impl PublicPages {
    pub fn find(&self, address: &str) -> Option<Kept> {
        self.pages.get(address)
    }
    pub fn keep(&self, address: String, kept: Kept) {
        self.pages.insert(address, kept);
    }
    /// Something public changed.
    pub fn forget(&self) {
        self.pages.invalidate_all();
    }
}
