//! An account as administrators handle it: made, closed, sent a link.

use store::{Id, Tx, sql};

use super::appointment;
use crate::access::Appointment;
use crate::app::App;
use crate::error::Result;
use crate::i18n::Lang;
use crate::signin;

/// How long a new account's link works, and one asked for after forgetting a password.
pub const NEW_HOURS: i64 = 7 * 24;
pub const FORGOTTEN_HOURS: i64 = 2;

/// A role at a unit for whoever has the address: their account, made when there is none yet, and whether it
/// was. `shard` is the unit's.
pub async fn create(
    tx: &mut Tx,
    app: &App,
    by: Option<Id>,
    shard: i64,
    email: &str,
    name: &str,
    appointment: &Appointment,
) -> Result<(Id, bool)> {
    let found = signin::find_account_by_email(&mut *tx, email).await?;
    let id = match &found {
        Some(account) => account.id,
        None => {
            let id = app.new_id();
            signin::insert_account(tx, id, email, name, app.now()).await?;
            id
        }
    };
    appointment::appoint(tx, app, by, shard, id, appointment).await?;
    if found.is_none() {
        signin::note(app, tx, by, id, "make-account").await?;
    }
    Ok((id, found.is_none()))
}

/// Closes an account (or opens it again): its sign-ins and links end at once, its past stays.
pub async fn disable(tx: &mut Tx, app: &App, by: Option<Id>, account: Id, disabled: bool) -> Result<()> {
    let at = disabled.then(|| app.now());
    sql!("UPDATE accounts SET disabled_at = $2 WHERE id = $1", account, at).run(tx).await?;
    if disabled {
        signin::close_all(tx, account).await?;
        signin::forget_links(app, tx, account).await?;
    }
    signin::note(app, tx, by, account, if disabled { "close-account" } else { "reopen-account" }).await
}

/// Makes a one-time link for an account; its whole address.
pub async fn one_time_link(tx: &mut Tx, app: &App, lang: Lang, account: Id, hours: i64) -> Result<String> {
    let word = signin::insert_one_time_link(app, tx, account, hours).await?;
    let path = crate::page::href(lang, &format!("/lien-ket/{word}"));
    Ok(format!("{}{path}", app.config.public_url.trim_end_matches('/')))
}

/// Mails a one-time link to the account's own address, never to another's.
pub async fn mail_link(
    app: &App,
    lang: Lang,
    account: &signin::Account,
    link: &str,
    hours: i64,
) -> Result<()> {
    let new = account.password_hash.is_none();
    let key = if new { "people-mail-new" } else { "people-mail-forgotten" };
    let subject = app.words.say(lang, &format!("{key}-subject"), &[]);
    let text = app.words.say(
        lang,
        &format!("{key}-text"),
        &[("name", account.name.clone()), ("link", link.to_owned()), ("hours", hours.to_string())],
    );
    app.mail.send(&account.email, &subject, &text).await
}
