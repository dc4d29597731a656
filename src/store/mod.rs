//! What outlives the daemon, below `/var/lib/asbackup`: the `history` of runs, the `saved_state` by which disks and
//! source are recognised, the `agreements` to what a first copy may delete, and the `known_disks` for udev. Knows
//! nothing of what follows from any of it.
//!
//! One thread owns the files and works in order, so nobody else waits for a slow disk. Each request is queued at once
//! and returns a future that ends when the data is on the disk. Decisions read the `index` and `saved_state`, which are
//! in memory.

pub mod agreements;
pub mod history;
pub(crate) mod index;
pub(crate) mod known_disks;
mod lines;
pub(crate) mod saved_state;

use std::io;
use std::path::Path;
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::time::timeout;

use agreements::Agreements;
use asbackup_api::{Agreed, DiskId, DiskIdentity, RunBegun, RunRecord, Warning};
use history::{History, HistoryError, Unwritten};
use saved_state::{SavedState, SavedStateFile};

/// Nobody waits longer for a hung disk. What is queued is still written, in order, once the disk answers.
const PATIENCE: Duration = Duration::from_secs(60);

type Task = Box<dyn FnOnce(&mut Files) + Send>;

/// The files below the state directory.
struct Files {
    history: History,
    saved_state: SavedStateFile,
    agreements: Agreements,
}

/// Writes the state. The thread ends with the last handle.
#[derive(Debug, Clone)]
pub struct Store {
    tasks: UnboundedSender<Task>,
    saved_state: SavedStateFile,
    unwritten: Unwritten,
    patience: Duration,
}

