//! Publishes the status: the controller's state as readers see it, and the one sentence that sums it up.

use super::Controller;
use super::active_run::ActiveRun;
use super::config_file::web_address;
use crate::disks::{Unformatted, Volume};
use asbackup_api::{
    Disk, Facts, Fault, RunRecord, RunWarning, State, Statement, Status, UnformattedDisk, Unusable, Warning,
};
use asbackup_config::KnownDisk;
use asbackup_system::systemd;
use asbackup_texts::AfterRun;
use asbackup_texts::sentence::sentence;

impl Controller {
    /// Hands the status to all readers if it says anything new.
    pub(super) fn publish(&self) {
        let status = self.current_status();
        let mut new_sentence = None;
        self.outputs.status.send_if_modified(|published| {
            if *published == status {
                return false;
            }
            if published.status != status.status {
                new_sentence = Some(status.status.clone());
            }
            *published = status;
            true
        });
        if let Some(sentence) = new_sentence {
            systemd::status(&sentence);
        }
    }

    fn current_status(&self) -> Status {
        let (veeam_locks, lock_count) = self.veeam_locks();
        let (config_error, outbox_error) = (self.config_error(), self.outbox_error());
        let mut status = Status {
            state: self.state(),
            progress: -1.0,
            queue: self.queue(),
            safe_to_remove: self.attachments.released(&self.config),
            veeam_locks,
            veeam_lock_count: u32::try_from(lock_count).unwrap_or(u32::MAX),
            config_error: config_error.text,
            config_error_facts: config_error.facts,
            snapshot_error: self.snapshot_error(),
            outbox_count: self.outbox.waiting,
            outbox_error: outbox_error.text,
            outbox_error_facts: outbox_error.facts,
            run_log: asbackup_logging::run_log(),
            web_address: web_address(&self.config),
            web_names: self.config_file.web_names.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            disks: self.disk_rows(),
            unformatted: self.unformatted_rows(),
            disks_seen: self.service.ready && !self.service.disks_lost,
            sample_every: self.config.sample_every,
            ..Status::default()
        };
        if let Some(run) = self.shown_run() {
            self.add_run(&mut status, run);
        }
        if let Some(last) = self.run_index.newest() {
            self.add_last(&mut status, last);
        }
        status.status = sentence(&status, &self.texts);
        status
    }

    /// Why mails wait, or why there are none.
    fn outbox_error(&self) -> Statement {
        let without = self.config.has_recipients_without_server().then_some(&Warning::MailWithoutServer);
        let Some(trouble) = self.outbox.trouble.as_ref().or(without) else { return Statement::default() };
        Statement { text: self.texts.message(trouble).what, ..self.texts.statement(trouble) }
    }

    /// Readers see a run once it is on record.
    fn shown_run(&self) -> Option<&ActiveRun> {
        self.run.as_ref().filter(|run| !run.is_starting())
    }

    fn state(&self) -> State {
        match self.shown_run() {
            _ if self.service.stopping => State::Stopping,
            None => State::Idle,
            Some(run) => run.step.into(),
        }
    }

    fn queue(&self) -> Vec<String> {
        let waiting = self.attachments.waiting(&self.config);
        waiting.iter().map(ToString::to_string).collect()
    }

    /// The faults of a refused config, or what the current one lacks.
    fn config_error(&self) -> Statement {
        if !self.config_file.error.is_empty() {
            return self.config_file.error.clone();
        }
        let keys = self.config.missing().join(", ");
        if keys.is_empty() { Statement::default() } else { self.texts.statement(&Fault::Unconfigured { keys }) }
    }

    fn add_run(&self, status: &mut Status, run: &ActiveRun) {
        status.disk = run.begun.disk.to_string();
        status.label.clone_from(&run.begun.label);
        status.run = run.begun.run;
        status.started_at = run.begun.started_at;
        status.progress = run.ratio();
        status.bytes_done = run.progress.bytes_done;
        status.bytes_total = run.progress.bytes_total;
        status.bytes_per_second = run.progress.rate;
        status.seconds_left = run.progress.seconds_left;
        status.current_file.clone_from(&run.progress.file);
        status.bytes_resumed = run.resumed;
        status.source_as_of = run.source_as_of();
        status.writers.clone_from(&run.writers);
        status.free_bytes = run.free_bytes;
        let warnings = run.warnings.iter().filter_map(RunWarning::warning);
        (status.warnings, status.warning_facts) = apart(warnings.map(|warning| self.texts.statement(warning)));
    }

