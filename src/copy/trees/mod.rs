//! Source and target: opened so that no link leads elsewhere, walked, compared, and tried for the names and times that
//! they can hold. Knows nothing of rsync.

pub mod beneath;
pub mod frozen;
pub mod name_probe;
pub mod names;
pub mod partial;
pub mod source;
pub mod spelling;
pub mod target;
pub mod timestamps;
pub mod tree_info;
pub mod unverified;
pub mod walk;
