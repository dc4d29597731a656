//! The service on a private bus: the real daemon's process, or the bus room alone, beside fakes that can be told to fail.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod api;
mod cli;
mod contract;
mod daemon;
mod docs;
mod fakes;
mod mail;
mod scripts;
mod service;
mod setup;
