//! The name of each fault on the bus. Faults that callers handle in the same way share a name.

use super::Fault;

impl Fault {
    /// The error's name on the bus, in the journal and in the history, without the prefix `de.example.Backup.Error.`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Busy { .. } => "Busy",
            Self::NotRunning => "NotRunning",
            Self::NotLocked { .. } => "NotLocked",
            Self::LockMisspelt { .. } => "LockMisspelt",
            Self::InvalidJob { .. } => "InvalidJob",
            Self::Stopping => "Stopping",
            Self::TooManyCalls { .. } => "TooManyCalls",
            Self::Unconfigured { .. } | Self::ConfigRefused { .. } => "ConfigRefused",
            Self::UnknownDisk { .. } => "UnknownDisk",
            Self::DiskAbsent { .. } | Self::NoDiskPresent { .. } => "DiskAbsent",
            Self::DiskUnnamed { .. } => "DiskUnnamed",
            Self::DuplicateDisk { .. } | Self::DiskIgnored { .. } | Self::OwnDisk { .. } | Self::ChangedDisk { .. } => {
                "WrongDisk"
            }
            Self::DiskUnusable { .. } | Self::DiskOfSeveral { .. } | Self::UnsupportedFileSystem { .. } => {
                "UnsupportedFileSystem"
            }
            Self::DiskServiceFailed { .. } => "DiskServiceFailed",
            Self::VeeamBusy { .. } | Self::VeeamDirectoryUnreadable { .. } => "VeeamBusy",
            Self::AlreadyMounted { .. }
            | Self::OldMountHeld { .. }
            | Self::MountFailed { .. }
            | Self::WriteProtected { .. }
            | Self::MountedReadOnly { .. }
            | Self::UnsafeMount { .. } => "MountFailed",
            Self::LockHeld { .. }
            | Self::LockFailed { .. }
            | Self::LockIsStrange { .. }
            | Self::VeeamLockFailed { .. }
            | Self::StillCopying { .. } => "LockFailed",
            Self::TooManyLocks { .. } => "TooManyLocks",
            Self::UnsafePath { .. } => "UnsafePath",
            Self::SourceUnavailable { .. }
            | Self::ShareUnavailable { .. }
            | Self::SourceEmpty { .. }
            | Self::NothingIncluded { .. }
            | Self::SourceHidden { .. }
            | Self::SourceNotMounted { .. }
            | Self::SourceWithoutSentinel { .. }
            | Self::SourceMoved { .. }
            | Self::SourceUnreadable { .. }
            | Self::ShareUnreadable { .. }
            | Self::SourceForbidden { .. }
            | Self::SourceChanged { .. } => "SourceUnavailable",
            Self::SnapshotFailed { .. } | Self::SnapshotNotProven { .. } | Self::SnapshotGivenUp { .. } => {
                "SnapshotFailed"
            }
            Self::SourceContainsTarget { .. } | Self::TargetRefused { .. } | Self::TargetCovered { .. } => {
                "TargetRefused"
            }
            Self::NoSpace { .. } | Self::DiskFull { .. } | Self::TooFewInodes { .. } | Self::OutOfInodes { .. } => {
                "NoSpace"
            }
            Self::ForeignFiles { .. } => "ForeignFiles",
            Self::NothingInCommon { .. } => "NothingInCommon",
            Self::BeginningsLost { .. } => "BeginningsLost",
            Self::TooManyDeletions { .. } | Self::TooManyBytesDeleted { .. } => "TooManyDeletions",
            Self::LossyFileSystem { .. } | Self::UnstorableFiles { .. } | Self::ClashingNames { .. } => {
                "LossyFileSystem"
            }
            Self::NotEmpty { .. }
            | Self::CheckFailed { .. }
            | Self::CopyFailed { .. }
            | Self::CopyIncomplete { .. }
            | Self::NotStored { .. } => "CopyFailed",
            Self::SpellingFailed { .. }
            | Self::NotWritten { .. }
            | Self::WriteFailed { .. }
            | Self::DiskFailing { .. }
            | Self::FileSystemDamaged { .. }
            | Self::TurnedReadOnly { .. }
            | Self::DiskSilent => "WriteFailed",
            Self::UnlockFailed { .. } | Self::VeeamUnlockFailed { .. } => "UnlockFailed",
            Self::UnmountFailed { .. } | Self::NotReleased { .. } | Self::NotFlushed { .. } => "UnmountFailed",
            Self::DiskRemoved => "DiskRemoved",
            Self::ServiceStopped | Self::Interrupted => "Interrupted",
            Self::Internal { .. } => "Internal",
        }
    }
}
