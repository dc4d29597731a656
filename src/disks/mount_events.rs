//! Tells at once when something is mounted or unmounted, whoever does it and whether or not UDisks2 hears of it.
//! The kernel wakes whoever watches a mount table; it speaks of one mount namespace alone, the one that this process lives in.
//! What is to be read in the table is the reader's business.

use std::fs::File;
use std::io;

use log::debug;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::sync::mpsc::UnboundedSender;

use super::monitor::DiskEvent;
use super::mount_table::TABLE;

/// Runs until the receiver is gone. Without a table to watch, UDisks2's word is all that there is.
pub async fn tell(events: &UnboundedSender<DiskEvent>) {
    if let Err(error) = follow(events).await {
        debug!("{TABLE}: {error}");
        std::future::pending::<()>().await;
    }
}

#[expect(
    deprecated,
    reason = "its successor is unsafe code, for types that may change their descriptor; a File does not"
)]
async fn follow(events: &UnboundedSender<DiskEvent>) -> io::Result<()> {
    let table = AsyncFd::with_interest(File::open(TABLE)?, Interest::PRIORITY)?;
    loop {
        table.ready(Interest::PRIORITY).await?.clear_ready();
        if events.send(DiskEvent::MountsChanged).is_err() {
            return Ok(());
        }
    }
}
