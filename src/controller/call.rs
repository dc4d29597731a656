//! What callers on the bus can request of the controller. Each call carries the channel for its answer, so only the
//! controller holds state. Plain types; `bus` decides who may call.

use tokio::sync::oneshot;

use asbackup_api::Fault;

/// Where the answer goes. A caller that has left is no error.
pub type Reply<T> = oneshot::Sender<Result<T, Fault>>;

/// The answer to `Start`.
#[derive(Debug)]
pub struct Started {
    /// The number of the run.
    pub run: u64,
    /// Used or dropped once the reply is sent: no signal of the run may overtake it.
    pub replied: oneshot::Sender<()>,
}

/// Who called, as the bus knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The unique name of the connection; the bus gives each name once.
    pub name: String,
    /// The user id.
    pub uid: u32,
}

/// A call, with the channel for its answer.
#[derive(Debug)]
pub enum Call {
    /// An empty `disk` means the first known disk present, in config order.
    Start {
        /// The UUID.
        disk: String,
        /// This run may delete more than the budget.
        allowed: bool,
        /// Answered when the run is on record, or at once if it is refused.
        reply: Reply<Started>,
    },
    /// An empty `disk` means the same as in `Start`.
    TrustDisk {
        /// The UUID.
        disk: String,
        /// Answered when the disk is remembered.
        reply: Reply<()>,
    },
    /// Ends the active run cleanly.
    Cancel {
        /// Answered at once.
        reply: Reply<()>,
    },
    /// Answers true if the job holds its lock, false if it waits for the copy. Waiting ends with the caller's
    /// connection.
    VeeamLock {
        /// The job, or one of its sessions.
        job: String,
        /// Who waits.
        caller: Caller,
        /// Answered when the lock file is there, or at once if the job waits.
        reply: Reply<bool>,
    },
    /// Gives the lock back, or ends the waiting.
    VeeamUnlock {
        /// The job, or one of its sessions.
        job: String,
        /// Answered when the lock is removed.
        reply: Reply<()>,
    },
    /// Reads config.ini again.
    Reload {
        /// Answered when the config has been taken or refused.
        reply: Reply<()>,
    },
}

/// What is sent on the bus besides property changes.
#[derive(Debug)]
pub enum Signal {
    /// A run has begun.
    RunStarted {
        /// Its number.
        run: u64,
        /// The UUID.
        disk: String,
        /// Why it began, as the bus names it.
        trigger: &'static str,
        /// Resolves once the reply to `Start` is sent; none if nobody called for the run.
        after: Option<oneshot::Receiver<()>>,
    },
    /// A run has ended.
    RunFinished {
        /// Its number.
        run: u64,
        /// The UUID.
        disk: String,
        /// How it ended, as the bus names it.
        result: &'static str,
        /// Name and message of the fault; both empty on success.
        error: (String, String),
    },
}
