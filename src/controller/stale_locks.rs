//! What is known of those who hold locks, and what follows: a lock that stands for nothing is lifted, a copy waits for what Veeam
//! says is running. What is not known for certain changes nothing, and is told once.
//!
//! The inquiry itself is a task of `veeam`; it lives only while a lock is held or a copy asks.

use std::collections::HashSet;
use std::mem::discriminant;
use std::path::PathBuf;
use std::time::SystemTime;

use log::Level;
use tokio::sync::watch;

use super::Controller;
use super::stored::AfterSave;
use super::veeam_queue::{PATIENCE, cause};
use crate::blocking::blocking;
use crate::config::Secret;
use crate::copy::VeeamActivity;
use crate::model::{Fault, Micros, Notice, Warning, few, micros};
use crate::systemd;
use crate::veeam::lock_check::{LockFinding, LockQuery, RunningSession, check_locks};
use crate::veeam::{JobLock, locks};
use asbackup_mail::occasion::{LockEvent, Occasion};

/// The name of systemd's credential that may hold the password instead of config.ini.
const CREDENTIAL: &str = "veeam-api-password";

#[derive(Debug, Default)]
pub struct StaleLocks {
    question: Option<watch::Sender<LockQuery>>,
    /// Counts the copies that have asked, so that no old answer is taken for a new one.
    asked: u64,
    asking: WriterCheck,
    /// Why Veeam could not be asked lately.
    api_error: Option<Warning>,
    /// Locks of which nothing was known when last looked at: Veeam may be a moment behind.
    unmatched: HashSet<LockKey>,
    told: HashSet<LockKey>,
}

/// One lock file as it was made or renewed.
type LockKey = (PathBuf, Micros);

#[derive(Debug, Default, PartialEq)]
enum WriterCheck {
    #[default]
    No,
    /// Without an answer so far.
    Open,
    /// These write; the same question stays.
    Writing(Vec<RunningSession>),
    /// Nothing writes, or nobody can know.
    Clear,
}

impl StaleLocks {
    pub fn start_writer_check(&mut self) {
        if self.asking == WriterCheck::No {
            self.asked += 1;
            self.asking = WriterCheck::Open;
        }
    }

    pub fn reset_writer_check(&mut self) {
        self.asking = WriterCheck::No;
    }

    pub fn is_clear(&self) -> bool {
        self.asking == WriterCheck::Clear
    }

    /// What Veeam says is writing, while a copy waits for it.
    pub fn running(&self) -> &[RunningSession] {
        match &self.asking {
            WriterCheck::Writing(running) => running,
            _ => &[],
        }
    }

    pub fn activity(&self) -> VeeamActivity {
        let jobs = self.running().iter().map(|running| running.job.clone()).collect();
        VeeamActivity { is_known: self.asking != WriterCheck::Open, jobs }
    }

    fn wanted(&mut self, held: &[JobLock]) -> LockQuery {
        let is_held = |mark: &LockKey| held.iter().any(|lock| lock.path == mark.0);
        self.unmatched.retain(is_held);
        self.told.retain(is_held);
        let copy = matches!(self.asking, WriterCheck::Open | WriterCheck::Writing(_)).then_some(self.asked);
        LockQuery { locks: held.to_vec(), copy }
    }
}

impl Controller {
    /// Brings the inquiry up to date: begins one, changes its question or ends it.
    pub(super) fn update_lock_check(&mut self) {
        let question = self.stale_locks.wanted(self.veeam_queue.held());
        let veeam = &self.config.veeam;
        let has_means = veeam.has_api() || !veeam.lock_max_age.is_zero();
        if !has_means || question == LockQuery::default() {
            // The task ends with it.
            self.stale_locks.question = None;
            return;
        }
        match &self.stale_locks.question {
            Some(asked) => {
                asked.send_if_modified(|asked| {
                    let is_new = *asked != question;
                    *asked = question;
                    is_new
                });
            }
            None => self.start_lock_check(question),
        }
    }

    fn start_lock_check(&mut self, question: LockQuery) {
        let (asked, asked_out) = watch::channel(question);
        self.stale_locks.question = Some(asked);
        tokio::spawn(check_locks(self.config.clone(), self.api_password(), asked_out, self.internal.findings.clone()));
    }

    /// systemd's credential counts only where config.ini has no password.
    fn api_password(&self) -> Secret {
        if !self.config.veeam.password.is_empty() {
            return self.config.veeam.password.clone();
        }
        systemd::credential(CREDENTIAL).map(|text| Secret::new(&text)).unwrap_or_default()
    }

    /// A new config may mean another server.
    pub(super) fn restart_lock_check(&mut self) {
        let former = std::mem::take(&mut self.stale_locks);
        self.stale_locks.asked = former.asked;
        self.stale_locks.told = former.told;
        self.try_admit_copy();
    }

