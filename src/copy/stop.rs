//! How a run is told to end early, and how that travels up through its steps.

use tokio::sync::watch;

use crate::model::Fault;

/// Why a run is to end now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    Cancelled,
    ServiceStopped,
    DiskRemoved,
}

/// What ends the forward steps.
#[derive(Debug)]
pub enum Halt {
    Fault(Fault),
    Stopped(StopReason),
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// The run's end of the string that the controller pulls.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<Option<StopReason>>);

impl Stop {
    pub fn new() -> (watch::Sender<Option<StopReason>>, Self) {
        let (sender, receiver) = watch::channel(None);
        (sender, Self(receiver))
    }

    /// Resolves when the run is to end; never if nobody can ask for it any more.
    pub async fn requested(&mut self) -> StopReason {
        let reason = self.0.wait_for(Option::is_some).await.ok().and_then(|reason| *reason);
        match reason {
            Some(reason) => reason,
            None => std::future::pending().await,
        }
    }

    /// # Errors
    /// The run is to end.
    pub fn check(&self) -> Result<(), Halt> {
        match *self.0.borrow() {
            Some(reason) => Err(Halt::Stopped(reason)),
            None => Ok(()),
        }
    }
}
