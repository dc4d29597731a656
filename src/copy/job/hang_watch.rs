//! A disk that hangs: found out before it is mounted, while it is worked with, and before it is unmounted. Then nothing more is
//! asked of it, of UDisks2 neither; it stays mounted, and is cleared up by the controller once it answers again.
//! While the disk is worked with, what comes over its file system is listened for along with it.

use std::io;

use tokio::task::AbortHandle;

use super::stages::Run;
use crate::copy::cancel::{RunError, StopReason};
use crate::disks::released::Proof;
use crate::disks::superblock::Superblock;
use crate::disks::{Volume, probe};
use crate::model::Fault;

/// Ends the run when its disk falls silent or ill, as long as it lives.
#[derive(Debug)]
pub struct Listener(AbortHandle);

impl Drop for Listener {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Run {
    /// UDisks2 would wait for this disk, and answer nobody meanwhile.
    pub(super) async fn hear_disk(&mut self, chosen: &Volume) -> Result<(), RunError> {
        let answers = probe::responds(chosen, self.spec.config.disk_patience);
        tokio::select! {
            biased;
            reason = self.context.cancel.requested() => Err(RunError::Stopped(reason)),
            answers = answers => answers.then_some(()).ok_or(Fault::DiskSilent.into()),
        }
    }

    /// From the mount on.
    pub(super) fn listen(&self, chosen: &Volume, mount: u64) -> Listener {
        let (chosen, patient) = (chosen.clone(), self.patient(chosen, mount));
        let (patience, handle) = (self.spec.config.disk_patience, self.context.cancel.handle());
        let listening = tokio::spawn(async move {
            let reason = tokio::select! {
                () = probe::until_hung(&chosen, patience) => StopReason::DiskHung,
                () = patient.falls_ill() => StopReason::DiskFailing,
            };
            handle.cancel(reason);
        });
        Listener(listening.abort_handle())
    }

    /// Flushes unless the disk hangs, which leaves what was written in doubt.
    pub(super) async fn flush_heard(&mut self) -> io::Result<()> {
        let Ok(chosen) = self.chosen() else { return Ok(()) };
        let patience = self.spec.config.disk_patience;
        tokio::select! {
            flushed = self.flush() => flushed,
            () = probe::until_hung(&chosen, patience) => Ok(()),
        }
    }

    /// Unmounts unless the disk hangs, before or meanwhile.
    pub(super) async fn unmount_heard(&self, chosen: &Volume, superblock: Superblock) -> Result<Proof, Fault> {
        let patience = self.spec.config.disk_patience;
        if !probe::responds(chosen, patience).await {
            return Err(Fault::DiskSilent);
        }
        tokio::select! {
            done = self.let_go(chosen, superblock) => done,
            () = probe::until_hung(chosen, patience) => Err(Fault::DiskSilent),
        }
    }
}
