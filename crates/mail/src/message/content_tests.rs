//! What every kind of mail has in common.

use super::*;
use crate::message::ended::after_run;
use crate::message::logs::Logs;
use crate::message::samples::{aborted, all, in_language, success, whole};
use asbackup_api::{Fault, RunRecord, RunWarning, Step};
use asbackup_texts::{Language, samples};

#[test]
fn a_success_has_at_most_ten_lines_for_any_number_of_warnings() {
    for language in Language::ALL {
        for count in 0..=samples::warnings(0).len() {
            let warnings = samples::warnings(0).into_iter().take(count).map(RunWarning::Copy).collect();
            let texts = Texts::new(language);
            let record = RunRecord { warnings, ..success() };
            let text = |warning| texts.message_after_run(warning, record.presence()).to_string();
            let warnings: Vec<String> = record.warnings.iter().map(text).collect();
            let logs = Logs::of_states(&[whole("asbackup.log"), whole("rsync.log")]);
            let content = in_language(language, |renderer| renderer.ended(&record, &logs));
            assert!(content.lines.len() <= 10, "{content:#?}");
            assert!(content.lines.iter().all(|line| !line.contains('\n') && !line.is_empty()));
            let body = content.lines.join("\n");
            warnings.iter().for_each(|warning| assert!(body.contains(warning), "{warning} in {body}"));
        }
    }
}

#[test]
fn every_abort_names_step_cause_meaning_action_and_whether_to_unplug() {
    for language in Language::ALL {
        let texts = Texts::new(language);
        let known_step = |fault: &Fault| *fault != Fault::Interrupted;
        for fault in samples::faults(0).into_iter().filter(known_step) {
            for safe_to_remove in [true, false] {
                let record = RunRecord { safe_to_remove, ..aborted(Step::Lock, fault.clone()) };
                let message = texts.message(&after_run(&record, &fault));
                // An interrupted run is resumed, so its disk stays.
                let may_go_now = safe_to_remove && !fault.is_interruption();
                let content = in_language(language, |renderer| renderer.ended(&record, &Logs::of_states(&[])));
                let body = content.lines.join("\n");
                for part in [&message.what, &message.meaning, &message.action, &texts.text("step-4", &[])] {
                    assert!(body.contains(part), "{part} in {body}");
                }
                let may_go = texts.text("mail-safe", &[]);
                assert_eq!(body.contains(&may_go), may_go_now, "{body}");
                assert_eq!(content.subject.contains(&texts.text("mail-action-safe", &[])), may_go_now);
                let to_wait = ["erst ab, wenn", "until the status", "nicht abziehen", "do not unplug"];
                let asks_to_wait = to_wait.iter().any(|words| body.contains(words));
                assert!(!may_go_now || !asks_to_wait || fault == Fault::DiskRemoved, "contradicts itself: {body}");
            }
        }
    }
}

#[test]
fn every_line_ends_with_punctuation() {
    // Outlook joins lines that end without punctuation.
    for language in Language::ALL {
        for (name, render) in all() {
            for line in in_language(language, |renderer| render(renderer)).lines {
                assert!(line.is_empty() || line.ends_with(['.', ')', '›']), "{name}: {line}");
                assert!(!line.contains(['{', '}']), "{name}: {line}");
            }
        }
    }
}

#[test]
fn a_label_can_not_forge_a_header() {
    let record = RunRecord { label: "x\r\nBcc: thief@example.com".to_owned(), ..success() };
    let content = in_language(Language::English, |renderer| renderer.ended(&record, &Logs::of_states(&[])));
    assert!(!content.subject.contains(['\r', '\n']), "{}", content.subject);
}
