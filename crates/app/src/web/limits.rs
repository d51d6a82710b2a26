//! Throttles: tries to sign in, per name. A clock of its own, because it guards against machines, not people.

use std::num::NonZeroU32;

use governor::clock::Clock as _;
use governor::{DefaultKeyedRateLimiter, Quota};

use crate::error::{Error, Result};

pub struct Attempts {
    limiter: DefaultKeyedRateLimiter<String>,
}

const BURST: NonZeroU32 = NonZeroU32::new(5).unwrap();
const PER_MINUTE: NonZeroU32 = NonZeroU32::new(6).unwrap();

impl Default for Attempts {
    fn default() -> Attempts {
        Attempts { limiter: governor::RateLimiter::keyed(Quota::per_minute(PER_MINUTE).allow_burst(BURST)) }
    }
}

impl Attempts {
    /// Counts a try; an error with the seconds to wait when there were too many.
    pub fn check(&self, key: &str) -> Result<()> {
        // Names nobody holds are tried too: forget the stale ones, so that they do not fill the memory.
        if self.limiter.len() > 10_000 {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(&key.to_owned()).map_err(|not_until| {
            Error::TooMany(
                not_until.wait_time_from(governor::clock::DefaultClock::default().now()).as_secs() + 1,
            )
        })
    }
}
