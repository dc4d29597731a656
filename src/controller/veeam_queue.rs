//! Who of Veeam and the copy goes first. A job that holds a lock keeps the copy at its gate; once the copy is past the gate,
//! jobs wait until it is over. Whoever waits goes before the next disk.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use log::{Level, debug};
use tokio::task::{JoinHandle, spawn_blocking};

use super::Controller;
use super::active_run::ActiveRun;
use super::call::Caller;
use super::caller_watch::QueueEvent;
use super::waiting_jobs::WaitingJob;
use crate::blocking::{GLANCE, blocking};
use crate::copy::run_lock;
use crate::model::{Fault, Notice, RunWarning, VeeamLock, Warning};
use crate::paths::Refused;
use crate::veeam::{HeldLocks, JobLock, LockDirError, LockOwner, is_job_name, lock_file, lock_watch, locks};
use asbackup_mail::occasion::LockEvent;

/// The controller itself looks into the lock directory, so not for long; a share that hangs is a fault.
pub(super) const PATIENCE: Duration = Duration::from_millis(1500);
/// An rsync that can't even be killed hangs on a dead disk.
const ORPHAN_PAUSE: Duration = Duration::from_secs(5);
/// HeldLocks and waited for; more than any server of Veeam runs jobs at a time. Scripts that wait for the same job count each.
const MOST_LOCKS: usize = 100;
/// Of one run; further ones are in the log.
const MOST_INTRUSIONS: usize = 8;

#[derive(Debug, Default)]
pub struct VeeamQueue {
    /// What the lock directories hold, whoever made it.
    held: HeldLocks,
    pub waiting: Vec<WaitingJob>,
    /// How often a lock that is held was asked for since it was made.
    asked: HashMap<String, u64>,
    /// An rsync of a killed daemon still reads.
    pub orphans: bool,
    watcher: Option<JoinHandle<()>>,
}

impl VeeamQueue {
    /// When the next job has waited long enough.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.waiting.iter().map(|waiter| waiter.until).min()
    }

    pub fn held(&self) -> &[JobLock] {
        &self.held.locks
    }

    /// How many locks are held besides, at least.
    pub fn unseen(&self) -> usize {
        self.held.more
    }

    /// Who waits, for readers.
    pub fn waiters(&self) -> impl Iterator<Item = VeeamLock> {
        self.waiting.iter().map(|waiter| VeeamLock { job: waiter.job.clone(), held: false, since: waiter.since })
    }

    /// Nobody has a lock or waits for one.
    pub fn is_free(&self) -> bool {
        self.held.is_empty() && self.waiting.is_empty()
    }

    /// Whether the job has this very lock, or waits for it.
    pub fn has(&self, job: &str) -> bool {
        self.held().iter().any(|lock| lock.job == job) || self.waiting.iter().any(|waiter| waiter.job == job)
    }

    /// Notes that a lock which is held now was asked for so many more times.
    pub fn count(&mut self, job: &str, times: usize) {
        *self.asked.entry(job.to_owned()).or_default() += times as u64;
    }

    fn take_waiter(&mut self, job: &str) -> Option<WaitingJob> {
        let at = self.waiting.iter().position(|waiter| waiter.job == job)?;
        Some(self.waiting.remove(at))
    }
}

impl Controller {
    /// Begins to watch the lock directories that the config names, and forgets the former ones.
    pub(super) async fn watch_locks(&mut self) {
        if let Some(former) = self.veeam_queue.watcher.take() {
            former.abort();
        }
        let (directories, changes) = (self.config.veeam_directories.clone(), self.internal.lock_changes.clone());
        self.veeam_queue.watcher = Some(tokio::spawn(async move {
            if let Err(error) = lock_watch::watch(directories, changes).await {
                // The run that needs the directory looks for itself and says so in plain words.
                debug!("lock directory not watched: {error}");
            }
        }));
        self.rescan_locks().await;
    }

    /// At start: the rsync of a killed daemon goes on reading the repository until it is ended.
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

    pub(super) async fn rescan_locks(&mut self) {
        if let Some(found) = self.scan_locks().await {
            self.apply_locks(found);
        }
    }

    /// What the run has found in the lock directories. A job may have been let in since, so only our own look counts; where
    /// we can't look in time, nobody was let in either.
    pub(super) async fn apply_found_locks(&mut self, found: HeldLocks) {
        let newer = self.scan_locks().await;
        self.apply_locks(newer.unwrap_or(found));
    }

    async fn scan_locks(&self) -> Option<HeldLocks> {
        let directories = self.config.veeam_directories.clone();
        let scanned = blocking(PATIENCE, move || locks::scan(&directories).map_err(std::io::Error::other)).await;
        scanned.inspect_err(|error| debug!("lock directory: {error}")).ok()
    }

    /// What the lock directories hold now.
    fn apply_locks(&mut self, found: HeldLocks) {
        let former = std::mem::replace(&mut self.veeam_queue.held, found);
        let held = &self.veeam_queue.held.locks;
        self.veeam_queue.asked.retain(|job, _| held.iter().any(|lock| lock.job == *job));
        // While its end is being recorded, the copy reads nothing any more.
        if self.is_copying() && self.run.as_ref().is_some_and(ActiveRun::is_running) {
            self.warn_about_intruders(&former.locks);
        }
        self.try_admit_copy();
    }

