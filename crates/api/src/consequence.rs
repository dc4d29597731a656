//! What follows from a fault, for those who decide what comes next.

use super::Fault;

/// How rsync ends when one of its helpers was killed, for want of memory as a rule.
const RSYNC_LOST_PEER: i32 = 12;

impl Fault {
    /// Whether a person can lift it for one run, by allowing deletions.
    pub fn can_be_allowed(&self) -> bool {
        matches!(
            self,
            Self::SourceMoved { .. }
                | Self::ForeignFiles { .. }
                | Self::NothingInCommon { .. }
                | Self::BeginningsLost { .. }
                | Self::TooManyDeletions { .. }
                | Self::TooManyBytesDeleted { .. }
        )
    }

    /// Whether the source may only not be there yet, as one that is mounted late.
    pub fn is_of_late_source(&self) -> bool {
        matches!(
            self,
            Self::SourceUnavailable { .. }
                | Self::ShareUnavailable { .. }
                | Self::SourceEmpty { .. }
                | Self::SourceNotMounted { .. }
                | Self::SourceWithoutSentinel { .. }
                | Self::SourceMoved { .. }
        )
    }

    /// Whether a disk that is being pulled may be the reason.
    pub fn may_be_of_disk(&self) -> bool {
        matches!(
            self,
            Self::LockFailed { .. }
                | Self::SpellingFailed { .. }
                | Self::CheckFailed { .. }
                | Self::CopyFailed { .. }
                | Self::NotStored { .. }
                | Self::NotWritten { .. }
                | Self::WriteFailed { .. }
                | Self::DiskFailing { .. }
                | Self::FileSystemDamaged { .. }
        )
    }

    /// Whether the run was cut off from outside, so that the same plug-in is to be copied to again.
    pub fn is_interruption(&self) -> bool {
        match self {
            Self::ServiceStopped | Self::Interrupted | Self::DiskServiceFailed { .. } => true,
            Self::CheckFailed { code, .. } | Self::CopyFailed { code, .. } => *code < 0 || *code == RSYNC_LOST_PEER,
            _ => false,
        }
    }
}
