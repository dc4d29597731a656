//! What holds the project together: its structure, its licences, what the READMEs promise, and text from outside.

#[path = "../readmes/mod.rs"]
#[allow(dead_code, reason = "each test program uses its part")]
mod commands;

mod foreign;
mod licenses;
mod readmes;
mod structure;
