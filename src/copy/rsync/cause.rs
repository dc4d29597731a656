//! Why a copy failed: turns what rsync or the kernel said (`complaint`) and what was found out besides (`Evidence`)
//! into a fault. Pure, and the one place where an error number gets a meaning. Neither disk nor drive is blamed without
//! evidence. An error number alone is none, except those by which a file system reports its own inconsistency.

use std::io;
use std::path::PathBuf;

use rustix::io::Errno;

use super::complaint::{Complaint, Operation, Side};
use crate::disks::mounted::{Space, Writability};
use asbackup_api::{Fault, LockPlace, Obstacle};

/// A name or an attribute takes less room than this.
const A_LITTLE: u64 = 1 << 20;
/// For an error that is not the kernel's, whose numbers are smaller.
const NO_NUMBER: i32 = 4095;
/// rsync's exit codes for failures of single files; any other is about more than a file.
const ABOUT_FILES: [i32; 3] = [3, 11, 23];

/// What was found out after the failure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The disk's file system: `ext4`, `btrfs`, …
    pub file_system: String,
    /// Whether it still takes writes.
    pub writability: Writability,
    /// Errors that kernel, file system or drive have recorded since the disk was mounted, in technical words.
    pub errors: Option<String>,
    /// Not even the top directory can be listed any more: input/output error.
    pub is_unreadable: bool,
    pub space: Option<Space>,
    /// btrfs has no room for metadata, though there is some for contents.
    pub metadata_full: bool,
    pub place: FilePlace,
    /// The source file has changed since the run began, or is gone.
    pub source_changed: bool,
    /// The network share that the source file lies on, if any.
    pub share: Option<String>,
}

/// The file that the complaint is about, or else the directory that it should be in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FilePlace {
    /// Seen from the target.
    pub path: PathBuf,
    /// The read-only subvolume of a writable file system.
    pub read_only_subvolume: Option<PathBuf>,
    pub immutable: bool,
    pub append_only: bool,
    pub swap: bool,
    pub mount_point: bool,
    /// A link is on the way to it.
    pub link: bool,
    /// Its directory has less room than the disk: a project quota is used up.
    pub quota: bool,
    /// The source file is longer than a file on the disk can be.
    pub too_large: bool,
}

/// How severe a complaint is. The most severe one is explained.
fn severity(complaint: &Complaint) -> u8 {
    let target = complaint.side == Side::Target;
    match Errno::from_raw_os_error(complaint.errno) {
        Errno::IO | Errno::UCLEAN | Errno::BADMSG | Errno::NODEV | Errno::NXIO if target => 6,
        Errno::ROFS if target => 5,
        Errno::NOSPC | Errno::DQUOT if target => 4,
        // The file vanished, which rsync reports by its exit code.
        Errno::NOENT => 1,
        // A directory's times and owner fail because of what failed in it.
        _ if target && complaint.operation == Operation::Owner => 2,
        _ => 3,
    }
}

/// The most severe; of equal ones the source's before the disk's, since what is not read is not written, and then the
/// first.
pub fn most_severe(complaints: &[Complaint]) -> Option<&Complaint> {
    let rank = |complaint: &&Complaint| (severity(complaint), complaint.side == Side::Source);
    complaints.iter().rev().max_by_key(rank)
}

/// How rsync ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RsyncEnd<'a> {
    /// As in `exit::code`.
    pub code: i32,
    /// The first of its complaints, in one line.
    pub words: &'a str,
}

/// Why rsync failed.
pub fn of_rsync(end: RsyncEnd<'_>, complaint: Option<&Complaint>, evidence: &Evidence) -> Fault {
    let general = || Fault::CopyFailed { code: end.code, cause: end.words.to_owned() };
    if let Some(fault) = of_disk(&with(end.words, evidence), evidence) {
        return fault;
    }
    let Some(complaint) = complaint else { return general() };
    match weigh(complaint, evidence) {
        Fault::NotStored { .. }
        | Fault::SourceUnreadable { .. }
        | Fault::ShareUnreadable { .. }
        | Fault::SourceForbidden { .. }
        | Fault::SourceChanged { .. }
            if !ABOUT_FILES.contains(&end.code) =>
        {
            general()
        }
        fault => fault,
    }
}

/// Why our own `operation` on the disk failed.
pub fn of_io(operation: Operation, error: &io::Error, evidence: &Evidence) -> Fault {
    let text = error.to_string();
    if let Some(fault) = of_disk(&with(&text, evidence), evidence) {
        return fault;
    }
    let path = evidence.place.path.clone();
    let errno = error.raw_os_error().unwrap_or_else(|| number(error));
    weigh(&Complaint { side: Side::Target, operation, path, errno, text }, evidence)
}

