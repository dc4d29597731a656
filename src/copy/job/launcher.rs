//! How rsync is started: by a program of ours that leaves it the source, the target, its log, and what it needs to run. Knows what
//! rsync has to read, and how to say it; what it can't reach is the kernel's business (`bin/asbackup-confine.rs`).

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::fd::BorrowedFd;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use log::debug;

use super::preflight::program;
use super::stages::Run;
use crate::blocking::{GLANCE, blocking};
use crate::copy::rsync::command_line::{Purpose, Rsync};
use crate::copy::rsync::process::Invocation;
use crate::copy::trees::source::Source;
use crate::model::{Fault, Warning};

const PROGRAM: &str = "asbackup-confine";

/// It is the machine's, not the run's: once for as long as the service lives.
static TOLD: AtomicBool = AtomicBool::new(false);

/// The program that starts rsync, and what that may read.
#[derive(Debug)]
pub struct Launcher {
    program: PathBuf,
    /// The kernel enforces what it is told.
    confines: bool,
    source: File,
}

impl Launcher {
    /// Looks for the program and asks it what the kernel can do; with it, why rsync can't be confined. Blocks.
    fn find(source: File) -> (Option<Self>, Option<String>) {
        let program = match beside_us() {
            Ok(program) => program,
            Err(error) => return (None, Some(format!("{PROGRAM}: {error}"))),
        };
        let refusal = match probe(&program) {
            Ok(refusal) => refusal,
            Err(error) => return (None, Some(format!("{}: {error}", program.display()))),
        };
        (Some(Self { program, confines: refusal.is_none(), source }), refusal)
    }

    /// What comes before rsync's own words.
    fn words(&self, rsync: &Rsync<'_>, purpose: Purpose<'_>) -> Vec<OsString> {
        if !self.confines {
            return vec!["--unconfined".into(), "--".into()];
        }
        let list = if let Purpose::Compare { list } = purpose { Some(list) } else { None };
        let read = rsync.excludes.into_iter().chain(rsync.settled).chain(list);
        let mut words: Vec<OsString> = read.flat_map(|path| ["--read".into(), path.into()]).collect();
        let log = rsync.log_file.filter(|_| matches!(purpose, Purpose::Copy { .. }));
        words.extend(log.into_iter().flat_map(|path| ["--log".into(), path.into()]));
        words.push("--".into());
        words
    }
}

/// Installed together, built together.
fn beside_us() -> io::Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name(PROGRAM);
    if program.is_file() { Ok(program) } else { Err(io::ErrorKind::NotFound.into()) }
}

/// Why it can't be done, if it can't.
fn probe(program: &PathBuf) -> io::Result<Option<String>> {
    let output = Command::new(program).arg("--probe").env_clear().stdin(Stdio::null()).output()?;
    let refusal = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Ok((!output.status.success()).then_some(refusal))
}

impl Run {
    /// Before the first rsync of a run.
    pub(super) async fn find_launcher(&mut self, source: &Source) {
        let source = source.directory.try_clone();
        let found = blocking(GLANCE, move || Ok::<_, io::Error>(Launcher::find(source?))).await;
        let (launcher, refusal) = found.unwrap_or_else(|error| (None, Some(error.to_string())));
        self.launcher = launcher;
        let Some(cause) = refusal else { return };
        debug!("rsync runs unconfined: {cause}");
        if !TOLD.swap(true, Ordering::Relaxed) {
            self.warn(Warning::Unconfined { cause });
        }
    }

    /// rsync in `directory`, with what `purpose` allows it.
    pub(super) fn invocation<'a>(
        &self,
        rsync: &Rsync<'_>,
        purpose: Purpose<'_>,
        directory: BorrowedFd<'a>,
    ) -> Result<Invocation<'a>, Fault> {
        let (rsync_program, mut arguments) = (program()?, rsync.arguments(purpose));
        let Some(launcher) = &self.launcher else {
            return Ok(Invocation { program: rsync_program, arguments, directory, input: Stdio::null() });
        };
        let source = launcher.source.try_clone().map_err(|error| Fault::Internal { cause: error.to_string() })?;
        let mut words = launcher.words(rsync, purpose);
        words.push(rsync_program.into());
        words.append(&mut arguments);
        Ok(Invocation { program: launcher.program.clone(), arguments: words, directory, input: Stdio::from(source) })
    }
}
