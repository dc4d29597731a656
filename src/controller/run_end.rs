//! Ends a run. Its end is on record before it is published, and jobs that waited get their locks first; the loop
//! waits for neither.

use std::time::SystemTime;

use log::Level;

use super::Controller;
use super::active_run::{ActiveRun, Admission, Phase};
use super::attachments::{AttachmentState, Release};
use super::call::Signal;
use crate::copy::{RunSummary, StopReason};
use asbackup_api::{Fault, Notice, Outcome, Presence, RunRecord, RunWarning, micros};
use asbackup_mail::mailer::Request as MailRequest;
use asbackup_texts::AfterRun;

impl Controller {
    /// Logs how the run ended and has that recorded; `on_run_ended` goes on from there.
    pub(super) fn record_end(&mut self, summary: RunSummary) {
        let Some(active) = &mut self.run else { return };
        active.phase = Phase::Recording;
        if let Admission::Requested { .. } = active.admission {
            active.admission = Admission::NotRequested;
        }
        let record = record_of(active, summary);
        if let Some(active) = &self.run {
            self.log_end(&record, active);
        }
        self.store.end(record, self.config.clone());
        // Ends the run's queries to Veeam: later warnings would be in no record.
        self.try_admit_copy();
    }

    /// The end is on record; `finish_run` goes on once no job waits for the copy.
    pub(super) fn on_run_ended(&mut self, record: Box<RunRecord>, is_recorded: bool) {
        if let Some(active) = &mut self.run {
            active.phase = Phase::Granting { record, is_recorded };
        }
    }

    /// Called after each event. Publishes that the run is over; the next in turn then begins.
    pub(super) fn finish_run(&mut self) {
        if !self.run.as_ref().is_some_and(ActiveRun::is_granting) {
            return;
        }
        if !self.veeam_queue.waiting.is_empty() {
            return self.grant_waiting_jobs();
        }
        let Some(active) = self.run.take() else { return };
        let Phase::Granting { record, is_recorded } = active.phase else { return };
        self.run_index.add(&record);
        self.send_to_mailer(MailRequest::RunEnded(Some(record.clone())));
        self.mark_attachment(&record, is_recorded);
        if record.outcome == Outcome::Success {
            self.remember_copy(&record.disk, &active.destination);
        }
        self.publish();
        let _ = self.outputs.signals.send(self.run_finished(&record));
        // A disk that was never mounted may be safe to remove, too.
        self.clean_up_disks();
    }

    fn run_finished(&self, record: &RunRecord) -> Signal {
        let presence = record.presence();
        let message = |value| self.texts.message(&AfterRun { value, presence }).to_string();
        let message = record.fault.as_ref().map(message).unwrap_or_default();
        let name = record.fault.as_ref().map(Fault::name).unwrap_or_default();
        Signal::RunFinished {
            run: record.run,
            disk: record.disk.to_string(),
            result: record.outcome.name(),
            error: (name.to_owned(), message),
        }
    }

    fn log_end(&self, record: &RunRecord, active: &ActiveRun) {
        let scope = active.scope();
        let presence = record.presence();
        if let Some(value) = &record.fault {
            asbackup_logging::log(Level::Error, &self.texts, &AfterRun { value, presence }, &scope);
        }
        // An abort has one error, its reason.
        for value in record.warnings.iter().filter_map(RunWarning::release_fault) {
            asbackup_logging::log(Level::Warn, &self.texts, &AfterRun { value, presence }, &scope);
        }
        let (run, label) = (record.run, record.label.clone());
        let notice = match record.outcome {
            Outcome::Success => Notice::RunSucceeded { run, label },
            Outcome::Cancelled => Notice::RunCancelled { run, label },
            Outcome::Aborted => Notice::RunAborted { run, label },
        };
        asbackup_logging::log(Level::Info, &self.texts, &notice, &scope);
        if presence == Presence::Safe {
            let notice = Notice::SafeToRemove { disk: record.disk.to_string(), label: record.label.clone() };
            asbackup_logging::log(Level::Info, &self.texts, &notice, &scope);
        }
    }

    /// What the run means for its disk. Without a record the disk is not tried again, since nobody would count how
    /// often.
    fn mark_attachment(&mut self, record: &RunRecord, is_recorded: bool) {
        self.attachments.end_run(&record.disk);
        if record.fault == Some(Fault::DiskRemoved) {
            // What is attached now is back already, and its own run is still to come.
            return;
        }
        let done = AttachmentState::Done(Release::Unproven);
        let state = if is_recorded { self.state_after_runs(&record.disk, &record.attachment) } else { done };
        for attachment in self.attachments.of(&record.disk) {
            if attachment.volume.diskseq == record.attachment.diskseq {
                attachment.state = state;
                if let (Presence::Safe, Some(release)) = (record.presence(), attachment.state.release_mut()) {
                    *release = Release::Released;
                }
            }
        }
        self.refresh_mounts();
        // UDisks2 will say so too, a moment later.
        let released = self.attachments.of(&record.disk).filter(|attachment| attachment.state.is_released());
        released.for_each(|attachment| attachment.volume.mount_points.clear());
    }
}

fn record_of(active: &ActiveRun, summary: RunSummary) -> RunRecord {
    let outcome = match (&summary.fault, summary.stopped) {
        (_, Some(StopReason::Cancelled)) => Outcome::Cancelled,
        (Some(_), _) => Outcome::Aborted,
        (None, _) => Outcome::Success,
    };
    // The history has those of the mail on lines of their own.
    let of_copy = active.warnings.iter().filter(|warning| matches!(warning, RunWarning::Copy(_)));
    RunRecord {
        step: summary.step,
        fault: summary.fault,
        warnings: of_copy.cloned().chain(summary.further.into_iter().map(RunWarning::Release)).collect(),
        totals: summary.totals,
        safe_to_remove: summary.safe_to_remove,
        ..active.begun.ended(micros(SystemTime::now()), outcome)
    }
}
