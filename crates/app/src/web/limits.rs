//! Throttles of what strangers may try, signing in and asking for a new password; and room for files that are sent.
//!
//! Tries are counted by name and address together, and more generously by each alone: one machine cannot try
//! many names, many machines cannot try one name, an office behind one address can still work, and whoever
//! has signed in from the same browser before is counted apart from strangers.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{FromRequestParts as _, Request};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use governor::clock::Clock as _;
use governor::nanos::Nanos;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use store::Id;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use super::Signed;
use crate::app::{Clock, Shared};
use crate::error::{Error, Result};

type Limiter =
    RateLimiter<String, DefaultKeyedStateStore<String>, Ticker, governor::middleware::NoOpMiddleware<Nanos>>;

pub struct Attempts {
    by_name_and_address: Limiter,
    by_name: Limiter,
    by_address: Limiter,
    by_device: Limiter,
    links_by_name: Limiter,
    links_by_address: Limiter,
    open: Limiter,
    hashing: Semaphore,
    uploads: Semaphore,
    uploads_of: Mutex<HashMap<Id, Arc<Semaphore>>>,
}

/// Room for one person's files, given back when it is dropped.
pub struct Room<'a>(#[expect(dead_code)] (OwnedSemaphorePermit, SemaphorePermit<'a>));

/// Passwords hashed at the same time.
const HASHING: usize = 4;
/// Memory, in kilobytes, of all files that are being sent and worked on; and how long one more waits for its part.
const UPLOADS: usize = 512 << 10;
/// As much of it as one person may take: whoever sends slowly, or much, keeps nobody else's files out.
const UPLOADS_OF_ONE: usize = UPLOADS / 4;
const UPLOAD_WAITS: Duration = Duration::from_secs(60);

impl Attempts {
    pub fn new(clock: &Clock) -> Attempts {
        let limiter = |quota| RateLimiter::new(quota, DefaultKeyedStateStore::default(), Ticker::new(clock));
        let per_minute = |burst: u32, n: u32| limiter(Quota::per_minute(some(n)).allow_burst(some(burst)));
        let per_hour = |burst: u32, n: u32| limiter(Quota::per_hour(some(n)).allow_burst(some(burst)));
        Attempts {
            by_name_and_address: per_minute(5, 6),
            by_name: per_minute(30, 20),
            by_address: per_minute(120, 120),
            by_device: per_minute(10, 12),
            links_by_name: per_hour(3, 3),
            links_by_address: per_hour(20, 60),
            open: per_minute(60, 60),
            hashing: Semaphore::new(HASHING),
            uploads: Semaphore::new(UPLOADS),
            uploads_of: Mutex::default(),
        }
    }

    /// Counts a try to sign in from a browser not seen before.
    pub fn check_sign_in(&self, name: &str, address: &str) -> Result<()> {
        check(&self.by_address, address)?;
        check(&self.by_name_and_address, &format!("{address}\0{name}"))?;
        check(&self.by_name, name)
    }
    /// Counts a try from a browser where the same person once signed in, or of a person who is signed in.
    pub fn check_device(&self, device: &str) -> Result<()> {
        check(&self.by_device, device)
    }
    /// Counts asking for a one-time link. False when that name has had enough mails: the answer to the
    /// visitor stays the same.
    pub fn check_link(&self, name: &str, address: &str) -> Result<bool> {
        check(&self.links_by_address, address)?;
        Ok(check(&self.links_by_name, name).is_ok())
    }
    /// Counts a look-up that is open to everybody, by its kind and the visitor's address: nobody's looking keeps
    /// others from it.
    pub fn check_open(&self, kind: &str, address: &str) -> Result<()> {
        check(&self.open, &format!("{address}\0{kind}"))
    }
    /// A turn to hash a password.
    pub async fn hashing(&self) -> Option<SemaphorePermit<'_>> {
        self.hashing.acquire().await.ok()
    }
    /// Room in memory for a person's files of so many bytes together; none within [`UPLOAD_WAITS`] while others,
    /// or their own, take it all.
    pub async fn room(&self, person: Id, bytes: usize) -> Option<Room<'_>> {
        let kilobytes = u32::try_from((bytes >> 10).min(UPLOADS_OF_ONE)).unwrap_or(u32::MAX);
        let own = self.uploads_of(person);
        let taking = async {
            let own = own.acquire_many_owned(kilobytes).await.ok()?;
            Some(Room((own, self.uploads.acquire_many(kilobytes).await.ok()?)))
        };
        tokio::time::timeout(UPLOAD_WAITS, taking).await.ok()?
    }
    fn uploads_of(&self, person: Id) -> Arc<Semaphore> {
        let mut uploads = self.uploads_of.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever sends nothing needs no entry.
        uploads.retain(|_, own| Arc::strong_count(own) > 1);
        uploads.entry(person).or_insert_with(|| Arc::new(Semaphore::new(UPLOADS_OF_ONE))).clone()
    }
}

/// Lets a request that may bring up to `most` bytes of files in when there is room for what it says it brings.
/// Strangers get none: they are answered before their files are read.
pub async fn wait_for_room(most: usize, request: Request, next: Next) -> Response {
    let Some(app) = request.extensions().get::<Shared>().cloned() else {
        return next.run(request).await;
    };
    let (mut parts, body) = request.into_parts();
    let person = match Signed::from_request_parts(&mut parts, &app).await {
        Ok(signed) => signed.actor.account,
        Err(refused) => return refused.into_response(),
    };
    let said = parts.headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse().ok());
    let Some(_room) = app.attempts.room(person, said.unwrap_or(most).min(most)).await else {
        return Error::Unavailable("too many files are being sent".to_owned()).into_response();
    };
    next.run(Request::from_parts(parts, body)).await
}

