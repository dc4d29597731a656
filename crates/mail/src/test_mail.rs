//! Sends a test mail: made like any other, but sent at once, past outbox and mailer, with the server's answer for each recipient.

use std::time::SystemTime;

use crate::client::SmtpClient;
use crate::message;
use crate::occasion::Occasion;
use crate::outbox::OutgoingMail;
use crate::password;
pub use crate::smtp::DeliveryStatus;
use asbackup_api::{Warning, micros};
use asbackup_config::{Config, Secret};
use asbackup_texts::Texts;

/// What the server said of one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The recipient's address.
    pub recipient: String,
    /// What became of the mail.
    pub status: DeliveryStatus,
    /// The server's own words.
    pub words: String,
}

/// Why there are no answers.
#[derive(Debug)]
pub enum NotSent {
    /// The configuration names no server.
    NoServer,
    /// The configuration names nobody who gets mails.
    NoRecipients,
    /// The conversation with the server failed.
    Failed(Warning),
    /// An address is not valid.
    Unwritable(message::MessageError),
}

/// The password that the service uses; only root can read it.
pub fn password_in_force(config: &Config) -> Secret {
    password::given_to_the_service(&config.mail)
}

/// Sends a test mail to everyone who gets any mail.
///
/// # Errors
/// There are no answers for recipients; see `NotSent`.
pub async fn send(config: &Config, texts: &Texts, password: &Secret) -> Result<Vec<Answer>, NotSent> {
    if config.mail.server.is_empty() {
        return Err(NotSent::NoServer);
    }
    let occasion = Occasion::Test { at: micros(SystemTime::now()) };
    let mail = message::compose(&occasion, config, texts, false).map_err(NotSent::Unwritable)?;
    let mail = mail.ok_or(NotSent::NoRecipients)?;
    deliver(&mail, config, password).await.map_err(NotSent::Failed)
}

async fn deliver(mail: &OutgoingMail, config: &Config, password: &Secret) -> Result<Vec<Answer>, Warning> {
    let mut client = SmtpClient::connect(&config.mail, password, &message::hello_name(config)).await?;
    let delivery = client.deliver(mail).await?;
    let lists = [
        (DeliveryStatus::Taken, delivery.delivered),
        (DeliveryStatus::Refused, delivery.refused),
        (DeliveryStatus::Delayed, delivery.delayed),
    ];
    let answers = lists.into_iter().flat_map(|(status, list)| list.into_iter().map(move |answer| (status, answer)));
    Ok(answers.map(|(status, (recipient, words))| Answer { recipient, status, words }).collect())
}
