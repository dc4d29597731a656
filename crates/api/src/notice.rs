//! Normal events that are worth a line in the journal and in the text log, as typed values.
//! Texts: `locales/*/notices.ftl`, one message per variant.

use serde::{Deserialize, Serialize};

/// A normal event. Sizes are in bytes, rates in bytes per second.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Notice {
    /// The service is ready for calls and disks.
    DaemonStarted {
        /// The service's version, such as `0.2.0`.
        version: String,
        /// The number of configured disks.
        disks: u64,
    },
    /// The service is stopping; it stops a run in progress first.
    DaemonStopping,
    /// Similar lines were counted instead of logged.
    Repeated {
        /// How many there were in the last minute.
        count: u64,
        /// One of them.
        text: String,
    },
    /// `config.ini` was read again and is in force.
    ConfigReloaded,
    /// Nothing is copied, because `config.ini` is not filled in yet.
    ConfigIncomplete {
        /// The keys that are missing, separated by commas.
        keys: String,
    },
    /// A configured disk was plugged in.
    DiskAppeared {
        /// The disk's UUID.
        disk: String,
        /// The disk's label, or its UUID if it has none.
        label: String,
        /// The block device, such as `/dev/sdb1`.
        device: String,
    },
    /// A configured disk was unplugged.
    DiskGone {
        /// The disk's UUID.
        disk: String,
        /// The disk's label, or its UUID if it has none.
        label: String,
    },
    /// No run begins, because this attachment already has its copy, as after a restart of the service.
    DiskDone {
        /// The disk's UUID.
        disk: String,
        /// The disk's label, or its UUID if it has none.
        label: String,
    },
    /// UDisks2 has left the bus.
    DiskServiceLost,
    /// UDisks2 is back on the bus.
    DiskServiceBack,
    /// A run begins.
    RunStarted {
        /// The run's number.
        run: u64,
        /// The disk's UUID.
        disk: String,
        /// The disk's label, or its UUID if it has none.
        label: String,
        /// The name of the `Trigger`: `plugged`, `called` or `resumed`.
        trigger: String,
    },
    /// The run was started by `StartAllowingDeletions`, so the limits don't apply.
    DeletionsAllowed {
        /// The run's number.
        run: u64,
    },
    /// In setup, someone agreed that the first copy to the disk deletes foreign files.
    ForeignFilesAgreed {
        /// The number of files that are not an older copy of the source.
        files: u64,
        /// Their total size.
        bytes: u64,
    },
    /// At the first use of a disk, its identity beyond the UUID was stored.
    DiskRemembered {
        /// The disk's UUID.
        disk: String,
        /// The disk's label, or its UUID if it has none.
        label: String,
    },
    /// After `TrustDisk`, the disk's current identity replaced the stored one.
    DiskTrusted {
        /// The disk's UUID.
        disk: String,
        /// The disk's label, or its UUID if it has none.
        label: String,
    },
    /// A source whose absence had prevented runs is available.
    SourceCame {
        /// The configured source.
        path: String,
    },
    /// The identity of the source's file system was stored, so that a different one is noticed.
    SourceRemembered {
        /// The configured source.
        path: String,
        /// The identity of the file system.
        file_system: String,
    },
    /// The end of step 1: the disk is identified.
    StepIdentifyDisk {
        /// The block device, such as `/dev/sdb1`.
        device: String,
        /// The disk's label, or its UUID if it has none.
        label: String,
        /// Its type in UDisks2's terms, such as `ext4`.
        file_system: String,
    },
    /// Step 2 waits, because Veeam is writing.
    StepWaitForVeeam {
        /// The names of locks or sessions, separated by commas.
        jobs: String,
        /// The maximum waiting time in `config.ini`, in minutes.
        minutes: u64,
    },
    /// The end of step 2: Veeam is not writing.
    StepVeeamClear,
    /// The end of step 3: the disk is mounted.
    StepMount {
        /// Where the disk is mounted.
        mount_point: String,
    },
    /// The end of step 4: both lock files exist.
    StepLock {
        /// The lock file on the disk.
        disk_lock: String,
        /// The lock file in the source.
        source_lock: String,
    },
    /// The beginning of step 5, the preflight check.
    StepCheck {
        /// The configured source.
        source: String,
    },
    /// The end of step 5: the plan.
    StepChecked {
        /// The number of files to copy.
        files: u64,
        /// Their total size.
        bytes: u64,
        /// The number of files to delete on the disk.
        deletions: u64,
        /// Free space on the disk before the copy, in bytes.
        free: u64,
    },
    /// The repository can't be frozen, so Veeam waits until a copy is over.
    SnapshotImpossible {
        /// Why.
        cause: String,
    },
    /// What is to be copied is being frozen.
    StepSnapshot,
    /// Somebody writes to what is to be copied, without having asked for a lock.
    WaitForWriters {
        /// Files or jobs, separated by commas.
        jobs: String,
        /// How long the run waits at most.
        minutes: u64,
    },
    /// What is to be copied is frozen, and Veeam may work.
    SnapshotStands {
        /// The number of files with contents.
        files: u64,
        /// Their total size.
        bytes: u64,
        /// Of how many pieces they consist, which is what it takes time for.
        extents: u64,
        /// How long it took.
        milliseconds: u64,
    },
    /// Names on the disk that differed only in case or Unicode form were changed to the source's.
    StepSpelling {
        /// The number of names.
        names: u64,
    },
    /// The disk stores local time, and the local clock has changed.
    StepClock {
        /// The number of files whose times were adjusted.
        files: u64,
        /// The absolute difference in minutes.
        minutes: u64,
    },
    /// Files that an earlier run left unverified are compared with the source.
    StepCompare {
        /// The number of files.
        files: u64,
        /// Their total size.
        bytes: u64,
    },
    /// The beginning of step 6, the copy.
    StepCopy {
        /// The configured source.
        source: String,
        /// The directory on the disk, with its mount point.
        target: String,
    },
    /// Partial files that an interrupted run left are resumed.
    StepResumed {
        /// The number of partial files.
        files: u64,
        /// The bytes they already contain.
        bytes: u64,
    },
    /// The end of step 6: everything is copied and flushed.
    StepCopied {
        /// The number of files copied.
        files: u64,
        /// Their total size.
        bytes: u64,
        /// Seconds from rsync's start to the end of the flush; at least 1.
        seconds: u64,
        /// `bytes` divided by `seconds`.
        rate: u64,
    },
    /// The end of step 7: both lock files are deleted.
    StepUnlock,
    /// The end of step 7: the lock file on the disk stays, because some data there is unverified.
    LockKept {
        /// The lock file.
        path: String,
    },
    /// The end of step 8: the free space is measured.
    StepFreeSpace {
        /// Free space on the disk, in bytes.
        free: u64,
        /// The size of its file system, in bytes.
        size: u64,
    },
    /// The end of step 9: the disk is unmounted, and everything is flushed.
    StepUnmount {
        /// The block device, such as `/dev/sdb1`.
        device: String,
    },
    /// The disk was powered off, as `power-off-after-copy` says.
    PoweredOff {
        /// The block device, such as `/dev/sdb1`.
        device: String,
    },
    /// The progress of the copy, reported from time to time.
    CopyProgress {
        /// `done` of `total`, rounded down; 100 if there is nothing to copy.
        percent: u64,
        /// Bytes of file contents copied so far.
        done: u64,
        /// Bytes to copy, according to the plan.
        total: u64,
        /// Smoothed.
        rate: u64,
        /// An estimate; 0 = unknown.
        seconds_left: u64,
        /// The current file, below the source.
        file: String,
    },
    /// rsync has ended, and its last data is being flushed to the disk.
    Flushing,
    /// A run ended with a complete copy.
    RunSucceeded {
        /// The run's number.
        run: u64,
        /// The disk's label, or its UUID if it has none.
        label: String,
    },
    /// A run was cancelled.
    RunCancelled {
        /// The run's number.
        run: u64,
        /// The disk's label, or its UUID if it has none.
        label: String,
    },
    /// A run ended with a fault, which is logged separately.
    RunAborted {
        /// The run's number.
        run: u64,
        /// The disk's label, or its UUID if it has none.
        label: String,
    },
    /// The disk is released.
    SafeToRemove {
        /// The disk's UUID.
        disk: String,
        /// The disk's label, or its UUID if it has none.
        label: String,
    },
    /// The server accepted a mail.
    MailSent {
        /// The mail's subject.
        subject: String,
        /// The recipients' addresses, separated by commas.
        recipients: String,
    },
    /// A job holds its lock, so no copy starts.
    VeeamLocked {
        /// The job's name, as in its scripts.
        job: String,
    },
    /// A job requested a lock during a copy, and gets it afterwards.
    VeeamWaiting {
        /// The job's name, as in its scripts.
        job: String,
    },
    /// A job released its lock.
    VeeamUnlocked {
        /// The job's name, as in its scripts.
        job: String,
    },
    /// Veeam's REST API answers again.
    VeeamAnswers {
        /// `api-url` in `config.ini`.
        server: String,
        /// The version of the REST API.
        version: String,
    },
    /// A lock was deleted, because Veeam reports that its session is over.
    VeeamLockCleared {
        /// The job's name, as in its scripts.
        job: String,
    },
    /// An old lock was deleted, because nothing writes to the source any more.
    VeeamLockForsaken {
        /// The job's name, as in its scripts.
        job: String,
        /// Its age in whole hours.
        hours: u64,
    },
}
