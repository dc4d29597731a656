//! How the snapshot and the history look on the bus: keys, types and words of `dbus/de.example.Backup.xml`.
//! Pure. Strings from outside (labels, file names, job names) are made harmless here, once.

use std::collections::HashMap;

use serde_json::Value;
use zbus::Variant;

use crate::model::{self, DiskRow, Fault, RunRecord, Status, Told, UnformattedRow};
use crate::texts::{Afterwards, Texts, harmless};

/// One `(sa{sv})`.
pub type Facts = (String, HashMap<String, Variant<'static>>);

/// One `a{sv}`.
pub type Row = HashMap<&'static str, Variant<'static>>;

/// All properties that can change, by their names on the bus.
pub fn properties(status: &Status) -> Row {
    let progress = &status.progress;
    HashMap::from([
        ("Status", harmless(&status.sentence).into()),
        ("State", status.state.name().into()),
        ("Disk", harmless(&status.disk).into()),
        ("Run", status.run.into()),
        ("StartedAt", status.started_at.into()),
        ("Progress", status.ratio.into()),
        ("BytesDone", progress.bytes_done.into()),
        ("BytesTotal", progress.bytes_total.into()),
        ("BytesResumed", status.bytes_resumed.into()),
        ("BytesPerSecond", progress.rate.into()),
        ("SecondsLeft", progress.seconds_left.into()),
        ("CurrentFile", harmless(&progress.file).into()),
        ("Queue", all(&status.queue).into()),
        ("Warnings", sentences(&status.warnings).into()),
        ("WarningFacts", all_facts(&status.warnings).into()),
        ("FreeBytes", status.free_bytes.into()),
        ("LastResult", last_result(status).into()),
        ("LastError", last_error(status).into()),
        ("LastErrorFacts", facts(&status.last_error.1).into()),
        ("LastWarnings", sentences(&status.last_warnings).into()),
        ("LastWarningFacts", all_facts(&status.last_warnings).into()),
        ("LastDisk", last_disk(status).into()),
        ("LastFinishedAt", last_finished_at(status).into()),
        ("SafeToRemove", all(&status.safe_to_remove).into()),
        ("VeeamLocks", veeam_locks(status).into()),
        ("VeeamLockCount", status.veeam_lock_count.into()),
        ("ConfigError", harmless(&status.config_error.text).into()),
        ("ConfigErrorFacts", facts(&status.config_error).into()),
        ("OutboxCount", status.outbox_count.into()),
        ("OutboxError", harmless(&status.outbox_error.text).into()),
        ("OutboxErrorFacts", facts(&status.outbox_error).into()),
        ("RunLog", run_log(status).into()),
        ("WebAddress", harmless(&status.web_address).into()),
        ("WebNames", all(&status.web_names).into()),
    ])
}

pub fn all(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| harmless(text)).collect()
}

pub fn sentences(told: &[Told]) -> Vec<String> {
    told.iter().map(|told| harmless(&told.text)).collect()
}

/// What a sentence is about: its kind, and its arguments.
pub fn facts(told: &Told) -> Facts {
    pair(&told.facts)
}

pub fn all_facts(told: &[Told]) -> Vec<Facts> {
    told.iter().map(facts).collect()
}

fn pair(facts: &model::Facts) -> Facts {
    let args = facts.args.iter().filter_map(|(name, value)| Some((name.clone(), variant(value)?)));
    (facts.kind.clone(), args.collect())
}

/// None for what no argument is.
fn variant(value: &Value) -> Option<Variant<'static>> {
    match value {
        Value::Bool(flag) => Some((*flag).into()),
        Value::Number(number) => number.as_u64().map(Variant::from).or_else(|| number.as_i64().map(Variant::from)),
        Value::String(text) => Some(harmless(text).into()),
        // Sentences within a sentence.
        Value::Array(parts) => {
            Some(parts.iter().map(|part| pair(&model::Facts::read(part))).collect::<Vec<_>>().into())
        }
        Value::Null | Value::Object(_) => None,
    }
}

