//! Numbers: durations, sizes, ports and percentages, each with its bounds.

use std::time::Duration;

use super::value::{Kind, Value};
use crate::fault::{ConfigProblem, Problems};

const SECONDS_OF_A_MINUTE: u64 = 60;
const SECONDS_OF_AN_HOUR: u64 = 60 * SECONDS_OF_A_MINUTE;
const SECONDS_OF_A_DAY: u64 = 24 * SECONDS_OF_AN_HOUR;
const DAYS_OF_A_YEAR: u64 = 366;
const HOURS_OF_A_YEAR: u64 = DAYS_OF_A_YEAR * 24;
const MINUTES_OF_A_YEAR: u64 = HOURS_OF_A_YEAR * 60;
const BYTES_OF_A_KILOBYTE: u64 = 1000;
/// No mail server accepts more.
const MOST_KILOBYTES: u64 = 20_000;
const BYTES_OF_A_MEGABYTE: u64 = 1_000_000;
const MOST_MEGABYTES: u64 = 100_000;
const BYTES_OF_A_GIGABYTE: u64 = 1_000_000_000;
const MOST_GIGABYTES: u64 = 1_000_000;

pub const SECONDS: Kind<Duration> =
    Kind::new(|value| span(value, 1, 1, SECONDS_OF_AN_HOUR), |span| span.as_secs().to_string());

pub const MINUTES: Kind<Duration> = Kind::new(
    |value| span(value, SECONDS_OF_A_MINUTE, 0, MINUTES_OF_A_YEAR),
    |span| (span.as_secs() / SECONDS_OF_A_MINUTE).to_string(),
);

/// 0 turns off what it limits.
pub const HOURS_OR_NEVER: Kind<Duration> = Kind::new(
    |value| span(value, SECONDS_OF_AN_HOUR, 0, HOURS_OF_A_YEAR),
    |span| (span.as_secs() / SECONDS_OF_AN_HOUR).to_string(),
);

/// At least one.
pub const DAYS: Kind<Duration> = Kind::new(|value| span(value, SECONDS_OF_A_DAY, 1, DAYS_OF_A_YEAR), show_days);

/// 0 turns off what it limits.
pub const DAYS_OR_NEVER: Kind<Duration> =
    Kind::new(|value| span(value, SECONDS_OF_A_DAY, 0, DAYS_OF_A_YEAR), show_days);

pub const KILOBYTES: Kind<u64> = Kind::new(
    |value| Ok(whole::<u64>(value, 1, MOST_KILOBYTES)? * BYTES_OF_A_KILOBYTE),
    |bytes| (bytes / BYTES_OF_A_KILOBYTE).to_string(),
);

pub const MEGABYTES: Kind<u64> = Kind::new(
    |value| Ok(whole::<u64>(value, 1, MOST_MEGABYTES)? * BYTES_OF_A_MEGABYTE),
    |bytes| (bytes / BYTES_OF_A_MEGABYTE).to_string(),
);

pub const GIGABYTES: Kind<u64> = Kind::new(gigabytes, |bytes| {
    let (whole, rest) = (bytes / BYTES_OF_A_GIGABYTE, bytes % BYTES_OF_A_GIGABYTE);
    let text = format!("{whole}.{rest:09}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
});

pub const PORT: Kind<u16> = Kind::new(|value| whole(value, 1, 65_535), u16::to_string);

pub const PERCENT: Kind<u8> = Kind::new(|value| whole(value, 0, 100), u8::to_string);

fn whole<T: TryFrom<u64>>(value: &Value, minimum: u64, maximum: u64) -> Result<T, Problems> {
    let number = value.text.parse::<u64>().ok();
    let fitting = number.filter(|number| (minimum..=maximum).contains(number));
    fitting.and_then(|number| T::try_from(number).ok()).ok_or_else(|| {
        let (section, key) = value.place();
        vec![ConfigProblem::NotANumber { section, key, value: value.shown(), minimum, maximum }]
    })
}

fn span(value: &Value, seconds_of_one: u64, minimum: u64, maximum: u64) -> Result<Duration, Problems> {
    Ok(Duration::from_secs(whole::<u64>(value, minimum, maximum)? * seconds_of_one))
}

fn show_days(span: &Duration) -> String {
    (span.as_secs() / SECONDS_OF_A_DAY).to_string()
}

fn gigabytes(value: &Value) -> Result<u64, Problems> {
    let plain = value.text.chars().all(|c| c.is_ascii_digit() || c == '.');
    let number = value.text.parse::<f64>().ok().filter(|_| plain);
    // Below 2^53, so that every byte is exact.
    match number.filter(|number| *number <= MOST_GIGABYTES as f64) {
        Some(number) => Ok((number * BYTES_OF_A_GIGABYTE as f64).round() as u64),
        None => {
            let (section, key) = value.place();
            Err(vec![ConfigProblem::NotASize { section, key, value: value.shown(), maximum: MOST_GIGABYTES }])
        }
    }
}
