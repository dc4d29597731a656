//! What is known of locks that may have outlived their jobs, and of sessions that write: what Veeam was asked, what it
//! answered, and what has been reported. Decides nothing; `lock_findings` acts.

use std::collections::HashSet;
use std::path::PathBuf;

use tokio::sync::watch;

use crate::copy::VeeamActivity;
use crate::veeam::JobLock;
use crate::veeam::lock_check::{LockQuery, RunningSession};
use asbackup_api::{Micros, Warning};

#[derive(Debug, Default)]
pub struct StaleLocks {
    pub query: Option<watch::Sender<LockQuery>>,
    /// Numbers the copies that asked for writers, so that no old answer is taken for a new one.
    pub copies_asked: u64,
    pub writers: WriterCheck,
    /// Why Veeam could not be asked the last time.
    pub api_error: Option<Warning>,
    /// Locks without a session at the last check: Veeam may be a moment behind.
    pub unmatched: HashSet<LockKey>,
    /// Reported to people.
    pub reported: HashSet<LockKey>,
    /// Being removed: a share that hangs would get the same work with each check.
    pub removing: HashSet<LockKey>,
}

/// One lock file, as created or renewed.
pub type LockKey = (PathBuf, Micros);

#[derive(Debug, Default, PartialEq)]
pub enum WriterCheck {
    #[default]
    No,
    /// Asked, without an answer so far.
    Open,
    /// These sessions write; Veeam is asked again.
    Writing(Vec<RunningSession>),
    /// Nothing writes, or Veeam can't be asked.
    Clear,
}

impl StaleLocks {
    pub fn start_writer_check(&mut self) {
        if self.writers == WriterCheck::No {
            self.copies_asked += 1;
            self.writers = WriterCheck::Open;
        }
    }

    pub fn reset_writer_check(&mut self) {
        self.writers = WriterCheck::No;
    }

    pub fn is_clear(&self) -> bool {
        self.writers == WriterCheck::Clear
    }

    /// False if the lock is being removed already.
    pub fn begin_removal(&mut self, lock: &JobLock) -> bool {
        self.removing.insert(key(lock))
    }

    pub fn end_removal(&mut self, lock: &JobLock) {
        self.removing.remove(&key(lock));
    }

    /// Sessions that write, while a copy waits for them.
    pub fn running(&self) -> &[RunningSession] {
        match &self.writers {
            WriterCheck::Writing(running) => running,
            _ => &[],
        }
    }

    pub fn activity(&self) -> VeeamActivity {
        let jobs = self.running().iter().map(|running| running.job.clone()).collect();
        VeeamActivity { is_known: self.writers != WriterCheck::Open, jobs }
    }

    /// What is to be asked now.
    pub fn next_query(&mut self, held: &[JobLock]) -> LockQuery {
        let is_held = |key: &LockKey| held.iter().any(|lock| lock.path == key.0);
        self.unmatched.retain(is_held);
        self.reported.retain(is_held);
        let copy = matches!(self.writers, WriterCheck::Open | WriterCheck::Writing(_)).then_some(self.copies_asked);
        LockQuery { locks: held.to_vec(), copy }
    }
}

pub fn key(lock: &JobLock) -> LockKey {
    (lock.path.clone(), lock.since)
}
