//! Dates and times as people read them: local, in the notation of the language.

use jiff::Timestamp;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

use crate::Texts;
use asbackup_api::Micros;

/// The current time and the time zone, passed in so that tests can choose them.
pub struct Clock {
    /// The current time.
    pub now: Timestamp,
    /// The time zone that times are shown in.
    pub zone: TimeZone,
}

impl Clock {
    /// The system's clock and time zone.
    pub fn system() -> Self {
        Self { now: Timestamp::now(), zone: TimeZone::system() }
    }

    /// Date and time.
    pub fn moment(&self, micros: Micros, texts: &Texts) -> String {
        self.show(stamp(micros), &texts.text("moment", &[]))
    }

    /// A time in a format of strftime.
    pub fn at(&self, micros: Micros, format: &str) -> String {
        self.show(stamp(micros), format)
    }

    /// The time `seconds` from now, with the date if that is not today.
    pub fn in_seconds(&self, seconds: u64, texts: &Texts) -> String {
        let span = jiff::SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
        let then = self.now.saturating_add(span).unwrap_or(Timestamp::MAX);
        let day = |at: Timestamp| at.to_zoned(self.zone.clone()).date();
        let id = if day(then) == day(self.now) { "clock" } else { "moment" };
        self.show(then, &texts.text(id, &[]))
    }

    /// A time in a format of strftime; in ISO 8601 if the format is not valid.
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
    fn date_and_time_follow_the_language() {
        let micros = 1_795_442_700_000_000;
        let texts = Language::ALL.map(|language| noon().moment(micros, &Texts::new(language)));
        assert_eq!(texts, ["23.11.2026 um 14:05 Uhr", "2026-11-23 at 14:05"]);
    }

    #[test]
    fn the_date_is_shown_unless_it_is_today() {
        let texts = Texts::new(Language::English);
        assert_eq!(noon().in_seconds(3600, &texts), "13:00");
        assert_eq!(noon().in_seconds(13 * 3600, &texts), "2026-11-24 at 01:00");
    }

    #[test]
    fn any_number_gives_a_time() {
        let texts = Texts::new(Language::English);
        assert!(!noon().moment(u64::MAX, &texts).is_empty());
        assert!(!noon().in_seconds(u64::MAX, &texts).is_empty());
    }
}
