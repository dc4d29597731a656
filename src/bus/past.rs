//! Reads the history for callers, one at a time: anybody may ask, and as often as he likes.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::{JoinError, spawn_blocking};

use crate::model::RunRecord;
use crate::texts::Texts;

use super::view::{self, Row};

const MAX_RUNS: u32 = 1000;

/// The newest runs, newest first, at most so many. Called where it may block.
pub type History = Arc<dyn Fn(usize) -> Vec<RunRecord> + Send + Sync>;

pub struct Past {
    history: History,
    reading: Arc<Semaphore>,
}

impl Past {
    pub fn new(history: History) -> Self {
        Self { history, reading: Arc::new(Semaphore::new(1)) }
    }

    /// # Errors
    /// The history's reader has panicked.
    pub async fn rows(&self, newest: u32, texts: Arc<Texts>) -> Result<Vec<Row>, JoinError> {
        let newest = newest.min(MAX_RUNS) as usize;
        let history = Arc::clone(&self.history);
        // Never closed; and the permit stays with the reader, who can't be stopped.
        let permit = Arc::clone(&self.reading).acquire_owned().await.ok();
        let rows = move || {
            let _permit = permit;
            history(newest).iter().take(newest).map(|run| view::run(run, &texts)).collect()
        };
        spawn_blocking(rows).await
    }
}
