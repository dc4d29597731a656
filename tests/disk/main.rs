//! The daemon and real disks: loop devices, file systems, UDisks2, udevd and rsync in testbeds of their own. As root.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod boundary;
mod causes;
mod complete;
mod copy;
mod faults;
mod identity;
mod locks;
mod loss;
mod mail;
mod names;
mod never_mounted;
mod own;
mod paths;
mod power;
mod purge;
mod release;
mod resume;
mod sandbox;
mod setup;
mod sick;
mod snapshot;
mod source;
mod spelling;
mod stack;
mod stop;
mod target;
mod testbed;
mod times;
mod unformatted;
mod unusable;
mod watch;
