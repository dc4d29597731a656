//! The text of a config.ini for a daemon on a private bus, in English, with all paths in the test's own directory.

use std::path::Path;

use crate::fakes::udisks::FakeDisk;
use crate::ini::Sections;

const DISKS: &str = "filesystem-ids-and-notification-mail-addresses";

/// Sections with keys and values, written out by [`Settings::text`].
#[derive(Debug, Clone)]
pub struct Settings {
    sections: Sections,
}

impl Settings {
    /// A complete config that names `disks`.
    pub fn new(room: &Path, disks: &[&FakeDisk]) -> Self {
        let mut settings = Self { sections: Sections::default() };
        let within = |name: &str| room.join(name).to_str().expect("our own names are UTF-8").to_owned();
        settings.set("General", "language", "en");
        for (key, value) in [
            ("backup-source", within("source")),
            ("veeam-lockfile-path", within("veeam")),
            ("log-file-path", within("asbackup.log")),
            ("rsync-log-file-path", within("rsync.log")),
            ("rsync-excludes-path", within("excludes")),
            ("wait-for-veeam-minutes", "1".to_owned()),
        ] {
            settings.set("Backup", key, &value);
        }
        // The machine around may lie on any file system; snapshots have tests of their own.
        settings.set("Snapshot", "mode", "off");
        settings.know(disks)
    }

    /// Names these disks instead, in this order.
    pub fn know(mut self, disks: &[&FakeDisk]) -> Self {
        let uuids: Vec<&str> = disks.iter().map(|disk| disk.uuid.as_str()).collect();
        self.set("Backup", DISKS, &uuids.join(","));
        self
    }

    /// Sets a key, which may be new; a literal percent sign in the value has to be doubled.
    pub fn set(&mut self, section: &str, key: &str, value: &str) -> &mut Self {
        self.sections.set(section, key, value);
        self
    }

    /// The text of config.ini.
    pub fn text(&self) -> String {
        self.sections.text()
    }
}
