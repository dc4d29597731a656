//! Processes of the bench as seen from outside: who is whose child, and rsync held still in mid-copy.
//!
//! A copy is held with SIGSTOP and let go with SIGCONT: that needs no other flags, no slower disk and no luck with timing,
//! and what it is held in is the real thing.

use std::time::Duration;

use procfs::process::{ProcState, Process};
use rustix::process::{Pid, Signal, kill_process};

use super::{PATIENCE, wait_for};

/// Sends a signal; a process that has gone meanwhile is no error.
pub fn signal(pid: u32, signal: Signal) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let _ = kill_process(pid.expect("a pid"), signal);
}

/// The living children of a process.
pub fn children(parent: u32) -> Vec<u32> {
    living().filter(|(_, its_parent)| *its_parent == parent).map(|(process, _)| process.pid.cast_unsigned()).collect()
}

/// All living processes below one, children of children included.
pub fn descendants(ancestor: u32) -> Vec<u32> {
    let mut found = children(ancestor);
    let mut next = 0;
    while next < found.len() {
        found.extend(children(found[next]));
        next += 1;
    }
    found
}

fn living() -> impl Iterator<Item = (Process, u32)> {
    let all = procfs::process::all_processes().expect("/proc");
    all.flatten().filter_map(|process| {
        let stat = process.stat().ok()?;
        let dead = matches!(stat.state(), Ok(ProcState::Zombie | ProcState::Dead));
        (!dead).then_some((process, stat.ppid.cast_unsigned()))
    })
}

/// Which of its two calls rsync is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    DryRun,
    Copy,
}

/// The rsync processes below `daemon` that are in `stage`.
pub fn rsyncs(daemon: u32, stage: Stage) -> Vec<u32> {
    let is_wanted = |pid: &u32| {
        let process = Process::new(pid.cast_signed()).ok();
        let words = process.and_then(|process| process.cmdline().ok());
        let words = words.unwrap_or_default();
        let dry = words.iter().any(|word| word == "--dry-run" || word == "-n");
        let rsync = words.first().is_some_and(|word| word.ends_with("rsync"));
        rsync && dry == (stage == Stage::DryRun)
    };
    descendants(daemon).into_iter().filter(is_wanted).collect()
}

/// rsync, held still until this is dropped.
pub struct Held {
    pids: Vec<u32>,
}

impl Held {
    /// Waits for rsync to appear and stops all of it.
    pub fn catch(daemon: u32, stage: Stage) -> Self {
        wait_for("rsync to appear", PATIENCE, || {
            let first = rsyncs(daemon, stage);
            (!first.is_empty()).then_some(())
        });
        let mut held = Self { pids: Vec::new() };
        // A process that forked while it was being stopped has a child that runs on: look until there is nobody new.
        wait_for("rsync to stand still", Duration::from_secs(5), || {
            let now = rsyncs(daemon, stage);
            for pid in &now {
                signal(*pid, Signal::STOP);
            }
            let still = now.iter().all(|pid| is_stopped(*pid)) && now == held.pids;
            held.pids = now;
            still.then_some(())
        });
        assert!(!held.pids.is_empty(), "rsync ended before it was caught");
        held
    }

    /// How many processes are held; a copy has three.
    pub fn count(&self) -> usize {
        self.pids.len()
    }

    pub fn release(self) {}
}

impl Drop for Held {
    fn drop(&mut self) {
        for pid in &self.pids {
            signal(*pid, Signal::CONT);
        }
    }
}

fn is_stopped(pid: u32) -> bool {
    let stat = Process::new(pid.cast_signed()).and_then(|process| process.stat());
    stat.is_ok_and(|stat| matches!(stat.state(), Ok(ProcState::Stopped)))
}
