//! The real daemon's process and a played Veeam on loopback, whose REST API follows the published description: what becomes of
//! locks, and of copies that find somebody at work.

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
#[path = "../veeam_server/mod.rs"]
mod veeam_server;

mod before_copies;
mod evidence;
mod locks;
mod mails;
mod talk;
