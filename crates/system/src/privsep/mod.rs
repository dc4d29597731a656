//! Privilege separation: helper processes that talk to servers have the network and no rights, the service has the rights and no
//! network. One process serves one conversation; systemd starts it when the service connects to its socket. Owns both ends of that
//! socket, and knows nothing of what is sent.
//!
//! A helper that was killed, ran out of memory or could not be started looks the same from here: the connection is gone, and the
//! helper may or may not have done what it was asked for.

mod message_socket;

use std::env;
use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tokio::net::UnixStream;

use asbackup_api::Warning;

pub use message_socket::{HelperError, MessageSocket};

/// The sockets' directory without `RUNTIME_DIRECTORY`.
const DIRECTORY: &str = "/run/asbackup";

/// A helper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Delivers mails to the mail server.
    Mail,
    /// Queries Veeam's server.
    Veeam,
}

/// The helper can't be reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unavailable {
    /// The unit that systemd should have.
    pub unit: String,
    /// Why it can't be reached.
    pub cause: String,
}

impl Unavailable {
    /// The warning for people.
    pub fn warning(self) -> Warning {
        Warning::HelperMissing { unit: self.unit, cause: self.cause }
    }
}

impl Service {
    /// The helper whose socket has this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Mail, Self::Veeam].into_iter().find(|helper| helper.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Veeam => "veeam",
        }
    }

    fn socket(self) -> PathBuf {
        let directory = env::var_os("RUNTIME_DIRECTORY").map_or_else(|| DIRECTORY.into(), PathBuf::from);
        directory.join(format!("{}.socket", self.name()))
    }

    /// Starts a conversation.
    ///
    /// # Errors
    /// There is no such socket, or nobody listens on it.
    pub async fn connect(self) -> Result<MessageSocket, Unavailable> {
        let connected = UnixStream::connect(self.socket()).await;
        connected.map(MessageSocket::new).map_err(|error| self.unavailable(&error))
    }

    fn unavailable(self, error: &io::Error) -> Unavailable {
        Unavailable { unit: format!("asbackup-{}.socket", self.name()), cause: error.to_string() }
    }
}
