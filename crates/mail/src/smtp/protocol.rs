//! What the daemon and the process that speaks SMTP exchange: server and login, then what became of each mail for each recipient.
//! Plain data.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use asbackup_api::Warning;
use asbackup_config::Encryption;

/// Everything a conversation needs.
#[derive(Clone, Serialize, Deserialize)]
pub struct ServerSettings {
    pub server: String,
    pub port: u16,
    /// Never `Auto`, which the daemon resolves.
    pub protection: Encryption,
    /// Name and password; `None` to send without a login.
    pub login: Option<(String, String)>,
    /// PEM certificates that are trusted in addition to the system's.
    pub trusted: String,
    /// Our own name for EHLO.
    pub hello: String,
    /// Limit for the beginning, and again for each mail.
    pub timeout: Duration,
}

/// Both ends of a conversation by their names.
#[derive(Debug, Clone)]
pub struct Peers {
    pub server: String,
    /// Ours.
    pub hello: String,
}

/// Why the conversation failed, whatever the mail.
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
    /// The warning for people.
    pub fn warning(&self, peers: &Peers) -> Warning {
        let (server, cause) = (peers.server.clone(), self.cause.clone());
        match self.kind {
            SmtpErrorKind::Delayed => Warning::MailDelayed { server, cause },
            SmtpErrorKind::Untrusted => Warning::MailServerUntrusted { server, cause },
            SmtpErrorKind::NotEncrypted => Warning::MailNotEncrypted { server },
            SmtpErrorKind::LoginRefused => Warning::MailLoginRefused { server, cause },
            SmtpErrorKind::NoMechanism => Warning::MailNoMechanism { server, offered: cause },
            SmtpErrorKind::HelloRefused => Warning::MailHelloRefused { server, name: peers.hello.clone(), cause },
        }
    }
}

/// What became of a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionResult {
    /// For each recipient, in their order.
    pub replies: Vec<Reply>,
    /// Why it was sent without its logs, if it was.
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
    /// The server has accepted it.
    Taken,
    /// Not now; a later attempt may succeed.
    Delayed,
    /// The server never accepts it.
    Refused,
}

impl DeliveryStatus {
    /// Its name in JSON and in the texts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Delayed => "delayed",
            Self::Refused => "refused",
        }
    }
}
