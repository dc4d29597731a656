//! Veeam's REST API, read-only: which sessions exist, and in which state they are. `session_status` says what that
//! means.
//!
//! `client` knows versions, login and pages; `channel` passes its requests to a process of their own, where `https`
//! sends them; `answers` is what comes back.

mod answers;
mod channel;
mod client;
mod https;

use serde::{Deserialize, Serialize};
use thiserror::Error;

#[cfg(test)]
pub(crate) use answers::SessionResult;
pub(crate) use answers::{JobState, Session};
use asbackup_api::Warning;
use asbackup_system::privsep::Unavailable;
pub(crate) use client::Client;
pub use https::serve;

/// Veeam gave no valid answer, so nothing is known. The texts never contain the password.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum ApiError {
    /// Not reachable, too slow, or not Veeam.
    #[error("{0}")]
    Unreachable(String),
    /// The server's certificate, or the file with our own ones.
    #[error("{0}")]
    Untrusted(String),
    /// The login was refused, or lacks rights.
    #[error("{0}")]
    LoginRefused(String),
    /// The process that sends requests can't be started.
    #[error("{}: {}", .0.unit, .0.cause)]
    Unavailable(Unavailable),
}

impl ApiError {
    /// The warning for people.
    pub fn warning(&self, server: &str) -> Warning {
        let (server, cause) = (server.to_owned(), self.to_string());
        match self {
            Self::Unreachable(_) => Warning::VeeamUnreachable { server, cause },
            Self::Untrusted(_) => Warning::VeeamUntrusted { server, cause },
            Self::Unavailable(absent) => absent.clone().warning(),
            Self::LoginRefused(_) => Warning::VeeamLoginRefused { server, cause },
        }
    }
}
