//! The daemon's end of a conversation with the mail server, which a process of its own holds: passes on settings and mails, and reports what
//! became of each mail for each recipient. A process that ends without an answer may have sent the mail or not, so it is sent again
//! under the same Message-ID.

use std::io;
use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::outbox::OutgoingMail;
use crate::smtp::{
    DeliveryStatus, LARGEST_ANSWER, LARGEST_MAIL, Peers, Reply, ServerSettings, SmtpError, SmtpErrorKind,
    TransactionResult,
};
use asbackup_api::Warning;
use asbackup_config::{Mail, Secret};
use asbackup_system::blocking::{GLANCE, blocking};
use asbackup_system::net::named;
use asbackup_system::privsep::{Channel, ChannelError, Service};

/// How much longer than the mail server its process may take to answer.
const GRACE: Duration = Duration::from_secs(10);

pub struct SmtpClient {
    talk: Channel,
    named: Peers,
    patience: Duration,
}

/// What became of a mail, by recipient, in the server's words.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// The server has taken it.
    pub delivered: Vec<(String, String)>,
    /// The server never takes it.
    pub refused: Vec<(String, String)>,
    /// Worth another try.
    pub delayed: Vec<(String, String)>,
    /// Why it went without its logs, if it did.
    pub unwanted: Option<String>,
}

impl SmtpClient {
    /// Begins a conversation, in which we call ourselves `hello`.
    ///
    /// # Errors
    /// The server can't be reached, is not trusted or refuses us, or the process can't be started.
    pub async fn connect(mail: &Mail, password: &Secret, hello: &str) -> Result<Self, Warning> {
        let named = Peers { server: mail.server.clone(), hello: hello.to_owned() };
        let settings = server_settings(mail, password, hello).await.map_err(|error| error.warning(&named))?;
        let talk = Service::Mail.call().await.map_err(|absent| absent.warning())?;
        let mut client = Self { talk, named, patience: mail.timeout + GRACE };
        let begun = match client.talk.say(&settings).await {
            Ok(()) => client.hear::<()>().await,
            Err(error) => Err(unknown(&ChannelError::Gone(error))),
        };
        begun.map_err(|error| error.warning(&client.named))?;
        Ok(client)
    }

    /// Sends one mail to its recipients.
    ///
    /// # Errors
    /// The conversation broke off; the mail may have been sent or not.
    pub async fn deliver(&mut self, mail: &OutgoingMail) -> Result<Delivery, Warning> {
        if mail.message.len() > LARGEST_MAIL {
            return self.deliver_smaller(mail).await;
        }
        let outcome = match self.hand_over(mail).await {
            Ok(()) => self.hear::<TransactionResult>().await,
            Err(error) => Err(unknown(&ChannelError::Gone(error))),
        };
        let outcome = outcome.map_err(|error| error.warning(&self.named))?;
        Ok(Delivery::of(&mail.envelope.to, outcome))
    }

    /// Leaves the logs out if no server would take the mail with them.
    async fn deliver_smaller(&mut self, mail: &OutgoingMail) -> Result<Delivery, Warning> {
        let words = format!("{} bytes, where {LARGEST_MAIL} are the most", mail.message.len());
        let mut envelope = mail.envelope.clone();
        let Some(spare) = envelope.without_logs.take().filter(|spare| spare.len() <= LARGEST_MAIL) else {
            let replies = vec![Reply { status: DeliveryStatus::Refused, words }; envelope.to.len()];
            return Ok(Delivery::of(&envelope.to, TransactionResult { replies, unwanted: None }));
        };
        let mut delivery = Box::pin(self.deliver(&OutgoingMail { envelope, message: spare.into_bytes() })).await?;
        delivery.unwanted = Some(words);
        Ok(delivery)
    }

    async fn hand_over(&mut self, mail: &OutgoingMail) -> io::Result<()> {
        self.talk.say(&mail.envelope).await?;
        self.talk.say_bytes(&mail.message).await
    }

    async fn hear<T: DeserializeOwned>(&mut self) -> Result<T, SmtpError> {
        let answer = self.talk.answer::<Result<T, SmtpError>>(LARGEST_ANSWER, self.patience).await;
        answer.unwrap_or_else(|unheard| Err(unknown(&unheard)))
    }
}

fn unknown(unheard: &ChannelError) -> SmtpError {
    SmtpError { kind: SmtpErrorKind::Delayed, cause: unheard.to_string() }
}

async fn server_settings(mail: &Mail, password: &Secret, hello: &str) -> Result<ServerSettings, SmtpError> {
    let path = mail.ca_file.clone();
    let trusted = blocking(GLANCE, move || named(&path)).await;
    let trusted = trusted.map_err(|error| SmtpError { kind: SmtpErrorKind::Untrusted, cause: error.to_string() })?;
    Ok(ServerSettings {
        server: mail.server.clone(),
        port: mail.port,
        protection: mail.protection(),
        login: mail.logs_in().then(|| (mail.username.clone(), password.expose().to_owned())),
        trusted,
        hello: hello.to_owned(),
        timeout: mail.timeout,
    })
}

impl Delivery {
    fn of(recipients: &[String], outcome: TransactionResult) -> Self {
        let mut delivery = Self { unwanted: outcome.unwanted, ..Self::default() };
        let unknown =
            Reply { status: DeliveryStatus::Delayed, words: "the server said nothing about this recipient".to_owned() };
        let replies = outcome.replies.into_iter().chain(std::iter::repeat(unknown));
        for (recipient, reply) in recipients.iter().zip(replies) {
            let list = match reply.status {
                DeliveryStatus::Taken => &mut delivery.delivered,
                DeliveryStatus::Delayed => &mut delivery.delayed,
                DeliveryStatus::Refused => &mut delivery.refused,
            };
            list.push((recipient.clone(), reply.words));
        }
        delivery
    }

    /// All recipients were refused.
    pub fn is_hopeless(&self) -> bool {
        self.delivered.is_empty() && self.delayed.is_empty()
    }

    /// Refused recipients with their reasons, as one line.
    pub fn refusals(&self) -> String {
        let told: Vec<String> = self.refused.iter().map(|(recipient, why)| format!("{recipient}: {why}")).collect();
        told.join("; ")
    }
}
