//! Limits mails of one kind per hour, since Veeam's scripts or files in a directory can cause any number of them. Further ones are
//! counted, and one mail reports them at the end of the hour. Results of copies are never held back. Pure.

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
    /// Its beginning.
    since: Micros,
    sent: u64,
    held_back: u64,
    /// The newest one held back.
    last: Option<Occasion>,
}

impl RateLimit {
    /// Whether the occasion gets a mail of its own; otherwise it is counted.
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

    /// When the next report is due.
    pub fn due(&self) -> Option<Instant> {
        self.0.values().filter(|hour| hour.held_back > 0).map(|hour| hour.ends).min()
    }

    /// Reports of the hours that are over at `now`; without `now`, when the daemon stops, of all hours.
    pub fn held_back(&mut self, now: Option<Instant>) -> Vec<Occasion> {
        let is_over = |hour: &Hour| now.is_none_or(|now| hour.ends <= now);
        let (over, open) = std::mem::take(&mut self.0).into_iter().partition(|(_, hour)| is_over(hour));
        self.0 = open;
        let over: BTreeMap<String, Hour> = over;
        over.into_values().filter_map(Hour::report).collect()
    }
}

impl Hour {
    fn report(self) -> Option<Occasion> {
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
    fn mails_beyond_the_limit_are_reported_in_one_mail_after_the_hour() {
        let (mut rate_limit, now) = (RateLimit::default(), Instant::now());
        let admitted = (0..600).filter(|nth| rate_limit.admits(&gave_up(*nth), now)).count();
        assert_eq!(admitted as u64, MOST);
        assert!(rate_limit.admits(&Occasion::ConfigRefused { problems: Vec::new(), at: 0 }, now), "another kind");
        assert_eq!(rate_limit.due(), Some(now + HOUR));
        assert!(rate_limit.held_back(Some(now)).is_empty());
        let reports = rate_limit.held_back(Some(now + HOUR));
        let [Occasion::HeldBack { count: 590, sent: MOST, last, .. }] = &reports[..] else { panic!("{reports:?}") };
        assert_eq!(last.at(), 599);
        assert!(rate_limit.due().is_none() && rate_limit.admits(&gave_up(600), now + HOUR));
    }

    #[test]
    fn held_back_mails_are_reported_when_the_daemon_stops() {
        let (mut rate_limit, now) = (RateLimit::default(), Instant::now());
        let admitted = (0..=MOST).filter(|nth| rate_limit.admits(&gave_up(*nth), now)).count();
        assert_eq!(admitted as u64, MOST);
        assert_eq!(rate_limit.held_back(None).len(), 1);
        assert!(rate_limit.held_back(None).is_empty());
    }

    #[test]
    fn rare_mails_are_never_held_back() {
        let (mut rate_limit, begun) = (RateLimit::default(), Instant::now());
        for nth in 0..100 {
            let at = begun + HOUR / 5 * u32::try_from(nth).unwrap();
            assert!(rate_limit.admits(&gave_up(nth), at), "{nth}");
        }
    }
}
