//! Every reason why a run ends early or a call is refused, as typed values.
//! Their names on the bus are in `error_name`. Their texts are in `locales/*/faults.ftl`: one message per variant, under its kebab-case
//! name, with the fields as placeholders. A field named `cause` holds the text of the underlying error.

use serde::{Deserialize, Serialize};

use super::cause::{LockPlace, MountTrouble, Obstacle, ReadOnly, Unusable};

/// Why a run ended early, or why a call was refused. Sizes are bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Fault {
    // The call is refused.
    /// A run is in progress, and there is only one at a time.
    Busy {
        /// The label of the disk that it copies to.
        disk: String,
    },
    /// There is no run to cancel.
    NotRunning,
    /// The job to be unlocked has no lock.
    NotLocked {
        /// The job's name, as the caller gave it.
        job: String,
    },
    /// The job has no lock, but there is one whose name differs only in case or Unicode form.
    LockMisspelt {
        /// The job's name, as the caller gave it.
        job: String,
        /// The name of the existing lock, which stays.
        held: String,
    },
    /// The name of a Veeam job can't be a file name.
    InvalidJob {
        /// The name, shortened if it is very long.
        job: String,
    },
    /// The service is shutting down and accepts no more calls.
    Stopping,
    /// One user, or all together, have too many open calls; polkit was not asked.
    TooManyCalls {
        /// The maximum number of open calls per user.
        most: u64,
    },
    /// `config.ini` was never filled in, so there is nothing to copy or no disk to copy to.
    Unconfigured {
        /// The keys that are missing, separated by commas.
        keys: String,
    },
    /// `config.ini` has errors; the previous configuration stays in force.
    ConfigRefused {
        /// All errors, as sentences in the service's language.
        problems: String,
    },
    // Step 1: identify the disk.
    /// No disk with this UUID is in `config.ini`.
    UnknownDisk {
        /// The UUID, as the caller gave it.
        disk: String,
    },
    /// The disk is configured but not plugged in.
    DiskAbsent {
        /// Its UUID.
        disk: String,
    },
    /// No disk was named, and no configured disk is plugged in.
    NoDiskPresent {
        /// The UUIDs of the configured disks, separated by commas.
        known: String,
    },
    /// A run that allows deletions named no disk, and none or several of the attached disks were refused for deletions.
    DiskUnnamed {
        /// The UUIDs of the attached disks, separated by commas.
        disks: String,
    },
    /// Several devices have the same UUID, as after cloning, so the disk is ambiguous.
    DuplicateDisk {
        /// The UUID.
        disk: String,
        /// The block devices, separated by commas.
        devices: String,
    },
    /// A udev rule (`UDISKS_IGNORE`) tells UDisks2 to leave the disk alone.
    DiskIgnored {
        /// Its label, or its UUID if it has none.
        disk: String,
    },
    /// The UUID in `config.ini` belongs to a disk that the computer itself needs.
    OwnDisk {
        /// Its label, or its UUID if it has none.
        disk: String,
        /// The disk holds the repository; otherwise it holds the system.
        repository: bool,
    },
    /// The file system has a known UUID, but is on another device than before.
    ChangedDisk {
        /// Its UUID.
        disk: String,
        /// The devices have the same size, so it may be the same disk in another enclosure.
        same_size: bool,
    },
    /// The disk is plugged in, but its file system can't be reached.
    DiskUnusable {
        /// Its label, or its UUID if it has none.
        disk: String,
        /// The block device, such as `/dev/sdb1`.
        device: String,
        /// Why it can't be reached.
        why: Unusable,
        /// The disk was recognised only by its drive.
        likely: bool,
        /// Details, such as the signatures found or the UUID inside a container; may be empty.
        cause: String,
    },
    /// The file system spans several disks.
    DiskOfSeveral {
        /// Its label, or its UUID if it has none.
        disk: String,
        /// Its type in UDisks2's terms, such as `vfat`.
        file_system: String,
        /// The block devices that are plugged in, separated by commas.
        devices: String,
        /// The number of disks it spans.
        count: u64,
    },
    /// The disk has a file system that is not supported.
    UnsupportedFileSystem {
        /// Its label, or its UUID if it has none.
        disk: String,
        /// Its type in UDisks2's terms, such as `vfat`.
        file_system: String,
    },
    /// UDisks2 does not answer or reports an error; the disk stays due.
    DiskServiceFailed {
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    // Step 2: wait for Veeam.
    /// Veeam was still writing when the maximum waiting time was over.
    VeeamBusy {
        /// Names of the jobs, separated by commas.
        jobs: String,
        /// The waiting time in `config.ini`, in minutes.
        minutes: u64,
    },
    /// A directory of lock files can't be read, so Veeam may be writing.
    VeeamDirectoryUnreadable {
        /// The directory.
        path: String,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// The lock file of a Veeam job can't be created.
    VeeamLockFailed {
        /// The job's name, as the caller gave it.
        job: String,
        /// The directory for the lock file.
        path: String,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// The lock file of a Veeam job can't be deleted, so no copy can start.
    VeeamUnlockFailed {
        /// The job's name, as the caller gave it.
        job: String,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// A job got no lock, because too many are held or requested.
    TooManyLocks {
        /// The maximum number of each.
        most: u64,
        /// The directories of lock files, separated by commas.
        path: String,
    },
    // Step 3: mount.
    /// Someone else has mounted the disk.
    AlreadyMounted {
        /// Where the disk is mounted.
        mount_point: String,
    },
    /// The disk was unplugged while a program used it, and is still mounted for that program.
    OldMountHeld {
        /// Its label, or its UUID if it has none.
        disk: String,
        /// A program was found.
        found: bool,
        /// Programs and what they use, such as `bash (4711, joe): /media/Gold`, separated by commas; empty unless `found`.
        holders: String,
    },
    /// The disk could not be mounted.
    MountFailed {
        /// The block device, such as `/dev/sdb1`.
        device: String,
        /// Missing in records of earlier versions.
        #[serde(default)]
        why: MountTrouble,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// The device is write-protected, often by a switch on its case.
    WriteProtected {
        /// The block device, such as `/dev/sdb1`.
        device: String,
    },
    /// The disk was mounted, but only read-only.
    MountedReadOnly {
        /// The block device, such as `/dev/sdb1`.
        device: String,
        /// Why it is read-only.
        why: ReadOnly,
    },
    /// The mount lacks options that protect the computer from the disk's contents.
    UnsafeMount {
        /// Where the disk is mounted.
        mount_point: String,
        /// The missing options, such as `nosuid`.
        missing: String,
    },
    // Step 4: lock.
    /// Another process holds a lock file, on the disk or in the source.
    LockHeld {
        /// The lock file.
        path: String,
        /// The holder, according to the file.
        holder: String,
    },
    /// A lock file could not be created.
    LockFailed {
        /// The lock file.
        path: String,
        /// Where it is; missing in records of earlier versions.
        #[serde(default)]
        place: LockPlace,
        /// Why it failed; missing in records of earlier versions.
        #[serde(default)]
        why: Obstacle,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// An rsync of an earlier run is still working on this disk.
    StillCopying {
        /// The lock that it holds, in the service's runtime directory.
        path: String,
    },
    /// Something else has the lock file's name.
    LockIsStrange {
        /// The lock file's name.
        path: String,
    },
    // Step 5: check.
    /// A user other than root could redirect a configured path.
    UnsafePath {
        /// The configured path.
        path: String,
        /// The part of it that could be redirected.
        component: String,
        /// Who could do that: a user, `%group`, or `everybody`.
        user: String,
        /// The part is a symbolic link of theirs; otherwise it is a directory that they may write to.
        link: bool,
    },
    /// The source can't be reached.
    SourceUnavailable {
        /// The configured source, or what is missing in it.
        path: String,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// The source is on a network share that can't be reached.
    ShareUnavailable {
        /// The configured source, or what is missing in it.
        path: String,
        /// The share, as it was mounted, such as `server:/export`.
        share: String,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// The source is empty, so the copy would delete everything on the disk.
    SourceEmpty {
        /// The configured source.
        path: String,
    },
    /// The excludes leave nothing to copy.
    NothingIncluded {
        /// The configured source.
        path: String,
        /// The file with the excludes, `rsync-excludes-path`.
        excludes: String,
    },
    /// The service's sandbox hides the source, so the service sees another directory in its place.
    SourceHidden {
        /// The hidden path.
        path: String,
    },
    /// Source and target are on the same file system, or the disk is mounted inside the source, so the copy would copy itself.
    SourceContainsTarget {
        /// The configured source.
        path: String,
    },
    /// Nothing is mounted at the source, but `source-must-be-mountpoint` requires it.
    SourceNotMounted {
        /// The configured source.
        path: String,
    },
    /// The file that identifies the source (`source-sentinel`) is missing.
    SourceWithoutSentinel {
        /// The missing file.
        path: String,
    },
    /// The source is on another file system than in earlier runs.
    SourceMoved {
        /// The configured source.
        path: String,
        /// The identity of the earlier file system.
        before: String,
        /// The identity of the current file system.
        now: String,
        /// UUID of the target disk; empty in records of earlier versions.
        #[serde(default)]
        disk: String,
    },
    // Step 5: the snapshot.
    /// The config demands a snapshot, and none can be made.
    SnapshotFailed {
        /// Why, for administrators.
        cause: String,
    },
    /// The config demands a snapshot, and somebody wrote without a lock whenever one was made.
    SnapshotNotProven {
        /// What changed, separated by commas.
        examples: String,
    },
    /// The snapshot was removed in mid-copy, because the source's file system had too little room left for Veeam.
    SnapshotGivenUp {
        /// The configured source.
        path: String,
        /// What was free.
        free: u64,
        /// What has to stay free, in percent.
        percent: u64,
    },
    /// Part of the source, on a drive of this computer, can't be read.
    SourceUnreadable {
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// Part of the source, on a network share, can't be read.
    ShareUnreadable {
        /// The share, as it was mounted.
        share: String,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// The system denies access to part of the source, even to root.
    SourceForbidden {
        /// What can't be read.
        path: String,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// A file in the source shrank while it was read.
    SourceChanged {
        /// The file.
        path: String,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// The target directory can't be used, or is not where it should be.
    TargetRefused {
        /// The directory, or where the disk is mounted.
        path: String,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// Something was mounted over the target during the copy.
    TargetCovered {
        /// Where it is mounted.
        path: String,
    },
    /// The preflight check found that the copy does not fit on the disk.
    NoSpace {
        /// Additional space that the copy needs, in bytes.
        needed: u64,
        /// Free space plus what the deletions would free, in bytes.
        free: u64,
        /// `needed` minus `free`, in bytes.
        missing: u64,
        /// Space that the file system reserves for root, if that would suffice; otherwise 0.
        #[serde(default)]
        reserved: u64,
    },
    /// The first copy to this disk would delete files that are not an older copy of the source.
    ForeignFiles {
        /// The disk's UUID.
        disk: String,
        /// The number of files.
        files: u64,
        /// Their total size.
        bytes: u64,
        /// The first few of them, separated by commas.
        examples: String,
    },
    /// The copy would leave nothing of what is on the disk.
    NothingInCommon {
        /// The disk's UUID.
        disk: String,
        /// The number of files that would be deleted or emptied.
        files: u64,
        /// The number of bytes that the disk would lose.
        bytes: u64,
        /// The first few of them, separated by commas.
        examples: String,
    },
    /// Files that would be replaced have different beginnings, as if they had been encrypted.
    BeginningsLost {
        /// The disk's UUID.
        disk: String,
        /// The number of compared files whose beginning differs.
        lost: u64,
        /// The number of files compared.
        compared: u64,
        /// The first few of them, separated by commas.
        examples: String,
    },
    /// The disk would lose too many files.
    TooManyDeletions {
        /// The disk's UUID; empty in records of earlier versions.
        #[serde(default)]
        disk: String,
        /// The number of files that would be deleted or emptied, minus those that replace them.
        files: u64,
        /// The number of regular files on the disk.
        existing: u64,
        /// The limit in `config.ini`, in percent of `existing`.
        percent: u64,
        /// The first few of those files, separated by commas; empty in records of earlier versions.
        #[serde(default)]
        examples: String,
    },
    /// The disk would lose too many bytes.
    TooManyBytesDeleted {
        /// The disk's UUID; empty in records of earlier versions.
        #[serde(default)]
        disk: String,
        /// The number of bytes that would be deleted, minus those that replace them.
        bytes: u64,
        /// The number of bytes on the disk.
        existing: u64,
        /// The limit in `config.ini`, in percent of `existing`.
        percent: u64,
        /// The first few files that lose bytes, separated by commas; empty in records of earlier versions.
        #[serde(default)]
        examples: String,
    },
    /// The preflight check found that the disk's file system can't hold that many more files.
    TooFewInodes {
        /// The number of additional files.
        needed: u64,
        /// The number of files it can still hold, including those that deletions make room for.
        free: u64,
    },
    /// The file system can't hold owners, links or special files, and `lossy-file-systems` forbids leaving them out.
    LossyFileSystem {
        /// Its type in UDisks2's terms, such as `vfat`.
        file_system: String,
        /// The number of symbolic links in the source.
        links: u64,
        /// The number of additional hard links.
        hard_links: u64,
        /// The number of devices, sockets and pipes.
        specials: u64,
    },
    /// The disk's file system can't hold the names or the sizes of some files.
    UnstorableFiles {
        /// Its type in UDisks2's terms, such as `vfat`.
        file_system: String,
        /// The number of files.
        count: u64,
        /// The first few of them, separated by commas.
        examples: String,
    },
    /// The disk's file system takes different names in the source for the same one.
    ClashingNames {
        /// Its type in UDisks2's terms, such as `vfat`.
        file_system: String,
        /// The number of names that clash with another one.
        count: u64,
        /// The first of two such names, below the source.
        one: String,
        /// The second one.
        other: String,
    },
    /// A name on the disk could not be changed to the source's spelling.
    SpellingFailed {
        /// The source's spelling, below the target.
        path: String,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// A directory on the disk is in the place of a file, and something in it must not be deleted.
    NotEmpty {
        /// The file, below the target.
        path: String,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// The dry run failed, so it is unknown what would be copied.
    CheckFailed {
        /// rsync's exit code, or a negative signal number.
        code: i32,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    // Step 6: copy.
    /// rsync failed for an unknown reason.
    CopyFailed {
        /// rsync's exit code, or a negative signal number.
        code: i32,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// The disk became full during the copy.
    DiskFull {
        /// Free space afterwards, in bytes.
        free: u64,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// The disk's file system ran out of inodes during the copy, though it had space left.
    OutOfInodes {
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// rsync succeeded, but the copy is not complete.
    CopyIncomplete {
        /// The number of files that differ.
        count: u64,
        /// The first few of them, separated by commas.
        examples: String,
        /// The disk's file system takes different names for the same one.
        #[serde(default)]
        folds: bool,
    },
    /// One file can't be stored on the disk.
    NotStored {
        /// The file, or the read-only subvolume that contains it, below the target.
        path: String,
        /// Why it failed.
        why: Obstacle,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// Not everything is on the medium, for an unknown reason.
    NotWritten {
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// The device reports that not everything is on the medium.
    WriteFailed {
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// The disk reports errors, confirmed by a second source.
    DiskFailing {
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// The file system reports that it is damaged.
    FileSystemDamaged {
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// The kernel made the file system read-only during the run.
    TurnedReadOnly {
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    // Steps 7 to 9.
    /// A lock file could not be deleted.
    UnlockFailed {
        /// The lock file.
        path: String,
        /// Where it is; missing in records of earlier versions.
        #[serde(default)]
        place: LockPlace,
        /// Why it failed; missing in records of earlier versions.
        #[serde(default)]
        why: Obstacle,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// The disk could not be unmounted and must stay plugged in.
    UnmountFailed {
        /// Where the disk is mounted.
        mount_point: String,
        /// Programs that use it, with their process ids, separated by commas; empty if none was found.
        holders: String,
        /// All data was flushed to it nevertheless.
        synced: bool,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// The disk is unmounted, but something still has the device open.
    NotReleased {
        /// The block device, such as `/dev/sdb1`.
        device: String,
        /// What has it open, as far as known.
        cause: String,
    },
    /// The device does not confirm that it has written everything.
    NotFlushed {
        /// The block device, such as `/dev/sdb1`.
        device: String,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    // At any time.
    /// The disk was unplugged before it was released.
    DiskRemoved,
    /// The disk is plugged in, but no longer answers.
    DiskSilent,
    /// The service was stopped during the run; the disk stays due.
    ServiceStopped,
    /// The run never ended, as after a crash or a power failure; found at the next start of the service.
    Interrupted,
    /// A bug in the service, or something that it can't explain.
    Internal {
        /// The text of the underlying error, for administrators.
        cause: String,
    },
}
