//! The nine steps of a run in the requirement's order, and the walk back that always follows.
//!
//! Each step of the walk forward takes the stage before it and gives the next: `Identified`, `MountedDisk`, `Locked`,
//! `Preflighted`. What has to be undone is in `Reached`, also when a step fails half way. A new stage is a file, a line in
//! `forward`, and, if it leaves something behind, a slot in `Reached` and a line in `backward`.

use super::context::{Job, RunContext, RunSpec};
use super::copy::copy;
use super::identify::{Identified, identify};
use super::lock::{Acquired, lock, unlock};
use super::mount::{Mount, mount};
use super::power_off::power_off;
use super::preflight::preflight;
use super::unmount::{DiskState, free_space, unmount};
use super::wait_for_veeam::wait_for_veeam;
use crate::copy::cancel::{RunError, StopReason};
use crate::copy::event::{Event, RunSummary};
use crate::model::Fault;

/// How far the walk forward came: what has to be undone.
#[derive(Default)]
struct Reached {
    identified: Option<Identified>,
    mount: Option<Mount>,
    acquired: Option<Acquired>,
}

/// How the walk forward ended. Neither a fault nor a reason to stop: the copy is complete.
#[derive(Debug, Default)]
struct ForwardEnd {
    fault: Option<Fault>,
    stopped: Option<StopReason>,
}

/// How the walk back ended.
#[derive(Debug, Default)]
struct BackwardEnd {
    faults: Vec<Fault>,
    /// The disk may be pulled.
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
        Err(error) => reached.judge(error).await,
    };
    reached.mark_unverified(&end);
    let last = job.step;
    let Reached { identified, mount, acquired } = reached;
    let undone = match &identified {
        Some(identified) => backward(job, identified, mount, acquired, &end).await,
        None => BackwardEnd::default(),
    };
    if let Some(identified) = identified.filter(|_| end.is_good() && undone.faults.is_empty() && undone.released) {
        power_off(job, &identified).await;
    }
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
    copy(preflighted).await
}

/// Undoes each stage, whatever became of the others.
async fn backward(
    job: &mut Job,
    identified: &Identified,
    mount: Option<Mount>,
    acquired: Option<Acquired>,
    end: &ForwardEnd,
) -> BackwardEnd {
    let mut state =
        DiskState { removed: end.is(StopReason::DiskRemoved), hung: end.is(StopReason::DiskHung), all_written: true };
    let mut faults = Vec::new();
    let Some(mount) = mount else {
        return BackwardEnd { faults, released: !state.hung && identified.is_free(job).await };
    };
    if let Some(disk) = &mount.disk {
        if let Some(acquired) = acquired {
            let unlocked = unlock(job, identified, disk, acquired).await;
            faults.extend(unlocked.fault);
            state.all_written = unlocked.all_written;
        }
        if !state.removed && !state.hung {
            free_space(job, disk, end.is_good()).await;
        }
    }
    let unmounted = unmount(job, identified, mount, state).await;
    let released = unmounted.as_ref().is_ok_and(|released| *released);
    faults.extend(unmounted.err());
    BackwardEnd { faults, released }
}

impl ForwardEnd {
    fn is_good(&self) -> bool {
        self.fault.is_none() && self.stopped.is_none()
    }

    fn is(&self, reason: StopReason) -> bool {
        self.stopped == Some(reason)
    }
}

impl Reached {
    /// A disk that was removed explains every error that came of it.
    async fn judge(&self, error: RunError) -> ForwardEnd {
        let stopped = match error {
            RunError::Fault(fault) if fault.may_be_of_disk() && self.is_being_removed().await => {
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
        };
        ForwardEnd { fault, stopped: Some(stopped) }
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
