//! `config.ini`: our reading of it against Python's own, the template and the texts of its faults.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod ini;
mod template;
mod texts;
