//! From files to links, by what is there to go by: `metadata` where they can be read, else `names`; `shares` and `plugin` are the
//! backups without chains.

pub(crate) mod metadata;
pub(crate) mod names;
pub(crate) mod plugin;
pub(crate) mod shares;
