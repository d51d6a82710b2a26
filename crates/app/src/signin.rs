//! Signing in: accounts' passwords, cookies, one-time links, tokens for programs. Pages for people are in
//! `features::people`; this is the mechanism below them.
//!
//! Cookies, links and tokens are 32 random bytes; the database holds keyed digests of them only. A sign-in is
//! always a new token, never one that the browser brought along. Whatever a person does about the account
//! itself is written to the audit chain of the unit where they work.

use std::time::Duration;

use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use jiff::Timestamp;
use store::{Db, Id, Migration, Runs, Tx, migration, sql};

use crate::access::{Actor, Appointment, Role};
use crate::app::App;
use crate::audit;
use crate::error::{Error, Result};
use crate::web::Peer;

pub const MIGRATIONS: &[Migration] = &[migration!(3, "signin", "0003_signin.sql")];

/// The cookie's name over plain HTTP; see [`cookie_name`].
pub const COOKIE: &str = "lantoa";
const HOST_COOKIE: &str = "__Host-lantoa";

/// The cookie's name. Over HTTPS its prefix forbids that another host of the domain sets it.
pub fn cookie_name(secure: bool) -> &'static str {
    if secure { HOST_COOKIE } else { COOKIE }
}

const HOUR: i64 = 3_600;
/// However much it is used, a sign-in ends after this.
const LONGEST_SIGN_IN: Duration = Duration::from_secs(7 * 24 * 3_600);

fn hours(n: i64) -> Duration {
    Duration::from_secs(u64::try_from(n * HOUR).unwrap_or(0))
}

store::record! {
    #[derive(Debug, Clone)]
    pub struct Account {
        pub id: Id,
        pub email: String,
        pub name: String,
        pub password_hash: Option<String>,
        pub disabled_at: Option<Timestamp>,
    }
}

/// The form under which two addresses are the same person's.
fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

pub async fn find_account_by_email(on: impl Runs, email: &str) -> Result<Option<Account>> {
    Ok(sql!(
        "SELECT id, email, name, password_hash, disabled_at FROM accounts WHERE email_key = $1",
        email_key(email)
    )
    .find(on)
    .await?)
}

pub async fn get_account(db: &Db, id: Id) -> Result<Account> {
    Ok(sql!("SELECT id, email, name, password_hash, disabled_at FROM accounts WHERE id = $1", id)
        .get(db)
        .await?)
}

/// The name of an account's owner, also when the account is disabled.
pub async fn account_name(db: &Db, id: Id) -> Result<String> {
    let (name,): (String,) = sql!("SELECT name FROM accounts WHERE id = $1", id).get(db).await?;
    Ok(name)
}

/// Enters an account without a password; its owner sets one through a one-time link.
pub async fn insert_account(tx: &mut Tx, id: Id, email: &str, name: &str, now: Timestamp) -> Result<()> {
    sql!(
        "INSERT INTO accounts (id, email, email_key, name, name_key, password_hash, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        id,
        email.trim(),
        email_key(email),
        name,
        viet::collation_key(name),
        None::<String>,
        now
    )
    .run(tx)
    .await?;
    Ok(())
}

pub async fn insert_appointment(tx: &mut Tx, id: Id, account: Id, a: &Appointment) -> Result<()> {
    sql!(
        "INSERT INTO appointments (id, account_id, unit_id, role, valid_from, valid_until)
         VALUES ($1, $2, $3, $4, $5, $6)",
        id,
        account,
        a.unit,
        a.role.code(),
        a.from,
        a.until
    )
    .run(tx)
    .await?;
    Ok(())
}

/// Least and greatest length of a password in characters.
pub const PASSWORD_LENGTH: std::ops::RangeInclusive<usize> = 10..=200;

/// What is wrong with a password to be set: the key of a sentence.
pub fn password_problem(password: &str, email: &str) -> Option<&'static str> {
    let letters: std::collections::BTreeSet<char> = password.chars().flat_map(char::to_lowercase).collect();
    let local = email_key(email.split('@').next().unwrap_or_default());
    if !PASSWORD_LENGTH.contains(&password.chars().count()) {
        Some("people-password-length")
    } else if letters.len() < 5 || (local.chars().count() >= 4 && password.to_lowercase().contains(&local)) {
        Some("people-password-easy")
    } else {
        None
    }
}

