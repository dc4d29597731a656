//! Moments on the page: local time in the reader's notation.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, fmt::strtime};

use asbackup_api::Micros;
use asbackup_texts::{Arg, Texts};

const DAY: u64 = 86_400;

/// The present and the place, handed in so that what is shown can be tested.
pub struct Clock {
    pub now: Timestamp,
    pub zone: TimeZone,
}

impl Clock {
    pub fn system() -> Self {
        Self { now: Timestamp::now(), zone: TimeZone::system() }
    }

    /// Day and time; a dash for never.
    pub fn moment(&self, micros: Micros, texts: &Texts) -> String {
        if micros == 0 {
            return "–".to_owned();
        }
        self.show(stamp(micros), "web-moment", texts)
    }

    /// To the second, without the year.
    pub fn second(&self, micros: Micros, texts: &Texts) -> String {
        self.show(stamp(micros), "web-second", texts)
    }

    /// The day alone, short.
    pub fn day(&self, micros: Micros, texts: &Texts) -> String {
        self.show(stamp(micros), "web-day", texts)
    }

    /// The time `seconds` from now, with the day when it is another.
    pub fn in_seconds(&self, seconds: u64, texts: &Texts) -> String {
        let span = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
        let then = self.now.saturating_add(span).unwrap_or(Timestamp::MAX);
        let day = |at: Timestamp| at.to_zoned(self.zone.clone()).date();
        self.show(then, if day(then) == day(self.now) { "clock" } else { "moment" }, texts)
    }

    /// How long ago, in words.
    pub fn age(&self, micros: Micros, texts: &Texts) -> String {
        if micros == 0 {
            return texts.text("web-never", &[]);
        }
        let seconds = self.now.duration_since(stamp(micros)).as_secs();
        let seconds = u64::try_from(seconds).unwrap_or_default();
        if seconds < DAY {
            return texts.text("web-age-hours", &[("hours", Arg::from(seconds / 3600))]);
        }
        texts.text("web-age-days", &[("days", Arg::from(seconds / DAY))])
    }

    fn show(&self, at: Timestamp, format: &str, texts: &Texts) -> String {
        let zoned = at.to_zoned(self.zone.clone());
        strtime::format(texts.text(format, &[]), &zoned).unwrap_or_else(|_| at.to_string())
    }
}

fn stamp(micros: Micros) -> Timestamp {
    Timestamp::from_microsecond(i64::try_from(micros).unwrap_or(i64::MAX)).unwrap_or(Timestamp::MAX)
}
