//! What tests and figures share: the surroundings of the service, real or faked, and what can be asked of it.
//!
//! `testbed` is a small machine in namespaces of its own, with real disks; `harness` a private bus around a daemon, with the UDisks2
//! of `fakes`; `smtp_sink` and `veeam_server` listen on loopback; `recorder` keeps what a daemon has sent.

#![deny(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]
#![allow(clippy::new_without_default, reason = "what they make are processes")]

pub mod campaign;
pub mod certificates;
pub mod docs;
pub mod fakes;
pub mod harness;
pub mod panics;
pub mod port;
pub mod recorder;
pub mod smtp_sink;
pub mod sockets;
pub mod testbed;
pub mod veeam_server;

mod ini;
mod program;
mod python;

use std::process::{Command, Output};
use std::time::{Duration, Instant};

pub use program::{file, program, scratch, top};

/// Long enough for a loaded machine with two cores; only a test that fails ever waits for it.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// `PATH` of programs that start with an empty environment.
const SEARCH_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// Between two looks at a condition that nobody signals.
const PAUSE: Duration = Duration::from_millis(2);

/// Runs a program to its end and returns what it printed, without the last line end.
///
/// # Panics
/// If it fails, with what it printed.
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

/// Runs a program to its end, whether it succeeds or not.
///
/// # Panics
/// If it does not start.
pub fn output(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?} did not start: {error}"))
}

/// Polls until `look` finds something, for conditions of the machine that nobody signals. Blocks the thread.
///
/// # Panics
/// If it finds nothing within `patience`.
pub fn wait_for<T>(what: &str, patience: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + patience;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited {patience:?} in vain for {what}");
        std::thread::sleep(PAUSE);
    }
}

/// Polls until `is_so`, for conditions that nobody signals. Other tasks go on meanwhile.
///
/// # Panics
/// If it is not so within [`PATIENCE`].
pub async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "waited {PATIENCE:?} in vain for {what}");
        // Longer than `PAUSE`: a look may read a whole directory.
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