const fn some(n: u32) -> NonZeroU32 {
    match NonZeroU32::new(n) {
        Some(n) => n,
        None => NonZeroU32::MIN,
    }
}

/// Names nobody holds are tried too: the stale ones are forgotten when there are this many.
const MOST_KEYS: usize = 50_000;

fn check(limiter: &Limiter, key: &str) -> Result<()> {
    if limiter.len() > MOST_KEYS {
        limiter.retain_recent();
    }
    limiter
        .check_key(&key.to_owned())
        .map_err(|not_until| Error::TooMany(not_until.wait_time_from(limiter.clock().now()).as_secs() + 1))
}

/// Time that never goes back, and that a set clock can move forward.
#[derive(Clone)]
struct Ticker {
    began: Instant,
    set: Option<(jiff::Timestamp, Clock)>,
}

impl Ticker {
    fn new(clock: &Clock) -> Ticker {
        let set = matches!(clock, Clock::Set(_)).then(|| (clock.now(), clock.clone()));
        Ticker { began: now(), set }
    }
}

#[allow(clippy::disallowed_methods)]
fn now() -> Instant {
    Instant::now()
}

impl governor::clock::Clock for Ticker {
    type Instant = Nanos;
    fn now(&self) -> Nanos {
        let moved = self
            .set
            .as_ref()
            .and_then(|(from, clock)| Duration::try_from(clock.now().duration_since(*from)).ok());
        Nanos::from(self.began.elapsed() + moved.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set_clock() -> (Clock, Attempts) {
        let clock = Clock::set_to("2026-11-23T03:42:00Z".parse().unwrap());
        let attempts = Attempts::new(&clock);
        (clock, attempts)
    }

    #[test]
    fn a_name_tried_from_one_address_waits_and_then_goes_on() {
        let (clock, attempts) = set_clock();
        for _ in 0..5 {
            attempts.check_sign_in("an@example.vn", "192.0.2.1").unwrap();
        }
        let Err(Error::TooMany(seconds)) = attempts.check_sign_in("an@example.vn", "192.0.2.1") else {
            panic!("the sixth try was let through");
        };
        assert!((1..=11).contains(&seconds), "{seconds}");
        // Others at the same address, and the same person elsewhere, are not kept out.
        attempts.check_sign_in("binh@example.vn", "192.0.2.1").unwrap();
        attempts.check_sign_in("an@example.vn", "198.51.100.7").unwrap();
        clock.set(clock.now() + Duration::from_secs(seconds));
        attempts.check_sign_in("an@example.vn", "192.0.2.1").unwrap();
    }

    #[test]
    fn many_addresses_cannot_try_one_name_without_end() {
        let (_, attempts) = set_clock();
        let tried =
            (0..200).filter(|n| attempts.check_sign_in("an@example.vn", &format!("a{n}")).is_ok()).count();
        assert!((30..40).contains(&tried), "{tried}");
        // A browser that is known is not kept out by them.
        attempts.check_device("the person's own").unwrap();
    }

    #[test]
    fn one_address_cannot_try_many_names_without_end() {
        let (_, attempts) = set_clock();
        let tried =
            (0..500).filter(|n| attempts.check_sign_in(&format!("n{n}"), "192.0.2.1").is_ok()).count();
        assert!((120..140).contains(&tried), "{tried}");
    }

    #[tokio::test]
    async fn files_wait_for_room_and_nobody_takes_it_all() {
        let (_, attempts) = set_clock();
        let id = |n: u8| Id([n; 16]);
        let most = 64 << 20;
        let soon = Duration::from_millis(20);
        let mut taken = Vec::new();
        for person in (1..=4).map(id) {
            taken.push(attempts.room(person, most).await.expect("room"));
            taken.push(attempts.room(person, most).await.expect("room"));
            if person != id(4) {
                let more = tokio::time::timeout(soon, attempts.room(person, most)).await;
                assert!(more.is_err(), "one person has more than their part");
            }
        }
        assert!(tokio::time::timeout(soon, attempts.room(id(5), most)).await.is_err(), "there is none");
        assert!(attempts.room(id(5), 1_000).await.is_some(), "what is small needs none");
        taken.pop();
        assert!(attempts.room(id(5), most).await.is_some());
        drop(taken);
        drop(attempts.room(id(1), most).await);
        assert_eq!(attempts.uploads_of.lock().unwrap().len(), 1, "whoever sends nothing is forgotten");
    }

    #[test]
    fn one_address_looking_up_keeps_no_other_from_it() {
        let (_, attempts) = set_clock();
        let found = (0..100).filter(|_| attempts.check_open("printed code", "192.0.2.1").is_ok()).count();
        assert!((60..70).contains(&found), "{found}");
        attempts.check_open("printed code", "198.51.100.7").unwrap();
    }

    #[test]
    fn mails_to_one_name_are_few_and_the_visitor_does_not_learn_it() {
        let (_, attempts) = set_clock();
        let sent: Vec<bool> =
            (0..5).map(|n| attempts.check_link("an@example.vn", &format!("a{n}")).unwrap()).collect();
        assert_eq!(sent, [true, true, true, false, false]);
    }
}
