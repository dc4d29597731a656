//! What the tests share, and the figures: the parts of a world around the service, real or played, and what to ask of it.
//!
//! `testbed` is a small machine in namespaces of its own, with real disks; `harness` a private bus around a daemon, with UDisks2 played
//! by `fakes`; `smtp_sink` and `veeam_server` listen on loopback; `seen` is what a daemon has told.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]
#![allow(clippy::new_without_default, reason = "what they make are processes")]

pub mod campaign;
pub mod docs;
pub mod fakes;
pub mod harness;
pub mod panics;
pub mod recorder;
pub mod smtp_sink;
pub mod sockets;
pub mod testbed;
pub mod veeam_server;

mod program;

use std::process::{Command, Output};
use std::thread::sleep;
use std::time::{Duration, Instant};

pub use program::{file, program, scratch, top};

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
