//! The steps of a run, and the walk back that always follows.
//!
//! Each step of the walk forward takes the stage before it and gives the next: `Identified`, `MountedDisk`, `Locked`,
//! `Preflighted`. What has to be undone is in `Reached`, also when a step fails half way. A new stage is a file, a line
//! in `forward`, and, if it leaves something behind, a slot in `Reached` and a line in `backward`.

use super::context::{Job, RunContext, RunSpec};
use super::copy::copy;
use super::freeze::remove;
use super::identify::{Identified, identify};
use super::lock::{Acquired, lock, unlock};
use super::mount::{Mount, mount};
use super::power_off::power_off;
use super::preflight::preflight;
use super::snapshot::snapshot;
use super::unmount::{DiskState, free_space, unmount};
use super::wait_for_veeam::wait_for_veeam;
use crate::copy::cancel::{RunError, StopReason};
use crate::copy::event::{Event, RunSummary};
use crate::copy::trees::frozen::Frozen;
use asbackup_api::Fault;
use asbackup_system::blocking::{GLANCE, blocking};

/// How far the walk forward got: what has to be undone.
#[derive(Default)]
struct Reached {
    identified: Option<Identified>,
    mount: Option<Mount>,
    acquired: Option<Acquired>,
    frozen: Option<Frozen>,
}

/// How the walk forward ended. Without a fault and a reason to stop, the copy is complete.
#[derive(Debug, Default)]
struct ForwardEnd {
    fault: Option<Fault>,
    stopped: Option<StopReason>,
}

/// How the walk back ended.
#[derive(Debug, Default)]
struct BackwardEnd {
    faults: Vec<Fault>,
    /// The disk is safe to remove.
    released: bool,
}

/// Carries the run out; its last event is its end.
pub async fn run(spec: RunSpec, context: RunContext) {
    let mut job = Job::new(spec, context);
    let summary = carry_out(&mut job).await;
    job.events.send(Event::Ended(Box::new(summary)));
}

async fn carry_out(job: &mut Job) -> RunSummary {
    let mut reached = Reached::default();
    let end = match forward(job, &mut reached).await {
        Ok(()) => ForwardEnd::default(),
        Err(error) => reached.judge(job, error).await,
    };
    let last = job.step;
    reached.mark_unverified(&end);
    let undone = reached.backward(job, &end).await;
    let step = if end.is_good() { job.step } else { last };
    let mut faults = end.fault.into_iter().chain(undone.faults);
    RunSummary {
        step,
        fault: faults.next(),
        further: faults.collect(),
        stopped: end.stopped,
        totals: job.totals.clone(),
        safe_to_remove: undone.released,
    }
}

async fn forward(job: &mut Job, reached: &mut Reached) -> Result<(), RunError> {
    let identified = reached.identified.insert(identify(job).await?);
    wait_for_veeam(job).await?;
    let disk = mount(job, identified, &mut reached.mount).await?;
    let locked = lock(job, disk, &mut reached.acquired).await?;
    let preflighted = preflight(locked).await?;
    let preflighted = snapshot(preflighted, &mut reached.frozen).await?;
    copy(preflighted).await
}

impl ForwardEnd {
    fn is_good(&self) -> bool {
        self.fault.is_none() && self.stopped.is_none()
    }

    fn disk_state(&self) -> DiskState {
        let is = |reason| self.stopped == Some(reason);
        DiskState { removed: is(StopReason::DiskRemoved), hung: is(StopReason::DiskHung), all_written: true }
    }
}

impl Reached {
    /// Undoes each stage, whatever became of the others. The snapshot goes last: nobody waits for that.
    async fn backward(mut self, job: &mut Job, end: &ForwardEnd) -> BackwardEnd {
        let frozen = self.frozen.take();
        let undone = self.release(job, end).await;
        if let Some(frozen) = frozen {
            remove(frozen).await;
        }
        undone
    }

    async fn release(self, job: &mut Job, end: &ForwardEnd) -> BackwardEnd {
        let mut undone = BackwardEnd::default();
        let Some(identified) = self.identified else { return undone };
        let mut state = end.disk_state();
        let Some(mount) = self.mount else {
            undone.released = !state.hung && identified.is_free(job).await;
            return undone;
        };
        if let (Some(disk), Some(acquired)) = (&mount.disk, self.acquired) {
            let unlocked = unlock(job, &identified, disk, acquired).await;
            undone.faults.extend(unlocked.fault);
            state.all_written = unlocked.all_written;
        }
        if let Some(disk) = mount.disk.as_ref().filter(|_| !state.removed && !state.hung) {
            free_space(job, disk, end.is_good()).await;
        }
        match unmount(job, &identified, mount, state).await {
            Ok(released) => undone.released = released,
            Err(fault) => undone.faults.push(fault),
        }
        if end.is_good() && undone.faults.is_empty() && undone.released {
            power_off(job, &identified).await;
        }
        undone
    }

    /// A disk that was removed explains every error that followed.
    async fn judge(&self, job: &Job, error: RunError) -> ForwardEnd {
        let stopped = match error {
            RunError::Fault(fault) if fault.may_mean_unplugged() && self.is_being_removed().await => {
                StopReason::DiskRemoved
            }
            RunError::Fault(_) if self.is_removed() => StopReason::DiskRemoved,
            RunError::Fault(fault) => return ForwardEnd { fault: Some(fault), stopped: None },
            RunError::Stopped(StopReason::DiskFailing) if self.is_removed() => StopReason::DiskRemoved,
            RunError::Stopped(reason) => reason,
        };
        let fault = match stopped {
            StopReason::Cancelled => None,
            StopReason::ServiceStopped => Some(Fault::ServiceStopped),
            StopReason::DiskRemoved => Some(Fault::DiskRemoved),
            StopReason::DiskHung => Some(Fault::DiskSilent),
            StopReason::DiskFailing => Some(self.disk_failure().await),
            StopReason::RepositoryFull => Some(self.given_up(job).await),
        };
        ForwardEnd { fault, stopped: Some(stopped) }
    }

    async fn given_up(&self, job: &Job) -> Fault {
        let config = &job.spec.config;
        let free = match self.frozen.clone() {
            Some(frozen) => blocking(GLANCE, move || frozen.room()).await.map_or(0, |room| room.free),
            None => 0,
        };
        let percent = u64::from(config.snapshot.min_free_percent);
        Fault::SnapshotGivenUp { path: config.source.display().to_string(), free, percent }
    }

    fn is_removed(&self) -> bool {
        self.identified.as_ref().is_some_and(Identified::is_removed)
    }

    async fn is_being_removed(&self) -> bool {
        match &self.identified {
            Some(identified) => identified.is_being_removed().await,
            None => false,
        }
    }

    async fn disk_failure(&self) -> Fault {
        let Some(disk) = self.mount.as_ref().and_then(|mount| mount.disk.as_ref()) else {
            return Fault::DiskFailing { cause: String::new() };
        };
        let before = || Fault::DiskFailing { cause: disk.health.cause.clone() };
        disk.failure().await.unwrap_or_else(before)
    }

    /// What was written to a disk that has gone, hangs or fails may not be on the medium.
    fn mark_unverified(&mut self, end: &ForwardEnd) {
        let is_lost =
            matches!(end.stopped, Some(StopReason::DiskRemoved | StopReason::DiskHung | StopReason::DiskFailing));
        if let (true, Some(identified), Some(acquired)) = (is_lost, &self.identified, &mut self.acquired) {
            acquired.locks.mark_unverified(&identified.volume);
        }
    }
}