    /// Lock files that others make are no request, so nothing holds them back. The copy goes on: to end it would not undo what
    /// was written, and the warning says what to do.
    fn warn_about_intruders(&mut self, former: &[JobLock]) {
        let is_new = |lock: &&JobLock| !former.iter().any(|known| known.job == lock.job);
        let jobs: Vec<String> = self.veeam_queue.held().iter().filter(is_new).map(|lock| lock.job.clone()).collect();
        for job in jobs {
            let warning = Warning::VeeamDuringCopy { job };
            self.tell_seldom(Level::Warn, &warning);
            if self.run.as_ref().is_some_and(|run| run.intrusions < MOST_INTRUSIONS) {
                self.warn_run(warning);
            }
        }
    }

    /// A warning of the run that is on which the run itself can't know.
    pub(super) fn warn_run(&mut self, warning: Warning) {
        if let Some(run) = &mut self.run {
            run.warnings.push(RunWarning::Copy(warning));
            run.intrusions += 1;
        }
    }

    /// True: the job holds its lock; false: it waits for the copy.
    pub(super) async fn lock_for_veeam(&mut self, job: String, caller: Caller) -> Result<bool, Fault> {
        if !is_job_name(&job) {
            return Err(Fault::InvalidJob { job });
        }
        self.warn_about_similar_name(&job);
        if self.is_copying() || self.veeam_queue.orphans {
            let waits = self.wait_for_copy(job.clone(), caller);
            return waits.inspect_err(|fault| self.tell_no_lock(job, fault)).map(|()| false);
        }
        self.acquire_lock(job, caller.uid).await?;
        Ok(true)
    }

    /// Of locks that are held, or of scripts that wait, there are `count` so far.
    pub(super) fn has_room_for_one_more(&self, count: usize) -> Result<(), Fault> {
        if count < MOST_LOCKS {
            return Ok(());
        }
        let directories = self.config.veeam_directories.iter().map(|directory| directory.display().to_string());
        Err(Fault::TooManyLocks { most: MOST_LOCKS as u64, path: directories.collect::<Vec<_>>().join(", ") })
    }

    /// Such a job may write all the same, or not run at all; people should know of either.
    fn tell_no_lock(&self, job: String, fault: &Fault) {
        self.tell_seldom(Level::Error, fault);
        self.mail_about_lock(LockEvent::Failed { job, fault: fault.clone() });
    }

    pub(super) async fn acquire_lock(&mut self, job: String, uid: u32) -> Result<(), Fault> {
        let held = self.create_lock(&job, uid).await;
        match &held {
            Ok(()) => self.tell_seldom(Level::Info, &Notice::VeeamLocked { job }),
            Err(fault) => self.tell_no_lock(job, fault),
        }
        held
    }

    async fn create_lock(&mut self, job: &str, uid: u32) -> Result<(), Fault> {
        if !self.veeam_queue.held().iter().any(|lock| lock.job == job) {
            self.has_room_for_one_more(self.veeam_queue.held.count())?;
        }
        let Some(directory) = self.config.veeam_directories.first().cloned() else {
            return Err(Fault::Internal { cause: "no lock directory is configured".into() });
        };
        let path = directory.display().to_string();
        let (name, holder) = (job.to_owned(), LockOwner::now(job, uid));
        let created = blocking(PATIENCE, move || lock_file::create(&directory, &name, &holder).map_err(cause));
        let made = created.await.map_err(|error| {
            let failed = || Fault::VeeamLockFailed { job: job.to_owned(), path, cause: error.to_string() };
            Refused::fault(&error).unwrap_or_else(failed)
        })?;
        let unflushed = made.keep();
        // On a disk that is busy this takes seconds, and neither Veeam nor anybody else is to wait for it.
        spawn_blocking(move || unflushed.flush());
        self.rescan_locks().await;
        self.veeam_queue.count(job, 1);
        Ok(())
    }

    pub(super) async fn unlock_for_veeam(&mut self, job: String) -> Result<(), Fault> {
        if !is_job_name(&job) {
            return Err(Fault::InvalidJob { job });
        }
        let waiter = self.veeam_queue.take_waiter(&job);
        let (directories, name) = (self.config.veeam_directories.clone(), job.clone());
        let removed = blocking(PATIENCE, move || locks::remove(&directories, &name).map_err(cause)).await;
        let removed = removed.map_err(|error| {
            let failed = || Fault::VeeamUnlockFailed { job: job.clone(), cause: error.to_string() };
            Refused::fault(&error).unwrap_or_else(failed)
        })?;
        let times = self.veeam_queue.asked.remove(&job).unwrap_or(0);
        self.rescan_locks().await;
        if removed {
            self.tell_seldom(Level::Info, &Notice::VeeamUnlocked { job: job.clone() });
            self.warn_about_shared_unlock(&job, times);
        }
        match waiter {
            Some(waiter) => self.report_gave_up(&waiter),
            None if !removed => return Err(self.not_locked(job)),
            None => {}
        }
        Ok(())
    }
}

pub(super) fn cause(error: LockDirError) -> std::io::Error {
    match Refused::within(&error.source) {
        Some(_) => error.source,
        None => std::io::Error::other(error),
    }
}
