//! Signing in: accounts' passwords, cookies, one-time links, tokens for programs. Pages for people are in
//! `features::people`; this is the mechanism below them.

use std::time::Duration;

use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use jiff::Timestamp;
use store::{Db, Id, Migration, Tx, migration, sql};

use crate::access::{Actor, Appointment, Role};
use crate::app::App;
use crate::error::{Error, Result};

pub const MIGRATIONS: &[Migration] = &[migration!(3, "signin", "0003_signin.sql")];

pub const COOKIE: &str = "lantoa";
const HOUR: i64 = 3_600;

store::record! {
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

pub async fn find_account_by_email(db: &Db, email: &str) -> Result<Option<Account>> {
    Ok(sql!(
        "SELECT id, email, name, password_hash, disabled_at FROM accounts WHERE email_key = $1",
        email_key(email)
    )
    .find(db)
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
        "INSERT INTO accounts (id, email, email_key, name, password_hash, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        id,
        email.trim(),
        email_key(email),
        name,
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

/// Argon2id of a password, with its salt and costs. Slow by intent: call it off the async threads.
pub fn hash_password(password: &str) -> Result<String> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|h| h.to_string())
        .map_err(|e| Error::Internal(anyhow::anyhow!("argon2: {e}")))
}

fn password_matches(password: &str, hash: &str) -> bool {
    argon2::PasswordHash::new(hash)
        .is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
}

pub async fn set_password_hash(tx: &mut Tx, account: Id, hash: &str) -> Result<()> {
    sql!("UPDATE accounts SET password_hash = $2 WHERE id = $1", account, hash).run(tx).await?;
    Ok(())
}

/// Least length of a password in characters.
pub const PASSWORD_LENGTH: usize = 10;

/// Checks name and password and opens a sign-in; the cookie's value. Slow for a wrong name as for a wrong
/// password, so that neither betrays which accounts exist.
pub async fn sign_in(app: &App, email: &str, password: &str) -> Result<(Id, String)> {
    app.attempts.check(&email_key(email))?;
    let account = find_account_by_email(&app.db, email).await?;
    let hash = account.as_ref().and_then(|a| a.password_hash.clone());
    let password = password.to_owned();
    let matches = tokio::task::spawn_blocking(move || match hash {
        Some(hash) => password_matches(&password, &hash),
        None => {
            let _ = hash_password(&password);
            false
        }
    })
    .await
    .map_err(|e| Error::Internal(e.into()))?;
    match account {
        Some(a) if matches && a.disabled_at.is_none() => {
            let token = open(app, a.id).await?;
            Ok((a.id, token))
        }
        _ => Err(Error::invalid("password", "error-wrong-password")),
    }
}

/// Opens a sign-in for an account; the cookie's value.
pub async fn open(app: &App, account: Id) -> Result<String> {
    let token = app.random.token();
    let now = app.now();
    let expires = now + Duration::from_secs(u64::try_from(app.config.sign_in_hours * HOUR).unwrap_or(0));
    let mut tx = app.db.begin().await?;
    sql!("DELETE FROM sign_ins WHERE expires_at < $1", now).run(&mut tx).await?;
    sql!(
        "INSERT INTO sign_ins (token_hash, account_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
        token_hash(app, &token),
        account,
        now,
        expires
    )
    .run(&mut tx)
    .await?;
    tx.commit().await?;
    Ok(token)
}

fn token_hash(app: &App, token: &str) -> Vec<u8> {
    app.keys.digest("sign-in", token.as_bytes()).to_vec()
}

pub async fn close(app: &App, token: &str) -> Result<()> {
    let mut tx = app.db.begin().await?;
    sql!("DELETE FROM sign_ins WHERE token_hash = $1", token_hash(app, token)).run(&mut tx).await?;
    Ok(tx.commit().await?)
}

/// Ends every sign-in of an account, on all devices.
pub async fn close_all(tx: &mut Tx, account: Id) -> Result<()> {
    sql!("DELETE FROM sign_ins WHERE account_id = $1", account).run(tx).await?;
    Ok(())
}

store::record! {
    struct Held {
        account_id: Id,
        name: String,
        unit_id: Option<Id>,
        role: Option<String>,
        valid_from: Option<jiff::civil::Date>,
        valid_until: Option<jiff::civil::Date>,
    }
}

/// The person behind a cookie, with the appointments in force today.
pub async fn find_actor(app: &App, token: &str) -> Result<Option<Actor>> {
    let held: Vec<Held> = sql!(
        "SELECT a.id AS account_id, a.name, p.unit_id, p.role, p.valid_from, p.valid_until
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
    Ok(actor_of(held))
}

/// The person whose program holds a token.
pub async fn find_actor_by_api_token(app: &App, token: &str) -> Result<Option<Actor>> {
    let held: Vec<Held> = sql!(
        "SELECT a.id AS account_id, a.name, p.unit_id, p.role, p.valid_from, p.valid_until
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

/// Makes a token for a program acting as an account; shown once.
pub async fn insert_api_token(app: &App, tx: &mut Tx, account: Id, name: &str, days: i64) -> Result<String> {
    let token = app.random.token();
    let expires = app.now() + Duration::from_secs(u64::try_from(days * 24 * HOUR).unwrap_or(0));
    sql!(
        "INSERT INTO api_tokens (token_hash, account_id, name, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
        app.keys.digest("api-token", token.as_bytes()).to_vec(),
        account,
        name,
        app.now(),
        expires
    )
    .run(tx)
    .await?;
    Ok(token)
}

/// Makes a link by which an account's owner sets a password, good once and for `hours`; the word in the link.
pub async fn insert_one_time_link(app: &App, tx: &mut Tx, account: Id, hours: i64) -> Result<String> {
    let token = app.random.token();
    let expires = app.now() + Duration::from_secs(u64::try_from(hours * HOUR).unwrap_or(0));
    sql!(
        "INSERT INTO one_time_links (token_hash, account_id, expires_at) VALUES ($1, $2, $3)",
        app.keys.digest("one-time-link", token.as_bytes()).to_vec(),
        account,
        expires
    )
    .run(tx)
    .await?;
    Ok(token)
}

/// Uses a one-time link up; the account it was for, or NotFound when used, expired or never made.
pub async fn use_one_time_link(app: &App, tx: &mut Tx, token: &str) -> Result<Id> {
    let (account,): (Id,) = sql!(
        "UPDATE one_time_links SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2
         RETURNING account_id",
        app.keys.digest("one-time-link", token.as_bytes()).to_vec(),
        app.now()
    )
    .get(tx)
    .await?;
    Ok(account)
}
