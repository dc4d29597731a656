//! Acts on what Veeam says about its jobs: removes locks whose jobs are over, and makes a copy wait for sessions that
//! write. What is not known for certain changes nothing and is reported once.
//!
//! `veeam::lock_check` queries Veeam; it runs only while a lock is held or a copy waits.

use std::mem::discriminant;
use std::path::PathBuf;
use std::time::SystemTime;

use log::Level;
use tokio::sync::watch;

use super::Controller;
use super::stale_locks::{WriterCheck, key};
use super::store_writer::AfterSave;
use crate::veeam::JobLock;
use crate::veeam::lock_check::{LockFinding, LockQuery, RunningSession, check_locks};
use asbackup_api::{Notice, Warning, few, micros};
use asbackup_config::Secret;
use asbackup_mail::occasion::{LockEvent, Occasion};
use asbackup_system::systemd;

/// The systemd credential that may hold the password instead of config.ini.
const CREDENTIAL: &str = "veeam-api-password";

impl Controller {
    /// Starts the check, changes its query, or ends it.
    pub(super) fn update_lock_check(&mut self) {
        let query = self.stale_locks.next_query(self.veeam_queue.held());
        let veeam = &self.config.veeam;
        let has_means = veeam.has_api() || !veeam.lock_max_age.is_zero();
        if !has_means || query == LockQuery::default() {
            // The task ends without its query.
            self.stale_locks.query = None;
            return;
        }
        match &self.stale_locks.query {
            Some(current) => {
                current.send_if_modified(|current| {
                    let is_new = *current != query;
                    *current = query;
                    is_new
                });
            }
            None => self.start_lock_check(query),
        }
    }

    fn start_lock_check(&mut self, query: LockQuery) {
        let (query, query_out) = watch::channel(query);
        self.stale_locks.query = Some(query);
        tokio::spawn(check_locks(self.config.clone(), self.api_password(), query_out, self.senders.findings.clone()));
    }

    /// systemd's credential counts only if config.ini has no password.
    fn api_password(&self) -> Secret {
        if !self.config.veeam.password.is_empty() {
            return self.config.veeam.password.clone();
        }
        systemd::credential(CREDENTIAL).map(|text| Secret::new(&text)).unwrap_or_default()
    }

    /// A new config may mean another server.
    pub(super) fn restart_lock_check(&mut self) {
        let former = std::mem::take(&mut self.stale_locks);
        self.stale_locks.copies_asked = former.copies_asked;
        self.stale_locks.reported = former.reported;
        self.stale_locks.removing = former.removing;
        self.try_admit_copy();
    }

    pub(super) fn on_finding(&mut self, finding: LockFinding) {
        match finding {
            LockFinding::Reachable(version) => self.on_veeam_answer(version),
            LockFinding::Unreachable(warning) => self.on_veeam_error(warning),
            LockFinding::Writers { copy, running } if copy == self.stale_locks.copies_asked => self.on_writers(running),
            LockFinding::Writers { .. } => {}
            LockFinding::Finished(lock) => {
                self.remove_stale(lock.clone(), Notice::VeeamLockCleared { job: lock.job.clone() });
            }
            LockFinding::Abandoned { lock, hours } => {
                self.remove_stale(lock.clone(), Notice::VeeamLockForsaken { job: lock.job.clone(), hours });
            }
            LockFinding::Unknown(lock) => self.report_unmatched(&lock),
            LockFinding::Old { lock, hours } => self.warn_about_age(&lock, hours),
        }
    }

    /// Reported once, if Veeam could not be asked before.
    fn on_veeam_answer(&mut self, version: &str) {
        if self.stale_locks.api_error.take().is_some() {
            let server = self.config.veeam.url.clone();
            self.log_notice(Notice::VeeamAnswers { server, version: version.to_owned() });
        }
    }

    /// Each kind of error is reported once, not at each attempt.
    fn on_veeam_error(&mut self, warning: Warning) {
        let is_new =
            self.stale_locks.api_error.as_ref().is_none_or(|known| discriminant(known) != discriminant(&warning));
        if is_new {
            self.log(Level::Warn, &warning);
        }
        self.stale_locks.api_error = Some(warning);
    }

    fn on_writers(&mut self, answer: Result<Vec<RunningSession>, Warning>) {
        match (answer, &self.stale_locks.writers) {
            (_, WriterCheck::No | WriterCheck::Clear) => return,
            (Ok(running), _) => self.apply_writers(running),
            // A session that wrote a moment ago may still write.
            (Err(warning), WriterCheck::Writing(_)) => self.on_veeam_error(warning),
            (Err(warning), WriterCheck::Open) => self.proceed_without_veeam(warning),
        }
        self.try_admit_copy();
    }

    fn apply_writers(&mut self, running: Vec<RunningSession>) {
        let former = self.stale_locks.activity().jobs;
        self.stale_locks.writers = if running.is_empty() { WriterCheck::Clear } else { WriterCheck::Writing(running) };
        let jobs = self.stale_locks.activity().jobs;
        if !jobs.is_empty() && jobs != former {
            let minutes = self.config.wait_for_veeam.as_secs() / 60;
            let names: Vec<&str> = jobs.iter().map(String::as_str).collect();
            self.log_notice(Notice::StepWaitForVeeam { jobs: few(&names, names.len()), minutes });
        }
    }

    /// If Veeam can't be asked, the copy starts with a warning: the lock files decide, and a Veeam server that is down
    /// makes a copy all the more important.
    fn proceed_without_veeam(&mut self, warning: Warning) {
        self.stale_locks.writers = WriterCheck::Clear;
        self.log(Level::Warn, &warning);
        self.warn_run(warning.clone());
        self.stale_locks.api_error = Some(warning);
    }

    /// Reported from the second check on: Veeam lists a session a moment after its start.
    fn report_unmatched(&mut self, lock: &JobLock) {
        if self.stale_locks.unmatched.insert(key(lock)) || !self.is_first_report(lock) {
            return;
        }
        self.log(Level::Warn, &Warning::VeeamLockUnknown { job: lock.job.clone() });
    }

    pub(super) fn is_first_report(&mut self, lock: &JobLock) -> bool {
        self.stale_locks.reported.insert(key(lock))
    }

    /// Once for each lock, even across restarts.
    fn warn_about_age(&mut self, lock: &JobLock, hours: u64) {
        if self.saved_state.is_reported(&lock.path, lock.since) {
            return;
        }
        let warning = Warning::VeeamLockOld { job: lock.job.clone(), hours };
        self.log(Level::Warn, &warning);
        self.mail_about_lock(LockEvent::Warned { job: lock.job.clone(), warning });
        let held: Vec<PathBuf> = self.veeam_queue.held().iter().map(|lock| lock.path.clone()).collect();
        self.saved_state.mark_reported(&lock.path, lock.since, &held);
        self.save_state(AfterSave::Nothing);
    }

    pub(super) fn mail_about_lock(&self, event: LockEvent) {
        self.mail(Occasion::Lock { event, at: micros(SystemTime::now()) });
    }
}
