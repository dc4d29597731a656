//! The gate that a copy has to pass: nobody holds a lock, nobody waits for one, and Veeam, where it can be asked, says that
//! nothing writes. And what readers see of all that.

use super::Controller;
use crate::model::VeeamLock;

/// More than may wait at a time.
const LISTED: usize = 150;

impl Controller {
    /// From here on a copy runs; not before every job that asked has had its turn.
    pub(super) fn try_admit_copy(&mut self) {
        let has_turn = self.veeam_queue.is_free();
        let is_waiting = self.run.as_ref().is_some_and(|run| run.admission.is_some());
        if !has_turn || !is_waiting {
            self.stale_locks.reset_writer_check();
        } else if self.config.veeam.is_asked() && !self.stale_locks.is_clear() {
            self.stale_locks.start_writer_check();
        } else {
            self.stale_locks.reset_writer_check();
            self.admit_copy();
        }
        self.publish_blockers();
        self.update_lock_check();
    }

    fn admit_copy(&mut self) {
        let Some(run) = &mut self.run else { return };
        if let Some(gate) = run.admission.take() {
            // A run that has given up meanwhile does not listen any more, and ends.
            run.admitted = gate.opener.send(()).is_ok();
        }
    }

    /// The run at the gate gives up by itself, and should know whom it has waited for.
    fn publish_blockers(&self) {
        let Some(gate) = self.run.as_ref().and_then(|run| run.admission.as_ref()) else { return };
        let activity = self.stale_locks.activity();
        gate.activity.send_if_modified(|told| {
            let is_new = *told != activity;
            *told = activity;
            is_new
        });
    }

    pub(super) fn is_copying(&self) -> bool {
        self.run.as_ref().is_some_and(|run| run.admitted)
    }

    /// For readers. A lock that came in mid-copy was not granted by anybody. What Veeam says is running holds the copy up like a
    /// lock; but whoever waits for one of that name is not to take it for his own. So many as fit a message, those who wait first,
    /// since they look for themselves in there; and how many there are in all.
    pub(super) fn veeam_locks(&self) -> (Vec<VeeamLock>, usize) {
        let granted = !self.is_copying();
        let (files, waiters) = (self.veeam_queue.held(), self.veeam_queue.waiters());
        let held = files.iter().map(|lock| VeeamLock { job: lock.job.clone(), held: granted, since: lock.since });
        let waiting = waiters.filter(|waiter| !files.iter().any(|lock| lock.job == waiter.job));
        let mut locks: Vec<VeeamLock> = waiting.chain(held).collect();
        for running in self.stale_locks.running() {
            if !locks.iter().any(|lock| lock.job == running.job) {
                locks.push(VeeamLock { job: running.job.clone(), held: true, since: running.since });
            }
        }
        let count = locks.len() + self.veeam_queue.unseen();
        locks.truncate(LISTED);
        (locks, count)
    }
}
