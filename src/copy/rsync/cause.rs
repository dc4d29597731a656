//! Why a copy failed, weighed: what rsync or the kernel said (`complaint`), and what was asked besides (`evidence`) → the fault that is
//! told. Pure, and the one place where an error number gets a meaning. Neither disk nor drive is accused without evidence: an error
//! number alone is none, but for those by which a file system says of itself that it makes no sense.

use std::io;
use std::path::PathBuf;

use rustix::io::Errno;

use super::complaint::{Complaint, Deed, Side};
use crate::disks::mounted::{Space, Writability};
use crate::model::{Fault, LockPlace, Obstacle};

/// A name or an attribute takes no more room than this.
const A_LITTLE: u64 = 1 << 20;
/// For an error that is not the kernel's; the kernel's end below it.
const NO_NUMBER: i32 = 4095;
/// rsync's exit codes by which it says that single files failed; with any other there is more to it than a file.
const ABOUT_FILES: [i32; 3] = [3, 11, 23];

/// What was asked besides, after the failure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The disk's file system: `ext4`, `btrfs`, …
    pub file_system: String,
    /// Whether it still takes writes.
    pub written: Writability,
    /// Errors that kernel, file system or drive have noted down since the disk was mounted, in technical words.
    pub illness: Option<String>,
    /// Not even the top directory can be listed any more: input/output error.
    pub gives_up: bool,
    pub space: Option<Space>,
    /// btrfs has no room for its own notes, though there is some for contents.
    pub metadata_full: bool,
    pub place: Place,
    /// The file of the source has been changed since the run began, or has gone.
    pub source_changed: bool,
    /// On which share of the network the file of the source lies, if on one.
    pub share: Option<String>,
}

/// What the file is that the complaint is about, or else the directory that it should be in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Seen from the target.
    pub path: PathBuf,
    /// The subvolume that lies read-only in a file system that is not.
    pub read_only_subvolume: Option<PathBuf>,
    pub immutable: bool,
    pub append_only: bool,
    pub swap: bool,
    pub mount_point: bool,
    /// A link lies on the way to it.
    pub link: bool,
    /// Its directory has less room than the disk: a quota that goes by directories is used up.
    pub quota: bool,
    /// The file of the source is longer than a file on the disk can be.
    pub too_large: bool,
}

/// How grave a complaint is: the gravest one is looked into.
fn gravity(complaint: &Complaint) -> u8 {
    let target = complaint.side == Side::Target;
    match Errno::from_raw_os_error(complaint.errno) {
        Errno::IO | Errno::UCLEAN | Errno::BADMSG | Errno::NODEV | Errno::NXIO if target => 6,
        Errno::ROFS if target => 5,
        Errno::NOSPC | Errno::DQUOT if target => 4,
        // It vanished: the others of its kind are counted as such by rsync.
        Errno::NOENT => 1,
        // Times and owners of a directory follow from what failed in it.
        _ if target && complaint.deed == Deed::Owner => 2,
        _ => 3,
    }
}

/// The gravest; of those that are alike the first, the source's before the disk's, since what is not read is not on the disk either.
pub fn decisive(complaints: &[Complaint]) -> Option<&Complaint> {
    let rank = |complaint: &&Complaint| (gravity(complaint), complaint.side == Side::Source);
    complaints.iter().rev().max_by_key(rank)
}

/// How rsync ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End<'a> {
    /// As in `exit::code`.
    pub code: i32,
    /// The first of its complaints, in one line.
    pub words: &'a str,
}

/// Why rsync ended so.
pub fn of_rsync(end: End<'_>, complaint: Option<&Complaint>, evidence: &Evidence) -> Fault {
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

/// The same for an error of our own, met while doing `deed` on the disk.
pub fn of_io(deed: Deed, error: &io::Error, evidence: &Evidence) -> Fault {
    let text = error.to_string();
    if let Some(fault) = of_disk(&with(&text, evidence), evidence) {
        return fault;
    }
    let path = evidence.place.path.clone();
    let errno = error.raw_os_error().unwrap_or_else(|| number(error));
    weigh(&Complaint { side: Side::Target, deed, path, errno, text }, evidence)
}

/// Of an error of our own.
fn number(error: &io::Error) -> i32 {
    match error.kind() {
        io::ErrorKind::TimedOut => Errno::TIMEDOUT.raw_os_error(),
        _ => NO_NUMBER,
    }
}

/// A lock file that could not be made or deleted, as people know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lock<'a> {
    pub path: &'a str,
    pub place: LockPlace,
}

