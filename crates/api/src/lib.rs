//! Plain data that every other room shares: what a disk, a step, a run and its outcome are.
//! No I/O, no clock, no bus, no text for people (that is `texts`).

#![deny(missing_docs)]

mod agreed;
pub mod bus;
mod cause;
mod consequence;
mod disk;
mod error_name;
mod fault;
mod harmless;
mod identity;
mod log_part;
mod notice;
pub mod outcome;
mod record;
mod run;
mod run_warning;
mod state;
mod status;
mod told;
mod warning;
pub mod wire;

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

pub use agreed::Agreed;
pub use cause::{LockPlace, MountTrouble, Obstacle, ReadOnly, Unusable};
pub use disk::{Contents, Disk, UnformattedDisk};
pub use fault::Fault;
pub use harmless::harmless;
pub use identity::DiskIdentity;
pub use log_part::{Head, LogMark, LogPart};
pub use notice::Notice;
pub use outcome::Outcome;
pub use record::{AttachmentId, RunBegun, RunRecord, Totals};
pub use run::Run;
pub use run_warning::RunWarning;
pub use state::State;
pub use status::{LogLine, OutboxStatus, Presence, Progress, Status, VeeamLock};
pub use told::{Facts, Told};
pub use warning::Warning;

/// The file system UUID by which a disk is known.
///
/// An opaque string: ext4 has a real UUID, FAT has `B78E-6CC4`, NTFS `2D53D78A071916A0`. Kept in the spelling that the
/// kernel's tools use (36 characters in lower case, the short ones in upper case), so that equality ignores case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct DiskId(String);

const FULL_UUID_LENGTH: usize = 36;

impl DiskId {
    /// Takes any spelling; surrounding blanks do not count.
    pub fn new(text: &str) -> Self {
        let text = text.trim();
        if text.len() == FULL_UUID_LENGTH {
            return Self(text.to_ascii_lowercase());
        }
        Self(text.to_ascii_uppercase())
    }

    /// In the spelling of the kernel's tools.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for DiskId {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl From<DiskId> for String {
    fn from(id: DiskId) -> Self {
        id.0
    }
}

impl fmt::Display for DiskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The nine steps of a run, in the requirement's order and numbering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Called `know-disk` in histories that version 0.1 wrote.
    #[serde(alias = "know-disk")]
    IdentifyDisk = 1,
    /// Until no job of Veeam writes, for so long as `config.ini` allows.
    WaitForVeeam,
    /// By UDisks2, with options that protect the computer from what is on the disk.
    Mount,
    /// Creates a lock file on the disk and one in the source.
    Lock,
    /// The preflight check: verifies what is unverified, makes a plan by a dry run, and judges what the disk would lose.
    Check,
    /// rsync, the flush after it, and a second dry run that must find nothing left to do.
    Copy,
    /// Deletes both lock files; the disk's stays while something on it is unverified.
    Unlock,
    /// Measures what is free on the disk.
    FreeSpace,
    /// Proves besides that the disk is flushed and nobody holds it.
    Unmount,
}

impl Step {
    /// All of them, in their order.
    pub const ALL: [Self; 9] = [
        Self::IdentifyDisk,
        Self::WaitForVeeam,
        Self::Mount,
        Self::Lock,
        Self::Check,
        Self::Copy,
        Self::Unlock,
        Self::FreeSpace,
        Self::Unmount,
    ];

    /// The requirement's number, 1 to 9.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// The value of the journal field `ASBACKUP_STEP=`.
    pub fn name(self) -> &'static str {
        match self {
            Self::IdentifyDisk => "identify-disk",
            Self::WaitForVeeam => "wait-for-veeam",
            Self::Mount => "mount",
            Self::Lock => "lock",
            Self::Check => "check",
            Self::Copy => "copy",
            Self::Unlock => "unlock",
            Self::FreeSpace => "free-space",
            Self::Unmount => "unmount",
        }
    }
}

/// What made a run begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trigger {
    /// A known disk was plugged in.
    Plugged,
    /// Somebody called `Start`.
    Called,
    /// The run before on this plug-in was interrupted.
    Resumed,
}

impl Trigger {
    /// The word in the signal `RunStarted` and in the history.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plugged => "plugged",
            Self::Called => "called",
            Self::Resumed => "resumed",
        }
    }
}

/// The first of these names for a sentence, and how many more there are of `count`.
pub fn few(names: &[&str], count: usize) -> String {
    const SHOWN: usize = 8;
    let shown = &names[..names.len().min(SHOWN)];
    match count - shown.len() {
        0 => shown.join(", "),
        more => format!("{}, … (+{more})", shown.join(", ")),
    }
}

/// Microseconds since the epoch, as all times on the bus and in the history; 0 = never.
pub type Micros = u64;

/// Converts a wall-clock time; a time before 1970 is 0.
pub fn micros(time: SystemTime) -> Micros {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_id_ignores_case_and_blanks() {
        assert_eq!(DiskId::new(" b78e-6cc4\n").as_str(), "B78E-6CC4");
        let full = "0F3A2C1E-1111-2222-3333-444455556666";
        assert_eq!(DiskId::new(full), DiskId::new(&full.to_lowercase()));
    }

    #[test]
    fn of_many_names_a_few_are_shown_and_the_others_counted() {
        assert_eq!((few(&[], 0), few(&["a", "b"], 2)), (String::new(), "a, b".to_owned()));
        assert_eq!(few(&["a"; 10], 300), "a, a, a, a, a, a, a, a, … (+292)");
    }

    #[test]
    fn the_steps_are_numbered_as_in_the_requirement() {
        let numbers: Vec<u8> = Step::ALL.iter().map(|step| step.number()).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
}
