//! What both sides of the bus agree on: names, errors, and the client's proxy.
//! The words that go with it are in `dbus/de.example.Backup.xml`, and a test holds the two together. Clients use this file
//! and nothing else of the daemon, so it must not know of any other room.

use std::fmt;

use serde_json::Value;
use zbus::{DBusError, Variant, proxy};

/// The service's name on the system bus, which starts the service on the first call.
pub const BUS_NAME: &str = "de.example.Backup";
/// Where its only object is.
pub const OBJECT_PATH: &str = "/de/example/Backup";
/// The object's interface, the contract of `dbus/de.example.Backup.xml`.
pub const INTERFACE: &str = "de.example.Backup";
/// Comes before each name in [`Error::NAMES`].
pub const ERROR_PREFIX: &str = "de.example.Backup.Error.";

/// What polkit is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Begin a run.
    Start,
    /// End the run that is on.
    Cancel,
    /// Read `config.ini` again.
    Reload,
    /// Announce that a job of Veeam writes.
    VeeamLock,
    /// Lift a lock of Veeam, whoever set it.
    VeeamUnlock,
    /// Begin a run that no limit of deletions holds up.
    StartAllowingDeletions,
    /// Accept a disk as it is now.
    TrustDisk,
}

impl Action {
    /// All of them.
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
        /// Every error of the interface; the message makes sense alone and says what to do.
        #[derive(Debug, Clone, PartialEq, DBusError)]
        #[zbus(prefix = "de.example.Backup.Error", impl_display = false)]
        pub enum Error {
            $($(#[$about])* $name(String),)*
            /// Whatever the bus itself or polkit says (`AccessDenied`, `ServiceUnknown`, …); made on the client's side only.
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
    /// A run is on already.
    Busy
    /// There is no run to cancel.
    NotRunning
    /// No lock of Veeam has this name.
    NotLocked
    /// No lock of Veeam has this name, but one has nearly this name and stays.
    LockMisspelt
    /// The name of a Veeam job can't be that of a file.
    InvalidJob
    /// The service is shutting down.
    Stopping
    /// Too many calls of this user, or of all, are open; it was returned at once.
    TooManyCalls
    /// `config.ini` has errors, or lacks what a copy needs.
    ConfigRefused
    /// The disk is not configured.
    UnknownDisk
    /// The disk is not plugged in, or no configured disk is.
    DiskAbsent
    /// `StartAllowingDeletions` named no disk, and none or several of them were refused.
    DiskUnnamed
    /// Two disks have this UUID, it must be left alone, or it is in another device than before.
    WrongDisk
    /// Its file system is not supported, or can't be got at.
    UnsupportedFileSystem
    /// UDisks2 does not answer.
    DiskServiceFailed
    /// Veeam is writing, or waits for its turn.
    VeeamBusy
    /// The disk can't be mounted, is mounted elsewhere, or is write-protected.
    MountFailed
    /// A lock file is held by another process, or can't be created.
    LockFailed
    /// As many locks of Veeam are held or waited for as there may be.
    TooManyLocks
    /// Somebody besides root could lead a configured path elsewhere.
    UnsafePath
    /// The source is missing, empty, hidden, another one than before, or not wholly readable.
    SourceUnavailable
    /// The target is not safely on the disk.
    TargetRefused
    /// Not enough room or inodes, before the copy or in the middle.
    NoSpace
    /// The first copy to this disk would delete what is no older copy of the source.
    ForeignFiles
    /// Nothing that is on the disk would stay.
    NothingInCommon
    /// Files to be replaced begin otherwise than before, as if encrypted.
    BeginningsLost
    /// The disk would lose more files or bytes than `config.ini` allows.
    TooManyDeletions
    /// The disk's file system can't hold all of the source.
    LossyFileSystem
    /// rsync failed, or could not store something.
    CopyFailed
    /// The disk reports errors or no longer answers, or its file system is damaged.
    WriteFailed
    /// A lock file can't be deleted.
    UnlockFailed
    /// The disk can't be unmounted, is held, or confirms no flush.
    UnmountFailed
    /// The disk was unplugged during the run.
    DiskRemoved
    /// The service was stopped or ended; the disk is copied to again.
    Interrupted
    /// A mistake in the service, or no answer from it in time.
    Internal
}

impl fmt::Display for Error {
    /// The message alone, as `busctl` prints it.
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

/// The client's side of the interface: `BackupProxy`. Who wants to know how things stand reads a whole [`Status`](super::Status); there
/// are only getters here for those who look at one property.
///
/// The locks are set and lifted by scripts where nobody could type a password, so these two never ask for one.
#[proxy(interface = "de.example.Backup", default_service = "de.example.Backup", default_path = "/de/example/Backup")]
pub trait Backup {
    /// Begins a run to this disk, or to the first configured one for an empty UUID; its number.
    #[zbus(allow_interactive_auth)]
    fn start(&self, uuid: &str) -> Result<u64, Error>;
    /// The same for a run whose deletions are all intended.
    #[zbus(allow_interactive_auth)]
    fn start_allowing_deletions(&self, uuid: &str) -> Result<u64, Error>;
    /// Accepts the disk as it is now, whatever identified it before.
    #[zbus(allow_interactive_auth)]
    fn trust_disk(&self, uuid: &str) -> Result<(), Error>;
    /// Begins to end the run that is on; `RunFinished` says when it is over.
    #[zbus(allow_interactive_auth)]
    fn cancel(&self) -> Result<(), Error>;
    /// Reads `config.ini` again; a file with errors is refused as a whole.
    #[zbus(allow_interactive_auth)]
    fn reload(&self) -> Result<(), Error>;
    /// Announces that this job writes: `held` if it may now, `waiting` while a copy is on.
    fn veeam_lock(&self, job: &str) -> Result<String, Error>;
    /// Lifts the job's lock, held or waiting; without a session in the name those of all its sessions.
    fn veeam_unlock(&self, job: &str) -> Result<(), Error>;
    /// Configured disks, plugged in or not, then file systems that could be added: see [`Disk`](super::Disk).
    fn list_disks(&self) -> Result<Vec<Row>, Error>;
    /// What is plugged in without a file system: see [`UnformattedDisk`](super::UnformattedDisk).
    fn list_unformatted_disks(&self) -> Result<Vec<Row>, Error>;
    /// At most so many finished runs, newest first: see [`Run`](super::Run).
    fn list_runs(&self, newest: u32) -> Result<Vec<Row>, Error>;

    /// One sentence for a person, in the service's language.
    #[zbus(property)]
    fn status(&self) -> zbus::Result<String>;
    /// The word of a [`State`](super::State).
    #[zbus(property)]
    fn state(&self) -> zbus::Result<String>;
    /// UUID of the disk of the run that is on; empty = none.
    #[zbus(property)]
    fn disk(&self) -> zbus::Result<String>;
    /// Number of the run that is on; 0 = none.
    #[zbus(property)]
    fn run(&self) -> zbus::Result<u64>;
    /// The file that is being copied, below the source; for people only.
    #[zbus(property)]
    fn current_file(&self) -> zbus::Result<String>;
    /// UUIDs of the disks that wait for their run, in that order.
    #[zbus(property)]
    fn queue(&self) -> zbus::Result<Vec<String>>;
    /// Sentences about the run that is on.
    #[zbus(property)]
    fn warnings(&self) -> zbus::Result<Vec<String>>;
    /// How the last run ended; empty before the first one.
    #[zbus(property)]
    fn last_result(&self) -> zbus::Result<String>;
    /// Name and message of the last run's fault; both empty = none.
    #[zbus(property)]
    fn last_error(&self) -> zbus::Result<(String, String)>;
    /// Sentences about the last run.
    #[zbus(property)]
    fn last_warnings(&self) -> zbus::Result<Vec<String>>;
    /// UUIDs of the disks that are plugged in and released.
    #[zbus(property)]
    fn safe_to_remove(&self) -> zbus::Result<Vec<String>>;
    /// Job, `held` or `waiting`, and since when, in microseconds since the epoch; the first 150.
    #[zbus(property)]
    fn veeam_locks(&self) -> zbus::Result<Vec<(String, String, u64)>>;
    /// Why `config.ini` was refused, or what it lacks; empty = nothing.
    #[zbus(property)]
    fn config_error(&self) -> zbus::Result<String>;
    /// Mails that wait to be sent.
    #[zbus(property)]
    fn outbox_count(&self) -> zbus::Result<u32>;
    /// Why they wait; empty while nothing is wrong.
    #[zbus(property)]
    fn outbox_error(&self) -> zbus::Result<String>;
    /// When (microseconds since the epoch), level and text of the newest lines, oldest first.
    #[zbus(property)]
    fn run_log(&self) -> zbus::Result<Vec<(u64, String, String)>>;

    /// A run has begun, by the word of a [`Trigger`](super::Trigger).
    #[zbus(signal)]
    fn run_started(&self, run: u64, disk: String, trigger: String) -> zbus::Result<()>;
    /// A run is over; `error` is a name without [`ERROR_PREFIX`], empty if nothing failed.
    #[zbus(signal)]
    fn run_finished(&self, run: u64, disk: String, result: String, error: String, message: String) -> zbus::Result<()>;
}

/// One disk or one run, as `ListDisks` and `ListRuns` give them; or the arguments of a sentence.
pub type Row = std::collections::HashMap<String, zbus::OwnedVariant>;

/// The value as JSON; types that the contract has none of are shown as text.
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

    /// The names that `Fault::name` can give, read from its source because an enum with fields can't be listed.
    fn fault_names() -> BTreeSet<&'static str> {
        let source = include_str!("error_name.rs");
        let body = source.split_once("fn name(&self)").unwrap().1;
        let body = body.split_once("\n    }\n").unwrap().0;
        body.split('"').skip(1).step_by(2).collect()
    }

    #[test]
    fn every_fault_has_an_error_of_its_own_name_and_no_error_is_left_over() {
        let errors: BTreeSet<&str> = Error::NAMES.iter().copied().collect();
        assert_eq!(fault_names(), errors);
    }

    #[test]
    fn a_name_becomes_its_variant_and_the_same_name_again() {
        for name in Error::NAMES {
            let error = Error::new(name, format!("about {name}"));
            assert_eq!(error.name().as_str(), format!("{ERROR_PREFIX}{name}"));
            assert_eq!(error.to_string(), format!("about {name}"));
        }
    }
}
