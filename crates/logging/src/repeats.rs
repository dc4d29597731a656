//! Limits lines that outsiders can cause as often as they like: some of each kind are logged per minute, the others are counted and
//! summed up in one line at its end. Pure; knows neither words nor where lines go.

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
    told: u32,
    /// Counted and not logged.
    more: u64,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    Tell,
    /// The first line over the limit; the count is due at this time.
    SumUpAt(Instant),
    Count,
}

impl Repeats {
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    pub fn weigh(&mut self, kind: &str, now: Instant) -> Verdict {
        let new = || Window { ends: now + WINDOW, told: 0, more: 0 };
        let window = self.0.entry(kind.to_owned()).or_insert_with(new);
        if window.ends <= now && window.more == 0 {
            *window = new();
        }
        if window.told < MOST {
            window.told += 1;
            return Verdict::Tell;
        }
        window.more += 1;
        if window.more == 1 { Verdict::SumUpAt(window.ends) } else { Verdict::Count }
    }

    /// How many lines were not logged; the next one starts a new window.
    pub fn sum_up(&mut self, kind: &str) -> u64 {
        self.0.remove(kind).map_or(0, |window| window.more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_one_kind_beyond_the_limit_are_counted() {
        let (mut repeats, now) = (Repeats::new(), Instant::now());
        for _ in 0..MOST {
            assert_eq!(repeats.weigh("a", now), Verdict::Tell);
        }
        assert_eq!(repeats.weigh("a", now), Verdict::SumUpAt(now + WINDOW));
        assert_eq!(repeats.weigh("a", now), Verdict::Count);
        assert_eq!(repeats.weigh("b", now), Verdict::Tell);
        assert_eq!(repeats.weigh("a", now + WINDOW), Verdict::Count, "counted until it is told");
        assert_eq!(repeats.sum_up("a"), 3);
        assert_eq!(repeats.weigh("a", now + WINDOW), Verdict::Tell);
    }

    #[test]
    fn an_occasional_line_is_always_logged() {
        let (mut repeats, begun) = (Repeats::new(), Instant::now());
        for nth in 0..10 * MOST {
            assert_eq!(repeats.weigh("a", begun + 3 * WINDOW / MOST * nth), Verdict::Tell, "{nth}");
        }
    }
}
