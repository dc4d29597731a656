//! The process `veeam-unlock`. What it does is in `asbackup_cli::hooks`.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    asbackup_cli::hooks::veeam_unlock()
}
