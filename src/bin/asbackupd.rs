//! The daemon's process: logger, runtime, exit code. What it does is in `asbackup::daemon`.

use std::process::ExitCode;
use std::time::Duration;

use asbackup::daemon::{self, Places};
use tokio::runtime::Builder;

/// After that, threads that hang in the kernel on a dead disk are left behind.
const SHUTDOWN_PATIENCE: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    if let Err(error) = asbackup_logging::install(None) {
        eprintln!("asbackupd: {error}");
        return ExitCode::FAILURE;
    }
    let runtime = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            log::error!("asbackupd: {error}");
            return ExitCode::FAILURE;
        }
    };
    let result = runtime.block_on(daemon::run(Places::from_environment()));
    runtime.shutdown_timeout(SHUTDOWN_PATIENCE);
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => ExitCode::from(error.exit_code()),
    }
}
