//! What a killed daemon or a cut power line left behind: runs without an end in the history, mounts, orphaned rsyncs.
//! And what a restart forgot: which disks may be pulled.

use std::time::{Duration, SystemTime};

use backon::{ConstantBuilder, Retryable};
use log::{Level, debug};
use zbus::Connection;

use super::Controller;
use crate::blocking::{GLANCE, blocking};
use crate::copy;
use crate::copy::run_lock::RunLock;
use crate::disks::mount_markers::MountMarkers;
use crate::disks::released::{self, Proof};
use crate::disks::udisks::{self, UdisksError};
use crate::disks::{Volume, probe};
use crate::logging::{self, Scope};
use crate::model::{AttachmentId, DiskId, Fault, Outcome, RunBegun, RunRecord, Warning, micros};
use asbackup_mail::postman::Errand;
use asbackup_mail::rotation;

/// After so many cuts on one plug-in something is wrong that another try will not mend.
const MOST_INTERRUPTIONS: usize = 3;
/// For looking at the source before the daemon is ready.
const PATIENCE: Duration = Duration::from_secs(10);
/// A source that comes and goes so often in one plug-in is not waited for any more.
const MOST_COMEBACKS: usize = 10;
const BUSY_PAUSE: Duration = Duration::from_secs(1);
const BUSY_PAUSES: usize = 30;

/// A volume has been cleared up.
#[derive(Debug)]
pub struct Released {
    volume: Volume,
    /// It was mounted by us and is so no more.
    unmounted: Option<String>,
    safe: bool,
}

/// What the history says of one plug-in.
#[derive(Debug, Default)]
pub(super) struct AttachmentHistory {
    pub(super) served: bool,
    pub(super) interrupted: bool,
    pub(super) awaits_source: bool,
}

impl Controller {
    /// At start: reads the history, ends what has no end, and watches the lock directories.
    pub(super) async fn recover(&mut self) {
        if let Some(damage) = self.history.damage() {
            self.tell(Level::Warn, &damage);
        }
        match self.history.past().unfinished() {
            Ok(runs) => self.end_all_interrupted(&runs).await,
            Err(error) => self.tell(Level::Error, &Fault::Internal { cause: error.to_string() }),
        }
        self.last = self.history.past().newest(1).unwrap_or_default().into_iter().next();
        self.send_to_mailer(Errand::CatchUp);
        self.load_last_successes();
        self.note_missing();
        self.look_for_orphans();
        self.watch_locks().await;
    }

    /// The last good copy of each known disk.
    pub(super) fn load_last_successes(&mut self) {
        self.last_success.clear();
        for disk in &self.config.disks {
            if let Ok(Some(record)) = self.history.past().last_success(&disk.id) {
                self.last_success.insert(disk.id.clone(), record);
            }
        }
    }

    async fn end_all_interrupted(&mut self, runs: &[RunBegun]) {
        for begun in runs {
            self.end_interrupted(begun).await;
        }
        if !runs.is_empty() {
            let config = self.config.clone();
            // A source on a share that hangs must not hold up the start.
            let cleared = blocking(PATIENCE, move || copy::remove_stale_lock(&config)).await;
            if let Err(error) = cleared {
                debug!("the lock in the source: {error}");
            }
        }
    }

    async fn end_interrupted(&mut self, begun: &RunBegun) {
        let scope = Scope { run: begun.run, disk: begun.disk.to_string(), step: None };
        logging::tell(Level::Error, &self.texts, &Fault::Interrupted, &scope);
        let logs = rotation::end(begun.logs.clone(), &self.config).await;
        let record = RunRecord { logs, ..interrupted(begun) };
        if let Err(error) = self.history.end(&record) {
            self.tell(Level::Error, &Fault::Internal { cause: error.to_string() });
        }
    }

    /// Whether this very plug-in has had its copy, also before the daemon was restarted.
    pub(super) fn past_of(&self, volume: &Volume) -> AttachmentHistory {
        // Without the kernel's number plug-ins can't be told apart, and copying once more does no harm.
        if volume.diskseq.is_none() {
            return AttachmentHistory::default();
        }
        let plug = self.attachment_id(Some(volume));
        if volume.hindrance.is_none() && self.was_unusable(&volume.id, &plug) {
            return AttachmentHistory::default();
        }
        self.past_of_attachment(&volume.id, &plug)
    }

