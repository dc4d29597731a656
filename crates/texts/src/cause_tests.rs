use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::*;
use crate::Language;
use asbackup_api::{Facts, Fault, LockPlace, Obstacle, Warning};

fn german() -> Texts {
    Texts::new(Language::German)
}

/// `{0}` and `{ $name }` alike.
fn without_names(phrase: &str) -> String {
    let mut parts = phrase.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "{}" + part.split_once('}').map_or("", |(_, rest)| rest))
}

/// What our errors say, as it is written in `src`.
fn said_in(directory: &Path, said: &mut BTreeSet<String>) {
    for entry in fs::read_dir(directory).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            said_in(&path, said);
        } else if path.extension().is_some_and(|ending| ending == "rs")
            && !path.to_string_lossy().ends_with("_tests.rs")
        {
            let source = fs::read_to_string(&path).unwrap();
            let source = source.split("#[cfg(test)]").next().unwrap_or_default();
            for begin in ["#[error(\"", "Error::other(\"", "Error::other(format!(\"", "cause: \"", "delayed(format!(\""]
            {
                let literals = source.split(begin).skip(1).filter_map(|rest| rest.split_once('"'));
                said.extend(literals.map(|(literal, _)| without_names(literal)));
            }
        }
    }
}

fn all_said() -> BTreeSet<String> {
    let mut said = BTreeSet::new();
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for room in ["src/controller", "src/copy", "src/disks", "src/report", "src/veeam", "crates/system/src"] {
        let path = top.join(room);
        if path.is_dir() {
            said_in(&path, &mut said);
        }
    }
    said
}

#[test]
fn every_error_of_ours_has_words_in_the_readers_language() {
    let known: BTreeSet<String> = phrases().map(|(_, phrase)| without_names(phrase)).collect();
    // A path and what is the matter with it; foreign words; what no person reads.
    let bare = [
        "{}",
        "{}: {}",
        "the message",
        "the content type",
        "the child has no pipes",
        "{} bytes, where {} are the most",
    ];
    let unknown: Vec<String> = all_said().into_iter().filter(|said| !known.contains(said)).collect();
    assert_eq!(unknown.iter().filter(|said| !bare.contains(&said.as_str())).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn what_an_error_says_is_said_in_german_with_its_arguments() {
    let texts = german();
    for (id, phrase) in phrases() {
        let said =
            phrase.replace("{ $cause }", "Permission denied (os error 13)").replace("{ $", "<").replace(" }", ">");
        let told = texts.cause(&said);
        assert!(!told.contains(['„', '{', '$']) && told != said, "{id}: {told}");
        let names = phrase.split("{ $").skip(1).filter_map(|part| part.split_once(" }")).map(|(name, _)| name);
        for name in names {
            let shown = if name == "cause" { "das Recht dazu fehlt, EACCES".to_owned() } else { format!("<{name}>") };
            assert!(told.contains(&shown), "{id}: {told} lacks {shown}");
        }
        assert_eq!(Texts::new(Language::English).cause(phrase), phrase.replace("{ $cause }", "“{ $cause }”"), "{id}");
    }
}

#[test]
fn what_the_kernel_says_has_words_in_every_language_and_keeps_its_name() {
    for texts in Language::ALL.map(Texts::new) {
        for (errno, name) in ERRNOS {
            let told = texts.cause(&io::Error::from(errno).to_string());
            assert!(told.ends_with(&format!(", {name}")) && !told.contains("errno-"), "{told}");
        }
        let rare = texts.cause(&io::Error::from(Errno::BADE).to_string());
        assert!(rare.starts_with(['„', '“']) && rare.contains("os error"), "{rare}");
    }
    for kind in [io::ErrorKind::NotFound, io::ErrorKind::PermissionDenied, io::ErrorKind::TimedOut] {
        assert!(!german().cause(&io::Error::from(kind).to_string()).contains('„'), "{kind}");
    }
}

#[test]
fn what_others_say_is_a_quotation_and_empty_is_a_dash() {
    let texts = german();
    let of_rsync = "rsync: [receiver] write failed on \"x\": No space left on device (28)";
    assert_eq!(texts.cause(of_rsync), format!("„{of_rsync}“"));
    assert_eq!((texts.cause(" "), texts.cause("a\nb")), ("–".to_owned(), "„a\\nb“".to_owned()));
    let forged = "Permission denied: all is lost (os error 13)";
    assert_eq!(texts.cause(forged), format!("„{forged}“"));
    assert_eq!(texts.cause("/a: Read-only file system (os error 30)"), "/a: dort kann nur gelesen werden, EROFS");
    assert_eq!(Texts::of_tools(Language::German).cause("a thing"), "a thing");
}

#[test]
fn a_cause_is_kept_in_english_and_told_to_each_reader_in_theirs() {
    let cause = io::Error::from(Errno::ROFS).to_string();
    let warning = Warning::LogUnwritable { path: "/x".to_owned(), cause: cause.clone() };
    let told = german().tell(&warning);
    assert!(told.text.contains("(dort kann nur gelesen werden, EROFS)") && !told.text.contains("os error"), "{told:?}");
    assert_eq!(told.facts.args["cause"], cause);
    let english = Texts::new(Language::English);
    let retold = english.retell(&Facts { ..told.facts }).unwrap();
    assert_eq!(retold, english.say(&warning));
    let (place, why) = (LockPlace::Disk, Obstacle::Unknown);
    let fault = Fault::LockFailed { path: "/x".to_owned(), place, why, cause: "held by: bash (4711)".to_owned() };
    assert!(german().say(&fault).what.ends_with("(gehalten von: bash (4711))."), "{:?}", german().say(&fault));
}
