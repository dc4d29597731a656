//! What the postman is told, and what he tells of their runs. Nobody waits for him.

use log::Level;

use super::Controller;
use crate::config::ConfigFaults;
use crate::model::{Fault, RunRecord, micros};
use asbackup_mail::mail::Occasion;
use asbackup_mail::postman::{Errand, Note};

impl Controller {
    pub(super) fn mail(&self, occasion: Occasion) {
        self.send_to_mailer(Errand::Tell(occasion));
    }

    pub(super) fn mail_run_ended(&self, record: &RunRecord) {
        self.mail(Occasion::Ended(Box::new(record.clone())));
    }

    pub(super) fn mail_config_refused(&self, faults: &ConfigFaults) {
        let problems = faults.say(&self.texts).iter().map(ToString::to_string).collect();
        self.mail(Occasion::ConfigRefused { problems, at: micros(std::time::SystemTime::now()) });
    }

    /// Without a postman, whose outbox can't be opened, there are no mails; the log says so.
    pub(super) fn send_to_mailer(&self, errand: Errand) {
        let _ = self.outputs.errands.send(errand);
    }

    pub(super) fn on_mailer_note(&mut self, note: &Note) {
        if let Err(error) = self.history.note(note.run, &note.warning) {
            self.tell(Level::Error, &Fault::Internal { cause: error.to_string() });
        }
        if let Some(run) = self.run.as_mut().filter(|run| run.begun.run == note.run) {
            run.mail_warnings.push(note.warning.clone());
        }
        if let Some(last) = self.last.as_mut().filter(|last| last.run == note.run) {
            last.warnings.push(note.warning.clone());
        }
    }
}
