//! The mail about the end of a run. About a success it has at most 10 lines.

use super::content::{Content, Renderer};
use super::logs::{Gap, LogNote, LogState, Logs};
use asbackup_api::{Fault, Outcome, Presence, RunRecord, RunWarning, Step};
use asbackup_texts::sentence::named;
use asbackup_texts::{AfterRun, Arg};

/// Lines of every success: result, action, copied, times, free, logs, machine.
const FIXED_LINES: usize = 7;
const MOST_LINES: usize = 10;
/// Lines for warnings; the last one holds all that are left.
const WARNING_LINES: usize = MOST_LINES - FIXED_LINES;

impl Renderer<'_> {
    pub fn ended(&self, record: &RunRecord, logs: &Logs) -> Content {
        let result = match record.outcome {
            Outcome::Success if record.warnings.is_empty() => "success",
            Outcome::Success => "warnings",
            Outcome::Aborted => "aborted",
            Outcome::Cancelled => "cancelled",
        };
        let subject = self.subject(label(record), result, action(record));
        let lines = match record.outcome {
            Outcome::Success => self.success(record, logs),
            Outcome::Aborted | Outcome::Cancelled => self.failure(record, logs),
        };
        Content { subject, lines }
    }

    fn success(&self, record: &RunRecord, logs: &Logs) -> Vec<String> {
        let mut lines = vec![self.labelled("mail-success", record), self.may_unplug(record)];
        lines.extend(self.figures(record));
        lines.extend(self.warnings_in(record, WARNING_LINES));
        lines.extend([self.logs(logs), self.footer(record.run, record.disk.as_str())]);
        lines
    }

    fn failure(&self, record: &RunRecord, logs: &Logs) -> Vec<String> {
        let mut paragraphs = vec![vec![self.verdict(record), self.may_unplug(record)]];
        paragraphs.extend(record.fault.iter().map(|fault| self.explained(&after_run(record, fault))));
        let further = record.warnings.iter().filter(|warning| warning.release_fault().is_some());
        paragraphs
            .push(further.map(|fault| self.text_line("mail-further", &self.warning_text(record, fault))).collect());
        paragraphs.push(self.warnings_in(record, usize::MAX));
        let mut figures = self.figures(record);
        figures.extend([self.logs(logs), self.footer(record.run, record.disk.as_str())]);
        paragraphs.push(figures);
        paragraphs.retain(|lines| !lines.is_empty());
        paragraphs.join(&String::new())
    }

    fn verdict(&self, record: &RunRecord) -> String {
        if record.outcome == Outcome::Cancelled {
            return self.labelled("mail-cancelled", record);
        }
        if record.fault == Some(Fault::Interrupted) {
            // The step it had reached is unknown.
            return self.labelled("mail-interrupted", record);
        }
        let number = record.step.number();
        let id = if record.step == Step::Snapshot { "step-snapshot".to_owned() } else { format!("step-{number}") };
        let step = self.texts.text(&id, &[]);
        let number = u64::from(number);
        self.text("mail-aborted", &[("label", label(record).into()), ("number", number.into()), ("step", step.into())])
    }

    fn warnings_in(&self, record: &RunRecord, most: usize) -> Vec<String> {
        let warnings = record.warnings.iter().filter(|warning| warning.warning().is_some());
        let mut texts: Vec<String> = warnings.map(|warning| self.warning_text(record, warning)).collect();
        let rest = if texts.len() > most { texts.split_off(most - 1) } else { Vec::new() };
        let mut lines: Vec<String> = texts.iter().map(|text| self.text_line("mail-warning", text)).collect();
        if !rest.is_empty() {
            lines.push(self.text_line("mail-more-warnings", &rest.join(" · ")));
        }
        lines
    }

    fn warning_text(&self, record: &RunRecord, warning: &RunWarning) -> String {
        self.texts.message_after_run(warning, record.presence()).to_string()
    }

    fn may_unplug(&self, record: &RunRecord) -> String {
        self.text(&format!("mail-{}", action(record)), &[])
    }

    fn figures(&self, record: &RunRecord) -> Vec<String> {
        let begin = self.clock.moment(record.started_at, self.texts);
        let end = self.clock.moment(record.finished_at, self.texts);
        let seconds = record.finished_at.saturating_sub(record.started_at) / 1_000_000;
        let times = [("begin", begin.into()), ("end", end.into()), ("seconds", seconds.into())];
        let times = [self.text("mail-times", &times), self.as_of(record)];
        vec![self.copied(record), times.join(" ").trim_end().to_owned(), self.free(record)]
    }

    fn copied(&self, record: &RunRecord) -> String {
        let totals = &record.totals;
        if record.outcome != Outcome::Success && totals.bytes_total == 0 {
            return self.text("mail-not-copied", &[]);
        }
        if record.outcome != Outcome::Success {
            let sizes = [("bytes", totals.bytes_done.into()), ("total", totals.bytes_total.into())];
            return self.text("mail-partly-copied", &sizes);
        }
        if totals.files == 0 && totals.bytes_done == 0 {
            return self.text("mail-nothing-to-copy", &[]);
        }
        let seconds = totals.copy_seconds.max(1);
        let counts = [("files", totals.files.into()), ("bytes", totals.bytes_done.into())];
        let speed = [("seconds", seconds.into()), ("rate", (totals.bytes_done / seconds).into())];
        let args: Vec<(&str, Arg)> = counts.into_iter().chain(speed).collect();
        self.text("mail-copied", &args)
    }

    /// Only of a copy that is whole it can be said that it is of one moment.
    fn as_of(&self, record: &RunRecord) -> String {
        if record.totals.source_as_of == 0 || record.outcome != Outcome::Success {
            return String::new();
        }
        self.text("mail-as-of", &[("when", self.clock.moment(record.totals.source_as_of, self.texts).into())])
    }

    fn free(&self, record: &RunRecord) -> String {
        let totals = &record.totals;
        if totals.size_bytes == 0 {
            return self.text("mail-free-unknown", &[]);
        }
        self.text("mail-free", &[("free", totals.free_bytes.into()), ("size", totals.size_bytes.into())])
    }

    /// What is attached, and why the rest is not.
    fn logs(&self, logs: &Logs) -> String {
        let notes: Vec<String> =
            logs.notes().flat_map(|note| [self.log(note)].into_iter().chain(self.gaps(note))).collect();
        let id = if logs.are_attached() { "mail-logs" } else { "mail-logs-none" };
        self.text(id, &[("logs", notes.join("; ").into())])
    }

    fn log(&self, note: &LogNote) -> String {
        let path = || ("path", Arg::from(note.path.as_str()));
        match &note.state {
            LogState::Whole(name) => self.text("mail-log-whole", &[("name", name.as_str().into())]),
            LogState::Cut(name) => self.text("mail-log-cut", &[("name", name.as_str().into()), path()]),
            LogState::Empty => self.text("mail-log-empty", &[path()]),
            LogState::Lost => self.text("mail-log-lost", &[path()]),
            LogState::Refused => self.text("mail-log-unwanted", &[path()]),
            LogState::LeftOut => self.text("mail-log-left-out", &[path()]),
            LogState::Unreadable(cause) => {
                self.text("mail-log-unreadable", &[path(), ("cause", cause.as_str().into())])
            }
        }
    }

    /// What the attached part lacks.
    fn gaps(&self, note: &LogNote) -> Vec<String> {
        let id = |gap: &Gap| match gap {
            Gap::Begin => "mail-log-lacks-begin",
            Gap::End => "mail-log-lacks-end",
        };
        note.gaps.iter().map(|gap| self.text(id(gap), &[("path", note.path.as_str().into())])).collect()
    }

    fn labelled(&self, id: &str, record: &RunRecord) -> String {
        self.text(id, &[("label", label(record).into())])
    }
}

fn label(record: &RunRecord) -> &str {
    named(&record.label, record.disk.as_str())
}

/// What the mail says about the disk: that it is safe to remove only if that is proven.
fn action(record: &RunRecord) -> &'static str {
    match record.presence() {
        Presence::Safe => "safe",
        Presence::Gone => "gone",
        Presence::Attached => "stay",
    }
}

pub(super) fn after_run<'a, T>(record: &RunRecord, value: &'a T) -> AfterRun<'a, T> {
    AfterRun { value, presence: record.presence() }
}
