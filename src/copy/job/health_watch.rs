//! Watches the file system for errors that it records, and for writes that it no longer takes.

use std::time::Duration;

use tokio::time::sleep;

use crate::disks::Volume;
use crate::disks::health::Health;
use crate::disks::mounted::{self, Writability};
use asbackup_system::blocking::{GLANCE, blocking};

/// How often the file system is checked.
const INTERVAL: Duration = Duration::from_secs(5);
/// rsync names the file that it failed on and ends by itself, unless it waits for memory that the kernel never frees,
/// because it has given up writing it back.
const GRACE: Duration = Duration::from_secs(10);

/// A mounted file system. Holds nothing open on it.
#[derive(Debug, Clone)]
pub struct HealthWatch {
    pub volume: Volume,
    /// Its number in the mount table.
    pub mount: u64,
    /// Errors recorded before this run.
    pub errors: u64,
}

impl HealthWatch {
    /// Resolves some time after the file system stopped taking writes or recorded an error. The record is the only sign
    /// if the kernel gives up an ext4 without making it read-only (Linux 6.12 to 6.14, and kernels with that change, as
    /// Debian 12's).
    pub async fn until_failing(self) {
        while !self.is_failing().await {
            sleep(INTERVAL).await;
        }
        sleep(GRACE).await;
    }

    async fn is_failing(&self) -> bool {
        let watch = self.clone();
        let look = move || {
            let has_errors = || Health::of(&watch.volume).errors > watch.errors;
            Ok(mounted::writability(watch.mount)? != Writability::Writable || has_errors())
        };
        blocking::<_, std::io::Error>(GLANCE, look).await.unwrap_or(false)
    }
}

/// The errors that kernel and file system have recorded so far.
pub async fn health_now(volume: &Volume) -> Health {
    let volume = volume.clone();
    blocking::<_, std::io::Error>(GLANCE, move || Ok(Health::of(&volume))).await.unwrap_or_default()
}
