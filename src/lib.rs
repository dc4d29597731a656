//! asbackup copies a Veeam repository onto a rotated set of external disks: plug in a known disk, and everything else
//! happens by itself.
//!
//! This crate is the daemon. Data flows one way, observe → decide → do → report:
//!
//! ```text
//! disks (UDisks2)   ─┐
//! bus   (calls)     ─┼─▶ controller ─▶ copy: the nine steps ─▶ RunRecord ─▶ store ─▶ mail
//! systemd (signals) ─┘        └─ watch<Status> ─▶ bus: PropertiesChanged · STATUS= · status file
//! ```
//!
//! In reading order: `disks`, `veeam`, `store` (what is observed, and what is remembered); `copy` (the steps);
//! `controller` (decides); `bus`; `daemon` (assembles them). A module uses only modules before it, which a test checks.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod bus;
pub mod controller;
pub mod copy;
pub mod daemon;
mod debug_dump;
pub mod disks;
pub mod path_check;
mod status_file;
pub mod store;
pub mod veeam;
