//! Runs that callers start and cancel, and which disk they mean. A caller is answered when the run is on record.

use super::Controller;
use super::active_run::RunRequest;
use super::call::{Reply, Started};
use crate::copy::{StopReason, identify};
use asbackup_api::{DiskId, Fault, Trigger};

impl Controller {
    pub(super) fn start_on_request(&mut self, disk: &str, allowed: bool, reply: Reply<Started>) {
        match self.startable(disk, allowed) {
            Ok(disk) => {
                self.start_run(&disk, RunRequest { trigger: Trigger::Called, allowed, reply: Some(reply) });
            }
            Err(fault) => drop(reply.send(Err(fault))),
        }
    }

    fn startable(&self, disk: &str, allowed: bool) -> Result<DiskId, Fault> {
        self.check_can_start()?;
        let disk = if allowed { self.resolve_refused_disk(disk)? } else { self.resolve_disk(disk)? };
        identify::choose(&disk, &self.attachments.volumes())?;
        Ok(disk)
    }

    fn check_can_start(&self) -> Result<(), Fault> {
        if self.service.stopping {
            return Err(Fault::Stopping);
        }
        if let Some(run) = &self.run {
            return Err(Fault::Busy { disk: run.begun.label.clone() });
        }
        let missing = self.config.missing();
        if !missing.is_empty() {
            return Err(Fault::Unconfigured { keys: missing.join(", ") });
        }
        Ok(())
    }

    /// The disk that a caller means; an empty name stands for the first known one that is attached.
    pub(super) fn resolve_disk(&self, disk: &str) -> Result<DiskId, Fault> {
        if disk.trim().is_empty() {
            let known: Vec<&str> = self.config.disks.iter().map(|disk| disk.id.as_str()).collect();
            let absent = || Fault::NoDiskPresent { known: known.join(", ") };
            return self.attachments.first_present(&self.config).ok_or_else(absent);
        }
        let id = DiskId::new(disk);
        if !self.is_known(&id) {
            return Err(Fault::UnknownDisk { disk: disk.trim().to_owned() });
        }
        Ok(id)
    }

    /// The disk that may lose more than the budget; an empty name stands for the one that was refused for that. The
    /// first one that is attached may be another, and would lose its limit.
    fn resolve_refused_disk(&self, disk: &str) -> Result<DiskId, Fault> {
        let first = self.resolve_disk(disk)?;
        if !disk.trim().is_empty() {
            return Ok(first);
        }
        let present = self.attachments.present(&self.config);
        let refused: Vec<&DiskId> = present.iter().filter(|disk| self.is_refused_for_loss(disk)).collect();
        match refused[..] {
            [only] => Ok(only.clone()),
            _ => Err(Fault::DiskUnnamed { disks: ids(&present) }),
        }
    }

    fn is_refused_for_loss(&self, disk: &DiskId) -> bool {
        self.run_index.last_fault(disk).is_some_and(Fault::can_be_allowed)
    }

    pub(super) fn cancel(&self) -> Result<(), Fault> {
        let run = self.run.as_ref().ok_or(Fault::NotRunning)?;
        run.cancel.cancel(StopReason::Cancelled);
        Ok(())
    }
}

fn ids(disks: &[DiskId]) -> String {
    let ids: Vec<&str> = disks.iter().map(DiskId::as_str).collect();
    ids.join(", ")
}
