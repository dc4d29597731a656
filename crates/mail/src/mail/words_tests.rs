//! Every mail as people get it, in both languages, held against `tests/mail_texts/`. `UPDATE=1 cargo test -p asbackup-mail` writes them anew.

use std::fs;
use std::path::Path;

use jiff::tz::TimeZone;

use super::*;
use crate::mail::logs::{Gap, State};
use asbackup_api::{AttachmentId, DiskId, Notice, Step, Totals, Trigger};
use asbackup_texts::{Language, samples};

const BEGIN: Micros = 1_795_442_700_000_000;
const MINUTE: Micros = 60_000_000;

fn clock() -> Clock {
    Clock { now: "2026-11-23T14:05:00Z".parse().unwrap(), zone: TimeZone::UTC }
}

fn begun() -> RunBegun {
    RunBegun {
        run: 17,
        disk: DiskId::new("B78E-6CC4"),
        label: "Gold".to_owned(),
        trigger: Trigger::Plugged,
        attachment: AttachmentId { boot_id: String::new(), diskseq: None },
        started_at: BEGIN,
        logs: Vec::new(),
    }
}

pub fn success() -> RunRecord {
    let totals = Totals {
        bytes_total: 66_000_000_000,
        bytes_done: 66_000_000_000,
        files: 12,
        deletions: 1,
        copy_seconds: 600,
        free_bytes: 250_000_000_000,
        size_bytes: 2_000_000_000_000,
    };
    let record = begun().ended(BEGIN + 12 * MINUTE, Outcome::Success);
    RunRecord { step: Step::Unmount, totals, safe_to_remove: true, ..record }
}

fn aborted(step: Step, fault: Fault) -> RunRecord {
    let totals = Totals { bytes_done: 3_000_000_000, ..success().totals };
    RunRecord { outcome: Outcome::Aborted, step, totals, fault: Some(fault), safe_to_remove: false, ..success() }
}

fn low_space() -> Warning {
    Warning::LowSpace { free: 40_000_000_000, threshold: 50_000_000_000 }
}

type Write = Box<dyn Fn(&Writer) -> Words>;

/// Every kind of mail, by a name for its snapshot.
fn all() -> Vec<(&'static str, Write)> {
    let ended = |record: RunRecord| -> Write {
        Box::new(move |writer| writer.ended(&record, &Logs::of_states(&[whole("asbackup.log"), whole("rsync.log.gz")])))
    };
    let with_logs =
        |states: Vec<State>| -> Write { Box::new(move |writer| writer.ended(&success(), &Logs::of_states(&states))) };
    let never_mounted = RunRecord {
        totals: Totals::default(),
        ..aborted(Step::WaitForVeeam, Fault::VeeamBusy { jobs: "Mail".into(), minutes: 480 })
    };
    let busy = Fault::UnmountFailed {
        mount_point: "/media/Gold".into(),
        holders: "bash (4711)".into(),
        synced: true,
        cause: "busy".into(),
    };
    let broken = RunRecord {
        further: vec![busy],
        warnings: vec![Warning::Stalled { minutes: 10 }],
        ..aborted(Step::Copy, Fault::CopyFailed { code: 23, cause: "some files".into() })
    };
    let nothing = RunRecord { totals: Totals { files: 0, bytes_done: 0, ..success().totals }, ..success() };
    let unproven = RunRecord { safe_to_remove: false, ..success() };
    let nameless = RunRecord { label: String::new(), ..success() };
    let cancelled = RunRecord { outcome: Outcome::Cancelled, fault: None, ..aborted(Step::Copy, Fault::DiskRemoved) };
    let killed = RunRecord { totals: Totals::default(), ..aborted(Step::IdentifyDisk, Fault::Interrupted) };
    let space = Fault::NoSpace { needed: 1_500_000_000, free: 500_000_000, missing: 1_000_000_000, reserved: 0 };
    let lock = |story: LockStory| -> Write { Box::new(move |writer| writer.lock(&story)) };
    let gave_up = Warning::VeeamGaveUp { job: "Nightly".into(), minutes: 14 };
    let old = Warning::VeeamLockOld { job: "Nightly".into(), hours: 30 };
    let cleared = Notice::VeeamLockCleared { job: "Nightly".into() };
    let forsaken = Notice::VeeamLockForsaken { job: "Nightly".into(), hours: 30 };
    vec![
        ("begun", Box::new(|writer| writer.begun(&begun()))),
        ("success", ended(success())),
        ("success, nothing to copy", ended(nothing)),
        ("success, not proven safe", ended(unproven)),
        ("success, no label", ended(nameless)),
        ("success, a warning", ended(RunRecord { warnings: vec![low_space()], ..success() })),
        ("success, many warnings", ended(RunRecord { warnings: vec![low_space(); 5], ..success() })),
        ("success, logs cut", with_logs(vec![State::Cut("asbackup.log.gz".into()), State::Empty])),
        ("success, no logs", with_logs(vec![State::LeftOut, State::Unreadable("Permission denied".into())])),
        ("success, no part to be found", with_logs(vec![State::Lost, State::Empty])),
        (
            "success, logs with gaps",
            Box::new(|writer| {
                let logs = Logs::of_states(&[whole("rsync.log"), State::Empty]);
                writer.ended(&success(), &logs.with_gaps(&[Gap::Begin, Gap::End]))
            }),
        ),
        ("aborted, never mounted", ended(never_mounted)),
        ("aborted, released", ended(RunRecord { safe_to_remove: true, ..aborted(Step::Check, space) })),
        ("aborted, still mounted", ended(broken)),
        ("aborted, unplugged", ended(aborted(Step::Copy, Fault::DiskRemoved))),
        ("aborted, killed", ended(killed)),
        ("cancelled", ended(RunRecord { safe_to_remove: true, ..cancelled })),
        ("config refused", Box::new(|writer| writer.config_refused(&["One is wrong.".into(), "Two is wrong.".into()]))),
        ("lock, waited in vain", lock(LockStory::Warned { job: "Nightly".into(), warning: gave_up })),
        ("lock, too old", lock(LockStory::Warned { job: "Nightly".into(), warning: old })),
        (
            "lock, not made",
            lock(LockStory::Failed {
                job: "Nightly".into(),
                fault: Fault::VeeamLockFailed {
                    job: "Nightly".into(),
                    path: "/srv/veeam-locks".into(),
                    cause: "Read-only file system (os error 30)".into(),
                },
            }),
        ),
        ("too many of one kind", {
            let since = BEGIN;
            Box::new(move |writer| writer.held_back(&Crowd { count: 590, sent: 10, since }, "VEEAM: the job “Nightly”"))
        }),
        ("lock, lifted by Veeam", lock(LockStory::Lifted { job: "Nightly".into(), notice: cleared })),
        ("lock, lifted by its age", lock(LockStory::Lifted { job: "Nightly".into(), notice: forsaken })),
        ("reminder", Box::new(|writer| writer.reminder(7, BEGIN, BEGIN))),
        ("reminder without a copy", Box::new(|writer| writer.reminder(7, BEGIN, 0))),
        ("test", Box::new(|writer| writer.test(BEGIN))),
    ]
}

