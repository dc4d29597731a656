//! The nine steps of a run, in the requirement's order, and the undoing that always follows.
//! Forward steps may halt; the backward ones (7 to 9) run for everything that was done, whatever happened.
//! Tells what it does and is told when to stop; knows neither bus nor logs nor mail.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use backon::{ConstantBuilder, Retryable};
use tokio::time::sleep;
use zbus::Connection;

use super::hang_watch::Listener;
use super::identify;
use super::launcher::Launcher;
use crate::config::Config;
use crate::copy::cancel::{CancelToken, RunError, StopReason};
use crate::copy::dry_run::plan::{Deleting, Plan};
use crate::copy::event::{Event, EventSink, RunSummary};
use crate::copy::locks::held::Locks;
use crate::copy::trees::partial::Kept;
use crate::copy::trees::source::Source;
use crate::copy::trees::target::Target;
use crate::disks::health::Health;
use crate::disks::mount_markers::MountMarkers;
use crate::disks::mounted::Mounted;
use crate::disks::udisks::UdisksError;
use crate::disks::{Volume, monitor};
use crate::model::{Agreed, DiskId, DiskIdentity, Fault, Micros, Notice, Step, Totals, Warning};

const SERVICE_PAUSE: Duration = Duration::from_millis(500);
const SERVICE_PAUSES: usize = 20;
const LOSS_PAUSE: Duration = Duration::from_millis(100);
const LOSS_LOOKS: usize = 15;

/// What is to be done.
#[derive(Debug)]
pub struct RunSpec {
    pub run: u64,
    pub disk: DiskId,
    /// What is plugged in at the moment.
    pub volumes: Vec<Volume>,
    pub config: Arc<Config>,
    /// The daemon's runtime directory.
    pub runtime: PathBuf,
    pub remembered: Remembered,
    /// Somebody has allowed this run to delete more than the budget, and the source to lie elsewhere than before.
    pub allowed: bool,
}

/// What is remembered from earlier runs.
#[derive(Debug, Default)]
pub struct Remembered {
    pub disk: Option<DiskIdentity>,
    /// The source's file system.
    pub source: Option<String>,
    /// When the last good copy to this disk began, by this destination.
    pub copied: Option<Micros>,
    /// What somebody has agreed to lose, if there was none.
    pub agreed: Option<Agreed>,
}

/// With whom a run speaks.
#[derive(Debug)]
pub struct RunContext {
    pub connection: Connection,
    pub cancel: CancelToken,
    pub events: EventSink,
}

/// One run from its first step to its last. The fields hold what has to be undone.
pub(in crate::copy) struct Run {
    pub(super) spec: RunSpec,
    pub(super) context: RunContext,
    pub(super) step: Step,
    pub(super) totals: Totals,
    pub(super) markers: MountMarkers,
    pub(super) volume: Option<Volume>,
    pub(super) mount_point: Option<PathBuf>,
    pub(super) mounted: Option<Mounted>,
    pub(super) target: Option<Target>,
    pub(super) locks: Option<Locks>,
    /// What rsync is to leave alone; see `Rsync::settled`.
    pub(super) settled: Option<PathBuf>,
    pub(super) removed: bool,
    /// The disk hangs.
    pub(super) silent: bool,
    pub(super) listener: Option<Listener>,
    pub(super) launcher: Option<Launcher>,
    /// What the disk's file system said of itself when it was mounted.
    pub(super) health: Health,
    /// The copy is whole.
    pub(super) copied: bool,
    /// What was written may not all be on the medium.
    pub(super) unproven: bool,
    /// When the run began.
    pub(super) begun: SystemTime,
    safe_to_remove: bool,
}

/// What step 5 found out for step 6.
pub(super) struct Checked {
    pub(super) plan: Plan,
    pub(super) deleting: Deleting,
    pub(super) halves: Kept,
    pub(super) source: Source,
    /// The target takes different names for one.
    pub(super) folds: bool,
}

/// Does the run and tells its end as the last news.
pub async fn run(spec: RunSpec, context: RunContext) {
    let events = context.events.clone();
    let summary = Run::new(spec, context).go().await;
    events.send(Event::Ended(Box::new(summary)));
}

impl Run {
    fn new(spec: RunSpec, context: RunContext) -> Self {
        Self {
            markers: MountMarkers::new(&spec.runtime),
            spec,
            context,
            step: Step::IdentifyDisk,
            totals: Totals::default(),
            volume: None,
            mount_point: None,
            mounted: None,
            target: None,
            locks: None,
            settled: None,
            removed: false,
            silent: false,
            listener: None,
            launcher: None,
            health: Health::default(),
            copied: false,
            unproven: false,
            begun: SystemTime::now(),
            safe_to_remove: false,
        }
    }

    async fn go(mut self) -> RunSummary {
        let (fault, stopped) = match self.forward().await {
            Ok(()) => (None, None),
            Err(halt) => self.judge(halt).await,
        };
        self.removed = stopped == Some(StopReason::DiskRemoved);
        self.silent = stopped == Some(StopReason::DiskHung);
        if self.removed || self.silent || stopped == Some(StopReason::DiskFailing) {
            self.cast_doubt();
        }
        let reached = self.step;
        self.copied = fault.is_none() && stopped.is_none();
        let undoing = self.backward().await;
        if fault.is_none() && stopped.is_none() && undoing.is_empty() && self.safe_to_remove {
            self.power_off().await;
        }
        let step = if fault.is_some() || stopped.is_some() { reached } else { self.step };
        let mut faults = fault.into_iter().chain(undoing);
        RunSummary {
            step,
            fault: faults.next(),
            further: faults.collect(),
            stopped,
            totals: self.totals,
            safe_to_remove: self.safe_to_remove,
        }
    }

