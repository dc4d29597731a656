//! What holds the project together: its structure, its reading order, its licences, what the docs promise, and text from outside.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod cycles;
mod dependencies;
mod docs;
mod foreign;
mod lexer;
mod licenses;
mod structure;
