//! Waits for the moment of a plan, and holds rsync still where the plan says so.

use std::fs;
use std::time::Duration;

use asbackup_testing::testbed::daemon::Daemon;
use asbackup_testing::testbed::processes::{Stage, descendants};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::time::sleep;

use crate::plan::Moment;

const LOOK: Duration = Duration::from_micros(500);

/// All processes of an rsync, stopped until this is dropped.
pub struct Held {
    leader: Pid,
}

impl Held {
    fn new(leader: u32) -> Self {
        let leader = Pid::from_raw(leader.cast_signed()).expect("a pid");
        // It leads a process group; one that has just ended is no error.
        let _ = kill_process_group(leader, Signal::STOP);
        Self { leader }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ = kill_process_group(self.leader, Signal::CONT);
    }
}

/// Waits for the moment, or for the run's end when that comes first.
pub async fn wait(moment: Moment, daemon: &Daemon) -> Option<Held> {
    daemon.started(1).await;
    match moment {
        Moment::After(pause) => sleep(pause).await,
        Moment::InState(state, pause) => {
            let come = format!("the state {state}");
            daemon
                .wait_for(&come, |recorded| {
                    let reached = recorded.states.iter().any(|seen| seen == state);
                    (reached || !recorded.finished.is_empty()).then_some(())
                })
                .await;
            sleep(pause).await;
        }
        Moment::InRsync(stage, pause) => {
            let leader = leader(stage, daemon).await?;
            sleep(pause).await;
            return Some(Held::new(leader));
        }
    }
    None
}

async fn leader(stage: Stage, daemon: &Daemon) -> Option<u32> {
    loop {
        if let Some(pid) = children(daemon.pid()).into_iter().find(|pid| stage_of(*pid) == Some(stage)) {
            return Some(pid);
        }
        if !daemon.recorded().finished.is_empty() {
            return None;
        }
        sleep(LOOK).await;
    }
}

/// All processes of the rsync that is running, its leader first.
pub fn rsyncs(daemon: u32) -> Vec<u32> {
    let leaders = children(daemon).into_iter().filter(|pid| stage_of(*pid).is_some());
    leaders.flat_map(|leader| [vec![leader], descendants(leader)].concat()).collect()
}

/// The daemon starts its children from its one thread.
fn children(daemon: u32) -> Vec<u32> {
    let text = fs::read_to_string(format!("/proc/{daemon}/task/{daemon}/children")).unwrap_or_default();
    text.split_ascii_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}

/// None for a process that is no rsync at work.
fn stage_of(pid: u32) -> Option<Stage> {
    let words = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let has = |word: &[u8]| words.split(|byte| *byte == 0).any(|found| found == word);
    let is_at_work = has(b"./");
    is_at_work.then_some(if has(b"--dry-run") { Stage::DryRun } else { Stage::Copy })
}
