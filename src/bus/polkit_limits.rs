//! Limits how many calls wait for polkit at a time, for each user and in all. The bus lets a connection wait for 128
//! answers, so a user with many open calls would take them from others. Only counts.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Of one user: more than the jobs that Veeam starts at once.
pub const MOST_OPEN: u32 = 100;
/// A person answers one dialogue at a time.
pub const MOST_DIALOGUES: u32 = 4;
/// Of all users.
const MOST_OPEN_IN_ALL: u32 = 400;
const MOST_DIALOGUES_IN_ALL: u32 = 16;
/// Of one user's checks without a dialogue, so many are sent to polkit at a time; the others wait.
const ASKED_AT_ONCE: usize = 4;
/// Together with the dialogues, and a cancellation for each, fewer than the bus allows.
const ASKED_AT_ONCE_IN_ALL: usize = 40;

/// Cheap to clone; all clones share the counts.
#[derive(Clone)]
pub struct PolkitLimits {
    users: Arc<Mutex<HashMap<u32, User>>>,
    slots: Arc<Semaphore>,
}

/// A user with pending checks; removed with the last of them.
struct User {
    open: u32,
    dialogues: u32,
    slots: Arc<Semaphore>,
}

/// A call that waits for polkit. Counts until it is dropped.
pub struct PendingCheck {
    polkit_limits: PolkitLimits,
    user: u32,
    is_dialogue: bool,
    /// For the user's own checks.
    slots: Arc<Semaphore>,
}

/// Allows one check to be sent to polkit.
pub struct CheckSlot {
    _of_user: OwnedSemaphorePermit,
    _of_all: OwnedSemaphorePermit,
}

impl PolkitLimits {
    pub fn new() -> Self {
        Self { users: Arc::default(), slots: Arc::new(Semaphore::new(ASKED_AT_ONCE_IN_ALL)) }
    }

    /// `None` if too many calls are open, of this user or in all.
    pub fn enter(&self, user: u32, is_dialogue: bool) -> Option<PendingCheck> {
        let mut users = self.users();
        let count = |of: fn(&User) -> u32| users.values().map(of).sum::<u32>();
        let (in_all, most, most_in_all) = match is_dialogue {
            true => (count(|user| user.dialogues), MOST_DIALOGUES, MOST_DIALOGUES_IN_ALL),
            false => (count(|user| user.open), MOST_OPEN, MOST_OPEN_IN_ALL),
        };
        let own = users.get(&user).map_or(0, |user| if is_dialogue { user.dialogues } else { user.open });
        if own >= most || in_all >= most_in_all {
            return None;
        }
        let entered = users.entry(user).or_insert_with(User::new);
        *entered.count(is_dialogue) += 1;
        let slots = Arc::clone(&entered.slots);
        Some(PendingCheck { polkit_limits: self.clone(), user, is_dialogue, slots })
    }

    fn leave(&self, user: u32, is_dialogue: bool) {
        let mut users = self.users();
        let Some(leaving) = users.get_mut(&user) else { return };
        *leaving.count(is_dialogue) -= 1;
        if leaving.open == 0 && leaving.dialogues == 0 {
            users.remove(&user);
        }
    }

    /// A thread that panicked leaves consistent counts behind.
    fn users(&self) -> MutexGuard<'_, HashMap<u32, User>> {
        self.users.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl User {
    fn new() -> Self {
        Self { open: 0, dialogues: 0, slots: Arc::new(Semaphore::new(ASKED_AT_ONCE)) }
    }

    fn count(&mut self, is_dialogue: bool) -> &mut u32 {
        if is_dialogue { &mut self.dialogues } else { &mut self.open }
    }
}

impl PendingCheck {
    /// Waits for earlier checks. Dialogues are few and never wait.
    pub async fn slot(&self) -> Option<CheckSlot> {
        if self.is_dialogue {
            return None;
        }
        // The semaphores are never closed.
        let of_user = Arc::clone(&self.slots).acquire_owned().await.ok()?;
        let of_all = Arc::clone(&self.polkit_limits.slots).acquire_owned().await.ok()?;
        Some(CheckSlot { _of_user: of_user, _of_all: of_all })
    }
}

impl Drop for PendingCheck {
    fn drop(&mut self) {
        self.polkit_limits.leave(self.user, self.is_dialogue);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn a_user_can_not_use_up_the_limit_of_another() {
        let polkit_limits = PolkitLimits::new();
        let pending: Vec<PendingCheck> = (0..MOST_OPEN).map(|_| polkit_limits.enter(1000, false).unwrap()).collect();
        assert!(polkit_limits.enter(1000, false).is_none());
        assert!(polkit_limits.enter(1000, true).is_some() && polkit_limits.enter(1001, false).is_some());
        drop(pending);
        assert!(polkit_limits.users().is_empty(), "users without calls are forgotten");
    }

    #[test]
    fn dialogues_are_limited_for_each_user_and_in_all() {
        let polkit_limits = PolkitLimits::new();
        let mut pending = Vec::new();
        for user in 0..MOST_DIALOGUES_IN_ALL / MOST_DIALOGUES {
            pending.extend((0..MOST_DIALOGUES).map(|_| polkit_limits.enter(user, true).unwrap()));
            assert!(polkit_limits.enter(user, true).is_none());
        }
        assert!(polkit_limits.enter(99, true).is_none() && polkit_limits.enter(99, false).is_some());
    }

    #[test]
    fn a_waiting_check_gets_the_slot_that_the_same_user_frees() {
        let polkit_limits = PolkitLimits::new();
        let pending: Vec<PendingCheck> =
            (0..=ASKED_AT_ONCE).map(|_| polkit_limits.enter(1000, false).unwrap()).collect();
        let mut slots: Vec<CheckSlot> =
            pending.iter().take(ASKED_AT_ONCE).map(|check| check.slot().now_or_never().flatten().unwrap()).collect();
        assert!(pending[ASKED_AT_ONCE].slot().now_or_never().is_none());
        assert!(polkit_limits.enter(1001, false).unwrap().slot().now_or_never().flatten().is_some());
        slots.pop();
        assert!(pending[ASKED_AT_ONCE].slot().now_or_never().flatten().is_some());
    }

    #[test]
    fn checks_and_cancellations_stay_below_the_limit_of_the_bus() {
        const OF_THE_BUS: usize = 128;
        let checks = ASKED_AT_ONCE_IN_ALL + MOST_DIALOGUES_IN_ALL as usize;
        assert!(2 * checks < OF_THE_BUS);
    }
}
