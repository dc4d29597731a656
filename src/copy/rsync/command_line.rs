//! rsync's command line. The dry run has exactly the copy's options, except those for how contents are written, when
//! and how much is deleted, and what is printed. Says why each option is there; runs nothing.

use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use crate::copy::trees::name_probe::NAME_DIRECTORY;
use crate::copy::trees::partial::{PARTIAL, PartialPolicy};
use crate::disks::FileSystem;
use asbackup_api::Fault;
use asbackup_system::paths::{self, Refused};

/// The format of rsync's line per entry: what happens, length, name. See `itemize`.
const ITEM_FORMAT: &str = "--out-format=%i|%l|%n";
/// How many deletions beyond the plan's the copy may make, since the source may change in between.
const DELETION_SLACK: u64 = 10;
/// Entries of operating systems at the top of a file system, which are never part of a backup.
const SYSTEM_ENTRIES: [&str; 4] = ["/lost+found", "/System Volume Information", "/$RECYCLE.BIN", "/.Trash-*"];

/// XFS shows each ACL a second time as an extended attribute. -A copies the ACL; -X would remove it again, because the
/// source has no such attribute. A filter for attributes turns off rsync's own exception for `system.*`, so that is
/// repeated.
const ACL_ATTRIBUTES: [&str; 2] = ["--filter=-x system.*", "--filter=-x trusted.SGI_ACL_*"];

/// What rsync is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose<'a> {
    /// Lists the whole source, links and special files too, by comparing it with an empty directory.
    Survey,
    /// Compares the contents of files, whatever their times are.
    Compare {
        /// A file with their paths, each followed by a NUL.
        list: &'a Path,
    },
    /// Lists what the copy would do.
    DryRun,
    /// Lists what the copy of a snapshot would still do.
    Remaining,
    Copy {
        deletions: Deletions,
        partial: PartialPolicy,
    },
}

/// Who deletes what is not in the source, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletions {
    /// rsync, which counts directories, too; before it copies, to make room.
    First { removals: u64 },
    /// rsync, once everything is copied.
    Last { removals: u64 },
    /// Not rsync: a snapshot holds only what is to be copied.
    Elsewhere,
}

/// Everything that determines a command line. The target is rsync's working directory, never a path.
#[derive(Debug, Clone)]
pub struct Rsync<'a> {
    pub source: &'a Path,
    pub file_system: FileSystem,
    /// The target stores fractions of a second.
    pub fine_times: bool,
    /// Lock files, relative to both source and target.
    pub hidden: Vec<&'a Path>,
    /// The target is the top of its file system.
    pub at_top: bool,
    pub excludes: Option<&'a Path>,
    /// A file with rules for files that are up to date on the target though they look different.
    pub skip_list: Option<&'a Path>,
    pub log_file: Option<&'a Path>,
}

impl Rsync<'_> {
    pub fn arguments(&self, purpose: Purpose<'_>) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = self.fidelity(purpose).into_iter().map(OsString::from).collect();
        arguments.extend(self.filters());
        arguments.extend(purpose_flags(purpose).into_iter().map(OsString::from));
        match (purpose, self.log_file) {
            (Purpose::Compare { list }, _) => arguments.push(option("--files-from=", list)),
            (Purpose::Copy { .. }, Some(log_file)) => arguments.push(option("--log-file=", log_file)),
            _ => {}
        }
        arguments.push("--".into());
        arguments.push(with_slash(self.source));
        arguments.push("./".into());
        arguments
    }

    fn fidelity(&self, purpose: Purpose<'_>) -> Vec<&'static str> {
        match (self.file_system, purpose) {
            // No -x: it stops at device numbers, and the subvolumes of a btrfs have their own.
            (FileSystem::Full, _) | (_, Purpose::Survey) => {
                // A: ACLs, X: extended attributes, H: hard links, S: holes stay holes.
                let mut flags = vec!["-aHAXS", "--numeric-ids"];
                flags.extend(ACL_ATTRIBUTES);
                // Otherwise two versions of a file with one length within one second count as the same.
                if self.fine_times {
                    flags.push("--modify-window=-1");
                }
                flags
            }
            // FAT rounds times to two seconds. Owners, modes and links would fail or differ in every run.
            _ => vec!["-rt", "--modify-window=1"],
        }
    }

    fn filters(&self) -> Vec<OsString> {
        let own = self.own_filters();
        let Some(excludes) = self.excludes else { return own };
        // A line `!` in that list clears all rules before it.
        [own.clone(), vec![option("--exclude-from=", excludes)], own].concat()
    }

    fn own_filters(&self) -> Vec<OsString> {
        // Before all other rules: the source can't send directories with our names, and what is left of ours on the
        // disk is deleted at the end.
        let ours = [PARTIAL, NAME_DIRECTORY]
            .iter()
            .flat_map(|ours| ["H", "R"].map(|rule| format!("--filter={rule} {ours}/").into()));
        let mut filters: Vec<OsString> = ours.collect();
        for path in &self.hidden {
            filters.push(option("--exclude=", Path::new(&pattern(path))));
            // A directory that holds only the lock file on the disk is not in the source, and can't be deleted.
            filters.extend(parents(path).map(|parent| {
                let mut rule = OsString::from("--filter=P ");
                rule.push(pattern(parent));
                rule.push("/");
                rule
            }));
        }
        if self.at_top {
            filters.extend(SYSTEM_ENTRIES.map(|entry| OsString::from(format!("--exclude={entry}"))));
        }
        filters.extend(self.skip_list.map(|path| option("--exclude-from=", path)));
        filters
    }
}

