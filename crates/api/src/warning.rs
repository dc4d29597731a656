//! Problems that don't end a run, as typed values. Texts: `locales/*/warnings.ftl`, one message per variant.

use serde::{Deserialize, Serialize};

/// A problem that did not end the run, or does not concern one. Sizes are in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Warning {
    /// The lock file of an earlier run that did not end properly; nothing holds a lock on it.
    StaleLock {
        /// The lock file.
        path: String,
        /// Its creator, according to the file.
        holder: String,
    },
    /// An empty lock file.
    EmptyLock {
        /// The lock file.
        path: String,
    },
    /// Files that an earlier run copied did not reach the disk.
    LostFiles {
        /// The number of files.
        count: u64,
        /// The first few of them, separated by commas.
        examples: String,
    },
    /// There is no snapshot, though the file system could make one; Veeam waits for the copy.
    SnapshotFailed {
        /// Why.
        cause: String,
    },
    /// Somebody wrote without a lock whenever a snapshot was made, so there is none; Veeam waits for the copy.
    SnapshotNotProven {
        /// What changed, separated by commas.
        examples: String,
    },
    /// Our lock file was gone when it was to be deleted.
    LockVanished {
        /// The lock file.
        path: String,
    },
    /// An empty Veeam lock file, which counts nevertheless.
    EmptyVeeamLock {
        /// The lock file.
        path: String,
    },
    /// A job waited for the end of the copy and got no lock: its time was up, it withdrew the request, or its script ended.
    VeeamGaveUp {
        /// The job's name, as in its scripts.
        job: String,
        /// How long it waited, in whole minutes.
        minutes: u64,
    },
    /// A lock file was created during a copy.
    VeeamDuringCopy {
        /// The job's name, as in its scripts.
        job: String,
    },
    /// The names of two locks differ only in case or Unicode form.
    VeeamNamesAlike {
        /// The job that requests a lock.
        job: String,
        /// The job that already holds a lock or waits for one.
        other: String,
    },
    /// Two scripts wait for a lock with the same name.
    VeeamNameTwice {
        /// The job's name, as in its scripts.
        job: String,
    },
    /// The job to be unlocked has no lock, but there is one with a similar name.
    VeeamUnlockMisspelt {
        /// The name to be unlocked.
        job: String,
        /// The name of the existing lock, which stays.
        held: String,
    },
    /// A lock that was requested several times was released by a single call.
    VeeamUnlockedForAll {
        /// The job's name, as in its scripts.
        job: String,
        /// The number of requests.
        times: u64,
    },
    /// Veeam reports no session that the lock could belong to, so the lock stays.
    VeeamLockUnknown {
        /// The job's name, as in its scripts.
        job: String,
    },
    /// A lock is older than `config.ini` allows.
    VeeamLockOld {
        /// The job's name, as in its scripts.
        job: String,
        /// Its age in whole hours.
        hours: u64,
    },
    /// Veeam's REST API can't be reached, or gives an unexpected answer.
    VeeamUnreachable {
        /// `api-url` in `config.ini`.
        server: String,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// The certificate of Veeam's REST API is not trusted, so nothing was sent.
    VeeamUntrusted {
        /// `api-url` in `config.ini`.
        server: String,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// Veeam does not accept user and password in `config.ini`; the service tries again after an hour.
    VeeamLoginRefused {
        /// `api-url` in `config.ini`.
        server: String,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// Calls were refused because polkit gave no answer.
    PolkitSilent {
        /// The id of the polkit action.
        action: String,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// A user on this machine has so many open calls that further ones were refused.
    TooManyCalls {
        /// The numeric user id.
        user: u64,
        /// The maximum number of open calls.
        most: u64,
    },
    /// The copy succeeded, but free space is now below the threshold.
    LowSpace {
        /// Free space on the disk, in bytes.
        free: u64,
        /// The limit in `config.ini`, in bytes.
        threshold: u64,
    },
    /// Files in the source vanished during the copy (rsync's exit code 24).
    VanishedFiles {
        /// The first few of them, separated by commas.
        examples: String,
    },
    /// Directories that are gone from the source could not be deleted on the disk, because something in them stays.
    NotDeleted {
        /// The number of directories.
        count: u64,
        /// The first few of them, separated by commas.
        examples: String,
    },
    /// Files in the source are not copied, because they or their directory have a name that the service uses itself.
    OwnNames {
        /// The number of files.
        count: u64,
        /// The first few of them, separated by commas.
        examples: String,
    },
    /// The disk's file system can't hold owners, links or special files.
    LossyFileSystem {
        /// Its type in UDisks2's terms, such as `vfat`.
        file_system: String,
        /// The number of symbolic links left out.
        links: u64,
        /// The number of additional hard links that become separate files.
        hard_links: u64,
        /// The number of devices, sockets and pipes left out.
        specials: u64,
    },
    /// The disk can't hold the times of some files; their contents are complete.
    UnheldTimes {
        /// The number of files.
        count: u64,
        /// The first few of them, separated by commas.
        examples: String,
    },
    /// The installed rsync lacks security fixes.
    OldRsync {
        /// The installed version.
        version: String,
    },
    /// rsync can access more than source, target and log, because the kernel or a sandbox prevents its confinement.
    Unconfined {
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// The copy made no progress for a long time.
    Stalled {
        /// Whole minutes since the last progress.
        minutes: u64,
    },
    /// The file system was still mounted from an earlier run, and has been unmounted.
    LeftoverMount {
        /// Where it was mounted.
        mount_point: String,
    },
    /// The deletions were done before the copy, because it did not fit without them.
    DeletedFirst {
        /// The space they freed, in bytes.
        freed: u64,
    },
    /// The file system has a known UUID, but is on another device than before.
    ChangedDisk {
        /// Its UUID.
        disk: String,
    },
    /// The disk's file system has recorded errors, now or earlier.
    FileSystemErrors {
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// The disk is unmounted and flushed, but the layers below its file system are still open: a LUKS container, a volume group.
    StillOpen {
        /// The block devices, separated by commas.
        devices: String,
    },
    /// The disk is safe to remove, but could not be powered off.
    PowerOffFailed {
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// The stored identities of disks and source can't be read or written.
    MemoryLost {
        /// The file they are stored in.
        path: String,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// The log at `log-file-path` can't be written.
    LogUnwritable {
        /// The log.
        path: String,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// Recipients are configured, but no mail server.
    MailWithoutServer,
    /// The mail server can't be reached, or accepts no mail at the moment.
    MailDelayed {
        /// `server` in `config.ini`, without the port.
        server: String,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// The server's certificate is not trusted, so nothing was sent.
    MailServerUntrusted {
        /// `server` in `config.ini`, without the port.
        server: String,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// The server does not offer encryption, so nothing was sent.
    MailNotEncrypted {
        /// `server` in `config.ini`, without the port.
        server: String,
    },
    /// The server does not accept user and password in `config.ini`.
    MailLoginRefused {
        /// `server` in `config.ini`, without the port.
        server: String,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// The server offers no supported login mechanism.
    MailNoMechanism {
        /// `server` in `config.ini`, without the port.
        server: String,
        /// What it offers, in its own words.
        offered: String,
    },
    /// The server does not accept our name in HELO.
    MailHelloRefused {
        /// `server` in `config.ini`, without the port.
        server: String,
        /// The name: `helo-name` in `config.ini`, or the computer's own.
        name: String,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// The server accepted the mail only without its attachments.
    MailWithoutLogs {
        /// The mail's subject.
        subject: String,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// The process that talks to other computers for the service can't be started.
    HelperMissing {
        /// The systemd unit that starts it.
        unit: String,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// The server permanently refused this recipient; the others get the mail.
    MailRecipientRefused {
        /// The mail address.
        recipient: String,
        /// The mail's subject.
        subject: String,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// A mail could not be delivered, and is not retried.
    MailFailed {
        /// The mail's subject.
        subject: String,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// A mail can't be stored in the outbox.
    MailUnwritable {
        /// The directory of the outbox.
        path: String,
        /// The text of the underlying error, for administrators.
        cause: String,
    },
    /// The outbox is so full that further mails are sent without logs.
    OutboxFull {
        /// The total size of waiting mails.
        bytes: u64,
        /// The limit in `config.ini`.
        limit: u64,
    },
    /// Some lines of the history are not valid, for example after a power failure.
    DamagedHistory {
        /// The file.
        path: String,
        /// The number of such lines.
        lines: u64,
    },
}
