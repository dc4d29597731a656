//! rsync's argument list, in one place: the dry run takes the very flags of the copy, but for those that say how contents are
//! written, when and how much is deleted at most, and what is told.
//! Knows rsync's options and why each is there; runs nothing.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use crate::copy::trees::name_probe::ASIDE;
use crate::copy::trees::partial::{CutOff, PARTIAL};
use crate::disks::FileSystem;

/// How rsync's lines of one entry look: what happens, length, name. See `items`.
const ITEM_FORMAT: &str = "--out-format=%i|%l|%n";
/// Deletions beyond those of the dry run that the copy may make, since the source lives on in between.
const DELETION_SLACK: u64 = 10;
/// What operating systems keep at the top of a file system; never part of a backup.
const SYSTEM_ENTRIES: [&str; 4] = ["/lost+found", "/System Volume Information", "/$RECYCLE.BIN", "/.Trash-*"];

/// XFS shows each ACL a second time as an attribute of its own. -A has copied it; -X would take it away again, because the
/// source has no such attribute. A filter for attributes switches off rsync's own exception for `system.*`, so that is said too.
const ACL_ATTRIBUTES: [&str; 2] = ["--filter=-x system.*", "--filter=-x trusted.SGI_ACL_*"];

/// What rsync is run for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose<'a> {
    /// Lists the whole source, links and special files too, by comparing it with an empty directory.
    Survey,
    /// Says which of some files differ in their contents, whatever their times say.
    Compare {
        /// Their paths, each with a NUL behind it.
        list: &'a Path,
    },
    /// Says what the copy would do.
    DryRun,
    Copy {
        /// Deletions make room for the copy, instead of following it.
        delete_first: bool,
        /// What the dry run announced, directories too, for rsync counts them.
        removals: u64,
        cut_off: CutOff,
    },
}

/// Everything that shapes one command line. The target is rsync's working directory, never a path.
#[derive(Debug, Clone)]
pub struct Rsync<'a> {
    pub source: &'a Path,
    pub file_system: FileSystem,
    /// Times on the target have fractions of a second.
    pub fine_times: bool,
    /// Lock files, relative to source and target alike.
    pub hidden: Vec<&'a Path>,
    /// The target is the top of its file system.
    pub at_top: bool,
    pub excludes: Option<&'a Path>,
    /// A file with rules for what is on the target as it should be, though it does not look so.
    pub settled: Option<&'a Path>,
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
            // No -x: it stops at device numbers, and btrfs' subvolumes, in source and target, have their own.
            (FileSystem::Full, _) | (_, Purpose::Survey) => {
                // A: ACLs, X: extended attributes, H: hard links, S: holes stay holes.
                let mut flags = vec!["-aHAXS", "--numeric-ids"];
                flags.extend(ACL_ATTRIBUTES);
                // Two versions of a file within one second and of one length would else count as the same.
                if self.fine_times {
                    flags.push("--modify-window=-1");
                }
                flags
            }
            // FAT rounds times to two seconds; owners, modes and links would fail or differ on every run.
            _ => vec!["-rt", "--modify-window=1"],
        }
    }

    fn filters(&self) -> Vec<OsString> {
        let own = self.own_filters();
        let Some(excludes) = self.excludes else { return own };
        // A line `!` in that list takes away all rules before it.
        [own.clone(), vec![option("--exclude-from=", excludes)], own].concat()
    }

    fn own_filters(&self) -> Vec<OsString> {
        // Before all other rules: what is ours is not the source's to send, and what is left of it on the disk and of no use any
        // more is deleted at the end.
        let ours =
            [PARTIAL, ASIDE].iter().flat_map(|ours| ["H", "R"].map(|rule| format!("--filter={rule} {ours}/").into()));
        let mut filters: Vec<OsString> = ours.collect();
        for path in &self.hidden {
            filters.push(option("--exclude=", Path::new(&pattern(path))));
            // A directory that only holds the lock file on the disk is not in the source; deleting it would fail.
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
        filters.extend(self.settled.map(|path| option("--exclude-from=", path)));
        filters
    }
}

fn purpose_flags(purpose: Purpose<'_>) -> Vec<String> {
    // With incremental recursion files would be deleted before an I/O error in the source is seen.
    let mut flags = vec!["--no-inc-recursive".to_owned()];
    match purpose {
        Purpose::Survey => flags.push("--dry-run".to_owned()),
        // One that goes from the source meanwhile is the dry run's to see.
        Purpose::Compare { .. } => {
            flags.extend(["--checksum", "--from0", "--ignore-missing-args", "--dry-run"].map(str::to_owned));
        }
        Purpose::DryRun => flags.extend(["--delete-delay", "--dry-run"].map(str::to_owned)),
        Purpose::Copy { delete_first, removals, cut_off } => {
            // rsync looks for a half of every single file: a quarter more work where nothing has changed.
            flags.extend((cut_off != CutOff::Dropped).then(|| format!("--partial-dir={PARTIAL}")));
            // Comparing costs reading what is there, for every changed file.
            flags.extend((cut_off == CutOff::Resumed).then(|| "--no-whole-file".to_owned()));
            flags.push(if delete_first { "--delete-before" } else { "--delete-delay" }.to_owned());
            flags.push(format!("--max-delete={}", removals + DELETION_SLACK));
        }
    }
    // Plain digits, whole lines, and nothing that is not read here.
    let info = if matches!(purpose, Purpose::Copy { .. }) { "--info=progress2,stats2" } else { "--info=stats2" };
    flags.extend(["--no-human-readable", "--outbuf=L", info, ITEM_FORMAT].map(str::to_owned));
    flags
}

fn option(name: &str, path: &Path) -> OsString {
    let mut option = OsString::from(name);
    option.push(path);
    option
}

/// The trailing slash makes rsync copy what is in the directory, not the directory.
fn with_slash(path: &Path) -> OsString {
    let mut text = path.as_os_str().to_owned();
    if !text.as_bytes().ends_with(b"/") {
        text.push("/");
    }
    text
}

/// An anchored pattern that matches just this path.
pub fn pattern(path: &Path) -> OsString {
    let mut pattern = vec![b'/'];
    for &byte in path.as_os_str().as_bytes() {
        if b"*?[\\".contains(&byte) {
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
