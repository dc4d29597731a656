//! A test mail: composed and sent like any other, but at once, and with what the server says of each recipient. Goes past outbox
//! and postman, so that nothing waits behind it.

use std::time::SystemTime;

use super::courier::Courier;
use super::mail::{self, Occasion};
use super::outbox::Spooled;
use super::password;
pub use super::smtp::Fate;
use asbackup_api::{Warning, micros};
use asbackup_config::{Config, Secret};
use asbackup_texts::Texts;

/// What became of the mail for one recipient, and in which words of the server.
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
    deliver(&mail, config, password).await.map_err(NotSent::Trouble)
}

async fn deliver(mail: &Spooled, config: &Config, password: &Secret) -> Result<Vec<Answer>, Warning> {
    let mut courier = Courier::set_out(&config.mail, password, &mail::hello_name(config)).await?;
    let verdict = courier.deliver(mail).await?;
    let lists = [(Fate::Taken, verdict.delivered), (Fate::Refused, verdict.refused), (Fate::Delayed, verdict.delayed)];
    let answers = lists.into_iter().flat_map(|(fate, list)| list.into_iter().map(move |answer| (fate, answer)));
    Ok(answers.map(|(fate, (recipient, words))| Answer { recipient, fate, words }).collect())
}
