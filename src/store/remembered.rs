//! What is remembered of disks, sources and old locks from one copy to the next: `/var/lib/asbackup/remembered.json`. Whoever
//! decides what may be remembered, and what follows from it, is elsewhere.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::agreements::Agreements;
use crate::model::{Agreed, DiskId, DiskIdentity, Micros, Warning};

const FILE_NAME: &str = "remembered.json";

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Contents {
    disks: BTreeMap<DiskId, DiskIdentity>,
    /// Where on the disk its last good copy lies; none of copies that older versions made.
    destinations: BTreeMap<DiskId, PathBuf>,
    /// Path of the source → its file system.
    sources: BTreeMap<String, String>,
    /// Lock files that were told of as too old → when they were made.
    told_locks: BTreeMap<String, Micros>,
}

/// The one who writes. There must be only one at a time.
#[derive(Debug)]
pub struct Remembered {
    path: PathBuf,
    remembered: Contents,
    damage: Option<Warning>,
    agreements: Agreements,
}

impl Remembered {
    /// Reads what is in `directory`. A file that can't be read counts as empty, which `damage` tells.
    pub fn open(directory: &Path) -> Self {
        let path = directory.join(FILE_NAME);
        let read = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Contents::default()),
            read => read.and_then(|bytes| Ok(serde_json::from_slice(&bytes)?)),
        };
        let (remembered, damage) = match read {
            Ok(remembered) => (remembered, None),
            Err(error) => (Contents::default(), Some(lost(&path, &error))),
        };
        Self { path, remembered, damage, agreements: Agreements::new(directory) }
    }

    /// What to tell once if the file could not be read.
    pub fn damage(&mut self) -> Option<Warning> {
        self.damage.take()
    }

    pub fn disk(&self, disk: &DiskId) -> Option<&DiskIdentity> {
        self.remembered.disks.get(disk)
    }

    /// Where on the disk its last good copy lies, if that is known.
    pub fn destination(&self, disk: &DiskId) -> Option<&Path> {
        self.remembered.destinations.get(disk).map(PathBuf::as_path)
    }

    /// # Errors
    /// As `remember_disk`.
    pub fn remember_destination(&mut self, disk: &DiskId, destination: &Path) -> Result<(), Warning> {
        self.remembered.destinations.insert(disk.clone(), destination.to_owned());
        self.save()
    }

    /// What somebody has agreed to lose at the first copy to the disk that looks like this.
    pub fn agreed(&self, disk: &DiskId, identity: &DiskIdentity) -> Option<Agreed> {
        self.agreements.of(disk, identity)
    }

    /// There is a good copy on it now.
    pub fn end_agreement(&self, disk: &DiskId) {
        self.agreements.end(disk);
    }

    pub fn source(&self, path: &Path) -> Option<&str> {
        self.remembered.sources.get(&key(path)).map(String::as_str)
    }

    /// # Errors
    /// It is remembered, but would be forgotten at the next start.
    pub fn remember_disk(&mut self, disk: &DiskId, identity: DiskIdentity) -> Result<(), Warning> {
        self.remembered.disks.insert(disk.clone(), identity);
        self.save()
    }

    /// # Errors
    /// As `remember_disk`.
    pub fn remember_source(&mut self, path: &Path, file_system: String) -> Result<(), Warning> {
        self.remembered.sources.insert(key(path), file_system);
        self.save()
    }

    /// Whether this very lock file was told of.
    pub fn is_told(&self, lock: &Path, since: Micros) -> bool {
        self.remembered.told_locks.get(&key(lock)) == Some(&since)
    }

    /// Of those that were told of before, only the ones in `held` are still worth remembering.
    ///
    /// # Errors
    /// As `remember_disk`.
    pub fn remember_told(&mut self, lock: &Path, since: Micros, held: &[PathBuf]) -> Result<(), Warning> {
        let told = &mut self.remembered.told_locks;
        told.retain(|path, _| held.iter().any(|held| key(held) == *path));
        told.insert(key(lock), since);
        self.save()
    }

    fn save(&self) -> Result<(), Warning> {
        self.try_save().map_err(|error| lost(&self.path, &error))
    }

    /// A power loss leaves the old file or the new one.
    fn try_save(&self) -> io::Result<()> {
        let new = self.path.with_extension("new");
        let mut file = File::create(&new)?;
        file.write_all(&serde_json::to_vec_pretty(&self.remembered)?)?;
        file.sync_all()?;
        fs::rename(&new, &self.path)?;
        match self.path.parent() {
            Some(directory) => File::open(directory)?.sync_all(),
            None => Ok(()),
        }
    }
}

fn key(path: &Path) -> String {
    path.display().to_string()
}

fn lost(path: &Path, error: &io::Error) -> Warning {
    Warning::MemoryLost { path: path.display().to_string(), cause: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn identity(serial: &str) -> DiskIdentity {
        DiskIdentity { serial: serial.into(), size: 7, ..DiskIdentity::default() }
    }

    #[test]
    fn what_is_remembered_is_there_after_a_restart() {
        let place = tempfile::tempdir().unwrap();
        let disk = DiskId::new("b78e-6cc4");
        let mut memory = Remembered::open(place.path());
        assert!(memory.damage().is_none() && memory.disk(&disk).is_none());
        memory.remember_disk(&disk, identity("A")).unwrap();
        memory.remember_source(Path::new("/srv"), "ext4 X".into()).unwrap();
        memory.remember_disk(&disk, identity("B")).unwrap();
        let again = Remembered::open(place.path());
        assert_eq!(again.disk(&disk), Some(&identity("B")));
        assert_eq!(again.source(Path::new("/srv")), Some("ext4 X"));
        assert_eq!(again.source(Path::new("/other")), None);
        assert_eq!(again.destination(&disk), None);
        memory.remember_destination(&disk, Path::new("copy")).unwrap();
        assert_eq!(Remembered::open(place.path()).destination(&disk), Some(Path::new("copy")));
    }

    #[test]
    fn a_lock_is_told_of_once_and_forgotten_when_it_is_gone() {
        let place = tempfile::tempdir().unwrap();
        let (one, two) = (PathBuf::from("/veeam/one"), PathBuf::from("/veeam/two"));
        let mut memory = Remembered::open(place.path());
        assert!(!memory.is_told(&one, 7));
        memory.remember_told(&one, 7, std::slice::from_ref(&one)).unwrap();
        let mut again = Remembered::open(place.path());
        assert!(again.is_told(&one, 7) && !again.is_told(&one, 8) && !again.is_told(&two, 7));
        again.remember_told(&two, 9, std::slice::from_ref(&two)).unwrap();
        assert!(again.is_told(&two, 9) && !again.is_told(&one, 7));
    }

    #[test]
    fn a_directory_that_takes_no_file_is_told() {
        let mut memory = Remembered::open(Path::new("/proc/asbackup"));
        assert!(memory.remember_source(Path::new("/srv"), String::new()).is_err());
        assert_eq!(memory.source(Path::new("/srv")), Some(""));
    }

    proptest! {
        #[test]
        fn whatever_is_in_the_file_it_is_read_or_told(bytes: Vec<u8>) {
            let place = tempfile::tempdir().unwrap();
            fs::write(place.path().join(FILE_NAME), &bytes).unwrap();
            let mut memory = Remembered::open(place.path());
            prop_assert_eq!(memory.damage().is_some(), serde_json::from_slice::<Contents>(&bytes).is_err());
            memory.remember_disk(&DiskId::new("A"), identity("A")).unwrap();
            prop_assert!(Remembered::open(place.path()).damage().is_none());
        }
    }
}
