//! One finished run, as `ListRuns` gives it.

use super::wire::dictionary;
use super::{Facts, Micros, Outcome, outcome};

dictionary! {
    /// Sizes are bytes, 0 = unknown.
    pub struct Run {
        "run" => run: u64,
        "disk" => disk: String,
        "label" => label: String,
        "trigger" => trigger: String,
        "started-at" => started_at: Micros,
        "finished-at" => finished_at: Micros,
        #[serde(with = "outcome")]
        "result" => result: Option<Outcome>,
        /// The fault's name, empty = none.
        "error" => error: String,
        "message" => message: String,
        "message-facts" => message_facts: Facts,
        "warnings" => warnings: Vec<String>,
        "warning-facts" => warning_facts: Vec<Facts>,
        "step" => step: String,
        "bytes-total" => bytes_total: u64,
        "bytes-done" => bytes_done: u64,
        "files" => files: u64,
        "deletions" => deletions: u64,
        "copy-seconds" => copy_seconds: u64,
        "free" => free: u64,
        "size" => size: u64,
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
