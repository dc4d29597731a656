//! What a run holds from step 4 to step 7, and which of its writes are not known to be on the medium yet.

use std::io;
use std::path::PathBuf;

use super::mounted_disk::MountedDisk;
use crate::copy::locks::copy_lock::CopyLock;
use crate::copy::locks::rsync_lock::RsyncLock;
use crate::copy::trees::unverified::Unverified;
use crate::disks::{FileSystem, Volume};
use asbackup_system::blocking::{FLUSH, blocking};

#[derive(Debug)]
pub struct RunLocks {
    pub disk: Option<(CopyLock, PathBuf)>,
    pub source: Option<(CopyLock, PathBuf)>,
    /// Whether times with fractions of a second survive on the disk.
    pub fine_times: bool,
    /// Whether times beyond 2038 survive on the disk.
    pub late_times: bool,
    /// Files that may not have reached the medium. The lock file on the disk then stays, as a note for the next run.
    pub unverified: Option<Unverified>,
    /// Something has been written since the last flush.
    pub is_dirty: bool,
    _run: RsyncLock,
}

impl RunLocks {
    /// The lock against a second rsync comes first; the two files follow.
    pub fn new(run: RsyncLock) -> Self {
        Self {
            disk: None,
            source: None,
            fine_times: false,
            late_times: false,
            unverified: None,
            is_dirty: false,
            _run: run,
        }
    }

    /// Nothing on the disk that is newer than its lock file is known to be on the medium.
    pub fn mark_unverified(&mut self, volume: &Volume) {
        let made = self.disk.as_ref().filter(|_| keeps_change_times(volume)).and_then(|(lock, _)| lock.made());
        self.unverified = Some(Unverified { since: made });
    }

    /// Writes back what is in memory. The kernel reports an error only here, only once, and only to a descriptor that
    /// was opened before the copy; so when nobody waits for the answer, the files stay unverified.
    ///
    /// # Errors
    /// Something was not written.
    pub async fn flush(&mut self, disk: &MountedDisk) -> io::Result<()> {
        let top = disk.mounted.try_clone_top()?;
        let before = self.unverified;
        self.mark_unverified(&disk.volume);
        blocking(FLUSH, move || Ok::<_, io::Error>(rustix::fs::syncfs(top)?)).await?;
        self.unverified = before;
        self.is_dirty = false;
        Ok(())
    }

    /// When the source was locked, by its own clock: seconds and nanoseconds.
    ///
    /// # Errors
    /// The source's file system does not answer.
    pub fn source_locked_at(&self) -> io::Result<Option<(i64, i64)>> {
        self.source.as_ref().map(|(lock, _)| lock.changed()).transpose()
    }
}

/// FAT and its like forget when a file was changed once they are unmounted.
fn keeps_change_times(volume: &Volume) -> bool {
    volume.file_system() == FileSystem::Full
}
