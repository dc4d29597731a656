//! Veeam's REST API, read-only: which sessions there are and what state they are in. Judges nothing: what follows from an answer
//! is `judge`'s.
//!
//! `channel` has a process aside make requests, which are made in `https`; `answers` is what comes back, `client` all between: versions,
//! logging in, pages.

mod answers;
mod channel;
mod client;
mod https;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aside::Absent;
use crate::model::Warning;
#[cfg(test)]
pub use answers::SessionResult;
pub use answers::{Job, Session};
pub use client::Client;
pub use https::serve;

/// Veeam has not answered as it should, so nothing is known. The texts never hold the password.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum ApiError {
    /// Away, too slow, or something else than Veeam.
    #[error("{0}")]
    Unreachable(String),
    /// The certificate, or the file with our own ones.
    #[error("{0}")]
    Untrusted(String),
    /// Login or rights.
    #[error("{0}")]
    LoginRefused(String),
    /// Nobody is there who could ask.
    #[error("{}: {}", .0.unit, .0.cause)]
    Absent(Absent),
}

impl ApiError {
    /// The same for people.
    pub fn warning(&self, server: &str) -> Warning {
        let (server, cause) = (server.to_owned(), self.to_string());
        match self {
            Self::Unreachable(_) => Warning::VeeamUnreachable { server, cause },
            Self::Untrusted(_) => Warning::VeeamUntrusted { server, cause },
            Self::Absent(absent) => absent.clone().warning(),
            Self::LoginRefused(_) => Warning::VeeamLoginRefused { server, cause },
        }
    }
}
