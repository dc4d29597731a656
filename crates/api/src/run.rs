//! One finished run, as `ListRuns` returns it.

use super::wire::dictionary;
use super::{Facts, Micros, Outcome, outcome};

dictionary! {
    /// A finished run. Sizes are in bytes; 0 = unknown.
    pub struct Run {
        /// The run's number, as in `Status` and in the signals.
        "run" => run: u64,
        /// UUID of the disk that was copied to.
        "disk" => disk: String,
        /// The disk's label at that time.
        "label" => label: String,
        /// Why it began: the name of a `Trigger`.
        "trigger" => trigger: String,
        /// When it began.
        "started-at" => started_at: Micros,
        /// When it ended.
        "finished-at" => finished_at: Micros,
        /// How it ended.
        #[serde(with = "outcome")]
        "result" => result: Option<Outcome>,
        /// The fault's name; empty = none.
        "error" => error: String,
        /// The fault in the service's language; empty = none.
        "message" => message: String,
        /// The facts of that message.
        "message-facts" => message_facts: Facts,
        /// Warnings in the service's language, without faults of releasing the disk.
        "warnings" => warnings: Vec<String>,
        /// The facts of each warning, in the same order.
        "warning-facts" => warning_facts: Vec<Facts>,
        /// The last step that it reached: the name of a `Step`.
        "step" => step: String,
        /// The bytes to copy, according to the plan.
        "bytes-total" => bytes_total: u64,
        /// The bytes that were copied.
        "bytes-done" => bytes_done: u64,
        /// The number of files copied.
        "files" => files: u64,
        /// The number of files deleted on the disk.
        "deletions" => deletions: u64,
        /// Seconds from rsync's start to the end of the flush.
        "copy-seconds" => copy_seconds: u64,
        /// Free space on the disk when it was last measured.
        "free" => free: u64,
        /// The size of its file system.
        "size" => size: u64,
        /// Of when the state is that was copied; 0 without a snapshot.
        "source-as-of" => source_as_of: Micros,
        /// The disk was verifiably unmounted and flushed at the end.
        "safe-to-remove" => safe_to_remove: bool,
    }
    beside {}
}

impl Run {
    /// The duration in seconds.
    pub fn seconds(&self) -> u64 {
        self.finished_at.saturating_sub(self.started_at) / 1_000_000
    }
}