pub fn last_result(status: &Status) -> &'static str {
    let last = status.last.as_ref();
    last.map_or("", |last| last.outcome.name())
}

pub fn last_error(status: &Status) -> (String, String) {
    let (name, message) = &status.last_error;
    (name.clone(), harmless(&message.text))
}

pub fn last_disk(status: &Status) -> String {
    let last = status.last.as_ref();
    last.map_or_else(String::new, |last| harmless(last.disk.as_str()))
}

pub fn last_finished_at(status: &Status) -> u64 {
    status.last.as_ref().map_or(0, |last| last.finished_at)
}

/// Job, state, since.
pub fn veeam_locks(status: &Status) -> Vec<(String, String, u64)> {
    let row = |lock: &crate::model::VeeamLock| (harmless(&lock.job), lock.state().to_owned(), lock.since);
    status.veeam_locks.iter().map(row).collect()
}

/// When, how grave, and the text.
pub fn run_log(status: &Status) -> Vec<(u64, String, String)> {
    let row = |line: &crate::model::LogLine| (line.at, line.level.to_owned(), harmless(&line.text));
    status.run_log.iter().map(row).collect()
}

/// One entry of `ListDisks`.
pub fn disk(disk: &DiskRow) -> Row {
    HashMap::from([
        ("uuid", harmless(&disk.uuid).into()),
        ("known", disk.known.into()),
        ("present", disk.present.into()),
        ("label", harmless(&disk.label).into()),
        ("file-system", harmless(&disk.file_system).into()),
        ("device", harmless(&disk.device).into()),
        // Disks are recognised by it, so it is told to nobody; the key was there in the first version.
        ("serial", "".into()),
        ("vendor", harmless(&disk.vendor).into()),
        ("model", harmless(&disk.model).into()),
        ("mount-points", all(&disk.mount_points).into()),
        ("ignored", disk.ignored.into()),
        ("size", disk.size.into()),
        ("free", disk.free.into()),
        ("last-success", disk.last_success.into()),
        ("recipients", all(&disk.recipients).into()),
    ])
}

/// One entry of `ListUnformattedDisks`.
pub fn unformatted(disk: &UnformattedRow) -> Row {
    HashMap::from([
        ("device", harmless(&disk.device).into()),
        ("size", disk.size.into()),
        ("vendor", harmless(&disk.vendor).into()),
        ("model", harmless(&disk.model).into()),
        ("contents", disk.contents.name().into()),
    ])
}

/// One entry of `ListRuns`.
pub fn run(record: &RunRecord, texts: &Texts) -> Row {
    let totals = &record.totals;
    let error = record.fault.as_ref().map_or("", Fault::name);
    let presence = record.presence();
    let message = record.fault.as_ref().map(|told| texts.tell(&Afterwards { told, presence })).unwrap_or_default();
    let warnings = record.warnings.iter().filter(|warning| warning.warning().is_some());
    let warnings: Vec<Told> = warnings.map(|warning| texts.tell_afterwards(warning, presence)).collect();
    HashMap::from([
        ("run", record.run.into()),
        ("disk", harmless(record.disk.as_str()).into()),
        ("label", harmless(&record.label).into()),
        ("trigger", record.trigger.name().into()),
        ("started-at", record.started_at.into()),
        ("finished-at", record.finished_at.into()),
        ("result", record.outcome.name().into()),
        ("error", error.into()),
        ("message", harmless(&message.text).into()),
        ("message-facts", facts(&message).into()),
        ("warnings", sentences(&warnings).into()),
        ("warning-facts", all_facts(&warnings).into()),
        ("step", record.step.name().into()),
        ("bytes-total", totals.bytes_total.into()),
        ("bytes-done", totals.bytes_done.into()),
        ("files", totals.files.into()),
        ("deletions", totals.deletions.into()),
        ("copy-seconds", totals.copy_seconds.into()),
        ("free", totals.free_bytes.into()),
        ("size", totals.size_bytes.into()),
        ("safe-to-remove", record.safe_to_remove.into()),
    ])
}
