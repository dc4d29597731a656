//! The process `asbackup`. What it does is in `asbackup_cli::commands`.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    asbackup_cli::commands::asbackup()
}
