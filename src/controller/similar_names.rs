//! Lock names that are easily confused, and names that two scripts use at once. It may be one job with two spellings,
//! or two jobs; nobody can tell from here. So each gets exactly the lock it requests, and people are warned by name.

use log::Level;

use super::Controller;
use crate::veeam::is_similar;
use asbackup_api::{Fault, Warning};
use asbackup_mail::occasion::LockEvent;

impl Controller {
    /// A lock that is held or waited for and has a similar name.
    fn similar_name(&self, job: &str) -> Option<String> {
        let held = self.veeam_queue.held().iter().map(|lock| &lock.job);
        let waiting = self.veeam_queue.waiting.iter().map(|waiter| &waiter.job);
        held.chain(waiting).chain(self.veeam_queue.creating_jobs()).find(|name| is_similar(job, name)).cloned()
    }

    /// A job requests a lock while one with a similar name is held or waited for.
    pub(super) fn warn_about_similar_name(&self, job: &str) {
        let is_known = self.veeam_queue.has(job);
        if let Some(other) = self.similar_name(job).filter(|_| !is_known) {
            self.log_limited(Level::Warn, &Warning::VeeamNamesAlike { job: job.to_owned(), other });
        }
    }

    /// Two scripts wait under one name: two jobs, or one that started twice.
    pub(super) fn warn_about_duplicate(&self, job: &str) {
        self.log_and_mail(Warning::VeeamNameTwice { job: job.to_owned() }, job);
    }

    /// Why `job` can't be unlocked. A misspelt name would otherwise leave a lock for ever, and nobody would know why
    /// nothing is copied.
    pub(super) fn not_locked(&self, job: String) -> Fault {
        let Some(held) = self.similar_name(&job) else { return Fault::NotLocked { job } };
        self.log_and_mail(Warning::VeeamUnlockMisspelt { job: job.clone(), held: held.clone() }, &job);
        Fault::LockMisspelt { job, held }
    }

    /// The lock is removed for all scripts that requested it.
    pub(super) fn warn_about_shared_unlock(&self, job: &str, times: u64) {
        if times > 1 {
            self.log_limited(Level::Warn, &Warning::VeeamUnlockedForAll { job: job.to_owned(), times });
        }
    }

    fn log_and_mail(&self, warning: Warning, job: &str) {
        self.log_limited(Level::Warn, &warning);
        self.mail_about_lock(LockEvent::Warned { job: job.to_owned(), warning });
    }
}
