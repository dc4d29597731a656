//! rsync's argument list, in one place: the dry run takes the very flags of the copy, but for those that say how contents are
//! written, when and how much is deleted at most, and what is told.
//! Knows rsync's options and why each is there; runs nothing.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use super::halves::{CutOff, PARTIAL};
use super::trial::ASIDE;
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
        filters.extend(self.excludes.map(|path| option("--exclude-from=", path)));
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
mod tests {
    use super::*;

    fn line(rsync: &Rsync<'_>, purpose: Purpose) -> String {
        let words: Vec<String> =
            rsync.arguments(purpose).iter().map(|word| word.to_string_lossy().into_owned()).collect();
        words.join(" ")
    }

    fn full() -> Rsync<'static> {
        Rsync {
            source: Path::new("/srv/veeam"),
            file_system: FileSystem::Full,
            fine_times: true,
            hidden: vec![],
            at_top: false,
            excludes: None,
            settled: None,
            log_file: Some(Path::new("/var/log/asbackup/rsync.log")),
        }
    }

    const COPY: Purpose = Purpose::Copy { delete_first: false, removals: 3, cut_off: CutOff::Kept };

    #[test]
    fn a_whole_copy() {
        assert_eq!(
            line(&full(), COPY),
            "-aHAXS --numeric-ids --filter=-x system.* --filter=-x trusted.SGI_ACL_* --modify-window=-1 --filter=H .asbackup-partial/ --filter=R .asbackup-partial/ --filter=H .asbackup-names/ --filter=R .asbackup-names/ --no-inc-recursive --partial-dir=.asbackup-partial --delete-delay --max-delete=13 \
             --no-human-readable --outbuf=L --info=progress2,stats2 --out-format=%i|%l|%n \
             --log-file=/var/log/asbackup/rsync.log -- /srv/veeam/ ./"
        );
    }

    #[test]
    fn a_copy_that_goes_on_with_half_files_compares_them() {
        let resumed = line(&full(), Purpose::Copy { delete_first: false, removals: 3, cut_off: CutOff::Resumed });
        let partial = "--partial-dir=.asbackup-partial";
        assert_eq!(resumed, line(&full(), COPY).replace(partial, &format!("{partial} --no-whole-file")));
    }

    #[test]
    fn a_copy_of_nothing_large_keeps_no_half_file() {
        let dropped = line(&full(), Purpose::Copy { delete_first: false, removals: 3, cut_off: CutOff::Dropped });
        assert_eq!(dropped, line(&full(), COPY).replace(" --partial-dir=.asbackup-partial", ""));
    }

    #[test]
    fn its_dry_run() {
        assert_eq!(
            line(&full(), Purpose::DryRun),
            "-aHAXS --numeric-ids --filter=-x system.* --filter=-x trusted.SGI_ACL_* --modify-window=-1 --filter=H .asbackup-partial/ --filter=R .asbackup-partial/ --filter=H .asbackup-names/ --filter=R .asbackup-names/ --no-inc-recursive --delete-delay --dry-run \
             --no-human-readable --outbuf=L --info=stats2 --out-format=%i|%l|%n -- /srv/veeam/ ./"
        );
    }

    #[test]
    fn a_copy_that_needs_the_room_of_what_it_deletes() {
        assert_eq!(
            line(&full(), Purpose::Copy { delete_first: true, removals: 0, cut_off: CutOff::Kept }),
            "-aHAXS --numeric-ids --filter=-x system.* --filter=-x trusted.SGI_ACL_* --modify-window=-1 --filter=H .asbackup-partial/ --filter=R .asbackup-partial/ --filter=H .asbackup-names/ --filter=R .asbackup-names/ --no-inc-recursive --partial-dir=.asbackup-partial --delete-before --max-delete=10 \
             --no-human-readable --outbuf=L --info=progress2,stats2 --out-format=%i|%l|%n \
             --log-file=/var/log/asbackup/rsync.log -- /srv/veeam/ ./"
        );
    }

    #[test]
    fn a_file_system_with_whole_seconds_is_compared_by_them() {
        let rsync = Rsync { fine_times: false, ..full() };
        assert_eq!(
            line(&rsync, Purpose::DryRun),
            "-aHAXS --numeric-ids --filter=-x system.* --filter=-x trusted.SGI_ACL_* --filter=H .asbackup-partial/ --filter=R .asbackup-partial/ --filter=H .asbackup-names/ --filter=R .asbackup-names/ --no-inc-recursive --delete-delay --dry-run \
             --no-human-readable --outbuf=L --info=stats2 --out-format=%i|%l|%n -- /srv/veeam/ ./"
        );
    }

    #[test]
    fn a_plain_file_system_gets_contents_and_names_only() {
        let rsync = Rsync { file_system: FileSystem::Plain { max_file: 1 }, log_file: None, ..full() };
        let common = "--no-human-readable --outbuf=L";
        assert_eq!(
            line(&rsync, COPY),
            format!(
                "-rt --modify-window=1 --filter=H .asbackup-partial/ --filter=R .asbackup-partial/ --filter=H .asbackup-names/ --filter=R .asbackup-names/ --no-inc-recursive --partial-dir=.asbackup-partial --delete-delay --max-delete=13 {common} \
                 --info=progress2,stats2 --out-format=%i|%l|%n -- /srv/veeam/ ./"
            )
        );
        assert_eq!(
            line(&rsync, Purpose::DryRun),
            format!(
                "-rt --modify-window=1 --filter=H .asbackup-partial/ --filter=R .asbackup-partial/ --filter=H .asbackup-names/ --filter=R .asbackup-names/ --no-inc-recursive --delete-delay --dry-run {common} \
                 --info=stats2 --out-format=%i|%l|%n -- /srv/veeam/ ./"
            )
        );
        assert_eq!(
            line(&rsync, Purpose::Survey),
            format!(
                "-aHAXS --numeric-ids --filter=-x system.* --filter=-x trusted.SGI_ACL_* --modify-window=-1 --filter=H .asbackup-partial/ --filter=R .asbackup-partial/ --filter=H .asbackup-names/ --filter=R .asbackup-names/ --no-inc-recursive --dry-run {common} \
                 --info=stats2 --out-format=%i|%l|%n -- /srv/veeam/ ./"
            )
        );
    }

    #[test]
    fn lock_files_system_entries_and_excludes_are_filtered_in_dry_run_and_copy_alike() {
        let hidden = vec![Path::new(".asbackup.lock"), Path::new("lo*cks/a[b]/copy.lock")];
        let rsync = Rsync {
            source: Path::new("/"),
            hidden,
            at_top: true,
            excludes: Some(Path::new("/etc/asbackup/rsync_excludes")),
            settled: Some(Path::new("/run/asbackup/settled.list")),
            log_file: None,
            ..full()
        };
        let filters = "--exclude=/.asbackup.lock --exclude=/lo\\*cks/a\\[b]/copy.lock --filter=P /lo\\*cks/a\\[b]/ \
                       --filter=P /lo\\*cks/ --exclude=/lost+found --exclude=/System Volume Information \
                       --exclude=/$RECYCLE.BIN --exclude=/.Trash-* --exclude-from=/run/asbackup/settled.list \
                       --exclude-from=/etc/asbackup/rsync_excludes";
        for purpose in [Purpose::DryRun, COPY] {
            let line = line(&rsync, purpose);
            assert!(line.contains(filters), "{line}");
            assert!(line.ends_with(" -- / ./"), "{line}");
        }
    }
}
