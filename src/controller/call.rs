//! What callers on the bus may ask of the controller. The answer travels back in the call's own channel, so that nobody
//! holds state but the controller. Plain types; who may call is decided in `bus`.

use tokio::sync::oneshot;

use crate::model::Fault;

/// Where the answer goes. A caller that has gone away is no error.
pub type Reply<T> = oneshot::Sender<Result<T, Fault>>;

/// The answer to `Start`.
#[derive(Debug)]
pub struct Started {
    pub run: u64,
    /// To be used (or dropped) when the reply has left, since no signal of the run may overtake it.
    pub replied: oneshot::Sender<()>,
}

/// Who called, as the bus knows him.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Of his connection; the bus gives each name once.
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
    /// Answers whether the lock is held (true) or waits for the copy (false); waiting ends with the caller's connection.
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

/// What is told on the bus besides the properties.
#[derive(Debug)]
pub enum Signal {
    RunStarted {
        run: u64,
        disk: String,
        trigger: &'static str,
        /// Resolves when the reply to `Start` has left; none for a run that nobody called for.
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
