//! Step 2: waits until no job of Veeam writes. The controller decides when the copy is admitted; this step reports what
//! the lock directories hold, and gives up when the time is over.

use std::io;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::context::Job;
use crate::copy::cancel::RunError;
use crate::copy::event::{Event, VeeamActivity};
use crate::veeam::{HeldLocks, LockDirError, lock_directory};
use asbackup_api::{Fault, Notice, Step, Warning, few};
use asbackup_system::blocking::{GLANCE, blocking};
use asbackup_system::paths::Refused;

/// The kernel reports local changes at once; a lock directory on a share has to be read again.
const RESCAN: Duration = Duration::from_secs(30);
/// Further empty lock files are not worth a warning.
const EMPTY_TOLD: usize = 8;

/// # Errors
/// Veeam is busy for too long, its lock directories can't be read, or the run is to end.
pub async fn wait_for_veeam(job: &mut Job) -> Result<(), RunError> {
    job.begin(Step::WaitForVeeam);
    let found = scan(job).await?;
    for lock in found.locks.iter().filter(|lock| lock.empty).take(EMPTY_TOLD) {
        job.warn(Warning::EmptyVeeamLock { path: lock.path.display().to_string() });
    }
    if !found.is_empty() {
        job.notice(Notice::StepWaitForVeeam { jobs: found.names(), minutes: minutes(job) });
    }
    let (opener, admitted) = oneshot::channel();
    let (activity, updates) = watch::channel(VeeamActivity::default());
    job.events.send(Event::AdmissionRequested { locks: found, opener, activity });
    until_admitted(job, admitted, updates).await?;
    job.notice(Notice::StepVeeamClear);
    Ok(())
}

/// Until the controller and, if it is asked, Veeam have answered once, nobody can say that anything is busy. So the
/// deadline counts only from their answers on; those have limits of their own.
async fn until_admitted(
    job: &mut Job,
    mut admitted: oneshot::Receiver<()>,
    mut activity: watch::Receiver<VeeamActivity>,
) -> Result<(), RunError> {
    let deadline = sleep(job.spec.config.wait_for_veeam);
    tokio::pin!(deadline);
    let mut rescan = interval(RESCAN);
    rescan.set_missed_tick_behavior(MissedTickBehavior::Delay);
    rescan.tick().await;
    loop {
        let is_known = activity.borrow_and_update().is_known;
        tokio::select! {
            biased;
            reason = job.cancel.requested() => return Err(RunError::Stopped(reason)),
            answer = &mut admitted => return answer.map_err(|_| Fault::ServiceStopped.into()),
            () = &mut deadline, if is_known => {
                let jobs = activity.borrow().jobs.clone();
                return Err(veeam_busy(job, jobs).await?.into());
            }
            Ok(()) = activity.changed() => {}
            _ = rescan.tick() => {
                let found = scan(job).await?;
                job.events.send(Event::LocksScanned(found));
            }
        }
    }
}

async fn veeam_busy(job: &Job, writing: Vec<String>) -> Result<Fault, Fault> {
    let held = scan(job).await?;
    let writing: Vec<&str> = writing.iter().map(String::as_str).collect();
    let names = [held.names(), few(&writing, writing.len())];
    let names: Vec<String> = names.into_iter().filter(|names| !names.is_empty()).collect();
    Ok(Fault::VeeamBusy { jobs: names.join(", "), minutes: minutes(job) })
}

fn minutes(job: &Job) -> u64 {
    job.spec.config.wait_for_veeam.as_secs() / 60
}

pub(super) async fn scan(job: &Job) -> Result<HeldLocks, Fault> {
    let directories = job.spec.config.veeam_directories.clone();
    let result = blocking::<_, ScanError>(GLANCE, move || Ok(lock_directory::scan(&directories)?)).await;
    result.map_err(|ScanError { path, error }| {
        let unreadable = || Fault::VeeamDirectoryUnreadable { path, cause: error.to_string() };
        Refused::fault(&error).unwrap_or_else(unreadable)
    })
}

struct ScanError {
    path: String,
    error: io::Error,
}

impl From<LockDirError> for ScanError {
    fn from(error: LockDirError) -> Self {
        Self { path: error.path.display().to_string(), error: error.source }
    }
}

impl From<io::Error> for ScanError {
    fn from(error: io::Error) -> Self {
        Self { path: String::new(), error }
    }
}
