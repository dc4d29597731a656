//! Begins runs, hears what they tell, and ends them.

use std::time::{Instant, SystemTime};

use log::Level;

use super::Controller;
use super::active::{ActiveRun, Wish};
use super::call::Signal;
use super::gate::Gate;
use super::plugged::Due;
use crate::copy::know;
use crate::copy::{self, Ending, News, Order, Ports, Stop, StopReason, Teller};
use crate::disks::Volume;
use crate::model::{
    DiskId, Fault, Notice, Outcome, Plug, Plugging, Progress, RunBegun, RunRecord, Step, Trigger, micros,
};
use crate::report::journal;
use crate::report::mail::Occasion;
use crate::report::rotation;
use crate::systemd::Inhibitor;
use crate::texts::Afterwards;

impl Controller {
    pub(super) fn plug_of(&self, volume: Option<&Volume>) -> Plug {
        Plug { boot_id: self.boot_id.clone(), diskseq: volume.and_then(|volume| volume.diskseq) }
    }

    /// When `begin_what_is_due` should look again.
    pub(super) fn next_look(&self) -> Option<Instant> {
        match self.plugged.due(&self.config, Instant::now()) {
            Due::At(moment) if self.may_begin() => Some(moment),
            _ => None,
        }
    }

    pub(super) fn may_begin(&self) -> bool {
        self.run.is_none() && !self.stopping && self.config.missing().is_empty()
    }

    pub(super) async fn begin_what_is_due(&mut self) {
        if !self.may_begin() {
            return;
        }
        if let Due::Now { disk, interrupted } = self.plugged.due(&self.config, Instant::now()) {
            let trigger = if interrupted { Trigger::Resumed } else { Trigger::Plugged };
            self.begin(&disk, Wish { trigger, allowed: false, after: None }).await;
        }
    }

    /// Begins a run and gives its number.
    pub(super) async fn begin(&mut self, disk: &DiskId, wish: Wish) -> u64 {
        let Wish { trigger, allowed, after } = wish;
        let volumes = self.plugged.volumes();
        let volume = know::choose(disk, &volumes).ok().or_else(|| know::hindered(disk, &volumes)).cloned();
        let begun = self.write_begin(disk, trigger, volume.as_ref()).await;
        let run = begun.run;
        for plugin in self.plugged.of(disk) {
            (plugin.served, plugin.awaits_source) = (true, false);
            plugin.safe = false;
        }
        let (stop, stopped) = Stop::new();
        let order = Order {
            run,
            disk: disk.clone(),
            volumes,
            config: self.config.clone(),
            runtime: self.runtime.clone(),
            known: self.known(disk, volume.as_ref()),
            allowed,
        };
        let teller = Teller { run, listener: self.news.clone() };
        let ports = Ports { connection: self.outputs.connection.clone(), stop: stopped, teller };
        let (label, beginning) = (begun.label.clone(), Occasion::Begun(begun.clone()));
        self.run = Some(ActiveRun {
            begun,
            volume,
            source: self.config.source.clone(),
            destination: self.config.destination.clone(),
            step: Step::IdentifyDisk,
            progress: Progress::default(),
            resumed: 0,
            counted: false,
            written: false,
            warnings: Vec::new(),
            intrusions: Vec::new(),
            free_bytes: 0,
            gate: None,
            past_gate: false,
            stop,
            _inhibitor: Inhibitor::hold(self.texts.text("inhibit-reason", &[])),
        });
        let (disk, trigger) = (disk.to_string(), trigger.name());
        self.note(Notice::RunStarted { run, disk: disk.clone(), label, trigger: trigger.to_owned() });
        if allowed {
            self.note(Notice::DeletionsAllowed { run });
        }
        self.mail(beginning);
        // Receivers end only with the daemon.
        let _ = self.outputs.signals.send(Signal::RunStarted { run, disk, trigger, after });
        tokio::spawn(copy::run(order, ports));
        run
    }

    async fn write_begin(&mut self, disk: &DiskId, trigger: Trigger, volume: Option<&Volume>) -> RunBegun {
        let begun = RunBegun {
            run: self.next_run,
            disk: disk.clone(),
            label: volume.map_or_else(|| disk.to_string(), Volume::name),
            trigger,
            plug: self.plug_of(volume),
            started_at: micros(SystemTime::now()),
            logs: rotation::begin(&self.config).await,
        };
        self.next_run += 1;
        if let Err(error) = self.history.begin(&begun) {
            self.tell(Level::Error, &Fault::Internal { cause: error.to_string() });
        }
        begun
    }

