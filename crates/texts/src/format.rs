//! How arguments look in a text: numbers by functions that the `.ftl` files call, foreign text (disk labels, file names) so that it
//! forges no line and no header. `SIZE($bytes)` 12,3 GB · `RATE($bytes_per_second)` · `SPAN($seconds)` 1 h 5 min.
//! Text instead of a number gets the unit only: the journal catalog has `@FIELDS@` there, which journalctl fills in raw.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

use humansize::{DECIMAL, FormatSizeOptions, format_size_i};

use super::Language;
use asbackup_api::harmless;

pub fn add_functions(bundle: &mut FluentBundle<FluentResource>, language: Language) {
    type Show = fn(f64, Language) -> String;
    let named: [(&str, &str, Show); 3] = [
        ("SIZE", "B", size),
        ("RATE", "B/s", |number, language| format!("{}/s", size(number, language))),
        ("SPAN", "s", |number, _| span(number)),
    ];
    for (name, unit, show) in named {
        // A name that is taken twice is the only error, and these three differ.
        let _ = bundle.add_function(name, move |positional: &[FluentValue], _: &FluentArgs| match positional.first() {
            Some(FluentValue::Number(number)) => FluentValue::from(show(number.value, language)),
            Some(FluentValue::String(text)) => FluentValue::from(format!("{text} {unit}")),
            _ => FluentValue::Error,
        });
    }
}

/// Powers of ten, as disk makers, `df -H` and the config key `free-space-threshold-gb` count.
fn size(bytes: f64, language: Language) -> String {
    let options = FormatSizeOptions::from(DECIMAL).decimal_places(1).decimal_zeroes(0);
    let text = format_size_i(bytes, options);
    match language {
        Language::German => text.replace('.', ","),
        Language::English => text,
    }
}

/// Without control characters. What is empty or unknown is a dash, since a sentence with a hole in it reads like a mistake.
pub fn presentable(text: &str) -> String {
    if text.trim().is_empty() {
        return "–".to_owned();
    }
    harmless(text)
}

fn span(seconds: f64) -> String {
    let seconds = seconds.max(0.0).round() as u64;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds} s"),
        (0, _) => format!("{minutes} min"),
        (_, 0) => format!("{hours} h"),
        _ => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short_and_in_the_readers_notation() {
        assert_eq!(size(0.0, Language::English), "0 B");
        assert_eq!(size(1_500_000_000.0, Language::English), "1.5 GB");
        assert_eq!(size(1_500_000_000.0, Language::German), "1,5 GB");
        assert_eq!(size(250_000_000_000.0, Language::German), "250 GB");
    }

    #[test]
    fn spans_name_at_most_two_units() {
        assert_eq!(span(42.0), "42 s");
        assert_eq!(span(3600.0 + 300.0), "1 h 5 min");
        assert_eq!(span(7200.0), "2 h");
    }
}
