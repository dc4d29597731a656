//! The disk while it is mounted: queries to it, and the watch over it. Dropping it closes every descriptor on the disk.

use std::io;
use std::path::{Path, PathBuf};

use super::disk_watch::DiskWatch;
use super::health_watch::health_now;
use crate::copy::trees::target::Target;
use crate::disks::Volume;
use crate::disks::health::Health;
use crate::disks::mounted::{Mounted, Space, Writability};
use asbackup_api::{Fault, Obstacle};
use asbackup_system::blocking::{GLANCE, blocking};

pub struct MountedDisk {
    pub volume: Volume,
    pub mounted: Mounted,
    /// Errors recorded before this run.
    pub health: Health,
    /// Held, not read: it ends the run when the disk hangs or fails.
    pub _watch: DiskWatch,
}

impl MountedDisk {
    /// # Errors
    /// The file system does not answer.
    pub async fn space(&self) -> io::Result<Space> {
        let top = self.mounted.try_clone_top()?;
        blocking(GLANCE, move || Space::of(&top)).await
    }

    /// A path below the target as people see it now.
    pub fn shown(&self, target: Option<&Target>, path: &Path) -> PathBuf {
        let target = target.map(|target| target.path.as_path()).unwrap_or(Path::new(""));
        self.mounted.mount_point.join(target).join(path)
    }

    /// What has happened to the file system since it was mounted. rsync and a flush can succeed all the same, once the
    /// kernel has dropped what was in memory.
    pub async fn failure(&self) -> Option<Fault> {
        let now = health_now(&self.volume).await;
        match self.writability().await {
            Writability::Writable => {}
            Writability::ReadOnly => return Some(self.remounted_read_only()),
            Writability::GivenUp => return Some(Fault::TurnedReadOnly { cause: now.cause }),
        }
        (now.errors > self.health.errors).then_some(Fault::DiskFailing { cause: now.cause })
    }

    /// A disk that does not answer in time counts as faulty.
    async fn writability(&self) -> Writability {
        let Ok(mounted) = self.mounted.try_clone() else { return Writability::Writable };
        blocking(GLANCE, move || mounted.writability()).await.unwrap_or_default()
    }

    fn remounted_read_only(&self) -> Fault {
        let path = self.mounted.mount_point.display().to_string();
        Fault::NotStored { path, why: Obstacle::MountedReadOnly, cause: "remounted read-only".into() }
    }
}
