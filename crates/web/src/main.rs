//! The process `asbackup-web`: logger, runtime, connection to the bus, exit code. The page itself is in `asbackup_web`.

use std::process::ExitCode;

use asbackup_system::bus_socket;
use asbackup_web::WebError;
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};

fn main() -> ExitCode {
    if let Err(error) = asbackup_logging::install(None) {
        eprintln!("asbackup-web: {error}");
        return ExitCode::FAILURE;
    }
    let runtime = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            log::error!("asbackup-web: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(serve()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            log::error!("asbackup-web: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs until SIGTERM; there is nothing to clean up.
async fn serve() -> Result<(), WebError> {
    let mut term = signal(SignalKind::terminate()).map_err(|cause| WebError::from(zbus::Error::from(cause)))?;
    let bus = bus_socket::connect().await?;
    tokio::select! {
        ended = asbackup_web::run(bus) => ended,
        _ = term.recv() => Ok(()),
    }
}
