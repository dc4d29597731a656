//! The history survives crashes, full disks and foreign bytes.

use std::fs;
use std::os::unix::fs::MetadataExt;

use proptest::prelude::*;

use super::*;
use crate::store::index::RunIndex;
use asbackup_api::{AttachmentId, DiskId, Fault, Outcome, RunWarning, Step, Totals, Trigger};

pub(in crate::store) fn disk(name: &str) -> DiskId {
    DiskId::new(name)
}

pub(in crate::store) fn attachment(diskseq: u64) -> AttachmentId {
    AttachmentId { boot_id: "boot".to_owned(), diskseq: Some(diskseq) }
}

pub(in crate::store) fn begun(run: u64) -> RunBegun {
    RunBegun {
        run,
        disk: disk("B78E-6CC4"),
        label: "Gold\n„ß“".to_owned(),
        trigger: Trigger::Plugged,
        attachment: attachment(run),
        started_at: run,
        logs: Vec::new(),
    }
}

pub(in crate::store) fn record(run: u64, outcome: Outcome) -> RunRecord {
    let begun = begun(run);
    RunRecord {
        run,
        disk: begun.disk,
        label: begun.label,
        trigger: begun.trigger,
        attachment: begun.attachment,
        started_at: run,
        finished_at: run + 1,
        outcome,
        step: Step::Copy,
        fault: Some(Fault::DiskRemoved).filter(|_| outcome == Outcome::Aborted),
        warnings: vec![RunWarning::Copy(Warning::Stalled { minutes: 5 })],
        totals: Totals::default(),
        safe_to_remove: true,
        logs: Vec::new(),
    }
}

fn runs(records: &[RunRecord]) -> Vec<u64> {
    records.iter().map(|record| record.run).collect()
}

pub(in crate::store) struct Room(tempfile::TempDir);

impl Room {
    pub(in crate::store) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn with(bytes: &[u8]) -> Self {
        let room = Self::new();
        fs::write(room.file(), bytes).unwrap();
        room
    }

    fn file(&self) -> PathBuf {
        self.0.path().join(FILE_NAME)
    }

    pub(in crate::store) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(in crate::store) fn open(&self) -> History {
        History::open(self.0.path()).unwrap()
    }
}

/// Three runs; the second was interrupted.
pub(in crate::store) fn three_runs() -> (Room, History) {
    let room = Room::new();
    let mut history = room.open();
    history.begin(&begun(1)).unwrap();
    history.end(&record(1, Outcome::Success)).unwrap();
    history.begin(&begun(2)).unwrap();
    history.begin(&begun(3)).unwrap();
    history.end(&record(3, Outcome::Aborted)).unwrap();
    (room, history)
}

#[test]
fn a_note_is_among_its_runs_warnings_whenever_it_came() {
    let room = Room::new();
    let mut history = room.open();
    let refused = |recipient: &str| {
        let (recipient, subject, cause) = (recipient.to_owned(), "s".to_owned(), "c".to_owned());
        Warning::MailRecipientRefused { recipient, subject, cause }
    };
    history.note(1, &refused("early@x")).unwrap();
    history.end(&record(1, Outcome::Success)).unwrap();
    history.end(&record(2, Outcome::Success)).unwrap();
    history.note(1, &refused("late@x")).unwrap();
    history.note(7, &refused("nobody@x")).unwrap();
    let [second, first] = history.reader().newest(9).unwrap().try_into().unwrap();
    assert_eq!(
        first.warnings[first.warnings.len() - 2..],
        [refused("early@x"), refused("late@x")].map(RunWarning::Mail)
    );
    assert_eq!(second.warnings, record(2, Outcome::Success).warnings);
    let after = |run| runs(&history.reader().ended_after(run).unwrap());
    assert_eq!((after(0), after(1), after(2)), (vec![1, 2], vec![2], vec![]));
}

#[test]
fn what_was_written_is_read_back_after_a_restart() {
    let (room, history) = three_runs();
    drop(history);
    let history = room.open();
    let newest = history.reader().newest(10).unwrap();
    assert_eq!(newest, [record(3, Outcome::Aborted), record(1, Outcome::Success)]);
    assert_eq!(history.damage(), None);
}

#[test]
fn no_more_runs_are_read_than_asked_for() {
    let (_room, history) = three_runs();
    assert_eq!(runs(&history.reader().newest(1).unwrap()), [3]);
    assert!(history.reader().newest(0).unwrap().is_empty());
}

#[test]
fn the_file_is_not_readable_by_everybody() {
    let room = Room::new();
    let history = room.open();
    assert!(history.reader().newest(1).unwrap().is_empty());
    assert_eq!(room.file().metadata().unwrap().mode() & 0o777, 0o640);
}

