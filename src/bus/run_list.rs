//! Reads the history for callers. Any user may ask at any rate, and an answer can be a megabyte. So one answer is made
//! at a time, the next once that has been sent, and one call of each user waits at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinError, spawn_blocking};
use zbus::object_server::ResponseDispatchNotifier;

use asbackup_api::RunRecord;
use asbackup_api::wire::Entries;
use asbackup_texts::Texts;

use super::view;

const MAX_RUNS: u32 = 1000;

/// Reads at most so many of the newest runs, newest first. May block.
pub type History = Arc<dyn Fn(usize) -> Vec<RunRecord> + Send + Sync>;

/// Holds its slot until it is sent.
pub type Answer = ResponseDispatchNotifier<Vec<Entries>>;

pub struct RunList {
    history: History,
    reading: Arc<Semaphore>,
    users: Mutex<HashMap<u32, Arc<Semaphore>>>,
}

/// Held as long as the answer is in memory.
struct ReadSlot {
    _of_user: Option<OwnedSemaphorePermit>,
    _of_all: Option<OwnedSemaphorePermit>,
}

impl RunList {
    pub fn new(history: History) -> Self {
        Self { history, reading: Arc::new(Semaphore::new(1)), users: Mutex::default() }
    }

    /// # Errors
    /// The history's reader has panicked.
    pub async fn rows(&self, user: u32, newest: u32, texts: Arc<Texts>) -> Result<Answer, JoinError> {
        let newest = newest.min(MAX_RUNS) as usize;
        let history = Arc::clone(&self.history);
        let slot = self.slot(user).await;
        let rows = move || {
            let rows = history(newest).iter().take(newest).map(|run| view::run(run, &texts).entries()).collect();
            // The reader can't be stopped, so it keeps the slot even if nobody waits any more.
            (rows, slot)
        };
        let (rows, slot) = spawn_blocking(rows).await?;
        let (answer, sent) = ResponseDispatchNotifier::new(rows);
        tokio::spawn(async move {
            sent.await;
            drop(slot);
        });
        Ok(answer)
    }

    async fn slot(&self, user: u32) -> ReadSlot {
        let own = self.queue(user);
        // The semaphores are never closed.
        let _of_user = own.acquire_owned().await.ok();
        let _of_all = Arc::clone(&self.reading).acquire_owned().await.ok();
        ReadSlot { _of_user, _of_all }
    }

    /// Orders the user's own calls. Forgets users without calls.
    fn queue(&self, user: u32) -> Arc<Semaphore> {
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        users.retain(|_, queue| Arc::strong_count(queue) > 1);
        Arc::clone(users.entry(user).or_insert_with(|| Arc::new(Semaphore::new(1))))
    }
}
