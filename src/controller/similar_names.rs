//! Locks whose names could be taken for one another, and names that two use at a time. Nobody can know from here whether that is one job
//! which spells its name in two ways or asks again, or whether there are two; so each gets what it asks for, to the letter, and
//! people are told, by name.

use log::Level;

use super::Controller;
use crate::model::{Fault, Warning};
use crate::veeam::is_similar;
use asbackup_mail::occasion::LockEvent;

impl Controller {
    /// A lock that is held or waited for and is spelled nearly as `job`.
    fn similar_name(&self, job: &str) -> Option<String> {
        let held = self.veeam_queue.held().iter().map(|lock| &lock.job);
        let waiting = self.veeam_queue.waiting.iter().map(|waiter| &waiter.job);
        held.chain(waiting).find(|name| is_similar(job, name)).cloned()
    }

    /// Asks anew for a lock that another job may have under nearly the same name.
    pub(super) fn warn_about_similar_name(&self, job: &str) {
        let is_known = self.veeam_queue.has(job);
        if let Some(other) = self.similar_name(job).filter(|_| !is_known) {
            self.tell_seldom(Level::Warn, &Warning::VeeamNamesAlike { job: job.to_owned(), other });
        }
    }

    /// Two scripts live and wait, so there are two jobs, or one has begun twice.
    pub(super) fn warn_about_duplicate(&self, job: &str) {
        self.tell_and_mail(Warning::VeeamNameTwice { job: job.to_owned() }, job);
    }

    /// Why `job` can't be unlocked. Another lock of nearly its name would stay for ever, and nobody would know why nothing is copied.
    pub(super) fn not_locked(&self, job: String) -> Fault {
        let Some(held) = self.similar_name(&job) else { return Fault::NotLocked { job } };
        self.tell_and_mail(Warning::VeeamUnlockMisspelt { job: job.clone(), held: held.clone() }, &job);
        Fault::LockMisspelt { job, held }
    }

    /// The lock has gone, whoever else had asked for it.
    pub(super) fn warn_about_shared_unlock(&self, job: &str, times: u64) {
        if times > 1 {
            self.tell_seldom(Level::Warn, &Warning::VeeamUnlockedForAll { job: job.to_owned(), times });
        }
    }

    fn tell_and_mail(&self, warning: Warning, job: &str) {
        self.tell_seldom(Level::Warn, &warning);
        self.mail_about_lock(LockEvent::Warned { job: job.to_owned(), warning });
    }
}
