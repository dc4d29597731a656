//! Says when people are due a reminder to attach a disk: once per due date, however often the daemon starts. Counts from when a disk was
//! last attached, or from the last good copy where that came later (a machine that is switched off with its disk saves only the first).
//! Waits until it is known which disks are attached; without a saved state, counting begins now.

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
    /// How many due dates have passed since, with a reminder each.
    reminders: u64,
}

pub(crate) struct Reminder {
    path: PathBuf,
    memory: Memory,
    /// `None` until the disks have been looked at.
    seen: Option<DisksSeen>,
}

impl Reminder {
    /// Without a readable file, counting begins now.
    pub fn open(path: PathBuf) -> Self {
        let read = std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let memory = read.unwrap_or_else(|| Memory { last_plugged_at: now(), reminders: 0 });
        Self { path, memory, seen: None }
    }

    /// Takes note of which disks are there.
    pub async fn see(&mut self, seen: DisksSeen) {
        let was = self.seen.replace(seen).is_some_and(|before| before.present);
        if seen.present || was {
            self.memory = Memory { last_plugged_at: now(), reminders: 0 };
        }
        self.keep().await;
    }

    /// The next due date; `None` while a disk is or may be attached, or if reminders are off.
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

    /// Since when a disk has been missing.
    fn since(&self) -> Micros {
        self.memory.last_plugged_at.max(self.last_good())
    }

    fn last_good(&self) -> Micros {
        self.seen.map(|seen| seen.last_good).unwrap_or_default()
    }

    /// The reminder, if it is really due: the clock may have been set back. Dates that passed while the machine was off make one
    /// reminder.
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
        // At worst a reminder comes late or twice.
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

/// Tells the mailer when the first disk is attached, the last one is removed, or a copy succeeds, until the status has no sender.
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

    /// No disk is attached, and none was ever copied to.
    const AWAY: DisksSeen = DisksSeen { present: false, last_good: 0 };

    #[tokio::test]
    async fn no_reminder_is_due_before_the_disks_have_been_looked_at() {
        let (_room, path) = last_plugged(WEEK * 2);
        let mut reminder = Reminder::open(path);
        assert_eq!(reminder.due(WEEK), None);
        reminder.see(AWAY).await;
        assert!(reminder.due(WEEK).is_some_and(|at| at <= Instant::now()));
        assert!(seen(&Status::default()).is_none());
    }

    #[tokio::test]
    async fn a_good_copy_counts_if_it_is_later_than_the_attaching() {
        let (_room, path) = last_plugged(WEEK * 4);
        let mut reminder = Reminder::open(path);
        let yesterday = now() - u64::try_from(DAY.as_micros()).unwrap();
        reminder.see(DisksSeen { last_good: yesterday, ..AWAY }).await;
        assert!(reminder.due(WEEK).unwrap() - Instant::now() > DAY * 5);
        assert!(reminder.remind(WEEK).await.is_none());
    }

    #[tokio::test]
    async fn a_restart_repeats_no_reminder() {
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
    async fn dates_missed_while_the_machine_was_off_make_one_reminder() {
        let (_room, path) = last_plugged(WEEK * 3 + DAY);
        let mut reminder = Reminder::open(path);
        assert!(reminder.remind(WEEK).await.is_some());
        assert!(reminder.remind(WEEK).await.is_none());
    }

    #[tokio::test]
    async fn an_attached_disk_restarts_the_count() {
        let (_room, path) = last_plugged(WEEK * 2);
        let mut reminder = Reminder::open(path);
        reminder.see(DisksSeen { present: true, ..AWAY }).await;
        assert_eq!(reminder.due(WEEK), None);
        reminder.see(AWAY).await;
        assert!(reminder.due(WEEK).unwrap() - Instant::now() > DAY * 6);
        assert!(reminder.remind(WEEK).await.is_none());
    }

    #[tokio::test]
    async fn there_is_no_reminder_by_default_or_without_a_saved_state() {
        let (room, path) = last_plugged(WEEK * 2);
        assert_eq!(Reminder::open(path).due(Duration::ZERO), None);
        let mut fresh = Reminder::open(room.path().join("none"));
        assert!(fresh.remind(WEEK).await.is_none());
    }
}
