//! Starts runs, takes what they report, and ends them. A run is on record before anybody is told that it began, and its end is
//! on record before anybody is told that it ended; the loop waits for neither.

use std::time::{Instant, SystemTime};

use log::Level;

use super::Controller;
use super::active_run::{ActiveRun, Admission, Phase, RunRequest, Starting};
use super::attachments::{AttachmentState, Due, Release};
use super::call::{Signal, Started};
use super::stored::Stored;
use crate::copy::{self, CancelToken, Event, EventSink, RunContext, RunSpec, RunSummary, StopReason, identify};
use crate::disks::Volume;
use asbackup_api::{
    Agreed, AttachmentId, DiskId, Fault, Notice, Outcome, Presence, Progress, RunBegun, RunRecord, RunWarning, Step,
    Trigger, micros,
};
use asbackup_mail::log_excerpt;
use asbackup_mail::mailer::Request as MailRequest;
use asbackup_mail::occasion::Occasion;
use asbackup_system::systemd::Inhibitor;
use asbackup_texts::Afterwards;
use tokio::sync::oneshot;

impl Controller {
    pub(super) fn attachment_id(&self, volume: Option<&Volume>) -> AttachmentId {
        AttachmentId { boot_id: self.boot_id.clone(), diskseq: volume.and_then(|volume| volume.diskseq) }
    }

    /// When `start_due_run` should look again.
    pub(super) fn next_due(&self) -> Option<Instant> {
        match self.attachments.due(&self.config, Instant::now()) {
            Due::At(moment) if self.can_start_run() => Some(moment),
            _ => None,
        }
    }

    pub(super) fn can_start_run(&self) -> bool {
        self.run.is_none() && !self.service.stopping && self.config.missing().is_empty()
    }

    pub(super) fn start_due_run(&mut self) {
        if !self.can_start_run() {
            return;
        }
        if let Due::Now { disk, resumes } = self.attachments.due(&self.config, Instant::now()) {
            let trigger = if resumes { Trigger::Resumed } else { Trigger::Plugged };
            self.start_run(&disk, RunRequest { trigger, allowed: false, reply: None });
        }
    }

    /// Has the run's beginning recorded; `on_run_begun` goes on from there.
    pub(super) fn start_run(&mut self, disk: &DiskId, request: RunRequest) {
        let volumes = self.attachments.volumes();
        let volume = identify::choose(disk, &volumes).ok().or_else(|| identify::find_unusable(disk, &volumes)).cloned();
        let begun = RunBegun {
            run: self.run_index.next_run(),
            disk: disk.clone(),
            label: volume.as_ref().map_or_else(|| disk.to_string(), Volume::name),
            trigger: request.trigger,
            attachment: self.attachment_id(volume.as_ref()),
            started_at: micros(SystemTime::now()),
            logs: Vec::new(),
        };
        let spec = RunSpec {
            run: begun.run,
            disk: disk.clone(),
            volumes,
            config: self.config.clone(),
            runtime: self.runtime.clone(),
            remembered: self.remembered(disk),
            allowed: request.allowed,
        };
        self.record_begin(begun.clone(), volume.as_ref());
        let (handle, cancel) = CancelToken::new();
        self.run = Some(ActiveRun {
            begun,
            phase: Phase::Starting(Box::new(Starting { request, spec, cancel })),
            volume,
            source: self.config.source.clone(),
            destination: self.config.destination.clone(),
            step: Step::IdentifyDisk,
            progress: Progress::default(),
            resumed: 0,
            counted: false,
            written: false,
            warnings: Vec::new(),
            intrusions: 0,
            free_bytes: 0,
            admission: Admission::NotRequested,
            cancel: handle,
            _inhibitor: Inhibitor::hold(self.texts.text("inhibit-reason", &[])),
        });
    }

    /// With where the run begins in the logs, and with what somebody agreed to for this very disk.
    fn record_begin(&self, begun: RunBegun, volume: Option<&Volume>) {
        let (store, config, stored) = (self.store.clone(), self.config.clone(), self.internal.stored.clone());
        let identified = volume.map(|volume| (begun.disk.clone(), volume.identity_now()));
        tokio::spawn(async move {
            let begun = RunBegun { logs: log_excerpt::begin(&config).await, ..begun };
            let error = store.begin(begun.clone()).await.err();
            let agreed = match identified {
                Some((disk, identity)) => store.agreed(disk, identity).await,
                None => None,
            };
            let _ = stored.send(Stored::RunBegun { begun: Box::new(begun), agreed, error });
        });
    }

    /// The run is on record: its steps begin, and everybody is told.
    pub(super) fn on_run_begun(&mut self, begun: RunBegun, agreed: Option<Agreed>) {
        let Some(active) = self.run.as_mut() else { return };
        let Phase::Starting(starting) = std::mem::replace(&mut active.phase, Phase::Running) else { return };
        let Starting { request, mut spec, cancel } = *starting;
        spec.remembered.agreed = agreed;
        active.begun = begun.clone();
        self.attachments.begin_run(&begun.disk, &spec.volumes);
        let (run, disk, trigger) = (begun.run, begun.disk.to_string(), begun.trigger.name());
        let label = begun.label.clone();
        self.note(Notice::RunStarted { run, disk: disk.clone(), label, trigger: trigger.to_owned() });
        if request.allowed {
            self.note(Notice::DeletionsAllowed { run });
        }
        self.mail(Occasion::Begun(begun));
        let after = request.reply.map(|reply| {
            let (replied, after) = oneshot::channel();
            // The run is on even if its caller has gone.
            let _ = reply.send(Ok(Started { run, replied }));
            after
        });
        // Receivers end only with the daemon.
        let _ = self.outputs.signals.send(Signal::RunStarted { run, disk, trigger, after });
        let events = EventSink { run, sender: self.internal.run_events.clone() };
        tokio::spawn(copy::run(spec, RunContext { connection: self.outputs.connection.clone(), cancel, events }));
    }

