//! Limits how many calls of one user are admitted at a time, before any work is done for them. The bus lets each
//! connection wait for 128 answers and each user have hundreds of connections, and does not count calls that want no
//! answer. Reads no message.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Unanswered calls of one user. More than wait for polkit at a time, and more than the jobs that Veeam starts at once.
pub const MOST_OPEN: u32 = 128;
/// Of all users but root: somebody with a range of user ids (`/etc/subuid`) counts as many users.
const MOST_OPEN_IN_ALL: usize = 2048;
/// Calls that want no answer never count as finished, so their rate is limited instead: so many at once, then one per
/// pause.
const UNANSWERED_AT_ONCE: u32 = 20;
const PAUSE: Duration = Duration::from_millis(200);
/// Between two log lines about one user.
const LOG_PAUSE: Duration = Duration::from_secs(10);
/// With so many users, those without open or counted calls are forgotten.
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
pub enum CallDecision {
    Admitted,
    /// The caller gets an error.
    Refused,
    /// Nobody waits for an answer.
    Dropped {
        log: bool,
    },
}

#[derive(Debug, Default)]
pub struct CallLimits {
    users: HashMap<u32, User>,
    /// The user of each open call, by the caller's name and the call's serial number.
    open: HashMap<(String, u32), u32>,
}

#[derive(Debug, Default)]
struct User {
    open: u32,
    /// Calls that want no answer have used up their rate until then.
    spent_until: Option<Instant>,
    logged_at: Option<Instant>,
}

/// A thread that panicked leaves consistent counts behind.
pub fn lock(call_limits: &Mutex<CallLimits>) -> MutexGuard<'_, CallLimits> {
    call_limits.lock().unwrap_or_else(PoisonError::into_inner)
}

impl CallLimits {
    /// Root is always admitted, and not counted.
    pub fn enter(&mut self, call: &Arrival<'_>, now: Instant) -> CallDecision {
        if call.user == ROOT {
            return CallDecision::Admitted;
        }
        self.forget_idle(now);
        let has_room = self.open.len() < MOST_OPEN_IN_ALL;
        let user = self.users.entry(call.user).or_default();
        if !call.wants_answer {
            return user.limit_rate(now);
        }
        if user.open >= MOST_OPEN || !has_room {
            return CallDecision::Refused;
        }
        let known = self.open.insert((call.name.to_owned(), call.serial), call.user);
        user.open += u32::from(known.is_none());
        CallDecision::Admitted
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
    fn limit_rate(&mut self, now: Instant) -> CallDecision {
        let spent = self.spent_until.map_or(now, |until| until.max(now));
        if spent - now < PAUSE * UNANSWERED_AT_ONCE {
            self.spent_until = Some(spent + PAUSE);
            return CallDecision::Admitted;
        }
        let log = self.logged_at.is_none_or(|logged| now - logged >= LOG_PAUSE);
        if log {
            self.logged_at = Some(now);
        }
        CallDecision::Dropped { log }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(user: u32, serial: u32) -> Arrival<'static> {
        Arrival { user, name: ":1.7", serial, wants_answer: true }
    }

    #[test]
    fn one_users_open_calls_hold_up_neither_others_nor_root() {
        let (mut call_limits, now) = (CallLimits::default(), Instant::now());
        for serial in 0..MOST_OPEN {
            assert_eq!(call_limits.enter(&call(1000, serial), now), CallDecision::Admitted);
        }
        assert_eq!(call_limits.enter(&call(1000, MOST_OPEN), now), CallDecision::Refused);
        assert_eq!(call_limits.enter(&Arrival { name: ":1.8", ..call(1001, 1) }, now), CallDecision::Admitted);
        assert_eq!(call_limits.enter(&call(ROOT, 1), now), CallDecision::Admitted);
        call_limits.leave(":1.7", 3);
        call_limits.leave(":1.7", 3);
        assert_eq!(call_limits.enter(&call(1000, MOST_OPEN), now), CallDecision::Admitted);
        assert_eq!(
            call_limits.enter(&call(1000, MOST_OPEN + 1), now),
            CallDecision::Refused,
            "one answer makes room for one call"
        );
    }

    #[test]
    fn many_users_are_limited_together() {
        let (mut call_limits, now) = (CallLimits::default(), Instant::now());
        let calls = (1..=3000).map(|user| call_limits.enter(&call(user, user), now));
        assert_eq!(calls.filter(|verdict| *verdict == CallDecision::Admitted).count(), MOST_OPEN_IN_ALL);
    }

    #[test]
    fn calls_that_want_no_answer_are_limited_and_rarely_logged() {
        let (mut call_limits, now) = (CallLimits::default(), Instant::now());
        let unanswered = Arrival { wants_answer: false, ..call(1000, 1) };
        let mut verdicts =
            |count: u32, now| (0..count).map(|_| call_limits.enter(&unanswered, now)).collect::<Vec<_>>();
        let at_once = verdicts(UNANSWERED_AT_ONCE + 2, now);
        let (last, before) = at_once.split_last().unwrap();
        assert_eq!(*last, CallDecision::Dropped { log: false });
        assert_eq!(
            before.iter().filter(|verdict| **verdict == CallDecision::Admitted).count() as u32,
            UNANSWERED_AT_ONCE
        );
        assert_eq!(before.last(), Some(&CallDecision::Dropped { log: true }));
        assert_eq!(verdicts(2, now + PAUSE), [CallDecision::Admitted, CallDecision::Dropped { log: false }]);
        assert_eq!(
            call_limits.enter(&call(1000, 1), now),
            CallDecision::Admitted,
            "calls that want an answer are not affected"
        );
    }

    #[test]
    fn users_without_open_calls_are_forgotten() {
        let (mut call_limits, now) = (CallLimits::default(), Instant::now());
        for user in 1..=1000 {
            call_limits.enter(&call(user, user), now);
            call_limits.leave(":1.7", user);
        }
        assert!(call_limits.open.is_empty() && call_limits.users.len() <= MOST_USERS);
    }
}
