//! The text of a config.ini, with everything in it that a testbed needs, in English.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Testbed;
use super::disk::Disk;

/// Where the copy goes on the disk.
pub const DESTINATION: &str = "copy";
/// Below the destination.
pub const DISK_LOCK: &str = ".copy.lock";
/// Below the source; the default.
pub const SOURCE_LOCK: &str = ".asbackup.lock";

#[derive(Debug, Clone)]
pub struct ConfigText {
    sections: BTreeMap<String, BTreeMap<String, String>>,
    pub source: PathBuf,
    pub veeam_directory: PathBuf,
}

impl ConfigText {
    /// A whole config with one known disk; the source is `source` in the testbed's directory.
    pub fn new(testbed: &Testbed, disks: &[&Disk]) -> Self {
        let source = testbed.make_directory("source");
        let veeam_directory = testbed.make_directory("veeam");
        let mut config =
            Self { sections: BTreeMap::new(), source: source.clone(), veeam_directory: veeam_directory.clone() };
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
        config
    }

    pub fn set(&mut self, section: &str, key: &str, value: &str) -> &mut Self {
        let keys = self.sections.entry(section.to_owned()).or_default();
        keys.insert(key.to_owned(), value.to_owned());
        self
    }

    pub fn source_lock(&self) -> PathBuf {
        self.source.join(SOURCE_LOCK)
    }

    pub fn text(&self) -> String {
        let mut text = String::new();
        for (section, keys) in &self.sections {
            text.push_str(&format!("[{section}]\n"));
            for (key, value) in keys {
                text.push_str(&format!("{key} = {}\n", value.replace('%', "%%")));
            }
        }
        text
    }
}

fn show(path: &Path) -> String {
    path.to_str().expect("our own names are UTF-8").to_owned()
}
