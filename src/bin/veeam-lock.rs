//! The process `veeam-lock`. What it does is in `asbackup::client`.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    asbackup::client::veeam_lock()
}
