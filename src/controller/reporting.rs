//! Reports to people: lines of the log, and mails. The mailer is a task of its own, and nobody waits for it.

use log::Level;

use super::Controller;
use super::active_run::ActiveRun;
use crate::store::history::HistoryError;
use asbackup_api::{DiskId, Fault, Notice, micros};
use asbackup_config::ConfigFaults;
use asbackup_logging::Scope;
use asbackup_mail::mailer::Request as MailRequest;
use asbackup_mail::occasion::Occasion;
use asbackup_texts::HasText;

impl Controller {
    /// Writes a line to the log, within the active run if there is one.
    pub(super) fn log<T: HasText>(&self, level: Level, value: &T) {
        asbackup_logging::log(level, &self.texts, value, &self.scope());
    }

    /// The same at a limited rate, for what callers can cause as often as they like.
    pub(super) fn log_limited<T: HasText>(&self, level: Level, value: &T) {
        asbackup_logging::log_limited(level, &self.texts, value, &self.scope());
    }

    pub(super) fn log_notice(&self, notice: Notice) {
        self.log(Level::Info, &notice);
    }

    /// Writes a line to the log about a disk that no run is on.
    pub(super) fn log_disk_notice(&self, disk: &DiskId, notice: &Notice) {
        let scope = Scope { disk: disk.to_string(), ..Scope::default() };
        asbackup_logging::log(Level::Info, &self.texts, notice, &scope);
    }

    fn scope(&self) -> Scope {
        self.run.as_ref().map(ActiveRun::scope).unwrap_or_default()
    }

    pub(super) fn mail(&self, occasion: Occasion) {
        self.send_to_mailer(MailRequest::Notify(occasion));
    }

    pub(super) fn mail_config_refused(&self, faults: &ConfigFaults) {
        let problems = faults.messages(&self.texts).iter().map(ToString::to_string).collect();
        self.mail(Occasion::ConfigRefused { problems, at: micros(std::time::SystemTime::now()) });
    }

    /// If the outbox can't be opened there is no mailer, and the log says so.
    pub(super) fn send_to_mailer(&self, request: MailRequest) {
        let _ = self.outputs.mail_requests.send(request);
    }

    pub(super) fn log_store_error(&self, error: Option<&HistoryError>) {
        if let Some(error) = error {
            self.log(Level::Error, &Fault::Internal { cause: error.to_string() });
        }
    }
}
