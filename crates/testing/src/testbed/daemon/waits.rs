//! Waits for what the daemon sends, and for the moments of a run.

use std::time::{Duration, Instant};

use super::{Daemon, RUN_PATIENCE};
use crate::PATIENCE;
use crate::recorder::{Recorded, RunFinished, RunStarted};
use crate::testbed::processes::{Held, Stage};

impl Daemon {
    /// Waits for READY=1.
    pub async fn ready(&self) {
        let is_ready = |recorded: &Recorded| (recorded.notifications("READY=1") > 0).then_some(());
        self.recorder.wait_for("READY=1", PATIENCE, is_ready).await;
    }

    /// Waits until `look` finds something in what the daemon has sent.
    pub async fn wait_for<T>(&self, what: &str, look: impl Fn(&Recorded) -> Option<T>) -> T {
        self.recorder.wait_for(what, RUN_PATIENCE, look).await
    }

    /// Waits for the end of the `nth` run since the daemon started, counted from 1.
    pub async fn finished(&self, nth: usize) -> RunFinished {
        self.finished_within(nth, RUN_PATIENCE).await
    }

    /// The same for a run that may take longer.
    pub async fn finished_within(&self, nth: usize, patience: Duration) -> RunFinished {
        let what = format!("the end of run {nth}");
        let end = |recorded: &Recorded| recorded.finished.get(nth - 1).cloned();
        let finished = self.recorder.wait_for(&what, patience, end).await;
        // The signal may come a moment before the last properties.
        let is_idle = |recorded: &Recorded| (recorded.states.last()? == "idle").then_some(());
        let more_waits = !self.queue().await.is_empty();
        if !more_waits && self.recorder.recorded().started.len() == nth {
            self.recorder.wait_for("the state idle", PATIENCE, is_idle).await;
        }
        finished
    }

    /// Waits for the beginning of the `nth` run since the daemon started, counted from 1.
    pub async fn started(&self, nth: usize) -> RunStarted {
        self.wait_for(&format!("the start of run {nth}"), |recorded| recorded.started.get(nth - 1).cloned()).await
    }

    /// Waits until the property `State` has this value.
    pub async fn in_state(&self, state: &str) {
        let is_it = |recorded: &Recorded| (recorded.states.last()? == state).then_some(());
        self.wait_for(&format!("the state {state}"), is_it).await;
    }

    /// Waits until rsync copies and holds it there.
    pub async fn held_in_mid_copy(&self) -> Held {
        self.held_in(Stage::Copy).await
    }

    /// Waits until rsync runs in `stage` and holds it there.
    pub async fn held_in(&self, stage: Stage) -> Held {
        let pid = self.pid;
        // In a thread of its own, so that the bus is served meanwhile; the rsync in question lives only for a moment.
        let caught = tokio::task::spawn_blocking(move || Held::catch(pid, stage));
        let held = caught.await.expect("rsync is caught");
        let state = match stage {
            Stage::DryRun => "checking",
            Stage::Copy => "copying",
        };
        self.in_state(state).await;
        held
    }

    /// Waits until `ListDisks` has this disk as plugged in, or no longer.
    ///
    /// # Panics
    /// If that does not happen.
    pub async fn until_present(&self, uuid: &str, present: bool) {
        let deadline = Instant::now() + PATIENCE;
        while self.is_present(uuid).await != present {
            assert!(Instant::now() < deadline, "waited {PATIENCE:?} in vain for present={present} of {uuid}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until exactly these disks are safe to remove, as the daemon says; that may be a moment after the end of a run.
    pub async fn until_safe_to_remove(&self, uuids: &[&str]) {
        let what = format!("{uuids:?} to be safe to remove");
        let is_so = |recorded: &Recorded| {
            let safe = recorded.properties.get("SafeToRemove")?.clone();
            let mut safe = Vec::<String>::try_from(safe).expect("strings");
            let mut uuids = uuids.to_vec();
            safe.sort();
            uuids.sort_unstable();
            (safe == uuids).then_some(())
        };
        self.recorder.wait_for(&what, PATIENCE, is_so).await;
    }
}
