//! The process `veeam-lock`. What it does is in `asbackup::client::hooks`.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    asbackup::client::hooks::veeam_lock()
}
