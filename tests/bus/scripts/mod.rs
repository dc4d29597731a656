//! The way from Veeam's server to the daemon: the .cmd files under Wine with an ssh.exe that only remembers, and the real sshd with
//! the forced command, the real tools and the real daemon.

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
#[path = "../common/seen.rs"]
#[allow(dead_code, reason = "each test program uses its part")]
mod seen;
#[path = "../bus_daemon/settings.rs"]
#[allow(dead_code, reason = "each test program uses its part")]
mod settings;

mod cmd;
mod ssh;
mod sshd;
