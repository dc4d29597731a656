//! One value of the file together with its place, and what kinds of values there are.
//! A kind says how a text becomes a typed value, and how that is written in a file again.

use std::net::IpAddr;
use std::time::Duration;

use email_address::EmailAddress;

use super::fault::{ConfigProblem, Problems};
use super::numbering::is_space;
use super::types::{IdentityPolicy, LossyPolicy, MASK, Secret};
use asbackup_texts::Language;

/// A value that is to be made sense of: interpolated, without blanks around it.
pub struct Value<'a> {
    pub section: &'a str,
    pub key: &'a str,
    pub text: &'a str,
    /// Whether it is a secret or holds one.
    pub secret: bool,
}

/// Longer values are cut in messages, so that a mail or a line of the journal stays readable.
const LONGEST_SHOWN: usize = 120;

impl Value<'_> {
    pub fn place(&self) -> (String, String) {
        (self.section.to_owned(), self.key.to_owned())
    }

    /// The value as it may be shown.
    pub fn shown(&self) -> String {
        self.shown_item(self.text)
    }

    /// A part of the value as it may be shown.
    pub fn shown_item(&self, item: &str) -> String {
        if self.secret {
            return MASK.to_owned();
        }
        let mut text: String = item.chars().take(LONGEST_SHOWN).collect();
        if text.len() < item.len() {
            text.push('…');
        }
        text
    }
}

/// How a text becomes a `T` and back.
pub struct Kind<T> {
    pub read: fn(&Value) -> Result<T, Problems>,
    pub show: fn(&T) -> String,
    pub traits: Traits,
}

/// What holds for a kind before its text is looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traits {
    /// Never shown.
    pub secret: bool,
    /// May go over several lines.
    pub list: bool,
    /// An empty value is not the same as a key that is left out.
    pub keeps_empty: bool,
}

const PLAIN: Traits = Traits { secret: false, list: false, keeps_empty: false };

impl<T> Kind<T> {
    pub const fn new(read: fn(&Value) -> Result<T, Problems>, show: fn(&T) -> String) -> Self {
        Self { read, show, traits: PLAIN }
    }

    pub const fn list(mut self) -> Self {
        self.traits.list = true;
        self
    }

    pub const fn keeps_empty(mut self) -> Self {
        self.traits.keeps_empty = true;
        self
    }

    const fn secret(mut self) -> Self {
        self.traits.secret = true;
        self
    }
}

const MINUTES_OF_A_YEAR: u64 = 366 * 24 * 60;
const SECONDS_OF_AN_HOUR: u64 = 3600;
const SECONDS_OF_A_MINUTE: u64 = 60;
const SECONDS_OF_A_DAY: u64 = 24 * 60 * 60;
const DAYS_OF_A_YEAR: u64 = 366;
const HOURS_OF_A_YEAR: u64 = 366 * 24;
const BYTES_OF_A_KILOBYTE: u64 = 1000;
/// No mail server takes more.
const MOST_KILOBYTES: u64 = 20_000;
const BYTES_OF_A_MEGABYTE: u64 = 1_000_000;
const MOST_MEGABYTES: u64 = 100_000;
const BYTES_OF_A_GIGABYTE: u64 = 1_000_000_000;
const MOST_GIGABYTES: u64 = 1_000_000;

pub const TEXT: Kind<String> = Kind::new(|value| Ok(value.text.to_owned()), Clone::clone);

pub const SECRET: Kind<Secret> = Kind::new(|value| Ok(Secret::new(value.text)), Secret::to_string).secret();

pub const MINUTES: Kind<Duration> = Kind::new(
    |value| {
        let minutes: u64 = whole(value, 0, MINUTES_OF_A_YEAR)?;
        Ok(Duration::from_secs(minutes * SECONDS_OF_A_MINUTE))
    },
    |span| (span.as_secs() / SECONDS_OF_A_MINUTE).to_string(),
);

pub const SECONDS: Kind<Duration> =
    Kind::new(|value| Ok(Duration::from_secs(whole(value, 1, SECONDS_OF_AN_HOUR)?)), |span| span.as_secs().to_string());

/// At least one.
pub const DAYS: Kind<Duration> = Kind::new(|value| days(value, 1), show_days);

/// 0 switches off what it is about.
pub const DAYS_OR_NEVER: Kind<Duration> = Kind::new(|value| days(value, 0), show_days);

/// 0 switches off what it is about.
pub const HOURS_OR_NEVER: Kind<Duration> = Kind::new(
    |value| Ok(Duration::from_secs(whole::<u64>(value, 0, HOURS_OF_A_YEAR)? * SECONDS_OF_AN_HOUR)),
    |span| (span.as_secs() / SECONDS_OF_AN_HOUR).to_string(),
);

