//! Reports lock files that appear or disappear, through inotify. A missing directory is created, so that there is
//! something to watch.

use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use inotify::{Inotify, WatchMask};
use log::debug;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::sleep;

use super::lock_directory::LockDirError;
use asbackup_system::paths;

/// Files may come by the thousand: the first is reported at once, the others together.
const GATHER: Duration = Duration::from_millis(50);

/// Reports that something changed in one of the directories; `lock_directory::scan` says what. Ends when the receiver
/// is gone.
///
/// # Errors
/// A directory can't be created or watched.
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
