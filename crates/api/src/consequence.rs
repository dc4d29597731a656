//! What follows from a fault: whether a run may be retried, resumed or allowed.

use super::Fault;

/// rsync's exit code when one of its processes was killed, usually because memory ran out.
const RSYNC_LOST_PEER: i32 = 12;

impl Fault {
    /// Whether a person can override the fault for one run, by allowing deletions.
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

    /// Whether the source may become available later, because it is mounted late.
    pub fn source_may_appear_later(&self) -> bool {
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

    /// Whether unplugging the disk may be the cause.
    pub fn may_mean_unplugged(&self) -> bool {
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

    /// Whether the run was interrupted from outside, so that this attachment is copied to again.
    pub fn is_interruption(&self) -> bool {
        match self {
            Self::ServiceStopped | Self::Interrupted | Self::DiskServiceFailed { .. } => true,
            Self::CheckFailed { code, .. } | Self::CopyFailed { code, .. } => *code < 0 || *code == RSYNC_LOST_PEER,
            _ => false,
        }
    }
}
