//! The messages between the daemon and the helper process: server and login, then the result of each mail for each recipient.
//! Plain data.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use asbackup_api::Warning;
use asbackup_config::Encryption;

/// Everything a session needs.
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
    /// For connecting and logging in, and again for each mail.
    pub timeout: Duration,
}

/// The names of server and client.
#[derive(Debug, Clone)]
pub struct Peers {
    pub server: String,
    /// Our own.
    pub hello: String,
}

/// Why the session failed, regardless of the mail.
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
    /// The cause lists what the server offers.
    NoMechanism,
    /// The server refuses our name.
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

/// The result of one mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionResult {
    /// For each recipient, in their order.
    pub replies: Vec<Reply>,
    /// Why the server refused the mail with its logs; it was then sent without them.
    pub logs_refused: Option<String>,
}

/// The server's reply about one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    pub status: DeliveryStatus,
    /// The server's text.
    pub text: String,
}

/// The result of a mail for one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeliveryStatus {
    /// The server has accepted it.
    Taken,
    /// A later attempt may succeed.
    Delayed,
    /// The server will never accept it.
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