#[test]
fn a_truncated_file_loses_no_whole_line_and_no_later_one() {
    let (room, _) = three_runs();
    let whole = fs::read(room.file()).unwrap();
    for length in 0..=whole.len() {
        let room = Room::with(&whole[..length]);
        room.open().end(&record(9, Outcome::Success)).unwrap();
        let bytes = fs::read(room.file()).unwrap();
        assert!(bytes.starts_with(&whole[..length]), "nothing is taken back");

        let history = room.open();
        let kept = &whole[..length];
        let ended = |line: &&[u8]| line.starts_with(br#"{"ended""#) && line.ends_with(b"}}");
        // A line that lacks only its newline is whole: no shorter piece of it is an object.
        let expected = kept.split(|byte| *byte == b'\n').filter(ended);
        let expected = expected.filter(|line| serde_json::from_slice::<Line>(line).is_ok());
        let newest = history.reader().newest(10).unwrap();
        assert_eq!(newest.len(), expected.count() + 1, "cut at {length}");
        assert_eq!(newest[0].run, 9);
    }
}

#[test]
fn a_torn_line_is_reported_and_harmless() {
    let room = Room::with(b"{\"begun\":{\"run\":4,");
    let mut history = room.open();
    let path = room.file().display().to_string();
    assert_eq!(history.damage(), Some(Warning::DamagedHistory { path, lines: 1 }));
    history.begin(&begun(5)).unwrap();
    let (_, unfinished) = RunIndex::read(history.reader(), "boot").unwrap();
    assert_eq!(unfinished, [begun(5)]);
}

#[test]
fn foreign_lines_are_skipped() {
    let (room, mut history) = three_runs();
    let mut bytes = fs::read(room.file()).unwrap();
    bytes.extend(b"hello\n\xff\xfe\n{\"later\":{}}\n{\"ended\":{\"run\":8}}\n\n");
    fs::write(room.file(), &bytes).unwrap();
    history.end(&record(9, Outcome::Cancelled)).unwrap();
    assert_eq!(runs(&history.reader().newest(10).unwrap()), [9, 3, 1]);
    let Some(Warning::DamagedHistory { lines, .. }) = room.open().damage() else {
        panic!("nothing was told");
    };
    assert_eq!(lines, 4);
}

#[test]
fn a_file_that_can_not_be_written_is_an_error() {
    let (room, mut history) = three_runs();
    fs::remove_file(room.file()).unwrap();
    fs::create_dir(room.file()).unwrap();
    let refused = history.begin(&begun(4));
    assert!(matches!(refused, Err(HistoryError::Write { .. })), "{refused:?}");
}

#[test]
fn a_run_too_long_to_be_read_back_is_refused() {
    let (_room, mut history) = three_runs();
    let mut endless = record(4, Outcome::Success);
    endless.label = "x".repeat(LONGEST);
    let refused = history.end(&endless);
    assert!(matches!(refused, Err(HistoryError::TooLong { run: 4, .. })));
    assert_eq!(runs(&history.reader().newest(10).unwrap()), [3, 1]);
}

#[test]
fn a_reader_sees_what_was_written_since() {
    let (_room, mut history) = three_runs();
    let reader = history.reader().clone();
    history.end(&record(4, Outcome::Success)).unwrap();
    assert_eq!(reader.newest(1).unwrap()[0].run, 4);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_bytes_are_survived_and_written_after(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let room = Room::with(&bytes);
        let mut history = room.open();
        history.end(&record(7, Outcome::Success)).unwrap();
        let newest = history.reader().newest(1).unwrap();
        prop_assert_eq!(&newest, &[record(7, Outcome::Success)]);
        prop_assert!(fs::read(room.file()).unwrap().starts_with(&bytes));
    }

    #[test]
    fn any_damage_costs_only_the_lines_it_hits(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let (room, _) = three_runs();
        let mut bytes = fs::read(room.file()).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        fs::write(room.file(), &bytes).unwrap();
        let newest = room.open().reader().newest(10).unwrap();
        prop_assert!((1..=2).contains(&newest.len()), "{} left", newest.len());
    }
}

/// As version 0.1 wrote it: a run with two lists of what went wrong, and a note about its mail.
const OLD_HISTORY: &str = r#"{"begun":{"run":7,"disk":"B78E-6CC4","label":"Gold","trigger":"plugged","plug":{"boot_id":"b","diskseq":4},"started_at":1}}
{"ended":{"run":7,"disk":"B78E-6CC4","label":"Gold","trigger":"plugged","plug":{"boot_id":"b","diskseq":4},"started_at":1,"finished_at":2,"outcome":"aborted","step":"copy","fault":{"kind":"disk-removed"},"further":[{"kind":"interrupted"}],"warnings":[{"kind":"stalled","minutes":5}],"totals":{"bytes_done":3},"safe_to_remove":false}}
{"noted":{"run":7,"warning":{"kind":"mail-delayed","server":"mx","cause":"away"}}}
"#;

#[test]
fn a_history_of_version_0_1_is_read_whole() {
    let room = Room::with(OLD_HISTORY.as_bytes());
    let history = room.open();
    assert!(history.damage().is_none());
    let [record] = history.reader().newest(9).unwrap().try_into().unwrap();
    let mail = Warning::MailDelayed { server: "mx".to_owned(), cause: "away".to_owned() };
    let copy = RunWarning::Copy(Warning::Stalled { minutes: 5 });
    assert_eq!(record.warnings, [copy, RunWarning::Release(Fault::Interrupted), RunWarning::Mail(mail)]);
    assert_eq!((record.fault, record.totals.bytes_done), (Some(Fault::DiskRemoved), 3));
}
