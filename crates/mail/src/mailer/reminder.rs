//! Schedules reminders to attach a disk: one per due date, however often the daemon starts. Counts from when a disk was last attached,
//! or from the last good copy if that was later (after a power-off with the disk attached, only the first is stored). Waits until the
//! attached disks are known; without stored state, counting begins now.

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
struct StoredState {
    last_plugged_at: Micros,
    /// The number of due dates since then, each with a reminder.
    reminders: u64,
}

pub(crate) struct Reminder {
    path: PathBuf,
    stored: StoredState,
    /// `None` until the disks are known.
    disks: Option<DisksSeen>,
}

impl Reminder {
    /// Without a readable file, counting begins now.
    pub fn open(path: PathBuf) -> Self {
        let read = std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let stored = read.unwrap_or_else(|| StoredState { last_plugged_at: now(), reminders: 0 });
        Self { path, stored, disks: None }
    }

    /// Counts from now if a disk is attached or was until now.
    pub async fn update(&mut self, disks: DisksSeen) {
        let was_present = self.disks.replace(disks).is_some_and(|before| before.present);
        if disks.present || was_present {
            self.stored = StoredState { last_plugged_at: now(), reminders: 0 };
        }
        self.save().await;
    }

    /// The next due date; `None` while a disk is or may be attached, or if reminders are off.
    pub fn due(&self, after: Duration) -> Option<Instant> {
        if after.is_zero() || self.disks.is_none_or(|disks| disks.present) {
            return None;
        }
        let left = self.due_at(after).saturating_sub(now());
        Some(Instant::now() + Duration::from_micros(left))
    }

    fn due_at(&self, after: Duration) -> Micros {
        let dates = after.as_micros().saturating_mul(u128::from(self.stored.reminders) + 1);
        self.since().saturating_add(u64::try_from(dates).unwrap_or(u64::MAX))
    }

    /// Since when no disk has been attached.
    fn since(&self) -> Micros {
        self.stored.last_plugged_at.max(self.last_good())
    }

    fn last_good(&self) -> Micros {
        self.disks.map(|disks| disks.last_good).unwrap_or_default()
    }

    /// The reminder, if it is still due: the clock may have been set back. All dates that passed while the machine was off give one
    /// reminder.
    pub async fn remind(&mut self, after: Duration) -> Option<Occasion> {
        let at = now();
        if after.is_zero() || at < self.due_at(after) {
            return None;
        }
        let since = self.since();
        let elapsed = Duration::from_micros(at.saturating_sub(since));
        self.stored.reminders = elapsed.as_secs() / after.as_secs().max(1);
        self.save().await;
        Some(Occasion::Reminder { days: elapsed.as_secs() / DAY.as_secs(), since, last_good: self.last_good(), at })
    }

    async fn save(&self) {
        let (path, stored) = (self.path.clone(), self.stored.clone());
        // At worst a reminder comes late or twice.
        if let Err(error) = blocking(GLANCE, move || write(&path, &stored)).await {
            debug!("{}: {error}", self.path.display());
        }
    }
}

fn write(path: &Path, stored: &StoredState) -> io::Result<()> {
    let new = path.with_extension("new");
    std::fs::write(&new, serde_json::to_vec(stored)?)?;
    std::fs::rename(new, path)
}

fn now() -> Micros {
    micros(SystemTime::now())
}

/// Notifies the mailer when the first disk is attached, the last one is removed, or a copy succeeds. Ends with the status's sender.
pub async fn follow(mut status: watch::Receiver<Status>, requests: UnboundedSender<Request>) {
    let mut sent = None;
    while status.changed().await.is_ok() {
        let Some(disks) = disks_seen(&status.borrow_and_update()) else { continue };
        if sent != Some(disks) && requests.send(Request::Disks(disks)).is_ok() {
            sent = Some(disks);
        }
    }
}

fn disks_seen(status: &Status) -> Option<DisksSeen> {
    let known = || status.disks.iter().filter(|disk| disk.known);
    let last_good = known().map(|disk| disk.last_success).max().unwrap_or_default();
    status.disks_seen.then(|| DisksSeen { present: known().any(|disk| disk.present), last_good })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

    fn last_plugged(before: Duration) -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("last-plugged");
        let last_plugged_at = now() - u64::try_from(before.as_micros()).unwrap();
        write(&path, &StoredState { last_plugged_at, reminders: 0 }).unwrap();
        (directory, path)
    }

    /// No disk is attached, and there is no good copy.
    const AWAY: DisksSeen = DisksSeen { present: false, last_good: 0 };

    #[tokio::test]
    async fn no_reminder_is_due_before_the_disks_are_known() {
        let (_directory, path) = last_plugged(WEEK * 2);
        let mut reminder = Reminder::open(path);
        assert_eq!(reminder.due(WEEK), None);
        reminder.update(AWAY).await;
        assert!(reminder.due(WEEK).is_some_and(|at| at <= Instant::now()));
        assert!(disks_seen(&Status::default()).is_none());
    }

    #[tokio::test]
    async fn a_good_copy_counts_if_it_ended_after_the_disk_was_attached() {
        let (_directory, path) = last_plugged(WEEK * 4);
        let mut reminder = Reminder::open(path);
        let yesterday = now() - u64::try_from(DAY.as_micros()).unwrap();
        reminder.update(DisksSeen { last_good: yesterday, ..AWAY }).await;
        assert!(reminder.due(WEEK).unwrap() - Instant::now() > DAY * 5);
        assert!(reminder.remind(WEEK).await.is_none());
    }

    #[tokio::test]
    async fn a_restart_repeats_no_reminder() {
        let (_directory, path) = last_plugged(WEEK + DAY);
        let mut reminder = Reminder::open(path.clone());
        let Some(Occasion::Reminder { days, .. }) = reminder.remind(WEEK).await else { panic!("not due") };
        assert_eq!(days, 8);
        assert!(reminder.remind(WEEK).await.is_none());
        let mut next = Reminder::open(path);
        next.update(AWAY).await;
        assert!(next.remind(WEEK).await.is_none());
        let wait = next.due(WEEK).unwrap() - Instant::now();
        assert!(wait > DAY * 5 && wait <= DAY * 6, "{wait:?}");
    }

    #[tokio::test]
    async fn due_dates_while_the_machine_was_off_give_one_reminder() {
        let (_directory, path) = last_plugged(WEEK * 3 + DAY);
        let mut reminder = Reminder::open(path);
        assert!(reminder.remind(WEEK).await.is_some());
        assert!(reminder.remind(WEEK).await.is_none());
    }

    #[tokio::test]
    async fn an_attached_disk_restarts_the_count() {
        let (_directory, path) = last_plugged(WEEK * 2);
        let mut reminder = Reminder::open(path);
        reminder.update(DisksSeen { present: true, ..AWAY }).await;
        assert_eq!(reminder.due(WEEK), None);
        reminder.update(AWAY).await;
        assert!(reminder.due(WEEK).unwrap() - Instant::now() > DAY * 6);
        assert!(reminder.remind(WEEK).await.is_none());
    }

    #[tokio::test]
    async fn there_is_no_reminder_by_default_or_without_stored_state() {
        let (directory, path) = last_plugged(WEEK * 2);
        assert_eq!(Reminder::open(path).due(Duration::ZERO), None);
        let mut fresh = Reminder::open(directory.path().join("none"));
        assert!(fresh.remind(WEEK).await.is_none());
    }
}
