//! What a dry run's lines mean. Pure, except for what `trees` looks up about single files.

pub mod collect;
pub mod file_kinds;
pub mod headers;
pub mod listing;
pub mod loss;
pub mod plan;
pub mod survey;