/// One text for one password, however the keyboard composes its letters.
fn normal(password: &str) -> Vec<u8> {
    viet::nfc(password).into_owned().into_bytes()
}

/// Argon2id of a password, with its salt and costs. Slow by intent: see [`hash`].
pub fn hash_password(password: &str) -> Result<String> {
    Argon2::default()
        .hash_password(&normal(password))
        .map(|h| h.to_string())
        .map_err(|e| Error::Internal(anyhow::anyhow!("argon2: {e}")))
}

/// Whether a hash of [`hash_password`] is of a password; as slow.
pub fn password_matches(password: &str, hash: &str) -> bool {
    Argon2::default().verify_password(&normal(password), hash).is_ok()
}

/// Hashes off the async threads, a few at a time: each takes 19 MiB.
pub async fn hash(app: &App, password: &str) -> Result<String> {
    let _turn = app.attempts.hashing().await;
    let password = password.to_owned();
    tokio::task::spawn_blocking(move || hash_password(&password))
        .await
        .map_err(|e| Error::Internal(e.into()))?
}

/// Whether it is the account's password. As slow for an account that is not there, or has no password, so
/// that the time of the answer does not betray which accounts exist.
pub async fn is_password_of(app: &App, account: Option<&Account>, password: &str) -> Result<bool> {
    let _turn = app.attempts.hashing().await;
    let hash = account.and_then(|a| a.password_hash.clone());
    let password = password.to_owned();
    tokio::task::spawn_blocking(move || match hash {
        Some(hash) => password_matches(&password, &hash),
        None => {
            let _ = hash_password(&password);
            false
        }
    })
    .await
    .map_err(|e| Error::Internal(e.into()))
}

pub async fn set_password_hash(tx: &mut Tx, account: Id, hash: &str) -> Result<()> {
    sql!("UPDATE accounts SET password_hash = $2 WHERE id = $1", account, hash).run(tx).await?;
    Ok(())
}

/// The address of the first administrator until that person gives their own.
pub const FIRST_ADMINISTRATOR: &str = "quan-tri@localhost";

/// The owner's own name and address, in place of those that the installation gave.
pub async fn set_owner(tx: &mut Tx, account: Id, email: &str, name: &str) -> Result<()> {
    sql!(
        "UPDATE accounts SET email = $2, email_key = $3, name = $4, name_key = $5 WHERE id = $1",
        account,
        email.trim(),
        email_key(email),
        name,
        viet::collation_key(name)
    )
    .run(tx)
    .await?;
    Ok(())
}

/// Only a one-time link lets the account's owner in again.
pub async fn forget_password(tx: &mut Tx, account: Id) -> Result<()> {
    sql!("UPDATE accounts SET password_hash = NULL WHERE id = $1", account).run(tx).await?;
    Ok(())
}

/// Checks name and password and opens a sign-in; the account and the cookie's value. `previous` is the cookie
/// that came with the request: the sign-in it belongs to ends.
pub async fn sign_in(
    app: &App,
    email: &str,
    password: &str,
    peer: &Peer,
    previous: Option<&str>,
) -> Result<(Id, String)> {
    let key = email_key(email);
    match peer.device.as_deref().filter(|d| knows_device(app, d, &key)) {
        Some(device) => app.attempts.check_device(device)?,
        None => app.attempts.check_sign_in(&key, &peer.address)?,
    }
    let account = find_account_by_email(&app.db, email).await?;
    let matches = is_password_of(app, account.as_ref(), password).await?;
    match account {
        Some(a) if matches && a.disabled_at.is_none() => {
            let mut tx = app.db.begin().await?;
            if let Some(token) = previous {
                close(app, &mut tx, token).await?;
            }
            let token = open_in(app, &mut tx, a.id).await?;
            note(app, &mut tx, Some(a.id), a.id, "sign-in").await?;
            tx.commit().await?;
            Ok((a.id, token))
        }
        account => {
            // Ids only: what was typed as a name may be a password.
            tracing::warn!(
                account = account.map(|a| a.id.to_string()),
                from = peer.address,
                "a sign-in was refused"
            );
            Err(Error::invalid("password", "error-wrong-password"))
        }
    }
}

