//! The process `asbackup`, implemented in `asbackup_cli::commands`.

use std::process::ExitCode;

fn main() -> ExitCode {
    asbackup_cli::commands::asbackup()
}
