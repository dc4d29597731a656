//! A disk that is failing, told by its file system: errors noted down, or no longer written to. rsync and the flush can be content
//! all the same, since what was in memory has gone then.

use std::time::Duration;

use tokio::time::sleep;

use super::stages::Run;
use crate::blocking::{GLANCE, blocking};
use crate::disks::Volume;
use crate::disks::health::Health;
use crate::disks::mounted::{self, Writability};
use crate::model::{Fault, Obstacle, Warning};

/// The file system is looked at this often while it is worked with.
const LOOK: Duration = Duration::from_secs(5);
/// rsync knows the file that it failed on, and ends by itself; unless it waits for room in memory, which nothing will ever free
/// where the kernel has given up what is to be written.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// A mounted file system that is watched, with nothing on it held.
#[derive(Debug, Clone)]
pub struct Patient {
    volume: Volume,
    mount: u64,
    /// Noted down before this run.
    errors: u64,
}

impl Patient {
    /// Ends some time after the file system took writes no more, or noted down an error. The latter is all that can be seen where
    /// the kernel has given up an ext4 without calling it read-only (Linux 6.12 to 6.14, and those that took it over, as Debian 12's).
    pub async fn falls_ill(self) {
        while !self.is_ill().await {
            sleep(LOOK).await;
        }
        sleep(LAST_WORDS).await;
    }

    async fn is_ill(&self) -> bool {
        let patient = self.clone();
        let look = move || {
            Ok(mounted::written(patient.mount)? != Writability::Writable
                || Health::of(&patient.volume).errors > patient.errors)
        };
        blocking::<_, std::io::Error>(GLANCE, look).await.unwrap_or(false)
    }
}

impl Run {
    /// Once mounted: what the file system knows of itself.
    pub(super) async fn take_history(&mut self) {
        self.health = self.health_now().await;
        if self.health.errors > 0 {
            self.warn(Warning::FileSystemErrors { cause: self.health.cause.clone() });
        }
    }

    /// Whom to watch from now on; `mount` is its number in the mount table.
    pub(super) fn patient(&self, chosen: &Volume, mount: u64) -> Patient {
        Patient { volume: chosen.clone(), mount, errors: self.health.errors }
    }

    /// After the copy. A file system that the kernel has stopped writing to flushes without an error.
    pub(super) async fn judge_health(&self) -> Result<(), Fault> {
        self.illness().await.map_or(Ok(()), Err)
    }

    /// What has come over the file system since it was mounted.
    pub(super) async fn illness(&self) -> Option<Fault> {
        let now = self.health_now().await;
        match self.written().await {
            Writability::Writable => {}
            Writability::ReadOnly => return Some(self.mounted_read_only()),
            Writability::GivenUp => return Some(Fault::TurnedReadOnly { cause: now.cause }),
        }
        (now.errors > self.health.errors).then_some(Fault::DiskFailing { cause: now.cause })
    }

    /// A disk that does not answer within the time has other faults to tell.
    async fn written(&self) -> Writability {
        let Some(Ok(mounted)) = self.mounted.as_ref().map(|mounted| mounted.try_clone()) else {
            return Writability::Writable;
        };
        blocking(GLANCE, move || mounted.written()).await.unwrap_or_default()
    }

    fn mounted_read_only(&self) -> Fault {
        let path = self.mount_point.clone().unwrap_or_default().display().to_string();
        Fault::NotStored { path, why: Obstacle::MountedReadOnly, cause: "remounted read-only".into() }
    }

    async fn health_now(&self) -> Health {
        let Ok(chosen) = self.chosen() else { return Health::default() };
        blocking::<_, std::io::Error>(GLANCE, move || Ok(Health::of(&chosen))).await.unwrap_or_default()
    }
}
