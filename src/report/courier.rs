//! Takes mails to the server, several in one conversation: puts together what has to be known for it, and says of each mail what became
//! of it for whom.

use std::time::Duration;

use super::outbox::Spooled;
use super::smtp::{Fate, Reason, Reply, Session, Trouble, Way};
use crate::blocking::{GLANCE, blocking};
use crate::config::{Mail, Secret};
use crate::model::Warning;
use crate::net::named;

pub struct Courier {
    session: Session,
    server: String,
    timeout: Duration,
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
}

impl Courier {
    /// Begins a conversation. `hello` is our own name.
    ///
    /// # Errors
    /// The server can't be talked to at the moment, whatever the mail.
    pub async fn set_out(mail: &Mail, password: &Secret, hello: &str) -> Result<Self, Warning> {
        let server = mail.server.clone();
        let begun = match way(mail, password, hello).await {
            Ok(way) => Session::open(&way).await,
            Err(trouble) => Err(trouble),
        };
        let session = begun.map_err(|trouble| trouble.warning(&server))?;
        Ok(Self { session, server, timeout: mail.timeout })
    }

    /// Takes one mail to all who have not got it yet.
    ///
    /// # Errors
    /// The conversation is over.
    pub async fn deliver(&mut self, mail: &Spooled) -> Result<Verdict, Warning> {
        let replies = self.session.deliver(mail, self.timeout).await;
        let replies = replies.map_err(|trouble| trouble.warning(&self.server))?;
        Ok(Verdict::of(&mail.envelope.to, replies))
    }

    pub async fn close(self) {
        self.session.close().await;
    }
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
    fn of(recipients: &[String], replies: Vec<Reply>) -> Self {
        let mut verdict = Self::default();
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
