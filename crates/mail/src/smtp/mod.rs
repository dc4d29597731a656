//! One conversation with the mail server. Owns how it is protected, who logs in, and what the server's answers mean for each
//! recipient: one that is refused does not cost the others their mail. TLS lives only as long as the conversation.
//!
//! `session` is the conversation, `delivery` one mail in it, `address` how a recipient is called there, `line` the stream that lettre speaks on, `voice` how answers are told. All of it runs in a process of
//! its own, for which `desk` takes mails in.

mod address;
mod delivery;
mod desk;
mod line;
mod session;
mod voice;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use asbackup_api::Warning;
use asbackup_config::Encryption;
pub use desk::{LARGEST_ANSWER, LARGEST_MAIL, LARGEST_WAY, serve};
use session::Session;

/// All that has to be known for a conversation.
#[derive(Clone, Serialize, Deserialize)]
pub struct Way {
    pub server: String,
    pub port: u16,
    /// `Auto` is settled before.
    pub protection: Encryption,
    /// Name and password; none = nobody logs in.
    pub login: Option<(String, String)>,
    /// Certificates in PEM that are trusted besides the system's.
    pub trusted: String,
    /// What the server is told at the beginning.
    pub hello: String,
    /// One mail must have gone through in this time.
    pub timeout: Duration,
}

/// Both ends of a conversation by their names.
#[derive(Debug, Clone)]
pub struct Named {
    pub server: String,
    /// Ours.
    pub hello: String,
}

/// The server can't be talked to at the moment, whatever the mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    pub reason: Reason,
    pub cause: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    Delayed,
    Untrusted,
    NotEncrypted,
    LoginRefused,
    /// The cause is what the server offers instead.
    NoMechanism,
    /// Our own name.
    HelloRefused,
}

impl Trouble {
    /// The same for people.
    pub fn warning(&self, way: &Named) -> Warning {
        let (server, cause) = (way.server.clone(), self.cause.clone());
        match self.reason {
            Reason::Delayed => Warning::MailDelayed { server, cause },
            Reason::Untrusted => Warning::MailServerUntrusted { server, cause },
            Reason::NotEncrypted => Warning::MailNotEncrypted { server },
            Reason::LoginRefused => Warning::MailLoginRefused { server, cause },
            Reason::NoMechanism => Warning::MailNoMechanism { server, offered: cause },
            Reason::HelloRefused => Warning::MailHelloRefused { server, name: way.hello.clone(), cause },
        }
    }
}

/// What became of a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// For each recipient, in their order.
    pub replies: Vec<Reply>,
    /// Why it was tried without its attachments, if it was.
    pub unwanted: Option<String>,
}

/// What the server says of one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    pub fate: Fate,
    /// The server's.
    pub words: String,
}

/// What became of a mail for one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
