//! Keeps the queue in step with what the lock directories hold: scans them when something changes, and warns of locks
//! that came in mid-copy.

use std::time::Instant;

use log::{Level, debug};

use super::Controller;
use super::active_run::{ActiveRun, Admission};
use super::lock_worker::{self, AfterLockWork};
use super::veeam_queue::Rescan;
use crate::veeam::{HeldLocks, JobLock, lock_watch};
use asbackup_api::{RunWarning, Warning};

/// In the record of one run; further ones are in the log.
const MAX_INTRUSIONS: usize = 8;

impl Controller {
    /// At start, before anything is served: what earlier daemons granted is still held.
    pub(super) async fn find_held_locks(&mut self) {
        if let Some(held) = lock_worker::scan(self.config.veeam_directories.clone()).await {
            self.apply_locks(held);
        }
    }

    /// Watches the lock directories that the config names, instead of the former ones.
    pub(super) fn watch_locks(&mut self) {
        if let Some(former) = self.veeam_queue.watcher.take() {
            former.abort();
        }
        let (directories, changes) = (self.config.veeam_directories.clone(), self.senders.lock_changes.clone());
        self.veeam_queue.watcher = Some(tokio::spawn(async move {
            if let Err(error) = lock_watch::watch(directories, changes).await {
                // The run that needs the directory reports the fault.
                debug!("lock directory not watched: {error}");
            }
        }));
        self.veeam_queue.is_unscanned = true;
        self.rescan_locks();
    }

    pub(super) fn rescan_locks(&mut self) {
        let rescan = &mut self.veeam_queue.rescan;
        if *rescan != Rescan::None {
            *rescan = Rescan::Repeat;
            return;
        }
        *rescan = Rescan::Queued;
        self.request_lock_work(None, AfterLockWork::Rescanned);
    }

    /// The active run has scanned the lock directories, and may request admission.
    pub(super) fn apply_found_locks(&mut self, run: u64, locks: HeldLocks, admission: Option<Admission>) {
        self.request_lock_work(None, AfterLockWork::RunFound { run, locks, reported: Instant::now(), admission });
    }

    pub(super) fn on_rescanned(&mut self, held: Option<HeldLocks>) {
        match std::mem::take(&mut self.veeam_queue.rescan) {
            Rescan::Repeat => self.rescan_locks(),
            _ => self.veeam_queue.is_unscanned = false,
        }
        self.apply_scan(held);
    }

    pub(super) fn on_run_found(&mut self, run: u64, admission: Option<Admission>, held: Option<HeldLocks>) {
        let active = self.run.as_mut().filter(|active| active.begun.run == run && active.is_running());
        if let (Some(active), Some(admission)) = (active, admission) {
            active.admission = admission;
        }
        self.apply_scan(held);
    }

    /// If the scan failed, the held locks stay as they were, but something else may let the copy begin.
    pub(super) fn apply_scan(&mut self, held: Option<HeldLocks>) {
        match held {
            Some(held) => self.apply_locks(held),
            None => self.try_admit_copy(),
        }
    }

    /// Takes what the lock directories hold now.
    fn apply_locks(&mut self, found: HeldLocks) {
        let former = self.veeam_queue.replace_held(found);
        // While its end is being recorded, the copy reads nothing any more.
        if self.is_copying() && self.run.as_ref().is_some_and(ActiveRun::is_running) {
            self.warn_about_intruders(&former.locks);
        }
        self.try_admit_copy();
    }

    /// Who began before the snapshot stood and has ended by then did no harm: what was written is in it, and proven to be whole.
    pub(super) fn forgive_intruders(&mut self) {
        let Some(run) = self.run.as_mut().filter(|_| self.veeam_queue.held().is_empty()) else { return };
        let is_intrusion = |warning: &RunWarning| matches!(warning, RunWarning::Copy(Warning::VeeamDuringCopy { .. }));
        run.warnings.retain(|warning| !is_intrusion(warning));
        run.intrusions = 0;
    }

    /// A lock file that others create is no request, so nothing holds it back. The copy goes on: ending it would not
    /// undo what Veeam wrote, and the warning says what to do.
    fn warn_about_intruders(&mut self, former: &[JobLock]) {
        let is_new = |lock: &&JobLock| !former.iter().any(|known| known.job == lock.job);
        let jobs: Vec<String> = self.veeam_queue.held().iter().filter(is_new).map(|lock| lock.job.clone()).collect();
        for job in jobs {
            let warning = Warning::VeeamDuringCopy { job };
            self.log_limited(Level::Warn, &warning);
            if self.run.as_ref().is_some_and(|run| run.intrusions < MAX_INTRUSIONS) {
                self.warn_run(warning);
            }
        }
    }
}
