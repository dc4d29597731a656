//! Takes what is reported about a run: by its steps, by Veeam's queue, and by the mailer.

use log::Level;

use super::Controller;
use super::active_run::Admission;
use crate::copy::Event;
use asbackup_api::{Notice, RunWarning, Step, Warning};
use asbackup_mail::mailer::MailWarning;

impl Controller {
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
                match &notice {
                    Notice::StepChecked { bytes, .. } => active.progress.bytes_total = *bytes,
                    Notice::StepResumed { bytes, .. } => active.resumed = *bytes,
                    Notice::WaitForWriters { jobs, .. } => active.writers.clone_from(jobs),
                    Notice::StepCopied { .. } => active.written = true,
                    _ => {}
                }
                self.log_notice(notice);
            }
            Event::Warning(warning) => {
                active.warnings.push(RunWarning::Copy(warning.clone()));
                self.log(Level::Warn, &warning);
            }
            Event::SnapshotStands(as_of) => {
                active.admission = Admission::Over { as_of };
                self.forgive_intruders();
                self.grant_waiting_jobs();
            }
            Event::AdmissionRequested { locks, opener, activity } => {
                self.apply_found_locks(run, locks, Some(Admission::Requested { opener, activity }));
            }
            Event::LocksScanned(locks) => self.apply_found_locks(run, locks, None),
            Event::Ended(summary) => self.record_end(*summary),
        }
    }

    /// A warning that the active run itself can't know of.
    pub(super) fn warn_run(&mut self, warning: Warning) {
        if let Some(run) = &mut self.run {
            run.warnings.push(RunWarning::Copy(warning));
            run.intrusions += 1;
        }
    }

    /// The mailer found something out about a run, mostly after its end.
    pub(super) fn on_mailer_note(&mut self, note: &MailWarning) {
        self.store.note(note.run, note.warning.clone());
        self.run_index.note(note.run, &note.warning);
        if let Some(run) = self.run.as_mut().filter(|run| run.begun.run == note.run) {
            run.warnings.push(RunWarning::Mail(note.warning.clone()));
        }
    }
}