    /// News of a run; what comes from one that is over is too late to matter.
    pub(super) async fn hear(&mut self, run: u64, news: News) {
        let Some(active) = self.run.as_mut().filter(|active| active.begun.run == run) else { return };
        match news {
            News::Step(step) => {
                active.enter(step);
                if step == Step::Lock {
                    self.remember_disk();
                }
            }
            News::Source(file_system) => self.remember_source(file_system),
            News::SourceLost(file_system) => self.lookout.lost(active.source.clone(), file_system),
            News::Progress(progress) => active.advance(progress),
            News::FreeBytes(bytes) => active.free_bytes = bytes,
            News::Notice(notice) => {
                match notice {
                    Notice::StepChecked { bytes, .. } => active.progress.bytes_total = bytes,
                    Notice::StepResumed { bytes, .. } => active.resumed = bytes,
                    Notice::StepCopied { .. } => active.written = true,
                    _ => {}
                }
                self.note(notice);
            }
            News::Warning(warning) => {
                active.warnings.push(warning.clone());
                self.tell(Level::Warn, &warning);
            }
            News::AskGate { locks, gate, busy } => {
                active.ask(Gate { opener: gate, busy });
                self.weigh_locks(locks).await;
            }
            News::Locks(locks) => self.weigh_locks(locks).await,
            News::Ended(ending) => self.end(*ending).await,
        }
    }

    async fn end(&mut self, ending: Ending) {
        let Some(active) = self.run.take() else { return };
        let mut record = record_of(&active.begun, ending);
        record.warnings.extend(active.intrusions.iter().cloned());
        self.tell_end(&record, &active);
        record.logs = rotation::end(record.logs, &self.config).await;
        if let Err(error) = self.history.end(&record) {
            self.tell(Level::Error, &Fault::Internal { cause: error.to_string() });
        }
        self.mail_end(&record);
        self.mark_plugin(&record);
        let plug = record.plugging();
        let say = |told| self.texts.say(&Afterwards { told, plug }).to_string();
        let message = record.fault.as_ref().map(say).unwrap_or_default();
        let name = record.fault.as_ref().map(Fault::name).unwrap_or_default();
        let signal = Signal::RunFinished {
            run: record.run,
            disk: record.disk.to_string(),
            result: record.outcome.name(),
            error: (name.to_owned(), message),
        };
        if record.outcome == Outcome::Success {
            self.remember_copy(&record.disk, &active.destination);
            self.last_success.insert(record.disk.clone(), record.clone());
        }
        self.last = Some(record);
        self.let_veeam_go().await;
        // Nothing waits at the gate any more.
        self.open_gate();
        self.publish();
        let _ = self.outputs.signals.send(signal);
        // A disk that was never mounted may be taken away, too.
        self.tidy_up();
    }

    fn tell_end(&self, record: &RunRecord, active: &ActiveRun) {
        let scope = active.scope();
        let plug = record.plugging();
        if let Some(told) = &record.fault {
            journal::tell(Level::Error, &self.texts, &Afterwards { told, plug }, &scope);
        }
        // An abort has one error, its reason.
        for told in &record.further {
            journal::tell(Level::Warn, &self.texts, &Afterwards { told, plug }, &scope);
        }
        let (run, label) = (record.run, record.label.clone());
        let notice = match record.outcome {
            Outcome::Success => Notice::RunSucceeded { run, label },
            Outcome::Cancelled => Notice::RunCancelled { run, label },
            Outcome::Aborted => Notice::RunAborted { run, label },
        };
        journal::tell(Level::Info, &self.texts, &notice, &scope);
        if plug == Plugging::Safe {
            let notice = Notice::SafeToRemove { disk: record.disk.to_string(), label: record.label.clone() };
            journal::tell(Level::Info, &self.texts, &notice, &scope);
        }
    }

    fn mark_plugin(&mut self, record: &RunRecord) {
        if record.fault == Some(Fault::DiskRemoved) {
            // What is plugged in now is back already, and has its own run before it.
            return;
        }
        let past = self.past_of_plug(&record.disk, &record.plug);
        self.look_at_mounts();
        for plugin in self.plugged.of(&record.disk) {
            if plugin.volume.diskseq == record.plug.diskseq {
                // Also where the history can't be written: a run is never begun again without being counted.
                plugin.served = past.served || !past.interrupted;
                plugin.interrupted = past.interrupted;
                plugin.awaits_source = past.awaits_source;
                plugin.safe = record.plugging() == Plugging::Safe && !plugin.in_use;
                if plugin.safe {
                    // UDisks2's next picture will say so too.
                    plugin.volume.mount_points.clear();
                }
            }
        }
    }
}

fn record_of(begun: &RunBegun, ending: Ending) -> RunRecord {
    let outcome = match (&ending.fault, ending.stopped) {
        (_, Some(StopReason::Cancelled)) => Outcome::Cancelled,
        (Some(_), _) => Outcome::Aborted,
        (None, _) => Outcome::Success,
    };
    RunRecord {
        step: ending.step,
        fault: ending.fault,
        further: ending.further,
        warnings: ending.warnings,
        totals: ending.totals,
        safe_to_remove: ending.safe_to_remove,
        ..begun.ended(micros(SystemTime::now()), outcome)
    }
}
