//! The texts are complete: every typed value has its text in every language, and no text is unused.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;

use super::*;
use asbackup_api::{Fault, Notice, Warning};

/// Message id (terms with their dash) → names of its placeholders, in one language.
fn messages(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    let mut current = String::new();
    for line in language.sources().iter().flat_map(|source| source.lines()) {
        let head = line.split_once(" =").map(|(head, _)| head);
        if let Some(id) = head.filter(|id| !id.starts_with([' ', '#', '}'])) {
            current = id.to_owned();
            let twice = found.insert(current.clone(), BTreeSet::new());
            assert!(twice.is_none(), "{current} is defined twice in {language:?}");
        }
        if line.starts_with('#') || current.is_empty() {
            continue;
        }
        let names = line.split('$').skip(1).map(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-');
            rest[..end.unwrap_or(rest.len())].to_owned()
        });
        found.entry(current.clone()).or_default().extend(names);
    }
    found
}

fn assert_complete(text: &str, id: &str) {
    assert!(!text.trim().is_empty(), "{id} is empty");
    assert!(!text.contains(['{', '}']), "{id} has a hole: {text}");
    assert!(!text.contains("  "), "{id} has a double blank: {text}");
    assert!(!text.contains('\n'), "{id} has more than one line: {text}");
}

/// Sentences that stand alone end as sentences do.
fn assert_sentence(text: &str, id: &str) {
    assert_complete(text, id);
    assert!(text.ends_with(['.', '!', '?']), "{id} does not end: {text}");
}

fn assert_fields_are_shown<T: HasText + DeserializeOwned>(value: &T, other: &T, texts: &Texts) {
    let (plain, changed) = (serde_json::to_value(value), serde_json::to_value(other));
    let (plain, changed) = (plain.unwrap(), changed.unwrap());
    let message = texts.message(value);
    for (field, new) in changed.as_object().unwrap() {
        if field == "kind" {
            continue;
        }
        let mut mixed = plain.clone();
        mixed[field] = new.clone();
        let mixed: T = serde_json::from_value(mixed).unwrap();
        let id = text_id(value);
        assert_ne!(texts.message(&mixed), message, "{id} never shows {field}");
    }
}

/// The facts of a German text give the English text.
fn assert_translated<T: HasText>(samples: fn(u32) -> Vec<T>) {
    let [german, english] = Language::ALL.map(Texts::new);
    for value in samples(0).iter().chain(&samples(1)) {
        let facts = Facts::read(&serde_json::json!(german.statement(value).facts));
        assert_eq!(english.translate(&facts), Some(english.message(value)), "{facts:?}");
    }
}

#[test]
fn a_text_of_one_language_can_be_translated_by_its_facts() {
    assert_translated(samples::faults);
    assert_translated(samples::warnings);
}

#[test]
fn facts_of_an_unknown_kind_or_without_an_argument_are_not_translated() {
    let texts = Texts::new(Language::English);
    let args = serde_json::json!({ "free": 7 }).as_object().cloned().unwrap();
    for kind in ["warning-low-space", "fault-of-tomorrow", ""] {
        let facts = Facts { kind: kind.to_owned(), args: args.clone() };
        assert_eq!(texts.translate(&facts), None, "{kind}");
        assert_eq!(texts.translated("As it came.", &facts), "As it came.");
    }
}

fn assert_all_have_texts<T: HasText + DeserializeOwned>(samples: fn(u32) -> Vec<T>, parts: usize) {
    for texts in Language::ALL.map(Texts::new) {
        for (value, other) in samples(0).iter().zip(&samples(1)) {
            for value in [value, other] {
                let (id, message) = (text_id(value), texts.message(value));
                assert_ne!(message.what, id, "{id} has no text in {texts:?}");
                let all = [&message.what, &message.meaning, &message.action];
                all.iter().take(parts).for_each(|part| assert_sentence(part, &id));
                assert!(all.iter().skip(parts).all(|part| part.is_empty()), "{id}");
            }
            assert_fields_are_shown(value, other, &texts);
        }
    }
}

#[test]
fn every_fault_says_what_happened_what_it_means_and_what_to_do() {
    assert_all_have_texts(samples::faults, 3);
}

#[test]
fn every_warning_says_what_happened_what_it_means_and_what_to_do() {
    assert_all_have_texts(samples::warnings, 3);
}

#[test]
fn every_notice_has_its_line() {
    assert_all_have_texts(samples::notices, 1);
}

/// What texts say only of a disk that has to stay.
const STAY: [&str; 8] = [
    "erst ab, wenn",
    "nicht abziehen",
    "nicht ab.",
    "sobald die Statusanzeige",
    "Platte stecken",
    "until the status",
    "not unplug",
    "plugged in until",
];

fn asks_to_stay(text: &str) -> bool {
    STAY.iter().chain(&["Leave the disk plugged in", "as soon as the status"]).any(|words| text.contains(words))
}

/// Ids and texts after a run.
fn texts_after_run<T: HasText>(samples: fn(u32) -> Vec<T>, presence: Presence) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for texts in Language::ALL.map(Texts::new) {
        for value in samples(0).iter().chain(&samples(1)) {
            let after_run = AfterRun { value, presence };
            assert_eq!((text_id(&after_run), after_run.error_name()), (text_id(value), value.error_name()));
            found.push((text_id(value), texts.message(&after_run).to_string()));
        }
    }
    found
}

