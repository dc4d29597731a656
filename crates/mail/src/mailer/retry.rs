//! Exponential backoff: pauses between attempts double up to an hour, with jitter, so that machines don't return to a server all at
//! once.

use std::time::Duration;

const LONGEST: Duration = Duration::from_secs(60 * 60);
/// A pause lasts up to a quarter longer.
const JITTER: f64 = 0.25;

#[derive(Debug, Default)]
pub struct RetrySchedule {
    failures: u32,
}

impl RetrySchedule {
    pub fn next(&mut self, first: Duration) -> Duration {
        let doubled = first.saturating_mul(2_u32.saturating_pow(self.failures));
        self.failures = self.failures.saturating_add(1);
        doubled.min(LONGEST.max(first)).mul_f64(1.0 + JITTER * fastrand::f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour_and_are_never_shortened() {
        let mut retries = RetrySchedule::default();
        for minutes in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
            let pause = retries.next(Duration::from_secs(60));
            let expected = Duration::from_secs(60 * minutes);
            assert!((expected..=expected.mul_f64(1.25)).contains(&pause), "{minutes} min: {pause:?}");
        }
    }

    #[test]
    fn any_number_of_failures_gives_a_pause() {
        let mut retries = RetrySchedule { failures: u32::MAX };
        assert!(retries.next(Duration::from_secs(3600)) <= LONGEST.mul_f64(1.25));
    }
}