pub const KILOBYTES: Kind<u64> = Kind::new(
    |value| Ok(whole::<u64>(value, 1, MOST_KILOBYTES)? * BYTES_OF_A_KILOBYTE),
    |bytes| (bytes / BYTES_OF_A_KILOBYTE).to_string(),
);

pub const MEGABYTES: Kind<u64> = Kind::new(
    |value| Ok(whole::<u64>(value, 1, MOST_MEGABYTES)? * BYTES_OF_A_MEGABYTE),
    |bytes| (bytes / BYTES_OF_A_MEGABYTE).to_string(),
);

pub const PORT: Kind<u16> = Kind::new(|value| whole(value, 1, 65_535), u16::to_string);

pub const PERCENT: Kind<u8> = Kind::new(|value| whole(value, 0, 100), u8::to_string);

pub const GIGABYTES: Kind<u64> = Kind::new(gigabytes, |bytes| {
    let (whole, rest) = (bytes / BYTES_OF_A_GIGABYTE, bytes % BYTES_OF_A_GIGABYTE);
    let text = format!("{whole}.{rest:09}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
});

pub const SWITCH: Kind<bool> = Kind::new(switch, bool::to_string);

pub const LANGUAGE: Kind<Language> = Kind::new(
    |value| choose(value, &[("de", Language::German), ("en", Language::English)]),
    |language| match language {
        Language::German => "de".to_owned(),
        Language::English => "en".to_owned(),
    },
);

pub const LOSSY: Kind<LossyPolicy> = Kind::new(
    |value| choose(value, &[("warn", LossyPolicy::Warn), ("refuse", LossyPolicy::Refuse)]),
    |policy| match policy {
        LossyPolicy::Warn => "warn".to_owned(),
        LossyPolicy::Refuse => "refuse".to_owned(),
    },
);

pub const IDENTITY: Kind<IdentityPolicy> = Kind::new(
    |value| {
        let choices =
            [("warn", IdentityPolicy::Warn), ("refuse", IdentityPolicy::Refuse), ("off", IdentityPolicy::Off)];
        choose(value, &choices)
    },
    |policy| match policy {
        IdentityPolicy::Warn => "warn".to_owned(),
        IdentityPolicy::Refuse => "refuse".to_owned(),
        IdentityPolicy::Off => "off".to_owned(),
    },
);

pub const HOST: Kind<String> = Kind::new(host, Clone::clone);

fn whole<T: TryFrom<u64>>(value: &Value, minimum: u64, maximum: u64) -> Result<T, Problems> {
    let number = value.text.parse::<u64>().ok();
    let fitting = number.filter(|number| (minimum..=maximum).contains(number));
    fitting.and_then(|number| T::try_from(number).ok()).ok_or_else(|| {
        let (section, key) = value.place();
        vec![ConfigProblem::NotANumber { section, key, value: value.shown(), minimum, maximum }]
    })
}

fn days(value: &Value, minimum: u64) -> Result<Duration, Problems> {
    Ok(Duration::from_secs(whole::<u64>(value, minimum, DAYS_OF_A_YEAR)? * SECONDS_OF_A_DAY))
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

/// The words of Python's `getboolean`.
fn switch(value: &Value) -> Result<bool, Problems> {
    match value.text.to_lowercase().as_str() {
        "1" | "yes" | "true" | "on" => Ok(true),
        "0" | "no" | "false" | "off" => Ok(false),
        _ => {
            let (section, key) = value.place();
            let value = value.shown();
            Err(vec![ConfigProblem::NotASwitch { section, key, value }])
        }
    }
}

pub fn choose<T: Copy>(value: &Value, choices: &[(&str, T)]) -> Result<T, Problems> {
    let chosen = choices.iter().find(|(word, _)| word.eq_ignore_ascii_case(value.text));
    if let Some((_, choice)) = chosen {
        return Ok(*choice);
    }
    let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
    let (section, key) = value.place();
    Err(vec![ConfigProblem::NotAChoice { section, key, value: value.shown(), choices: words.join(", ") }])
}

/// A name or an address, without port and without brackets.
fn host(value: &Value) -> Result<String, Problems> {
    if value.text.is_empty() || is_host(value.text) {
        return Ok(value.text.to_owned());
    }
    let (section, key) = value.place();
    let value = value.shown();
    Err(vec![ConfigProblem::NotAHost { section, key, value }])
}

pub fn is_host(text: &str) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
    text.parse::<IpAddr>().is_ok() || (plain && EmailAddress::is_valid_domain(name))
}

/// Cuts a list at any of `separators` and at white space; empty items are dropped.
pub fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| c == ',' || c == ';' || is_space(c)).filter(|item| !item.is_empty())
}
