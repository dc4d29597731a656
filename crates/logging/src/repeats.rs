//! Limits lines that outsiders can cause as often as they like: some of each kind are logged per minute, the others are counted and
//! reported in one line when it ends. Pure; knows neither texts nor where lines go.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// More than the Veeam jobs that begin within one minute of an evening.
const MOST: u32 = 30;
const WINDOW: Duration = Duration::from_secs(60);

/// By kind.
#[derive(Debug)]
pub struct Repeats(BTreeMap<String, Window>);

#[derive(Debug)]
struct Window {
    ends: Instant,
    logged: u32,
    suppressed: u64,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Decision {
    Log,
    /// The first line over the limit; the count is due at this time.
    SummarizeAt(Instant),
    Count,
}

impl Repeats {
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    pub fn decide(&mut self, kind: &str, now: Instant) -> Decision {
        let new = || Window { ends: now + WINDOW, logged: 0, suppressed: 0 };
        let window = self.0.entry(kind.to_owned()).or_insert_with(new);
        if window.ends <= now && window.suppressed == 0 {
            *window = new();
        }
        if window.logged < MOST {
            window.logged += 1;
            return Decision::Log;
        }
        window.suppressed += 1;
        if window.suppressed == 1 { Decision::SummarizeAt(window.ends) } else { Decision::Count }
    }

    /// How many lines were not logged; the next one starts a new window.
    pub fn summarize(&mut self, kind: &str) -> u64 {
        self.0.remove(kind).map_or(0, |window| window.suppressed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_one_kind_beyond_the_limit_are_counted() {
        let (mut repeats, now) = (Repeats::new(), Instant::now());
        for _ in 0..MOST {
            assert_eq!(repeats.decide("a", now), Decision::Log);
        }
        assert_eq!(repeats.decide("a", now), Decision::SummarizeAt(now + WINDOW));
        assert_eq!(repeats.decide("a", now), Decision::Count);
        assert_eq!(repeats.decide("b", now), Decision::Log);
        assert_eq!(repeats.decide("a", now + WINDOW), Decision::Count, "counted until it is reported");
        assert_eq!(repeats.summarize("a"), 3);
        assert_eq!(repeats.decide("a", now + WINDOW), Decision::Log);
    }

    #[test]
    fn an_occasional_line_is_always_logged() {
        let (mut repeats, begun) = (Repeats::new(), Instant::now());
        for nth in 0..10 * MOST {
            assert_eq!(repeats.decide("a", begun + 3 * WINDOW / MOST * nth), Decision::Log, "{nth}");
        }
    }
}