/// The word by which a browser is known again where this person once signed in: it has its own count of
/// tries, so that a stranger trying the person's name cannot keep the person out.
pub fn device_word(app: &App, email: &str) -> String {
    let word = app.random.token();
    let mark = device_mark(app, &word, &email_key(email));
    format!("{word}.{mark}")
}

fn knows_device(app: &App, device: &str, key: &str) -> bool {
    use subtle::ConstantTimeEq as _;
    device
        .split_once('.')
        .is_some_and(|(word, mark)| bool::from(mark.as_bytes().ct_eq(device_mark(app, word, key).as_bytes())))
}

fn device_mark(app: &App, word: &str, key: &str) -> String {
    hex::encode(app.keys.digest("device", format!("{word}\0{key}").as_bytes()))
}

/// Opens a sign-in for an account; the cookie's value.
pub async fn open(app: &App, account: Id) -> Result<String> {
    let mut tx = app.db.begin().await?;
    let token = open_in(app, &mut tx, account).await?;
    tx.commit().await?;
    Ok(token)
}

/// [`open`] in a transaction under way.
pub async fn open_in(app: &App, tx: &mut Tx, account: Id) -> Result<String> {
    let token = app.random.token();
    let now = app.now();
    sql!("DELETE FROM sign_ins WHERE expires_at < $1", now).run(tx).await?;
    sql!(
        "INSERT INTO sign_ins (token_hash, account_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
        token_hash(app, &token),
        account,
        now,
        now + hours(app.config.sign_in_hours)
    )
    .run(tx)
    .await?;
    Ok(token)
}

fn token_hash(app: &App, token: &str) -> Vec<u8> {
    app.keys.digest("sign-in", token.as_bytes()).to_vec()
}

/// Moves the end of a sign-in in use, [`LONGEST_SIGN_IN`] at most.
pub async fn renew(app: &App, token: &str) -> Result<()> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    sql!(
        "UPDATE sign_ins SET expires_at = CASE WHEN created_at + $3 < $2 THEN created_at + $3 ELSE $2 END
         WHERE token_hash = $1 AND expires_at > $4",
        token_hash(app, token),
        now + hours(app.config.sign_in_hours),
        i64::try_from(LONGEST_SIGN_IN.as_micros()).unwrap_or(i64::MAX),
        now
    )
    .run(&mut tx)
    .await?;
    Ok(tx.commit().await?)
}

/// Ends the sign-in of a cookie; the account it was of.
pub async fn close(app: &App, tx: &mut Tx, token: &str) -> Result<Option<Id>> {
    let closed: Option<(Id,)> =
        sql!("DELETE FROM sign_ins WHERE token_hash = $1 RETURNING account_id", token_hash(app, token))
            .find(tx)
            .await?;
    Ok(closed.map(|c| c.0))
}

/// Ends every sign-in of an account, on all devices, and its programs' tokens: whoever had the account has it no more.
pub async fn close_all(tx: &mut Tx, account: Id) -> Result<()> {
    sql!("DELETE FROM sign_ins WHERE account_id = $1", account).run(tx).await?;
    sql!("DELETE FROM api_tokens WHERE account_id = $1", account).run(tx).await?;
    Ok(())
}

store::record! {
    struct Held {
        account_id: Id,
        name: String,
        expires_at: Timestamp,
        unit_id: Option<Id>,
        role: Option<String>,
        valid_from: Option<jiff::civil::Date>,
        valid_until: Option<jiff::civil::Date>,
    }
}

