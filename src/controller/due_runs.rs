//! Runs that begin by themselves: a disk is due, or the source that it waited for has come.

use std::time::Instant;

use super::Controller;
use super::active_run::RunRequest;
use super::attachments::Due;
use asbackup_api::{Notice, Trigger};

impl Controller {
    /// When `start_due_run` should look again.
    pub(super) fn next_due(&self) -> Option<Instant> {
        match self.attachments.due(&self.config, Instant::now()) {
            Due::At(moment) if self.can_start_run() => Some(moment),
            _ => None,
        }
    }

    pub(super) fn can_start_run(&self) -> bool {
        self.run.is_none() && !self.service.stopping && self.config.missing().is_empty()
    }

    pub(super) fn start_due_run(&mut self) {
        if !self.can_start_run() {
            return;
        }
        if let Due::Now { disk, resumes } = self.attachments.due(&self.config, Instant::now()) {
            let trigger = if resumes { Trigger::Resumed } else { Trigger::Plugged };
            self.start_run(&disk, RunRequest { trigger, allowed: false, reply: None });
        }
    }

    /// Called after each event: starts or ends the watch.
    pub(super) fn update_source_watch(&mut self) {
        let awaited = self.can_start_run() && self.attachments.awaits_source(&self.config);
        match (awaited, self.source_watch.is_on()) {
            (true, false) => {
                let source = &self.config.source;
                let remembered = self.saved_state.source(source).or_else(|| self.source_watch.lost_of(source));
                let remembered = remembered.map(str::to_owned);
                self.source_watch.begin(self.config.clone(), remembered, self.senders.source_available.clone());
            }
            (false, true) => self.source_watch.end(),
            _ => {}
        }
    }

    /// Makes the disks that wait for the source due.
    pub(super) fn on_source_available(&mut self) {
        self.source_watch.end();
        if self.attachments.retry_awaiting_source(&self.config, |volume| !volume.has_gone()) {
            self.log_notice(Notice::SourceCame { path: self.config.source.display().to_string() });
        }
    }
}
