//! The process `veeam-unlock`, implemented in `asbackup_cli::hooks`.

use std::process::ExitCode;

fn main() -> ExitCode {
    asbackup_cli::hooks::veeam_unlock()
}
