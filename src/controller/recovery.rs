//! What a killed daemon or a power cut left behind: runs without an end, an orphaned rsync. And what a restart forgot:
//! which attached disks have had their copy.

use std::time::{Duration, SystemTime};

use log::{Level, debug};

use super::Controller;
use super::attachments::{AttachmentState, Release};
use super::caller_watch::QueueEvent;
use crate::copy::{self, rsync_lock};
use crate::disks::Volume;
use asbackup_api::{AttachmentId, DiskId, Fault, Outcome, RunBegun, RunRecord, micros};
use asbackup_logging::Scope;
use asbackup_mail::log_excerpt;
use asbackup_mail::mailer::Request as MailRequest;
use asbackup_system::blocking::{GLANCE, blocking};

/// After so many interruptions in a row on one attachment something is wrong that another try will not mend.
const MAX_INTERRUPTIONS: usize = 3;
/// A source that comes and goes so often on one attachment is not waited for any more.
const MAX_SOURCE_RETRIES: usize = 10;
/// An rsync that can't be killed hangs on a dead disk.
const ORPHAN_PAUSE: Duration = Duration::from_secs(5);
/// For looking at the source before the daemon is ready.
const PATIENCE: Duration = Duration::from_secs(10);

impl Controller {
    /// At start, before anything is served: ends runs that have no end, and begins to watch the lock directories.
    pub(super) async fn recover(&mut self, unfinished: &[RunBegun]) {
        for begun in unfinished {
            self.end_interrupted(begun).await;
        }
        if !unfinished.is_empty() {
            self.remove_lock_in_source().await;
            self.remove_left_snapshots(unfinished).await;
        }
        self.probe_snapshots();
        self.send_to_mailer(MailRequest::RunEnded(None));
        self.log_missing_keys();
        self.look_for_orphans();
        self.watch_locks();
        self.find_held_locks().await;
    }

    /// At start: ends a killed daemon's rsync, which goes on reading the repository.
    fn look_for_orphans(&mut self) {
        if !rsync_lock::is_any_held(&self.runtime) {
            return;
        }
        self.veeam_queue.orphans = true;
        let (runtime, queue_events) = (self.runtime.clone(), self.senders.queue_events.clone());
        tokio::spawn(async move {
            loop {
                let runtime = runtime.clone();
                if blocking(GLANCE, move || rsync_lock::end_orphans(&runtime)).await.is_ok() {
                    break;
                }
                tokio::time::sleep(ORPHAN_PAUSE).await;
            }
            let _ = queue_events.send(QueueEvent::OrphansEnded);
        });
    }

    async fn end_interrupted(&mut self, begun: &RunBegun) {
        let scope = Scope { run: begun.run, disk: begun.disk.to_string(), step: None };
        asbackup_logging::log(Level::Error, &self.texts, &Fault::Interrupted, &scope);
        let logs = log_excerpt::end(begun.logs.clone(), &self.config).await;
        let ended = begun.ended(micros(SystemTime::now()), Outcome::Aborted);
        let record = RunRecord { logs, fault: Some(Fault::Interrupted), ..ended };
        if let Err(error) = self.store.end_unfinished(record.clone()).await {
            self.log(Level::Error, &Fault::Internal { cause: error.to_string() });
        }
        self.run_index.add(&record);
    }

    /// A source on a share that hangs must not hold up the start.
    async fn remove_lock_in_source(&self) {
        let config = self.config.clone();
        if let Err(error) = blocking(PATIENCE, move || copy::remove_stale_lock(&config)).await {
            debug!("the lock in the source: {error}");
        }
    }

    /// What takes longer goes on beside the service. A later run has a snapshot of another name.
    async fn remove_left_snapshots(&self, unfinished: &[RunBegun]) {
        let (config, runs) = (self.config.clone(), unfinished.iter().map(|begun| begun.run).collect());
        if let Err(error) = blocking(PATIENCE, move || copy::remove_left_snapshots(&config, runs)).await {
            debug!("snapshots of unfinished runs: {error}");
        }
    }

    /// Whether this very attachment has had its copy, also before the daemon was restarted.
    pub(super) fn state_when_attached(&self, volume: &Volume) -> AttachmentState {
        let due = AttachmentState::Due { resumes: false };
        // Without the kernel's number, attachments can't be told apart; copying once more does no harm.
        if volume.diskseq.is_none() {
            return due;
        }
        let attachment = self.attachment_id(Some(volume));
        // What made the disk unusable has been mended while it was attached.
        let runs = self.run_index.runs_on(&attachment, &volume.id);
        if volume.hindrance.is_none() && runs.is_some_and(|runs| runs.was_unusable) {
            return due;
        }
        self.state_after_runs(&volume.id, &attachment)
    }

    /// An interrupted run is retried, and so is one whose source may still come, each only so often.
    pub(super) fn state_after_runs(&self, disk: &DiskId, attachment: &AttachmentId) -> AttachmentState {
        match self.run_index.runs_on(attachment, disk) {
            None => AttachmentState::Due { resumes: false },
            Some(runs) if (1..MAX_INTERRUPTIONS).contains(&runs.interrupted) => AttachmentState::Due { resumes: true },
            Some(runs) if (1..=MAX_SOURCE_RETRIES).contains(&runs.without_source) => {
                AttachmentState::AwaitingSource(Release::Unproven)
            }
            Some(_) => AttachmentState::Done(Release::Unproven),
        }
    }
}
