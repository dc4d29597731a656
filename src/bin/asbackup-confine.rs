//! Starts rsync with no more than a copy needs: the source to read, its working directory to write to, what a program needs to run,
//! and its log. The rest of the machine is out of its reach, whatever the owner of the source puts a link to. A process can only
//! confine itself, so this is a program of its own, which becomes rsync. The daemon calls it, nobody else.
//!
//! ```text
//! asbackup-confine --probe                                    says whether the kernel can do it
//! asbackup-confine [--unconfined] [--read PATH]… [--log PATH] -- PROGRAM [ARGUMENT]…
//! ```
//!
//! The source is standard input, as a descriptor, so that no name leads anywhere else meanwhile. With --unconfined, for a kernel
//! that can't, it gives up capabilities only. Where it can't do what it is told it ends with 126, and nothing is started.

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

const REFUSED: u8 = 126;
/// Older ones let nobody move a file or make a hard link from one directory to another.
const LEAST: ABI = ABI::V2;
/// Where programs and what they load lie; the last two are read by every one that looks for libraries and tells the time.
const SYSTEM: [&str; 6] = ["/usr", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/localtime"];
/// Who may look into another process can make it do anything.
const NEVER: CapabilitySet = CapabilitySet::SYS_PTRACE;

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
struct Wish {
    unconfined: bool,
    read: Vec<PathBuf>,
    log: Option<PathBuf>,
    program: PathBuf,
    arguments: Vec<OsString>,
}

fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    let outcome = match words.first() {
        Some(word) if word == "--probe" => rules().and_then(enforce),
        _ => become_program(words),
    };
    if let Err(error) = outcome {
        eprintln!("asbackup-confine: {error}");
        return ExitCode::from(REFUSED);
    }
    ExitCode::SUCCESS
}

/// Does not return where it succeeds.
fn become_program(words: Vec<OsString>) -> Result<(), ConfineError> {
    let wish = Wish::read(words)?;
    set_no_new_privs(true).map_err(io::Error::from)?;
    give_up_capabilities()?;
    // Afterwards it could not be opened any more.
    let nothing = File::open("/dev/null")?;
    if !wish.unconfined {
        confine(&wish)?;
    }
    Err(Command::new(&wish.program).args(&wish.arguments).stdin(Stdio::from(nothing)).exec().into())
}

/// They don't come back when root starts a program, since no new privileges are given any more.
fn give_up_capabilities() -> io::Result<()> {
    let mut sets = capabilities(None)?;
    for set in [&mut sets.effective, &mut sets.permitted, &mut sets.inheritable] {
        set.remove(NEVER);
    }
    Ok(set_capabilities(None, sets)?)
}

fn confine(wish: &Wish) -> Result<(), ConfineError> {
    let listed = AccessFs::ReadFile | AccessFs::ReadDir;
    let mut rules = rules()?.add_rule(PathBeneath::new(io::stdin().as_fd(), listed))?;
    for path in SYSTEM.iter().map(Path::new).filter(|path| path.exists()).chain([wish.program.as_path()]) {
        rules = allow(rules, &PathFd::new(path)?, path, AccessFs::from_read(LEAST))?;
    }
    for path in &wish.read {
        rules = allow(rules, &paths::file(path)?, path, AccessFs::ReadFile.into())?;
    }
    if let Some(log) = &wish.log {
        rules = allow(rules, &paths::append(log)?, log, AccessFs::WriteFile.into())?;
    }
    let all_but = AccessFs::from_all(ABI::V5) & !(AccessFs::Execute | AccessFs::IoctlDev);
    enforce(rules.add_rule(PathBeneath::new(PathFd::new(".")?, all_but))?)
}

/// What is right for a directory only can't be said of a file.
fn allow(
    rules: RulesetCreated,
    opened: impl AsFd,
    path: &Path,
    access: BitFlags<AccessFs>,
) -> Result<RulesetCreated, ConfineError> {
    let access = if path.is_dir() { access } else { access & AccessFs::from_file(ABI::V5) };
    Ok(rules.add_rule(PathBeneath::new(opened, access))?)
}

/// Everything is forbidden that the kernel can forbid: files, and with newer ones TCP, devices and signals to others, too.
fn rules() -> Result<RulesetCreated, ConfineError> {
    let rules = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(LEAST))?
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

impl Wish {
    fn read(words: Vec<OsString>) -> Result<Self, ConfineError> {
        let mut wish = Self::default();
        let mut words = words.into_iter();
        loop {
            let word = words.next().ok_or(ConfineError::Usage("-- and a program are missing"))?;
            let mut path = || words.next().map(PathBuf::from).ok_or(ConfineError::Usage("a path is missing"));
            match word.to_str() {
                Some("--unconfined") => wish.unconfined = true,
                Some("--read") => wish.read.push(path()?),
                Some("--log") => wish.log = Some(path()?),
                Some("--") => {
                    wish.program = path()?;
                    wish.arguments = words.collect();
                    return Ok(wish);
                }
                _ => return Err(ConfineError::Usage("an unknown option")),
            }
        }
    }
}
