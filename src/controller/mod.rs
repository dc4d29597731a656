//! Decides.
mod call;
pub use call::{Call, Reply, Signal, Started};
