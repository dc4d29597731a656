//! Subject and lines of every mail; those about the end of a run are in `ended`.

use crate::occasion::LockEvent;
use asbackup_api::{Micros, RunBegun};
use asbackup_texts::clock::Clock;
use asbackup_texts::sentence::named;
use asbackup_texts::{Arg, HasText, Message, Texts};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    pub subject: String,
    pub lines: Vec<String>,
}

/// How many mails of one kind were held back and sent within an hour.
pub struct HeldBackCounts {
    pub count: u64,
    pub sent: u64,
    pub since: Micros,
}

pub struct Renderer<'a> {
    pub texts: &'a Texts,
    pub clock: &'a Clock,
    pub host: &'a str,
}

impl Renderer<'_> {
    pub fn begun(&self, begun: &RunBegun) -> Content {
        let label = named(&begun.label, begun.disk.as_str());
        let when = self.clock.moment(begun.started_at, self.texts);
        let lines = vec![
            self.text("mail-begun", &[("label", label.into()), ("when", when.into())]),
            self.text("mail-begun-stay", &[]),
            self.footer(begun.run, begun.disk.as_str()),
        ];
        Content { subject: self.subject(label, "begun", "stay"), lines }
    }

    pub fn config_refused(&self, problems: &[String]) -> Content {
        let host = || [("host", self.host.into())];
        let mut lines = vec![self.text("mail-refused", &host())];
        lines.extend(problems.iter().map(|problem| self.text_line("mail-refused-problem", problem)));
        lines.push(self.text("mail-refused-todo", &[]));
        Content { subject: self.text("mail-refused-subject", &host()), lines }
    }

    pub fn lock(&self, event: &LockEvent) -> Content {
        let (id, job, mut lines) = match event {
            LockEvent::Warned { job, warning } => ("mail-lock-warned", job, self.explained(warning)),
            LockEvent::Failed { job, fault } => ("mail-lock-failed", job, self.explained(fault)),
            LockEvent::Lifted { job, notice } => {
                let what = self.texts.message(notice).what;
                ("mail-lock-lifted", job, vec![what, self.text("mail-lock-todo", &[])])
            }
        };
        lines.push(self.text("mail-lock-host", &[("host", self.host.into())]));
        Content { subject: self.text(id, &[("job", job.as_str().into())]), lines }
    }

    /// `last_good` is 0 if there is no good copy yet.
    pub fn reminder(&self, days: u64, since: Micros, last_good: Micros) -> Content {
        let moment = |at: Micros| self.clock.moment(at, self.texts);
        let copied = match last_good {
            0 => self.text("mail-remind-never", &[]),
            at => self.text("mail-remind-copied", &[("when", moment(at).into())]),
        };
        let lines = vec![
            self.text("mail-remind", &[("host", self.host.into()), ("when", moment(since).into())]),
            copied,
            self.text("mail-remind-todo", &[]),
        ];
        Content { subject: self.text("mail-remind-subject", &[("days", days.into())]), lines }
    }

    /// `example` is the subject of the newest mail held back.
    pub fn held_back(&self, held_back: &HeldBackCounts, example: &str) -> Content {
        let when = self.clock.moment(held_back.since, self.texts);
        let counts = [("count", held_back.count.into()), ("sent", held_back.sent.into()), ("when", when.into())];
        let lines = vec![
            self.text("mail-held-back", &counts),
            self.text("mail-held-back-example", &[("subject", example.into())]),
            self.text("mail-held-back-todo", &[("host", self.host.into())]),
        ];
        let subject = [("count", held_back.count.into()), ("host", self.host.into())];
        Content { subject: self.text("mail-held-back-subject", &subject), lines }
    }

    pub fn test(&self, at: Micros) -> Content {
        let when = self.clock.moment(at, self.texts);
        let lines = vec![
            self.text("mail-test", &[("host", self.host.into()), ("when", when.into())]),
            self.text("mail-test-todo", &[]),
        ];
        Content { subject: self.text("mail-test-subject", &[("host", self.host.into())]), lines }
    }

    pub(super) fn explained<T: HasText>(&self, value: &T) -> Vec<String> {
        let Message { what, meaning, action } = self.texts.message(value);
        let parts = [("mail-what", what), ("mail-meaning", meaning), ("mail-todo", action)];
        parts.iter().map(|(id, text)| self.text_line(id, text)).collect()
    }

    pub(super) fn subject(&self, label: &str, result: &str, action: &str) -> String {
        let result = self.text(&format!("mail-result-{result}"), &[]);
        let action = self.text(&format!("mail-action-{action}"), &[]);
        self.text("mail-subject", &[("result", result.into()), ("label", label.into()), ("action", action.into())])
    }

    pub(super) fn footer(&self, run: u64, disk: &str) -> String {
        self.text("mail-footer", &[("host", self.host.into()), ("run", run.into()), ("disk", disk.into())])
    }

    pub(super) fn text_line(&self, id: &str, text: &str) -> String {
        self.text(id, &[("text", text.into())])
    }

    pub(super) fn text(&self, id: &str, args: &[(&str, Arg)]) -> String {
        self.texts.text(id, args)
    }
}

#[cfg(test)]
#[path = "content_tests.rs"]
mod tests;
