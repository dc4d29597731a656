//! The details of the status below its one sentence: lines of a label and a value.

use asbackup_api::{State, Status};

use crate::clock::Clock;
use crate::sentence::{label_of, named, percent};
use crate::{Arg, Texts};

/// The lines for `status`: label and value of each.
pub fn status_lines(status: &Status, texts: &Texts, clock: &Clock) -> Vec<(String, String)> {
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
    rows.rows
}

/// When the status was written: the last line of a file, which may be old.
pub fn written_line(texts: &Texts, clock: &Clock) -> (String, String) {
    let mut rows = Rows { texts, rows: Vec::new() };
    let now = clock.now.as_microsecond().unsigned_abs();
    rows.add("written", &[("when", clock.moment(now, texts).into())]);
    rows.rows.remove(0)
}

fn run_rows(rows: &mut Rows, status: &Status, clock: &Clock) {
    let label = Arg::from(status.label.as_str());
    rows.add("disk", &[("label", label), ("disk", status.disk.as_str().into())]);
    let when = clock.moment(status.started_at, rows.texts);
    rows.add("run", &[("run", status.run.into()), ("when", when.into())]);
    rows.add("state", &[("state", status.state.name().into())]);
    if status.source_as_of > 0 {
        rows.add("as-of", &[("when", clock.moment(status.source_as_of, rows.texts).into())]);
    }
}

fn copy_rows(rows: &mut Rows, status: &Status, clock: &Clock) {
    let progress = [
        ("percent", percent(status.progress).into()),
        ("done", status.bytes_done.into()),
        ("total", status.bytes_total.into()),
    ];
    rows.add("progress", &progress);
    if status.bytes_per_second > 0 {
        rows.add("rate", &[("rate", status.bytes_per_second.into())]);
    }
    if status.seconds_left > 0 {
        let when = clock.in_seconds(status.seconds_left, rows.texts);
        let left = status.seconds_left.into();
        rows.add("ready-at", &[("when", when.into()), ("seconds-left", left)]);
    }
    if status.bytes_resumed > 0 {
        rows.add("sooner", &[("bytes", status.bytes_resumed.into())]);
    }
    if !status.current_file.is_empty() {
        rows.add("file", &[("file", status.current_file.as_str().into())]);
    }
}

fn waiting_rows(rows: &mut Rows, status: &Status) {
    let shown = if status.run == 0 { &status.last_warnings } else { &status.warnings };
    for warning in shown {
        rows.add("warning", &[("message", warning.as_str().into())]);
    }
    if !status.snapshot_error.is_empty() {
        rows.add("snapshot", &[("message", status.snapshot_error.as_str().into())]);
    }
    for disk in &status.queue {
        rows.add("queue", &[("label", label_of(status, disk).into())]);
    }
    for disk in &status.safe_to_remove {
        rows.add("safe", &[("label", label_of(status, disk).into())]);
    }
}

fn last_rows(rows: &mut Rows, status: &Status, clock: &Clock) {
    let Some(result) = status.last_result else {
        return;
    };
    let result = [
        ("result", result.name().into()),
        ("when", clock.moment(status.last_finished_at, rows.texts).into()),
        ("label", named(&status.last_label, &status.last_disk).into()),
    ];
    rows.add("last", &result);
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
}
