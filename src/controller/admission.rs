//! When the copy may begin: nobody holds a lock, nobody waits for one, and Veeam, if it is asked, says that nothing
//! writes. And what readers see of all that.

use super::Controller;
use super::active_run::Admission;
use asbackup_api::VeeamLock;

/// More than can wait at a time.
const LISTED: usize = 150;

impl Controller {
    /// Lets a waiting copy begin once every job that requested a lock has had its turn.
    pub(super) fn try_admit_copy(&mut self) {
        let has_turn = self.veeam_queue.is_free();
        let is_waiting = self.run.as_ref().is_some_and(|run| matches!(run.admission, Admission::Requested { .. }));
        if !has_turn || !is_waiting {
            self.stale_locks.reset_writer_check();
        } else if self.config.veeam.has_api() && !self.stale_locks.is_clear() {
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
        if let Admission::Requested { opener, .. } = std::mem::replace(&mut run.admission, Admission::NotRequested) {
            // A run that has given up meanwhile drops the receiver.
            let is_admitted = opener.send(()).is_ok();
            run.admission = if is_admitted { Admission::Granted } else { Admission::NotRequested };
        }
    }

    /// A waiting run gives up by itself, and should know what it has waited for.
    fn publish_blockers(&self) {
        let Some(Admission::Requested { activity, .. }) = self.run.as_ref().map(|run| &run.admission) else { return };
        let newest = self.stale_locks.activity();
        activity.send_if_modified(|current| {
            let is_new = *current != newest;
            *current = newest;
            is_new
        });
    }

    /// Veeam waits: a copy was admitted, and its end is not on record yet.
    pub(super) fn is_copying(&self) -> bool {
        self.run.as_ref().is_some_and(|run| matches!(run.admission, Admission::Granted))
    }

    /// For readers: at most so many as fit a message, and how many there are in all. Jobs that wait come first, since
    /// they look for themselves in here. A lock that came in mid-copy was granted by nobody. A session that Veeam
    /// reports holds up the copy like a lock; a job of its name that waits must not take it for its own.
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
