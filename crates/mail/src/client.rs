//! Takes mails to the server, several in one conversation: puts together what has to be known for it, has a process aside hold it,
//! and says of each mail what became of it for whom. A process that ends without a word may have sent the mail or not; then it
//! is sent again, under the same Message-ID.

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
use asbackup_system::aside::{Aside, Talk, Unheard};
use asbackup_system::blocking::{GLANCE, blocking};
use asbackup_system::net::named;

/// The process aside has the mail server's time, and this much more to tell.
const GRACE: Duration = Duration::from_secs(10);

pub struct SmtpClient {
    talk: Talk,
    named: Peers,
    patience: Duration,
}

/// What became of a mail. The texts are the server's.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// Each with what the server said when it took the mail.
    pub delivered: Vec<(String, String)>,
    /// For good.
    pub refused: Vec<(String, String)>,
    /// Worth another try.
    pub delayed: Vec<(String, String)>,
    /// Why it went without its attachments, if it did.
    pub unwanted: Option<String>,
}

impl SmtpClient {
    /// Begins a conversation. `hello` is our own name.
    ///
    /// # Errors
    /// The server can't be talked to at the moment, whatever the mail, or nobody is there to do it.
    pub async fn connect(mail: &Mail, password: &Secret, hello: &str) -> Result<Self, Warning> {
        let named = Peers { server: mail.server.clone(), hello: hello.to_owned() };
        let way = way(mail, password, hello).await.map_err(|trouble| trouble.warning(&named))?;
        let talk = Aside::Mail.call().await.map_err(|absent| absent.warning())?;
        let mut client = Self { talk, named, patience: mail.timeout + GRACE };
        let begun = match client.talk.say(&way).await {
            Ok(()) => client.hear::<()>().await,
            Err(error) => Err(unknown(&Unheard::Gone(error))),
        };
        begun.map_err(|trouble| trouble.warning(&client.named))?;
        Ok(client)
    }

    /// Takes one mail to all who have not got it yet.
    ///
    /// # Errors
    /// The conversation is over, and nobody knows whether the mail was sent.
    pub async fn deliver(&mut self, mail: &OutgoingMail) -> Result<Delivery, Warning> {
        if mail.message.len() > LARGEST_MAIL {
            return self.deliver_smaller(mail).await;
        }
        let outcome = match self.hand_over(mail).await {
            Ok(()) => self.hear::<TransactionResult>().await,
            Err(error) => Err(unknown(&Unheard::Gone(error))),
        };
        let outcome = outcome.map_err(|trouble| trouble.warning(&self.named))?;
        Ok(Delivery::of(&mail.envelope.to, outcome))
    }

    /// What is larger than any server takes goes without its logs from the start.
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

fn unknown(unheard: &Unheard) -> SmtpError {
    SmtpError { kind: SmtpErrorKind::Delayed, cause: unheard.to_string() }
}

async fn way(mail: &Mail, password: &Secret, hello: &str) -> Result<ServerSettings, SmtpError> {
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

    /// Nobody got it, and nobody ever will.
    pub fn is_hopeless(&self) -> bool {
        self.delivered.is_empty() && self.delayed.is_empty()
    }

    /// Who was refused and why.
    pub fn refusals(&self) -> String {
        let told: Vec<String> = self.refused.iter().map(|(recipient, why)| format!("{recipient}: {why}")).collect();
        told.join("; ")
    }
}
