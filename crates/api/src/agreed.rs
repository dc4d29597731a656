//! What a person agreed to lose in the first copy to a disk.

use serde::{Deserialize, Serialize};

/// The foreign files that the first copy may delete.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed {
    /// The number of files.
    pub files: u64,
    /// Their total size in bytes.
    pub bytes: u64,
}

impl Agreed {
    /// Whether the copy would delete no more than the person was shown. An interrupted copy leaves less to delete.
    pub fn covers(self, files: u64, bytes: u64) -> bool {
        files <= self.files && bytes <= self.bytes
    }
}
