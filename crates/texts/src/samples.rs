//! For tests: one made-up value of every variant, filled by field type. The matches below are exhaustive, so a variant that
//! is missing in the list does not compile.

use asbackup_api::{Fault, LockPlace, MountTrouble, Notice, Obstacle, ReadOnly, Unusable, Warning};

/// A value for a field. Two rounds give two different values.
trait Filler {
    fn filler(field: &str, round: u32) -> Self;
}

impl Filler for String {
    fn filler(field: &str, round: u32) -> Self {
        format!("‹{field}-{round}›")
    }
}

impl Filler for u64 {
    fn filler(_: &str, round: u32) -> Self {
        u64::from(round + 1) * 7_100_000_000
    }
}

impl Filler for i32 {
    fn filler(_: &str, round: u32) -> Self {
        if round == 0 { 23 } else { 24 }
    }
}

impl Filler for bool {
    fn filler(_: &str, round: u32) -> Self {
        round == 0
    }
}

impl Filler for Obstacle {
    fn filler(_: &str, round: u32) -> Self {
        if round == 0 { Self::ReadOnlySubvolume } else { Self::Quota }
    }
}

impl Filler for LockPlace {
    fn filler(_: &str, round: u32) -> Self {
        if round == 0 { Self::Disk } else { Self::Source }
    }
}

impl Filler for MountTrouble {
    fn filler(_: &str, round: u32) -> Self {
        if round == 0 { Self::Damaged } else { Self::Unknown }
    }
}

impl Filler for ReadOnly {
    fn filler(_: &str, round: u32) -> Self {
        if round == 0 { Self::Windows } else { Self::Marked }
    }
}

impl Filler for Unusable {
    fn filler(_: &str, round: u32) -> Self {
        if round == 0 { Self::Locked } else { Self::Ambiguous }
    }
}

macro_rules! samples {
    ($all:ident, $family:ident: $($variant:ident { $($field:ident),* })*) => {
        /// Each variant once; the facts differ from round to round.
        pub fn $all(round: u32) -> Vec<$family> {
            fn listed(value: &$family) {
                match value { $($family::$variant { .. } => (),)* }
            }
            let all = vec![$($family::$variant { $($field: Filler::filler(stringify!($field), round)),* }),*];
            all.iter().for_each(listed);
            all
        }
    };
}

samples! { faults, Fault:
    Busy { disk }
    NotRunning {}
    NotLocked { job }
    LockMisspelt { job, held }
    InvalidJob { job }
    Stopping {}
    TooManyCalls { most }
    Unconfigured { keys }
    ConfigRefused { problems }
    UnknownDisk { disk }
    DiskAbsent { disk }
    NoDiskPresent { known }
    DiskUnnamed { disks }
    DuplicateDisk { disk, devices }
    DiskIgnored { disk }
    OwnDisk { disk, repository }
    ChangedDisk { disk, same_size }
    DiskUnusable { disk, device, why, likely, cause }
    DiskOfSeveral { disk, file_system, devices, count }
    UnsupportedFileSystem { disk, file_system }
    DiskServiceFailed { cause }
    VeeamBusy { jobs, minutes }
    VeeamDirectoryUnreadable { path, cause }
    VeeamLockFailed { job, path, cause }
    VeeamUnlockFailed { job, cause }
    TooManyLocks { most, path }
    AlreadyMounted { mount_point }
    OldMountHeld { disk, found, holders }
    MountFailed { device, why, cause }
    WriteProtected { device }
    MountedReadOnly { device, why }
    UnsafeMount { mount_point, missing }
    LockHeld { path, holder }
    LockFailed { path, place, why, cause }
    StillCopying { path }
    LockIsStrange { path }
    UnsafePath { path, component, user, link }
    SourceUnavailable { path, cause }
    ShareUnavailable { path, share, cause }
    SourceEmpty { path }
    NothingIncluded { path, excludes }
    SourceHidden { path }
    SnapshotFailed { cause }
    SnapshotNotProven { examples }
    SnapshotGivenUp { path, free, percent }
    SourceContainsTarget { path }
    SourceNotMounted { path }
    SourceWithoutSentinel { path }
    SourceMoved { path, before, now, disk }
    SourceUnreadable { cause }
    ShareUnreadable { share, cause }
    SourceForbidden { path, cause }
    SourceChanged { path, cause }
    TargetRefused { path, cause }
    TargetCovered { path }
    NoSpace { needed, free, missing, reserved }
    ForeignFiles { disk, files, bytes, examples }
    NothingInCommon { disk, files, bytes, examples }
    BeginningsLost { disk, lost, compared, examples }
    TooManyDeletions { disk, files, existing, percent, examples }
    TooManyBytesDeleted { disk, bytes, existing, percent, examples }
    TooFewInodes { needed, free }
    LossyFileSystem { file_system, links, hard_links, specials }
    UnstorableFiles { file_system, count, examples }
    ClashingNames { file_system, count, one, other }
    SpellingFailed { path, cause }
    NotEmpty { path, cause }
    CheckFailed { code, cause }
    CopyFailed { code, cause }
    DiskFull { free, cause }
    OutOfInodes { cause }
    CopyIncomplete { count, examples, folds }
    NotStored { path, why, cause }
    NotWritten { cause }
    WriteFailed { cause }
    DiskFailing { cause }
    FileSystemDamaged { cause }
    TurnedReadOnly { cause }
    UnlockFailed { path, place, why, cause }
    UnmountFailed { mount_point, holders, synced, cause }
    NotReleased { device, cause }
    NotFlushed { device, cause }
    DiskRemoved {}
    DiskSilent {}
    ServiceStopped {}
    Interrupted {}
    Internal { cause }
}

