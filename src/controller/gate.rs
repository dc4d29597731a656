//! The gate that a copy has to pass: nobody holds a lock, nobody waits for one, and Veeam, where it can be asked, says that
//! nothing writes. And what readers see of all that.

use tokio::sync::{oneshot, watch};

use super::Controller;
use super::active::ActiveRun;
use crate::copy::Busy;
use crate::model::VeeamLock;

/// More than may wait at a time.
const LISTED: usize = 150;

/// What a run at the gate has handed over.
#[derive(Debug)]
pub struct Gate {
    pub opener: oneshot::Sender<()>,
    /// What the run may know while it waits.
    pub busy: watch::Sender<Busy>,
}

impl Controller {
    /// From here on a copy runs; not before every job that asked has had its turn.
    pub(super) fn open_gate(&mut self) {
        let has_turn = self.referee.is_free();
        let at_gate = self.run.as_ref().is_some_and(|run| run.gate.is_some());
        if !has_turn || !at_gate {
            self.evidence.forget_answer();
        } else if self.config.veeam.is_asked() && !self.evidence.is_clear() {
            self.evidence.ask_before_copy();
        } else {
            self.evidence.forget_answer();
            self.let_copy_in();
        }
        self.tell_run();
        self.put_question();
    }

    fn let_copy_in(&mut self) {
        let Some(run) = &mut self.run else { return };
        if let Some(gate) = run.gate.take() {
            // A run that has given up meanwhile does not listen any more, and ends.
            run.past_gate = gate.opener.send(()).is_ok();
        }
    }

    /// The run at the gate gives up by itself, and should know whom it has waited for.
    fn tell_run(&self) {
        let Some(gate) = self.run.as_ref().and_then(|run| run.gate.as_ref()) else { return };
        let busy = self.evidence.busy();
        gate.busy.send_if_modified(|told| {
            let is_new = *told != busy;
            *told = busy;
            is_new
        });
    }

    pub(super) fn is_copying(&self) -> bool {
        self.run.as_ref().is_some_and(|run| run.past_gate)
    }

    /// For readers. A lock that came in mid-copy was not granted by anybody. What Veeam says is running holds the copy up like a
    /// lock; but whoever waits for one of that name is not to take it for his own. So many as fit a message, those who wait first,
    /// since they look for themselves in there; and how many there are in all.
    pub(super) fn veeam_locks(&self) -> (Vec<VeeamLock>, usize) {
        let granted = !self.is_copying();
        let (files, waiters) = (self.referee.held(), self.referee.waiters());
        let held = files.iter().map(|lock| VeeamLock { job: lock.job.clone(), held: granted, since: lock.since });
        let waiting = waiters.filter(|waiter| !files.iter().any(|lock| lock.job == waiter.job));
        let mut locks: Vec<VeeamLock> = waiting.chain(held).collect();
        for running in self.evidence.running() {
            if !locks.iter().any(|lock| lock.job == running.job) {
                locks.push(VeeamLock { job: running.job.clone(), held: true, since: running.since });
            }
        }
        let count = locks.len() + self.referee.unseen();
        locks.truncate(LISTED);
        (locks, count)
    }
}

impl ActiveRun {
    /// The run asks for its way.
    pub(super) fn ask(&mut self, gate: Gate) {
        self.gate = Some(gate);
    }
}
