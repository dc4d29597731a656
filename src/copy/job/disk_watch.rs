//! Ends a run whose disk hangs or fails. A disk that hangs is not accessed again, not even through UDisks2, which would
//! stop answering. The disk stays mounted, and the controller unmounts it once it responds again.

use std::time::Duration;

use tokio::task::AbortHandle;

use super::context::Job;
use super::health_watch::HealthWatch;
use crate::copy::cancel::{CancelHandle, RunError, StopReason};
use crate::disks::{Volume, probe};
use asbackup_api::Fault;

/// Cancels the run when its disk hangs or fails, until this is dropped.
#[derive(Debug)]
pub struct DiskWatch(AbortHandle);

impl Drop for DiskWatch {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl DiskWatch {
    /// `patience`: how long the disk may take for one block.
    pub fn start(health: HealthWatch, patience: Duration, handle: CancelHandle) -> Self {
        let volume = health.volume.clone();
        let watching = tokio::spawn(async move {
            let reason = tokio::select! {
                () = probe::until_hung(&volume, patience) => StopReason::DiskHung,
                () = health.until_failing() => StopReason::DiskFailing,
            };
            handle.cancel(reason);
        });
        Self(watching.abort_handle())
    }
}

/// Waits until the disk responds before UDisks2 is asked to mount it: UDisks2 would wait as well, and meanwhile answer
/// nobody.
///
/// # Errors
/// The disk hangs, or the run is to end.
pub async fn check_responds(job: &mut Job, volume: &Volume) -> Result<(), RunError> {
    let responds = probe::responds(volume, job.spec.config.disk_patience);
    if job.cancel.or_stopped(responds).await? { Ok(()) } else { Err(Fault::DiskSilent.into()) }
}

/// None if the disk hangs meanwhile.
pub async fn unless_hung<T>(volume: &Volume, patience: Duration, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        done = work => Some(done),
        () = probe::until_hung(volume, patience) => None,
    }
}
