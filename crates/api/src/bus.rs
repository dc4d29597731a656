//! The bus interface for both sides: names, errors, and the client's proxy. `dbus/de.example.Backup.xml` documents it, and a test
//! compares the two.

use std::fmt;

use serde_json::Value;
use zbus::{DBusError, Variant, proxy};

/// The service's name on the system bus, which starts the service on the first call.
pub const BUS_NAME: &str = "de.example.Backup";
/// The path of its only object.
pub const OBJECT_PATH: &str = "/de/example/Backup";
/// The object's interface.
pub const INTERFACE: &str = "de.example.Backup";
/// The prefix of each name in [`Error::NAMES`].
pub const ERROR_PREFIX: &str = "de.example.Backup.Error.";

/// The actions that polkit authorises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Start a run.
    Start,
    /// Cancel the current run.
    Cancel,
    /// Read `config.ini` again.
    Reload,
    /// Request a lock for a Veeam job.
    VeeamLock,
    /// Release the lock of a Veeam job, whoever requested it.
    VeeamUnlock,
    /// Start a run without limits on deletions.
    StartAllowingDeletions,
    /// Accept a disk as it is now.
    TrustDisk,
}

impl Action {
    /// All actions.
    pub const ALL: [Self; 7] = [
        Self::Start,
        Self::Cancel,
        Self::Reload,
        Self::VeeamLock,
        Self::VeeamUnlock,
        Self::StartAllowingDeletions,
        Self::TrustDisk,
    ];

    /// The action id in `polkit/de.example.Backup.policy`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Start => "de.example.Backup.start",
            Self::Cancel => "de.example.Backup.cancel",
            Self::Reload => "de.example.Backup.reload",
            Self::VeeamLock => "de.example.Backup.veeam-lock",
            Self::VeeamUnlock => "de.example.Backup.veeam-unlock",
            Self::StartAllowingDeletions => "de.example.Backup.start-allowing-deletions",
            Self::TrustDisk => "de.example.Backup.trust-disk",
        }
    }
}

