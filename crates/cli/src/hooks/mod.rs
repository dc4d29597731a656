//! The tools for Veeam's job scripts, `veeam-lock` and `veeam-unlock`: small clients of the bus, made to start and answer fast.
//! `arguments` reads the command line, `lock` carries it out, `lock_events` follows the daemon meanwhile, and `report` prints the result.

pub mod arguments;
mod lock;
mod lock_events;
mod report;

use std::process::ExitCode;

use clap::Parser;
use tokio::runtime::Builder;

use crate::exit_code::Exit;
use asbackup_api::bus::Error;

use arguments::{LockArguments, UnlockArguments};
use report::Reporter;

/// Runs `veeam-lock`.
pub fn veeam_lock() -> ExitCode {
    let arguments = LockArguments::parse();
    let reporter = Reporter::new(&arguments.job);
    reporter.finish(run(lock::lock(&arguments, &reporter)))
}

/// Runs `veeam-unlock`.
pub fn veeam_unlock() -> ExitCode {
    let arguments = UnlockArguments::parse();
    let reporter = Reporter::new(&arguments.job);
    reporter.finish(run(lock::unlock(&arguments, &reporter)))
}

fn run(work: impl Future<Output = Result<Exit, Error>>) -> Result<Exit, Error> {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Error::ZBus(zbus::Error::InputOutput(error.into())))?.block_on(work)
}
