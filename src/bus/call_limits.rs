//! How many calls of one user are let in at a time, before anything is started for them. The bus lets each connection wait for 128
//! answers, a user have hundreds of connections, and counts no call that wants no answer. Counts and says no; reads no message.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Calls of one user that have not been answered: more than polkit is asked about at a time, and more than jobs of Veeam begin at once.
pub const MOST_OPEN: u32 = 128;
/// Of all users but root: who has numbers of users to himself (`/etc/subuid`) is one caller all the same.
const MOST_OPEN_IN_ALL: usize = 2048;
/// What wants no answer is never done with, so its pace is bounded instead: so many at once, and then one after each pause.
const UNANSWERED_AT_ONCE: u32 = 20;
const PAUSE: Duration = Duration::from_millis(200);
/// Between two words about one user.
const SILENCE: Duration = Duration::from_secs(10);
/// Users of whom nothing is open and nothing is counted are forgotten when there are so many.
const MOST_USERS: usize = 256;
const ROOT: u32 = 0;

/// One method call that has arrived.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    pub user: u32,
    /// The caller's unique name.
    pub name: &'a str,
    pub serial: u32,
    pub wants_answer: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    In,
    /// The caller is to be told so.
    Refused,
    /// Nobody waits for an answer; somebody should know of it, if `tell`.
    Dropped {
        tell: bool,
    },
}

#[derive(Debug, Default)]
pub struct CallLimits {
    users: HashMap<u32, User>,
    /// Whose call it is, by the caller's name and the call's number.
    open: HashMap<(String, u32), u32>,
}

#[derive(Debug, Default)]
struct User {
    open: u32,
    /// The pace of calls that want no answer is used up until then.
    spent_until: Option<Instant>,
    told_at: Option<Instant>,
}

/// A thread that panicked leaves whole counts behind.
pub fn lock(call_limits: &Mutex<CallLimits>) -> MutexGuard<'_, CallLimits> {
    call_limits.lock().unwrap_or_else(PoisonError::into_inner)
}

impl CallLimits {
    /// Root comes in always, and is not counted.
    pub fn enter(&mut self, visit: &Arrival<'_>, now: Instant) -> Admission {
        if visit.user == ROOT {
            return Admission::In;
        }
        self.forget_idle(now);
        let has_room = self.open.len() < MOST_OPEN_IN_ALL;
        let user = self.users.entry(visit.user).or_default();
        if !visit.wants_answer {
            return user.pace(now);
        }
        if user.open >= MOST_OPEN || !has_room {
            return Admission::Refused;
        }
        let known = self.open.insert((visit.name.to_owned(), visit.serial), visit.user);
        user.open += u32::from(known.is_none());
        Admission::In
    }

    /// The call `serial` of `name` has been answered.
    pub fn leave(&mut self, name: &str, serial: u32) {
        let Some(user) = self.open.remove(&(name.to_owned(), serial)) else { return };
        if let Some(user) = self.users.get_mut(&user) {
            user.open -= 1;
        }
    }

    fn forget_idle(&mut self, now: Instant) {
        if self.users.len() >= MOST_USERS {
            self.users.retain(|_, user| user.open > 0 || user.spent_until.is_some_and(|until| until > now));
        }
    }
}

impl User {
    fn pace(&mut self, now: Instant) -> Admission {
        let spent = self.spent_until.map_or(now, |until| until.max(now));
        if spent - now < PAUSE * UNANSWERED_AT_ONCE {
            self.spent_until = Some(spent + PAUSE);
            return Admission::In;
        }
        let tell = self.told_at.is_none_or(|told| now - told >= SILENCE);
        if tell {
            self.told_at = Some(now);
        }
        Admission::Dropped { tell }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visit(user: u32, serial: u32) -> Arrival<'static> {
        Arrival { user, name: ":1.7", serial, wants_answer: true }
    }

    #[test]
    fn one_users_open_calls_take_no_room_of_another_or_of_root() {
        let (mut call_limits, now) = (CallLimits::default(), Instant::now());
        for serial in 0..MOST_OPEN {
            assert_eq!(call_limits.enter(&visit(1000, serial), now), Admission::In);
        }
        assert_eq!(call_limits.enter(&visit(1000, MOST_OPEN), now), Admission::Refused);
        assert_eq!(call_limits.enter(&Arrival { name: ":1.8", ..visit(1001, 1) }, now), Admission::In);
        assert_eq!(call_limits.enter(&visit(ROOT, 1), now), Admission::In);
        call_limits.leave(":1.7", 3);
        call_limits.leave(":1.7", 3);
        assert_eq!(call_limits.enter(&visit(1000, MOST_OPEN), now), Admission::In);
        assert_eq!(
            call_limits.enter(&visit(1000, MOST_OPEN + 1), now),
            Admission::Refused,
            "one answer makes one place"
        );
    }

    #[test]
    fn a_thousand_users_of_one_person_have_their_bound() {
        let (mut call_limits, now) = (CallLimits::default(), Instant::now());
        let calls = (1..=3000).map(|user| call_limits.enter(&visit(user, user), now));
        assert_eq!(calls.filter(|verdict| *verdict == Admission::In).count(), MOST_OPEN_IN_ALL);
    }

    #[test]
    fn what_wants_no_answer_comes_in_at_a_pace_and_is_told_of_seldom() {
        let (mut call_limits, now) = (CallLimits::default(), Instant::now());
        let call = Arrival { wants_answer: false, ..visit(1000, 1) };
        let mut verdicts = |count: u32, now| (0..count).map(|_| call_limits.enter(&call, now)).collect::<Vec<_>>();
        let at_once = verdicts(UNANSWERED_AT_ONCE + 2, now);
        let (last, before) = at_once.split_last().unwrap();
        assert_eq!(*last, Admission::Dropped { tell: false });
        assert_eq!(before.iter().filter(|verdict| **verdict == Admission::In).count() as u32, UNANSWERED_AT_ONCE);
        assert_eq!(before.last(), Some(&Admission::Dropped { tell: true }));
        assert_eq!(verdicts(2, now + PAUSE), [Admission::In, Admission::Dropped { tell: false }]);
        assert_eq!(call_limits.enter(&visit(1000, 1), now), Admission::In, "who wants an answer gets it meanwhile");
    }

    #[test]
    fn nothing_is_kept_of_who_has_gone() {
        let (mut call_limits, now) = (CallLimits::default(), Instant::now());
        for user in 1..=1000 {
            call_limits.enter(&visit(user, user), now);
            call_limits.leave(":1.7", user);
        }
        assert!(call_limits.open.is_empty() && call_limits.users.len() <= MOST_USERS);
    }
}