/// The person behind a cookie, with the appointments in force today; and whether the sign-in should be
/// renewed, which is asked for when a twelfth of its time has gone.
pub async fn find_actor(app: &App, token: &str) -> Result<Option<(Actor, bool)>> {
    let held: Vec<Held> = sql!(
        "SELECT a.id AS account_id, a.name, s.expires_at, p.unit_id, p.role, p.valid_from, p.valid_until
         FROM sign_ins s
         JOIN accounts a ON a.id = s.account_id AND a.disabled_at IS NULL
         LEFT JOIN appointments p ON p.account_id = a.id AND p.valid_from <= $2
              AND (p.valid_until IS NULL OR p.valid_until > $2)
         WHERE s.token_hash = $1 AND s.expires_at > $3
         ORDER BY p.valid_from, p.id",
        token_hash(app, token),
        app.today(),
        app.now()
    )
    .all(&app.db)
    .await?;
    let fresh = app.now() + hours(app.config.sign_in_hours) * 11 / 12;
    let stale = held.first().is_some_and(|h| h.expires_at < fresh);
    Ok(actor_of(held).map(|actor| (actor, stale)))
}

/// The person whose program holds a token.
pub async fn find_actor_by_api_token(app: &App, token: &str) -> Result<Option<Actor>> {
    let held: Vec<Held> = sql!(
        "SELECT a.id AS account_id, a.name, s.expires_at, p.unit_id, p.role, p.valid_from, p.valid_until
         FROM api_tokens s
         JOIN accounts a ON a.id = s.account_id AND a.disabled_at IS NULL
         LEFT JOIN appointments p ON p.account_id = a.id AND p.valid_from <= $2
              AND (p.valid_until IS NULL OR p.valid_until > $2)
         WHERE s.token_hash = $1 AND s.expires_at > $3
         ORDER BY p.valid_from, p.id",
        app.keys.digest("api-token", token.as_bytes()).to_vec(),
        app.today(),
        app.now()
    )
    .all(&app.db)
    .await?;
    Ok(actor_of(held))
}

fn actor_of(held: Vec<Held>) -> Option<Actor> {
    let first = held.first()?;
    Some(Actor {
        account: first.account_id,
        name: first.name.clone(),
        appointments: held
            .iter()
            .filter_map(|h| {
                Some(Appointment {
                    role: Role::from_code(h.role.as_deref()?)?,
                    unit: h.unit_id?,
                    from: h.valid_from?,
                    until: h.valid_until,
                })
            })
            .collect(),
    })
}

store::record! {
    /// A token for programs, as its owner sees it in the list.
    pub struct ApiToken {
        pub id: Id,
        pub name: String,
        pub created_at: Timestamp,
        pub expires_at: Timestamp,
    }
}

/// An account's tokens that still work, newest first.
pub async fn list_api_tokens(on: impl Runs, app: &App, account: Id) -> Result<Vec<ApiToken>> {
    Ok(sql!(
        "SELECT id, name, created_at, expires_at FROM api_tokens WHERE account_id = $1 AND expires_at > $2
         ORDER BY created_at DESC, id DESC",
        account,
        app.now()
    )
    .all(on)
    .await?)
}

/// Makes a token for a program acting as an account; shown once.
pub async fn insert_api_token(app: &App, tx: &mut Tx, account: Id, name: &str, days: i64) -> Result<String> {
    let token = format!("lantoa_{}", app.random.token());
    let id = app.new_id();
    sql!(
        "INSERT INTO api_tokens (id, token_hash, account_id, name, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        id,
        app.keys.digest("api-token", token.as_bytes()).to_vec(),
        account,
        name,
        app.now(),
        app.now() + hours(days * 24)
    )
    .run(tx)
    .await?;
    note(app, tx, Some(account), account, "make-token").await?;
    Ok(token)
}

/// Revokes one of an account's own tokens; NotFound when it is not theirs.
pub async fn delete_api_token(app: &App, tx: &mut Tx, account: Id, id: Id) -> Result<()> {
    let touched =
        sql!("DELETE FROM api_tokens WHERE id = $1 AND account_id = $2", id, account).run(tx).await?;
    if touched == 0 {
        return Err(Error::NotFound);
    }
    note(app, tx, Some(account), account, "revoke-token").await
}

