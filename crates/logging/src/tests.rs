//! What reaches journal and text log, seen through a sink that keeps the records.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use log::kv::{Error, Key, Value, VisitSource};

use super::*;
use crate::message_id;
use asbackup_api::{Fault, Notice, Step};
use asbackup_texts::{HasText, samples, text_id};

type Records = Arc<Mutex<Vec<(Level, String, Vec<(String, String)>)>>>;

struct Recorder(Records);

impl Log for Recorder {
    fn enabled(&self, _: &Metadata) -> bool {
        true
    }

    fn log(&self, record: &Record) {
        let mut pairs = Pairs::default();
        record.key_values().visit(&mut pairs).unwrap();
        let message = record.args().to_string();
        self.0.lock().unwrap().push((record.level(), message, pairs.0));
    }

    fn flush(&self) {}
}

#[derive(Default)]
struct Pairs(Vec<(String, String)>);

impl<'kvs> VisitSource<'kvs> for Pairs {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), Error> {
        self.0.push((key.to_string(), value.to_string()));
        Ok(())
    }
}

fn recorded_log(text_log: Option<&Path>) -> (DaemonLog, Records) {
    let records = Records::default();
    let log = DaemonLog::new();
    assert!(log.sink.set(Box::new(Recorder(records.clone()))).is_ok());
    log.write_to(text_log);
    (log, records)
}

fn write(log: &DaemonLog, level: Level, target: &str, text: &str) {
    let mut record = Record::builder();
    let record = record.level(level).target(target);
    log.log(&record.args(format_args!("{text}")).build());
}

fn fields_of<T: HasText>(value: &T, scope: &Scope) -> Vec<(String, String)> {
    let (log, records) = recorded_log(None);
    let texts = Texts::new(Language::English);
    log_to(&log, Level::Error, value, &Context { texts: &texts, scope });
    records.lock().unwrap().remove(0).2
}

#[test]
fn a_fault_carries_its_id_its_name_and_its_fields() {
    let fault = Fault::WriteProtected { device: "/dev/sdb1".to_owned() };
    let scope = Scope { run: 17, disk: "B78E-6CC4".to_owned(), step: Some(Step::Mount) };
    let expected = [
        ("MESSAGE_ID", "37e32e4fefa15310abdcec745262382a"),
        ("ASBACKUP_RUN", "17"),
        ("ASBACKUP_DISK", "B78E-6CC4"),
        ("ASBACKUP_STEP", "mount"),
        ("ASBACKUP_ERROR", "MountFailed"),
        ("ASBACKUP_DEVICE", "/dev/sdb1"),
    ];
    let expected = expected.map(|(name, text)| (name.to_owned(), text.to_owned()));
    assert_eq!(fields_of(&fault, &scope), expected);
}

#[test]
fn no_field_appears_twice() {
    let notice = Notice::RunStarted {
        run: 17,
        disk: "b78e-6cc4".to_owned(),
        label: "a\nb".to_owned(),
        trigger: "called".to_owned(),
    };
    let scope = Scope { run: 17, disk: "B78E-6CC4".to_owned(), step: None };
    let fields = fields_of(&notice, &scope);
    let names: BTreeSet<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names.len(), fields.len(), "{fields:?}");
    assert!(fields.contains(&("ASBACKUP_LABEL".to_owned(), r"a\nb".to_owned())));
}

#[test]
fn every_text_has_a_message_id_of_its_own() {
    let mut ids: Vec<String> = samples::faults(0).iter().map(text_id).collect();
    ids.extend(samples::warnings(0).iter().map(text_id));
    ids.extend(samples::notices(0).iter().map(text_id));
    let distinct: BTreeSet<String> = ids.iter().map(|id| message_id(id)).collect();
    assert_eq!(distinct.len(), ids.len());
    let hexadecimal = |id: &String| id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit());
    assert!(distinct.iter().all(hexadecimal));
}

#[test]
fn only_warnings_and_errors_of_other_crates_are_logged() {
    let (log, records) = recorded_log(None);
    log.debug.store(true, Ordering::Relaxed);
    write(&log, Level::Info, "zbus::connection", "noise");
    write(&log, Level::Warn, "zbus::connection", "worth it");
    write(&log, Level::Debug, "asbackup::disks", "own");
    let messages: Vec<String> = records.lock().unwrap().iter().map(|record| record.1.clone()).collect();
    assert_eq!(messages, ["worth it", "own"]);
}

#[test]
fn debug_lines_are_logged_only_on_request() {
    let (log, records) = recorded_log(None);
    write(&log, Level::Debug, "asbackup", "quiet");
    assert!(records.lock().unwrap().is_empty());
}

#[test]
fn the_text_log_has_only_our_own_messages_one_line_each() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("asbackup.log");
    let (log, _records) = recorded_log(Some(&path));
    log.debug.store(true, Ordering::Relaxed);
    write(&log, Level::Debug, "asbackup", "detail");
    write(&log, Level::Warn, "zbus", "foreign");
    write(&log, Level::Info, "asbackupd", "two\nlines");
    write(&log, Level::Error, "asbackup::copy", "failed");
    let text = fs::read_to_string(&path).unwrap();
    let after_time: Vec<&str> = text.lines().map(|line| &line[19..]).collect();
    assert_eq!(after_time, [r" info  two\nlines", " error failed"]);
}

#[test]
fn a_line_of_the_text_log_begins_with_local_time() {
    let clock =
        Clock { now: "2026-11-23T13:05:01Z".parse().unwrap(), zone: jiff::tz::TimeZone::fixed(jiff::tz::offset(1)) };
    let record = Record::builder().level(Level::Info).args(format_args!("text")).build();
    assert_eq!(text_line(&record, &clock), "2026-11-23 14:05:01 info  text");
}

#[test]
fn an_unwritable_text_log_is_reported_to_the_journal_once() {
    let (log, records) = recorded_log(Some(Path::new("/dev/full")));
    write(&log, Level::Info, "asbackup", "one");
    write(&log, Level::Info, "asbackup", "two");
    let records = records.lock().unwrap();
    let warnings: Vec<&String> =
        records.iter().filter(|record| record.0 == Level::Warn).map(|record| &record.1).collect();
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].contains("/dev/full"), "{warnings:?}");
}

#[test]
fn the_text_log_can_be_moved() {
    let directory = tempfile::tempdir().unwrap();
    let (first, second) = (directory.path().join("1.log"), directory.path().join("2.log"));
    let (log, _records) = recorded_log(Some(&first));
    write(&log, Level::Info, "asbackup", "one");
    log.write_to(Some(&second));
    write(&log, Level::Info, "asbackup", "two");
    log.write_to(None);
    write(&log, Level::Info, "asbackup", "three");
    assert!(fs::read_to_string(first).unwrap().ends_with("one\n"));
    assert!(fs::read_to_string(second).unwrap().ends_with("two\n"));
}

#[test]
fn what_other_programs_say_is_escaped_in_the_journal() {
    let (log, records) = recorded_log(None);
    write(&log, Level::Error, "asbackup", "rsync: a\nforged\u{1b}[2J");
    assert_eq!(records.lock().unwrap()[0].1, "rsync: a\\nforged\\u{1b}[2J");
}
