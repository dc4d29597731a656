//! Processes, named for people, and what they have open.

use std::fs;
use std::path::PathBuf;

use procfs::process::Process;

use asbackup_system::paths::Principal;

/// `bash (4711)`
pub fn name(process: &Process) -> Option<String> {
    process.stat().ok().map(|stat| format!("{} ({})", stat.comm, stat.pid))
}

/// `bash (4711, joe)`
pub fn owned_name(process: &Process) -> Option<String> {
    let (stat, user) = (process.stat().ok()?, Principal::User(process.uid().ok()?));
    Some(format!("{} ({}, {user})", stat.comm, stat.pid))
}

/// The links of procfs to what the process has open, and to its working directory, root, and program.
pub fn links(process: &Process) -> impl Iterator<Item = PathBuf> + use<> {
    let own = PathBuf::from(format!("/proc/{}", process.pid));
    let open = fs::read_dir(own.join("fd")).into_iter().flatten().flatten().map(|entry| entry.path());
    ["cwd", "root", "exe"].map(|name| own.join(name)).into_iter().chain(open)
}
