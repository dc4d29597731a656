//! What went on although something was not as it should be, as typed values.
//! Texts: `locales/*/warnings.ftl`, one message a variant.

use serde::{Deserialize, Serialize};

/// Something that was told and did not end the run, or did not concern one. Sizes are bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Warning {
    /// A lock file without a lock on it: the run before did not end well.
    StaleLock {
        /// The lock file.
        path: String,
        /// What the file says of who made it.
        holder: String,
    },
    /// A lock file with nothing in it.
    EmptyLock {
        /// The lock file.
        path: String,
    },
    /// Files that a run before had copied and that never reached the disk.
    LostFiles {
        /// How many.
        count: u64,
        /// The first few of them, separated by commas.
        examples: String,
    },
    /// Our lock file had gone when it was to be removed.
    LockVanished {
        /// The lock file.
        path: String,
    },
    /// A Veeam lock file with nothing in it; it counts all the same.
    EmptyVeeamLock {
        /// The lock file.
        path: String,
    },
    /// A job waited for the end of the copy and got no lock: the time was up, it asked no longer, or its script has gone.
    VeeamGaveUp {
        /// The job's name, as in its scripts.
        job: String,
        /// How long it had waited, whole minutes; 0 is less than one.
        minutes: u64,
    },
    /// A lock file that came while a copy was on already.
    VeeamDuringCopy {
        /// The job's name, as in its scripts.
        job: String,
    },
    /// Two locks whose names differ in case or in Unicode's form only.
    VeeamNamesAlike {
        /// The one that asks.
        job: String,
        /// The one that holds a lock or waits for one already.
        other: String,
    },
    /// Two scripts wait for a lock of one name at the same time.
    VeeamNameTwice {
        /// The job's name, as in its scripts.
        job: String,
    },
    /// What was to be unlocked is not locked, and something is that is spelled nearly so.
    VeeamUnlockMisspelt {
        /// The name to be unlocked.
        job: String,
        /// The name of the lock that is there, and stays.
        held: String,
    },
    /// A lock that was asked for several times is given back once, and is gone with that.
    VeeamUnlockedForAll {
        /// The job's name, as in its scripts.
        job: String,
        /// How many requests there were.
        times: u64,
    },
    /// Veeam tells of no session that a lock could stand for, so it stays.
    VeeamLockUnknown {
        /// The job's name, as in its scripts.
        job: String,
    },
    /// A lock that is older than config.ini allows.
    VeeamLockOld {
        /// The job's name, as in its scripts.
        job: String,
        /// Its age, whole hours.
        hours: u64,
    },
    /// Veeam's REST API can't be reached, or doesn't answer as it should.
    VeeamUnreachable {
        /// `api-url` of `config.ini`.
        server: String,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// Its certificate is not to be trusted, so nothing was said to it.
    VeeamUntrusted {
        /// `api-url` of `config.ini`.
        server: String,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// Veeam does not accept user and password of `config.ini`; it is asked again after an hour.
    VeeamLoginRefused {
        /// `api-url` of `config.ini`.
        server: String,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// Calls were refused because polkit gave no answer.
    PolkitSilent {
        /// The id of the polkit action.
        action: String,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// A user on this machine keeps so many calls open that further ones were refused.
    TooManyCalls {
        /// The numeric user id.
        user: u64,
        /// So many calls may be open at a time.
        most: u64,
    },
    /// The copy succeeded, and less than the threshold is free now.
    LowSpace {
        /// What is free on the disk, bytes.
        free: u64,
        /// The limit of `config.ini`, bytes.
        threshold: u64,
    },
    /// Files went away in the source while they were being copied (rsync's code 24).
    VanishedFiles {
        /// The first few of them, separated by commas.
        examples: String,
    },
    /// Directories that are gone from the source, and could not be deleted on the disk since something in them stays.
    NotDeleted {
        /// How many.
        count: u64,
        /// The first few of them, separated by commas.
        examples: String,
    },
    /// Files of the source that are not copied since they are called like something of ours, or lie in such a directory.
    OwnNames {
        /// How many.
        count: u64,
        /// The first few of them, separated by commas.
        examples: String,
    },
    /// The disk's file system can't hold owners, links or special files.
    LossyFileSystem {
        /// Its type as UDisks2 names it, `vfat`.
        file_system: String,
        /// How many symbolic links are left out.
        links: u64,
        /// How many further names of one file become files of their own.
        hard_links: u64,
        /// How many devices, sockets and pipes are left out.
        specials: u64,
    },
    /// Files with times that the disk can't hold. Their contents are the source's.
    UnheldTimes {
        /// How many.
        count: u64,
        /// The first few of them, separated by commas.
        examples: String,
    },
    /// rsync's own security fixes are missing.
    OldRsync {
        /// The version that is installed.
        version: String,
    },
    /// rsync reaches more than source, target and log, since the kernel or a sandbox does not let it be confined.
    Unconfined {
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// Nothing was written for a long time.
    Stalled {
        /// Whole minutes since the last progress.
        minutes: u64,
    },
    /// The file system was still mounted from an earlier run of ours and has been unmounted.
    LeftoverMount {
        /// Where it was mounted.
        mount_point: String,
    },
    /// The deletions are done before the copy because only they make room for it.
    DeletedFirst {
        /// How many bytes that gives.
        freed: u64,
    },
    /// The UUID is known, the device that it comes from is another one than before.
    ChangedDisk {
        /// Its UUID.
        disk: String,
    },
    /// The disk's file system has found errors in itself, now or at some time before.
    FileSystemErrors {
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// All is written to the disk, and what its file system stands upon still holds it: a LUKS container, a volume group.
    StillOpen {
        /// The block devices, separated by commas.
        devices: String,
    },
    /// The disk may be pulled, but it could not be switched off.
    PowerOffFailed {
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// What was remembered of disks and source can't be read or written.
    MemoryLost {
        /// The file where it is kept.
        path: String,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// The general log at `log-file-path` takes no lines.
    LogUnwritable {
        /// The log.
        path: String,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// Somebody is to get mails, and nothing says through which server.
    MailWithoutServer,
    /// The mail server can't be reached or takes no mail at the moment.
    MailDelayed {
        /// `server` of `config.ini`, without the port.
        server: String,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// The server's certificate is not to be trusted, so nothing was said to it.
    MailServerUntrusted {
        /// `server` of `config.ini`, without the port.
        server: String,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// The server does not encrypt, and without that nothing is sent.
    MailNotEncrypted {
        /// `server` of `config.ini`, without the port.
        server: String,
    },
    /// The server does not accept user and password of `config.ini`.
    MailLoginRefused {
        /// `server` of `config.ini`, without the port.
        server: String,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// The server offers no way to log in that we know.
    MailNoMechanism {
        /// `server` of `config.ini`, without the port.
        server: String,
        /// What it offers instead, as it says it.
        offered: String,
    },
    /// The server does not take the name by which we greet it.
    MailHelloRefused {
        /// `server` of `config.ini`, without the port.
        server: String,
        /// The name: `helo-name` of `config.ini`, or the computer's own.
        name: String,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// The server wanted the mail without its attachments only.
    MailWithoutLogs {
        /// The mail's subject.
        subject: String,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// Nobody is there who speaks with other computers for the service.
    HelperMissing {
        /// The systemd unit that would start it.
        unit: String,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// The server refuses this recipient for good; the others get the mail.
    MailRecipientRefused {
        /// The mail address.
        recipient: String,
        /// The mail's subject.
        subject: String,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// A mail that is given up.
    MailFailed {
        /// The mail's subject.
        subject: String,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// A mail that can't be kept until it is sent.
    MailUnwritable {
        /// The directory of the outbox.
        path: String,
        /// The text of the error beneath, for the administrator.
        cause: String,
    },
    /// So many mails wait that further ones go without their logs.
    OutboxFull {
        /// The size of all that wait.
        bytes: u64,
        /// The limit of `config.ini`.
        limit: u64,
    },
    /// Lines of the history that are no runs: torn by a power loss, or foreign.
    DamagedHistory {
        /// The file.
        path: String,
        /// How many lines.
        lines: u64,
    },
}
