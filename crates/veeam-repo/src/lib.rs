#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod chain;
mod facts;
mod fold;
mod gather;
mod listing;
mod moment;
mod name;
mod read;
mod signatures;
mod vbm;

pub use facts::{
    Backup, Basis, Contents, Entry, Flaw, Machine, PlugIn, Repository, RestorePoint, Share, Shares, Trouble, Unread,
};
pub use moment::Moment;
pub use name::{ChainName, FileKind, Form};
pub use read::read;
pub use signatures::{BEGINNING, Likeness, Signatures};
pub use vbm::{Limit, Limits, VbmError};
