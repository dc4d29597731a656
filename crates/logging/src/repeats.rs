//! Lines that somebody outside can cause as often as he likes: of each kind so many a minute are told, the others are counted and
//! told as one at its end. Pure; knows neither words nor where lines go.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// More than one evening's jobs of Veeam begin within a minute.
const MOST: u32 = 30;
const WINDOW: Duration = Duration::from_secs(60);

/// By kind.
#[derive(Debug)]
pub struct Repeats(BTreeMap<String, Window>);

#[derive(Debug)]
struct Window {
    ends: Instant,
    told: u32,
    /// Not told.
    more: u64,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    Tell,
    /// The first that is not; how many there were is to be told then.
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

    /// How many were not told; the next one begins anew.
    pub fn sum_up(&mut self, kind: &str) -> u64 {
        self.0.remove(kind).map_or(0, |window| window.more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_each_kind_some_are_told_and_the_others_counted() {
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
    fn a_line_now_and_then_is_always_told() {
        let (mut repeats, begun) = (Repeats::new(), Instant::now());
        for nth in 0..10 * MOST {
            assert_eq!(repeats.weigh("a", begun + 3 * WINDOW / MOST * nth), Verdict::Tell, "{nth}");
        }
    }
}
