//! The command line's own process: against the bus room with any status that a test wants, and against the real daemon with
//! UDisks2 and polkit played by the test. What it says is in `words/`, in both languages; `UPDATE=1` writes it anew.

#[path = "../common/bus.rs"]
mod bus;
#[path = "../bus_daemon/daemon.rs"]
#[allow(dead_code, reason = "each test program uses its part")]
mod daemon;
#[path = "../common/fake_polkit.rs"]
mod fake_polkit;
#[path = "../common/fake_udisks.rs"]
mod fake_udisks;
#[path = "../bus_daemon/house.rs"]
#[allow(dead_code, reason = "each test program uses its part")]
mod house;
#[path = "../common/rig.rs"]
mod rig;
#[path = "../common/seen.rs"]
#[allow(dead_code, reason = "each test program uses its part")]
mod seen;
#[path = "../bus_daemon/settings.rs"]
#[allow(dead_code, reason = "each test program uses its part")]
mod settings;

mod called;
mod samples;

mod config;
mod follow;
mod json;
mod orders;
mod words;
