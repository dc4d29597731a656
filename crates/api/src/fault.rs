//! Every reason for which a run ends early or a call is refused, as typed values.
//! Their names on the bus are in `error_name`; the words for people are in `locales/*/faults.ftl`, one message a variant
//! under the variant's kebab-case name, with the fields as placeholders. A field named `cause` holds the text of the
//! error beneath.

use serde::{Deserialize, Serialize};

use super::cause::{LockPlace, MountTrouble, Obstacle, ReadOnly, Unusable};

/// Why a run ended early, or why a call was refused. Sizes are bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Fault {
    // The call can't be taken.
    /// A run is on already, and there is one at a time.
    Busy {
        /// The label of the disk that it copies to.
        disk: String,
    },
    /// There is no run that could be cancelled.
    NotRunning,
    /// A job is to be unlocked that has no lock.
    NotLocked {
        /// The job's name, as the caller gave it.
        job: String,
    },
    /// There is one under a name that differs in case or in Unicode's form only.
    LockMisspelt {
        /// The job's name, as the caller gave it.
        job: String,
        /// The name of the lock that is there, and stays.
        held: String,
    },
    /// The name of a Veeam job can't be that of a file.
    InvalidJob {
        /// The name, shortened if it is very long.
        job: String,
    },
    /// The service is shutting down and takes no more calls.
    Stopping,
    /// Of one user or of all; polkit was not even asked.
    TooManyCalls {
        /// So many calls of one user may be open at a time.
        most: u64,
    },
    /// `config.ini` was never filled in, so there is nothing to copy or no disk to copy to.
    Unconfigured {
        /// The keys that are missing, separated by commas.
        keys: String,
    },
    /// `config.ini` has errors; what was in force before stays so.
    ConfigRefused {
        /// All of its errors, as sentences in the service's language.
        problems: String,
    },
    // Step 1: identify the disk.
    /// No disk of this UUID is in `config.ini`.
    UnknownDisk {
        /// The UUID, as the caller gave it.
        disk: String,
    },
    /// The disk is configured and not plugged in.
    DiskAbsent {
        /// Its UUID.
        disk: String,
    },
    /// No disk was named, and none of those configured is plugged in.
    NoDiskPresent {
        /// The UUIDs of those configured, separated by commas.
        known: String,
    },
    /// More deletions are to be allowed, and none or several of the disks plugged in were refused for them.
    DiskUnnamed {
        /// The UUIDs of those plugged in, separated by commas.
        disks: String,
    },
    /// Several devices have one UUID, as after cloning, and nobody can tell which is meant.
    DuplicateDisk {
        /// The UUID.
        disk: String,
        /// The block devices, separated by commas.
        devices: String,
    },
    /// A udev rule (`UDISKS_IGNORE`) says that nobody is to touch the disk.
    DiskIgnored {
        /// Its label, or its UUID if it has none.
        disk: String,
    },
    /// The UUID in `config.ini` is that of a disk that the computer itself needs.
    OwnDisk {
        /// Its label, or its UUID if it has none.
        disk: String,
        /// It holds what is to be copied; otherwise it holds the system.
        repository: bool,
    },
    /// The UUID is known, the device that it comes from is another one than before.
    ChangedDisk {
        /// Its UUID.
        disk: String,
        /// As the same disk in another enclosure is.
        same_size: bool,
    },
    /// It is plugged in, and can't be got at.
    DiskUnusable {
        /// Its label, or its UUID if it has none.
        disk: String,
        /// The block device, `/dev/sdb1`.
        device: String,
        /// What keeps us from it.
        why: Unusable,
        /// It is only its drive by which it was recognised.
        likely: bool,
        /// What belongs to the reason: the signatures found, the UUID inside a container; may be empty.
        cause: String,
    },
    /// It is one of several that hold one file system together. `devices`: those that are plugged in.
    DiskOfSeveral {
        /// The label of one of them, or its UUID if it has none.
        disk: String,
        /// Its type as UDisks2 names it, `vfat`.
        file_system: String,
        /// The block devices that are plugged in, separated by commas.
        devices: String,
        /// How many disks hold it.
        count: u64,
    },
    /// The disk has a file system that nothing is copied to.
    UnsupportedFileSystem {
        /// Its label, or its UUID if it has none.
        disk: String,
        /// Its type as UDisks2 names it, `vfat`.
        file_system: String,
    },
    /// UDisks2 does not answer or reports an error; the disk stays due.
    DiskServiceFailed {
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    // Step 2: wait for Veeam.
    /// Veeam was still writing when the waiting time was over.
    VeeamBusy {
        /// Names of the jobs, separated by commas.
        jobs: String,
        /// The waiting time of `config.ini`.
        minutes: u64,
    },
    /// A directory of lock files can't be read, so Veeam may be writing.
    VeeamDirectoryUnreadable {
        /// The directory.
        path: String,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// A job of Veeam asked, and got no lock.
    VeeamLockFailed {
        /// The job's name, as the caller gave it.
        job: String,
        /// The directory where its lock file was to be created.
        path: String,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// The lock file of a Veeam job can't be deleted, so nothing is copied.
    VeeamUnlockFailed {
        /// The job's name, as the caller gave it.
        job: String,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// A job got no lock, since that many are held or waited for.
    TooManyLocks {
        /// The limit for either.
        most: u64,
        /// The directories of lock files, separated by commas.
        path: String,
    },
    // Step 3: mount.
    /// Somebody else has mounted the disk.
    AlreadyMounted {
        /// Where the disk is mounted.
        mount_point: String,
    },
    /// It was pulled while a program used it, and for that program it is mounted still.
    OldMountHeld {
        /// Its label, or its UUID if it has none.
        disk: String,
        /// Somebody was found.
        found: bool,
        /// Programs and what they hold, `bash (4711, joe): /media/Gold`, separated by commas; empty unless `found`.
        holders: String,
    },
    /// The disk could not be mounted.
    MountFailed {
        /// The block device, `/dev/sdb1`.
        device: String,
        /// Records of earlier versions have none.
        #[serde(default)]
        why: MountTrouble,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// The device refuses to be written to, often because of a switch on its case.
    WriteProtected {
        /// The block device, `/dev/sdb1`.
        device: String,
    },
    /// The disk was mounted, but nothing can be written to it.
    MountedReadOnly {
        /// The block device, `/dev/sdb1`.
        device: String,
        /// What makes it so.
        why: ReadOnly,
    },
    /// The mount lacks options that protect the computer from what is on the disk.
    UnsafeMount {
        /// Where the disk is mounted.
        mount_point: String,
        /// The options that are missing, `nosuid` for one.
        missing: String,
    },
    // Step 4: lock.
    /// Another process holds a lock file, on the disk or in the source.
    LockHeld {
        /// The lock file.
        path: String,
        /// What the file says of who that is.
        holder: String,
    },
    /// A lock file could not be created.
    LockFailed {
        /// The lock file.
        path: String,
        /// Records of earlier versions have neither place nor reason.
        #[serde(default)]
        place: LockPlace,
        /// What kept us from it.
        #[serde(default)]
        why: Obstacle,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// An rsync of an earlier run is still at work on this disk.
    StillCopying {
        /// The lock that it holds, in the service's runtime directory.
        path: String,
    },
    /// The lock file's name is that of something else.
    LockIsStrange {
        /// The lock file's name.
        path: String,
    },
    // Step 5: check.
    /// Somebody could lead a configured path elsewhere. `user`: who, `%group` for one, or `everybody`.
    UnsafePath {
        /// The configured path.
        path: String,
        /// The part of it that could be led elsewhere.
        component: String,
        /// Who could; see above.
        user: String,
        /// It is a link of theirs, and no directory that they may write to.
        link: bool,
    },
    /// What is to be copied can't be reached.
    SourceUnavailable {
        /// The configured source, or what is missing in it.
        path: String,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// It lies on a share of the network, `server:/export` or the like.
    ShareUnavailable {
        /// The configured source, or what is missing in it.
        path: String,
        /// The share, as it was mounted.
        share: String,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// The source has nothing in it, so that the copy would delete all that is on the disk.
    SourceEmpty {
        /// The configured source.
        path: String,
    },
    /// The list of excludes leaves nothing of the source to be copied.
    NothingIncluded {
        /// The configured source.
        path: String,
        /// The file with the list, `rsync-excludes-path`.
        excludes: String,
    },
    /// The service's sandbox covers the source, so that another directory is seen in its place.
    SourceHidden {
        /// What is hidden.
        path: String,
    },
    /// Source and target are on one file system, or the disk is mounted within the source: the copy would copy itself.
    SourceContainsTarget {
        /// The configured source.
        path: String,
    },
    /// Nothing is mounted at the source, though `source-must-be-mountpoint` says that something must be.
    SourceNotMounted {
        /// The configured source.
        path: String,
    },
    /// The file by which the source is recognised (`source-sentinel`) is not there.
    SourceWithoutSentinel {
        /// The missing file.
        path: String,
    },
    /// The source lies on another file system than at the runs before.
    SourceMoved {
        /// The configured source.
        path: String,
        /// What identified the file system at the runs before.
        before: String,
        /// What identifies the present one.
        now: String,
        /// UUID of the disk that was to be copied to; empty in records of earlier versions.
        #[serde(default)]
        disk: String,
    },
    /// Some of the source, on a drive of this computer, can't be read.
    SourceUnreadable {
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// The same of a share of the network.
    ShareUnreadable {
        /// The share, as it was mounted.
        share: String,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// The system does not let us read it, root as we are.
    SourceForbidden {
        /// What can't be read.
        path: String,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// A file of the source became shorter while it was read.
    SourceChanged {
        /// The file.
        path: String,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// The target directory can't be used, or is not where it should be.
    TargetRefused {
        /// The directory, or where the disk is mounted.
        path: String,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// Something was mounted in the target while it was copied to.
    TargetCovered {
        /// Where it is mounted.
        path: String,
    },
    /// The preflight check says that the copy does not fit on the disk.
    NoSpace {
        /// What the copy needs beside what is on the disk already, bytes.
        needed: u64,
        /// What is free on the disk and what the deletions would free, bytes.
        free: u64,
        /// `needed` less `free`, bytes.
        missing: u64,
        /// What the file system holds back for the system, where that would do; else 0.
        #[serde(default)]
        reserved: u64,
    },
    /// At the first copy to this disk: what would be deleted is somebody else's.
    ForeignFiles {
        /// The disk's UUID.
        disk: String,
        /// How many files.
        files: u64,
        /// Their size altogether.
        bytes: u64,
        /// The first few of them, separated by commas.
        examples: String,
    },
    /// Of what is on the disk nothing would stay.
    NothingInCommon {
        /// The disk's UUID.
        disk: String,
        /// How many files would be deleted or empty.
        files: u64,
        /// How many bytes the disk would lose.
        bytes: u64,
        /// The first few of them, separated by commas.
        examples: String,
    },
    /// Files that would be replaced no longer begin as they did, as when they have been encrypted.
    BeginningsLost {
        /// The disk's UUID.
        disk: String,
        /// How many of those compared no longer begin so.
        lost: u64,
        /// How many files were compared.
        compared: u64,
        /// The first few of them, separated by commas.
        examples: String,
    },
    /// So many files fewer would be on the disk. Histories from before this was told have neither disk nor examples.
    TooManyDeletions {
        /// The disk's UUID.
        #[serde(default)]
        disk: String,
        /// How many would be gone or empty, less those that come in their place.
        files: u64,
        /// How many regular files are on the disk.
        existing: u64,
        /// The limit of `config.ini`, in percent of `existing`.
        percent: u64,
        /// The first few of those files, separated by commas.
        #[serde(default)]
        examples: String,
    },
    /// So many bytes fewer.
    TooManyBytesDeleted {
        /// The disk's UUID.
        #[serde(default)]
        disk: String,
        /// How many bytes would be gone, less those that come in their place.
        bytes: u64,
        /// How many bytes are on the disk.
        existing: u64,
        /// The limit of `config.ini`, in percent of `existing`.
        percent: u64,
        /// The first few of the files that lose them, separated by commas.
        #[serde(default)]
        examples: String,
    },
    /// The preflight check says that the disk's file system can't hold that many more files.
    TooFewInodes {
        /// How many files come in addition.
        needed: u64,
        /// How many it can still hold, those that deletions make room for included.
        free: u64,
    },
    /// The file system can't hold owners, links or special files, and `lossy-file-systems` forbids leaving them out.
    LossyFileSystem {
        /// Its type as UDisks2 names it, `vfat`.
        file_system: String,
        /// How many symbolic links are in the source.
        links: u64,
        /// How many further names of one file.
        hard_links: u64,
        /// How many devices, sockets and pipes.
        specials: u64,
    },
    /// The disk's file system can't hold the names or the sizes of some files.
    UnstorableFiles {
        /// Its type as UDisks2 names it, `vfat`.
        file_system: String,
        /// How many files.
        count: u64,
        /// The first few of them, separated by commas.
        examples: String,
    },
    /// Names in the source that the target takes for one; two of them are told.
    ClashingNames {
        /// Its type as UDisks2 names it, `vfat`.
        file_system: String,
        /// How many names have such a counterpart.
        count: u64,
        /// One of the two, below the source.
        one: String,
        /// The other one.
        other: String,
    },
    /// What is on the disk could not be given the source's spelling.
    SpellingFailed {
        /// The source's spelling, below the target.
        path: String,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// A directory stands on the disk in a file's place, and something in it is not to be deleted.
    NotEmpty {
        /// The file's place, below the target.
        path: String,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// The dry run failed, so that nobody knows what would be copied.
    CheckFailed {
        /// rsync's exit code, or a signal's number with a minus.
        code: i32,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    // Step 6: copy.
    /// rsync failed, and nothing more particular is known.
    CopyFailed {
        /// rsync's exit code, or a signal's number with a minus.
        code: i32,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// The disk had no room left in mid-copy.
    DiskFull {
        /// What was free afterwards, bytes.
        free: u64,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// The disk's file system took no more files in mid-copy, though there was room for their contents.
    OutOfInodes {
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// rsync has copied everything, and yet some of it is not there.
    CopyIncomplete {
        /// How many files differ.
        count: u64,
        /// The first few of them, separated by commas.
        examples: String,
        /// The disk takes different names for one.
        #[serde(default)]
        folds: bool,
    },
    /// Something in particular can't be on the disk as it is in the source; `path` is below the target.
    NotStored {
        /// The file, or the read-only subvolume that it lies in.
        path: String,
        /// What kept us from it.
        why: Obstacle,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// Not everything is on the medium, and it is not known why.
    NotWritten {
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// The device itself says that not everything is on the medium.
    WriteFailed {
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// The disk answers with errors that somebody else has noted down as well.
    DiskFailing {
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// The file system says of itself that it makes no sense.
    FileSystemDamaged {
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// The kernel gave the file system up in the middle.
    TurnedReadOnly {
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    // Steps 7 to 9.
    /// A lock file could not be deleted.
    UnlockFailed {
        /// The lock file.
        path: String,
        /// Where it is; records of earlier versions have none.
        #[serde(default)]
        place: LockPlace,
        /// What kept us from it; the same.
        #[serde(default)]
        why: Obstacle,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// The disk could not be unmounted and must stay plugged in.
    UnmountFailed {
        /// Where the disk is mounted.
        mount_point: String,
        /// Programs that use it with their process numbers, separated by commas; empty if none was found.
        holders: String,
        /// All data has been flushed to it all the same.
        synced: bool,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// It is unmounted, and something still has the device open.
    NotReleased {
        /// The block device, `/dev/sdb1`.
        device: String,
        /// Who or what that is, as far as it is known.
        cause: String,
    },
    /// The device does not confirm that it has written everything.
    NotFlushed {
        /// The block device, `/dev/sdb1`.
        device: String,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    // At any moment.
    /// It was unplugged before it was released.
    DiskRemoved,
    /// It is plugged in, and says neither yes nor no.
    DiskSilent,
    /// The service was stopped during the run; the disk stays due.
    ServiceStopped,
    /// A run that never ended, as after a crash or a power failure; found at the next start of the service.
    Interrupted,
    /// A mistake in the service itself, or something that it can't explain.
    Internal {
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
}
