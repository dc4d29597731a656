//! A test mail: composed and sent like any other, but at once, and with what the server says of each recipient. Goes past outbox
//! and postman, so that nothing waits behind it.

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

/// What became of the mail for one recipient, and in which words of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub recipient: String,
    pub status: DeliveryStatus,
    pub words: String,
}

/// Why there are no answers.
#[derive(Debug)]
pub enum NotSent {
    /// The configuration names no server, or nobody who wants mails.
    NoServer,
    NoRecipients,
    /// The server can't be talked to.
    Failed(Warning),
    /// An address that no mail can have.
    Unwritable(message::MessageError),
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
