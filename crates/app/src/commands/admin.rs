//! System administrators from the command line. There is no default password: an account's owner sets one
//! through a one-time link.

use std::process::ExitCode;

use clap::Subcommand;
use store::Id;

use super::{Said, Speech};
use crate::access::{Appointment, Role};
use crate::app::App;
use crate::error::{Error, Result};
use crate::features::orgs::{import, source};
use crate::features::people;
use crate::i18n::Lang;
use crate::signin::{self, Account};

/// How long a link given here works.
const HOURS: i64 = 7 * 24;

#[derive(Subcommand)]
pub enum Act {
    /// Tạo quản trị viên · Make a system administrator; prints a one-time link to set the password
    Create {
        /// Địa chỉ thư điện tử, dùng để đăng nhập · E-mail address: the name to sign in with
        #[arg(long)]
        email: String,
        /// Họ và tên · The person's name
        #[arg(long)]
        name: String,
        /// Mã đơn vị hôm nay; bỏ trống thì là đơn vị cao nhất · Code of the unit, as today; the highest unit when left out
        #[arg(long)]
        unit: Option<String>,
    },
    /// Đặt lại tài khoản · End every sign-in, forget the password, open a closed account; prints a one-time link
    Reset {
        /// Địa chỉ thư điện tử của tài khoản · E-mail address of the account
        #[arg(long)]
        email: String,
    },
    /// Liên kết một lần · Print a one-time link; the password works until the link is used
    Link {
        /// Địa chỉ thư điện tử của tài khoản · E-mail address of the account
        #[arg(long)]
        email: String,
    },
}

impl Act {
    pub async fn run(self, app: &App, speech: Speech) -> anyhow::Result<ExitCode> {
        let said = match self {
            Act::Create { email, name, unit } => create(app, &email, &name, unit.as_deref()).await,
            Act::Reset { email } => link(app, &email, true).await,
            Act::Link { email } => link(app, &email, false).await,
        };
        Ok(said?.print(&app.words, speech))
    }
}

/// Makes an account, or takes the one with that address, and gives it the role.
pub async fn create(app: &App, email: &str, name: &str, unit: Option<&str>) -> Result<Said> {
    let mut said = Said::default();
    // The first administrator has no address until they give one.
    if email != signin::FIRST_ADMINISTRATOR && !crate::mail::is_address(email) {
        said.wrong("command-bad-email", vec![("email", email.to_owned())]);
        return Ok(said);
    }
    let tree = app.trees.on(&app.db, app.today()).await?;
    let Some(unit) = (match unit {
        Some(code) => tree.units().find(|u| u.code.as_deref() == Some(code)).cloned(),
        None => tree.roots().first().and_then(|u| tree.get(*u)).cloned(),
    }) else {
        let key = if tree.is_empty() { "command-no-units" } else { "command-no-such-unit" };
        said.wrong(key, vec![("unit", unit.unwrap_or_default().to_owned())]);
        return Ok(said);
    };
    let appointment = administrator(unit.unit_id, app);
    let mut tx = app.db.begin().await?;
    let made = people::create(&mut tx, app, None, unit.shard_id, email, name, &appointment).await;
    let (account, _) = match made {
        Ok(made) => made,
        Err(Error::Conflict(_)) => {
            tx.rollback().await?;
            said.wrong("command-administrator-already", vec![("email", email.to_owned())]);
            return Ok(said);
        }
        Err(other) => return Err(other),
    };
    let link = people::one_time_link(&mut tx, app, Lang::Vi, account, HOURS).await?;
    tx.commit().await?;
    said.say("command-administrator-made", vec![("email", email.to_owned()), ("unit", unit.name.clone())]);
    give_link(&mut said, &link);
    said.put("account", account.to_string());
    Ok(said)
}

fn administrator(unit: Id, app: &App) -> Appointment {
    Appointment { role: Role::SystemAdministrator, unit, from: app.today(), until: None }
}

fn give_link(said: &mut Said, link: &str) {
    said.say("command-link", vec![("link", link.to_owned()), ("hours", HOURS.to_string())]);
    said.put("link", link);
}

/// A new one-time link for an account; with `reset`, everything that let its owner in before is void.
pub async fn link(app: &App, email: &str, reset: bool) -> Result<Said> {
    let mut said = Said::default();
    let Some(account) = signin::find_account_by_email(&app.db, email).await? else {
        said.wrong("command-no-such-account", vec![("email", email.to_owned())]);
        return Ok(said);
    };
    if account.disabled_at.is_some() && !reset {
        said.wrong("command-account-closed", vec![("email", email.to_owned())]);
        return Ok(said);
    }
    let mut tx = app.db.begin().await?;
    if reset {
        if account.disabled_at.is_some() {
            people::disable(&mut tx, app, None, account.id, false).await?;
        }
        signin::forget_password(&mut tx, account.id).await?;
        signin::close_all(&mut tx, account.id).await?;
        signin::forget_links(app, &mut tx, account.id).await?;
    }
    let link = people::one_time_link(&mut tx, app, Lang::Vi, account.id, HOURS).await?;
    let act = if reset { "reset-account" } else { "send-link" };
    signin::note(app, &mut tx, None, account.id, act).await?;
    tx.commit().await?;
    let key = if reset { "command-account-reset" } else { "command-link-for" };
    said.say(key, vec![("email", account.email.clone())]);
    give_link(&mut said, &link);
    Ok(said)
}

/// On an installation that nobody can administer yet: enters the units if there are none, makes the first
/// administrator, and says the link by which that person chooses address and password. Nothing otherwise.
pub async fn first(app: &App) -> Result<Option<Said>> {
    let waiting: Option<Account> = match people::administrators(&app.db, app.today()).await? {
        all if all.iter().any(|a| a.password_hash.is_some()) => return Ok(None),
        all => all.into_iter().next(),
    };
    if app.trees.on(&app.db, app.today()).await?.is_empty() {
        import::import(&app.db, &source::vietnam()?, app.now()).await?;
    }
    let mut said = Said::default();
    said.say("command-first-administrator", vec![]);
    match waiting {
        Some(account) => {
            let mut tx = app.db.begin().await?;
            let link = people::one_time_link(&mut tx, app, Lang::Vi, account.id, HOURS).await?;
            tx.commit().await?;
            give_link(&mut said, &link);
        }
        None => {
            let name = app.words.say(Lang::Vi, "role-system-administrator", &[]);
            let made = create(app, signin::FIRST_ADMINISTRATOR, &name, None).await?;
            said.sentences.extend(made.sentences.into_iter().skip(1));
            said.json.extend(made.json);
        }
    }
    Ok(Some(said))
}
