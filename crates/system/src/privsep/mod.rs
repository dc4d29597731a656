//! What is done aside, in processes of their own: whatever speaks with foreign servers runs without any right and with the network, and
//! the service itself has the rights and no network. One process is one conversation; systemd starts it when somebody connects to
//! its socket. Owns both ends of that socket (`talk`), and knows nothing of what is said.
//!
//! A process that was killed, had no memory left or could not be started looks the same from here: the connection is gone, and
//! what it was asked for may have been done or not.

mod channel;

use std::env;
use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tokio::net::UnixStream;

use asbackup_api::Warning;

pub use channel::{Channel, ChannelError};

/// Where the sockets are unless told otherwise.
const DIRECTORY: &str = "/run/asbackup";

/// Who is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Brings mails to the mail server.
    Mail,
    /// Asks Veeam's server.
    Veeam,
}

/// Nobody is there to be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unavailable {
    /// What systemd should have.
    pub unit: String,
    /// Why it could not be reached.
    pub cause: String,
}

impl Unavailable {
    /// The same for people.
    pub fn warning(self) -> Warning {
        Warning::HelperMissing { unit: self.unit, cause: self.cause }
    }
}

impl Service {
    /// The one whose socket has this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Mail, Self::Veeam].into_iter().find(|aside| aside.name() == name)
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

    /// Begins a conversation.
    ///
    /// # Errors
    /// There is no such socket, or nobody listens there.
    pub async fn call(self) -> Result<Channel, Unavailable> {
        let connected = UnixStream::connect(self.socket()).await;
        connected.map(Channel::new).map_err(|error| self.absent(&error))
    }

    fn absent(self, error: &io::Error) -> Unavailable {
        Unavailable { unit: format!("asbackup-{}.socket", self.name()), cause: error.to_string() }
    }
}
