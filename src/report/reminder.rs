//! Remembers when a known disk was last plugged in, and says when people are to be reminded: once per due date, however often
//! the daemon is started in between. A lost memory begins anew with the present.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use log::debug;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use tokio::time::Instant;

use super::mail::Occasion;
use super::postman::Errand;
use crate::blocking::{GLANCE, blocking};
use crate::model::{Micros, Status, micros};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Memory {
    last_plugged_at: Micros,
    /// How many due dates have passed since and been told.
    reminders: u64,
}

pub struct Reminder {
    path: PathBuf,
    memory: Memory,
    present: bool,
}

impl Reminder {
    /// A file that is missing or damaged counts as: plugged in right now.
    pub fn open(path: PathBuf) -> Self {
        let read = std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let memory = read.unwrap_or_else(|| Memory { last_plugged_at: now(), reminders: 0 });
        Self { path, memory, present: false }
    }

    /// Whether a known disk is plugged in now.
    pub async fn see(&mut self, present: bool) {
        let was = std::mem::replace(&mut self.present, present);
        if present || was {
            self.memory = Memory { last_plugged_at: now(), reminders: 0 };
        }
        self.keep().await;
    }

    /// The next due date; `None` while a disk is plugged in, or when nobody is to be reminded.
    pub fn due(&self, after: Duration) -> Option<Instant> {
        if self.present || after.is_zero() {
            return None;
        }
        let left = self.due_at(after).saturating_sub(now());
        Some(Instant::now() + Duration::from_micros(left))
    }

    fn due_at(&self, after: Duration) -> Micros {
        let dates = after.as_micros().saturating_mul(u128::from(self.memory.reminders) + 1);
        self.memory.last_plugged_at.saturating_add(u64::try_from(dates).unwrap_or(u64::MAX))
    }

    /// The reminder, if its date has really come: the clock may have been set back meanwhile. Dates that passed while the
    /// machine was off are told as one.
    pub async fn remind(&mut self, after: Duration) -> Option<Occasion> {
        let at = now();
        if after.is_zero() || at < self.due_at(after) {
            return None;
        }
        let since = self.memory.last_plugged_at;
        let gone = Duration::from_micros(at.saturating_sub(since));
        self.memory.reminders = gone.as_secs() / after.as_secs().max(1);
        self.keep().await;
        Some(Occasion::Reminder { days: gone.as_secs() / DAY.as_secs(), since, at })
    }

    async fn keep(&self) {
        let (path, memory) = (self.path.clone(), self.memory.clone());
        // Without it a reminder may come late or twice.
        if let Err(error) = blocking(GLANCE, move || write(&path, &memory)).await {
            debug!("{}: {error}", self.path.display());
        }
    }
}

fn write(path: &Path, memory: &Memory) -> io::Result<()> {
    let new = path.with_extension("new");
    std::fs::write(&new, serde_json::to_vec(memory)?)?;
    std::fs::rename(new, path)
}

fn now() -> Micros {
    micros(SystemTime::now())
}

/// Tells the postman when the first known disk comes and the last one goes, until the status has no source any more.
pub async fn follow(mut status: watch::Receiver<Status>, errands: UnboundedSender<Errand>) {
    let mut told = None;
    while status.changed().await.is_ok() {
        let present = status.borrow_and_update().disks.iter().any(|disk| disk.known && disk.present);
        if told != Some(present) && errands.send(Errand::DisksPresent(present)).is_ok() {
            told = Some(present);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

    fn last_plugged(before: Duration) -> (tempfile::TempDir, PathBuf) {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("last-plugged");
        let last_plugged_at = now() - u64::try_from(before.as_micros()).unwrap();
        write(&path, &Memory { last_plugged_at, reminders: 0 }).unwrap();
        (room, path)
    }

    #[tokio::test]
    async fn a_reminder_comes_once_per_due_date_also_after_a_restart() {
        let (_room, path) = last_plugged(WEEK + DAY);
        let mut reminder = Reminder::open(path.clone());
        let Some(Occasion::Reminder { days, .. }) = reminder.remind(WEEK).await else { panic!("it is due") };
        assert_eq!(days, 8);
        assert!(reminder.remind(WEEK).await.is_none());
        let mut next = Reminder::open(path);
        assert!(next.remind(WEEK).await.is_none());
        let wait = next.due(WEEK).unwrap() - Instant::now();
        assert!(wait > DAY * 5 && wait <= DAY * 6, "{wait:?}");
    }

    #[tokio::test]
    async fn dates_that_passed_while_the_machine_was_off_are_one() {
        let (_room, path) = last_plugged(WEEK * 3 + DAY);
        let mut reminder = Reminder::open(path);
        assert!(reminder.remind(WEEK).await.is_some());
        assert!(reminder.remind(WEEK).await.is_none());
    }

    #[tokio::test]
    async fn a_disk_that_is_plugged_in_begins_the_count_anew() {
        let (_room, path) = last_plugged(WEEK * 2);
        let mut reminder = Reminder::open(path);
        reminder.see(true).await;
        assert_eq!(reminder.due(WEEK), None);
        reminder.see(false).await;
        assert!(reminder.due(WEEK).unwrap() - Instant::now() > DAY * 6);
        assert!(reminder.remind(WEEK).await.is_none());
    }

    #[tokio::test]
    async fn nobody_is_reminded_by_default_or_for_want_of_a_memory() {
        let (room, path) = last_plugged(WEEK * 2);
        assert_eq!(Reminder::open(path).due(Duration::ZERO), None);
        let mut fresh = Reminder::open(room.path().join("none"));
        assert!(fresh.remind(WEEK).await.is_none());
    }
}
