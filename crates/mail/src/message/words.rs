//! Subject and lines of each mail, in plain words. A mail about a copy that succeeded has at most 10 lines.

use super::logs::{Gap, Logs, Told};
use crate::occasion::LockEvent;
use asbackup_api::{Fault, Micros, Outcome, Presence, RunBegun, RunRecord, RunWarning};
use asbackup_texts::clock::Clock;
use asbackup_texts::sentence::named;
use asbackup_texts::{AfterRun, Arg, HasText, Message, Texts};

/// Lines that every success has: result, action, copied, times, free, logs, machine.
const FIXED_LINES: usize = 7;
const MOST_LINES: usize = 10;
/// Lines for warnings; if there are more warnings, the last line holds the rest.
const WARNING_LINES: usize = MOST_LINES - FIXED_LINES;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    pub subject: String,
    pub lines: Vec<String>,
}

/// How many mails of one kind were held back and sent within an hour.
pub struct HeldBackCounts {
    pub count: u64,
    pub sent: u64,
    pub since: Micros,
}

pub struct Writer<'a> {
    pub texts: &'a Texts,
    pub clock: &'a Clock,
    pub host: &'a str,
}

impl Writer<'_> {
    pub fn begun(&self, begun: &RunBegun) -> Words {
        let label = named(&begun.label, begun.disk.as_str());
        let when = self.clock.moment(begun.started_at, self.texts);
        let lines = vec![
            self.say("mail-begun", &[("label", label.into()), ("when", when.into())]),
            self.say("mail-begun-stay", &[]),
            self.footer(begun.run, begun.disk.as_str()),
        ];
        Words { subject: self.subject(label, "begun", "stay"), lines }
    }

    pub fn ended(&self, record: &RunRecord, logs: &Logs) -> Words {
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
        Words { subject, lines }
    }

    pub fn config_refused(&self, problems: &[String]) -> Words {
        let host = || [("host", self.host.into())];
        let mut lines = vec![self.say("mail-refused", &host())];
        lines.extend(problems.iter().map(|problem| self.text_line("mail-refused-problem", problem)));
        lines.push(self.say("mail-refused-todo", &[]));
        Words { subject: self.say("mail-refused-subject", &host()), lines }
    }

    pub fn lock(&self, event: &LockEvent) -> Words {
        let (id, job, mut lines) = match event {
            LockEvent::Warned { job, warning } => ("mail-lock-warned", job, self.explained(warning)),
            LockEvent::Failed { job, fault } => ("mail-lock-failed", job, self.explained(fault)),
            LockEvent::Lifted { job, notice } => {
                let what = self.texts.message(notice).what;
                ("mail-lock-lifted", job, vec![what, self.say("mail-lock-todo", &[])])
            }
        };
        lines.push(self.say("mail-lock-host", &[("host", self.host.into())]));
        Words { subject: self.say(id, &[("job", job.as_str().into())]), lines }
    }

    /// `last_good` is 0 if there is no good copy yet.
    pub fn reminder(&self, days: u64, since: Micros, last_good: Micros) -> Words {
        let moment = |at: Micros| self.clock.moment(at, self.texts);
        let copied = match last_good {
            0 => self.say("mail-remind-never", &[]),
            at => self.say("mail-remind-copied", &[("when", moment(at).into())]),
        };
        let lines = vec![
            self.say("mail-remind", &[("host", self.host.into()), ("when", moment(since).into())]),
            copied,
            self.say("mail-remind-todo", &[]),
        ];
        Words { subject: self.say("mail-remind-subject", &[("days", days.into())]), lines }
    }

    /// `example` is the subject of the newest mail held back.
    pub fn held_back(&self, held_back: &HeldBackCounts, example: &str) -> Words {
        let when = self.clock.moment(held_back.since, self.texts);
        let counts = [("count", held_back.count.into()), ("sent", held_back.sent.into()), ("when", when.into())];
        let lines = vec![
            self.say("mail-held-back", &counts),
            self.say("mail-held-back-example", &[("subject", example.into())]),
            self.say("mail-held-back-todo", &[("host", self.host.into())]),
        ];
        let subject = [("count", held_back.count.into()), ("host", self.host.into())];
        Words { subject: self.say("mail-held-back-subject", &subject), lines }
    }

    pub fn test(&self, at: Micros) -> Words {
        let when = self.clock.moment(at, self.texts);
        let lines = vec![
            self.say("mail-test", &[("host", self.host.into()), ("when", when.into())]),
            self.say("mail-test-todo", &[]),
        ];
        Words { subject: self.say("mail-test-subject", &[("host", self.host.into())]), lines }
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
        paragraphs.extend(record.fault.iter().map(|fault| self.explained(&afterwards(record, fault))));
        let further = record.warnings.iter().filter(|warning| warning.release_fault().is_some());
        paragraphs.push(further.map(|fault| self.text_line("mail-further", &self.afterwards(record, fault))).collect());
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
            // Nobody knows which step it had reached.
            return self.labelled("mail-interrupted", record);
        }
        let number = record.step.number();
        let step = self.texts.text(&format!("step-{number}"), &[]);
        let number = u64::from(number);
        self.say("mail-aborted", &[("label", label(record).into()), ("number", number.into()), ("step", step.into())])
    }

    fn explained<T: HasText>(&self, value: &T) -> Vec<String> {
        let Message { what, meaning, action } = self.texts.message(value);
        let parts = [("mail-what", what), ("mail-meaning", meaning), ("mail-todo", action)];
        parts.iter().map(|(id, text)| self.text_line(id, text)).collect()
    }

    fn warnings_in(&self, record: &RunRecord, most: usize) -> Vec<String> {
        let warnings = record.warnings.iter().filter(|warning| warning.warning().is_some());
        let mut texts: Vec<String> = warnings.map(|warning| self.afterwards(record, warning)).collect();
        let rest = if texts.len() > most { texts.split_off(most - 1) } else { Vec::new() };
        let mut lines: Vec<String> = texts.iter().map(|text| self.text_line("mail-warning", text)).collect();
        if !rest.is_empty() {
            lines.push(self.text_line("mail-more-warnings", &rest.join(" · ")));
        }
        lines
    }

    fn afterwards(&self, record: &RunRecord, warning: &RunWarning) -> String {
        self.texts.message_after_run(warning, record.presence()).to_string()
    }

    fn may_unplug(&self, record: &RunRecord) -> String {
        self.say(&format!("mail-{}", action(record)), &[])
    }

    fn figures(&self, record: &RunRecord) -> Vec<String> {
        let begin = self.clock.moment(record.started_at, self.texts);
        let end = self.clock.moment(record.finished_at, self.texts);
        let seconds = record.finished_at.saturating_sub(record.started_at) / 1_000_000;
        let times = [("begin", begin.into()), ("end", end.into()), ("seconds", seconds.into())];
        vec![self.copied(record), self.say("mail-times", &times), self.free(record)]
    }

    fn copied(&self, record: &RunRecord) -> String {
        let totals = &record.totals;
        if record.outcome != Outcome::Success && totals.bytes_total == 0 {
            return self.say("mail-not-copied", &[]);
        }
        if record.outcome != Outcome::Success {
            let sizes = [("bytes", totals.bytes_done.into()), ("total", totals.bytes_total.into())];
            return self.say("mail-partly-copied", &sizes);
        }
        if totals.files == 0 && totals.bytes_done == 0 {
            return self.say("mail-nothing-to-copy", &[]);
        }
        let seconds = totals.copy_seconds.max(1);
        let counts = [("files", totals.files.into()), ("bytes", totals.bytes_done.into())];
        let speed = [("seconds", seconds.into()), ("rate", (totals.bytes_done / seconds).into())];
        let args: Vec<(&str, Arg)> = counts.into_iter().chain(speed).collect();
        self.say("mail-copied", &args)
    }

    fn free(&self, record: &RunRecord) -> String {
        let totals = &record.totals;
        if totals.size_bytes == 0 {
            return self.say("mail-free-unknown", &[]);
        }
        self.say("mail-free", &[("free", totals.free_bytes.into()), ("size", totals.size_bytes.into())])
    }

    /// What is attached, and what is not and why.
    fn logs(&self, logs: &Logs) -> String {
        let told: Vec<String> =
            logs.told().flat_map(|told| [self.log(&told)].into_iter().chain(self.gaps(&told))).collect();
        let id = if logs.are_attached() { "mail-logs" } else { "mail-logs-none" };
        self.say(id, &[("logs", told.join("; ").into())])
    }

    fn log(&self, told: &Told) -> String {
        let path = || ("path", Arg::from(told.path.as_str()));
        match &told.state {
            super::logs::State::Whole(name) => self.say("mail-log-whole", &[("name", name.as_str().into())]),
            super::logs::State::Cut(name) => self.say("mail-log-cut", &[("name", name.as_str().into()), path()]),
            super::logs::State::Empty => self.say("mail-log-empty", &[path()]),
            super::logs::State::Lost => self.say("mail-log-lost", &[path()]),
            super::logs::State::Unwanted => self.say("mail-log-unwanted", &[path()]),
            super::logs::State::LeftOut => self.say("mail-log-left-out", &[path()]),
            super::logs::State::Unreadable(cause) => {
                self.say("mail-log-unreadable", &[path(), ("cause", cause.as_str().into())])
            }
        }
    }

    /// What the attached part lacks.
    fn gaps(&self, told: &Told) -> Vec<String> {
        let id = |gap: &Gap| match gap {
            Gap::Begin => "mail-log-lacks-begin",
            Gap::End => "mail-log-lacks-end",
        };
        told.gaps.iter().map(|gap| self.say(id(gap), &[("path", told.path.as_str().into())])).collect()
    }

    fn subject(&self, label: &str, result: &str, action: &str) -> String {
        let result = self.say(&format!("mail-result-{result}"), &[]);
        let action = self.say(&format!("mail-action-{action}"), &[]);
        self.say("mail-subject", &[("result", result.into()), ("label", label.into()), ("action", action.into())])
    }

    fn footer(&self, run: u64, disk: &str) -> String {
        self.say("mail-footer", &[("host", self.host.into()), ("run", run.into()), ("disk", disk.into())])
    }

    fn labelled(&self, id: &str, record: &RunRecord) -> String {
        self.say(id, &[("label", label(record).into())])
    }

    fn text_line(&self, id: &str, text: &str) -> String {
        self.say(id, &[("text", text.into())])
    }

    fn say(&self, id: &str, args: &[(&str, Arg)]) -> String {
        self.texts.text(id, args)
    }
}

fn label(record: &RunRecord) -> &str {
    named(&record.label, record.disk.as_str())
}

/// What the mail says about the disk: never that it is safe to remove before that is proven.
fn action(record: &RunRecord) -> &'static str {
    match record.presence() {
        Presence::Safe => "safe",
        Presence::Gone => "gone",
        Presence::Attached => "stay",
    }
}

fn afterwards<'a, T>(record: &RunRecord, told: &'a T) -> AfterRun<'a, T> {
    AfterRun { value: told, presence: record.presence() }
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
