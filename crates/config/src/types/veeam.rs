//! The section `[VEEAM]`: Veeam's REST API, and what happens to stale locks.

use std::path::PathBuf;
use std::time::Duration;

use super::secret::Secret;

/// The server to ask, and the limits of locks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Veeam {
    /// `https://host:port` of the REST API; empty = Veeam is not asked.
    pub url: String,
    /// Whom to log in as.
    pub user: String,
    /// Empty = none, or kept elsewhere.
    pub password: Secret,
    /// Certificates in PEM that are trusted besides the system's; empty = none.
    pub ca_file: PathBuf,
    /// Veeam's name of the repository that is copied; empty = sessions on any repository count.
    pub repository: String,
    /// Maximum time for one call.
    pub timeout: Duration,
    /// Time after a failed session in which the same job may be retried.
    pub retry_wait: Duration,
    /// Interval between two looks at the locks while there are any.
    pub check_every: Duration,
    /// An older lock is reported; 0 = never.
    pub lock_max_age: Duration,
    /// What then happens to it.
    pub stale_lock: StaleLockPolicy,
    /// Time without a change in the repository before a stale lock is cleared.
    pub quiet: Duration,
}

/// What happens to a lock that is too old.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StaleLockPolicy {
    /// It stays and is reported.
    #[default]
    Warn,
    /// It is cleared once nothing writes any more.
    Clear,
}

impl Veeam {
    /// Whether there is a server to ask.
    pub fn has_api(&self) -> bool {
        !self.url.is_empty()
    }
}
