//! Takes mails to the server, several in one conversation: puts together what has to be known for it, has a process aside hold it,
//! and says of each mail what became of it for whom. A process that ends without a word may have sent the mail or not; then it
//! is sent again, under the same Message-ID.

use std::io;
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::outbox::Spooled;
use super::smtp::{Fate, LARGEST_ANSWER, LARGEST_MAIL, Named, Outcome, Reason, Reply, Trouble, Way};
use asbackup_api::Warning;
use asbackup_config::{Mail, Secret};
use asbackup_system::aside::{Aside, Talk, Unheard};
use asbackup_system::blocking::{GLANCE, blocking};
use asbackup_system::net::named;

/// The process aside has the mail server's time, and this much more to tell.
const GRACE: Duration = Duration::from_secs(10);

pub struct Courier {
    talk: Talk,
    named: Named,
    patience: Duration,
}

/// What became of a mail. The texts are the server's.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Each with what the server said when it took the mail.
    pub delivered: Vec<(String, String)>,
    /// For good.
    pub refused: Vec<(String, String)>,
    /// Worth another try.
    pub delayed: Vec<(String, String)>,
    /// Why it went without its attachments, if it did.
    pub unwanted: Option<String>,
}

impl Courier {
    /// Begins a conversation. `hello` is our own name.
    ///
    /// # Errors
    /// The server can't be talked to at the moment, whatever the mail, or nobody is there to do it.
    pub async fn set_out(mail: &Mail, password: &Secret, hello: &str) -> Result<Self, Warning> {
        let named = Named { server: mail.server.clone(), hello: hello.to_owned() };
        let way = way(mail, password, hello).await.map_err(|trouble| trouble.warning(&named))?;
        let talk = Aside::Mail.call().await.map_err(|absent| absent.warning())?;
        let mut courier = Self { talk, named, patience: mail.timeout + GRACE };
        let begun = match courier.talk.say(&way).await {
            Ok(()) => courier.hear::<()>().await,
            Err(error) => Err(unknown(&Unheard::Gone(error))),
        };
        begun.map_err(|trouble| trouble.warning(&courier.named))?;
        Ok(courier)
    }

    /// Takes one mail to all who have not got it yet.
    ///
    /// # Errors
    /// The conversation is over, and nobody knows whether the mail was sent.
    pub async fn deliver(&mut self, mail: &Spooled) -> Result<Verdict, Warning> {
        if mail.message.len() > LARGEST_MAIL {
            return self.deliver_smaller(mail).await;
        }
        let outcome = match self.hand_over(mail).await {
            Ok(()) => self.hear::<Outcome>().await,
            Err(error) => Err(unknown(&Unheard::Gone(error))),
        };
        let outcome = outcome.map_err(|trouble| trouble.warning(&self.named))?;
        Ok(Verdict::of(&mail.envelope.to, outcome))
    }

    /// What is larger than any server takes goes without its logs from the start.
    async fn deliver_smaller(&mut self, mail: &Spooled) -> Result<Verdict, Warning> {
        let words = format!("{} bytes, where {LARGEST_MAIL} are the most", mail.message.len());
        let mut envelope = mail.envelope.clone();
        let Some(spare) = envelope.without_logs.take().filter(|spare| spare.len() <= LARGEST_MAIL) else {
            let replies = vec![Reply { fate: Fate::Refused, words }; envelope.to.len()];
            return Ok(Verdict::of(&envelope.to, Outcome { replies, unwanted: None }));
        };
        let mut verdict = Box::pin(self.deliver(&Spooled { envelope, message: spare.into_bytes() })).await?;
        verdict.unwanted = Some(words);
        Ok(verdict)
    }

    async fn hand_over(&mut self, mail: &Spooled) -> io::Result<()> {
        self.talk.say(&mail.envelope).await?;
        self.talk.say_bytes(&mail.message).await
    }

    async fn hear<T: DeserializeOwned>(&mut self) -> Result<T, Trouble> {
        let answer = self.talk.answer::<Result<T, Trouble>>(LARGEST_ANSWER, self.patience).await;
        answer.unwrap_or_else(|unheard| Err(unknown(&unheard)))
    }
}

fn unknown(unheard: &Unheard) -> Trouble {
    Trouble { reason: Reason::Delayed, cause: unheard.to_string() }
}

async fn way(mail: &Mail, password: &Secret, hello: &str) -> Result<Way, Trouble> {
    let path = mail.ca_file.clone();
    let trusted = blocking(GLANCE, move || named(&path)).await;
    let trusted = trusted.map_err(|error| Trouble { reason: Reason::Untrusted, cause: error.to_string() })?;
    Ok(Way {
        server: mail.server.clone(),
        port: mail.port,
        protection: mail.protection(),
        login: mail.logs_in().then(|| (mail.username.clone(), password.expose().to_owned())),
        trusted,
        hello: hello.to_owned(),
        timeout: mail.timeout,
    })
}

impl Verdict {
    fn of(recipients: &[String], outcome: Outcome) -> Self {
        let mut verdict = Self { unwanted: outcome.unwanted, ..Self::default() };
        let unknown = Reply { fate: Fate::Delayed, words: "the server said nothing about this recipient".to_owned() };
        let replies = outcome.replies.into_iter().chain(std::iter::repeat(unknown));
        for (recipient, reply) in recipients.iter().zip(replies) {
            let list = match reply.fate {
                Fate::Taken => &mut verdict.delivered,
                Fate::Delayed => &mut verdict.delayed,
                Fate::Refused => &mut verdict.refused,
            };
            list.push((recipient.clone(), reply.words));
        }
        verdict
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
