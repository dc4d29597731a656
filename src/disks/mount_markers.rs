//! Which mounts are ours: a marker per disk under the runtime directory, laid before UDisks2 is asked to mount.
//! It survives a killed daemon and dies with the boot, as mounts do.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::model::DiskId;

#[derive(Debug, Clone)]
pub struct MountMarkers {
    directory: PathBuf,
}

impl MountMarkers {
    /// `runtime`: the daemon's runtime directory, `/run/asbackup`.
    pub fn new(runtime: &Path) -> Self {
        Self { directory: runtime.join("mounts") }
    }

    /// To be called before mounting.
    ///
    /// # Errors
    /// The marker can't be written.
    pub fn set(&self, disk: &DiskId) -> io::Result<()> {
        fs::create_dir_all(&self.directory)?;
        fs::write(self.marker(disk), "")
    }

    /// To be called when the disk is proven unmounted. A marker that stays does no harm but a look at the next mount.
    pub fn clear(&self, disk: &DiskId) {
        let _ = fs::remove_file(self.marker(disk));
    }

    pub fn is_set(&self, disk: &DiskId) -> bool {
        self.marker(disk).exists()
    }

    fn marker(&self, disk: &DiskId) -> PathBuf {
        // UUIDs come from the disk; only what can be in one may be in a file name.
        let name: String = disk.as_str().chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        self.directory.join(name)
    }
}
