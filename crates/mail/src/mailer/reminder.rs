//! Remembers when a known disk was last plugged in, and says when people are to be reminded: once per due date, however often
//! the daemon is started in between. A lost memory begins anew with the present. Says nothing before it is known what is plugged in,
//! and counts from the last good copy where that came later: a machine that was switched off with its disk remembers only the plugging in.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use log::debug;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use tokio::time::Instant;

use super::request::{DisksSeen, Request};
use crate::occasion::Occasion;
use asbackup_api::{Micros, Status, micros};
use asbackup_system::blocking::{GLANCE, blocking};

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
    /// Not known before the disks have been looked at.
    seen: Option<DisksSeen>,
}

impl Reminder {
    /// A file that is missing or damaged counts as: plugged in right now.
    pub fn open(path: PathBuf) -> Self {
        let read = std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let memory = read.unwrap_or_else(|| Memory { last_plugged_at: now(), reminders: 0 });
        Self { path, memory, seen: None }
    }

    /// How it is now.
    pub async fn see(&mut self, seen: DisksSeen) {
        let was = self.seen.replace(seen).is_some_and(|before| before.present);
        if seen.present || was {
            self.memory = Memory { last_plugged_at: now(), reminders: 0 };
        }
        self.keep().await;
    }

    /// The next due date; `None` while a disk is plugged in or may be, or when nobody is to be reminded.
    pub fn due(&self, after: Duration) -> Option<Instant> {
        if after.is_zero() || self.seen.is_none_or(|seen| seen.present) {
            return None;
        }
        let left = self.due_at(after).saturating_sub(now());
        Some(Instant::now() + Duration::from_micros(left))
    }

    fn due_at(&self, after: Duration) -> Micros {
        let dates = after.as_micros().saturating_mul(u128::from(self.memory.reminders) + 1);
        self.since().saturating_add(u64::try_from(dates).unwrap_or(u64::MAX))
    }

    /// From when on people have been waiting for a disk.
    fn since(&self) -> Micros {
        self.memory.last_plugged_at.max(self.last_good())
    }

    fn last_good(&self) -> Micros {
        self.seen.map(|seen| seen.last_good).unwrap_or_default()
    }

    /// The reminder, if its date has really come: the clock may have been set back meanwhile. Dates that passed while the
    /// machine was off are told as one.
    pub async fn remind(&mut self, after: Duration) -> Option<Occasion> {
        let at = now();
        if after.is_zero() || at < self.due_at(after) {
            return None;
        }
        let since = self.since();
        let gone = Duration::from_micros(at.saturating_sub(since));
        self.memory.reminders = gone.as_secs() / after.as_secs().max(1);
        self.keep().await;
        Some(Occasion::Reminder { days: gone.as_secs() / DAY.as_secs(), since, last_good: self.last_good(), at })
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

/// Tells the mailer when the first known disk comes, the last one goes, or a copy has succeeded, until the status has no source any
/// more.
pub async fn follow(mut status: watch::Receiver<Status>, requests: UnboundedSender<Request>) {
    let mut told = None;
    while status.changed().await.is_ok() {
        let Some(seen) = seen(&status.borrow_and_update()) else { continue };
        if told != Some(seen) && requests.send(Request::Disks(seen)).is_ok() {
            told = Some(seen);
        }
    }
}

fn seen(status: &Status) -> Option<DisksSeen> {
    let known = || status.disks.iter().filter(|disk| disk.known);
    let last_good = known().map(|disk| disk.last_success).max().unwrap_or_default();
    status.disks_seen.then(|| DisksSeen { present: known().any(|disk| disk.present), last_good })
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

    /// No disk is plugged in, and none was ever copied to.
    const AWAY: DisksSeen = DisksSeen { present: false, last_good: 0 };

    #[tokio::test]
    async fn nothing_is_said_before_it_is_known_what_is_plugged_in() {
        let (_room, path) = last_plugged(WEEK * 2);
        let mut reminder = Reminder::open(path);
        assert_eq!(reminder.due(WEEK), None);
        reminder.see(AWAY).await;
        assert!(reminder.due(WEEK).is_some_and(|at| at <= Instant::now()));
        assert!(seen(&Status::default()).is_none());
    }

    #[tokio::test]
    async fn a_good_copy_after_the_plugging_in_is_what_counts() {
        let (_room, path) = last_plugged(WEEK * 4);
        let mut reminder = Reminder::open(path);
        let yesterday = now() - u64::try_from(DAY.as_micros()).unwrap();
        reminder.see(DisksSeen { last_good: yesterday, ..AWAY }).await;
        assert!(reminder.due(WEEK).unwrap() - Instant::now() > DAY * 5);
        assert!(reminder.remind(WEEK).await.is_none());
    }

    #[tokio::test]
    async fn a_reminder_comes_once_per_due_date_also_after_a_restart() {
        let (_room, path) = last_plugged(WEEK + DAY);
        let mut reminder = Reminder::open(path.clone());
        let Some(Occasion::Reminder { days, .. }) = reminder.remind(WEEK).await else { panic!("it is due") };
        assert_eq!(days, 8);
        assert!(reminder.remind(WEEK).await.is_none());
        let mut next = Reminder::open(path);
        next.see(AWAY).await;
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
        reminder.see(DisksSeen { present: true, ..AWAY }).await;
        assert_eq!(reminder.due(WEEK), None);
        reminder.see(AWAY).await;
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
