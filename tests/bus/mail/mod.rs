//! Mail from the real daemon's process to real servers on loopback: Python's and Debian's Exim. Read with Python's parser.

#[path = "../common/bus.rs"]
mod bus;
#[path = "../bus_daemon/daemon.rs"]
#[allow(dead_code, reason = "each test program uses its part")]
mod daemon;
#[path = "../common/fake_udisks.rs"]
mod fake_udisks;
#[path = "../bus_daemon/house.rs"]
#[allow(dead_code, reason = "each test program uses its part")]
mod house;
#[path = "../mail_servers/mod.rs"]
mod mail_servers;
#[path = "../common/seen.rs"]
#[allow(dead_code, reason = "each test program uses its part")]
mod seen;
#[path = "../bus_daemon/settings.rs"]
mod settings;

mod aside;
mod contents;
mod crash;
mod endless;
mod exim;
mod names;
mod occasions;
mod outbox;
mod post;
mod secrets;
mod servers;
