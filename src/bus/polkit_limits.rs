//! How many calls may wait for polkit at one time: of each user, and in all. The bus lets a connection wait for 128 answers and no
//! more, so who keeps calls open takes them from others. Counts and says no; asks nobody.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Of one user: more than there are jobs of Veeam that begin at the same moment.
pub const MOST_OPEN: u32 = 100;
/// A person answers one dialogue at a time.
pub const MOST_DIALOGUES: u32 = 4;
/// Of all users.
const MOST_OPEN_IN_ALL: u32 = 400;
const MOST_DIALOGUES_IN_ALL: u32 = 16;
/// Of those that need no dialogue, so many are put to polkit at a time; the others wait for their turn.
const ASKED_AT_ONCE: usize = 4;
/// With the dialogues, and as many withdrawals, less than the bus allows.
const ASKED_AT_ONCE_IN_ALL: usize = 40;

/// Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct PolkitLimits {
    users: Arc<Mutex<HashMap<u32, User>>>,
    asked: Arc<Semaphore>,
}

/// Whose calls wait. Gone with the last of them.
struct User {
    open: u32,
    dialogues: u32,
    asked: Arc<Semaphore>,
}

/// What a call has as long as it waits. Given back with the value.
pub struct PendingCheck {
    polkit_limits: PolkitLimits,
    user: u32,
    is_dialogue: bool,
    /// Of the user's own calls, those that polkit is asked about.
    asked: Arc<Semaphore>,
}

/// A question may be put to polkit.
pub struct Turn {
    _of_user: OwnedSemaphorePermit,
    _of_all: OwnedSemaphorePermit,
}

impl PolkitLimits {
    pub fn new() -> Self {
        Self { users: Arc::default(), asked: Arc::new(Semaphore::new(ASKED_AT_ONCE_IN_ALL)) }
    }

    /// `None`: the user has too many calls open, or all together have.
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
        let asked = Arc::clone(&entered.asked);
        Some(PendingCheck { polkit_limits: self.clone(), user, is_dialogue, asked })
    }

    fn leave(&self, user: u32, is_dialogue: bool) {
        let mut users = self.users();
        let Some(leaving) = users.get_mut(&user) else { return };
        *leaving.count(is_dialogue) -= 1;
        if leaving.open == 0 && leaving.dialogues == 0 {
            users.remove(&user);
        }
    }

    /// A thread that panicked leaves whole counts behind.
    fn users(&self) -> MutexGuard<'_, HashMap<u32, User>> {
        self.users.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl User {
    fn new() -> Self {
        Self { open: 0, dialogues: 0, asked: Arc::new(Semaphore::new(ASKED_AT_ONCE)) }
    }

    fn count(&mut self, is_dialogue: bool) -> &mut u32 {
        if is_dialogue { &mut self.dialogues } else { &mut self.open }
    }
}

impl PendingCheck {
    /// Waits for those that came before; a dialogue, of which there are few, waits for nobody.
    pub async fn turn(&self) -> Option<Turn> {
        if self.is_dialogue {
            return None;
        }
        // Neither is ever closed.
        let of_user = Arc::clone(&self.asked).acquire_owned().await.ok()?;
        let of_all = Arc::clone(&self.polkit_limits.asked).acquire_owned().await.ok()?;
        Some(Turn { _of_user: of_user, _of_all: of_all })
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
    fn one_user_takes_no_place_of_another() {
        let polkit_limits = PolkitLimits::new();
        let places: Vec<PendingCheck> = (0..MOST_OPEN).map(|_| polkit_limits.enter(1000, false).unwrap()).collect();
        assert!(polkit_limits.enter(1000, false).is_none());
        assert!(polkit_limits.enter(1000, true).is_some() && polkit_limits.enter(1001, false).is_some());
        drop(places);
        assert!(polkit_limits.users().is_empty(), "nothing is kept of who has gone");
    }

    #[test]
    fn dialogues_are_few_and_all_users_together_have_their_bound() {
        let polkit_limits = PolkitLimits::new();
        let mut places = Vec::new();
        for user in 0..MOST_DIALOGUES_IN_ALL / MOST_DIALOGUES {
            places.extend((0..MOST_DIALOGUES).map(|_| polkit_limits.enter(user, true).unwrap()));
            assert!(polkit_limits.enter(user, true).is_none());
        }
        assert!(polkit_limits.enter(99, true).is_none() && polkit_limits.enter(99, false).is_some());
    }

    #[test]
    fn who_waits_for_a_turn_gets_it_when_another_of_the_same_user_is_done() {
        let polkit_limits = PolkitLimits::new();
        let places: Vec<PendingCheck> =
            (0..=ASKED_AT_ONCE).map(|_| polkit_limits.enter(1000, false).unwrap()).collect();
        let mut turns: Vec<Turn> =
            places.iter().take(ASKED_AT_ONCE).map(|place| place.turn().now_or_never().flatten().unwrap()).collect();
        assert!(places[ASKED_AT_ONCE].turn().now_or_never().is_none());
        assert!(polkit_limits.enter(1001, false).unwrap().turn().now_or_never().flatten().is_some());
        turns.pop();
        assert!(places[ASKED_AT_ONCE].turn().now_or_never().flatten().is_some());
    }

    #[test]
    fn all_that_is_asked_and_withdrawn_is_less_than_the_bus_allows() {
        const OF_THE_BUS: usize = 128;
        let asked = ASKED_AT_ONCE_IN_ALL + MOST_DIALOGUES_IN_ALL as usize;
        assert!(2 * asked < OF_THE_BUS);
    }
}
