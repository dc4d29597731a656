//! Reads the history for callers: anybody may ask, and as often as he likes. One answer is made at a time, since it can have a
//! megabyte, and of each user one waits for its turn with those of others; the next is begun when that has gone out.

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

/// The newest runs, newest first, at most so many. Called where it may block.
pub type History = Arc<dyn Fn(usize) -> Vec<RunRecord> + Send + Sync>;

/// Takes its turn until it has gone out.
pub type Answer = ResponseDispatchNotifier<Vec<Entries>>;

pub struct RunList {
    history: History,
    reading: Arc<Semaphore>,
    users: Mutex<HashMap<u32, Arc<Semaphore>>>,
}

/// Kept as long as the answer is in memory.
struct Turn {
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
        let turn = self.turn(user).await;
        let rows = move || {
            let rows = history(newest).iter().take(newest).map(|run| view::run(run, &texts).entries()).collect();
            // It stays with the reader, who can't be stopped, when nobody waits for him any more.
            (rows, turn)
        };
        let (rows, turn) = spawn_blocking(rows).await?;
        let (answer, sent) = ResponseDispatchNotifier::new(rows);
        tokio::spawn(async move {
            sent.await;
            drop(turn);
        });
        Ok(answer)
    }

    async fn turn(&self, user: u32) -> Turn {
        let own = self.line(user);
        // Neither is ever closed.
        let _of_user = own.acquire_owned().await.ok();
        let _of_all = Arc::clone(&self.reading).acquire_owned().await.ok();
        Turn { _of_user, _of_all }
    }

    /// In which the user's own calls wait for each other; those of who has none are forgotten.
    fn line(&self, user: u32) -> Arc<Semaphore> {
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        users.retain(|_, line| Arc::strong_count(line) > 1);
        Arc::clone(users.entry(user).or_insert_with(|| Arc::new(Semaphore::new(1))))
    }
}
