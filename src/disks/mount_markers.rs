//! Remembers which mounts are ours by a marker file per disk in the runtime directory, created before UDisks2 is asked
//! to mount. Like a mount, it survives a killed daemon but no reboot.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use asbackup_api::DiskId;

/// The directory with the markers.
#[derive(Debug, Clone)]
pub struct MountMarkers {
    directory: PathBuf,
}

impl MountMarkers {
    /// `runtime`: the daemon's runtime directory, `/run/asbackup`.
    pub fn new(runtime: &Path) -> Self {
        Self { directory: runtime.join("mounts") }
    }

    /// Called before mounting.
    ///
    /// # Errors
    /// The marker can't be written.
    pub fn set(&self, disk: &DiskId) -> io::Result<()> {
        fs::create_dir_all(&self.directory)?;
        fs::write(self.marker(disk), "")
    }

    /// Called when the disk is known to be unmounted. A marker left behind only costs a lookup at the next mount.
    pub fn clear(&self, disk: &DiskId) {
        let _ = fs::remove_file(self.marker(disk));
    }

    /// Whether the disk's mount is ours.
    pub fn is_set(&self, disk: &DiskId) -> bool {
        self.marker(disk).exists()
    }

    fn marker(&self, disk: &DiskId) -> PathBuf {
        // The UUID comes from the disk, so only characters of a UUID may get into the file name.
        let name: String = disk.as_str().chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        self.directory.join(name)
    }
}
