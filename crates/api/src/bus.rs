//! What both sides of the bus agree on: names, errors, and the client's proxy.
//! The words that go with it are in `dbus/de.example.Backup.xml`, and a test holds the two together. Clients use this file
//! and nothing else of the daemon, so it must not know of any other room.

use std::fmt;

use serde_json::Value;
use zbus::{DBusError, Variant, proxy};

pub const BUS_NAME: &str = "de.example.Backup";
pub const OBJECT_PATH: &str = "/de/example/Backup";
pub const INTERFACE: &str = "de.example.Backup";
/// Comes before each name in [`Error::NAMES`].
pub const ERROR_PREFIX: &str = "de.example.Backup.Error.";

/// What polkit is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Start,
    Cancel,
    Reload,
    VeeamLock,
    VeeamUnlock,
    StartAllowingDeletions,
    TrustDisk,
}

impl Action {
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
    ($($name:ident)*) => {
        /// Every error of the interface; the message makes sense alone and says what to do.
        #[derive(Debug, Clone, PartialEq, DBusError)]
        #[zbus(prefix = "de.example.Backup.Error", impl_display = false)]
        pub enum Error {
            $($name(String),)*
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
    Busy
    NotRunning
    NotLocked
    LockMisspelt
    InvalidJob
    Stopping
    TooManyCalls
    ConfigRefused
    UnknownDisk
    DiskAbsent
    DiskUnnamed
    WrongDisk
    UnsupportedFileSystem
    DiskServiceFailed
    VeeamBusy
    MountFailed
    LockFailed
    TooManyLocks
    UnsafePath
    SourceUnavailable
    TargetRefused
    NoSpace
    ForeignFiles
    NothingInCommon
    BeginningsLost
    TooManyDeletions
    LossyFileSystem
    CopyFailed
    WriteFailed
    UnlockFailed
    UnmountFailed
    DiskRemoved
    Interrupted
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
    #[zbus(allow_interactive_auth)]
    fn start(&self, uuid: &str) -> Result<u64, Error>;
    #[zbus(allow_interactive_auth)]
    fn start_allowing_deletions(&self, uuid: &str) -> Result<u64, Error>;
    #[zbus(allow_interactive_auth)]
    fn trust_disk(&self, uuid: &str) -> Result<(), Error>;
    #[zbus(allow_interactive_auth)]
    fn cancel(&self) -> Result<(), Error>;
    #[zbus(allow_interactive_auth)]
    fn reload(&self) -> Result<(), Error>;
    fn veeam_lock(&self, job: &str) -> Result<String, Error>;
    fn veeam_unlock(&self, job: &str) -> Result<(), Error>;
    fn list_disks(&self) -> Result<Vec<Row>, Error>;
    fn list_unformatted_disks(&self) -> Result<Vec<Row>, Error>;
    fn list_runs(&self, newest: u32) -> Result<Vec<Row>, Error>;

    #[zbus(property)]
    fn status(&self) -> zbus::Result<String>;
    #[zbus(property)]
    fn state(&self) -> zbus::Result<String>;
    #[zbus(property)]
    fn disk(&self) -> zbus::Result<String>;
    #[zbus(property)]
    fn run(&self) -> zbus::Result<u64>;
    #[zbus(property)]
    fn current_file(&self) -> zbus::Result<String>;
    #[zbus(property)]
    fn queue(&self) -> zbus::Result<Vec<String>>;
    #[zbus(property)]
    fn warnings(&self) -> zbus::Result<Vec<String>>;
    #[zbus(property)]
    fn last_result(&self) -> zbus::Result<String>;
    #[zbus(property)]
    fn last_error(&self) -> zbus::Result<(String, String)>;
    #[zbus(property)]
    fn last_warnings(&self) -> zbus::Result<Vec<String>>;
    #[zbus(property)]
    fn safe_to_remove(&self) -> zbus::Result<Vec<String>>;
    #[zbus(property)]
    fn veeam_locks(&self) -> zbus::Result<Vec<(String, String, u64)>>;
    #[zbus(property)]
    fn config_error(&self) -> zbus::Result<String>;
    #[zbus(property)]
    fn outbox_count(&self) -> zbus::Result<u32>;
    #[zbus(property)]
    fn outbox_error(&self) -> zbus::Result<String>;
    #[zbus(property)]
    fn run_log(&self) -> zbus::Result<Vec<(u64, String, String)>>;

    #[zbus(signal)]
    fn run_started(&self, run: u64, disk: String, trigger: String) -> zbus::Result<()>;
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
