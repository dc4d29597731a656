//! All work on lock files, done by one task in the order in which it was asked for: a lock directory may lie on a slow disk or a
//! share. Each piece of work ends with a fresh scan of the directories; `lock_results` says what follows.

use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use log::debug;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::Controller;
use super::active_run::Admission;
use super::call::{LockGrant, Reply};
use super::veeam_queue::Rescan;
use super::waiting_jobs::WaitingJob;
use crate::veeam::lock_file::{self, NewLock};
use crate::veeam::{HeldLocks, JobLock, LockDirError, LockOwner, locks};
use asbackup_api::{Fault, Notice};
use asbackup_system::blocking::blocking;
use asbackup_system::paths::Refused;

/// For one scan or change. A share that takes longer is a fault: callers are answered within two seconds.
const PATIENCE: Duration = Duration::from_millis(1500);

type Work = Box<dyn FnOnce() -> io::Result<Change> + Send>;

/// What was changed in the lock directories.
#[derive(Debug)]
pub enum Change {
    Nothing,
    Created(NewLock),
    Removed,
}

/// A piece of work, and what follows.
pub struct LockRequest {
    /// None for a scan alone.
    work: Option<Work>,
    directories: Vec<PathBuf>,
    then: AfterLockWork,
}

/// Work that is done.
#[derive(Debug)]
pub struct LockWorkDone {
    pub result: LockResult,
    pub then: AfterLockWork,
}

/// What a piece of work came to.
#[derive(Debug)]
pub struct LockResult {
    pub change: io::Result<Change>,
    /// What the directories hold since; none if they could not be read in time.
    pub held: Option<HeldLocks>,
}

/// What follows from the work.
#[derive(Debug)]
pub enum AfterLockWork {
    Rescanned,
    /// A run has scanned as well. Only a later scan counts, since a job may have got a lock meanwhile; if it fails, the run's
    /// own counts, unless it found none and one did.
    RunFound {
        run: u64,
        locks: HeldLocks,
        told: Instant,
        admission: Option<Admission>,
    },
    Created {
        job: String,
        grant: LockGrant,
    },
    Removed {
        job: String,
        waiter: Option<WaitingJob>,
        reply: Option<Reply<()>>,
    },
    StaleRemoved {
        lock: JobLock,
        notice: Notice,
    },
}

impl AfterLockWork {
    /// A lock whose caller has been told meanwhile that it failed: on a share that hangs, only such work would pile up.
    fn is_abandoned(&self) -> bool {
        matches!(self, Self::Created { grant: LockGrant::Caller(reply), .. } if reply.is_closed())
    }
}

/// The task's ends for the controller.
pub fn start() -> (UnboundedSender<LockRequest>, UnboundedReceiver<LockWorkDone>) {
    let (requests, queue) = unbounded_channel();
    let (done, done_out) = unbounded_channel();
    tokio::spawn(serve(queue, done));
    (requests, done_out)
}

async fn serve(mut queue: UnboundedReceiver<LockRequest>, done: UnboundedSender<LockWorkDone>) {
    while let Some(LockRequest { work, directories, then }) = queue.recv().await {
        let result = match then.is_abandoned() {
            true => LockResult { change: Ok(Change::Nothing), held: None },
            false => carry_out(work, directories).await,
        };
        // The receiver ends only with the daemon.
        let _ = done.send(LockWorkDone { result, then });
    }
}

async fn carry_out(work: Option<Work>, directories: Vec<PathBuf>) -> LockResult {
    let change = match work {
        Some(work) => blocking(PATIENCE, work).await,
        None => Ok(Change::Nothing),
    };
    LockResult { change, held: scan(directories).await }
}

async fn scan(directories: Vec<PathBuf>) -> Option<HeldLocks> {
    let scanned = blocking(PATIENCE, move || locks::scan(&directories).map_err(io::Error::other)).await;
    scanned.inspect_err(|error| debug!("lock directory: {error}")).ok()
}

impl Controller {
    /// At start, before anything is served: what earlier daemons granted is still held.
    pub(super) async fn find_held_locks(&mut self) {
        if let Some(held) = scan(self.config.veeam_directories.clone()).await {
            self.apply_locks(held);
        }
    }

    pub(super) fn rescan_locks(&mut self) {
        let rescan = &mut self.veeam_queue.rescan;
        if *rescan != Rescan::None {
            *rescan = Rescan::Repeat;
            return;
        }
        *rescan = Rescan::Queued;
        self.request_lock_work(None, AfterLockWork::Rescanned);
    }

    /// The active run has scanned the lock directories, and may ask to be admitted.
    pub(super) fn apply_found_locks(&mut self, run: u64, locks: HeldLocks, admission: Option<Admission>) {
        self.request_lock_work(None, AfterLockWork::RunFound { run, locks, told: Instant::now(), admission });
    }

    pub(super) fn create_lock(&mut self, job: String, uid: u32, grant: LockGrant) {
        // Waiting jobs asked first, so their locks are set aside.
        let set_aside = match grant {
            LockGrant::Caller(_) => self.veeam_queue.waiting.len(),
            LockGrant::WaitingJob => 0,
        };
        let room = match self.veeam_queue.is_held(&job) {
            true => Ok(()),
            false => self.has_room_for_one_more(self.veeam_queue.lock_count() + set_aside),
        };
        let no_directory = || Fault::Internal { cause: "no lock directory is configured".into() };
        let directory = room.and_then(|()| self.config.veeam_directories.first().cloned().ok_or_else(no_directory));
        let directory = match directory {
            Ok(directory) => directory,
            Err(fault) => return self.refuse_lock(job, grant, fault),
        };
        self.veeam_queue.begin_creation(&job);
        let (name, owner) = (job.clone(), LockOwner::now(&job, uid));
        let work = move || Ok(Change::Created(lock_file::create(&directory, &name, &owner).map_err(cause)?));
        self.request_lock_work(Some(Box::new(work)), AfterLockWork::Created { job, grant });
    }

    /// Removes the locks that `job` means.
    pub(super) fn remove_lock(&mut self, job: String, waiter: Option<WaitingJob>, reply: Option<Reply<()>>) {
        let (directories, name) = (self.config.veeam_directories.clone(), job.clone());
        let work = move || Ok(removed(locks::remove(&directories, &name).map_err(cause)?));
        self.request_lock_work(Some(Box::new(work)), AfterLockWork::Removed { job, waiter, reply });
    }

    /// Removes this very lock, unless it has been renewed.
    pub(super) fn remove_stale(&mut self, lock: JobLock, notice: Notice) {
        if !self.stale_locks.begin_removal(&lock) {
            return;
        }
        let checked = lock.clone();
        let work = move || Ok(removed(locks::remove_unchanged(&checked).map_err(cause)?));
        self.request_lock_work(Some(Box::new(work)), AfterLockWork::StaleRemoved { lock, notice });
    }

    fn request_lock_work(&mut self, work: Option<Work>, then: AfterLockWork) {
        let request = LockRequest { work, directories: self.config.veeam_directories.clone(), then };
        self.veeam_queue.pending_work += 1;
        // The task ends only with the daemon.
        let _ = self.internal.lock_requests.send(request);
    }
}

fn removed(was_there: bool) -> Change {
    if was_there { Change::Removed } else { Change::Nothing }
}

fn cause(error: LockDirError) -> io::Error {
    match Refused::within(&error.source) {
        Some(_) => error.source,
        None => io::Error::other(error),
    }
}
