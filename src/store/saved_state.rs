//! What is remembered of disks, sources and old locks from one copy to the next, in `remembered.json`. Values and their
//! file; the controller decides what may be remembered and what follows from it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use asbackup_api::{DiskId, DiskIdentity, Micros, Warning};

const FILE_NAME: &str = "remembered.json";

/// All that is remembered. Changing it touches no disk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedState {
    disks: BTreeMap<DiskId, DiskIdentity>,
    /// Where on the disk its last good copy lies; none for copies that older versions made.
    destinations: BTreeMap<DiskId, PathBuf>,
    /// Path of the source → its file system.
    sources: BTreeMap<String, String>,
    /// Lock files that were reported as too old → when they were created.
    #[serde(rename = "told_locks")]
    reported_locks: BTreeMap<String, Micros>,
}

impl SavedState {
    /// How the disk identified itself at its first use, or when somebody last trusted it.
    pub fn disk(&self, disk: &DiskId) -> Option<&DiskIdentity> {
        self.disks.get(disk)
    }

    /// From now on the disk is expected to identify itself like this.
    pub fn set_disk(&mut self, disk: &DiskId, identity: DiskIdentity) {
        self.disks.insert(disk.clone(), identity);
    }

    /// Where on the disk its last good copy lies, if that is known.
    pub fn destination(&self, disk: &DiskId) -> Option<&Path> {
        self.destinations.get(disk).map(PathBuf::as_path)
    }

    /// The last good copy lies there.
    pub fn set_destination(&mut self, disk: &DiskId, destination: &Path) {
        self.destinations.insert(disk.clone(), destination.to_owned());
    }

    /// The file system that the source lay on when it was last found fit.
    pub fn source(&self, path: &Path) -> Option<&str> {
        self.sources.get(&key(path)).map(String::as_str)
    }

    /// The source was found fit on this file system.
    pub fn set_source(&mut self, path: &Path, file_system: String) {
        self.sources.insert(key(path), file_system);
    }

    /// Whether this lock file, as created at `since`, has been reported.
    pub fn is_reported(&self, lock: &Path, since: Micros) -> bool {
        self.reported_locks.get(&key(lock)) == Some(&since)
    }

    /// Marks this lock file as reported, and forgets those that are no longer in `held`.
    pub fn mark_reported(&mut self, lock: &Path, since: Micros, held: &[PathBuf]) {
        self.reported_locks.retain(|path, _| held.iter().any(|held| key(held) == *path));
        self.reported_locks.insert(key(lock), since);
    }
}

/// The file that keeps it. Only one may be written at a time.
#[derive(Debug, Clone)]
pub struct SavedStateFile {
    path: PathBuf,
}

impl SavedStateFile {
    /// `state`: the daemon's state directory, `/var/lib/asbackup`.
    pub fn new(state: &Path) -> Self {
        Self { path: state.join(FILE_NAME) }
    }

    /// Reads the file; blocks. One that can't be read counts as empty, which the warning says.
    pub fn read(&self) -> (SavedState, Option<Warning>) {
        let read = match fs::read(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Default::default(),
            read => read.and_then(|bytes| Ok(serde_json::from_slice(&bytes)?)),
        };
        match read {
            Ok(remembered) => (remembered, None),
            Err(error) => (SavedState::default(), Some(self.lost(&error.to_string()))),
        }
    }

    /// Replaces the file. On the disk when it returns; a power cut leaves the old file or the new one.
    ///
    /// # Errors
    /// The file can't be written, so the next start will not know it.
    pub fn write(&self, remembered: &SavedState) -> Result<(), Warning> {
        self.try_write(remembered).map_err(|error| self.lost(&error.to_string()))
    }