fn purpose_flags(purpose: Purpose<'_>) -> Vec<String> {
    // With incremental recursion, files would be deleted before an I/O error in the source is noticed.
    let mut flags = vec!["--no-inc-recursive".to_owned()];
    match purpose {
        Purpose::Survey => flags.push("--dry-run".to_owned()),
        // Files that vanish from the source meanwhile are up to the dry run.
        Purpose::Compare { .. } => {
            flags.extend(["--checksum", "--from0", "--ignore-missing-args", "--dry-run"].map(str::to_owned));
        }
        Purpose::DryRun => flags.extend(["--delete-delay", "--dry-run"].map(str::to_owned)),
        Purpose::Remaining => flags.extend(["--force", "--dry-run"].map(str::to_owned)),
        Purpose::Copy { deletions, partial } => {
            // rsync looks for a partial file of every file: a quarter more work where nothing has changed.
            flags.extend((partial != PartialPolicy::Discard).then(|| format!("--partial-dir={PARTIAL}")));
            // Comparing means reading the old version of every changed file.
            flags.extend((partial == PartialPolicy::Resume).then(|| "--no-whole-file".to_owned()));
            flags.extend(deletion_flags(deletions));
        }
    }
    // Plain digits, whole lines, and nothing that is not parsed here.
    let info = if matches!(purpose, Purpose::Copy { .. }) { "--info=progress2,stats2" } else { "--info=stats2" };
    flags.extend(["--no-human-readable", "--outbuf=L", info, ITEM_FORMAT].map(str::to_owned));
    flags
}

fn deletion_flags(deletions: Deletions) -> Vec<String> {
    let limit = |removals| format!("--max-delete={}", removals + DELETION_SLACK);
    match deletions {
        Deletions::First { removals } => vec!["--delete-before".to_owned(), limit(removals)],
        Deletions::Last { removals } => vec!["--delete-delay".to_owned(), limit(removals)],
        // As with --delete, a file takes the place of a directory that is not empty.
        Deletions::Elsewhere => vec!["--force".to_owned()],
    }
}

fn option(name: &str, path: &Path) -> OsString {
    let mut option = OsString::from(name);
    option.push(path);
    option
}

/// The trailing slash makes rsync copy what is in the directory, not the directory itself.
fn with_slash(path: &Path) -> OsString {
    let mut text = path.as_os_str().to_owned();
    if !text.as_bytes().ends_with(b"/") {
        text.push("/");
    }
    text
}

/// The list of excludes, if there is one. If it can't be read, rsync reports it.
///
/// # Errors
/// Its path is not safe.
pub fn existing(path: &Path) -> Result<Option<&Path>, Fault> {
    match paths::file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) if Refused::within(&error).is_some() => {
            Err(Refused::fault(&error).unwrap_or_else(|| Fault::Internal { cause: error.to_string() }))
        }
        _ => Ok(Some(path)),
    }
}

/// An anchored pattern that matches only this path. Without a wildcard, rsync takes backslashes as they are.
pub fn pattern(path: &Path) -> OsString {
    let path = path.as_os_str().as_bytes();
    let has_wildcards = path.iter().any(|byte| b"*?[".contains(byte));
    let mut pattern = vec![b'/'];
    for &byte in path {
        if has_wildcards && b"*?[\\".contains(&byte) {
            pattern.push(b'\\');
        }
        pattern.push(byte);
    }
    OsString::from_vec(pattern)
}

fn parents(path: &Path) -> impl Iterator<Item = &Path> {
    path.ancestors().skip(1).filter(|parent| !parent.as_os_str().is_empty())
}

#[cfg(test)]
#[path = "command_line_tests.rs"]
mod tests;
