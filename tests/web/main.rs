//! The status page in a real browser: the real daemon with a real copy, and a played one for states that pass too quickly.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod browser;
mod office;
mod site;
mod town;

mod access;
mod copy;
mod crowd;
mod guard;
mod live;
mod log;
mod looks;
mod moves;
mod proxy;
mod start;
mod strangers;
