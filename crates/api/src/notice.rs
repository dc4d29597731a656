//! What is worth a line in the journal and in the text log while all goes well, as typed values.
//! Texts: `locales/*/notices.ftl`, one message a variant.

use serde::{Deserialize, Serialize};

/// One thing that happened as it should. Sizes are bytes, rates bytes per second.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Notice {
    /// The service is ready for calls and disks.
    DaemonStarted {
        /// That of the service, `0.2.0`.
        version: String,
        /// How many are configured.
        disks: u64,
    },
    /// The service was told to stop; a run that is on is stopped first.
    DaemonStopping,
    /// Lines like this one were counted instead of told.
    Repeated {
        /// How many there were during the last minute.
        count: u64,
        /// One of them.
        text: String,
    },
    /// The file was read again and is in force.
    ConfigReloaded,
    /// Nothing is copied, since `config.ini` is not filled in yet.
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
        /// The block device, `/dev/sdb1`.
        device: String,
    },
    /// A configured disk was unplugged.
    DiskGone {
        /// The disk's UUID.
        disk: String,
        /// The disk's label, or its UUID if it has none.
        label: String,
    },
    /// This attachment was copied to already, as after a restart of the service, so no run begins.
    DiskDone {
        /// The disk's UUID.
        disk: String,
        /// The disk's label, or its UUID if it has none.
        label: String,
    },
    /// UDisks2 has left the bus.
    DiskServiceLost,
    /// UDisks2 is there again.
    DiskServiceBack,
    /// A run has its number and begins.
    RunStarted {
        /// The run's number.
        run: u64,
        /// The disk's UUID.
        disk: String,
        /// The disk's label, or its UUID if it has none.
        label: String,
        /// The word of `Trigger`: `plugged`, `called` or `resumed`.
        trigger: String,
    },
    /// Somebody has called `StartAllowingDeletions`, so this run is not held to the limits.
    DeletionsAllowed {
        /// The run's number.
        run: u64,
    },
    /// In setup, before the first copy to the disk.
    ForeignFilesAgreed {
        /// How many files are deleted that are no older copy of the source.
        files: u64,
        /// Their size altogether.
        bytes: u64,
    },
    /// At the first use of a disk: what identifies it besides its UUID is stored.
    DiskRemembered {
        /// The disk's UUID.
        disk: String,
        /// The disk's label, or its UUID if it has none.
        label: String,
    },
    /// After `TrustDisk`: what identifies the disk now is stored in the place of what did before.
    DiskTrusted {
        /// The disk's UUID.
        disk: String,
        /// The disk's label, or its UUID if it has none.
        label: String,
    },
    /// One that runs were refused for.
    SourceCame {
        /// The configured source.
        path: String,
    },
    /// The file system that the source lies on is stored, so that another one is noticed.
    SourceRemembered {
        /// The configured source.
        path: String,
        /// What identifies it.
        file_system: String,
    },
    /// The end of step 1.
    StepIdentifyDisk {
        /// The block device, `/dev/sdb1`.
        device: String,
        /// The disk's label, or its UUID if it has none.
        label: String,
        /// Its type as UDisks2 names it, `ext4`.
        file_system: String,
    },
    /// Step 2 has to wait, since Veeam is writing.
    StepWaitForVeeam {
        /// The names of locks or sessions, separated by commas.
        jobs: String,
        /// How long it waits at most, by `config.ini`.
        minutes: u64,
    },
    /// The end of step 2: Veeam is not writing.
    StepVeeamClear,
    /// The end of step 3.
    StepMount {
        /// Where the disk is mounted.
        mount_point: String,
    },
    /// The end of step 4: both lock files are there.
    StepLock {
        /// The one on the disk.
        disk_lock: String,
        /// The one in the source.
        source_lock: String,
    },
    /// The beginning of step 5.
    StepCheck {
        /// The configured source.
        source: String,
    },
    /// The end of step 5, and what the plan says.
    StepChecked {
        /// How many files are to be copied.
        files: u64,
        /// Their size altogether.
        bytes: u64,
        /// How many files are to be deleted on the disk.
        deletions: u64,
        /// What is free on the disk before the copy, bytes.
        free: u64,
    },
    /// Names on the disk differed only in case or in Unicode's form and have the source's now.
    StepSpelling {
        /// How many names.
        names: u64,
    },
    /// The disk keeps local time, and the clock that it is read by has changed.
    StepClock {
        /// How many files got other times.
        files: u64,
        /// The difference, without its sign.
        minutes: u64,
    },
    /// What a run before left unverified is compared with the source.
    StepCompare {
        /// How many files.
        files: u64,
        /// Their size altogether.
        bytes: u64,
    },
    /// The beginning of step 6.
    StepCopy {
        /// The configured source.
        source: String,
        /// The directory on the disk, with its mount point.
        target: String,
    },
    /// What an interrupted run left of large files is used again.
    StepResumed {
        /// How many partial files.
        files: u64,
        /// What they hold already.
        bytes: u64,
    },
    /// The end of step 6; all is flushed.
    StepCopied {
        /// How many files were copied.
        files: u64,
        /// Their size altogether.
        bytes: u64,
        /// From rsync's start to the end of the flush; never 0.
        seconds: u64,
        /// `bytes` by `seconds`.
        rate: u64,
    },
    /// The end of step 7: both lock files are deleted.
    StepUnlock,
    /// The end of step 7, with a lock file that stays on the disk, since some data there is unverified.
    LockKept {
        /// The lock file.
        path: String,
    },
    /// Step 8: what the copy has left.
    StepFreeSpace {
        /// What is free on the disk now, bytes.
        free: u64,
        /// The size of its file system, bytes.
        size: u64,
    },
    /// The disk is unmounted, and all is flushed.
    StepUnmount {
        /// The block device, `/dev/sdb1`.
        device: String,
    },
    /// The disk was switched off, since `power-off-after-copy` says so.
    PoweredOff {
        /// The block device, `/dev/sdb1`.
        device: String,
    },
    /// How far the copy is, now and then.
    CopyProgress {
        /// `done` of `total`, rounded down; 100 if there is nothing to copy.
        percent: u64,
        /// Bytes of contents so far.
        done: u64,
        /// Bytes that the plan says.
        total: u64,
        /// Smoothed.
        rate: u64,
        /// An estimate; 0 is unknown.
        seconds_left: u64,
        /// The file at the moment, below the source.
        file: String,
    },
    /// rsync has ended, and the last of its data is on the way to the disk.
    Flushing,
    /// The end of a run with a complete copy.
    RunSucceeded {
        /// The run's number.
        run: u64,
        /// The disk's label, or its UUID if it has none.
        label: String,
    },
    /// The end of a run that somebody cancelled.
    RunCancelled {
        /// The run's number.
        run: u64,
        /// The disk's label, or its UUID if it has none.
        label: String,
    },
    /// The end of a run with a fault, which is told besides.
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
    /// The server has taken a mail.
    MailSent {
        /// The mail's subject.
        subject: String,
        /// The addresses that it went to, separated by commas.
        recipients: String,
    },
    /// A job has its lock, so no copy starts.
    VeeamLocked {
        /// The job's name, as in its scripts.
        job: String,
    },
    /// A job asked during a copy and gets its lock afterwards.
    VeeamWaiting {
        /// The job's name, as in its scripts.
        job: String,
    },
    /// A job has given its lock back.
    VeeamUnlocked {
        /// The job's name, as in its scripts.
        job: String,
    },
    /// Veeam's REST API can be asked again.
    VeeamAnswers {
        /// `api-url` of `config.ini`.
        server: String,
        /// That of its REST API.
        version: String,
    },
    /// A lock was deleted, since Veeam says that its session is over.
    VeeamLockCleared {
        /// The job's name, as in its scripts.
        job: String,
    },
    /// An old lock was deleted, since nobody writes into the source any more.
    VeeamLockForsaken {
        /// The job's name, as in its scripts.
        job: String,
        /// Its age, whole hours.
        hours: u64,
    },
}
