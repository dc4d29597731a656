//! One finished run, as `ListRuns` gives it.

use super::wire::dictionary;
use super::{Facts, Micros, Outcome, outcome};

dictionary! {
    /// Sizes are bytes, 0 = unknown.
    pub struct Run {
        /// Its number, as in `Status` and in the signals.
        "run" => run: u64,
        /// UUID of the disk that was copied to.
        "disk" => disk: String,
        /// The disk's label at that time.
        "label" => label: String,
        /// Why it began, in the words of `Trigger`.
        "trigger" => trigger: String,
        /// When it began.
        "started-at" => started_at: Micros,
        /// When it ended.
        "finished-at" => finished_at: Micros,
        /// How it ended.
        #[serde(with = "outcome")]
        "result" => result: Option<Outcome>,
        /// The fault's name, empty = none.
        "error" => error: String,
        /// The fault in the service's language, empty = none.
        "message" => message: String,
        /// What that message is about.
        "message-facts" => message_facts: Facts,
        /// What went wrong besides, in the service's language; without faults of releasing the disk.
        "warnings" => warnings: Vec<String>,
        /// What each of them is about, in the same order.
        "warning-facts" => warning_facts: Vec<Facts>,
        /// The step that it had reached, in the words of `Step`.
        "step" => step: String,
        /// What the preflight check said must be copied.
        "bytes-total" => bytes_total: u64,
        /// What was copied of it.
        "bytes-done" => bytes_done: u64,
        /// How many files were copied.
        "files" => files: u64,
        /// How many files were deleted on the disk.
        "deletions" => deletions: u64,
        /// Seconds from rsync's start until all was flushed.
        "copy-seconds" => copy_seconds: u64,
        /// What was free on the disk when it was last measured.
        "free" => free: u64,
        /// The size of its file system.
        "size" => size: u64,
        /// The disk was proven unmounted and flushed at the end.
        "safe-to-remove" => safe_to_remove: bool,
    }
    beside {}
}

impl Run {
    /// From its begin to its end.
    pub fn seconds(&self) -> u64 {
        self.finished_at.saturating_sub(self.started_at) / 1_000_000
    }
}
