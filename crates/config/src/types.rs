//! What config.ini says, in typed values: what every other room reads.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::mail::Mail;
use super::veeam::Veeam;
use asbackup_api::DiskId;
use asbackup_texts::Language;

/// All settings. `Config::default()` is what an empty file gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// In the file's order, which is also the order in which a disk is chosen.
    pub disks: Vec<KnownDisk>,
    /// Absolute; empty until somebody has filled it in.
    pub source: PathBuf,
    /// On the disk, as written: empty, `/`, relative, or absolute with or without the mount point; never with `..`.
    pub destination: PathBuf,
    /// Relative to the destination on the disk.
    pub disk_lockfile: PathBuf,
    /// Relative to the source directory.
    pub source_lockfile: PathBuf,
    /// Where Veeam's lock files are: none (nobody waits for Veeam), one, or two that the file names differently.
    pub veeam_directories: Vec<PathBuf>,
    pub log_file: PathBuf,
    pub rsync_log_file: PathBuf,
    pub rsync_excludes: PathBuf,
    /// How long a copy waits for Veeam before it is given up.
    pub wait_for_veeam: Duration,
    /// How often a running copy writes its progress to log and status file.
    pub sample_every: Duration,
    /// Bytes; less than that free after a copy is a warning.
    pub free_space_threshold: u64,
    /// How long Veeam waits for a copy before it is given up.
    pub wait_for_backup: Duration,
    pub language: Language,
    pub lossy: LossyPolicy,
    /// 0 to 100: a run that would delete more of the files on the disk is refused before anything changes.
    pub max_deletions_percent: u8,
    /// The same for the bytes of the files on the disk.
    pub max_deleted_bytes_percent: u8,
    /// Something must be mounted at the very source directory.
    pub source_must_be_mountpoint: bool,
    /// A file that shows that the source is the right directory, relative to it; empty for none.
    pub source_sentinel: PathBuf,
    pub disk_identity: IdentityPolicy,
    /// How long a disk may leave a question without an answer before it counts as hanging.
    pub disk_patience: Duration,
    /// Switch the disk off after a good copy.
    pub power_off: bool,
    pub veeam: Veeam,
    pub mail: Mail,
    pub web: Web,
    pub debug: bool,
}

/// A disk of the list, and who is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownDisk {
    pub id: DiskId,
    pub recipients: Vec<String>,
}

/// What happens on a file system that can't hold owners, links or special files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LossyPolicy {
    #[default]
    Warn,
    Refuse,
}

/// What happens when a known disk comes in another device than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IdentityPolicy {
    #[default]
    Warn,
    Refuse,
    Off,
}

/// Where the status page listens.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Web {
    pub host: String,
    pub port: u16,
    /// By which it may be asked besides the machine's own and `host`; in lower case.
    pub names: Vec<String>,
}

/// What stands in the place of a secret wherever one is shown.
pub const MASK: &str = "********";

/// A password. Nothing but `expose` gives it away: shown, debugged or serialised it is masked.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "" } else { MASK })
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({self})")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
