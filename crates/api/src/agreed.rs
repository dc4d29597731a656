//! What a person has agreed to lose at the first copy to a disk.

use serde::{Deserialize, Serialize};

/// So much of somebody else's may be deleted, and no more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed {
    /// How many files.
    pub files: u64,
    /// Their size altogether.
    pub bytes: u64,
}

impl Agreed {
    /// Whether no more is to go than the person was shown; less is what an interrupted copy has left of it.
    pub fn covers(self, files: u64, bytes: u64) -> bool {
        files <= self.files && bytes <= self.bytes
    }
}
