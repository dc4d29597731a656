//! The real daemon's process on a bus of its own, with UDisks2 and polkit played by the test, and faults injected by name.
//! What needs a file system to be really mounted is in the tests on disks.

#[path = "../common/bus.rs"]
mod bus;
#[path = "../common/fake_polkit.rs"]
mod fake_polkit;
#[path = "../common/fake_udisks.rs"]
mod fake_udisks;
#[path = "../common/seen.rs"]
#[allow(dead_code, reason = "each test program uses its part")]
mod seen;

mod daemon;
mod house;
mod settings;

mod bounds;
mod calls;
mod crash;
mod disks;
mod flood;
mod forged;
mod hostile;
mod identity;
mod inhibit;
mod logs;
mod mounting;
mod namesakes;
mod reload;
mod service;
mod start;
mod swarm;
mod throng;
mod tools;
mod veeam;
