//! The command line's own process: against the bus room with any status that a test wants, and against the real daemon with
//! UDisks2 and polkit played by the test. What it says is in `words/`, in both languages; `UPDATE=1` writes it anew.

pub mod called;
mod samples;

mod config;
mod follow;
mod json;
mod orders;
mod words;
