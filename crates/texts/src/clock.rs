//! Moments as people read them: local time, in the notation of the language.

use jiff::Timestamp;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

use crate::Texts;
use asbackup_api::Micros;

/// The present and the place, handed in so that what is written can be tested.
pub struct Clock {
    /// The moment that times are compared with.
    pub now: Timestamp,
    /// The time zone that times are shown in.
    pub zone: TimeZone,
}

impl Clock {
    /// The system's own.
    pub fn system() -> Self {
        Self { now: Timestamp::now(), zone: TimeZone::system() }
    }

    /// Day and time.
    pub fn moment(&self, micros: Micros, texts: &Texts) -> String {
        self.show(stamp(micros), &texts.text("moment", &[]))
    }

    /// A moment in the notation of strftime.
    pub fn at(&self, micros: Micros, format: &str) -> String {
        self.show(stamp(micros), format)
    }

    /// The time `seconds` from now, with the day when it is another.
    pub fn in_seconds(&self, seconds: u64, texts: &Texts) -> String {
        let span = jiff::SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
        let then = self.now.saturating_add(span).unwrap_or(Timestamp::MAX);
        let day = |at: Timestamp| at.to_zoned(self.zone.clone()).date();
        let id = if day(then) == day(self.now) { "clock" } else { "moment" };
        self.show(then, &texts.text(id, &[]))
    }

    /// `format` in the notation of strftime; one that can't be followed is answered in ISO 8601.
    pub fn show(&self, at: Timestamp, format: &str) -> String {
        let zoned = at.to_zoned(self.zone.clone());
        strtime::format(format, &zoned).unwrap_or_else(|_| at.to_string())
    }
}

fn stamp(micros: Micros) -> Timestamp {
    let micros = i64::try_from(micros).unwrap_or(i64::MAX);
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;

    fn noon() -> Clock {
        Clock { now: "2026-11-23T12:00:00Z".parse().unwrap(), zone: TimeZone::UTC }
    }

    #[test]
    fn a_moment_is_written_as_the_language_does() {
        let micros = 1_795_442_700_000_000;
        let said = Language::ALL.map(|language| noon().moment(micros, &Texts::new(language)));
        assert_eq!(said, ["23.11.2026 um 14:05 Uhr", "2026-11-23 at 14:05"]);
    }

    #[test]
    fn the_day_is_told_only_when_it_is_another() {
        let texts = Texts::new(Language::English);
        assert_eq!(noon().in_seconds(3600, &texts), "13:00");
        assert_eq!(noon().in_seconds(13 * 3600, &texts), "2026-11-24 at 01:00");
    }

    #[test]
    fn no_number_is_too_large() {
        let texts = Texts::new(Language::English);
        assert!(!noon().moment(u64::MAX, &texts).is_empty());
        assert!(!noon().in_seconds(u64::MAX, &texts).is_empty());
    }
}
