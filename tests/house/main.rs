//! What holds the project together: its structure, its licences, what the docs promise, and text from outside.

mod docs;
mod foreign;
mod licenses;
mod structure;
