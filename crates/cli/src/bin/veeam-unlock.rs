//! The process `veeam-unlock`. What it does is in `asbackup_cli::hooks`.

use std::process::ExitCode;

fn main() -> ExitCode {
    asbackup_cli::hooks::veeam_unlock()
}
