//! The installed system: a whole Debian in QEMU, the package as `make deb` makes it, real systemd, journald, polkit, udev and
//! UDisks2, and USB disks that are really plugged in and pulled out.
//!
//! `machine` is what the tests speak to, `scene` the words that most of them use; `qmp` and `shell` are the machine's two
//! wires, `emulator` is QEMU itself, `disk` what is plugged in, `mapped` one that can be told to misbehave, `root` the cached
//! Debian. The scenarios are in the other files, seeded ones in `campaign`. One reads like this:
//!
//! ```ignore
//! #[test]
//! fn vm_a_known_disk_is_copied_to() {
//!     let mut vm = Vm::installed();
//!     let disk = vm.make_disk("OFFSITE", "ext4");
//!     vm.configure(&[&disk]);
//!     vm.plug(&disk);
//!     vm.wait_success(&disk);
//!     vm.assert_copied(&disk);
//! }
//! ```
//!
//! `Vm::installed()` takes a second or two: it sets the one machine, which is booted once, back to a snapshot. When a scenario
//! fails, the daemon's journal and the console's tail are printed.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod campaign;
mod clocks;
mod confined;
mod disk;
mod docs;
mod emulator;
mod folding;
mod install;
mod interrupted;
mod journal;
mod machine;
mod mail;
mod mapped;
mod neighbours;
mod network_source;
mod page;
mod qmp;
mod quotas;
mod root;
mod scene;
mod shell;
mod sick;
mod snapshot;
mod stacked;
mod standstill;
mod upgrade;
