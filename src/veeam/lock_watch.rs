//! Notices at once when a lock file comes or goes, by the kernel's file watching; nothing is polled.
//! A directory that does not exist yet is made, so that there is something to watch.

use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use inotify::{Inotify, WatchMask};
use log::debug;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::sleep;

use super::locks::LockDirError;
use crate::paths;

/// Files may come by the thousand; the first is told at once, the others together.
const GATHER: Duration = Duration::from_millis(50);

/// Sends an item whenever something changed in one of the directories; what, is for `locks::scan` to say.
/// Ends when the receiver is gone, so that a reload can start a new watch on other directories.
///
/// # Errors
/// A directory can neither be made nor watched.
pub async fn watch(directories: Vec<PathBuf>, changed: UnboundedSender<()>) -> Result<(), LockDirError> {
    let inotify = start(&directories)?;
    let failed = |source| LockDirError { path: directories.first().cloned().unwrap_or_default(), source };
    let mut events = inotify.into_event_stream([0; 4096]).map_err(failed)?;
    while let Some(event) = events.next().await {
        debug!("lock directory: {event:?}");
        if changed.send(()).is_err() {
            break;
        }
        sleep(GATHER).await;
        let mut more = false;
        while let Some(Some(_)) = events.next().now_or_never() {
            more = true;
        }
        if more && changed.send(()).is_err() {
            break;
        }
    }
    Ok(())
}

fn start(directories: &[PathBuf]) -> Result<Inotify, LockDirError> {
    let failed = |path: &Path, source| LockDirError { path: path.to_owned(), source };
    let first = directories.first().map(PathBuf::as_path).unwrap_or(Path::new("/"));
    let inotify = Inotify::init().map_err(|source| failed(first, source))?;
    for directory in directories {
        let opened = paths::make_directory(directory, 0o755).map_err(|source| failed(directory, source))?;
        let mask = WatchMask::CREATE
            | WatchMask::CLOSE_WRITE
            | WatchMask::DELETE
            | WatchMask::MOVE
            | WatchMask::DELETE_SELF
            | WatchMask::ONLYDIR;
        let own = format!("/proc/self/fd/{}", opened.as_raw_fd());
        inotify.watches().add(own, mask).map_err(|source| failed(directory, source))?;
    }
    Ok(inotify)
}
