use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::*;
use crate::Language;
use asbackup_api::{Fault, LockPlace, Obstacle, Warning};

fn german() -> Texts {
    Texts::new(Language::German)
}

/// `{0}` and `{ $name }` alike.
fn without_names(phrase: &str) -> String {
    let mut parts = phrase.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "{}" + part.split_once('}').map_or("", |(_, rest)| rest))
}

/// Adds the texts of our errors, as they stand in the sources.
fn collect(directory: &Path, texts: &mut BTreeSet<String>) {
    for entry in fs::read_dir(directory).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, texts);
        } else if path.extension().is_some_and(|ending| ending == "rs")
            && !path.to_string_lossy().ends_with("_tests.rs")
        {
            let source = fs::read_to_string(&path).unwrap();
            let source = source.split("#[cfg(test)]").next().unwrap_or_default();
            for begin in ["#[error(\"", "Error::other(\"", "Error::other(format!(\"", "cause: \"", "delayed(format!(\""]
            {
                let literals = source.split(begin).skip(1).filter_map(|rest| rest.split_once('"'));
                texts.extend(literals.map(|(literal, _)| without_names(literal)));
            }
        }
    }
}

fn errors_of_ours() -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for room in ["src/controller", "src/copy", "src/disks", "src/store", "src/veeam", "crates/system/src"] {
        collect(&top.join(room), &mut texts);
    }
    texts
}

#[test]
fn every_error_of_ours_has_a_translation() {
    let known: BTreeSet<String> = phrases().map(|(_, phrase)| without_names(phrase)).collect();
    // A path and its error; messages of other programs; what no person reads.
    let bare = [
        "{}",
        "{}: {}",
        "the message",
        "the content type",
        "the child has no pipes",
        "{} bytes, where {} are the most",
    ];
    let unknown: Vec<String> = errors_of_ours().into_iter().filter(|text| !known.contains(text)).collect();
    assert_eq!(unknown.iter().filter(|text| !bare.contains(&text.as_str())).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn our_errors_are_translated_with_their_arguments() {
    let texts = german();
    for (id, phrase) in phrases() {
        let english =
            phrase.replace("{ $cause }", "Permission denied (os error 13)").replace("{ $", "<").replace(" }", ">");
        let german = texts.cause(&english);
        assert!(!german.contains(['„', '{', '$']) && german != english, "{id}: {german}");
        let names = phrase.split("{ $").skip(1).filter_map(|part| part.split_once(" }")).map(|(name, _)| name);
        for name in names {
            let shown = if name == "cause" { "das Recht dazu fehlt, EACCES".to_owned() } else { format!("<{name}>") };
            assert!(german.contains(&shown), "{id}: {german} lacks {shown}");
        }
        assert_eq!(Texts::new(Language::English).cause(phrase), phrase.replace("{ $cause }", "“{ $cause }”"), "{id}");
    }
}

#[test]
fn kernel_errors_are_translated_and_keep_their_names() {
    for texts in Language::ALL.map(Texts::new) {
        for (errno, name) in ERRNOS {
            let cause = texts.cause(&io::Error::from(errno).to_string());
            assert!(cause.ends_with(&format!(", {name}")) && !cause.contains("errno-"), "{cause}");
        }
        let rare = texts.cause(&io::Error::from(Errno::BADE).to_string());
        assert!(rare.starts_with(['„', '“']) && rare.contains("os error"), "{rare}");
    }
    for kind in [io::ErrorKind::NotFound, io::ErrorKind::PermissionDenied, io::ErrorKind::TimedOut] {
        assert!(!german().cause(&io::Error::from(kind).to_string()).contains('„'), "{kind}");
    }
}

#[test]
fn messages_of_other_programs_are_quoted_and_empty_ones_are_a_dash() {
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
fn a_cause_is_stored_in_english_and_translated_for_each_reader() {
    let cause = io::Error::from(Errno::ROFS).to_string();
    let warning = Warning::LogUnwritable { path: "/x".to_owned(), cause: cause.clone() };
    let german_text = german().statement(&warning);
    let is_translated = german_text.text.contains("(dort kann nur gelesen werden, EROFS)");
    assert!(is_translated && !german_text.text.contains("os error"), "{german_text:?}");
    assert_eq!(german_text.facts.args["cause"], cause);
    let english = Texts::new(Language::English);
    assert_eq!(english.translate(&german_text.facts), Some(english.message(&warning)));
    let (place, why) = (LockPlace::Disk, Obstacle::Unknown);
    let fault = Fault::LockFailed { path: "/x".to_owned(), place, why, cause: "held by: bash (4711)".to_owned() };
    assert!(german().message(&fault).what.ends_with("(gehalten von: bash (4711))."), "{:?}", german().message(&fault));
}
