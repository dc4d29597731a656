//! What config.ini says, in typed values: what everything else reads.

mod mail;
mod secret;
mod veeam;

use std::path::PathBuf;
use std::time::Duration;

pub use mail::{Encryption, Mail, MailLevel, MailPolicy};
pub use secret::{MASK, Secret};
pub use veeam::{StaleLockPolicy, Veeam};

use asbackup_api::DiskId;
use asbackup_texts::Language;

/// All settings. `Config::default()` is what an empty file gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// In the file's order, which is also the order in which a disk is chosen.
    pub disks: Vec<KnownDisk>,
    /// Absolute; empty until it is filled in.
    pub source: PathBuf,
    /// On the disk, as written: empty, `/`, relative, or absolute with or without the mount point; never with `..`.
    pub destination: PathBuf,
    /// Relative to the destination on the disk.
    pub disk_lockfile: PathBuf,
    /// Relative to the source directory.
    pub source_lockfile: PathBuf,
    /// Where Veeam's lock files are: none (no copy waits for Veeam), one, or two if the file names two.
    pub veeam_directories: Vec<PathBuf>,
    /// The text log; absolute.
    pub log_file: PathBuf,
    /// rsync's own log; absolute.
    pub rsync_log_file: PathBuf,
    /// rsync's patterns of what is not copied; absolute.
    pub rsync_excludes: PathBuf,
    /// Maximum time a copy waits for Veeam.
    pub wait_for_veeam: Duration,
    /// Interval at which a running copy writes its progress to log and status file.
    pub sample_every: Duration,
    /// Bytes; less free space after a copy is a warning.
    pub free_space_threshold: u64,
    /// Maximum time Veeam waits for a copy.
    pub wait_for_backup: Duration,
    /// Of mails, log and status.
    pub language: Language,
    /// For file systems that can't hold everything.
    pub lossy: LossyPolicy,
    /// 0 to 100: a run that would delete more of the files on the disk is refused before anything changes.
    pub max_deletions_percent: u8,
    /// The same for the bytes of the files on the disk.
    pub max_deleted_bytes_percent: u8,
    /// Whether something must be mounted at the very source directory.
    pub source_must_be_mountpoint: bool,
    /// A file that shows that the source is the right directory, relative to it; empty for none.
    pub source_sentinel: PathBuf,
    /// For known file systems in another device than before.
    pub disk_identity: IdentityPolicy,
    /// Maximum time a disk takes to answer before it counts as hanging.
    pub disk_patience: Duration,
    /// Whether the disk is switched off after a good copy.
    pub power_off: bool,
    /// The section `[Snapshot]`.
    pub snapshot: Snapshot,
    /// The section `[VEEAM]`.
    pub veeam: Veeam,
    /// The section `[Mail]`.
    pub mail: Mail,
    /// The section `[Webserver]`.
    pub web: Web,
    /// Whether everything is logged.
    pub debug: bool,
}

impl Config {
    /// Whether mails have recipients but no server to go through.
    pub fn has_recipients_without_server(&self) -> bool {
        let of_disks = self.disks.iter().flat_map(|disk| &disk.recipients);
        let mut all = self.mail.sysops.iter().chain(&self.mail.cc).chain(of_disks);
        self.mail.server.is_empty() && all.next().is_some()
    }
}

/// A disk of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownDisk {
    /// The UUID of its file system.
    pub id: DiskId,
    /// Bare addresses of those who get its mails besides the sysops.
    pub recipients: Vec<String>,
}

/// What happens on a file system that can't hold owners, links or special files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LossyPolicy {
    /// The copy is made, with a warning.
    #[default]
    Warn,
    /// No copy is made.
    Refuse,
}

/// What happens when a known file system is found in another device than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IdentityPolicy {
    /// The copy is made, with a warning.
    #[default]
    Warn,
    /// No copy is made until a person trusts the disk.
    Refuse,
    /// Devices are not compared.
    Off,
}

/// Whether and where what is to be copied is frozen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snapshot {
    /// Whether.
    pub mode: SnapshotMode,
    /// On the source's mount; empty for the place that suits it.
    pub directory: PathBuf,
    /// 0 to 100: with less of the source's file system free, snapshots are given up.
    pub min_free_percent: u8,
}

/// Whether a copy is made from a snapshot, so that Veeam can go on meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SnapshotMode {
    /// If the source's file system can share blocks between files.
    #[default]
    Auto,
    /// No: Veeam waits until the copy is over.
    Off,
    /// There is no copy without one.
    Require,
}

/// Where the status page listens.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Web {
    /// A host name or an address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Names under which browsers may ask for the page, besides the machine's own and `host`; in lower case.
    pub names: Vec<String>,
}
