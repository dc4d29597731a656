//! The reader's language, from `Accept-Language`.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;

use asbackup_texts::Language;

/// The default language if the header is missing or names none of ours.
pub fn preferred(headers: &HeaderMap) -> Language {
    let header = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    header.map_or_else(Language::default, best)
}

fn best(header: &str) -> Language {
    let mut best = (0.0, Language::default());
    for (weight, language) in header.split(',').filter_map(choice) {
        if weight > best.0 {
            best = (weight, language);
        }
    }
    best.1
}

/// `en-GB;q=0.7` → 0.7 and English; `None` for other languages.
fn choice(part: &str) -> Option<(f32, Language)> {
    let (tag, parameters) = part.split_once(';').unwrap_or((part, ""));
    let primary = tag.trim().split('-').next()?;
    let language = match primary.to_ascii_lowercase().as_str() {
        "de" => Language::German,
        "en" => Language::English,
        _ => return None,
    };
    let weight = parameters.trim().strip_prefix("q=").map_or(Some(1.0), |weight| weight.trim().parse().ok());
    weight.map(|weight| (weight, language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_weight_wins_and_the_first_of_equal_ones() {
        for (header, language) in [
            ("", Language::German),
            ("fr, *;q=0.5", Language::German),
            ("en", Language::English),
            ("en-GB,en;q=0.9,de;q=0.8", Language::English),
            ("fr, DE-at;q=0.7, en;q=0.3", Language::German),
            ("de;q=0, en;q=0.1", Language::English),
            ("en;q=NaN, de;q=x, ;;,", Language::German),
        ] {
            assert_eq!(best(header), language, "{header:?}");
        }
    }
}