/// The number for an error of our own.
fn number(error: &io::Error) -> i32 {
    match error.kind() {
        io::ErrorKind::TimedOut => Errno::TIMEDOUT.raw_os_error(),
        _ => NO_NUMBER,
    }
}

/// A lock file that could not be created or deleted, by the path that people know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockPath<'a> {
    pub path: &'a str,
    pub place: LockPlace,
}

/// Why a lock file failed. What affects the whole disk is reported as such; the drives of source and computer are never
/// blamed.
pub fn of_lock(lock: LockPath<'_>, operation: Operation, error: &io::Error, evidence: &Evidence) -> Fault {
    let (why, cause) = match of_io(operation, error, evidence) {
        Fault::NotStored { why, cause, .. } => (why, cause),
        Fault::DiskFull { free, cause } if free < A_LITTLE => (Obstacle::NoRoom, cause),
        Fault::DiskFull { cause, .. } => (Obstacle::RoomUnusable, cause),
        Fault::OutOfInodes { cause } => (Obstacle::NoInodes, cause),
        fault if lock.place == LockPlace::Disk => return fault,
        _ => (Obstacle::InputOutput, error.to_string()),
    };
    match (operation, lock.path.to_owned(), lock.place) {
        (Operation::Delete, path, place) => Fault::UnlockFailed { path, place, why, cause },
        (_, path, place) => Fault::LockFailed { path, place, why, cause },
    }
}

/// Why a flush failed. Here the kernel reports an input/output error only if the device did not take what was written.
pub fn of_flush(error: &io::Error, evidence: &Evidence) -> Fault {
    let cause = with(&error.to_string(), evidence);
    match error.raw_os_error().map(Errno::from_raw_os_error) {
        Some(Errno::IO | Errno::NODATA | Errno::REMOTEIO | Errno::NOLINK) => Fault::WriteFailed { cause },
        Some(Errno::NOSPC | Errno::DQUOT | Errno::UCLEAN | Errno::ROFS) => of_io(Operation::Contents, error, evidence),
        _ => of_disk(&cause, evidence).unwrap_or(Fault::NotWritten { cause }),
    }
}

/// The cause of every failure, whatever the file: the file system has given up.
fn of_disk(cause: &str, evidence: &Evidence) -> Option<Fault> {
    (evidence.writability == Writability::GivenUp).then(|| Fault::TurnedReadOnly { cause: cause.to_owned() })
}

fn with(words: &str, evidence: &Evidence) -> String {
    let known = evidence.errors.iter().map(String::as_str);
    [words].into_iter().filter(|words| !words.is_empty()).chain(known).collect::<Vec<_>>().join("; ")
}

fn weigh(complaint: &Complaint, evidence: &Evidence) -> Fault {
    let cause = with(&complaint.text, evidence);
    let errno = Errno::from_raw_os_error(complaint.errno);
    if complaint.side == Side::Source {
        return of_source(complaint, errno, evidence);
    }
    match errno {
        Errno::UCLEAN | Errno::BADMSG => Fault::FileSystemDamaged { cause },
        Errno::IO | Errno::NODEV | Errno::NXIO if evidence.errors.is_some() || evidence.is_unreadable => {
            Fault::DiskFailing { cause }
        }
        Errno::NOSPC => of_room(complaint, evidence, cause),
        _ => not_stored(complaint, obstacle(complaint, errno, evidence), evidence, cause),
    }
}

fn of_source(complaint: &Complaint, errno: Errno, evidence: &Evidence) -> Fault {
    let (path, cause) = (complaint.path.display().to_string(), complaint.text.clone());
    match (errno, &evidence.share) {
        // rsync's error for a file that is shorter than expected.
        (Errno::NODATA, _) if evidence.source_changed => Fault::SourceChanged { path, cause },
        (Errno::ACCESS | Errno::PERM, _) => Fault::SourceForbidden { path, cause },
        (_, Some(share)) => Fault::ShareUnreadable { share: share.clone(), cause },
        _ => Fault::SourceUnreadable { cause },
    }
}

