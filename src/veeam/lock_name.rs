//! The names of locks: a job, or a job and one of its sessions. The name is the file name.

use icu_normalizer::DecomposingNormalizerBorrowed;
use uuid::Uuid;

/// Between job and session. Sessions are UUIDs, and no job is named like one.
const SESSION: char = '@';
/// A file name has at most 255 bytes, including the ending and the dot of the temporary name.
const LONGEST: usize = 240;

/// Whether the name can be used as a file name.
pub fn is_job_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= LONGEST
        && !name.starts_with('.')
        && !name.contains('/')
        && !name.chars().any(char::is_control)
}

/// The job, and the session if there is one.
pub fn split(name: &str) -> (&str, Option<&str>) {
    match name.rsplit_once(SESSION) {
        Some((job, session)) if !job.is_empty() && is_session(session) => (job, Some(session)),
        _ => (name, None),
    }
}

fn is_session(text: &str) -> bool {
    const WRITTEN: usize = 36;
    text.len() == WRITTEN && Uuid::try_parse(text).is_ok()
}

/// Whether `wanted` means the lock `name`: that very lock, or any session of the job.
pub fn matches_name(wanted: &str, name: &str) -> bool {
    wanted == name || split(name).0 == wanted
}

/// Whether two different names may mean the same job: Windows ignores case and trailing blanks and dots, and an umlaut
/// may be one character or two. A session's lock counts as its job's.
pub fn is_similar(wanted: &str, name: &str) -> bool {
    let wanted_folded = folded(wanted);
    !matches_name(wanted, name) && (wanted_folded == folded(name) || wanted_folded == folded(split(name).0))
}

fn folded(name: &str) -> String {
    let forms = DecomposingNormalizerBorrowed::new_nfkd();
    // To upper case and back, since lower-case letters may share an upper-case one (σ, ς) or have two (ß).
    let letters = forms.normalize_iter(name.chars()).flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    let folded: String = forms.normalize_iter(letters).collect();
    folded.trim_end_matches(['.', ' ']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "2b3c4d5e-1111-2222-3333-444455556666";

    #[test]
    fn names_that_are_not_plain_file_names_are_refused() {
        for name in ["", ".", "..", ".hidden", "a/b", "a\nb", "a\0b", &"x".repeat(241)] {
            assert!(!is_job_name(name), "{name:?}");
        }
        for name in ["Backup Job 1", "Täglich-ü", "a..b", "*"] {
            assert!(is_job_name(name), "{name:?}");
        }
    }

    #[test]
    fn only_a_uuid_is_a_session() {
        assert_eq!(split(&format!("Nightly@{ID}")), ("Nightly", Some(ID)));
        assert_eq!(split(&format!("a@b@{ID}")), ("a@b", Some(ID)));
        for name in ["Nightly", "Nightly@home", "Nightly@2b3c4d5e111122223333444455556666", &format!("@{ID}")] {
            assert_eq!(split(name), (name, None));
        }
    }

    #[test]
    fn names_that_are_easily_confused_are_similar() {
        let session = format!("Job A@{ID}");
        for (one, other) in [
            ("job a", "Job A"),
            ("T\u{e4}glich", "Ta\u{308}glich"),
            ("T\u{c4}GLICH", "ta\u{308}glich"),
            ("Gro\u{df}", "GROSS"),
            ("Job A", "Job A "),
            ("job a", session.as_str()),
        ] {
            assert!(is_similar(one, other), "{one} {other}");
        }
        let other = format!("Job A@{}", ID.replace('6', "7"));
        for (one, other) in
            [("Job A", "Job A"), ("Job A", &session), (&session, &other), ("Job A", "Job B"), ("Tag", "T\u{e4}g")]
        {
            assert!(!is_similar(one, other), "{one} {other}");
        }
    }

    #[test]
    fn a_job_means_all_its_sessions_and_a_session_only_itself() {
        let session = format!("Nightly@{ID}");
        assert!(
            matches_name("Nightly", "Nightly") && matches_name("Nightly", &session) && matches_name(&session, &session)
        );
        assert!(
            !matches_name(&session, "Nightly")
                && !matches_name("Night", "Nightly")
                && !matches_name("Nightly", "Nightly@home")
        );
    }
}
