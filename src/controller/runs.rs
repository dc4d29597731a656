//! Begins runs, hears what they tell, and ends them.

use std::time::{Instant, SystemTime};

use log::Level;

use super::Controller;
use super::active_run::{ActiveRun, Admission, RunRequest};
use super::attachments::Due;
use super::call::Signal;
use crate::copy::identify;
use crate::copy::{self, CancelToken, Event, EventSink, RunContext, RunSpec, RunSummary, StopReason};
use crate::disks::Volume;
use crate::logging;
use crate::model::{
    AttachmentId, DiskId, Fault, Notice, Outcome, Presence, Progress, RunBegun, RunRecord, Step, Trigger, micros,
};
use crate::systemd::Inhibitor;
use crate::texts::Afterwards;
use asbackup_mail::mail::Occasion;
use asbackup_mail::rotation;

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
        self.run.is_none() && !self.stopping && self.config.missing().is_empty()
    }

    pub(super) async fn start_due_run(&mut self) {
        if !self.can_start_run() {
            return;
        }
        if let Due::Now { disk, interrupted } = self.attachments.due(&self.config, Instant::now()) {
            let trigger = if interrupted { Trigger::Resumed } else { Trigger::Plugged };
            self.start_run(&disk, RunRequest { trigger, allowed: false, after: None }).await;
        }
    }

    /// Begins a run and gives its number.
    pub(super) async fn start_run(&mut self, disk: &DiskId, wish: RunRequest) -> u64 {
        let RunRequest { trigger, allowed, after } = wish;
        let volumes = self.attachments.volumes();
        let volume = identify::choose(disk, &volumes).ok().or_else(|| identify::find_unusable(disk, &volumes)).cloned();
        let begun = self.write_begin(disk, trigger, volume.as_ref()).await;
        let run = begun.run;
        for attachment in self.attachments.of(disk) {
            (attachment.served, attachment.awaits_source) = (true, false);
            attachment.safe = false;
        }
        let (cancel, token) = CancelToken::new();
        let spec = RunSpec {
            run,
            disk: disk.clone(),
            volumes,
            config: self.config.clone(),
            runtime: self.runtime.clone(),
            remembered: self.remembered(disk, volume.as_ref()),
            allowed,
        };
        let events = EventSink { run, sender: self.news.clone() };
        let context = RunContext { connection: self.outputs.connection.clone(), cancel: token, events };
        let (label, beginning) = (begun.label.clone(), Occasion::Begun(begun.clone()));
        self.run = Some(ActiveRun {
            begun,
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
            mail_warnings: Vec::new(),
            free_bytes: 0,
            admission: None,
            admitted: false,
            cancel,
            _inhibitor: Inhibitor::hold(self.texts.text("inhibit-reason", &[])),
        });
        let (disk, trigger) = (disk.to_string(), trigger.name());
        self.note(Notice::RunStarted { run, disk: disk.clone(), label, trigger: trigger.to_owned() });
        if allowed {
            self.note(Notice::DeletionsAllowed { run });
        }
        self.mail(beginning);
        // Receivers end only with the daemon.
        let _ = self.outputs.signals.send(Signal::RunStarted { run, disk, trigger, after });
        tokio::spawn(copy::run(spec, context));
        run
    }

    async fn write_begin(&mut self, disk: &DiskId, trigger: Trigger, volume: Option<&Volume>) -> RunBegun {
        let begun = RunBegun {
            run: self.next_run,
            disk: disk.clone(),
            label: volume.map_or_else(|| disk.to_string(), Volume::name),
            trigger,
            attachment: self.attachment_id(volume),
            started_at: micros(SystemTime::now()),
            logs: rotation::begin(&self.config).await,
        };
        self.next_run += 1;
        if let Err(error) = self.history.begin(&begun) {
            self.tell(Level::Error, &Fault::Internal { cause: error.to_string() });
        }
        begun
    }

    /// Takes an event of the active run; one from a run that is over comes too late to matter.
    pub(super) async fn on_run_event(&mut self, run: u64, event: Event) {
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
            Event::Progress(progress) => active.advance(progress),
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
                active.warnings.push(warning.clone());
                self.tell(Level::Warn, &warning);
            }
            Event::AdmissionRequested { locks, opener, activity } => {
                active.admission = Some(Admission { opener, activity });
                self.apply_found_locks(locks).await;
            }
            Event::LocksScanned(locks) => self.apply_found_locks(locks).await,
            Event::Ended(summary) => self.finish_run(*summary).await,
        }
    }

    async fn finish_run(&mut self, summary: RunSummary) {
        let Some(active) = self.run.take() else { return };
        let mut record = record_of(&active, summary);
        self.tell_end(&record, &active);
        record.logs = rotation::end(record.logs, &self.config).await;
        if let Err(error) = self.history.end(&record) {
            self.tell(Level::Error, &Fault::Internal { cause: error.to_string() });
        }
        self.mail_run_ended(&record);
        self.mark_attachment(&record);
        let presence = record.presence();
        let say = |told| self.texts.say(&Afterwards { told, presence }).to_string();
        let message = record.fault.as_ref().map(say).unwrap_or_default();
        let name = record.fault.as_ref().map(Fault::name).unwrap_or_default();
        let signal = Signal::RunFinished {
            run: record.run,
            disk: record.disk.to_string(),
            result: record.outcome.name(),
            error: (name.to_owned(), message),
        };
        if record.outcome == Outcome::Success {
            self.remember_copy(&record.disk, &active.destination);
            self.last_success.insert(record.disk.clone(), record.clone());
        }
        self.last = Some(record);
        self.grant_waiting_jobs().await;
        // Nothing waits at the gate any more.
        self.try_admit_copy();
        self.publish();
        let _ = self.outputs.signals.send(signal);
        // A disk that was never mounted may be taken away, too.
        self.prove_released();
    }

    fn tell_end(&self, record: &RunRecord, active: &ActiveRun) {
        let scope = active.scope();
        let presence = record.presence();
        if let Some(told) = &record.fault {
            logging::tell(Level::Error, &self.texts, &Afterwards { told, presence }, &scope);
        }
        // An abort has one error, its reason.
        for told in &record.further {
            logging::tell(Level::Warn, &self.texts, &Afterwards { told, presence }, &scope);
        }
        let (run, label) = (record.run, record.label.clone());
        let notice = match record.outcome {
            Outcome::Success => Notice::RunSucceeded { run, label },
            Outcome::Cancelled => Notice::RunCancelled { run, label },
            Outcome::Aborted => Notice::RunAborted { run, label },
        };
        logging::tell(Level::Info, &self.texts, &notice, &scope);
        if presence == Presence::Safe {
            let notice = Notice::SafeToRemove { disk: record.disk.to_string(), label: record.label.clone() };
            logging::tell(Level::Info, &self.texts, &notice, &scope);
        }
    }

    fn mark_attachment(&mut self, record: &RunRecord) {
        if record.fault == Some(Fault::DiskRemoved) {
            // What is plugged in now is back already, and has its own run before it.
            return;
        }
        let past = self.past_of_attachment(&record.disk, &record.attachment);
        self.refresh_mounts();
        for attachment in self.attachments.of(&record.disk) {
            if attachment.volume.diskseq == record.attachment.diskseq {
                // Also where the history can't be written: a run is never begun again without being counted.
                attachment.served = past.served || !past.interrupted;
                attachment.interrupted = past.interrupted;
                attachment.awaits_source = past.awaits_source;
                attachment.safe = record.presence() == Presence::Safe && !attachment.in_use;
                if attachment.safe {
                    // UDisks2's next picture will say so too.
                    attachment.volume.mount_points.clear();
                }
            }
        }
    }
}

fn record_of(active: &ActiveRun, summary: RunSummary) -> RunRecord {
    let outcome = match (&summary.fault, summary.stopped) {
        (_, Some(StopReason::Cancelled)) => Outcome::Cancelled,
        (Some(_), _) => Outcome::Aborted,
        (None, _) => Outcome::Success,
    };
    RunRecord {
        step: summary.step,
        fault: summary.fault,
        further: summary.further,
        warnings: active.warnings.clone(),
        totals: summary.totals,
        safe_to_remove: summary.safe_to_remove,
        ..active.begun.ended(micros(SystemTime::now()), outcome)
    }
}