fn whole(name: &str) -> State {
    State::Whole(name.to_owned())
}

fn in_language<T>(language: Language, write: impl FnOnce(&Writer) -> T) -> T {
    write(&Writer { texts: &Texts::new(language), clock: &clock(), host: "atlantis" })
}

#[test]
fn every_mail_reads_as_in_the_snapshots() {
    for (language, name) in [(Language::German, "de.txt"), (Language::English, "en.txt")] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail_texts").join(name);
        let mut text = String::new();
        for (name, write) in all() {
            let words = in_language(language, |writer| write(writer));
            text += &format!("=== {name}\nSubject: {}\n\n{}\n\n", words.subject, words.lines.join("\n"));
        }
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, &text).unwrap();
        }
        let there = fs::read_to_string(&path).unwrap();
        assert!(there == text, "{} is out of date: UPDATE=1 cargo test -p asbackup-mail\n{text}", path.display());
    }
}

#[test]
fn a_success_has_at_most_ten_lines_however_many_warnings_there_are() {
    for language in Language::ALL {
        for count in 0..=samples::warnings(0).len() {
            let warnings: Vec<Warning> = samples::warnings(0).into_iter().take(count).collect();
            let texts = Texts::new(language);
            let record = RunRecord { warnings, ..success() };
            let say = |warning| texts.say(&afterwards(&record, warning)).to_string();
            let told: Vec<String> = record.warnings.iter().map(say).collect();
            let logs = Logs::of_states(&[whole("asbackup.log"), whole("rsync.log")]);
            let words = in_language(language, |writer| writer.ended(&record, &logs));
            assert!(words.lines.len() <= 10, "{words:#?}");
            assert!(words.lines.iter().all(|line| !line.contains('\n') && !line.is_empty()));
            let body = words.lines.join("\n");
            told.iter().for_each(|warning| assert!(body.contains(warning), "{warning} in {body}"));
        }
    }
}

#[test]
fn every_abort_says_step_cause_meaning_action_and_whether_the_disk_may_go() {
    for language in Language::ALL {
        let texts = Texts::new(language);
        let known_step = |fault: &Fault| *fault != Fault::Interrupted;
        for fault in samples::faults(0).into_iter().filter(known_step) {
            for safe_to_remove in [true, false] {
                let record = RunRecord { safe_to_remove, ..aborted(Step::Lock, fault.clone()) };
                let message = texts.say(&afterwards(&record, &fault));
                // A run that was cut off is taken up again, so its disk stays.
                let may_go_now = safe_to_remove && !fault.is_interruption();
                let words = in_language(language, |writer| writer.ended(&record, &Logs::of_states(&[])));
                let body = words.lines.join("\n");
                for part in [&message.what, &message.meaning, &message.action, &texts.text("step-4", &[])] {
                    assert!(body.contains(part), "{part} in {body}");
                }
                let may_go = texts.text("mail-safe", &[]);
                assert_eq!(body.contains(&may_go), may_go_now, "{body}");
                assert_eq!(words.subject.contains(&texts.text("mail-action-safe", &[])), may_go_now);
                let to_wait = ["erst ab, wenn", "until the status", "nicht abziehen", "do not unplug"];
                let asks_to_wait = to_wait.iter().any(|words| body.contains(words));
                assert!(!may_go_now || !asks_to_wait || fault == Fault::DiskRemoved, "two voices: {body}");
            }
        }
    }
}

#[test]
fn lines_end_where_sentences_do() {
    // Outlook joins lines that don't.
    for language in Language::ALL {
        for (name, write) in all() {
            for line in in_language(language, |writer| write(writer)).lines {
                assert!(line.is_empty() || line.ends_with(['.', ')', '›']), "{name}: {line}");
                assert!(!line.contains(['{', '}']), "{name}: {line}");
            }
        }
    }
}

#[test]
fn a_label_forges_no_header() {
    let record = RunRecord { label: "x\r\nBcc: thief@example.com".to_owned(), ..success() };
    let words = in_language(Language::English, |writer| writer.ended(&record, &Logs::of_states(&[])));
    assert!(!words.subject.contains(['\r', '\n']), "{}", words.subject);
}
