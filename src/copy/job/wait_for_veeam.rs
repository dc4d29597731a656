//! Step 2: waits until no job of Veeam writes. The controller is the referee and opens the gate; this step brings it what the
//! lock directories hold, and gives up in time.

use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::stages::Run;
use crate::blocking::{GLANCE, blocking};
use crate::copy::cancel::RunError;
use crate::copy::event::{Event, VeeamActivity};
use crate::model::{Fault, Notice, Step, Warning, few};
use crate::paths::Refused;
use crate::veeam::{HeldLocks, LockDirError, locks};

/// The kernel tells of local changes at once; a lock directory on a share has to be looked at.
const LOOK_AGAIN: Duration = Duration::from_secs(30);
/// Further empty lock files are no other news.
const EMPTY_TOLD: usize = 8;

impl Run {
    pub(super) async fn wait_for_veeam(&mut self) -> Result<(), RunError> {
        self.begin(Step::WaitForVeeam);
        let found = self.scan().await?;
        for lock in found.locks.iter().filter(|lock| lock.empty).take(EMPTY_TOLD) {
            self.warn(Warning::EmptyVeeamLock { path: lock.path.display().to_string() });
        }
        if !found.is_empty() {
            let minutes = self.spec.config.wait_for_veeam.as_secs() / 60;
            self.context.events.notice(Notice::StepWaitForVeeam { jobs: found.names(), minutes });
        }
        let (opener, gate) = oneshot::channel();
        let (activity, told) = watch::channel(VeeamActivity::default());
        self.context.events.send(Event::AdmissionRequested { locks: found, opener, activity });
        self.pass(gate, told).await?;
        self.context.events.notice(Notice::StepVeeamClear);
        Ok(())
    }

    /// Before the referee, and Veeam where it is asked, have answered once nobody can say that anything is busy, so that even
    /// without patience their answers are waited for; those have their own time.
    async fn pass(
        &mut self,
        mut gate: oneshot::Receiver<()>,
        mut busy: watch::Receiver<VeeamActivity>,
    ) -> Result<(), RunError> {
        let give_up = sleep(self.spec.config.wait_for_veeam);
        tokio::pin!(give_up);
        let mut look = interval(LOOK_AGAIN);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        look.tick().await;
        loop {
            let mut stop = self.context.cancel.clone();
            let is_known = busy.borrow_and_update().is_known;
            tokio::select! {
                biased;
                reason = stop.requested() => return Err(RunError::Stopped(reason)),
                opened = &mut gate => return opened.map_err(|_| Fault::ServiceStopped.into()),
                () = &mut give_up, if is_known => {
                    let jobs = busy.borrow().jobs.clone();
                    return Err(self.gave_up(jobs).await?.into());
                }
                Ok(()) = busy.changed() => {}
                _ = look.tick() => {
                    let found = self.scan().await?;
                    self.context.events.send(Event::LocksScanned(found));
                }
            }
        }
    }

    async fn gave_up(&self, running: Vec<String>) -> Result<Fault, Fault> {
        let minutes = self.spec.config.wait_for_veeam.as_secs() / 60;
        let held = self.scan().await?;
        let running: Vec<&str> = running.iter().map(String::as_str).collect();
        let told = [held.names(), few(&running, running.len())];
        let named: Vec<String> = told.into_iter().filter(|names| !names.is_empty()).collect();
        Ok(Fault::VeeamBusy { jobs: named.join(", "), minutes })
    }

    async fn scan(&self) -> Result<HeldLocks, Fault> {
        let directories = self.spec.config.veeam_directories.clone();
        let result = blocking::<_, ScanError>(GLANCE, move || Ok(locks::scan(&directories)?)).await;
        result.map_err(|ScanError { path, error }| {
            let unreadable = || Fault::VeeamDirectoryUnreadable { path, cause: error.to_string() };
            Refused::fault(&error).unwrap_or_else(unreadable)
        })
    }
}

struct ScanError {
    path: String,
    error: std::io::Error,
}

impl From<LockDirError> for ScanError {
    fn from(error: LockDirError) -> Self {
        Self { path: error.path.display().to_string(), error: error.source }
    }
}

impl From<std::io::Error> for ScanError {
    fn from(error: std::io::Error) -> Self {
        Self { path: String::new(), error }
    }
}
