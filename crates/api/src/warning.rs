//! What went on although something was not as it should be, as typed values.
//! Texts: `locales/*/warnings.ftl`, one message a variant.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Warning {
    /// A lock file without a lock on it: the run before did not end well.
    StaleLock {
        path: String,
        holder: String,
    },
    /// A lock file with nothing in it.
    EmptyLock {
        path: String,
    },
    /// Files that a run before had copied and that never reached the disk.
    LostFiles {
        count: u64,
        examples: String,
    },
    /// Our lock file had gone when it was to be removed.
    LockVanished {
        path: String,
    },
    /// A Veeam lock file with nothing in it; it counts all the same.
    EmptyVeeamLock {
        path: String,
    },
    /// A job waited for the end of the copy and got no lock: the time was up, it asked no longer, or its script has gone.
    VeeamGaveUp {
        job: String,
        minutes: u64,
    },
    /// A lock file that came while a copy was on already.
    VeeamDuringCopy {
        job: String,
    },
    /// Two locks whose names differ in case or in Unicode's form only.
    VeeamNamesAlike {
        job: String,
        other: String,
    },
    /// Two scripts wait for a lock of one name at the same time.
    VeeamNameTwice {
        job: String,
    },
    /// What was to be unlocked is not locked, and something is that is spelled nearly so.
    VeeamUnlockMisspelt {
        job: String,
        held: String,
    },
    /// A lock that was asked for several times is given back once, and is gone with that.
    VeeamUnlockedForAll {
        job: String,
        times: u64,
    },
    /// Veeam tells of no session that a lock could stand for, so it stays.
    VeeamLockUnknown {
        job: String,
    },
    /// A lock that is older than config.ini allows.
    VeeamLockOld {
        job: String,
        hours: u64,
    },
    /// Veeam's REST API can't be reached, or doesn't answer as it should.
    VeeamUnreachable {
        server: String,
        cause: String,
    },
    /// Its certificate is not to be trusted, so nothing was said to it.
    VeeamUntrusted {
        server: String,
        cause: String,
    },
    VeeamLoginRefused {
        server: String,
        cause: String,
    },
    /// Calls were refused because polkit gave no answer.
    PolkitSilent {
        action: String,
        cause: String,
    },
    /// A user on this machine keeps so many calls open that further ones were refused.
    TooManyCalls {
        user: u64,
        most: u64,
    },
    LowSpace {
        free: u64,
        threshold: u64,
    },
    /// Files went away in the source while they were being copied (rsync's code 24).
    VanishedFiles {
        examples: String,
    },
    /// Directories that are gone from the source, and could not be deleted on the disk since something in them stays.
    NotDeleted {
        count: u64,
        examples: String,
    },
    /// Files of the source that are not copied since they are called like something of ours, or lie in such a directory.
    OwnNames {
        count: u64,
        examples: String,
    },
    /// The disk's file system can't hold owners, links or special files.
    LossyFileSystem {
        file_system: String,
        links: u64,
        hard_links: u64,
        specials: u64,
    },
    /// Files with times that the disk can't hold. Their contents are the source's.
    UnheldTimes {
        count: u64,
        examples: String,
    },
    /// rsync's own security fixes are missing.
    OldRsync {
        version: String,
    },
    /// rsync reaches more than source, target and log, since the kernel or a sandbox does not let it be confined.
    Unconfined {
        cause: String,
    },
    /// Nothing was written for a long time.
    Stalled {
        minutes: u64,
    },
    /// The file system was still mounted from an earlier run of ours and has been unmounted.
    LeftoverMount {
        mount_point: String,
    },
    /// The deletions are done before the copy because only they make room for it.
    DeletedFirst {
        freed: u64,
    },
    /// The UUID is known, the device that it comes from is another one than before.
    ChangedDisk {
        disk: String,
    },
    /// The disk's file system has found errors in itself, now or at some time before.
    FileSystemErrors {
        cause: String,
    },
    /// All is written to the disk, and what its file system stands upon still holds it: a LUKS container, a volume group.
    StillOpen {
        devices: String,
    },
    /// The disk may be pulled, but it could not be switched off.
    PowerOffFailed {
        cause: String,
    },
    /// What was remembered of disks and source can't be read or written.
    MemoryLost {
        path: String,
        cause: String,
    },
    /// The general log at `log-file-path` takes no lines.
    LogUnwritable {
        path: String,
        cause: String,
    },
    /// Somebody is to get mails, and nothing says through which server.
    MailWithoutServer,
    /// The mail server can't be reached or takes no mail at the moment.
    MailDelayed {
        server: String,
        cause: String,
    },
    /// The server's certificate is not to be trusted, so nothing was said to it.
    MailServerUntrusted {
        server: String,
        cause: String,
    },
    /// The server does not encrypt, and without that nothing is sent.
    MailNotEncrypted {
        server: String,
    },
    MailLoginRefused {
        server: String,
        cause: String,
    },
    /// The server offers no way to log in that we know.
    MailNoMechanism {
        server: String,
        offered: String,
    },
    /// The server does not take the name by which we greet it.
    MailHelloRefused {
        server: String,
        name: String,
        cause: String,
    },
    /// The server wanted the mail without its attachments only.
    MailWithoutLogs {
        subject: String,
        cause: String,
    },
    /// Nobody is there who speaks with other computers for the service.
    HelperMissing {
        unit: String,
        cause: String,
    },
    /// The server refuses this recipient for good; the others get the mail.
    MailRecipientRefused {
        recipient: String,
        subject: String,
        cause: String,
    },
    /// A mail that is given up.
    MailFailed {
        subject: String,
        cause: String,
    },
    /// A mail that can't be kept until it is sent.
    MailUnwritable {
        path: String,
        cause: String,
    },
    /// So many mails wait that further ones go without their logs.
    OutboxFull {
        bytes: u64,
        limit: u64,
    },
    /// Lines of the history that are no runs: torn by a power loss, or foreign.
    DamagedHistory {
        path: String,
        lines: u64,
    },
}
