//! A disk that is failing, told by its file system: errors noted down, or no longer written to. rsync and the flush can be content
//! all the same, since what was in memory has gone then.

use std::time::Duration;

use tokio::time::sleep;

use super::steps::Run;
use crate::blocking::{GLANCE, blocking};
use crate::disks::health::Health;
use crate::disks::mounted;
use crate::model::{Fault, Warning};

/// The mount table is read this often while the disk is worked with.
const LOOK: Duration = Duration::from_secs(5);
/// rsync knows the file that it failed on, and ends by itself; unless it waits for room in memory, which nothing will ever free then.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// Ends some time after the kernel has stopped writing to a mounted file system. Holds nothing on it.
pub async fn stays_read_only(mount: u64) {
    while !blocking(GLANCE, move || mounted::is_read_only(mount)).await.unwrap_or(false) {
        sleep(LOOK).await;
    }
    sleep(LAST_WORDS).await;
}

impl Run {
    /// Once mounted: what the file system knows of itself.
    pub(super) async fn take_history(&mut self) {
        self.health = self.health_now().await;
        if self.health.errors > 0 {
            self.warn(Warning::FileSystemErrors { cause: self.health.cause.clone() });
        }
    }

    /// After the copy. A file system that the kernel has stopped writing to flushes without an error.
    pub(super) async fn judge_health(&self) -> Result<(), Fault> {
        if self.is_read_only().await {
            return Err(self.turned_read_only().await);
        }
        let now = self.health_now().await;
        if now.errors > self.health.errors {
            return Err(Fault::DiskFailing { cause: now.cause });
        }
        Ok(())
    }

    /// What rsync said, and what the kernel noted down meanwhile.
    pub(super) async fn with_health(&self, cause: String) -> String {
        let now = self.health_now().await;
        if now.errors > self.health.errors { format!("{cause}; {}", now.cause) } else { cause }
    }

    pub(super) async fn turned_read_only(&self) -> Fault {
        Fault::TurnedReadOnly { cause: self.health_now().await.cause }
    }

    /// A disk that does not answer within the time has other faults to tell.
    pub(super) async fn is_read_only(&self) -> bool {
        let Some(Ok(mounted)) = self.mounted.as_ref().map(|mounted| mounted.try_clone()) else { return false };
        blocking(GLANCE, move || mounted.is_read_only()).await.unwrap_or(false)
    }

    async fn health_now(&self) -> Health {
        let Ok(chosen) = self.chosen() else { return Health::default() };
        blocking::<_, std::io::Error>(GLANCE, move || Ok(Health::of(&chosen))).await.unwrap_or_default()
    }
}
