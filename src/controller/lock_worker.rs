//! All work on lock files, done in order by one task, since a lock directory may lie on a slow disk or a share. Each
//! piece of work ends with a fresh scan of the directories; `lock_results` says what follows.

use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use log::debug;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::active_run::Admission;
use super::call::Reply;
use super::veeam_queue::WaitingJob;
use crate::veeam::new_lock::NewLock;
use crate::veeam::{HeldLocks, JobLock, lock_directory};
use asbackup_api::Notice;
use asbackup_system::blocking::blocking;

/// For one scan or change. A share that takes longer is a fault: callers are answered within two seconds.
const PATIENCE: Duration = Duration::from_millis(1500);

/// A change to the lock directories; may block.
pub type Work = Box<dyn FnOnce() -> io::Result<LockChange> + Send>;

/// What was changed in the lock directories.
#[derive(Debug)]
pub enum LockChange {
    Nothing,
    Created(NewLock),
    Removed,
}

/// A piece of work, and what follows.
pub struct LockRequest {
    /// None for a scan alone.
    pub work: Option<Work>,
    pub directories: Vec<PathBuf>,
    pub then: AfterLockWork,
}

/// Work that is done.
#[derive(Debug)]
pub struct LockWorkDone {
    pub result: LockResult,
    pub then: AfterLockWork,
}

/// The result of a piece of work.
#[derive(Debug)]
pub struct LockResult {
    pub change: io::Result<LockChange>,
    /// What the directories hold since then; none if they could not be read in time.
    pub held: Option<HeldLocks>,
}

/// What follows from the work.
#[derive(Debug)]
pub enum AfterLockWork {
    Rescanned,
    /// A run has scanned as well. Only a later scan counts, since a job may have got a lock meanwhile; if it fails, the
    /// run's own counts, unless it found none and one did.
    RunFound {
        run: u64,
        locks: HeldLocks,
        reported: Instant,
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

/// Who gets a new lock.
#[derive(Debug)]
pub enum LockGrant {
    /// The caller, who waits for the answer.
    Caller(Reply<bool>),
    /// A job that waited for the copy; its caller has been answered already.
    WaitingJob,
}

impl AfterLockWork {
    /// A lock whose caller has meanwhile got an error. On a share that hangs, such work would pile up.
    fn is_abandoned(&self) -> bool {
        matches!(self, Self::Created { grant: LockGrant::Caller(reply), .. } if reply.is_closed())
    }
}

/// Starts the task. Returns the controller's ends of its channels.
pub fn start() -> (UnboundedSender<LockRequest>, UnboundedReceiver<LockWorkDone>) {
    let (requests, queue) = unbounded_channel();
    let (done, done_out) = unbounded_channel();
    tokio::spawn(serve(queue, done));
    (requests, done_out)
}

async fn serve(mut queue: UnboundedReceiver<LockRequest>, done: UnboundedSender<LockWorkDone>) {
    while let Some(LockRequest { work, directories, then }) = queue.recv().await {
        let result = match then.is_abandoned() {
            true => LockResult { change: Ok(LockChange::Nothing), held: None },
            false => carry_out(work, directories).await,
        };
        // The receiver ends only with the daemon.
        let _ = done.send(LockWorkDone { result, then });
    }
}

async fn carry_out(work: Option<Work>, directories: Vec<PathBuf>) -> LockResult {
    let change = match work {
        Some(work) => blocking(PATIENCE, work).await,
        None => Ok(LockChange::Nothing),
    };
    LockResult { change, held: scan(directories).await }
}

/// All locks; none if the directories could not be read in time.
pub async fn scan(directories: Vec<PathBuf>) -> Option<HeldLocks> {
    let scanned = blocking(PATIENCE, move || lock_directory::scan(&directories).map_err(io::Error::other)).await;
    scanned.inspect_err(|error| debug!("lock directory: {error}")).ok()
}
