//! `App`: everything that comes from outside hangs here, so that tests can set it: database, clock, chance,
//! mail, files, keys, configuration.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use store::{Db, Id};

use crate::config::Config;
use crate::features::{laws::index::LawIndex, orgs::Trees};
use crate::files::Files;
use crate::i18n::Words;
use crate::mail::Mail;

/// The running program; handlers hold it behind an [`Arc`].
pub struct App {
    pub db: Db,
    pub clock: Clock,
    pub random: Random,
    pub mail: Mail,
    pub files: Files,
    pub keys: Keys,
    pub config: Config,
    pub words: Words,
    pub trees: Trees,
    pub index: LawIndex,
    pub pages: crate::web::cache::PublicPages,
    pub attempts: crate::web::limits::Attempts,
}

pub type Shared = Arc<App>;

impl App {
    /// A new identity, ordered by the clock.
    pub fn new_id(&self) -> Id {
        let millis = self.clock.now().as_millisecond().max(0).unsigned_abs();
        Id::from_parts(millis, self.random.bytes())
    }
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
    /// Today in Vietnam.
    pub fn today(&self) -> Date {
        day_of(self.now())
    }
}

/// The day in Vietnam (UTC+7 all year) of an instant.
pub fn day_of(instant: Timestamp) -> Date {
    vietnam_time(instant).date()
}
/// Vietnam's civil time of an instant.
pub fn vietnam_time(instant: Timestamp) -> jiff::civil::DateTime {
    TimeZone::fixed(jiff::tz::offset(7)).to_datetime(instant)
}

/// The first instant of a day in Vietnam.
pub fn start_of_day(day: Date) -> Option<Timestamp> {
    TimeZone::fixed(jiff::tz::offset(7)).to_timestamp(day.at(0, 0, 0, 0)).ok()
}

/// The time: the machine's, or one that a test or the demo sets.
#[derive(Clone)]
pub enum Clock {
    System,
    /// The machine's, set forward: on a machine whose date is before the demo's, the demo goes on from its own.
    Ahead(jiff::SignedDuration),
    Set(Arc<Mutex<Timestamp>>),
}
impl Clock {
    /// The machine's, or going on from a moment when the machine is not there yet.
    pub fn not_before(moment: Timestamp) -> Clock {
        let now = Clock::System.now();
        if now < moment { Clock::Ahead(moment.duration_since(now)) } else { Clock::System }
    }
    pub fn set_to(at: Timestamp) -> Clock {
        Clock::Set(Arc::new(Mutex::new(at)))
    }
    #[allow(clippy::disallowed_methods)]
    pub fn now(&self) -> Timestamp {
        match self {
            Clock::System => Timestamp::now(),
            Clock::Ahead(by) => Timestamp::now().saturating_add(*by).unwrap_or(Timestamp::MAX),
            Clock::Set(at) => *at.lock().unwrap_or_else(|e| e.into_inner()),
        }
    }
    /// Moves a set clock; the machine's cannot be moved.
    pub fn set(&self, to: Timestamp) {
        if let Clock::Set(at) = self {
            *at.lock().unwrap_or_else(|e| e.into_inner()) = to;
        }
    }
}

/// Chance: the machine's, or a repeatable sequence for the demo data and tests.
pub enum Random {
    System,
    Seeded(Box<Mutex<rand::rngs::StdRng>>),
}
impl Random {
    pub fn seeded(seed: u64) -> Random {
        Random::Seeded(Box::new(Mutex::new(rand::SeedableRng::seed_from_u64(seed))))
    }
    #[allow(clippy::disallowed_methods)]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        use rand::Rng as _;
        let mut bytes = [0; N];
        match self {
            Random::System => rand::rng().fill_bytes(&mut bytes),
            Random::Seeded(rng) => rng.lock().unwrap_or_else(|e| e.into_inner()).fill_bytes(&mut bytes),
        }
        bytes
    }
    /// An unguessable word for links and cookies: 32 random bytes, URL-safe.
    pub fn token(&self) -> String {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }
}

/// The installation's secret, kept in a file of the data folder (mode 600), never in the database.
pub struct Keys {
    secret: [u8; 32],
}
impl Keys {
    /// Reads `secret.key`, or makes it; beside data that are `older` a new one is told.
    pub fn load(data: &std::path::Path, random: &Random, older: bool) -> anyhow::Result<Keys> {
        let path: PathBuf = data.join("secret.key");
        if let Ok(bytes) = std::fs::read(&path) {
            let secret = <[u8; 32]>::try_from(bytes.as_slice())
                .map_err(|_| anyhow::anyhow!("{} is damaged: restore it from a backup", path.display()))?;
            return Ok(Keys { secret });
        }
        let secret = random.bytes();
        std::fs::create_dir_all(data)?;
        write_private(&path, &secret)?;
        if older {
            let path = path.display();
            tracing::warn!(%path, "a new key was made: whoever was signed in signs in again; tokens and links of before count no more");
        }
        Ok(Keys { secret })
    }
    pub fn from_bytes(secret: [u8; 32]) -> Keys {
        Keys { secret }
    }
    /// A keyed digest for one purpose; digests of two purposes never meet.
    pub fn digest(&self, purpose: &str, text: &[u8]) -> [u8; 32] {
        use hmac::{KeyInit as _, Mac as _};
        let mut mac = match hmac::Hmac::<sha2::Sha256>::new_from_slice(&self.secret) {
            Ok(mac) => mac,
            Err(_) => unreachable!("HMAC takes a key of any length"),
        };
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(text);
        mac.finalize().into_bytes().into()
    }
}

/// Makes a folder that only its owner may look into; one that is there becomes so, unless it is another's.
pub fn make_private_folder(path: &std::path::Path) -> std::io::Result<()> {
    std::fs::create_dir_all(path)?;
    #[cfg(unix)]
    let _ = std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700));
    Ok(())
}

/// Writes a file that only its owner may read.
pub fn write_private(path: &std::path::Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
