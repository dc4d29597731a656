//! Finds a run's part of a log, even if the log was renamed, copied and truncated, or compressed during the run. The history records
//! where the log ended when the run began and when it ended. A rotated file is identified by its first bytes, which no rotation
//! changes.
//!
//! `files` is a log with its rotated files, `file` one of them, `excerpt` what lies between two marks.

mod excerpt;
mod file;
mod files;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::future::join_all;
use log::debug;

use asbackup_api::LogPart;
use asbackup_config::Config;
use asbackup_system::blocking::blocking;
pub(crate) use excerpt::Excerpt;
use files::LogFiles;

/// How long a run waits for a log on unresponsive storage.
const PATIENCE: Duration = Duration::from_secs(1);

/// Marks where both logs end when a run begins.
pub async fn begin(config: &Config) -> Vec<LogPart> {
    let logs = [(&config.log_file, false), (&config.rsync_log_file, true)];
    let parts = logs.map(|(path, kept_open)| async move {
        let begin = inspect(path, LogFiles::mark).await;
        LogPart { path: path.clone(), begin, end: None, kept_open, may_lack_end: false }
    });
    join_all(parts).await
}

/// Marks where the logs end when the run ends.
pub async fn end(parts: Vec<LogPart>, config: &Config) -> Vec<LogPart> {
    let ended = parts.into_iter().map(|part| async move {
        let begin = part.begin.clone();
        let found = inspect(&part.path, move |files| {
            let is_gone = begin.is_some_and(|begin| begin.inode != 0 && !files.has(&begin));
            Ok((files.mark()?, is_gone))
        });
        let (end, is_gone) = found.await.map_or((None, false), |(end, is_gone)| (Some(end), is_gone));
        let is_elsewhere = !part.kept_open && part.path != config.log_file;
        LogPart { end, may_lack_end: part.kept_open && is_gone || is_elsewhere, ..part }
    });
    join_all(ended).await
}

/// Inspects the log as it is now; `None` if that fails, and the mail is sent without it.
async fn inspect<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce(&LogFiles) -> io::Result<T> + Send + 'static,
) -> Option<T> {
    let log = PathBuf::from(path);
    let found = blocking(PATIENCE, move || work(&LogFiles::of(&log)?)).await;
    found.inspect_err(|error| debug!("{}: {error}", path.display())).ok()
}

#[cfg(test)]
mod tests;
