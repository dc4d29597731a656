//! The texts are whole: every typed value has its text in every language, and no text is left over.

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

fn assert_whole(text: &str, id: &str) {
    assert!(!text.trim().is_empty(), "{id} is empty");
    assert!(!text.contains(['{', '}']), "{id} has a hole: {text}");
    assert!(!text.contains("  "), "{id} has a double blank: {text}");
    assert!(!text.contains('\n'), "{id} has more than one line: {text}");
}

/// Sentences that stand alone end as sentences do.
fn assert_sentence(text: &str, id: &str) {
    assert_whole(text, id);
    assert!(text.ends_with(['.', '!', '?']), "{id} does not end: {text}");
}

fn assert_fields_are_told<T: Spoken + DeserializeOwned>(value: &T, other: &T, texts: &Texts) {
    let (plain, changed) = (serde_json::to_value(value), serde_json::to_value(other));
    let (plain, changed) = (plain.unwrap(), changed.unwrap());
    let said = texts.say(value);
    for (field, new) in changed.as_object().unwrap() {
        if field == "kind" {
            continue;
        }
        let mut mixed = plain.clone();
        mixed[field] = new.clone();
        let mixed: T = serde_json::from_value(mixed).unwrap();
        let id = text_id(value);
        assert_ne!(texts.say(&mixed), said, "{id} never tells {field}");
    }
}

/// What one language tells is told again in the other as if it had been told there at once.
fn assert_retold<T: Spoken>(samples: fn(u32) -> Vec<T>) {
    let [german, english] = Language::ALL.map(Texts::new);
    for value in samples(0).iter().chain(&samples(1)) {
        let facts = Facts::read(&serde_json::json!(german.tell(value).facts));
        assert_eq!(english.retell(&facts), Some(english.say(value)), "{facts:?}");
    }
}

#[test]
fn what_is_told_in_one_language_can_be_told_in_the_other() {
    assert_retold(samples::faults);
    assert_retold(samples::warnings);
}

#[test]
fn what_lacks_an_argument_or_is_of_no_known_kind_is_not_told_again() {
    let texts = Texts::new(Language::English);
    let args = serde_json::json!({ "free": 7 }).as_object().cloned().unwrap();
    for kind in ["warning-low-space", "fault-of-tomorrow", ""] {
        let facts = Facts { kind: kind.to_owned(), args: args.clone() };
        assert_eq!(texts.retell(&facts), None, "{kind}");
        assert_eq!(texts.told("As it came.", &facts), "As it came.");
    }
}

fn assert_all_said<T: Spoken + DeserializeOwned>(samples: fn(u32) -> Vec<T>, parts: usize) {
    for texts in Language::ALL.map(Texts::new) {
        for (value, other) in samples(0).iter().zip(&samples(1)) {
            for value in [value, other] {
                let (id, said) = (text_id(value), texts.say(value));
                assert_ne!(said.what, id, "{id} has no text in {texts:?}");
                let told = [&said.what, &said.meaning, &said.action];
                told.iter().take(parts).for_each(|part| assert_sentence(part, &id));
                assert!(told.iter().skip(parts).all(|part| part.is_empty()), "{id}");
            }
            assert_fields_are_told(value, other, &texts);
        }
    }
}

#[test]
fn every_fault_says_what_happened_what_it_means_and_what_to_do() {
    assert_all_said(samples::faults, 3);
}

#[test]
fn every_warning_says_what_happened_what_it_means_and_what_to_do() {
    assert_all_said(samples::warnings, 3);
}

#[test]
fn every_notice_has_its_line() {
    assert_all_said(samples::notices, 1);
}

/// What only a disk that has to stay is told with.
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

/// All that is said of a run that is over, as the three cases have it.
fn said_afterwards<T: Spoken>(samples: fn(u32) -> Vec<T>, presence: Presence) -> Vec<(String, String)> {
    let mut said = Vec::new();
    for texts in Language::ALL.map(Texts::new) {
        for told in samples(0).iter().chain(&samples(1)) {
            let afterwards = Afterwards { told, presence };
            assert_eq!((text_id(&afterwards), afterwards.error_name()), (text_id(told), told.error_name()));
            said.push((text_id(told), texts.say(&afterwards).to_string()));
        }
    }
    said
}

#[test]
fn a_disk_that_may_go_is_not_asked_to_stay() {
    // A call is refused while another copy is on, and a disk that was pulled too early is to stay the next time.
    let of_something_else = ["fault-busy", "fault-disk-removed"];
    for presence in [Presence::Safe, Presence::Gone] {
        let faults = said_afterwards(samples::faults, presence);
        for (id, text) in faults.into_iter().chain(said_afterwards(samples::warnings, presence)) {
            let only_if_safe = presence == Presence::Safe
                || text.contains("erst ab, wenn")
                || text.contains("Do not unplug the disk until");
            assert!(of_something_else.contains(&id.as_str()) || !only_if_safe || !asks_to_stay(&text), "{id}: {text}");
            assert_sentence(&text, &id);
        }
    }
}

#[test]
fn a_disk_that_has_to_stay_is_what_is_spoken_of_while_nobody_knows_better() {
    let texts = Texts::new(Language::English);
    for told in samples::faults(0) {
        let presence = Presence::Attached;
        assert_eq!(texts.say(&Afterwards { told: &told, presence }), texts.say(&told));
        let facts = texts.tell(&Afterwards { told: &told, presence: Presence::Safe }).facts;
        assert_eq!(facts.args["plug"], "safe");
    }
    assert!(
        said_afterwards(samples::faults, Presence::Attached).iter().filter(|(_, text)| asks_to_stay(text)).count() > 60
    );
}

#[test]
fn the_text_files_parse_without_a_fault() {
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
    let failed = |code| texts.say(&Fault::CopyFailed { code, cause: "x".to_owned() }).what;
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
    let german = Texts::new(Language::German).say(&fault).to_string();
    assert_eq!(
        german,
        "Auf der Platte ist nicht genug Platz: Gebraucht werden 1,5 GB, frei sind 500 MB, es fehlen 1 GB. \
         Das wurde schon vor dem Kopieren festgestellt. Es gibt keine neue Kopie; was vorher auf der Platte war, ist \
         unverändert. Nehmen Sie eine größere Platte, oder bitten Sie die Systembetreuung, Platz zu schaffen. \
         Ziehen Sie die Platte erst ab, wenn die Statusanzeige sagt, dass sie abgezogen werden darf."
    );
}

#[test]
fn one_is_not_spoken_of_as_many() {
    let texts = Texts::new(Language::German);
    let stalled = texts.say(&Warning::Stalled { minutes: 1 });
    assert_eq!(stalled.what, "Seit einer Minute ist die Kopie nicht vorangekommen.");
}

#[test]
fn foreign_text_forges_no_second_line() {
    let texts = Texts::new(Language::English);
    let gone = Notice::DiskGone { disk: "1".to_owned(), label: "a\nerror all is lost\u{1b}[2J\u{202e}".to_owned() };
    let line = texts.say(&gone).what;
    assert!(line.contains(r"a\nerror all is lost\u{1b}[2J\u{202e}"), "{line}");
}

#[test]
fn what_is_empty_is_shown_as_a_dash() {
    let texts = Texts::new(Language::English);
    let nameless = Fault::DiskAbsent { disk: String::new() };
    assert_eq!(texts.say(&nameless).what, "The disk “–” is not plugged in.");
}

#[test]
fn an_unknown_text_is_shown_by_its_name() {
    assert_eq!(Texts::new(Language::English).text("no-such.thing", &[]), "no-such.thing");
}