samples! { warnings, Warning:
    StaleLock { path, holder }
    EmptyLock { path }
    LostFiles { count, examples }
    SnapshotFailed { cause }
    SnapshotNotProven { examples }
    LockVanished { path }
    EmptyVeeamLock { path }
    VeeamGaveUp { job, minutes }
    VeeamDuringCopy { job }
    VeeamNamesAlike { job, other }
    VeeamNameTwice { job }
    VeeamUnlockMisspelt { job, held }
    VeeamUnlockedForAll { job, times }
    VeeamLockUnknown { job }
    VeeamLockOld { job, hours }
    VeeamUnreachable { server, cause }
    VeeamUntrusted { server, cause }
    VeeamLoginRefused { server, cause }
    PolkitSilent { action, cause }
    TooManyCalls { user, most }
    LowSpace { free, threshold }
    VanishedFiles { examples }
    NotDeleted { count, examples }
    OwnNames { count, examples }
    LossyFileSystem { file_system, links, hard_links, specials }
    UnheldTimes { count, examples }
    OldRsync { version }
    Unconfined { cause }
    Stalled { minutes }
    LeftoverMount { mount_point }
    DeletedFirst { freed }
    ChangedDisk { disk }
    FileSystemErrors { cause }
    StillOpen { devices }
    PowerOffFailed { cause }
    MemoryLost { path, cause }
    LogUnwritable { path, cause }
    MailWithoutServer {}
    MailDelayed { server, cause }
    MailServerUntrusted { server, cause }
    MailNotEncrypted { server }
    MailLoginRefused { server, cause }
    MailNoMechanism { server, offered }
    MailHelloRefused { server, name, cause }
    MailWithoutLogs { subject, cause }
    HelperMissing { unit, cause }
    MailRecipientRefused { recipient, subject, cause }
    MailFailed { subject, cause }
    MailUnwritable { path, cause }
    OutboxFull { bytes, limit }
    DamagedHistory { path, lines }
}

samples! { notices, Notice:
    DaemonStarted { version, disks }
    DaemonStopping {}
    Repeated { count, text }
    ConfigReloaded {}
    ConfigIncomplete { keys }
    DiskAppeared { disk, label, device }
    DiskGone { disk, label }
    DiskDone { disk, label }
    DiskServiceLost {}
    DiskServiceBack {}
    RunStarted { run, disk, label, trigger }
    DeletionsAllowed { run }
    ForeignFilesAgreed { files, bytes }
    DiskRemembered { disk, label }
    DiskTrusted { disk, label }
    SourceCame { path }
    SourceRemembered { path, file_system }
    StepIdentifyDisk { device, label, file_system }
    StepWaitForVeeam { jobs, minutes }
    StepVeeamClear {}
    StepMount { mount_point }
    StepLock { disk_lock, source_lock }
    StepCheck { source }
    StepChecked { files, bytes, deletions, free }
    SnapshotImpossible { cause }
    StepSnapshot {}
    WaitForWriters { jobs, minutes }
    SnapshotStands { files, bytes, extents, milliseconds }
    StepSpelling { names }
    StepClock { files, minutes }
    StepCompare { files, bytes }
    StepCopy { source, target }
    StepResumed { files, bytes }
    StepCopied { files, bytes, seconds, rate }
    StepUnlock {}
    LockKept { path }
    StepFreeSpace { free, size }
    StepUnmount { device }
    PoweredOff { device }
    CopyProgress { percent, done, total, rate, seconds_left, file }
    Flushing {}
    RunSucceeded { run, label }
    RunCancelled { run, label }
    RunAborted { run, label }
    SafeToRemove { disk, label }
    MailSent { subject, recipients }
    VeeamLocked { job }
    VeeamWaiting { job }
    VeeamUnlocked { job }
    VeeamAnswers { server, version }
    VeeamLockCleared { job }
    VeeamLockForsaken { job, hours }
}
