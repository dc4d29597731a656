//! How a run is cancelled, and how that travels up through its steps.

use tokio::sync::watch;

use asbackup_api::Fault;

/// Why a run is to end now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// A person cancelled the run.
    Cancelled,
    /// The service is stopped.
    ServiceStopped,
    /// The disk was removed.
    DiskRemoved,
    /// No request to the disk ever completes.
    DiskHung,
    /// The repository's file system has too little room left for a snapshot beside Veeam.
    RepositoryFull,
    /// The file system records errors or takes no writes, and a writer may wait for ever.
    DiskFailing,
}

/// Why the walk forward ended early.
#[derive(Debug)]
pub enum RunError {
    /// Something went wrong.
    Fault(Fault),
    /// The run is to end.
    Stopped(StopReason),
}

impl From<Fault> for RunError {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Cancels a run: the controller holds one, and so does the run's own watch over its disk.
#[derive(Debug, Clone)]
pub struct CancelHandle(watch::Sender<Option<StopReason>>);

impl CancelHandle {
    /// The first reason counts.
    pub fn cancel(&self, reason: StopReason) {
        self.0.send_if_modified(|stop| {
            let first = stop.is_none();
            stop.get_or_insert(reason);
            first
        });
    }
}

/// The run's side: says whether the run is to end.
#[derive(Debug, Clone)]
pub struct CancelToken {
    requested: watch::Receiver<Option<StopReason>>,
    handle: CancelHandle,
}

impl CancelToken {
    /// Both sides of a new run.
    pub fn new() -> (CancelHandle, Self) {
        let (sender, requested) = watch::channel(None);
        let handle = CancelHandle(sender);
        (handle.clone(), Self { requested, handle })
    }

    /// Cancels the same run.
    pub fn handle(&self) -> CancelHandle {
        self.handle.clone()
    }

    /// Resolves when the run is to end.
    pub async fn requested(&mut self) -> StopReason {
        let reason = self.requested.wait_for(Option::is_some).await.ok().and_then(|reason| *reason);
        match reason {
            Some(reason) => reason,
            // Never happens: it takes all senders to be gone, and this token holds one.
            None => std::future::pending().await,
        }
    }

    /// # Errors
    /// The run is to end.
    pub fn check(&self) -> Result<(), RunError> {
        match *self.requested.borrow() {
            Some(reason) => Err(RunError::Stopped(reason)),
            None => Ok(()),
        }
    }

    /// Waits for `work`, at most until the run is to end. Work on a thread is left behind, and calls `check` itself.
    ///
    /// # Errors
    /// The run is to end.
    pub async fn or_stopped<T>(&mut self, work: impl Future<Output = T>) -> Result<T, RunError> {
        tokio::select! {
            biased;
            reason = self.requested() => Err(RunError::Stopped(reason)),
            done = work => Ok(done),
        }
    }
}
