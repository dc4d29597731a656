//! The service on a private bus: the real daemon's process, or the bus room alone, beside fakes that can be told to fail.

#[path = "../common/bus.rs"]
mod bus;
#[path = "../readmes/mod.rs"]
#[allow(dead_code, reason = "each test program uses its part")]
mod commands;
#[path = "../common/fake_polkit.rs"]
mod fake_polkit;
#[path = "../common/fake_udisks.rs"]
mod fake_udisks;
#[path = "../common/house/mod.rs"]
mod house;
#[path = "../mail_servers/mod.rs"]
mod mail_servers;
#[path = "../common/rig.rs"]
mod rig;
#[path = "../common/seen.rs"]
mod seen;
#[path = "../veeam_server/mod.rs"]
mod veeam_server;

mod api;
mod cli;
mod contract;
mod daemon;
mod fakes;
mod mail;
mod readmes;
mod scripts;
mod service;
mod setup;
