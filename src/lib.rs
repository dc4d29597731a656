//! asbackup copies a Veeam repository onto a rotated set of external disks: a known disk appears, everything else happens by
//! itself, and nothing is ever lost.
//!
//! This crate is the daemon. Data flows one way, observe → decide → do → tell:
//!
//! ```text
//! disks (UDisks2)   ─┐
//! bus   (calls)     ─┼─▶ controller ─▶ copy: the nine steps ─▶ RunRecord ─▶ store ─▶ mail
//! systemd (signals) ─┘        └─ watch<Status> ─▶ bus: PropertiesChanged · STATUS= · status file
//! ```
//!
//! In reading order: `disks`, `veeam`, `store` (what is observed, and what is remembered); `copy` (the steps); `controller` (decides), `bus`,
//! `daemon` (joins them). A room uses only rooms before it; a test keeps that true.

#![forbid(unsafe_code)]

pub mod bus;
pub mod controller;
pub mod copy;
pub mod daemon;
pub mod disks;
mod environment;
pub mod path_check;
mod status_file;
pub mod store;
pub mod veeam;
