//! Ends a run whose snapshot keeps so much room occupied that Veeam could run out of it. Whatever Veeam deletes or overwrites
//! meanwhile stays in the snapshot.

use std::time::Duration;

use log::debug;
use tokio::task::AbortHandle;
use tokio::time::sleep;

use crate::copy::cancel::{CancelHandle, StopReason};
use crate::copy::trees::frozen::Frozen;
use asbackup_system::blocking::{GLANCE, blocking};

/// How often the room is looked at.
const INTERVAL: Duration = Duration::from_secs(2);

/// Cancels the run when too little room is left, until this is dropped.
#[derive(Debug)]
pub struct RoomWatch(AbortHandle);

impl Drop for RoomWatch {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl RoomWatch {
    /// `least`: what has to stay free, in percent.
    pub fn start(frozen: Frozen, least: u8, handle: CancelHandle) -> Self {
        let watching = tokio::spawn(async move {
            while has_room(&frozen, least).await {
                sleep(INTERVAL).await;
            }
            handle.cancel(StopReason::RepositoryFull);
        });
        Self(watching.abort_handle())
    }
}

/// A file system that does not say has room: the copy itself will meet what is wrong with it.
async fn has_room(frozen: &Frozen, least: u8) -> bool {
    let frozen = frozen.clone();
    match blocking(GLANCE, move || frozen.room()).await {
        Ok(room) => room.free_percent() >= f64::from(least),
        Err(error) => {
            debug!("the room in the repository: {error}");
            true
        }
    }
}
