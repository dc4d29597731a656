//! Times in the page's notation, in local time.

use asbackup_api::Micros;
use asbackup_texts::clock::Clock;
use asbackup_texts::{Arg, Texts};

const DAY_SECONDS: u64 = 86_400;

/// Date and time; a dash for never.
pub fn moment(clock: &Clock, at: Micros, texts: &Texts) -> String {
    if at == 0 { "–".to_owned() } else { format(clock, at, "web-moment", texts) }
}

/// Date and time to the second, without the year.
pub fn second(clock: &Clock, at: Micros, texts: &Texts) -> String {
    format(clock, at, "web-second", texts)
}

/// The date, short.
pub fn day(clock: &Clock, at: Micros, texts: &Texts) -> String {
    format(clock, at, "web-day", texts)
}

/// How long ago, in hours or days.
pub fn age(clock: &Clock, since: Micros, texts: &Texts) -> String {
    if since == 0 {
        return texts.text("web-never", &[]);
    }
    let now = u64::try_from(clock.now.as_microsecond()).unwrap_or_default();
    let seconds = now.saturating_sub(since) / 1_000_000;
    if seconds < DAY_SECONDS {
        return texts.text("web-age-hours", &[("hours", Arg::from(seconds / 3600))]);
    }
    texts.text("web-age-days", &[("days", Arg::from(seconds / DAY_SECONDS))])
}

fn format(clock: &Clock, at: Micros, format: &str, texts: &Texts) -> String {
    clock.at(at, &texts.text(format, &[]))
}