    fn add_last(&self, status: &mut Status, last: &RunRecord) {
        let presence = status.presence(last.disk.as_str());
        if let Some(value) = &last.fault {
            let fault = self.texts.statement(&AfterRun { value, presence });
            status.last_error = (value.name().to_owned(), fault.text);
            status.last_error_facts = fault.facts;
        }
        let warnings = last.warnings.iter().map(|warning| self.texts.statement_after_run(warning, presence));
        (status.last_warnings, status.last_warning_facts) = apart(warnings);
        if self.shown_run().is_none() {
            status.free_bytes = last.totals.free_bytes;
        }
        status.last_run = last.run;
        status.last_disk = last.disk.to_string();
        status.last_label.clone_from(&last.label);
        status.last_result = Some(last.outcome);
        status.last_finished_at = last.finished_at;
    }

    fn disk_rows(&self) -> Vec<Disk> {
        let known = self.config.disks.iter().map(|disk| {
            let present = self.attachments.iter().find(|attachment| attachment.volume.id == disk.id);
            self.known_row(disk, present.map(|attachment| &attachment.volume))
        });
        let unknown = self
            .attachments
            .iter()
            .map(|attachment| &attachment.volume)
            .filter(|volume| self.could_be_added(volume))
            .map(row);
        known.chain(unknown).collect()
    }

    /// Disks that could be formatted; never one that the repository lies on.
    fn unformatted_rows(&self) -> Vec<UnformattedDisk> {
        // A known disk that can't be read has contents, and must not be formatted.
        let known: Vec<u64> = self.attachments.iter().map(|attachment| attachment.volume.device_number).collect();
        let disks = self.attachments.unformatted.iter().filter(|disk| !known.contains(&disk.device_number));
        let disks = disks.filter(|disk| !self.repository.hold(&disk.device));
        let row = |disk: &Unformatted| UnformattedDisk {
            device: disk.device.display().to_string(),
            size: disk.size,
            vendor: disk.vendor.clone(),
            model: disk.model.clone(),
            contents: disk.contents,
        };
        disks.map(row).collect()
    }

    /// Not a disk of the machine itself, nor one that is mounted.
    fn could_be_added(&self, volume: &Volume) -> bool {
        let is_own = volume.system || self.repository.hold(&volume.device);
        !self.is_known(&volume.id) && !is_own && volume.mount_points.is_empty()
    }

    fn known_row(&self, disk: &KnownDisk, present: Option<&Volume>) -> Disk {
        let mut known = present.map(row).unwrap_or_default();
        known.uuid = disk.id.to_string();
        known.known = true;
        known.recipients.clone_from(&disk.recipients);
        if let Some(success) = self.run_index.last_success(&disk.id) {
            known.last_success = success.finished_at;
            known.free = success.totals.free_bytes;
            if !known.present {
                known.label.clone_from(&success.label);
                known.size = success.totals.size_bytes;
            }
        }
        known
    }
}

/// Sentences, and beside them what each is about.
fn apart(statements: impl Iterator<Item = Statement>) -> (Vec<String>, Vec<Facts>) {
    statements.map(|statement| (statement.text, statement.facts)).unzip()
}

fn row(volume: &Volume) -> Disk {
    Disk {
        uuid: volume.id.to_string(),
        present: volume.hindrance.as_ref().is_none_or(|hindrance| hindrance.why != Unusable::NoMedium),
        label: volume.label.clone(),
        file_system: volume.id_type.clone(),
        device: volume.device.display().to_string(),
        vendor: volume.vendor.clone(),
        model: volume.model.clone(),
        mount_points: volume.mount_points.iter().map(|point| point.display().to_string()).collect(),
        ignored: volume.ignored,
        size: volume.size,
        ..Disk::default()
    }
}