    pub(super) async fn on_finding(&mut self, finding: LockFinding) {
        match finding {
            LockFinding::Reachable(version) => self.on_veeam_answer(version),
            LockFinding::Unreachable(warning) => self.on_veeam_error(warning),
            LockFinding::Writers { copy, running } if copy == self.stale_locks.asked => self.on_writers(running),
            LockFinding::Writers { .. } => {}
            LockFinding::Finished(lock) => {
                self.remove_stale(&lock, Notice::VeeamLockCleared { job: lock.job.clone() }).await;
            }
            LockFinding::Abandoned { lock, hours } => {
                self.remove_stale(&lock, Notice::VeeamLockForsaken { job: lock.job.clone(), hours }).await;
            }
            LockFinding::Unknown(lock) => self.report_unmatched(&lock),
            LockFinding::Old { lock, hours } => self.warn_about_age(&lock, hours),
        }
    }

    /// Once, when it could not be asked before.
    fn on_veeam_answer(&mut self, version: &str) {
        if self.stale_locks.api_error.take().is_some() {
            let server = self.config.veeam.url.clone();
            self.note(Notice::VeeamAnswers { server, version: version.to_owned() });
        }
    }

    /// Once for each kind, not at each attempt.
    fn on_veeam_error(&mut self, warning: Warning) {
        let is_new =
            self.stale_locks.api_error.as_ref().is_none_or(|known| discriminant(known) != discriminant(&warning));
        if is_new {
            self.tell(Level::Warn, &warning);
        }
        self.stale_locks.api_error = Some(warning);
    }

    fn on_writers(&mut self, answer: Result<Vec<RunningSession>, Warning>) {
        match (answer, &self.stale_locks.asking) {
            (_, WriterCheck::No | WriterCheck::Clear) => return,
            (Ok(running), _) => self.apply_writers(running),
            // Whoever wrote a moment ago may be writing still.
            (Err(warning), WriterCheck::Writing(_)) => self.on_veeam_error(warning),
            (Err(warning), WriterCheck::Open) => self.proceed_without_veeam(warning),
        }
        self.try_admit_copy();
    }

    fn apply_writers(&mut self, running: Vec<RunningSession>) {
        let former = self.stale_locks.activity().jobs;
        self.stale_locks.asking = if running.is_empty() { WriterCheck::Clear } else { WriterCheck::Writing(running) };
        let jobs = self.stale_locks.activity().jobs;
        if !jobs.is_empty() && jobs != former {
            let minutes = self.config.wait_for_veeam.as_secs() / 60;
            let names: Vec<&str> = jobs.iter().map(String::as_str).collect();
            self.note(Notice::StepWaitForVeeam { jobs: few(&names, names.len()), minutes });
        }
    }

    /// Where Veeam can't be asked the copy goes on, with a warning: the lock files are what was agreed upon, and a Veeam server
    /// that is down is no reason to have no copy, rather the opposite.
    fn proceed_without_veeam(&mut self, warning: Warning) {
        self.stale_locks.asking = WriterCheck::Clear;
        self.tell(Level::Warn, &warning);
        self.warn_run(warning.clone());
        self.stale_locks.api_error = Some(warning);
    }

    async fn remove_stale(&mut self, lock: &JobLock, notice: Notice) {
        let checked = lock.clone();
        let removed = blocking(PATIENCE, move || locks::remove_unchanged(&checked).map_err(cause)).await;
        match removed {
            Ok(true) => {
                self.note(notice.clone());
                self.mail_about_lock(LockEvent::Lifted { job: lock.job.clone(), notice });
            }
            // Somebody was faster, or has renewed it.
            Ok(false) => {}
            Err(error) if self.is_first(lock) => {
                let job = lock.job.clone();
                self.tell(Level::Error, &Fault::VeeamUnlockFailed { job, cause: error.to_string() });
            }
            Err(_) => {}
        }
        self.rescan_locks().await;
    }

    /// Not at the first look: Veeam lists a session a moment after it has begun.
    fn report_unmatched(&mut self, lock: &JobLock) {
        if self.stale_locks.unmatched.insert(mark(lock)) || !self.is_first(lock) {
            return;
        }
        self.tell(Level::Warn, &Warning::VeeamLockUnknown { job: lock.job.clone() });
    }

    fn is_first(&mut self, lock: &JobLock) -> bool {
        self.stale_locks.told.insert(mark(lock))
    }

    /// Once for each lock, also over a restart.
    fn warn_about_age(&mut self, lock: &JobLock, hours: u64) {
        if self.saved_state.is_told(&lock.path, lock.since) {
            return;
        }
        let warning = Warning::VeeamLockOld { job: lock.job.clone(), hours };
        self.tell(Level::Warn, &warning);
        self.mail_about_lock(LockEvent::Warned { job: lock.job.clone(), warning });
        let held: Vec<PathBuf> = self.veeam_queue.held().iter().map(|lock| lock.path.clone()).collect();
        self.saved_state.set_told(&lock.path, lock.since, &held);
        self.save_state(AfterSave::Nothing);
    }

    pub(super) fn mail_about_lock(&self, event: LockEvent) {
        self.mail(Occasion::Lock { event, at: micros(SystemTime::now()) });
    }
}

fn mark(lock: &JobLock) -> LockKey {
    (lock.path.clone(), lock.since)
}
