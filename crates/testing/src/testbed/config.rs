//! The text of a config.ini for a daemon in a testbed, in English, with all paths in the testbed's own directory.

use std::path::{Path, PathBuf};

use super::Testbed;
use super::disk::Disk;
use crate::ini::Sections;

/// The directory of the copy on the disk.
pub const DESTINATION: &str = "copy";
/// The lock file on the disk, in the directory of the copy.
pub const DISK_LOCK: &str = ".copy.lock";
/// The lock file in the source, under its default name.
pub const SOURCE_LOCK: &str = ".asbackup.lock";

/// Sections with keys and values, written out by [`ConfigText::text`].
#[derive(Debug, Clone)]
pub struct ConfigText {
    sections: Sections,
    /// What is copied.
    pub source: PathBuf,
    /// Where jobs of Veeam make their locks by hand.
    pub veeam_directory: PathBuf,
}

impl ConfigText {
    /// A complete config that names `disks`; the source is `source` in the testbed's directory.
    pub fn new(testbed: &Testbed, disks: &[&Disk]) -> Self {
        let source = testbed.make_directory("source");
        let veeam_directory = testbed.make_directory("veeam");
        let mut config =
            Self { sections: Sections::default(), source: source.clone(), veeam_directory: veeam_directory.clone() };
        let uuids: Vec<_> = disks.iter().map(|disk| disk.uuid.as_str()).collect();
        config.set("General", "language", "en");
        for (key, value) in [
            ("filesystem-ids-and-notification-mail-addresses", uuids.join(",")),
            ("backup-source", show(&source)),
            ("backup-destination", DESTINATION.to_owned()),
            ("backup-lockfile-path", DISK_LOCK.to_owned()),
            ("veeam-lockfile-path", show(&veeam_directory)),
            ("log-file-path", show(&testbed.directory().join("asbackup.log"))),
            ("rsync-log-file-path", show(&testbed.directory().join("rsync.log"))),
            ("wait-for-veeam-minutes", "1".to_owned()),
            ("rsync-update-ratio-seconds", "1".to_owned()),
            ("free-space-threshold-gb", "0".to_owned()),
        ] {
            config.set("Backup", key, &value);
        }
        // The machine around may lie on any file system; snapshots have tests of their own.
        config.set("Snapshot", "mode", "off");
        config
    }

    /// Sets a key, which may be new; percent signs in the value are literal.
    pub fn set(&mut self, section: &str, key: &str, value: &str) -> &mut Self {
        self.sections.set(section, key, &value.replace('%', "%%"));
        self
    }

    /// The path of the lock file in the source.
    pub fn source_lock(&self) -> PathBuf {
        self.source.join(SOURCE_LOCK)
    }

    /// The text of config.ini.
    pub fn text(&self) -> String {
        self.sections.text()
    }
}

fn show(path: &Path) -> String {
    path.to_str().expect("our own names are UTF-8").to_owned()
}
