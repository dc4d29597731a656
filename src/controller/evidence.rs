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
use super::referee::{PATIENCE, cause};
use crate::blocking::blocking;
use crate::config::Secret;
use crate::copy::Busy;
use crate::model::{Fault, Micros, Notice, Warning, few, micros};
use crate::report::mail::{LockStory, Occasion};
use crate::systemd;
use crate::veeam::inquiry::{Finding, Question, Running, inquire};
use crate::veeam::{JobLock, locks};

/// The name of systemd's credential that may hold the password instead of config.ini.
const CREDENTIAL: &str = "veeam-api-password";

#[derive(Debug, Default)]
pub struct Evidence {
    question: Option<watch::Sender<Question>>,
    /// Counts the copies that have asked, so that no old answer is taken for a new one.
    asked: u64,
    asking: Asking,
    /// Why Veeam could not be asked lately.
    trouble: Option<Warning>,
    /// Locks of which nothing was known when last looked at: Veeam may be a moment behind.
    doubted: HashSet<Mark>,
    told: HashSet<Mark>,
}

/// One lock file as it was made or renewed.
type Mark = (PathBuf, Micros);

#[derive(Debug, Default, PartialEq)]
enum Asking {
    #[default]
    No,
    /// Without an answer so far.
    Open,
    /// These write; the same question stays.
    Running(Vec<Running>),
    /// Nothing writes, or nobody can know.
    Clear,
}

impl Evidence {
    pub fn ask_before_copy(&mut self) {
        if self.asking == Asking::No {
            self.asked += 1;
            self.asking = Asking::Open;
        }
    }

    pub fn forget_answer(&mut self) {
        self.asking = Asking::No;
    }

    pub fn is_clear(&self) -> bool {
        self.asking == Asking::Clear
    }

    /// What Veeam says is writing, while a copy waits for it.
    pub fn running(&self) -> &[Running] {
        match &self.asking {
            Asking::Running(running) => running,
            _ => &[],
        }
    }

    pub fn busy(&self) -> Busy {
        let jobs = self.running().iter().map(|running| running.job.clone()).collect();
        Busy { is_known: self.asking != Asking::Open, jobs }
    }

    fn wanted(&mut self, held: &[JobLock]) -> Question {
        let is_held = |mark: &Mark| held.iter().any(|lock| lock.path == mark.0);
        self.doubted.retain(is_held);
        self.told.retain(is_held);
        let copy = matches!(self.asking, Asking::Open | Asking::Running(_)).then_some(self.asked);
        Question { locks: held.to_vec(), copy }
    }
}

impl Controller {
    /// Brings the inquiry up to date: begins one, changes its question or ends it.
    pub(super) fn put_question(&mut self) {
        let question = self.evidence.wanted(self.referee.held());
        let veeam = &self.config.veeam;
        let has_means = veeam.is_asked() || !veeam.oldest_lock.is_zero();
        if !has_means || question == Question::default() {
            // The task ends with it.
            self.evidence.question = None;
            return;
        }
        match &self.evidence.question {
            Some(asked) => {
                asked.send_if_modified(|asked| {
                    let is_new = *asked != question;
                    *asked = question;
                    is_new
                });
            }
            None => self.begin_inquiry(question),
        }
    }

    fn begin_inquiry(&mut self, question: Question) {
        let (asked, asked_out) = watch::channel(question);
        self.evidence.question = Some(asked);
        tokio::spawn(inquire(self.config.clone(), self.api_password(), asked_out, self.findings.clone()));
    }

    /// systemd's credential counts only where config.ini has no password.
    fn api_password(&self) -> Secret {
        if !self.config.veeam.password.is_empty() {
            return self.config.veeam.password.clone();
        }
        systemd::credential(CREDENTIAL).map(|text| Secret::new(&text)).unwrap_or_default()
    }

    /// A new config may mean another server.
    pub(super) fn inquire_anew(&mut self) {
        let former = std::mem::take(&mut self.evidence);
        self.evidence.asked = former.asked;
        self.evidence.told = former.told;
        self.open_gate();
    }

    pub(super) async fn weigh(&mut self, finding: Finding) {
        match finding {
            Finding::Answers(version) => self.note_answer(version),
            Finding::Trouble(warning) => self.note_trouble(warning),
            Finding::Writers { copy, running } if copy == self.evidence.asked => self.hear_of_writers(running),
            Finding::Writers { .. } => {}
            Finding::Over(lock) => {
                self.lift(&lock, Notice::VeeamLockCleared { job: lock.job.clone() }).await;
            }
            Finding::Forsaken { lock, hours } => {
                self.lift(&lock, Notice::VeeamLockForsaken { job: lock.job.clone(), hours }).await;
            }
            Finding::Unknown(lock) => self.doubt(&lock),
            Finding::Old { lock, hours } => self.warn_of_age(&lock, hours),
        }
    }

