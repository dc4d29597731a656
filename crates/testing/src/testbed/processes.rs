//! Processes of the testbed as the host sees them: who is whose child, and rsync stopped in mid-copy.
//!
//! A copy is held with SIGSTOP and released with SIGCONT, which needs no other flags, no slower disk and no luck with timing.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use procfs::process::{ProcState, Process};
use rustix::process::{Pid, Signal, getpriority_process, kill_process, setpriority_process};

use crate::{PATIENCE, PAUSE, wait_for};

/// Sends a signal; a process that has gone meanwhile is no error.
pub fn signal(pid: u32, signal: Signal) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let _ = kill_process(pid.expect("a pid"), signal);
}

/// A program of the testbed that ends with the test.
pub struct Program(Child);

impl Program {
    /// Starts it without input and output.
    pub fn start(command: &mut Command) -> Self {
        Self(command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("a process"))
    }

    /// The pids of everything that it has started, directly or not.
    pub fn all(&self) -> Vec<u32> {
        descendants(self.0.id())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // What nsenter has started outlives it.
        self.all().into_iter().for_each(|pid| signal(pid, Signal::KILL));
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The living children of a process.
pub fn children(parent: u32) -> Vec<u32> {
    children_in(&living(), parent)
}

/// The living children of a process, their children, and so on.
pub fn descendants(ancestor: u32) -> Vec<u32> {
    let living = living();
    let mut found = children_in(&living, ancestor);
    let mut next = 0;
    while next < found.len() {
        found.extend(children_in(&living, found[next]));
        next += 1;
    }
    found
}

/// Waits until none of `pids` lives any more. One that has ended counts as gone even if nobody has asked how.
///
/// # Panics
/// If one still lives after [`PATIENCE`], with what it is and where it hangs in the kernel.
pub fn wait_until_gone(what: &str, pids: &[u32]) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let living = living();
        let left: Vec<_> = pids.iter().filter(|pid| living.iter().any(|(alive, _)| alive == *pid)).collect();
        if left.is_empty() {
            return;
        }
        let about = || left.iter().map(|pid| describe(**pid)).collect::<Vec<_>>().join("\n");
        assert!(Instant::now() < deadline, "{what} still lives after {PATIENCE:?}:\n{}", about());
        thread::sleep(PAUSE);
    }
}

/// What a process is, what it does, and where in the kernel.
fn describe(pid: u32) -> String {
    let read = |name| fs::read_to_string(format!("/proc/{pid}/{name}")).unwrap_or_else(|error| error.to_string());
    format!("{pid}: {}\n{}{}", read("cmdline").replace('\0', " "), read("status"), read("stack"))
}

fn children_in(living: &[(u32, u32)], parent: u32) -> Vec<u32> {
    living.iter().filter(|(_, its_parent)| *its_parent == parent).map(|(pid, _)| *pid).collect()
}

/// Each process with its parent.
fn living() -> Vec<(u32, u32)> {
    let all = procfs::process::all_processes().expect("/proc");
    let pair = |process: Process| {
        let stat = process.stat().ok()?;
        let dead = matches!(stat.state(), Ok(ProcState::Zombie | ProcState::Dead));
        (!dead).then_some((stat.pid.cast_unsigned(), stat.ppid.cast_unsigned()))
    };
    all.flatten().filter_map(pair).collect()
}

/// Which of its two rsyncs a run is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The one that only lists what there is to do.
    DryRun,
    /// The one that copies.
    Copy,
}

/// The rsync processes of `daemon` in `stage`; one that only prints its version is in none.
pub fn rsyncs(daemon: u32, stage: Stage) -> Vec<u32> {
    let is_wanted = |pid: &u32| {
        let process = Process::new(pid.cast_signed()).ok();
        let words = process.and_then(|process| process.cmdline().ok());
        let words = words.unwrap_or_default();
        let has = |wanted: &str| words.iter().any(|word| word == wanted);
        let rsync = words.first().is_some_and(|word| word.ends_with("rsync"));
        let dry = has("--dry-run") || has("-n");
        rsync && has("./") && dry == (stage == Stage::DryRun)
    };
    descendants(daemon).into_iter().filter(is_wanted).collect()
}

/// An rsync that is stopped until this is dropped.
pub struct Held {
    pids: Vec<u32>,
}

impl Held {
    /// Waits until rsync is at work and stops all its processes. The third one of a copy is forked when the list of files is
    /// complete and the first file is about to be written.
    pub fn catch(daemon: u32, stage: Stage) -> Self {
        let _first = Urgent::begin();
        let at_work = if stage == Stage::Copy { 3 } else { 1 };
        wait_for("rsync to be at work", PATIENCE, || (rsyncs(daemon, stage).len() >= at_work).then_some(()));
        let mut held = Self { pids: Vec::new() };
        // A process that forks while it is being stopped has a child that runs on, so look until there is no new one.
        wait_for("rsync to stop", Duration::from_secs(5), || {
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

    /// How many processes are stopped; a copy has three.
    pub fn count(&self) -> usize {
        self.pids.len()
    }

    /// Waits until the daemon has sent rsync a signal to end, which it gets once it is released.
    pub fn is_told_to_end(&self) {
        let is_told = |pid: &u32| {
            let status = Process::new(pid.cast_signed()).and_then(|process| process.status());
            let fatal = 1 << (Signal::TERM.as_raw() - 1) | 1 << (Signal::KILL.as_raw() - 1);
            status.map_or(true, |status| (status.shdpnd | status.sigpnd) & fatal != 0)
        };
        wait_for("rsync to be told to end", PATIENCE, || self.pids.iter().any(is_told).then_some(()));
    }

    /// Lets rsync go on.
    pub fn release(self) {}
}

/// While it lives, this thread runs before all others: what is to be caught may live for some milliseconds, as long as a thread
/// waits for its turn on a busy machine.
struct Urgent {
    before: i32,
}

impl Urgent {
    fn begin() -> Self {
        // On Linux, both are about the thread that calls.
        let before = getpriority_process(None).unwrap_or_default();
        let _ = setpriority_process(None, -20);
        Self { before }
    }
}

impl Drop for Urgent {
    fn drop(&mut self) {
        let _ = setpriority_process(None, self.before);
    }
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