    /// Takes an event of the active run; one from a run that is over comes too late to matter.
    pub(super) fn on_run_event(&mut self, run: u64, event: Event) {
        let Some(active) = self.run.as_mut().filter(|active| active.begun.run == run) else { return };
        match event {
            Event::StepBegan(step) => {
                active.enter(step);
                if step == Step::Lock {
                    self.remember_disk();
                }
            }
            Event::SourceAccepted(file_system) => self.remember_source(file_system),
            Event::SourceLost(file_system) => self.source_watch.lost(active.source.clone(), file_system),
            Event::Progress(progress) => active.progress = progress,
            Event::FreeBytes(bytes) => active.free_bytes = bytes,
            Event::Notice(notice) => {
                match notice {
                    Notice::StepChecked { bytes, .. } => active.progress.bytes_total = bytes,
                    Notice::StepResumed { bytes, .. } => active.resumed = bytes,
                    Notice::StepCopied { .. } => active.written = true,
                    _ => {}
                }
                self.note(notice);
            }
            Event::Warning(warning) => {
                active.warnings.push(RunWarning::Copy(warning.clone()));
                self.tell(Level::Warn, &warning);
            }
            Event::AdmissionRequested { locks, opener, activity } => {
                self.apply_found_locks(run, locks, Some(Admission::Requested { opener, activity }));
            }
            Event::LocksScanned(locks) => self.apply_found_locks(run, locks, None),
            Event::Ended(summary) => self.record_end(*summary),
        }
    }

    /// Logs how the run ended and has that recorded; `on_run_ended` goes on from there.
    fn record_end(&mut self, summary: RunSummary) {
        let Some(active) = &mut self.run else { return };
        active.phase = Phase::Recording;
        if let Admission::Requested { .. } = active.admission {
            active.admission = Admission::NotRequested;
        }
        let record = record_of(active, summary);
        if let Some(active) = &self.run {
            self.tell_end(&record, active);
        }
        let (store, config, stored) = (self.store.clone(), self.config.clone(), self.internal.stored.clone());
        tokio::spawn(async move {
            let record = RunRecord { logs: log_excerpt::end(record.logs, &config).await, ..record };
            let error = store.end(record.clone()).await.err();
            let _ = stored.send(Stored::RunEnded { record: Box::new(record), error });
        });
        // Ends the run's questions to Veeam: what it warned of now would be in no record.
        self.try_admit_copy();
    }

    /// The end is on record; `finish_run` goes on once no job waits for the copy any more.
    pub(super) fn on_run_ended(&mut self, record: Box<RunRecord>, is_recorded: bool) {
        if let Some(active) = &mut self.run {
            active.phase = Phase::Granting { record, is_recorded };
        }
    }

    /// Called after each event. Everybody is told at once that the run is over, and the next in turn begins.
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
        // A disk that was never mounted may be unplugged, too.
        self.clean_up_disks();
    }

    fn run_finished(&self, record: &RunRecord) -> Signal {
        let presence = record.presence();
        let say = |told| self.texts.say(&Afterwards { told, presence }).to_string();
        let message = record.fault.as_ref().map(say).unwrap_or_default();
        let name = record.fault.as_ref().map(Fault::name).unwrap_or_default();
        Signal::RunFinished {
            run: record.run,
            disk: record.disk.to_string(),
            result: record.outcome.name(),
            error: (name.to_owned(), message),
        }
    }

    fn tell_end(&self, record: &RunRecord, active: &ActiveRun) {
        let scope = active.scope();
        let presence = record.presence();
        if let Some(told) = &record.fault {
            asbackup_logging::tell(Level::Error, &self.texts, &Afterwards { told, presence }, &scope);
        }
        // An abort has one error, its reason.
        for told in record.warnings.iter().filter_map(RunWarning::release_fault) {
            asbackup_logging::tell(Level::Warn, &self.texts, &Afterwards { told, presence }, &scope);
        }
        let (run, label) = (record.run, record.label.clone());
        let notice = match record.outcome {
            Outcome::Success => Notice::RunSucceeded { run, label },
            Outcome::Cancelled => Notice::RunCancelled { run, label },
            Outcome::Aborted => Notice::RunAborted { run, label },
        };
        asbackup_logging::tell(Level::Info, &self.texts, &notice, &scope);
        if presence == Presence::Safe {
            let notice = Notice::SafeToRemove { disk: record.disk.to_string(), label: record.label.clone() };
            asbackup_logging::tell(Level::Info, &self.texts, &notice, &scope);
        }
    }

    /// What the run means for its disk. Without a record the disk is not tried again, since nobody would count how often.
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
