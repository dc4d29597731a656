//! Whether Veeam or the copy goes first. While a job holds a lock the copy waits; once the copy has begun, jobs wait until it is
//! over. Waiting jobs go before the next disk.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use log::{Level, debug};
use tokio::task::JoinHandle;

use super::Controller;
use super::active_run::ActiveRun;
use super::call::LockGrant;
use super::call::{Caller, Reply};
use super::caller_watch::QueueEvent;
use super::waiting_jobs::WaitingJob;
use crate::copy::run_lock;
use crate::veeam::{HeldLocks, JobLock, is_job_name, lock_watch};
use asbackup_api::{Fault, RunWarning, VeeamLock, Warning};
use asbackup_mail::occasion::LockEvent;
use asbackup_system::blocking::{GLANCE, blocking};

/// An rsync that can't be killed hangs on a dead disk.
const ORPHAN_PAUSE: Duration = Duration::from_secs(5);
/// Of held locks and of waiting scripts, each; no Veeam server runs more jobs at a time.
const MAX_LOCKS: usize = 100;
/// In the record of one run; further ones are in the log.
const MAX_INTRUSIONS: usize = 8;

/// Who holds a lock, and who waits for one.
#[derive(Debug, Default)]
pub struct VeeamQueue {
    /// What the lock directories hold, whoever made it.
    held: HeldLocks,
    /// Locks that are being created.
    creating: Vec<Creation>,
    /// Locks that nobody would give back; the same is on its way for somebody else, who takes it over.
    pub unclaimed: HashSet<String>,
    pub last_created: Option<Instant>,
    /// Pieces of work on lock files that are not done yet.
    pub pending_work: usize,
    pub rescan: Rescan,
    /// The config names directories that have not been scanned yet.
    pub is_unscanned: bool,
    pub waiting: Vec<WaitingJob>,
    /// How often a lock that is held was asked for since it was created.
    asked: HashMap<String, u64>,
    /// An rsync of a killed daemon still reads the repository.
    pub orphans: bool,
    watcher: Option<JoinHandle<()>>,
}

/// Scans that something outside caused; one is queued at most.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Rescan {
    #[default]
    None,
    Queued,
    /// Something happened that the scan may have come too early for.
    Repeat,
}

/// A lock between its request and the first scan that finds it.
#[derive(Debug)]
struct Creation {
    job: String,
    is_created: bool,
}

impl VeeamQueue {
    /// When the next job has waited as long as the config allows.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.waiting.iter().filter(|waiter| !waiter.is_granted).map(|waiter| waiter.until).min()
    }

    pub fn held(&self) -> &[JobLock] {
        &self.held.locks
    }

    /// At least so many further locks are held.
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

    /// At least so many locks are held or being created.
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

    /// The job's lock is on its way to somebody.
    pub fn is_creating(&self, job: &str) -> bool {
        self.creating.iter().any(|creation| creation.job == job && !creation.is_created)
    }

    /// Whether a lock may have been created since a scan began that a run has told of at `told`.
    pub fn has_created_since(&self, told: Instant) -> bool {
        self.last_created.is_some_and(|created| created + GLANCE >= told)
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
    fn replace_held(&mut self, found: HeldLocks) -> HeldLocks {
        let former = std::mem::replace(&mut self.held, found);
        self.creating.retain(|creation| !creation.is_created);
        let held = &self.held.locks;
        self.asked.retain(|job, _| held.iter().any(|lock| lock.job == *job));
        former
    }

    /// Whether the job holds this very lock or waits for it.
    pub fn has(&self, job: &str) -> bool {
        self.is_held(job) || self.waiting.iter().any(|waiter| waiter.job == job)
    }

    /// A lock that is held was asked for so many more times.
    pub fn count_requests(&mut self, job: &str, times: usize) {
        *self.asked.entry(job.to_owned()).or_default() += times as u64;
    }

    /// How often the lock was asked for; starts the count anew.
    pub fn take_request_count(&mut self, job: &str) -> u64 {
        self.asked.remove(job).unwrap_or(0)
    }

    pub fn take_waiter(&mut self, job: &str) -> Option<WaitingJob> {
        let at = self.waiting.iter().position(|waiter| waiter.job == job)?;
        Some(self.waiting.remove(at))
    }
}

