//! Whether Veeam or the copy goes first. While a job holds a lock the copy waits; once the copy has begun, jobs wait
//! until it is over. Waiting jobs go before the next disk.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant, SystemTime};

use tokio::task::JoinHandle;

use super::caller_watch::CallerWatch;
use crate::veeam::{HeldLocks, JobLock};
use asbackup_api::{Micros, VeeamLock, micros};
use asbackup_system::blocking::GLANCE;

/// Who holds a lock, and who waits for one.
#[derive(Debug, Default)]
pub struct VeeamQueue {
    /// What the lock directories hold, whoever made it.
    held: HeldLocks,
    /// Locks that are being created.
    creating: Vec<Creation>,
    /// Locks that nobody would give back, while the same lock is being created for somebody else, who takes it over.
    pub unclaimed: HashSet<String>,
    pub last_created: Option<Instant>,
    /// Pieces of work on lock files that are not done yet.
    pub pending_work: usize,
    pub rescan: Rescan,
    /// The config names directories that have not been scanned yet.
    pub is_unscanned: bool,
    pub waiting: Vec<WaitingJob>,
    /// How often each held lock was requested since it was created.
    requests: HashMap<String, u64>,
    /// An rsync of a killed daemon still reads the repository.
    pub orphans: bool,
    /// Watches the lock directories.
    pub watcher: Option<JoinHandle<()>>,
}

/// Scans that something outside caused; one is queued at most.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Rescan {
    #[default]
    None,
    Queued,
    /// Something happened that the scan may have missed.
    Repeat,
}

/// A lock between its request and the first scan that finds it.
#[derive(Debug)]
struct Creation {
    job: String,
    is_created: bool,
}

/// A job that requested a lock during a copy.
#[derive(Debug)]
pub struct WaitingJob {
    pub job: String,
    pub uid: u32,
    pub since: Micros,
    began: Instant,
    pub until: Instant,
    /// The copy is over, and the job's lock is on its way.
    pub is_granted: bool,
    /// The job waits as long as any of its scripts.
    pub callers: Vec<CallerWatch>,
}

impl VeeamQueue {
    /// When the next job has waited as long as the config allows.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.waiting.iter().filter(|waiter| !waiter.is_granted).map(|waiter| waiter.until).min()
    }

    pub fn held(&self) -> &[JobLock] {
        &self.held.locks
    }

    /// How many further locks are held, at least.
    pub fn unseen(&self) -> usize {
        self.held.more
    }

    /// Waiting jobs, for readers.
    pub fn waiters(&self) -> impl Iterator<Item = VeeamLock> {
        self.waiting.iter().map(|waiter| VeeamLock { job: waiter.job.clone(), held: false, since: waiter.since })
    }

    /// Nobody holds a lock, gets one, or waits for one.
    pub fn is_free(&self) -> bool {
        !self.is_unscanned && self.held.is_empty() && self.creating.is_empty() && self.waiting.is_empty()
    }

    /// A lock is on its way to a waiting job, or work on lock files is under way.
    pub fn is_busy(&self) -> bool {
        self.pending_work > 0 || self.waiting.iter().any(|waiter| waiter.is_granted)
    }

    pub fn is_held(&self, job: &str) -> bool {
        self.held().iter().any(|lock| lock.job == job)
    }

    /// How many locks are held or being created, at least.
    pub fn lock_count(&self) -> usize {
        self.held.count() + self.creating.len()
    }

    /// From now on no copy begins.
    pub fn begin_creation(&mut self, job: &str) {
        self.creating.push(Creation { job: job.to_owned(), is_created: false });
    }

    /// Jobs whose locks are being created.
    pub fn creating_jobs(&self) -> impl Iterator<Item = &String> {
        self.creating.iter().map(|creation| &creation.job)
    }

    /// The job's lock is being created.
    pub fn is_creating(&self, job: &str) -> bool {
        self.creating.iter().any(|creation| creation.job == job && !creation.is_created)
    }

    /// Whether a lock may have been created since a run began the scan that it reported at `reported`.
    pub fn has_created_since(&self, reported: Instant) -> bool {
        self.last_created.is_some_and(|created| created + GLANCE >= reported)
    }

    /// A created lock counts as being created until a scan has found it.
    pub fn end_creation(&mut self, job: &str, is_created: bool) {
        let Some(at) = self.creating.iter().position(|creation| creation.job == job && !creation.is_created) else {
            return;
        };
        match is_created {
            true => {
                self.creating[at].is_created = true;
                self.last_created = Some(Instant::now());
            }
            false => drop(self.creating.swap_remove(at)),
        }
    }

    /// Takes what a scan found, and returns what was known before.
    pub fn replace_held(&mut self, found: HeldLocks) -> HeldLocks {
        let former = std::mem::replace(&mut self.held, found);
        self.creating.retain(|creation| !creation.is_created);
        let held = &self.held.locks;
        self.requests.retain(|job, _| held.iter().any(|lock| lock.job == *job));
        former
    }

    /// Whether the job holds this very lock or waits for it.
    pub fn has(&self, job: &str) -> bool {
        self.is_held(job) || self.waiting.iter().any(|waiter| waiter.job == job)
    }

    /// A held lock was requested so many more times.
    pub fn count_requests(&mut self, job: &str, times: usize) {
        *self.requests.entry(job.to_owned()).or_default() += times as u64;
    }

    /// How often the lock was requested. Resets the count.
    pub fn take_request_count(&mut self, job: &str) -> u64 {
        self.requests.remove(job).unwrap_or(0)
    }

    pub fn take_waiter(&mut self, job: &str) -> Option<WaitingJob> {
        let at = self.waiting.iter().position(|waiter| waiter.job == job)?;
        Some(self.waiting.remove(at))
    }
}

impl WaitingJob {
    pub fn new(job: String, uid: u32, longest: Duration, caller: CallerWatch) -> Self {
        let began = Instant::now();
        let since = micros(SystemTime::now());
        Self { job, uid, since, began, until: began + longest, is_granted: false, callers: vec![caller] }
    }

    pub fn has_caller(&self, name: &str) -> bool {
        self.callers.iter().any(|caller| caller.is(name))
    }

    /// The unique names of those who wait.
    pub fn caller_names(&self) -> Vec<String> {
        self.callers.iter().map(|caller| caller.name().to_owned()).collect()
    }

    pub fn minutes(&self) -> u64 {
        self.began.elapsed().as_secs() / 60
    }
}
