//! The work on a disk that no run is on: unmounts what a killed daemon left mounted, and proves that the disk is
//! released. A task of its own; `idle_disks` says when, and what follows.

use std::path::PathBuf;
use std::time::Duration;

use backon::{ConstantBuilder, Retryable};
use log::debug;
use zbus::Connection;

use crate::copy::rsync_lock::RsyncLock;
use crate::disks::mount_markers::MountMarkers;
use crate::disks::released::{self, Proof};
use crate::disks::udisks::{self, UdisksError};
use crate::disks::{Volume, probe};
use asbackup_system::blocking::{GLANCE, blocking};

const BUSY_PAUSE: Duration = Duration::from_secs(1);
const BUSY_PAUSES: usize = 30;

/// The work on one disk is done.
#[derive(Debug)]
pub struct CleanedUp {
    pub volume: Volume,
    /// Where our own mount was, if it is gone now.
    pub unmounted: Option<String>,
    pub is_released: bool,
}

pub struct CleanupWork {
    pub connection: Connection,
    pub volume: Volume,
    pub runtime: PathBuf,
    /// A daemon that was killed left it mounted.
    pub left_over: bool,
}

impl CleanupWork {
    pub async fn run(self) -> CleanedUp {
        let mut unmounted = None;
        if self.left_over {
            probe::until_responsive(&self.volume).await;
            unmounted = self.unmount().await;
        }
        let proven = released::proven(&self.volume).await;
        if let Err(error) = &proven {
            debug!("{}: {error}", self.volume.device.display());
        }
        CleanedUp { volume: self.volume, unmounted, is_released: matches!(proven, Ok(Proof::Released)) }
    }

    /// Ends an rsync that outlived its daemon first; it would keep the disk busy.
    async fn unmount(&self) -> Option<String> {
        let (runtime, disk) = (self.runtime.clone(), self.volume.id.clone());
        let lock = blocking(GLANCE, move || RsyncLock::acquire(&runtime, &disk)).await;
        // The next disk's run wants it while this disk is still busy.
        drop(lock);
        let pauses = ConstantBuilder::default().with_delay(BUSY_PAUSE).with_max_times(BUSY_PAUSES);
        let result = (|| udisks::unmount(&self.connection, &self.volume))
            .retry(pauses)
            .when(|error| matches!(error, UdisksError::Busy(_) | UdisksError::ServiceLost(_)))
            .await;
        match result {
            Ok(()) | Err(UdisksError::NotMounted) => {
                MountMarkers::new(&self.runtime).clear(&self.volume.id);
                self.volume.mount_points.first().map(|point| point.display().to_string())
            }
            Err(error) => {
                debug!("{} stays mounted: {error}", self.volume.device.display());
                None
            }
        }
    }
}