    async fn forward(&mut self) -> Result<(), RunError> {
        self.know_disk().await?;
        self.wait_for_veeam().await?;
        self.mount().await?;
        self.lock().await?;
        let checked = self.check().await?;
        self.copy(checked).await
    }

    /// Undoes what was done, each part whatever became of the others.
    async fn backward(&mut self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.locks.is_some() {
            faults.extend(self.unlock().await.err());
        }
        if self.mounted.is_some() && !self.removed && !self.silent {
            self.free_space().await;
        }
        if self.mount_point.is_none() {
            self.safe_to_remove = self.is_free().await;
            return faults;
        }
        match self.unmount().await {
            Ok(released) => self.safe_to_remove = released,
            Err(fault) => faults.push(fault),
        }
        faults
    }

    /// A disk that has gone explains every error that came of it.
    async fn judge(&self, halt: RunError) -> (Option<Fault>, Option<StopReason>) {
        let stopped = match halt {
            RunError::Fault(fault) if fault.may_be_of_disk() && self.loses_disk().await => StopReason::DiskRemoved,
            RunError::Fault(_) if self.has_lost_disk() => StopReason::DiskRemoved,
            RunError::Fault(fault) => return (Some(fault), None),
            RunError::Stopped(StopReason::DiskFailing) if self.has_lost_disk() => StopReason::DiskRemoved,
            RunError::Stopped(reason) => reason,
        };
        let fault = match stopped {
            StopReason::Cancelled => None,
            StopReason::ServiceStopped => Some(Fault::ServiceStopped),
            StopReason::DiskRemoved => Some(Fault::DiskRemoved),
            StopReason::DiskHung => Some(Fault::DiskSilent),
            StopReason::DiskFailing => {
                self.illness().await.or(Some(Fault::DiskFailing { cause: self.health.cause.clone() }))
            }
        };
        (fault, Some(stopped))
    }

    /// Its errors come a moment before the kernel takes a pulled disk off its list.
    pub(super) async fn loses_disk(&self) -> bool {
        for _ in 0..LOSS_LOOKS {
            if self.has_lost_disk() {
                return true;
            }
            sleep(LOSS_PAUSE).await;
        }
        false
    }

    fn has_lost_disk(&self) -> bool {
        self.volume.as_ref().is_some_and(Volume::has_gone)
    }

    pub(super) fn begin(&mut self, step: Step) {
        self.step = step;
        self.context.events.send(Event::StepBegan(step));
    }

    pub(super) fn warn(&mut self, warning: Warning) {
        self.context.events.warning(warning);
    }

    /// Step 1.
    async fn know_disk(&mut self) -> Result<(), RunError> {
        self.begin(Step::IdentifyDisk);
        let chosen = identify::choose(&self.spec.disk, &self.spec.volumes)?.clone();
        self.is_this_disk(&chosen).await?;
        self.is_not_the_source(&chosen).await?;
        self.recognise(&chosen)?;
        self.context.events.notice(Notice::StepIdentifyDisk {
            device: chosen.device.display().to_string(),
            label: chosen.name(),
            file_system: chosen.id_type.clone(),
        });
        self.volume = Some(chosen);
        Ok(())
    }

    /// Object paths and device names are used again for other disks, and another disk with this UUID may have come, so UDisks2
    /// is asked at the last moment.
    pub(super) async fn is_this_disk(&self, chosen: &Volume) -> Result<(), RunError> {
        let ask = (|| monitor::volumes(&self.context.connection)).retry(return_of_service());
        let mut stop = self.context.cancel.clone();
        let volumes = tokio::select! {
            biased;
            answer = ask => answer.map_err(|error| Fault::DiskServiceFailed { cause: error.to_string() })?,
            reason = stop.requested() => return Err(RunError::Stopped(reason)),
        };
        if !identify::choose(&self.spec.disk, &volumes)?.is_same_attachment(chosen) {
            return Err(Fault::DiskAbsent { disk: self.spec.disk.to_string() }.into());
        }
        Ok(())
    }

    /// The volume that step 1 chose.
    pub(super) fn chosen(&self) -> Result<Volume, Fault> {
        self.volume.clone().ok_or_else(|| Fault::Internal { cause: "no disk was chosen".into() })
    }
}

/// A UDisks2 that was restarted is back within a second.
pub(super) fn return_of_service() -> ConstantBuilder {
    ConstantBuilder::default().with_delay(SERVICE_PAUSE).with_max_times(SERVICE_PAUSES)
}

pub(super) fn is_lost(error: &UdisksError) -> bool {
    matches!(error, UdisksError::ServiceLost(_))
}

/// Whole seconds since `start`, at least one, for rates.
pub(super) fn seconds_since(start: Instant) -> u64 {
    start.elapsed().as_secs().max(1)
}
