//! Turns bytes and time into progress: never backwards, with a smoothed rate and an honest estimate. Pure.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use asbackup_api::Progress;

/// The rate is that of the last half minute: steady enough to read, and quick to show a slow disk.
const WINDOW: Duration = Duration::from_secs(30);
/// One point a second fills the window.
const SPACING: Duration = Duration::from_secs(1);
/// A disk that would take longer than a week hardly moves, and gets no estimate.
const LONGEST: u64 = 7 * 24 * 60 * 60;
/// No rate before this much time has passed.
const WARM_UP: Duration = Duration::from_secs(2);

/// Follows one copy.
#[derive(Debug)]
pub struct Meter {
    total: u64,
    done: u64,
    file: String,
    points: VecDeque<(Instant, u64)>,
    last_growth: Instant,
}

impl Meter {
    /// `total`: bytes in the plan.
    pub fn new(total: u64, now: Instant) -> Self {
        Self { total, done: 0, file: String::new(), points: VecDeque::from([(now, 0)]), last_growth: now }
    }

    /// rsync's count may go back when it copies a file again; this one does not.
    pub fn bytes(&mut self, done: u64, now: Instant) {
        if done <= self.done {
            return;
        }
        self.done = done;
        self.last_growth = now;
        self.total = self.total.max(done);
    }

    pub fn file(&mut self, name: &str, now: Instant) {
        name.clone_into(&mut self.file);
        self.last_growth = now;
    }

    /// How long nothing has been copied.
    pub fn idle(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.last_growth)
    }

    /// The progress now.
    pub fn read(&mut self, now: Instant) -> Progress {
        self.remember(now);
        let rate = self.rate(now);
        let left = self.total.saturating_sub(self.done);
        let seconds_left = if rate == 0 { 0 } else { left.div_ceil(rate) };
        let seconds_left = if seconds_left > LONGEST { 0 } else { seconds_left };
        Progress { bytes_done: self.done, bytes_total: self.total, rate, seconds_left, file: self.file.clone() }
    }

    fn remember(&mut self, now: Instant) {
        let due = self.points.back().is_none_or(|(at, _)| now.saturating_duration_since(*at) >= SPACING);
        if due {
            self.points.push_back((now, self.done));
        }
        while self.points.len() > 1 && now.saturating_duration_since(self.points[0].0) > WINDOW {
            self.points.pop_front();
        }
    }

    fn rate(&self, now: Instant) -> u64 {
        let Some((since, bytes)) = self.points.front() else { return 0 };
        let time = now.saturating_duration_since(*since);
        if time < WARM_UP {
            return 0;
        }
        ((self.done - bytes) as f64 / time.as_secs_f64()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn after(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    #[test]
    fn a_steady_copy_has_a_rate_and_an_end() {
        let start = Instant::now();
        let mut meter = Meter::new(1000, start);
        for second in 1..=5 {
            meter.bytes(second * 100, after(start, second));
            meter.read(after(start, second));
        }
        let progress = meter.read(after(start, 5));
        assert_eq!((progress.bytes_done, progress.rate, progress.seconds_left), (500, 100, 5));
    }

    #[test]
    fn there_is_no_estimate_in_the_first_moment() {
        let start = Instant::now();
        let mut meter = Meter::new(1000, start);
        meter.bytes(900, after(start, 1));
        let progress = meter.read(after(start, 1));
        assert_eq!((progress.rate, progress.seconds_left), (0, 0));
    }

    #[test]
    fn a_disk_that_hardly_moves_gets_no_estimate() {
        let start = Instant::now();
        let mut meter = Meter::new(3_000_000_000, start);
        meter.bytes(37, after(start, 1));
        assert_eq!(meter.read(after(start, 3)).seconds_left, 0);
    }

    #[test]
    fn a_stall_shows_in_the_rate_and_in_the_idle_time() {
        let start = Instant::now();
        let mut meter = Meter::new(1000, start);
        meter.bytes(500, after(start, 1));
        for second in 2..=60 {
            meter.read(after(start, second));
        }
        assert_eq!(meter.read(after(start, 60)).rate, 0);
        assert_eq!(meter.idle(after(start, 61)), Duration::from_secs(60));
    }

    proptest! {
        #[test]
        fn progress_never_goes_backwards_nor_beyond_the_end(counts: Vec<(u32, u8)>, total: u32) {
            let mut now = Instant::now();
            let mut meter = Meter::new(total.into(), now);
            let mut last = 0;
            for (bytes, pause) in counts {
                now += Duration::from_millis(u64::from(pause) * 50);
                meter.bytes(bytes.into(), now);
                let progress = meter.read(now);
                prop_assert!(progress.bytes_done >= last);
                prop_assert!((0.0..=1.0).contains(&progress.ratio(true)));
                last = progress.bytes_done;
            }
        }
    }
}
