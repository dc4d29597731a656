//! Starts a run. It is on record before its beginning is published; the loop does not wait for that.

use std::time::SystemTime;

use tokio::sync::oneshot;

use super::Controller;
use super::active_run::{ActiveRun, Admission, Phase, RunRequest, Starting};
use super::call::{Signal, Started};
use crate::copy::{self, CancelToken, EventSink, RunContext, RunSpec, identify};
use crate::disks::Volume;
use asbackup_api::{Agreed, AttachmentId, DiskId, Notice, Progress, RunBegun, Step, micros};
use asbackup_mail::occasion::Occasion;
use asbackup_system::systemd::Inhibitor;

impl Controller {
    pub(super) fn attachment_id(&self, volume: Option<&Volume>) -> AttachmentId {
        AttachmentId { boot_id: self.boot_id.clone(), diskseq: volume.and_then(|volume| volume.diskseq) }
    }

    /// Has the run's beginning recorded; `on_run_begun` goes on from there.
    pub(super) fn start_run(&mut self, disk: &DiskId, request: RunRequest) {
        let volumes = self.attachments.volumes();
        let volume = identify::choose(disk, &volumes).ok().or_else(|| identify::find_unusable(disk, &volumes)).cloned();
        let begun = RunBegun {
            run: self.run_index.next_run(),
            disk: disk.clone(),
            label: volume.as_ref().map_or_else(|| disk.to_string(), Volume::name),
            trigger: request.trigger,
            attachment: self.attachment_id(volume.as_ref()),
            started_at: micros(SystemTime::now()),
            logs: Vec::new(),
        };
        let spec = RunSpec {
            run: begun.run,
            disk: disk.clone(),
            volumes,
            config: self.config.clone(),
            runtime: self.runtime.clone(),
            remembered: self.remembered(disk),
            allowed: request.allowed,
        };
        self.store.begin(begun.clone(), volume.as_ref().map(Volume::identity_now), self.config.clone());
        let (handle, cancel) = CancelToken::new();
        self.run = Some(ActiveRun {
            begun,
            phase: Phase::Starting(Box::new(Starting { request, spec, cancel })),
            volume,
            source: self.config.source.clone(),
            destination: self.config.destination.clone(),
            step: Step::IdentifyDisk,
            progress: Progress::default(),
            resumed: 0,
            writers: String::new(),
            counted: false,
            written: false,
            warnings: Vec::new(),
            intrusions: 0,
            free_bytes: 0,
            admission: Admission::NotRequested,
            cancel: handle,
            _inhibitor: Inhibitor::hold(self.texts.text("inhibit-reason", &[])),
        });
    }

    /// The run is on record: its steps begin, and that is published.
    pub(super) fn on_run_begun(&mut self, begun: RunBegun, agreed: Option<Agreed>) {
        let Some(active) = self.run.as_mut() else { return };
        let Phase::Starting(starting) = std::mem::replace(&mut active.phase, Phase::Running) else { return };
        let Starting { request, mut spec, cancel } = *starting;
        spec.remembered.agreed = agreed;
        active.begun = begun.clone();
        self.attachments.begin_run(&begun.disk, &spec.volumes);
        let (run, disk, trigger) = (begun.run, begun.disk.to_string(), begun.trigger.name());
        let label = begun.label.clone();
        self.log_notice(Notice::RunStarted { run, disk: disk.clone(), label, trigger: trigger.to_owned() });
        if request.allowed {
            self.log_notice(Notice::DeletionsAllowed { run });
        }
        self.mail(Occasion::Begun(begun));
        let after = request.reply.map(|reply| {
            let (replied, after) = oneshot::channel();
            // The run is on even if its caller has gone.
            let _ = reply.send(Ok(Started { run, replied }));
            after
        });
        // Receivers end only with the daemon.
        let _ = self.outputs.signals.send(Signal::RunStarted { run, disk, trigger, after });
        let events = EventSink { run, sender: self.senders.run_events.clone() };
        tokio::spawn(copy::run(spec, RunContext { connection: self.outputs.connection.clone(), cancel, events }));
    }
}
