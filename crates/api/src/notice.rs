//! What is worth a line in the journal and in the text log while all goes well, as typed values.
//! Texts: `locales/*/notices.ftl`, one message a variant.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Notice {
    DaemonStarted {
        version: String,
        disks: u64,
    },
    DaemonStopping,
    /// Lines like this one were counted instead of told.
    Repeated {
        count: u64,
        text: String,
    },
    ConfigReloaded,
    ConfigIncomplete {
        keys: String,
    },
    DiskAppeared {
        disk: String,
        label: String,
        device: String,
    },
    DiskGone {
        disk: String,
        label: String,
    },
    DiskDone {
        disk: String,
        label: String,
    },
    DiskServiceLost,
    DiskServiceBack,
    RunStarted {
        run: u64,
        disk: String,
        label: String,
        trigger: String,
    },
    DeletionsAllowed {
        run: u64,
    },
    /// In setup, before the first copy to the disk.
    ForeignFilesAgreed {
        files: u64,
        bytes: u64,
    },
    DiskRemembered {
        disk: String,
        label: String,
    },
    DiskTrusted {
        disk: String,
        label: String,
    },
    /// One that runs were refused for.
    SourceCame {
        path: String,
    },
    SourceRemembered {
        path: String,
        file_system: String,
    },
    StepIdentifyDisk {
        device: String,
        label: String,
        file_system: String,
    },
    StepWaitForVeeam {
        jobs: String,
        minutes: u64,
    },
    StepVeeamClear,
    StepMount {
        mount_point: String,
    },
    StepLock {
        disk_lock: String,
        source_lock: String,
    },
    StepCheck {
        source: String,
    },
    StepChecked {
        files: u64,
        bytes: u64,
        deletions: u64,
        free: u64,
    },
    StepSpelling {
        names: u64,
    },
    /// The disk keeps local time, and the clock that it is read by has changed.
    StepClock {
        files: u64,
        minutes: u64,
    },
    StepCompare {
        files: u64,
        bytes: u64,
    },
    StepCopy {
        source: String,
        target: String,
    },
    StepResumed {
        files: u64,
        bytes: u64,
    },
    StepCopied {
        files: u64,
        bytes: u64,
        seconds: u64,
        rate: u64,
    },
    StepUnlock,
    LockKept {
        path: String,
    },
    StepFreeSpace {
        free: u64,
        size: u64,
    },
    StepUnmount {
        device: String,
    },
    PoweredOff {
        device: String,
    },
    CopyProgress {
        percent: u64,
        done: u64,
        total: u64,
        rate: u64,
        seconds_left: u64,
        file: String,
    },
    Flushing,
    RunSucceeded {
        run: u64,
        label: String,
    },
    RunCancelled {
        run: u64,
        label: String,
    },
    RunAborted {
        run: u64,
        label: String,
    },
    SafeToRemove {
        disk: String,
        label: String,
    },
    MailSent {
        subject: String,
        recipients: String,
    },
    VeeamLocked {
        job: String,
    },
    VeeamWaiting {
        job: String,
    },
    VeeamUnlocked {
        job: String,
    },
    VeeamAnswers {
        server: String,
        version: String,
    },
    VeeamLockCleared {
        job: String,
    },
    VeeamLockForsaken {
        job: String,
        hours: u64,
    },
}