impl Store {
    /// Takes over the files below `state`, `/var/lib/asbackup`.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(history: History, state: &Path) -> io::Result<Self> {
        let saved_state = SavedStateFile::new(state);
        let unwritten = history.reader().unwritten().clone();
        let mut files = Files { history, saved_state: saved_state.clone(), agreements: Agreements::new(state) };
        let (tasks, mut queue) = unbounded_channel::<Task>();
        thread::Builder::new().name("store".to_owned()).spawn(move || {
            while let Some(task) = queue.blocking_recv() {
                task(&mut files);
            }
        })?;
        Ok(Self { tasks, saved_state, unwritten, patience: PATIENCE })
    }

    /// Records that a run begins.
    pub fn begin(&self, begun: RunBegun) -> impl Future<Output = Result<(), HistoryError>> + Send + use<> {
        self.write_history(move |history| history.begin(&begun))
    }

    /// Records how a run ended.
    pub fn end(&self, record: RunRecord) -> impl Future<Output = Result<(), HistoryError>> + Send + use<> {
        let unwritten = self.unwritten.clone();
        unwritten.add(record.clone());
        self.write_history(move |history| {
            history.end(&record)?;
            unwritten.remove(record.run);
            Ok(())
        })
    }

    /// Adds a warning to a run, from outside of it.
    pub fn note(&self, run: u64, warning: Warning) -> impl Future<Output = Result<(), HistoryError>> + Send + use<> {
        self.write_history(move |history| history.note(run, &warning))
    }

    /// Saves the state for the next start.
    ///
    /// # Errors
    /// A warning for people, if it could not be written.
    pub fn save(&self, state: SavedState) -> impl Future<Output = Result<(), Warning>> + Send + use<> {
        let written = self.queue(move |files| files.saved_state.write(&state));
        let file = self.saved_state.clone();
        async move { written.await.unwrap_or_else(|error| Err(file.lost(&error.to_string()))) }
    }

    /// The agreement for the disk that identifies itself like this.
    pub fn agreed(&self, disk: DiskId, identity: DiskIdentity) -> impl Future<Output = Option<Agreed>> + Send + use<> {
        let read = self.queue(move |files| files.agreements.of(&disk, &identity));
        async move { read.await.ok().flatten() }
    }

    /// The disk has a good copy now.
    pub fn end_agreement(&self, disk: DiskId) {
        drop(self.queue(move |files| files.agreements.end(&disk)));
    }

    /// Waits for everything that was queued before.
    pub fn flush(&self) -> impl Future<Output = ()> + Send + use<> {
        let reached = self.queue(|_| ());
        async move { drop(reached.await) }
    }

    fn write_history<F>(&self, write: F) -> impl Future<Output = Result<(), HistoryError>> + Send + use<F>
    where
        F: FnOnce(&mut History) -> Result<(), HistoryError> + Send + 'static,
    {
        let written = self.queue(move |files| write(&mut files.history));
        async move { written.await? }
    }

    /// Queues `work` now; the future only waits for its result.
    fn queue<T, F>(&self, work: F) -> impl Future<Output = Result<T, HistoryError>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce(&mut Files) -> T + Send + 'static,
    {
        let (done, result) = oneshot::channel();
        let task: Task = Box::new(move |files| drop(done.send(work(files))));
        // If the thread has ended, the result's sender is dropped, and the future returns an error.
        let _ = self.tasks.send(task);
        let patience = self.patience;
        async move {
            match timeout(patience, result).await {
                Ok(result) => result.map_err(|_| HistoryError::WriterEnded),
                Err(_) => Err(HistoryError::TimedOut { seconds: patience.as_secs() }),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::history::tests::{Room, begun, record};
    use super::*;
    use asbackup_api::Outcome;

    #[tokio::test]
    async fn requests_are_written_in_order_even_if_nobody_waits() {
        let room = Room::new();
        let store = Store::start(room.open(), room.path()).unwrap();
        drop(store.begin(begun(1)));
        drop(store.end(record(1, Outcome::Success)));
        store.begin(begun(2)).await.unwrap();
        let (index, unfinished) = index::RunIndex::read(room.open().reader(), "boot").unwrap();
        assert_eq!((index.newest().map(|newest| newest.run), unfinished), (Some(1), vec![begun(2)]));
    }

    #[tokio::test]
    async fn a_hung_disk_is_not_waited_for_and_gets_everything_once_it_answers() {
        let room = Room::new();
        let store = Store::start(room.open(), room.path()).unwrap();
        let (answer, hung) = std::sync::mpsc::channel::<()>();
        drop(store.queue(move |_| hung.recv()));
        let late = Store { patience: Duration::from_millis(1), ..store.clone() }.begin(begun(1)).await;
        assert!(matches!(late, Err(HistoryError::TimedOut { .. })), "{late:?}");
        drop(answer);
        store.flush().await;
        let (_, unfinished) = index::RunIndex::read(room.open().reader(), "boot").unwrap();
        assert_eq!(unfinished, [begun(1)]);
    }

    #[tokio::test]
    async fn a_run_that_can_not_be_recorded_is_still_mailed() {
        let room = Room::new();
        let history = room.open();
        let (reader, path) = (history.reader().clone(), room.path().join("history.jsonl"));
        let store = Store::start(history, room.path()).unwrap();
        store.end(record(1, Outcome::Success)).await.unwrap();
        // Nobody, not even root, writes to a directory.
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        store.end(record(2, Outcome::Aborted)).await.unwrap_err();
        std::fs::remove_dir(&path).unwrap();
        let ended: Vec<u64> = reader.ended_after(1).unwrap().iter().map(|record| record.run).collect();
        assert_eq!(ended, [2]);
        store.end(record(3, Outcome::Success)).await.unwrap();
        let ended: Vec<u64> = reader.ended_after(1).unwrap().iter().map(|record| record.run).collect();
        assert_eq!(ended, [2, 3]);
    }

    #[tokio::test]
    async fn a_state_that_can_not_be_saved_is_reported() {
        let room = Room::new();
        let state = room.path().join("missing");
        let store = Store::start(room.open(), &state).unwrap();
        let saved = store.save(SavedState::default()).await;
        assert!(matches!(&saved, Err(Warning::MemoryLost { path, .. }) if path.contains("missing")), "{saved:?}");
    }
}