    /// Once, when it could not be asked before.
    fn note_answer(&mut self, version: &str) {
        if self.evidence.trouble.take().is_some() {
            let server = self.config.veeam.url.clone();
            self.note(Notice::VeeamAnswers { server, version: version.to_owned() });
        }
    }

    /// Once for each kind, not at each attempt.
    fn note_trouble(&mut self, warning: Warning) {
        let is_new = self.evidence.trouble.as_ref().is_none_or(|known| discriminant(known) != discriminant(&warning));
        if is_new {
            self.tell(Level::Warn, &warning);
        }
        self.evidence.trouble = Some(warning);
    }

    fn hear_of_writers(&mut self, answer: Result<Vec<Running>, Warning>) {
        match (answer, &self.evidence.asking) {
            (_, Asking::No | Asking::Clear) => return,
            (Ok(running), _) => self.take_writers(running),
            // Whoever wrote a moment ago may be writing still.
            (Err(warning), Asking::Running(_)) => self.note_trouble(warning),
            (Err(warning), Asking::Open) => self.go_without_answer(warning),
        }
        self.open_gate();
    }

    fn take_writers(&mut self, running: Vec<Running>) {
        let former = self.evidence.busy().jobs;
        self.evidence.asking = if running.is_empty() { Asking::Clear } else { Asking::Running(running) };
        let jobs = self.evidence.busy().jobs;
        if !jobs.is_empty() && jobs != former {
            let minutes = self.config.wait_for_veeam.as_secs() / 60;
            let names: Vec<&str> = jobs.iter().map(String::as_str).collect();
            self.note(Notice::StepWaitForVeeam { jobs: few(&names, names.len()), minutes });
        }
    }

    /// Where Veeam can't be asked the copy goes on, with a warning: the lock files are what was agreed upon, and a Veeam server
    /// that is down is no reason to have no copy, rather the opposite.
    fn go_without_answer(&mut self, warning: Warning) {
        self.evidence.asking = Asking::Clear;
        self.tell(Level::Warn, &warning);
        self.warn_run(warning.clone());
        self.evidence.trouble = Some(warning);
    }

    async fn lift(&mut self, lock: &JobLock, notice: Notice) {
        let judged = lock.clone();
        let removed = blocking(PATIENCE, move || locks::remove_judged(&judged).map_err(cause)).await;
        match removed {
            Ok(true) => {
                self.note(notice.clone());
                self.mail_lock(LockStory::Lifted { job: lock.job.clone(), notice });
            }
            // Somebody was faster, or has renewed it.
            Ok(false) => {}
            Err(error) if self.is_first(lock) => {
                let job = lock.job.clone();
                self.tell(Level::Error, &Fault::VeeamUnlockFailed { job, cause: error.to_string() });
            }
            Err(_) => {}
        }
        self.look_at_locks().await;
    }

    /// Not at the first look: Veeam lists a session a moment after it has begun.
    fn doubt(&mut self, lock: &JobLock) {
        if self.evidence.doubted.insert(mark(lock)) || !self.is_first(lock) {
            return;
        }
        self.tell(Level::Warn, &Warning::VeeamLockUnknown { job: lock.job.clone() });
    }

    fn is_first(&mut self, lock: &JobLock) -> bool {
        self.evidence.told.insert(mark(lock))
    }

    /// Once for each lock, also over a restart.
    fn warn_of_age(&mut self, lock: &JobLock, hours: u64) {
        if self.memory.is_told(&lock.path, lock.since) {
            return;
        }
        let warning = Warning::VeeamLockOld { job: lock.job.clone(), hours };
        self.tell(Level::Warn, &warning);
        self.mail_lock(LockStory::Warned { job: lock.job.clone(), warning });
        let held: Vec<PathBuf> = self.referee.held().iter().map(|lock| lock.path.clone()).collect();
        if let Err(warning) = self.memory.remember_told(&lock.path, lock.since, &held) {
            self.tell(Level::Warn, &warning);
        }
    }

    pub(super) fn mail_lock(&self, story: LockStory) {
        self.mail(Occasion::Lock { story, at: micros(SystemTime::now()) });
    }
}

fn mark(lock: &JobLock) -> Mark {
    (lock.path.clone(), lock.since)
}
