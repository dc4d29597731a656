//! How many mails of one kind go out within an hour: what Veeam's scripts or a file in a directory cause can happen any number of
//! times. The others are counted, and told by one mail when the hour is over. Pure. Results of copies are never held back.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::occasion::Occasion;
use asbackup_api::Micros;

const MOST: u64 = 10;
const HOUR: Duration = Duration::from_secs(60 * 60);

/// By kind.
#[derive(Debug, Default)]
pub struct RateLimit(BTreeMap<String, Hour>);

#[derive(Debug)]
struct Hour {
    ends: Instant,
    /// When it began.
    since: Micros,
    sent: u64,
    held_back: u64,
    /// The newest of those.
    last: Option<Occasion>,
}

impl RateLimit {
    /// Whether the occasion gets its mail; if not, it is counted.
    pub fn admits(&mut self, occasion: &Occasion, now: Instant) -> bool {
        let Some(kind) = occasion.kind() else { return true };
        let new = || Hour { ends: now + HOUR, since: occasion.at(), sent: 0, held_back: 0, last: None };
        let hour = self.0.entry(kind).or_insert_with(new);
        if hour.ends <= now && hour.held_back == 0 {
            *hour = new();
        }
        if hour.sent < MOST {
            hour.sent += 1;
            return true;
        }
        hour.held_back += 1;
        hour.last = Some(occasion.clone());
        false
    }

    /// When the next of those who have been held back are to be told.
    pub fn due(&self) -> Option<Instant> {
        self.0.values().filter(|hour| hour.held_back > 0).map(|hour| hour.ends).min()
    }

    /// The mails for hours that are over by `now`, at the daemon's end for all of them.
    pub fn sum_up(&mut self, now: Option<Instant>) -> Vec<Occasion> {
        let is_over = |hour: &Hour| now.is_none_or(|now| hour.ends <= now);
        let (over, open) = std::mem::take(&mut self.0).into_iter().partition(|(_, hour)| is_over(hour));
        self.0 = open;
        let over: BTreeMap<String, Hour> = over;
        over.into_values().filter_map(Hour::told).collect()
    }
}

impl Hour {
    fn told(self) -> Option<Occasion> {
        let last = Box::new(self.last?);
        Some(Occasion::HeldBack { count: self.held_back, sent: self.sent, since: self.since, last })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::occasion::LockEvent;
    use asbackup_api::Warning;

    fn gave_up(nth: u64) -> Occasion {
        let job = format!("job {nth}");
        let warning = Warning::VeeamGaveUp { job: job.clone(), minutes: 0 };
        Occasion::Lock { event: LockEvent::Warned { job, warning }, at: nth }
    }

    #[test]
    fn some_of_a_kind_are_sent_and_the_others_told_as_one_after_the_hour() {
        let (mut rate_limit, now) = (RateLimit::default(), Instant::now());
        let admitted = (0..600).filter(|nth| rate_limit.admits(&gave_up(*nth), now)).count();
        assert_eq!(admitted as u64, MOST);
        assert!(rate_limit.admits(&Occasion::ConfigRefused { problems: Vec::new(), at: 0 }, now), "another kind");
        assert_eq!(rate_limit.due(), Some(now + HOUR));
        assert!(rate_limit.sum_up(Some(now)).is_empty());
        let told = rate_limit.sum_up(Some(now + HOUR));
        let [Occasion::HeldBack { count: 590, sent: MOST, last, .. }] = &told[..] else { panic!("{told:?}") };
        assert_eq!(last.at(), 599);
        assert!(rate_limit.due().is_none() && rate_limit.admits(&gave_up(600), now + HOUR));
    }

    #[test]
    fn the_end_of_the_daemon_does_not_wait_for_the_hour() {
        let (mut rate_limit, now) = (RateLimit::default(), Instant::now());
        let admitted = (0..=MOST).filter(|nth| rate_limit.admits(&gave_up(*nth), now)).count();
        assert_eq!(admitted as u64, MOST);
        assert_eq!(rate_limit.sum_up(None).len(), 1);
        assert!(rate_limit.sum_up(None).is_empty());
    }

    #[test]
    fn what_comes_now_and_then_is_always_sent() {
        let (mut rate_limit, begun) = (RateLimit::default(), Instant::now());
        for nth in 0..100 {
            let at = begun + HOUR / 5 * u32::try_from(nth).unwrap();
            assert!(rate_limit.admits(&gave_up(nth), at), "{nth}");
        }
    }
}