    fn try_write(&self, remembered: &SavedState) -> io::Result<()> {
        let new = self.path.with_extension("new");
        let mut file = File::create(&new)?;
        file.write_all(&serde_json::to_vec_pretty(remembered)?)?;
        file.sync_all()?;
        fs::rename(&new, &self.path)?;
        match self.path.parent() {
            Some(directory) => File::open(directory)?.sync_all(),
            None => Ok(()),
        }
    }

    pub(super) fn lost(&self, cause: &str) -> Warning {
        Warning::MemoryLost { path: self.path.display().to_string(), cause: cause.to_owned() }
    }
}

fn key(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn identity(serial: &str) -> DiskIdentity {
        DiskIdentity { serial: serial.into(), size: 7, ..DiskIdentity::default() }
    }

    #[test]
    fn what_was_written_is_read_after_a_restart() {
        let place = tempfile::tempdir().unwrap();
        let file = SavedStateFile::new(place.path());
        let disk = DiskId::new("b78e-6cc4");
        assert_eq!(file.read(), (SavedState::default(), None));
        let mut remembered = SavedState::default();
        remembered.set_disk(&disk, identity("A"));
        remembered.set_disk(&disk, identity("B"));
        remembered.set_source(Path::new("/srv"), "ext4 X".into());
        file.write(&remembered).unwrap();
        let (mut again, _) = SavedStateFile::new(place.path()).read();
        assert_eq!(again.disk(&disk), Some(&identity("B")));
        assert_eq!((again.source(Path::new("/srv")), again.source(Path::new("/other"))), (Some("ext4 X"), None));
        assert_eq!(again.destination(&disk), None);
        again.set_destination(&disk, Path::new("copy"));
        file.write(&again).unwrap();
        assert_eq!(file.read().0.destination(&disk), Some(Path::new("copy")));
    }

    #[test]
    fn a_lock_is_reported_once_and_forgotten_when_it_is_gone() {
        let (one, two) = (PathBuf::from("/veeam/one"), PathBuf::from("/veeam/two"));
        let mut remembered = SavedState::default();
        assert!(!remembered.is_reported(&one, 7));
        remembered.mark_reported(&one, 7, std::slice::from_ref(&one));
        assert!(
            remembered.is_reported(&one, 7) && !remembered.is_reported(&one, 8) && !remembered.is_reported(&two, 7)
        );
        remembered.mark_reported(&two, 9, std::slice::from_ref(&two));
        assert!(remembered.is_reported(&two, 9) && !remembered.is_reported(&one, 7));
    }

    #[test]
    fn a_file_of_an_earlier_version_is_read() {
        let place = tempfile::tempdir().unwrap();
        fs::write(
            place.path().join(FILE_NAME),
            r#"{"sources":{"/srv":"ext4 X"},"destinations":{"A":"copy"},"told_locks":{"/veeam/one":7}}"#,
        )
        .unwrap();
        let (remembered, damage) = SavedStateFile::new(place.path()).read();
        assert_eq!(damage, None);
        assert_eq!(remembered.source(Path::new("/srv")), Some("ext4 X"));
        assert_eq!(remembered.destination(&DiskId::new("A")), Some(Path::new("copy")));
        assert!(remembered.is_reported(Path::new("/veeam/one"), 7));
    }

    #[test]
    fn a_directory_that_takes_no_file_is_reported() {
        assert!(SavedStateFile::new(Path::new("/proc/asbackup")).write(&SavedState::default()).is_err());
    }

    proptest! {
        #[test]
        fn any_file_is_read_or_reported(bytes: Vec<u8>) {
            let place = tempfile::tempdir().unwrap();
            let file = SavedStateFile::new(place.path());
            fs::write(place.path().join(FILE_NAME), &bytes).unwrap();
            let (mut remembered, damage) = file.read();
            prop_assert_eq!(damage.is_some(), serde_json::from_slice::<SavedState>(&bytes).is_err());
            remembered.set_disk(&DiskId::new("A"), identity("A"));
            file.write(&remembered).unwrap();
            prop_assert_eq!(file.read(), (remembered, None));
        }
    }
}
