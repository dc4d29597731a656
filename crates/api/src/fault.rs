//! Every reason for which a run ends early or a call is refused, as typed values.
//! Their names on the bus are in `error_name`; the words for people are in `locales/*/faults.ftl`, one message a variant
//! under the variant's kebab-case name, with the fields as placeholders. A field named `cause` holds the text of the
//! error beneath.

use serde::{Deserialize, Serialize};

use super::cause::{LockPlace, MountTrouble, Obstacle, ReadOnly, Unusable};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Fault {
    // The call can't be taken.
    Busy {
        disk: String,
    },
    NotRunning,
    NotLocked {
        job: String,
    },
    /// There is one under a name that differs in case or in Unicode's form only.
    LockMisspelt {
        job: String,
        held: String,
    },
    InvalidJob {
        job: String,
    },
    Stopping,
    /// Of one user or of all; polkit was not even asked.
    TooManyCalls {
        most: u64,
    },
    Unconfigured {
        keys: String,
    },
    ConfigRefused {
        problems: String,
    },
    // Step 1: identify the disk.
    UnknownDisk {
        disk: String,
    },
    DiskAbsent {
        disk: String,
    },
    NoDiskPresent {
        known: String,
    },
    /// More deletions are to be allowed, and none or several of the disks plugged in were refused for them.
    DiskUnnamed {
        disks: String,
    },
    DuplicateDisk {
        disk: String,
        devices: String,
    },
    DiskIgnored {
        disk: String,
    },
    OwnDisk {
        disk: String,
        repository: bool,
    },
    /// The UUID is known, the device that it comes from is another one than before.
    ChangedDisk {
        disk: String,
        /// As the same disk in another enclosure is.
        same_size: bool,
    },
    /// It is plugged in, and can't be got at.
    DiskUnusable {
        disk: String,
        device: String,
        why: Unusable,
        /// It is only its drive by which it was recognised.
        likely: bool,
        cause: String,
    },
    /// It is one of several that hold one file system together. `devices`: those that are plugged in.
    DiskOfSeveral {
        disk: String,
        file_system: String,
        devices: String,
        count: u64,
    },
    UnsupportedFileSystem {
        disk: String,
        file_system: String,
    },
    DiskServiceFailed {
        cause: String,
    },
    // Step 2: wait for Veeam.
    VeeamBusy {
        jobs: String,
        minutes: u64,
    },
    VeeamDirectoryUnreadable {
        path: String,
        cause: String,
    },
    /// A job of Veeam asked, and got no lock.
    VeeamLockFailed {
        job: String,
        path: String,
        cause: String,
    },
    VeeamUnlockFailed {
        job: String,
        cause: String,
    },
    TooManyLocks {
        most: u64,
        path: String,
    },
    // Step 3: mount.
    AlreadyMounted {
        mount_point: String,
    },
    /// It was pulled while a program used it, and for that program it is mounted still.
    OldMountHeld {
        disk: String,
        /// Somebody was found.
        found: bool,
        holders: String,
    },
    MountFailed {
        device: String,
        /// Records of earlier versions have none.
        #[serde(default)]
        why: MountTrouble,
        cause: String,
    },
    WriteProtected {
        device: String,
    },
    MountedReadOnly {
        device: String,
        why: ReadOnly,
    },
    UnsafeMount {
        mount_point: String,
        missing: String,
    },
    // Step 4: lock.
    LockHeld {
        path: String,
        holder: String,
    },
    LockFailed {
        path: String,
        /// Records of earlier versions have neither place nor reason.
        #[serde(default)]
        place: LockPlace,
        #[serde(default)]
        why: Obstacle,
        cause: String,
    },
    StillCopying {
        path: String,
    },
    /// The lock file's name is that of something else.
    LockIsStrange {
        path: String,
    },
    // Step 5: check.
    /// Somebody could lead a configured path elsewhere. `user`: who, `%group` for one, or `everybody`.
    UnsafePath {
        path: String,
        component: String,
        user: String,
        /// It is a link of theirs, and no directory that they may write to.
        link: bool,
    },
    SourceUnavailable {
        path: String,
        cause: String,
    },
    /// It lies on a share of the network, `server:/export` or the like.
    ShareUnavailable {
        path: String,
        share: String,
        cause: String,
    },
    SourceEmpty {
        path: String,
    },
    /// By the list of excludes.
    NothingIncluded {
        path: String,
        excludes: String,
    },
    SourceHidden {
        path: String,
    },
    SourceContainsTarget {
        path: String,
    },
    SourceNotMounted {
        path: String,
    },
    SourceWithoutSentinel {
        path: String,
    },
    /// The source lies on another file system than at the runs before.
    SourceMoved {
        path: String,
        before: String,
        now: String,
        #[serde(default)]
        disk: String,
    },
    SourceUnreadable {
        cause: String,
    },
    /// The same of a share of the network.
    ShareUnreadable {
        share: String,
        cause: String,
    },
    /// The system does not let us read it, root as we are.
    SourceForbidden {
        path: String,
        cause: String,
    },
    /// A file of the source became shorter while it was read.
    SourceChanged {
        path: String,
        cause: String,
    },
    TargetRefused {
        path: String,
        cause: String,
    },
    /// Something was mounted in the target while it was copied to.
    TargetCovered {
        path: String,
    },
    NoSpace {
        needed: u64,
        free: u64,
        missing: u64,
        /// What the file system holds back for the system, where that would do; else 0.
        #[serde(default)]
        reserved: u64,
    },
    /// At the first copy to this disk: what would be deleted is somebody else's.
    ForeignFiles {
        disk: String,
        files: u64,
        bytes: u64,
        examples: String,
    },
    /// Of what is on the disk nothing would stay.
    NothingInCommon {
        disk: String,
        files: u64,
        bytes: u64,
        examples: String,
    },
    /// Files that would be replaced no longer begin as they did, as when they have been encrypted.
    BeginningsLost {
        disk: String,
        lost: u64,
        compared: u64,
        examples: String,
    },
    /// So many files fewer would be on the disk. Histories from before this was told have neither disk nor examples.
    TooManyDeletions {
        #[serde(default)]
        disk: String,
        files: u64,
        existing: u64,
        percent: u64,
        #[serde(default)]
        examples: String,
    },
    /// So many bytes fewer.
    TooManyBytesDeleted {
        #[serde(default)]
        disk: String,
        bytes: u64,
        existing: u64,
        percent: u64,
        #[serde(default)]
        examples: String,
    },
    TooFewInodes {
        needed: u64,
        free: u64,
    },
    LossyFileSystem {
        file_system: String,
        links: u64,
        hard_links: u64,
        specials: u64,
    },
    UnstorableFiles {
        file_system: String,
        count: u64,
        examples: String,
    },
    /// Names in the source that the target takes for one; two of them are told.
    ClashingNames {
        file_system: String,
        count: u64,
        one: String,
        other: String,
    },
    /// What is on the disk could not be given the source's spelling.
    SpellingFailed {
        path: String,
        cause: String,
    },
    /// A directory stands on the disk in a file's place, and something in it is not to be deleted.
    NotEmpty {
        path: String,
        cause: String,
    },
    /// `code`: rsync's exit code, or a signal's number with a minus.
    CheckFailed {
        code: i32,
        cause: String,
    },
    // Step 6: copy.
    CopyFailed {
        code: i32,
        cause: String,
    },
    DiskFull {
        free: u64,
        cause: String,
    },
    OutOfInodes {
        cause: String,
    },
    /// rsync has copied everything, and yet some of it is not there.
    CopyIncomplete {
        count: u64,
        examples: String,
        /// The disk takes different names for one.
        #[serde(default)]
        folds: bool,
    },
    /// Something in particular can't be on the disk as it is in the source; `path` is below the target.
    NotStored {
        path: String,
        why: Obstacle,
        cause: String,
    },
    /// Not everything is on the medium, and it is not known why.
    NotWritten {
        cause: String,
    },
    /// The device itself says that not everything is on the medium.
    WriteFailed {
        cause: String,
    },
    /// The disk answers with errors that somebody else has noted down as well.
    DiskFailing {
        cause: String,
    },
    /// The file system says of itself that it makes no sense.
    FileSystemDamaged {
        cause: String,
    },
    /// The kernel gave the file system up in the middle.
    TurnedReadOnly {
        cause: String,
    },
    // Steps 7 to 9.
    UnlockFailed {
        path: String,
        #[serde(default)]
        place: LockPlace,
        #[serde(default)]
        why: Obstacle,
        cause: String,
    },
    UnmountFailed {
        mount_point: String,
        holders: String,
        synced: bool,
        cause: String,
    },
    NotReleased {
        device: String,
        cause: String,
    },
    /// The device does not confirm that it has written everything.
    NotFlushed {
        device: String,
        cause: String,
    },
    // At any moment.
    DiskRemoved,
    /// It is plugged in, and says neither yes nor no.
    DiskSilent,
    ServiceStopped,
    Interrupted,
    Internal {
        cause: String,
    },
}