impl Controller {
    /// Watches the lock directories that the config names, instead of the former ones.
    pub(super) fn watch_locks(&mut self) {
        if let Some(former) = self.veeam_queue.watcher.take() {
            former.abort();
        }
        let (directories, changes) = (self.config.veeam_directories.clone(), self.internal.lock_changes.clone());
        self.veeam_queue.watcher = Some(tokio::spawn(async move {
            if let Err(error) = lock_watch::watch(directories, changes).await {
                // The run that needs the directory reports the fault.
                debug!("lock directory not watched: {error}");
            }
        }));
        self.veeam_queue.is_unscanned = true;
        self.rescan_locks();
    }

    /// At start: ends a killed daemon's rsync, which goes on reading the repository.
    pub(super) fn look_for_orphans(&mut self) {
        if !run_lock::is_any_held(&self.runtime) {
            return;
        }
        self.veeam_queue.orphans = true;
        let (runtime, queue_events) = (self.runtime.clone(), self.internal.queue_events.clone());
        tokio::spawn(async move {
            loop {
                let runtime = runtime.clone();
                if blocking(GLANCE, move || run_lock::end_orphans(&runtime)).await.is_ok() {
                    break;
                }
                tokio::time::sleep(ORPHAN_PAUSE).await;
            }
            let _ = queue_events.send(QueueEvent::OrphansEnded);
        });
    }

    /// Takes what the lock directories hold now.
    pub(super) fn apply_locks(&mut self, found: HeldLocks) {
        let former = self.veeam_queue.replace_held(found);
        // While its end is being recorded, the copy reads nothing any more.
        if self.is_copying() && self.run.as_ref().is_some_and(ActiveRun::is_running) {
            self.warn_about_intruders(&former.locks);
        }
        self.try_admit_copy();
    }

    /// A lock file that others create is no request, so nothing holds it back. The copy goes on: ending it would not undo what
    /// Veeam wrote, and the warning says what to do.
    fn warn_about_intruders(&mut self, former: &[JobLock]) {
        let is_new = |lock: &&JobLock| !former.iter().any(|known| known.job == lock.job);
        let jobs: Vec<String> = self.veeam_queue.held().iter().filter(is_new).map(|lock| lock.job.clone()).collect();
        for job in jobs {
            let warning = Warning::VeeamDuringCopy { job };
            self.tell_seldom(Level::Warn, &warning);
            if self.run.as_ref().is_some_and(|run| run.intrusions < MAX_INTRUSIONS) {
                self.warn_run(warning);
            }
        }
    }

    /// A warning that the active run itself can't know of.
    pub(super) fn warn_run(&mut self, warning: Warning) {
        if let Some(run) = &mut self.run {
            run.warnings.push(RunWarning::Copy(warning));
            run.intrusions += 1;
        }
    }

    /// Answers true once the job holds its lock, or false at once if it waits for the copy.
    pub(super) fn lock_for_veeam(&mut self, job: String, caller: Caller, reply: Reply<bool>) {
        // A caller whom the answer can't reach was told that it failed, and would never unlock.
        if reply.is_closed() {
            return;
        }
        if !is_job_name(&job) {
            return drop(reply.send(Err(Fault::InvalidJob { job })));
        }
        self.warn_about_similar_name(&job);
        // Once the copy is over, newcomers are no longer put behind it.
        let copies = self.is_copying() && !self.run.as_ref().is_some_and(ActiveRun::is_granting);
        if copies || self.veeam_queue.orphans {
            let waits = self.wait_for_copy(job.clone(), caller);
            let waits = waits.inspect_err(|fault| self.tell_no_lock(job, fault));
            return drop(reply.send(waits.map(|()| false)));
        }
        self.create_lock(job, caller.uid, LockGrant::Caller(reply));
    }

    /// `count`: locks that are held, or scripts that wait, so far.
    pub(super) fn has_room_for_one_more(&self, count: usize) -> Result<(), Fault> {
        if count < MAX_LOCKS {
            return Ok(());
        }
        let directories = self.config.veeam_directories.iter().map(|directory| directory.display().to_string());
        Err(Fault::TooManyLocks { most: MAX_LOCKS as u64, path: directories.collect::<Vec<_>>().join(", ") })
    }

    /// The job may write all the same, or not run at all; people should know of either.
    pub(super) fn tell_no_lock(&self, job: String, fault: &Fault) {
        self.tell_seldom(Level::Error, fault);
        self.mail_about_lock(LockEvent::Failed { job, fault: fault.clone() });
    }

    pub(super) fn unlock_for_veeam(&mut self, job: String, reply: Reply<()>) {
        if !is_job_name(&job) {
            return drop(reply.send(Err(Fault::InvalidJob { job })));
        }
        let waiter = self.veeam_queue.take_waiter(&job);
        self.remove_lock(job, waiter, Some(reply));
    }
}
