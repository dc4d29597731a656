//! The daemon's state.

use serde::{Deserialize, Serialize};

use super::Step;
use super::wire::Wire;

/// What the daemon is doing: the values of the bus property `State`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// No run is in progress.
    #[default]
    Idle,
    /// Steps 1 and 2; the second waits until Veeam has stopped writing.
    WaitingForVeeam,
    /// Step 3.
    Mounting,
    /// Step 4, which creates both lock files.
    Locking,
    /// Step 5, the preflight check.
    Checking,
    /// What is to be copied is being frozen.
    Freezing,
    /// Step 6, including the flush.
    Copying,
    /// Steps 7 and 8, which delete the lock files and measure free space.
    Unlocking,
    /// Step 9, which may take minutes to flush.
    Unmounting,
    /// The service is shutting down and accepts no more calls.
    Stopping,
    /// A state that only a newer daemon knows.
    #[serde(other)]
    Unknown,
}

impl State {
    /// A service that reports no state must not look idle.
    pub(super) fn missing() -> Self {
        Self::Unknown
    }

    /// The name on the bus.
    pub fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::WaitingForVeeam => "waiting-for-veeam",
            Self::Mounting => "mounting",
            Self::Locking => "locking",
            Self::Checking => "checking",
            Self::Freezing => "freezing",
            Self::Copying => "copying",
            Self::Unlocking => "unlocking",
            Self::Unmounting => "unmounting",
            Self::Stopping => "stopping",
            Self::Unknown => "unknown",
        }
    }
}

impl From<Step> for State {
    fn from(step: Step) -> Self {
        match step {
            Step::IdentifyDisk | Step::WaitForVeeam => Self::WaitingForVeeam,
            Step::Mount => Self::Mounting,
            Step::Lock => Self::Locking,
            Step::Check => Self::Checking,
            Step::Snapshot => Self::Freezing,
            Step::Copy => Self::Copying,
            Step::Unlock | Step::FreeSpace => Self::Unlocking,
            Step::Unmount => Self::Unmounting,
        }
    }
}

impl Wire for State {
    type Form = String;

    fn wire(&self) -> String {
        self.name().to_owned()
    }
}
