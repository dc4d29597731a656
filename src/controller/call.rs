//! What callers on the bus may ask of the controller. Each call carries the channel for its answer, so only the
//! controller holds state. Plain types; `bus` decides who may call.

use tokio::sync::oneshot;

use asbackup_api::Fault;

/// Where the answer goes. A caller who has left is no error.
pub type Reply<T> = oneshot::Sender<Result<T, Fault>>;

/// The answer to `Start`.
#[derive(Debug)]
pub struct Started {
    pub run: u64,
    /// Used or dropped once the reply is sent: no signal of the run may overtake it.
    pub replied: oneshot::Sender<()>,
}

/// Who called, as the bus knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The unique name of the connection; the bus gives each name once.
    pub name: String,
    pub uid: u32,
}

#[derive(Debug)]
pub enum Call {
    /// An empty `disk` means the first known disk present, in config order.
    Start {
        disk: String,
        /// This run may delete more than the budget.
        allowed: bool,
        reply: Reply<Started>,
    },
    /// An empty `disk` means the same as in `Start`.
    TrustDisk {
        disk: String,
        reply: Reply<()>,
    },
    Cancel {
        reply: Reply<()>,
    },
    /// Answers true if the job holds its lock, false if it waits for the copy. Waiting ends with the caller's
    /// connection.
    VeeamLock {
        job: String,
        caller: Caller,
        reply: Reply<bool>,
    },
    VeeamUnlock {
        job: String,
        reply: Reply<()>,
    },
    Reload {
        reply: Reply<()>,
    },
}

/// What is sent on the bus besides property changes.
#[derive(Debug)]
pub enum Signal {
    RunStarted {
        run: u64,
        disk: String,
        trigger: &'static str,
        /// Resolves once the reply to `Start` is sent; none if nobody called for the run.
        after: Option<oneshot::Receiver<()>>,
    },
    RunFinished {
        run: u64,
        disk: String,
        result: &'static str,
        /// Name and message of the fault; both empty on success.
        error: (String, String),
    },
}