    /// What kept us from the disk has been mended while it was plugged in.
    fn was_unusable(&self, disk: &DiskId, plug: &AttachmentId) -> bool {
        let runs = self.history.past().of_attachment(plug, disk).unwrap_or_default();
        runs.last().is_some_and(|last| matches!(last.fault, Some(Fault::DiskUnusable { .. })))
    }

    /// A run that was cut off is taken up again, so many times.
    pub(super) fn past_of_attachment(&self, disk: &DiskId, plug: &AttachmentId) -> AttachmentHistory {
        let runs = self.history.past().of_attachment(plug, disk).unwrap_or_default();
        let is_cut = |record: &RunRecord| record.fault.as_ref().is_some_and(Fault::is_interruption);
        let cuts = runs.iter().rev().take_while(|record| is_cut(record)).count();
        let is_late = |record: &RunRecord| record.fault.as_ref().is_some_and(Fault::is_of_late_source);
        let late = runs.iter().rev().take_while(|record| is_late(record)).count();
        let last_was_cut = cuts > 0;
        AttachmentHistory {
            served: !runs.is_empty() && (!last_was_cut || cuts >= MOST_INTERRUPTIONS),
            interrupted: last_was_cut,
            awaits_source: late > 0 && late <= MOST_COMEBACKS,
        }
    }

    /// Clears up every volume that needs it and that no run is on.
    pub(super) fn prove_released(&mut self) {
        if self.run.is_some() || self.stopping {
            return;
        }
        let markers = MountMarkers::new(&self.runtime);
        let known: Vec<DiskId> = self.config.disks.iter().map(|disk| disk.id.clone()).collect();
        for disk in known {
            for attachment in self.attachments.of(&disk) {
                let mounted = !attachment.volume.mount_points.is_empty();
                let left_over = mounted && markers.is_set(&disk);
                let unproven = attachment.served && !mounted && !attachment.in_use && !attachment.safe;
                if !(left_over || unproven) {
                    continue;
                }
                if std::mem::replace(&mut attachment.releasing, true) {
                    // What has happened meanwhile may be what the work that is on came too early for.
                    attachment.release_again = true;
                    continue;
                }
                let release = Release {
                    connection: self.outputs.connection.clone(),
                    volume: attachment.volume.clone(),
                    runtime: self.runtime.clone(),
                    left_over,
                };
                let released = self.released.clone();
                tokio::spawn(async move { released.send(release.run().await) });
            }
        }
    }

    pub(super) fn on_released(&mut self, released: Released) {
        if let Some(mount_point) = released.unmounted {
            self.tell(Level::Warn, &Warning::LeftoverMount { mount_point });
        }
        // Somebody may have mounted it between the proof and now.
        self.refresh_mounts();
        let mut again = false;
        let has_run = self.run.as_ref().is_some_and(|run| run.begun.disk == released.volume.id);
        for attachment in self.attachments.of(&released.volume.id) {
            if attachment.volume.is_same_attachment(&released.volume) {
                attachment.releasing = false;
                let mounted = attachment.in_use || !attachment.volume.mount_points.is_empty();
                // A run that has begun meanwhile has the last word.
                attachment.safe |= released.safe && attachment.served && !mounted && !has_run;
                again |= std::mem::take(&mut attachment.release_again);
            }
        }
        if again {
            self.prove_released();
        }
    }
}

struct Release {
    connection: Connection,
    volume: Volume,
    runtime: std::path::PathBuf,
    left_over: bool,
}

impl Release {
    async fn run(self) -> Released {
        let mut unmounted = None;
        if self.left_over {
            probe::until_responsive(&self.volume).await;
            unmounted = self.unmount().await;
        }
        let proven = released::proven(&self.volume).await;
        if let Err(error) = &proven {
            debug!("{}: {error}", self.volume.device.display());
        }
        Released { volume: self.volume, unmounted, safe: matches!(proven, Ok(Proof::Released)) }
    }

    /// An rsync that outlived its daemon is ended first; it would keep the disk busy.
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

fn interrupted(begun: &RunBegun) -> RunRecord {
    let record = begun.ended(micros(SystemTime::now()), Outcome::Aborted);
    RunRecord { fault: Some(Fault::Interrupted), ..record }
}
