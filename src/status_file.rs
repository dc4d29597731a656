//! `/run/asbackup/status.txt`: the current status, for `cat` and status screens. One sentence, then a few aligned
//! lines. Replaced atomically, so that no reader sees half a file.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use log::debug;
use tokio::sync::watch;

use asbackup_api::{State, Status};
use asbackup_texts::Texts;
use asbackup_texts::clock::Clock;
use asbackup_texts::sentence::sentence_at;
use asbackup_texts::status_lines::{status_lines, written_line};

const MODE: u32 = 0o644;

/// Writes `status` to `path` in the language of `texts`, readable by everyone. The directory must exist.
///
/// # Errors
/// If the file can't be replaced.
pub fn write(path: &Path, status: &Status, texts: &Texts) -> io::Result<()> {
    replace(path, &page(status, texts, &Clock::system()))
}

fn replace(path: &Path, page: &str) -> io::Result<()> {
    let fresh = path.with_extension("new");
    let written = fill(&fresh, page).and_then(|()| fs::rename(&fresh, path));
    if written.is_err() {
        // The leftover is useless. If it can't be removed either, the same error is to blame.
        let _ = fs::remove_file(&fresh);
    }
    written
}

/// Keeps the file up to date until the status's sender is dropped. The progress of a copy is written at the configured
/// interval, everything else at once.
pub async fn follow(path: PathBuf, mut status: watch::Receiver<Status>, texts: watch::Receiver<Arc<Texts>>) {
    let mut written: Option<(Status, Instant)> = None;
    while status.changed().await.is_ok() {
        let now = status.borrow_and_update().clone();
        if !is_due(&now, written.as_ref()) {
            continue;
        }
        let texts = texts.borrow().clone();
        if let Err(error) = write(&path, &now, &texts) {
            debug!("{}: {error}", path.display());
        }
        written = Some((now, Instant::now()));
    }
    // Otherwise readers would take the last status for that of a running service.
    let ended = format!("{}\n", texts.borrow().text("status-stopped", &[]));
    if let Err(error) = replace(&path, &ended) {
        debug!("{}: {error}", path.display());
    }
}

fn is_due(now: &Status, written: Option<&(Status, Instant)>) -> bool {
    let Some((before, at)) = written else { return true };
    let was = (before.run, before.state, &before.warnings, &before.queue, &before.safe_to_remove);
    (now.run, now.state, &now.warnings, &now.queue, &now.safe_to_remove) != was
        || now.state != State::Copying
        || at.elapsed() >= now.sample_every
}

fn fill(path: &Path, page: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(MODE).open(path)?;
    // The umask narrows the mode above.
    file.set_permissions(fs::Permissions::from_mode(MODE))?;
    file.write_all(page.as_bytes())
}

fn page(status: &Status, texts: &Texts, clock: &Clock) -> String {
    let mut lines = status_lines(status, texts, clock);
    lines.push(written_line(texts, clock));
    format!("{}\n\n{}", sentence_at(status, texts, clock), aligned(&lines))
}

fn aligned(lines: &[(String, String)]) -> String {
    let width = |label: &str| label.chars().count();
    let widest = lines.iter().map(|(label, _)| width(label)).max();
    let column = widest.unwrap_or_default() + 2;
    let line = |(label, value): &(String, String)| {
        let blanks = column - width(label);
        format!("{label}:{:blanks$}{value}\n", "")
    };
    lines.iter().map(line).collect()
}

#[cfg(test)]
#[path = "status_file_tests.rs"]
mod tests;
