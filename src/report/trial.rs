//! A test mail: composed and sent like any other, but at once, and with what the server says of each recipient. Goes past outbox
//! and postman, so that nothing waits behind it.

use std::time::SystemTime;

use super::mail::{self, Occasion};
use super::outbox::Spooled;
use super::password;
use super::smtp::{Session, Trouble};
use crate::config::{Config, Secret};
use crate::model::{Warning, micros};
use crate::texts::Texts;

/// What became of the mail for one recipient, and in which words of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Taken,
    /// Not now; a later attempt may be taken.
    Delayed,
    /// For good.
    Refused,
}

impl Fate {
    pub fn name(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Delayed => "delayed",
            Self::Refused => "refused",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub recipient: String,
    pub fate: Fate,
    pub words: String,
}

/// Why there are no answers.
#[derive(Debug)]
pub enum NotSent {
    /// The configuration names no server, or nobody who wants mails.
    NoServer,
    NoRecipients,
    /// The server can't be talked to.
    Trouble(Warning),
    /// An address that no mail can have.
    Unwritable(mail::MessageError),
}

/// The password that the service sends mails with; readable for root.
pub fn password_in_force(config: &Config) -> Secret {
    password::given_to_the_service(&config.mail)
}

/// Sends a test mail to everybody who gets any mail.
///
/// # Errors
/// It came to no answers about recipients.
pub async fn send(config: &Config, texts: &Texts, password: &Secret) -> Result<Vec<Answer>, NotSent> {
    if config.mail.server.is_empty() {
        return Err(NotSent::NoServer);
    }
    let occasion = Occasion::Test { at: micros(SystemTime::now()) };
    let mailing = mail::compose(&occasion, config, texts, false).map_err(NotSent::Unwritable)?;
    let mailing = mailing.ok_or(NotSent::NoRecipients)?;
    let mail = Spooled { envelope: mailing.envelope, message: mailing.message };
    deliver(&mail, config, password).await.map_err(|Trouble(warning)| NotSent::Trouble(warning))
}

async fn deliver(mail: &Spooled, config: &Config, password: &Secret) -> Result<Vec<Answer>, Trouble> {
    let mut session = Session::open(&config.mail, password, &mail::hello_name()).await?;
    let verdict = session.deliver(mail, config.mail.timeout).await?;
    session.close().await;
    let taken = verdict.delivered.into_iter().map(|recipient| (recipient, Fate::Taken, verdict.receipt.clone()));
    let refused = verdict.refused.into_iter().map(|(recipient, words)| (recipient, Fate::Refused, words));
    let delayed = verdict.delayed.into_iter().map(|(recipient, words)| (recipient, Fate::Delayed, words));
    let answers = taken.chain(refused).chain(delayed);
    Ok(answers.map(|(recipient, fate, words)| Answer { recipient, fate, words }).collect())
}
