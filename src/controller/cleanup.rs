//! Disks that no run is on: what a killed daemon left mounted is unmounted, and each disk that has had its run is proven
//! released, so that people may unplug it.

use std::path::PathBuf;
use std::time::Duration;

use backon::{ConstantBuilder, Retryable};
use log::{Level, debug};
use zbus::Connection;

use super::Controller;
use super::attachments::{Attachment, Cleanup, Release};
use crate::copy::run_lock::RunLock;
use crate::disks::mount_markers::MountMarkers;
use crate::disks::released::{self, Proof};
use crate::disks::udisks::{self, UdisksError};
use crate::disks::{Volume, probe};
use asbackup_api::Warning;
use asbackup_system::blocking::{GLANCE, blocking};

const BUSY_PAUSE: Duration = Duration::from_secs(1);
const BUSY_PAUSES: usize = 30;

/// The work on one disk is done.
#[derive(Debug)]
pub struct CleanedUp {
    volume: Volume,
    /// Where our own mount was, if it is gone now.
    unmounted: Option<String>,
    is_released: bool,
}

impl Controller {
    /// Begins the work on every known disk that needs it.
    pub(super) fn clean_up_disks(&mut self) {
        if self.run.is_some() || self.service.stopping {
            return;
        }
        let markers = MountMarkers::new(&self.runtime);
        for disk in &self.config.disks {
            for attachment in self.attachments.of(&disk.id) {
                let mounted = !attachment.volume.mount_points.is_empty();
                let left_over = mounted && markers.is_set(&disk.id);
                let unproven = !mounted && attachment.state.is_unproven();
                if (left_over || unproven) && begins(attachment) {
                    let work = CleanupWork {
                        connection: self.outputs.connection.clone(),
                        volume: attachment.volume.clone(),
                        runtime: self.runtime.clone(),
                        left_over,
                    };
                    let cleaned_up = self.internal.cleaned_up.clone();
                    tokio::spawn(async move { cleaned_up.send(work.run().await) });
                }
            }
        }
    }

    pub(super) fn on_cleaned_up(&mut self, done: CleanedUp) {
        if let Some(mount_point) = done.unmounted {
            self.tell(Level::Warn, &Warning::LeftoverMount { mount_point });
        }
        // Somebody may have mounted it between the proof and now.
        self.refresh_mounts();
        let mut repeats = false;
        // A run that has begun meanwhile has the last word.
        let has_run = self.run.as_ref().is_some_and(|run| run.begun.disk == done.volume.id);
        let same = |attachment: &&mut Attachment| attachment.volume.is_same_attachment(&done.volume);
        for attachment in self.attachments.of(&done.volume.id).filter(same) {
            repeats |= std::mem::replace(&mut attachment.cleanup, Cleanup::None) == Cleanup::Repeat;
            let unproven = attachment.state.is_unproven() && attachment.volume.mount_points.is_empty();
            if done.is_released && unproven && !has_run {
                attachment.state.release_mut().into_iter().for_each(|release| *release = Release::Released);
            }
        }
        if repeats {
            self.clean_up_disks();
        }
    }
}

/// Whether the work begins now; work that is under way is repeated afterwards.
fn begins(attachment: &mut Attachment) -> bool {
    let begins = attachment.cleanup == Cleanup::None;
    attachment.cleanup = if begins { Cleanup::Running } else { Cleanup::Repeat };
    begins
}

struct CleanupWork {
    connection: Connection,
    volume: Volume,
    runtime: PathBuf,
    left_over: bool,
}

impl CleanupWork {
    async fn run(self) -> CleanedUp {
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
        let lock = blocking(GLANCE, move || RunLock::acquire(&runtime, &disk)).await;
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
