//! Mails: into a folder by default, by SMTP when configured.

use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncFileTransport, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use crate::config::Config;
use crate::error::{Error, Result};

/// Whether mail could be sent there. Quoted names ("a b"@…) and hosts without a domain are correct by the letter; people
/// who type them have mistyped.
pub fn is_address(text: &str) -> bool {
    let is_name =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let is_domain = |domain: &str| {
        let end = domain.rsplit_once('.').map(|(_, end)| end);
        // What stands last is no number: "192.0.2.1" is no domain.
        let is_end = |end: &str| end.len() > 1 && end.starts_with(|c: char| c.is_ascii_alphabetic());
        end.is_some_and(is_end) && domain.split('.').all(is_name)
    };
    let is_user = |user: &str| user.is_ascii() && !user.starts_with('"');
    text.parse::<lettre::Address>().is_ok_and(|a| is_user(a.user()) && is_domain(a.domain()))
}

pub struct Mail {
    from: String,
    way: Way,
}

enum Way {
    Folder(AsyncFileTransport<Tokio1Executor>),
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
}

impl Mail {
    pub fn from_config(config: &Config) -> anyhow::Result<Mail> {
        let way = match &config.smtp {
            None => {
                let folder = config.data.join("mail");
                crate::app::make_private_folder(&folder)?;
                Way::Folder(AsyncFileTransport::new(folder))
            }
            Some(smtp) => {
                let mut builder = AsyncSmtpTransport::<Tokio1Executor>::relay(&smtp.host)?.port(smtp.port);
                if let (Some(user), Some(name)) = (&smtp.user, &smtp.password_env) {
                    #[allow(clippy::disallowed_methods)]
                    let password = std::env::var(name)
                        .map_err(|_| anyhow::anyhow!("set {name} to the password of the mail server"))?;
                    builder = builder.credentials(Credentials::new(user.clone(), password));
                }
                Way::Smtp(builder.build())
            }
        };
        Ok(Mail { from: config.mail_from.clone(), way })
    }

    /// Sends plain text to one address.
    pub async fn send(&self, to: &str, subject: &str, text: &str) -> Result<()> {
        let message = Message::builder()
            .from(self.from.parse().map_err(|e| Error::Internal(anyhow::anyhow!("mail_from: {e}")))?)
            .to(to.parse().map_err(|_| Error::invalid("email", "error-email"))?)
            .subject(subject)
            .header(ContentType::TEXT_PLAIN)
            .body(text.to_owned())
            .map_err(|e| Error::Internal(e.into()))?;
        match &self.way {
            Way::Folder(folder) => {
                folder.send(message).await.map(drop).map_err(|e| Error::Internal(e.into()))
            }
            Way::Smtp(smtp) => {
                smtp.send(message).await.map(drop).map_err(|e| Error::Unavailable(e.to_string()))
            }
        }
    }
}
