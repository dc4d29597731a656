//! The daemon and real disks: loop devices, file systems, UDisks2, udevd and rsync in benches of their own. As root.

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/fake_udisks.rs"]
mod fake_udisks;
#[path = "../mail_servers/mod.rs"]
mod mail_servers;
#[path = "../common/played.rs"]
mod played;

mod bench;
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
mod source;
mod spelling;
mod stack;
mod stop;
mod target;
mod times;
mod unformatted;
mod unusable;
mod watch;