#[test]
fn a_disk_that_may_go_is_not_asked_to_stay() {
    // A call is refused while another copy is on, and a disk that was pulled too early is to stay the next time.
    let of_something_else = ["fault-busy", "fault-disk-removed"];
    for presence in [Presence::Safe, Presence::Gone] {
        let faults = texts_after_run(samples::faults, presence);
        for (id, text) in faults.into_iter().chain(texts_after_run(samples::warnings, presence)) {
            let only_if_safe = presence == Presence::Safe
                || text.contains("erst ab, wenn")
                || text.contains("Do not unplug the disk until");
            assert!(of_something_else.contains(&id.as_str()) || !only_if_safe || !asks_to_stay(&text), "{id}: {text}");
            assert_sentence(&text, &id);
        }
    }
}

#[test]
fn until_a_run_is_over_texts_speak_of_a_disk_that_has_to_stay() {
    let texts = Texts::new(Language::English);
    for fault in samples::faults(0) {
        let presence = Presence::Attached;
        assert_eq!(texts.message(&AfterRun { value: &fault, presence }), texts.message(&fault));
        let facts = texts.statement(&AfterRun { value: &fault, presence: Presence::Safe }).facts;
        assert_eq!(facts.args["plug"], "safe");
    }
    assert!(
        texts_after_run(samples::faults, Presence::Attached).iter().filter(|(_, text)| asks_to_stay(text)).count() > 60
    );
}

#[test]
fn the_text_files_parse_without_errors() {
    for source in Language::ALL.iter().flat_map(|language| language.sources()) {
        if let Err((_, errors)) = FluentResource::try_new(source.to_owned()) {
            panic!("{errors:?}");
        }
    }
}

#[test]
fn both_languages_have_the_same_messages_with_the_same_placeholders() {
    assert_eq!(messages(Language::German), messages(Language::English));
}

#[test]
fn no_text_belongs_to_a_value_that_does_not_exist() {
    let mut known: BTreeSet<String> = samples::faults(0).iter().map(text_id).collect();
    known.extend(samples::warnings(0).iter().map(text_id));
    known.extend(samples::notices(0).iter().map(text_id));
    for id in messages(Language::English).into_keys() {
        let typed = ["fault-", "warning-", "notice-"];
        if typed.iter().any(|family| id.starts_with(family)) {
            assert!(known.contains(&id), "{id}");
        }
    }
}

#[test]
fn every_exit_code_of_rsync_has_a_meaning() {
    let codes = [1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16, 19, 20, 21, 22, 23, 24, 25, 30, 35];
    for texts in Language::ALL.map(Texts::new) {
        for id in codes.map(|code| format!("rsync-exit-{code}")) {
            let meaning = texts.text(&id, &[]);
            assert_ne!(meaning, id, "{texts:?}");
            assert!(!meaning.ends_with('.'), "{id} is to be a clause: {meaning}");
        }
        let signal = texts.text("rsync-exit-signal", &[("signal", Arg::Number(9))]);
        let other = texts.text("rsync-exit-other", &[("code", Arg::Number(99))]);
        assert!(signal.contains('9') && other.contains("99"), "{signal} {other}");
    }
}

#[test]
fn a_failed_copy_says_what_rsyncs_code_means() {
    let texts = Texts::new(Language::English);
    let failed = |code| texts.message(&Fault::CopyFailed { code, cause: "x".to_owned() }).what;
    assert_eq!(failed(23), "The copy failed: some files could not be copied (rsync code 23: “x”).");
    assert_eq!(failed(-9), "The copy failed: the system killed the copy program with signal 9 (rsync code -9: “x”).");
    assert_eq!(failed(99), "The copy failed: the copy program ended with the unknown code 99 (rsync code 99: “x”).");
}

#[test]
fn every_step_has_a_name_in_words() {
    for texts in Language::ALL.map(Texts::new) {
        for number in 1..=9 {
            let id = format!("step-{number}");
            assert_ne!(texts.text(&id, &[]), id);
        }
    }
}

#[test]
fn a_message_for_the_bus_is_one_line() {
    let fault = Fault::NoSpace { needed: 1_500_000_000, free: 500_000_000, missing: 1_000_000_000, reserved: 0 };
    let german = Texts::new(Language::German).message(&fault).to_string();
    assert_eq!(
        german,
        "Auf der Platte ist nicht genug Platz: Gebraucht werden 1,5 GB, frei sind 500 MB, es fehlen 1 GB. \
         Das wurde schon vor dem Kopieren festgestellt. Es gibt keine neue Kopie; was vorher auf der Platte war, ist \
         unverändert. Nehmen Sie eine größere Platte, oder bitten Sie die Systembetreuung, Platz zu schaffen. \
         Ziehen Sie die Platte erst ab, wenn die Statusanzeige sagt, dass sie abgezogen werden darf."
    );
}

#[test]
fn one_is_singular() {
    let texts = Texts::new(Language::German);
    let stalled = texts.message(&Warning::Stalled { minutes: 1 });
    assert_eq!(stalled.what, "Seit einer Minute ist die Kopie nicht vorangekommen.");
}

#[test]
fn foreign_text_forges_no_second_line() {
    let texts = Texts::new(Language::English);
    let gone = Notice::DiskGone { disk: "1".to_owned(), label: "a\nerror all is lost\u{1b}[2J\u{202e}".to_owned() };
    let line = texts.message(&gone).what;
    assert!(line.contains(r"a\nerror all is lost\u{1b}[2J\u{202e}"), "{line}");
}

#[test]
fn an_empty_argument_is_shown_as_a_dash() {
    let texts = Texts::new(Language::English);
    let nameless = Fault::DiskAbsent { disk: String::new() };
    assert_eq!(texts.message(&nameless).what, "The disk “–” is not plugged in.");
}

#[test]
fn an_unknown_text_is_shown_as_its_id() {
    assert_eq!(Texts::new(Language::English).text("no-such.thing", &[]), "no-such.thing");
}
