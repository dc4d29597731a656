//! What the test binaries share. `bench` is a small machine of its own (namespaces, system bus, udevd, UDisks2), `disk` what
//! is plugged into it, `daemon` the real `asbackupd` in it, `sandbox` what its unit lets it do, `sockets` who sends
//! its mails, `seen` what it told, `tree`
//! and `compare` the files that are copied, `processes` whom to stop in mid-copy, `scene` the usual beginning of a test, `panics`
//! what a failed case says.
#![allow(dead_code, reason = "each test binary uses its part")]

pub mod bench;
pub mod compare;
pub mod config;
pub mod daemon;
pub mod disk;
pub mod look;
pub mod panics;
pub mod processes;
pub mod sandbox;
pub mod scene;
pub mod seen;
pub mod sockets;
pub mod stacked;
pub mod tree;

use std::process::{Command, Output};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Long enough for a loaded machine with two cores; only a test that fails ever waits for it.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Runs a program to its end and returns what it printed; a failure is a panic with its errors.
pub fn run(command: &mut Command) -> String {
    let output = output(command);
    assert!(
        output.status.success(),
        "{command:?} failed with {}: {}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

/// Runs a program to its end, whatever that is.
pub fn output(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?} did not start: {error}"))
}

/// Looks every few milliseconds whether something has come true; for conditions of the machine that nobody signals.
pub fn wait_for<T>(what: &str, patience: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited {patience:?} in vain for {what}");
        sleep(Duration::from_millis(2));
    }
}