/// Why that was. What holds for the whole disk is told as such; of the source's and the computer's drives nothing is said.
pub fn of_lock(lock: Lock<'_>, deed: Deed, error: &io::Error, evidence: &Evidence) -> Fault {
    let (why, cause) = match of_io(deed, error, evidence) {
        Fault::NotStored { why, cause, .. } => (why, cause),
        Fault::DiskFull { free, cause } if free < A_LITTLE => (Obstacle::NoRoom, cause),
        Fault::DiskFull { cause, .. } => (Obstacle::RoomUnusable, cause),
        Fault::OutOfInodes { cause } => (Obstacle::NoInodes, cause),
        fault if lock.place == LockPlace::Disk => return fault,
        _ => (Obstacle::InputOutput, error.to_string()),
    };
    match (deed, lock.path.to_owned(), lock.place) {
        (Deed::Delete, path, place) => Fault::UnlockFailed { path, place, why, cause },
        (_, path, place) => Fault::LockFailed { path, place, why, cause },
    }
}

/// Why a flush failed. The kernel tells an input/output error here only if the device did not take what was written to it.
pub fn of_flush(error: &io::Error, evidence: &Evidence) -> Fault {
    let cause = with(&error.to_string(), evidence);
    match error.raw_os_error().map(Errno::from_raw_os_error) {
        Some(Errno::IO | Errno::NODATA | Errno::REMOTEIO | Errno::NOLINK) => Fault::WriteFailed { cause },
        Some(Errno::NOSPC | Errno::DQUOT | Errno::UCLEAN | Errno::ROFS) => of_io(Deed::Contents, error, evidence),
        _ => of_disk(&cause, evidence).unwrap_or(Fault::NotWritten { cause }),
    }
}

/// What holds whatever file it was met with: the file system has given itself up.
fn of_disk(cause: &str, evidence: &Evidence) -> Option<Fault> {
    (evidence.written == Writability::GivenUp).then(|| Fault::TurnedReadOnly { cause: cause.to_owned() })
}

fn with(words: &str, evidence: &Evidence) -> String {
    let known = evidence.illness.iter().map(String::as_str);
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
        Errno::IO | Errno::NODEV | Errno::NXIO if evidence.illness.is_some() || evidence.gives_up => {
            Fault::DiskFailing { cause }
        }
        Errno::NOSPC => of_room(complaint, evidence, cause),
        _ => not_stored(complaint, obstacle(complaint, errno, evidence), evidence, cause),
    }
}

fn of_source(complaint: &Complaint, errno: Errno, evidence: &Evidence) -> Fault {
    let (path, cause) = (complaint.path.display().to_string(), complaint.text.clone());
    match (errno, &evidence.share) {
        // rsync's word for a file that ends before its end.
        (Errno::NODATA, _) if evidence.source_changed => Fault::SourceChanged { path, cause },
        (Errno::ACCESS | Errno::PERM, _) => Fault::SourceForbidden { path, cause },
        (_, Some(share)) => Fault::ShareUnreadable { share: share.clone(), cause },
        _ => Fault::SourceUnreadable { cause },
    }
}

/// The kernel says the same of room for contents, for names, for attributes, and of room for further files.
fn of_room(complaint: &Complaint, evidence: &Evidence, cause: String) -> Fault {
    let Some(space) = evidence.space else { return not_stored(complaint, Obstacle::Unknown, evidence, cause) };
    // xfs says this of a project's quota, too.
    if evidence.place.quota {
        return not_stored(complaint, Obstacle::Quota, evidence, cause);
    }
    if space.inodes == Some(0) {
        return Fault::OutOfInodes { cause };
    }
    let roomy = space.free >= A_LITTLE;
    let why = match complaint.deed {
        _ if evidence.metadata_full => Obstacle::MetadataFull,
        // What was half written has been deleted since, so the room that is free now says nothing of that.
        Deed::Contents => return Fault::DiskFull { free: space.free, cause },
        Deed::Attribute if roomy => Obstacle::AttributeTooLarge,
        Deed::Name | Deed::Link if roomy && evidence.file_system == "ext4" => Obstacle::DirectoryFull,
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
    let attribute = complaint.deed == Deed::Attribute;
    match errno {
        // rsync, Landlock and the kernel each have a word of their own for what leads away from the disk.
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
        Errno::INVAL | Errno::ILSEQ if complaint.deed == Deed::Name => Obstacle::NameRefused,
        Errno::FBIG => Obstacle::FileTooLarge,
        Errno::INVAL if evidence.place.too_large => Obstacle::FileTooLarge,
        Errno::MLINK if complaint.deed == Deed::Name => Obstacle::DirectoryFull,
        Errno::MLINK => Obstacle::TooManyLinks,
        Errno::LOOP => Obstacle::LinkInTheWay,
        Errno::NOTEMPTY | Errno::EXIST => Obstacle::NotEmpty,
        Errno::XDEV if complaint.deed == Deed::Link => Obstacle::LinksApart,
        Errno::XDEV => Obstacle::OtherFileSystem,
        Errno::IO | Errno::NODEV | Errno::NXIO => Obstacle::InputOutput,
        _ => Obstacle::Unknown,
    }
}

fn of_read_only(evidence: &Evidence) -> Obstacle {
    match evidence.written {
        Writability::ReadOnly => Obstacle::MountedReadOnly,
        _ if evidence.place.read_only_subvolume.is_some() => Obstacle::ReadOnlySubvolume,
        // The mount takes writes, and the server does not.
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
