//! Starts rsync with access to no more than a copy needs: the source to read, its working directory to write to, its
//! log, and what any program needs to run. The rest of the machine is out of reach, wherever links in the source lead.
//! A process can only confine itself, so this is a program of its own, which then becomes rsync. Only the daemon calls
//! it.
//!
//! ```text
//! asbackup-confine --probe                                    exits with 0 if the kernel can do it
//! asbackup-confine [--unconfined] [--read PATH]… [--log PATH] -- PROGRAM [ARGUMENT]…
//! ```
//!
//! Standard input is the source's directory, opened, so that nothing can replace it meanwhile. With --unconfined, for
//! kernels without Landlock, only capabilities are dropped. If anything fails, the exit code is 126 and nothing is
//! started.

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use asbackup_system::paths;
use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd, PathFdError, Ruleset,
    RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};
use rustix::thread::{CapabilitySet, capabilities, set_capabilities, set_no_new_privs};
use thiserror::Error;

const FAILED: u8 = 126;
/// The first version under which files can be moved and hard-linked between directories.
const MIN_ABI: ABI = ABI::V2;
/// Programs and their libraries; every program reads the last two to find libraries and to format times.
const SYSTEM: [&str; 6] = ["/usr", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/localtime"];
/// With this, a process can take control of others.
const DROPPED: CapabilitySet = CapabilitySet::SYS_PTRACE;

#[derive(Debug, Error)]
enum ConfineError {
    #[error("{0}")]
    Usage(&'static str),
    #[error(transparent)]
    System(#[from] io::Error),
    #[error(transparent)]
    Rules(#[from] RulesetError),
    #[error(transparent)]
    Path(#[from] PathFdError),
    #[error("the kernel accepted the rules but does not enforce them")]
    NotEnforced,
}

#[derive(Debug, Default)]
struct Arguments {
    unconfined: bool,
    read: Vec<PathBuf>,
    log: Option<PathBuf>,
    program: PathBuf,
    program_arguments: Vec<OsString>,
}

fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    let outcome = match words.first() {
        Some(word) if word == "--probe" => rules().and_then(enforce),
        _ => become_program(words),
    };
    if let Err(error) = outcome {
        eprintln!("asbackup-confine: {error}");
        return ExitCode::from(FAILED);
    }
    ExitCode::SUCCESS
}

/// Does not return on success.
fn become_program(words: Vec<OsString>) -> Result<(), ConfineError> {
    let arguments = Arguments::read(words)?;
    set_no_new_privs(true).map_err(io::Error::from)?;
    drop_capabilities()?;
    // It can't be opened once confined.
    let nothing = File::open("/dev/null")?;
    if !arguments.unconfined {
        confine(&arguments)?;
    }
    Err(Command::new(&arguments.program).args(&arguments.program_arguments).stdin(Stdio::from(nothing)).exec().into())
}

/// They don't come back when root executes a program, because of `no_new_privs`.
fn drop_capabilities() -> io::Result<()> {
    let mut sets = capabilities(None)?;
    for set in [&mut sets.effective, &mut sets.permitted, &mut sets.inheritable] {
        set.remove(DROPPED);
    }
    Ok(set_capabilities(None, sets)?)
}

fn confine(arguments: &Arguments) -> Result<(), ConfineError> {
    let listed = AccessFs::ReadFile | AccessFs::ReadDir;
    let mut rules = rules()?.add_rule(PathBeneath::new(io::stdin().as_fd(), listed))?;
    for path in SYSTEM.iter().map(Path::new).filter(|path| path.exists()).chain([arguments.program.as_path()]) {
        rules = allow(rules, &PathFd::new(path)?, path, AccessFs::from_read(MIN_ABI))?;
    }
    for path in &arguments.read {
        rules = allow(rules, &paths::file(path)?, path, AccessFs::ReadFile.into())?;
    }
    if let Some(log) = &arguments.log {
        rules = allow(rules, &paths::append(log)?, log, AccessFs::WriteFile.into())?;
    }
    let all_but = AccessFs::from_all(ABI::V5) & !(AccessFs::Execute | AccessFs::IoctlDev);
    enforce(rules.add_rule(PathBeneath::new(PathFd::new(".")?, all_but))?)
}

/// Leaves out rights that only directories can have if the path is a file.
fn allow(
    rules: RulesetCreated,
    opened: impl AsFd,
    path: &Path,
    access: BitFlags<AccessFs>,
) -> Result<RulesetCreated, ConfineError> {
    let access = if path.is_dir() { access } else { access & AccessFs::from_file(ABI::V5) };
    Ok(rules.add_rule(PathBeneath::new(opened, access))?)
}

/// Forbids all that the kernel can forbid: access to files, and on newer kernels TCP, devices and signals to other
/// processes.
fn rules() -> Result<RulesetCreated, ConfineError> {
    let rules = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(MIN_ABI))?
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(ABI::V5))?
        .handle_access(AccessNet::from_all(ABI::V4))?
        .scope(Scope::from_all(ABI::V6))?;
    Ok(rules.create()?)
}

fn enforce(rules: RulesetCreated) -> Result<(), ConfineError> {
    match rules.restrict_self()?.ruleset {
        RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced => Ok(()),
        RulesetStatus::NotEnforced => Err(ConfineError::NotEnforced),
    }
}

impl Arguments {
    fn read(words: Vec<OsString>) -> Result<Self, ConfineError> {
        let mut arguments = Self::default();
        let mut words = words.into_iter();
        loop {
            let word = words.next().ok_or(ConfineError::Usage("-- and a program are missing"))?;
            let mut path = || words.next().map(PathBuf::from).ok_or(ConfineError::Usage("a path is missing"));
            match word.to_str() {
                Some("--unconfined") => arguments.unconfined = true,
                Some("--read") => arguments.read.push(path()?),
                Some("--log") => arguments.log = Some(path()?),
                Some("--") => {
                    arguments.program = path()?;
                    arguments.program_arguments = words.collect();
                    return Ok(arguments);
                }
                _ => return Err(ConfineError::Usage("an unknown option")),
            }
        }
    }
}
