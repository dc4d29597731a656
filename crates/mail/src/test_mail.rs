//! Sends a test mail: composed like any other, but sent at once, without outbox and mailer, with the server's reply for each recipient.

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

/// The server's reply about one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The recipient's address.
    pub recipient: String,
    /// The result for this recipient.
    pub status: DeliveryStatus,
    /// The server's text.
    pub text: String,
}

/// Why there are no replies.
#[derive(Debug)]
pub enum NotSent {
    /// The configuration names no server.
    NoServer,
    /// The configuration names no recipients.
    NoRecipients,
    /// The session with the server failed.
    Failed(Warning),
    /// An address is not valid.
    Unwritable(message::MessageError),
}

/// The password that the service uses; only root can read it.
pub fn service_password(config: &Config) -> Secret {
    password::of_the_service(&config.mail)
}

/// Sends a test mail to everyone who gets any mail.
///
/// # Errors
/// There are no replies; see `NotSent`.
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
    Ok(answers.map(|(status, (recipient, text))| Answer { recipient, status, text }).collect())
}