/// Makes a link by which an account's owner sets a password, good once and for `hours`; the word in the link.
pub async fn insert_one_time_link(app: &App, tx: &mut Tx, account: Id, valid_hours: i64) -> Result<String> {
    let token = app.random.token();
    sql!(
        "INSERT INTO one_time_links (token_hash, account_id, expires_at) VALUES ($1, $2, $3)",
        link_hash(app, &token),
        account,
        app.now() + hours(valid_hours)
    )
    .run(tx)
    .await?;
    Ok(token)
}

fn link_hash(app: &App, token: &str) -> Vec<u8> {
    app.keys.digest("one-time-link", token.as_bytes()).to_vec()
}

/// The account of a link that still works; NotFound when used, expired, never made, or the account is closed.
/// Looking does not use it up: programs that check mails open links too.
pub async fn get_account_of_link(app: &App, token: &str) -> Result<Account> {
    Ok(sql!(
        "SELECT a.id, a.email, a.name, a.password_hash, a.disabled_at
         FROM one_time_links l JOIN accounts a ON a.id = l.account_id AND a.disabled_at IS NULL
         WHERE l.token_hash = $1 AND l.used_at IS NULL AND l.expires_at > $2",
        link_hash(app, token),
        app.now()
    )
    .get(&app.db)
    .await?)
}

/// Uses a one-time link up, and with it every other link of the account; the account it was for, or NotFound
/// when used, expired or never made.
pub async fn use_one_time_link(app: &App, tx: &mut Tx, token: &str) -> Result<Id> {
    let (account,): (Id,) = sql!(
        "UPDATE one_time_links SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2
         RETURNING account_id",
        link_hash(app, token),
        app.now()
    )
    .get(&mut *tx)
    .await?;
    forget_links(app, tx, account).await?;
    Ok(account)
}

/// Makes every link of an account useless.
pub async fn forget_links(app: &App, tx: &mut Tx, account: Id) -> Result<()> {
    sql!(
        "UPDATE one_time_links SET used_at = $2 WHERE account_id = $1 AND used_at IS NULL",
        account,
        app.now()
    )
    .run(tx)
    .await?;
    Ok(())
}

/// Writes down an act about an account itself, without its content, in the chain of the unit where its owner
/// works; `by` is who did it.
pub async fn note(app: &App, tx: &mut Tx, by: Option<Id>, account: Id, act: &str) -> Result<()> {
    store::record! { struct Works { unit_id: Id, shard_id: i64 } }
    let works: Option<Works> = sql!(
        "SELECT p.unit_id, u.shard_id FROM appointments p JOIN units u ON u.id = p.unit_id
         WHERE p.account_id = $1 AND p.valid_from <= $2 AND (p.valid_until IS NULL OR p.valid_until > $2)
         ORDER BY p.valid_from, p.id LIMIT 1",
        account,
        app.today()
    )
    .find(&mut *tx)
    .await?;
    let (unit, shard) = works.map_or(audit::NOWHERE, |w| (w.unit_id, w.shard_id));
    let entry = audit::Entry {
        unit,
        shard,
        at: app.now(),
        account: by,
        act,
        object_kind: "account",
        object_id: account.to_string(),
        content: b"",
    };
    audit::write(tx, &entry).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_and_not_the_name() {
        let check = |password: &str, email: &str, expected: Option<&str>| {
            assert_eq!(password_problem(password, email), expected, "{password} {email}");
        };
        check("ngắn", "an@example.vn", Some("people-password-length"));
        check(&"đ".repeat(201), "an@example.vn", Some("people-password-length"));
        check("1111111111", "an@example.vn", Some("people-password-easy"));
        check("NguyenAn2026", "nguyenan@example.vn", Some("people-password-easy"));
        check("lúa chín vàng đồng", "nguyenan@example.vn", None);
        // A two-letter name is inside half of all words.
        check("con dan co day", "an@example.vn", None);
    }

    #[test]
    fn a_password_is_the_same_however_it_is_composed() {
        let hash = hash_password("ti\u{1ebf}ng Vi\u{1ec7}t").unwrap();
        assert!(password_matches("tie\u{302}\u{301}ng Vie\u{323}\u{302}t", &hash));
        assert!(!password_matches("tiếng Viêt", &hash));
    }
}
