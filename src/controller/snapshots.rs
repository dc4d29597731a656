//! Tells people whether the repository can be frozen, before a job of Veeam has to wait for hours.

use std::io;

use super::Controller;

impl Controller {
    /// At start, and whenever something may have changed. The answer comes back as an event.
    pub(super) fn probe_snapshots(&mut self) {
        self.snapshot_probe.ask(self.config.clone(), self.senders.snapshot_probes.clone());
    }

    pub(super) fn on_snapshots_probed(&mut self, probed: io::Result<String>) {
        let before = self.snapshot_probe.notice();
        if self.snapshot_probe.take(probed) {
            return self.probe_snapshots();
        }
        let now = self.snapshot_probe.notice();
        if let Some(notice) = now.filter(|now| before.as_ref() != Some(now)) {
            self.log_notice(notice);
        }
    }

    /// For readers: why Veeam will wait until a copy is over; empty if it will not, or if that is what the config asks for.
    pub(super) fn snapshot_error(&self) -> String {
        self.snapshot_probe.notice().map(|notice| self.texts.message(&notice).to_string()).unwrap_or_default()
    }
}
