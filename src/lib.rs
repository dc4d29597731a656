//! asbackup copies a Veeam repository onto a rotated set of external disks: a known disk appears, everything else happens by
//! itself, and nothing is ever lost.
//!
//! Data flows one way, observe → decide → do → tell:
//!
//! ```text
//! disks (UDisks2)   ─┐
//! bus   (calls)     ─┼─▶ controller ─▶ copy: the nine steps ─▶ RunRecord ─▶ report: journal, history, mail
//! systemd (signals) ─┘        └─ watch<Status> ─▶ bus: PropertiesChanged · STATUS= · status file
//! ```
//!
//! In reading order: `model` (the data), `texts`, `paths` (the way to a file), `config`; `disks`, `veeam` (what is observed and
//! done); `copy` (the steps); `report`; `controller` (decides), `bus`, `daemon` (joins them). `client` and `web`, the page, are the
//! other side of the bus; `aside`, `blocking`, `net`, `systemd` and `wire` serve them all. A room uses only rooms before it; a test keeps that
//! true.

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

// The rooms that have crates of their own, under the names that this one knows them by.
pub use asbackup_api as model;
pub use asbackup_config as config;
pub use asbackup_logging as logging;
pub use asbackup_system::{blocking, bus_socket, net, paths, privsep, systemd};
pub use asbackup_texts as texts;
