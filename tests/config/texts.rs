//! Every fault and oddity of config.ini has its text in both languages.

use std::collections::BTreeSet;

use asbackup_config::ConfigProblem;
use asbackup_texts::{Language, Texts};
use serde_json::{Value, json};

/// The names of all variants, which serde lists when it is given none of them.
fn kinds() -> Vec<String> {
    let error = serde_json::from_value::<ConfigProblem>(json!({ "kind": "?" })).unwrap_err();
    let message = error.to_string();
    let names = message.split('`').skip(1).step_by(2);
    names.filter(|name| *name != "?").map(str::to_owned).collect()
}

/// A problem of that kind, with a value of its own in each field.
fn problem(kind: &str) -> ConfigProblem {
    let fields = json!({
        "kind": kind, "path": "/path", "other": "/other", "cause": "a cause", "component": "/component", "line": 71, "first": 23,
        "section": "Section", "key": "a-key", "value": "the-value", "reference": "referee",
        "minimum": 11, "maximum": 97, "choices": "this, that",
        "nearest": "near-key", "nearest_section": "Near", "belongs": "Home", "user": "a-user", "name": "Veeam",
    });
    serde_json::from_value(fields).unwrap_or_else(|error| panic!("{kind}: {error}"))
}

fn fields(problem: &ConfigProblem) -> Vec<String> {
    let Value::Object(fields) = serde_json::to_value(problem).unwrap() else {
        panic!("{problem:?}");
    };
    let named = fields.into_iter().filter(|(name, _)| name != "kind");
    named.map(|(_, value)| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect()
}

#[test]
fn every_problem_says_what_is_wrong_and_what_would_be_right() {
    for language in Language::ALL {
        let texts = Texts::new(language);
        for kind in kinds() {
            let message = texts.message(&problem(&kind));
            for part in [&message.what, &message.action] {
                assert!(part.ends_with('.'), "{language:?} {kind}: {part:?}");
                assert!(!part.contains(['{', '}']), "{language:?} {kind}: {part:?}");
            }
        }
    }
}

#[test]
fn every_field_of_a_problem_is_shown() {
    for language in Language::ALL {
        let texts = Texts::new(language);
        for kind in kinds() {
            let problem = problem(&kind);
            let text = texts.message(&problem).to_string();
            for field in fields(&problem) {
                assert!(text.contains(&field), "{language:?} {kind}: no {field} in {text:?}");
            }
        }
    }
}

#[test]
fn no_text_is_left_over() {
    let expected: BTreeSet<String> = kinds().iter().map(|kind| format!("config-{kind}")).collect();
    for source in [include_str!("../../locales/de/config.ftl"), include_str!("../../locales/en/config.ftl")] {
        let ids = source.lines().filter(|line| line.starts_with("config-"));
        let ids = ids.filter_map(|line| line.split(' ').next()).map(str::to_owned);
        assert_eq!(ids.collect::<BTreeSet<_>>(), expected);
    }
}