/// The kernel has one error for a lack of room, be it for contents, names, attributes, or further files.
fn of_room(complaint: &Complaint, evidence: &Evidence, cause: String) -> Fault {
    let Some(space) = evidence.space else { return not_stored(complaint, Obstacle::Unknown, evidence, cause) };
    // xfs has the same error for a project quota.
    if evidence.place.quota {
        return not_stored(complaint, Obstacle::Quota, evidence, cause);
    }
    if space.inodes == Some(0) {
        return Fault::OutOfInodes { cause };
    }
    let roomy = space.free >= A_LITTLE;
    let why = match complaint.operation {
        _ if evidence.metadata_full => Obstacle::MetadataFull,
        // The partial file has been deleted since, so the free room says nothing now.
        Operation::Contents => return Fault::DiskFull { free: space.free, cause },
        Operation::Attribute if roomy => Obstacle::AttributeTooLarge,
        Operation::Name | Operation::Link if roomy && evidence.file_system == "ext4" => Obstacle::DirectoryFull,
        _ if roomy => Obstacle::RoomUnusable,
        _ => return Fault::DiskFull { free: space.free, cause },
    };
    not_stored(complaint, why, evidence, cause)
}

fn not_stored(complaint: &Complaint, why: Obstacle, evidence: &Evidence, cause: String) -> Fault {
    let place = &evidence.place;
    let path = match (why, &place.read_only_subvolume) {
        (Obstacle::ReadOnlySubvolume, Some(subvolume)) => subvolume,
        _ if place.path.as_os_str().is_empty() => &complaint.path,
        _ => &place.path,
    };
    Fault::NotStored { path: path.display().to_string(), why, cause }
}

fn obstacle(complaint: &Complaint, errno: Errno, evidence: &Evidence) -> Obstacle {
    let attribute = complaint.operation == Operation::Attribute;
    match errno {
        // rsync, Landlock and the kernel each have their own error for a path that leads off the disk.
        Errno::LOOP | Errno::XDEV | Errno::ACCESS | Errno::PERM | Errno::NOTDIR | Errno::NOENT
            if evidence.place.link =>
        {
            Obstacle::LinkInTheWay
        }
        Errno::ROFS => of_read_only(evidence),
        Errno::PERM | Errno::ACCESS | Errno::BUSY | Errno::TXTBSY => of_refusal(errno, evidence),
        Errno::DQUOT => Obstacle::Quota,
        Errno::TIMEDOUT => Obstacle::NoAnswer,
        Errno::TOOBIG | Errno::RANGE if attribute => Obstacle::AttributeTooLarge,
        Errno::OPNOTSUPP | Errno::NOSYS if attribute => Obstacle::AttributesUnsupported,
        Errno::NAMETOOLONG => Obstacle::NameTooLong,
        Errno::INVAL | Errno::ILSEQ if complaint.operation == Operation::Name => Obstacle::NameRefused,
        Errno::FBIG => Obstacle::FileTooLarge,
        Errno::INVAL if evidence.place.too_large => Obstacle::FileTooLarge,
        Errno::MLINK if complaint.operation == Operation::Name => Obstacle::DirectoryFull,
        Errno::MLINK => Obstacle::TooManyLinks,
        Errno::LOOP => Obstacle::LinkInTheWay,
        Errno::NOTEMPTY | Errno::EXIST => Obstacle::NotEmpty,
        Errno::XDEV if complaint.operation == Operation::Link => Obstacle::LinksApart,
        Errno::XDEV => Obstacle::OtherFileSystem,
        Errno::IO | Errno::NODEV | Errno::NXIO => Obstacle::InputOutput,
        _ => Obstacle::Unknown,
    }
}

fn of_read_only(evidence: &Evidence) -> Obstacle {
    match evidence.writability {
        Writability::ReadOnly => Obstacle::MountedReadOnly,
        _ if evidence.place.read_only_subvolume.is_some() => Obstacle::ReadOnlySubvolume,
        // The mount is writable, and the server refuses.
        _ if evidence.share.is_some() => Obstacle::ShareReadOnly,
        _ => Obstacle::Unknown,
    }
}

fn of_refusal(errno: Errno, evidence: &Evidence) -> Obstacle {
    let place = &evidence.place;
    match errno {
        _ if place.swap => Obstacle::SwapFile,
        _ if place.immutable => Obstacle::Immutable,
        _ if place.append_only => Obstacle::AppendOnly,
        _ if place.mount_point => Obstacle::MountPoint,
        Errno::BUSY | Errno::TXTBSY => Obstacle::InUse,
        _ if evidence.share.is_some() => Obstacle::ShareRefuses,
        _ => Obstacle::NotPermitted,
    }
}

#[cfg(test)]
#[path = "cause_tests.rs"]
mod tests;
