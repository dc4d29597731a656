//! The process `asbackup`. What it does is in `asbackup_cli::commands`.

use std::process::ExitCode;

fn main() -> ExitCode {
    asbackup_cli::commands::asbackup()
}
