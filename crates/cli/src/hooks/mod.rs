//! The tools for Veeam's job scripts, `veeam-lock` and `veeam-unlock`: small clients of the bus, made to start and answer fast.
//! `arguments` reads the command line, `lock` and `unlock` do what it says over `voice`, `exit_code` turns the result into exit
//! codes. `reader` notices when nobody reads the output any more.

pub mod arguments;
mod exit_code;
mod lock;
mod reader;
mod unlock;
mod voice;

use std::process::ExitCode;

use clap::Parser;
use tokio::runtime::Builder;

use asbackup_api::bus::Error;

use arguments::{LockArguments, UnlockArguments};
use exit_code::End;
use voice::Voice;

/// Runs `veeam-lock`.
pub fn veeam_lock() -> ExitCode {
    let arguments = LockArguments::parse();
    let voice = Voice::new(&arguments.job);
    voice.finish(run(lock::lock(&arguments, &voice)))
}

/// Runs `veeam-unlock`.
pub fn veeam_unlock() -> ExitCode {
    let arguments = UnlockArguments::parse();
    let voice = Voice::new(&arguments.job);
    voice.finish(run(unlock::unlock(&arguments, &voice)))
}

fn run(work: impl Future<Output = Result<End, Error>>) -> Result<End, Error> {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Error::ZBus(zbus::Error::InputOutput(error.into())))?.block_on(work)
}
