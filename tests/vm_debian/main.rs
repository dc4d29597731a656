//! The installed system: a whole Debian in QEMU, the package as `make deb` makes it, real systemd, journald, polkit, udev and
//! UDisks2, and USB disks that are really plugged in and pulled out.
//!
//! `machine` is what the tests speak to; `qmp` and `shell` are its two wires, `disk` what is plugged in, `root` the cached
//! Debian. A scenario begins with `Vm::installed()` or `Vm::bare()`, which takes a second or two: both are snapshots of one
//! machine that is booted once.

mod disk;
mod install;
mod interrupted;
mod journal;
mod machine;
mod neighbours;
mod qmp;
mod root;
mod scene;
mod shell;
mod upgrade;
