//! What outlives the daemon, below `/var/lib/asbackup`: the `history` of runs, the identities by which disks and source are
//! `remembered`, and the `agreements` to what a first copy may delete. Knows nothing of what follows from any of it.

pub mod agreements;
pub mod history;
mod lines;
pub mod remembered;
