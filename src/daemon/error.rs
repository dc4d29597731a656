//! Why the daemon can't run: the exit code and the line for the journal.

use std::error::Error;
use std::io;

use crate::bus::BusError;
use crate::store::history::HistoryError;
use asbackup_config::ConfigFaults;
use asbackup_texts::Texts;

/// Why the daemon can't run, or has ended.
#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
    /// config.ini has faults.
    #[error("config.ini is faulty")]
    Config(ConfigFaults),
    /// The bus is away, or does not let the daemon serve.
    #[error(transparent)]
    Bus(#[from] BusError),
    /// The bus went away.
    #[error("the bus connection was lost")]
    BusLost,
    /// The history can't be read.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// The thread that writes the state can't be started.
    #[error("the thread that writes the state")]
    Store(#[source] io::Error),
    /// The runtime directory can't be created.
    #[error("the runtime directory")]
    Runtime(#[source] io::Error),
    /// Signals of the system can't be received.
    #[error("signals of the system")]
    Signals(#[source] io::Error),
    /// The timer for the watchdog can't be created.
    #[error("the timer for systemd's watchdog")]
    Watchdog(#[source] io::Error),
}

impl DaemonError {
    /// As in sysexits.h. The unit does not restart after a faulty config, since a restart would not help.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) => 78,
            Self::Bus(BusError::NameTaken) => 69,
            Self::Bus(_) | Self::BusLost => 76,
            Self::History(_) | Self::Runtime(_) => 73,
            Self::Signals(_) | Self::Watchdog(_) | Self::Store(_) => 71,
        }
    }

    /// The line for the journal.
    pub fn message(&self, texts: &Texts) -> String {
        match self {
            Self::Bus(error) => error.message(texts),
            Self::BusLost => texts.text("daemon-bus-lost", &[]),
            other => texts.text("daemon-failed", &[("cause", chain(other).into())]),
        }
    }
}

/// The error with all its causes.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}
