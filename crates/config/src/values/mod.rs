//! The kinds of values: what a key may hold, and how it is read and written. `value.rs` first; `mail_policy.rs` and `disks.rs`
//! are lists of `addresses.rs`.

mod addresses;
mod disks;
mod hosts;
mod mail_policy;
mod numbers;
mod paths;
mod value;
mod words;

pub use addresses::{ADDRESSES, SENDER, looks_like_host, split_mailbox};
pub use disks::{DISK_LIST, DISKS, disk_line, disk_list};
pub use hosts::{API_URL, HOST, HOSTS};
pub use mail_policy::MAIL_POLICIES;
pub use numbers::{
    DAYS, DAYS_OR_NEVER, GIGABYTES, HOURS_OR_NEVER, KILOBYTES, MEGABYTES, MINUTES, PERCENT, PORT, SECONDS,
};
pub use paths::{DIRECTORY, FILE, FILE_WITHIN, ON_DISK, OPTIONAL_FILE, OPTIONAL_FILE_WITHIN, directory, show};
pub use value::{Traits, Value};
pub use words::{ENCRYPTION, IDENTITY, LANGUAGE, LOSSY, SECRET, SNAPSHOT_MODE, STALE_LOCK, SWITCH, TEXT};
