//! `/run/asbackup/status.txt`: how things stand, for those who look with `cat` or have it shown on a screen.
//! The sentence first, then a few aligned lines. Replaced in one go, so that no reader ever sees half of it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use log::debug;
use tokio::sync::watch;

use crate::model::{State, Status};
use crate::texts::clock::Clock;
use crate::texts::sentence::{label_of, named, percent, sentence_at};
use crate::texts::{Arg, Texts};

const MODE: u32 = 0o644;

/// Writes `status` to `path` in the language of `texts`, readable by everyone. The directory must be there.
pub fn write(path: &Path, status: &Status, texts: &Texts) -> io::Result<()> {
    replace(path, &page(status, texts, &Clock::system()))
}

fn replace(path: &Path, page: &str) -> io::Result<()> {
    let fresh = path.with_extension("new");
    let written = fill(&fresh, page).and_then(|()| fs::rename(&fresh, path));
    if written.is_err() {
        // What is left of it is of no use; that it can't be removed either says nothing new.
        let _ = fs::remove_file(&fresh);
    }
    written
}

/// Keeps the file up to date until the status has no source any more. A copy's mere progress is written as often as the config
/// says; everything else at once.
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
    // Whoever reads it later would take the last words for those of a service that lives.
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
    // The mode above is narrowed by the umask.
    file.set_permissions(fs::Permissions::from_mode(MODE))?;
    file.write_all(page.as_bytes())
}

fn page(status: &Status, texts: &Texts, clock: &Clock) -> String {
    let mut rows = rows(status, texts, clock);
    let now = clock.now.as_microsecond().unsigned_abs();
    rows.add("written", &[("when", clock.moment(now, texts).into())]);
    format!("{}\n\n{}", sentence_at(status, texts, clock), rows.aligned())
}

/// What there is to say besides the sentence: what each line is about, and what it says.
pub fn lines(status: &Status, texts: &Texts, clock: &Clock) -> Vec<(String, String)> {
    rows(status, texts, clock).rows
}

fn rows<'a>(status: &Status, texts: &'a Texts, clock: &Clock) -> Rows<'a> {
    let mut rows = Rows { texts, rows: Vec::new() };
    if status.run != 0 {
        run_rows(&mut rows, status, clock);
    }
    if status.state == State::Copying {
        copy_rows(&mut rows, status, clock);
    }
    waiting_rows(&mut rows, status);
    if status.run == 0 {
        last_rows(&mut rows, status, clock);
    }
    rows
}

fn run_rows(rows: &mut Rows, status: &Status, clock: &Clock) {
    let label = Arg::from(status.label.as_str());
    rows.add("disk", &[("label", label), ("disk", status.disk.as_str().into())]);
    let when = clock.moment(status.started_at, rows.texts);
    rows.add("run", &[("run", status.run.into()), ("when", when.into())]);
    rows.add("state", &[("state", status.state.name().into())]);
}

fn copy_rows(rows: &mut Rows, status: &Status, clock: &Clock) {
    let progress = &status.progress;
    let how_far = [
        ("percent", percent(status.ratio).into()),
        ("done", progress.bytes_done.into()),
        ("total", progress.bytes_total.into()),
    ];
    rows.add("progress", &how_far);
    if progress.rate > 0 {
        rows.add("rate", &[("rate", progress.rate.into())]);
    }
    if progress.seconds_left > 0 {
        let when = clock.in_seconds(progress.seconds_left, rows.texts);
        let left = progress.seconds_left.into();
        rows.add("ready-at", &[("when", when.into()), ("seconds-left", left)]);
    }
    if status.bytes_resumed > 0 {
        rows.add("sooner", &[("bytes", status.bytes_resumed.into())]);
    }
    if !progress.file.is_empty() {
        rows.add("file", &[("file", progress.file.as_str().into())]);
    }
}

fn waiting_rows(rows: &mut Rows, status: &Status) {
    let shown = if status.run == 0 { &status.last_warnings } else { &status.warnings };
    for warning in shown {
        rows.add("warning", &[("message", warning.text.as_str().into())]);
    }
    for disk in &status.queue {
        rows.add("queue", &[("label", label_of(status, disk).into())]);
    }
    for disk in &status.safe_to_remove {
        rows.add("safe", &[("label", label_of(status, disk).into())]);
    }
}

fn last_rows(rows: &mut Rows, status: &Status, clock: &Clock) {
    let Some(last) = &status.last else {
        return;
    };
    let told = [
        ("result", last.outcome.name().into()),
        ("when", clock.moment(last.finished_at, rows.texts).into()),
        ("label", named(&last.label, last.disk.as_str()).into()),
    ];
    rows.add("last", &told);
}

struct Rows<'a> {
    texts: &'a Texts,
    rows: Vec<(String, String)>,
}

impl Rows<'_> {
    fn add(&mut self, name: &str, args: &[(&str, Arg)]) {
        let id = format!("status-line-{name}");
        let value = self.texts.text(&format!("{id}.value"), args);
        self.rows.push((self.texts.text(&id, &[]), value));
    }

    fn aligned(&self) -> String {
        let width = |label: &str| label.chars().count();
        let widest = self.rows.iter().map(|(label, _)| width(label)).max();
        let column = widest.unwrap_or_default() + 2;
        let line = |(label, value): &(String, String)| {
            let blanks = column - width(label);
            format!("{label}:{:blanks$}{value}\n", "")
        };
        self.rows.iter().map(line).collect()
    }
}

#[cfg(test)]
#[path = "status_file_tests.rs"]
mod tests;
