//! How a run is told to end early, and how that travels up through its steps.

use tokio::sync::watch;

use crate::model::Fault;

/// Why a run is to end now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    Cancelled,
    ServiceStopped,
    DiskRemoved,
    /// Nothing that is asked of the disk comes to an end.
    DiskSilent,
    /// Its file system notes down errors or takes no writes, and who was writing may wait for ever.
    DiskFailing,
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

/// The controller's end of the string.
#[derive(Debug, Clone)]
pub struct Puller(watch::Sender<Option<StopReason>>);

impl Puller {
    /// The first reason counts.
    pub fn pull(&self, reason: StopReason) {
        self.0.send_if_modified(|stop| {
            let first = stop.is_none();
            stop.get_or_insert(reason);
            first
        });
    }
}

/// The run's end of the string that the controller pulls, and that the run itself pulls when its disk does not answer.
#[derive(Debug, Clone)]
pub struct Stop {
    asked: watch::Receiver<Option<StopReason>>,
    puller: Puller,
}

impl Stop {
    pub fn new() -> (Puller, Self) {
        let (sender, asked) = watch::channel(None);
        let puller = Puller(sender);
        (puller.clone(), Self { asked, puller })
    }

    pub fn puller(&self) -> Puller {
        self.puller.clone()
    }

    /// Resolves when the run is to end.
    pub async fn requested(&mut self) -> StopReason {
        let reason = self.asked.wait_for(Option::is_some).await.ok().and_then(|reason| *reason);
        match reason {
            Some(reason) => reason,
            // Not before the sender has gone, which is held here.
            None => std::future::pending().await,
        }
    }

    /// # Errors
    /// The run is to end.
    pub fn check(&self) -> Result<(), Halt> {
        match *self.asked.borrow() {
            Some(reason) => Err(Halt::Stopped(reason)),
            None => Ok(()),
        }
    }
}
