//! Starts rsync through `asbackup-confine`, which confines it to the source, the target, its log, and what it needs to
//! run. Knows what rsync has to read and how to pass that on.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::fd::BorrowedFd;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::command_line::{Purpose, Rsync};
use super::process::{Invocation, rsync_program};
use asbackup_api::Fault;

const PROGRAM: &str = "asbackup-confine";

/// The program that starts rsync, and what rsync may read.
#[derive(Debug)]
pub struct Launcher {
    program: PathBuf,
    /// The kernel can confine rsync.
    confines: bool,
    source: File,
}

impl Launcher {
    /// Finds the program and has it probe what the kernel can enforce. Also returns why rsync can't be confined, if so.
    /// Blocks.
    pub fn find(source: File) -> (Option<Self>, Option<String>) {
        let program = match installed_program() {
            Ok(program) => program,
            Err(error) => return (None, Some(format!("{PROGRAM}: {error}"))),
        };
        let refusal = match probe(&program) {
            Ok(refusal) => refusal,
            Err(error) => return (None, Some(format!("{}: {error}", program.display()))),
        };
        (Some(Self { program, confines: refusal.is_none(), source }), refusal)
    }

    /// From now on, rsync reads this directory instead.
    pub fn read_from(&mut self, source: File) {
        self.source = source;
    }

    /// rsync in `directory`, with what `purpose` needs.
    ///
    /// # Errors
    /// rsync is not installed, or the process has too many descriptors.
    pub fn invocation<'d>(
        &self,
        rsync: &Rsync<'_>,
        purpose: Purpose<'_>,
        directory: BorrowedFd<'d>,
    ) -> Result<Invocation<'d>, Fault> {
        let source = self.source.try_clone().map_err(|error| Fault::Internal { cause: error.to_string() })?;
        let mut arguments = self.options(rsync, purpose);
        arguments.push(rsync_program()?.into());
        arguments.append(&mut rsync.arguments(purpose));
        let invocation = Invocation::new(self.program.clone(), arguments, directory);
        Ok(Invocation { input: Stdio::from(source), ..invocation })
    }

    /// The arguments before rsync's own.
    fn options(&self, rsync: &Rsync<'_>, purpose: Purpose<'_>) -> Vec<OsString> {
        if !self.confines {
            return vec!["--unconfined".into(), "--".into()];
        }
        let list = if let Purpose::Compare { list } = purpose { Some(list) } else { None };
        let read = rsync.excludes.into_iter().chain(rsync.skip_list).chain(list);
        let mut words: Vec<OsString> = read.flat_map(|path| ["--read".into(), path.into()]).collect();
        let log = rsync.log_file.filter(|_| matches!(purpose, Purpose::Copy { .. }));
        words.extend(log.into_iter().flat_map(|path| ["--log".into(), path.into()]));
        words.push("--".into());
        words
    }
}

/// In the service's own directory, since both are built and installed together.
fn installed_program() -> io::Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name(PROGRAM);
    if program.is_file() { Ok(program) } else { Err(io::ErrorKind::NotFound.into()) }
}

/// Why rsync can't be confined, if it can't.
fn probe(program: &PathBuf) -> io::Result<Option<String>> {
    let output = Command::new(program).arg("--probe").env_clear().stdin(Stdio::null()).output()?;
    let refusal = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Ok((!output.status.success()).then_some(refusal))
}
