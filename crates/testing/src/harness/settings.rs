//! The text of a config.ini for a daemon on a private bus, in English, with all paths in the test's own directory.

use std::collections::BTreeMap;
use std::path::Path;

use crate::fakes::udisks::FakeDisk;

const DISKS: &str = "filesystem-ids-and-notification-mail-addresses";

#[derive(Debug, Clone)]
pub struct Settings {
    sections: BTreeMap<String, BTreeMap<String, String>>,
}

impl Settings {
    /// A whole config that knows `disks`.
    pub fn new(room: &Path, disks: &[&FakeDisk]) -> Self {
        let mut settings = Self { sections: BTreeMap::new() };
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
        settings.know(disks)
    }

    /// In config order.
    pub fn know(mut self, disks: &[&FakeDisk]) -> Self {
        let uuids: Vec<&str> = disks.iter().map(|disk| disk.uuid.as_str()).collect();
        self.set("Backup", DISKS, &uuids.join(","));
        self
    }

    pub fn set(&mut self, section: &str, key: &str, value: &str) -> &mut Self {
        let keys = self.sections.entry(section.to_owned()).or_default();
        keys.insert(key.to_owned(), value.to_owned());
        self
    }

    pub fn text(&self) -> String {
        let mut text = String::new();
        for (section, keys) in &self.sections {
            text.push_str(&format!("[{section}]\n"));
            for (key, value) in keys {
                text.push_str(&format!("{key} = {value}\n"));
            }
        }
        text
    }
}
