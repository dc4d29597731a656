//! What asbackup's programs say to each other: the names and types of the bus, and the plain data that all crates share, such as disks,
//! steps, runs and faults. No I/O, no clock, no texts for people (that is `texts`).

#![deny(missing_docs)]

mod agreed;
pub mod bus;
mod cause;
mod consequence;
mod disk;
mod error_name;
mod facts;
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
mod warning;
pub mod wire;

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

pub use agreed::Agreed;
pub use cause::{LockPlace, MountTrouble, Obstacle, ReadOnly, Unusable};
pub use disk::{Contents, Disk, UnformattedDisk};
pub use facts::{Facts, Statement};
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
pub use warning::Warning;

/// The UUID of a disk's file system, which identifies the disk in `config.ini` and on the bus.
///
/// An opaque string: ext4 has a real UUID, FAT has `B78E-6CC4`, NTFS `2D53D78A071916A0`. Stored in the spelling of the
/// kernel's tools (36 characters in lower case, short ones in upper case), so that comparisons ignore case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct DiskId(String);

const FULL_UUID_LENGTH: usize = 36;

impl DiskId {
    /// Accepts any spelling, with or without surrounding blanks.
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

/// The steps of a run, in the order and numbering of the requirement, which knows no snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Finds the disk and checks its identity. Version 0.1 wrote `know-disk` into the history.
    #[serde(alias = "know-disk")]
    IdentifyDisk,
    /// Waits until no Veeam job writes, for as long as `config.ini` allows.
    WaitForVeeam,
    /// Mounts the disk through UDisks2, with options that protect the computer from its contents.
    Mount,
    /// Creates a lock file on the disk and one in the source.
    Lock,
    /// The preflight check: verifies what is unverified, plans the copy by a dry run, and checks what the disk would lose.
    Check,
    /// Freezes what is to be copied, so that Veeam can go on. Left out where the source's file system can't do that.
    Snapshot,
    /// Runs rsync, flushes, and checks by a second dry run that nothing is left to do.
    Copy,
    /// Deletes both lock files; the one on the disk stays while something there is unverified.
    Unlock,
    /// Measures free space on the disk.
    FreeSpace,
    /// Unmounts the disk, and verifies that it is flushed and unused.
    Unmount,
}

impl Step {
    /// All steps in their order.
    pub const ALL: [Self; 10] = [
        Self::IdentifyDisk,
        Self::WaitForVeeam,
        Self::Mount,
        Self::Lock,
        Self::Check,
        Self::Snapshot,
        Self::Copy,
        Self::Unlock,
        Self::FreeSpace,
        Self::Unmount,
    ];

    /// The requirement's number, 1 to 9. The snapshot belongs to the check.
    pub fn number(self) -> u8 {
        match self {
            Self::IdentifyDisk => 1,
            Self::WaitForVeeam => 2,
            Self::Mount => 3,
            Self::Lock => 4,
            Self::Check | Self::Snapshot => 5,
            Self::Copy => 6,
            Self::Unlock => 7,
            Self::FreeSpace => 8,
            Self::Unmount => 9,
        }
    }

    /// The value of the journal field `ASBACKUP_STEP=`.
    pub fn name(self) -> &'static str {
        match self {
            Self::IdentifyDisk => "identify-disk",
            Self::WaitForVeeam => "wait-for-veeam",
            Self::Mount => "mount",
            Self::Lock => "lock",
            Self::Check => "check",
            Self::Snapshot => "snapshot",
            Self::Copy => "copy",
            Self::Unlock => "unlock",
            Self::FreeSpace => "free-space",
            Self::Unmount => "unmount",
        }
    }
}

/// Why a run began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trigger {
    /// A configured disk was plugged in.
    Plugged,
    /// A caller started the run.
    Called,
    /// The previous run on this attachment was interrupted.
    Resumed,
}

impl Trigger {
    /// The name in the signal `RunStarted` and in the history.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plugged => "plugged",
            Self::Called => "called",
            Self::Resumed => "resumed",
        }
    }
}

/// The first few names for a sentence, and how many of `count` are not shown.
pub fn few(names: &[&str], count: usize) -> String {
    const SHOWN: usize = 8;
    let shown = &names[..names.len().min(SHOWN)];
    match count - shown.len() {
        0 => shown.join(", "),
        more => format!("{}, … (+{more})", shown.join(", ")),
    }
}

/// Microseconds since the epoch, like all times on the bus and in the history; 0 = never.
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
    fn a_few_names_are_shown_and_the_rest_is_counted() {
        assert_eq!((few(&[], 0), few(&["a", "b"], 2)), (String::new(), "a, b".to_owned()));
        assert_eq!(few(&["a"; 10], 300), "a, a, a, a, a, a, a, a, … (+292)");
    }

    #[test]
    fn the_steps_are_numbered_as_in_the_requirement() {
        let numbers: Vec<u8> = Step::ALL.iter().map(|step| step.number()).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5, 5, 6, 7, 8, 9]);
    }
}
