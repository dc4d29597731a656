//! What a dry run's lines mean. Pure, but for what `trees` is asked about single files.

pub mod collect;
pub mod file_kinds;
pub mod headers;
pub mod loss;
pub mod plan;
pub mod survey;
