//! The real daemon's process on a bus of its own, with UDisks2 and polkit played by the test, and faults injected by name.
//! What needs a file system to be really mounted is in the tests on disks.

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