macro_rules! errors {
    ($($(#[$about:meta])* $name:ident)*) => {
        /// Every error of the interface; the message is self-contained and says what to do.
        #[derive(Debug, Clone, PartialEq, DBusError)]
        #[zbus(prefix = "de.example.Backup.Error", impl_display = false)]
        pub enum Error {
            $($(#[$about])* $name(String),)*
            /// An error of the bus or of polkit (`AccessDenied`, `ServiceUnknown`, …); occurs only in clients.
            #[zbus(error)]
            ZBus(zbus::Error),
        }

        impl Error {
            /// The names without [`ERROR_PREFIX`].
            pub const NAMES: &[&str] = &[$(stringify!($name)),*];

            /// `name` is one of [`Error::NAMES`]; any other becomes `Internal`.
            pub fn new(name: &str, message: String) -> Self {
                match name {
                    $(stringify!($name) => Self::$name(message),)*
                    _ => Self::Internal(message),
                }
            }
        }
    };
}

errors! {
    /// A run is already in progress.
    Busy
    /// There is no run to cancel.
    NotRunning
    /// No Veeam lock has this name.
    NotLocked
    /// No Veeam lock has this name, but one has a similar name, and stays.
    LockMisspelt
    /// The name of a Veeam job can't be a file name.
    InvalidJob
    /// The service is shutting down.
    Stopping
    /// This user, or all users together, have too many open calls.
    TooManyCalls
    /// `config.ini` has errors, or lacks what a copy needs.
    ConfigRefused
    /// The disk is not configured.
    UnknownDisk
    /// The disk is not plugged in, or no configured disk is.
    DiskAbsent
    /// `StartAllowingDeletions` named no disk, and none or several attached disks were refused.
    DiskUnnamed
    /// Several disks have this UUID, the disk must be left alone, or its file system is on another device than before.
    WrongDisk
    /// The disk's file system is not supported, or can't be reached.
    UnsupportedFileSystem
    /// UDisks2 does not answer.
    DiskServiceFailed
    /// Veeam is writing or waiting to write.
    VeeamBusy
    /// The disk can't be mounted, is mounted elsewhere, or is write-protected.
    MountFailed
    /// A lock file is held by another process, or can't be created.
    LockFailed
    /// Too many Veeam locks are held or requested.
    TooManyLocks
    /// A user other than root could redirect a configured path.
    UnsafePath
    /// The source is missing, empty, hidden, different from before, or not fully readable.
    SourceUnavailable
    /// There is no snapshot, and the config demands one; or it had to be given up.
    SnapshotFailed
    /// The target is not safely on the disk.
    TargetRefused
    /// Not enough space or inodes, before or during the copy.
    NoSpace
    /// The first copy to this disk would delete files that are not an older copy of the source.
    ForeignFiles
    /// The copy would leave nothing of what is on the disk.
    NothingInCommon
    /// Files that would be replaced have different beginnings, as if they had been encrypted.
    BeginningsLost
    /// The disk would lose more files or bytes than `config.ini` allows.
    TooManyDeletions
    /// The disk's file system can't hold all of the source.
    LossyFileSystem
    /// rsync failed, or could not store a file.
    CopyFailed
    /// The disk reports errors or no longer answers, or its file system is damaged.
    WriteFailed
    /// A lock file can't be deleted.
    UnlockFailed
    /// The disk can't be unmounted, is still in use, or does not confirm the flush.
    UnmountFailed
    /// The disk was unplugged during the run.
    DiskRemoved
    /// The service was stopped or ended; the disk stays due.
    Interrupted
    /// A bug in the service, or no answer from it in time.
    Internal
}

impl fmt::Display for Error {
    /// The message without the name, as `busctl` prints it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ZBus(error) => error.fmt(f),
            named => f.write_str(named.description().unwrap_or_default()),
        }
    }
}

impl From<Error> for zbus::BoxDBusError {
    fn from(error: Error) -> Self {
        Box::new(error)
    }
}

/// The client's side of the interface: `BackupProxy`. The getters are for clients that need a single property; others read a whole
/// [`Status`](super::Status).
///
/// The two lock methods never ask for a password, since scripts call them where nobody could type one.
#[proxy(interface = "de.example.Backup", default_service = "de.example.Backup", default_path = "/de/example/Backup")]
pub trait Backup {
    /// Starts a run to this disk, or to the first attached configured disk if the UUID is empty; returns the run's number.
    #[zbus(allow_interactive_auth)]
    fn start(&self, uuid: &str) -> Result<u64, Error>;
    /// Starts a run without limits on deletions.
    #[zbus(allow_interactive_auth)]
    fn start_allowing_deletions(&self, uuid: &str) -> Result<u64, Error>;
    /// Accepts the disk as it is now, whatever identified it before.
    #[zbus(allow_interactive_auth)]
    fn trust_disk(&self, uuid: &str) -> Result<(), Error>;
    /// Cancels the current run; `RunFinished` says when it is over.
    #[zbus(allow_interactive_auth)]
    fn cancel(&self) -> Result<(), Error>;
    /// Reads `config.ini` again; a file with errors is refused as a whole.
    #[zbus(allow_interactive_auth)]
    fn reload(&self) -> Result<(), Error>;
    /// Requests a lock for this job: `held` if it may write now, `waiting` during a copy.
    fn veeam_lock(&self, job: &str) -> Result<String, Error>;
    /// Releases the job's lock, held or waiting; a name without a session means those of all sessions.
    fn veeam_unlock(&self, job: &str) -> Result<(), Error>;
    /// Configured disks, attached or not, then file systems that could be added: see [`Disk`](super::Disk).
    fn list_disks(&self) -> Result<Vec<Row>, Error>;
    /// Attached disks without a file system: see [`UnformattedDisk`](super::UnformattedDisk).
    fn list_unformatted_disks(&self) -> Result<Vec<Row>, Error>;
    /// Up to `newest` finished runs, newest first: see [`Run`](super::Run).
    fn list_runs(&self, newest: u32) -> Result<Vec<Row>, Error>;

    /// One sentence for a person, in the service's language.
    #[zbus(property)]
    fn status(&self) -> zbus::Result<String>;
    /// The name of a [`State`](super::State).
    #[zbus(property)]
    fn state(&self) -> zbus::Result<String>;
    /// UUID of the current run's disk; empty = none.
    #[zbus(property)]
    fn disk(&self) -> zbus::Result<String>;
    /// The current run's number; 0 = none.
    #[zbus(property)]
    fn run(&self) -> zbus::Result<u64>;
    /// The current file, below the source; for people only.
    #[zbus(property)]
    fn current_file(&self) -> zbus::Result<String>;
    /// UUIDs of the disks that wait for their run, in order.
    #[zbus(property)]
    fn queue(&self) -> zbus::Result<Vec<String>>;
    /// Warnings about the current run.
    #[zbus(property)]
    fn warnings(&self) -> zbus::Result<Vec<String>>;
    /// How the last run ended; empty before the first one.
    #[zbus(property)]
    fn last_result(&self) -> zbus::Result<String>;
    /// Name and message of the last run's fault; both empty = none.
    #[zbus(property)]
    fn last_error(&self) -> zbus::Result<(String, String)>;
    /// Warnings about the last run.
    #[zbus(property)]
    fn last_warnings(&self) -> zbus::Result<Vec<String>>;
    /// UUIDs of the attached disks that are released.
    #[zbus(property)]
    fn safe_to_remove(&self) -> zbus::Result<Vec<String>>;
    /// Job, `held` or `waiting`, and the time in microseconds since the epoch; the first 150 locks.
    #[zbus(property)]
    fn veeam_locks(&self) -> zbus::Result<Vec<(String, String, u64)>>;
    /// Why `config.ini` was refused, or what it lacks; empty = nothing.
    #[zbus(property)]
    fn config_error(&self) -> zbus::Result<String>;
    /// The number of mails that wait to be sent.
    #[zbus(property)]
    fn outbox_count(&self) -> zbus::Result<u32>;
    /// Why they wait; empty while nothing is wrong.
    #[zbus(property)]
    fn outbox_error(&self) -> zbus::Result<String>;
    /// Time (microseconds since the epoch), level and text of the newest lines, oldest first.
    #[zbus(property)]
    fn run_log(&self) -> zbus::Result<Vec<(u64, String, String)>>;

    /// A run has begun; `trigger` is the name of a [`Trigger`](super::Trigger).
    #[zbus(signal)]
    fn run_started(&self, run: u64, disk: String, trigger: String) -> zbus::Result<()>;
    /// A run is over; `error` is a name without [`ERROR_PREFIX`], empty if nothing failed.
    #[zbus(signal)]
    fn run_finished(&self, run: u64, disk: String, result: String, error: String, message: String) -> zbus::Result<()>;
}

/// One disk or one run, as `ListDisks` and `ListRuns` return them; or the arguments of a sentence.
pub type Row = std::collections::HashMap<String, zbus::OwnedVariant>;

/// Converts a value to JSON; types that the interface does not use become text.
pub fn json(value: &Variant) -> Value {
    match value {
        Variant::Bool(flag) => (*flag).into(),
        Variant::U32(number) => (*number).into(),
        Variant::I64(number) => (*number).into(),
        Variant::U64(number) => (*number).into(),
        Variant::F64(number) => (*number).into(),
        Variant::Str(text) => text.as_str().into(),
        Variant::Variant(inner) => json(inner),
        Variant::Array(items) => items.inner().iter().map(json).collect(),
        Variant::Structure(fields) => fields.fields().iter().map(json).collect(),
        Variant::Dict(pairs) => {
            let named = |(name, value): (&Variant, &Variant)| Some((json(name).as_str()?.to_owned(), json(value)));
            Value::Object(pairs.iter().filter_map(named).collect())
        }
        other => other.to_string().into(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The names that `Fault::name` can return, read from its source because an enum with fields can't be listed.
    fn fault_names() -> BTreeSet<&'static str> {
        let source = include_str!("error_name.rs");
        let body = source.split_once("fn name(&self)").unwrap().1;
        let body = body.split_once("\n    }\n").unwrap().0;
        body.split('"').skip(1).step_by(2).collect()
    }

    #[test]
    fn the_names_of_faults_and_errors_are_the_same() {
        let errors: BTreeSet<&str> = Error::NAMES.iter().copied().collect();
        assert_eq!(fault_names(), errors);
    }

    #[test]
    fn each_name_survives_the_way_to_its_variant_and_back() {
        for name in Error::NAMES {
            let error = Error::new(name, format!("about {name}"));
            assert_eq!(error.name().as_str(), format!("{ERROR_PREFIX}{name}"));
            assert_eq!(error.to_string(), format!("about {name}"));
        }
    }
}
