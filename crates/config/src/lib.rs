//! config.ini as typed values. Owns which keys there are, what they may hold and how faults are reported: all at once,
//! each with its place. Does not know what the values are used for; looks at no file but config.ini itself.
//!
//! In reading order: `types` (what comes out), `fault` (what can be wrong), `numbering`, `interpolation` and `ini` (the
//! notation, as Python reads it), `values` (what a key may hold), `keys` (the one table), `settings` and `warnings` (what is
//! in force, and what is suspicious), `load`, and `edit` (a value into the text of a file).

#![deny(missing_docs)]

mod continuation;
mod edit;
mod fault;
pub mod ini;
mod interpolation;
mod keys;
mod load;
mod numbering;
mod settings;
mod types;
mod values;
mod warnings;

pub use edit::with_value;
pub use fault::{ConfigFaults, ConfigProblem, Problems};
pub use interpolation::InterpolationError;
pub use keys::SOURCE;
pub use load::{Loaded, load, parse};
pub use settings::{Origin, Setting};
pub use types::{
    Config, Encryption, IdentityPolicy, KnownDisk, LossyPolicy, MASK, Mail, MailLevel, MailPolicy, Secret, Snapshot,
    SnapshotMode, StaleLockPolicy, Veeam, Web,
};
pub use values::{DISK_LIST, disk_line, disk_list, looks_like_host, split_mailbox};

/// A new config.ini: every key with its default and its reason.
pub const TEMPLATE: &str = include_str!("../../../config.ini.template");

#[cfg(test)]
mod tests;
