//! What a dry run's lines mean. Pure, but for what `trees` is asked about single files.

pub mod file_kinds;
pub mod foreign_files;
pub mod headers;
pub mod loss;
pub mod plan;
pub mod survey;
