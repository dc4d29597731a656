//! What the daemon and the process that speaks SMTP tell each other: server and login, then what became of each mail for each
//! recipient. Plain data.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use asbackup_api::Warning;
use asbackup_config::Encryption;

/// All that has to be known for a conversation.
#[derive(Clone, Serialize, Deserialize)]
pub struct ServerSettings {
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
pub struct Peers {
    pub server: String,
    /// Ours.
    pub hello: String,
}

/// The server can't be talked to at the moment, whatever the mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmtpError {
    pub kind: SmtpErrorKind,
    pub cause: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SmtpErrorKind {
    Delayed,
    Untrusted,
    NotEncrypted,
    LoginRefused,
    /// The cause is what the server offers instead.
    NoMechanism,
    /// Our own name.
    HelloRefused,
}

impl SmtpError {
    /// The same for people.
    pub fn warning(&self, way: &Peers) -> Warning {
        let (server, cause) = (way.server.clone(), self.cause.clone());
        match self.kind {
            SmtpErrorKind::Delayed => Warning::MailDelayed { server, cause },
            SmtpErrorKind::Untrusted => Warning::MailServerUntrusted { server, cause },
            SmtpErrorKind::NotEncrypted => Warning::MailNotEncrypted { server },
            SmtpErrorKind::LoginRefused => Warning::MailLoginRefused { server, cause },
            SmtpErrorKind::NoMechanism => Warning::MailNoMechanism { server, offered: cause },
            SmtpErrorKind::HelloRefused => Warning::MailHelloRefused { server, name: way.hello.clone(), cause },
        }
    }
}

/// What became of a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionResult {
    /// For each recipient, in their order.
    pub replies: Vec<Reply>,
    /// Why it was tried without its attachments, if it was.
    pub unwanted: Option<String>,
}

/// What the server says of one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    pub status: DeliveryStatus,
    /// The server's.
    pub words: String,
}

/// What became of a mail for one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeliveryStatus {
    Taken,
    /// Not now; a later attempt may be taken.
    Delayed,
    /// For good.
    Refused,
}

impl DeliveryStatus {
    pub fn name(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Delayed => "delayed",
            Self::Refused => "refused",
        }
    }
}
