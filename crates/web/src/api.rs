//! The status for programs: JSON for scripts, and Prometheus's text format for monitoring. Pure.

use std::fmt::Write;

use axum::http::StatusCode;
use serde_json::{Value, json};

use asbackup_api::{Disk, Outcome, Run};

use super::snapshot::{Snapshot, View};

/// Reads the value of a metric.
type DiskValue = fn(&Snapshot, &Disk) -> u64;
type RunValue = fn(&Run) -> u64;

/// 503 while the service does not answer, so that scripts need not parse the body.
pub fn status(view: &View) -> (StatusCode, String) {
    match view {
        View::Away => (StatusCode::SERVICE_UNAVAILABLE, json!({ "available": false }).to_string()),
        View::Here(now) => {
            let mut value = now.to_json();
            value.insert("available".to_owned(), true.into());
            (StatusCode::OK, Value::from(value).to_string())
        }
    }
}

/// `asbackup_up` is always present, all other metrics only while the service answers.
pub fn metrics(view: &View) -> String {
    let mut text = Metrics::default();
    let View::Here(now) = view else {
        text.family("up", "Whether the backup service answers.").sample(0);
        return text.0;
    };
    text.family("up", "Whether the backup service answers.").sample(1);
    service_metrics(&mut text, now);
    disk_metrics(&mut text, now);
    last_run_metrics(&mut text, now);
    text.0
}

fn service_metrics(text: &mut Metrics, now: &Snapshot) {
    text.family("info", "The version of the service, as a label.").labelled(&[("version", &now.status.version)], 1);
    text.family("state", "The state of the service, as a label.").labelled(&[("state", now.status.state.name())], 1);
    text.family("running", "Whether a run is in progress.").sample(u64::from(now.is_running()));
    text.family("progress_ratio", "Progress of the current copy, 0 to 1; -1 while unknown.")
        .sample(now.status.progress);
    text.family("copied_bytes", "Bytes copied by the current copy.").sample(now.status.bytes_done);
    text.family("config_error", "Whether the configuration is refused or incomplete.")
        .sample(u64::from(!now.status.config_error.is_empty()));
    text.family("outbox_mails", "Mails that are waiting to be sent.").sample(now.status.outbox_count);
    let in_state = |state: &str| now.status.veeam_locks.iter().filter(|lock| lock.state() == state).count();
    let mut locks = text.family("veeam_locks", "Veeam jobs that write or wait.");
    locks.labelled(&[("state", "held")], in_state("held"));
    locks.labelled(&[("state", "waiting")], in_state("waiting"));
}

fn disk_metrics(text: &mut Metrics, now: &Snapshot) {
    let gauges: [(&str, &str, DiskValue); 4] = [
        ("disk_present", "Whether the disk is plugged in.", |_, disk| u64::from(disk.present)),
        ("disk_safe_to_remove", "Whether the disk is verifiably unmounted and safe to remove.", |now, disk| {
            u64::from(now.is_safe(&disk.uuid))
        }),
        ("disk_last_success_timestamp_seconds", "End of the last good copy to the disk; 0 = never.", |_, disk| {
            disk.last_success / 1_000_000
        }),
        ("disk_free_bytes", "Free space on the disk at the end of its last run.", |_, disk| disk.free),
    ];
    for (name, help, value) in gauges {
        let mut family = text.family(name, help);
        for disk in now.known_disks() {
            family.labelled(&[("disk", &disk.uuid), ("label", now.name(&disk.uuid))], value(now, disk));
        }
    }
}

/// Metrics of each disk's newest run.
fn last_run_metrics(text: &mut Metrics, now: &Snapshot) {
    let gauges: [(&str, &str, RunValue); 4] = [
        ("last_run_success", "Whether the disk's last run succeeded.", |run| {
            u64::from(run.result == Some(Outcome::Success))
        }),
        ("last_run_timestamp_seconds", "End of the disk's last run.", |run| run.finished_at / 1_000_000),
        ("last_run_duration_seconds", "Duration of the disk's last run, in seconds.", Run::seconds),
        ("last_run_copied_bytes", "Bytes copied by the disk's last run.", |run| run.bytes_done),
    ];
    for (name, help, value) in gauges {
        let mut family = text.family(name, help);
        for disk in now.known_disks() {
            let last = now.runs.iter().find(|run| run.disk.eq_ignore_ascii_case(&disk.uuid));
            if let Some(run) = last {
                family.labelled(&[("disk", &disk.uuid), ("label", now.name(&disk.uuid))], value(run));
            }
        }
    }
}

/// The text written so far; all metrics are gauges.
#[derive(Default)]
struct Metrics(String);

impl Metrics {
    fn family(&mut self, name: &str, help: &str) -> Family<'_> {
        // Writing to a String can't fail, here and below.
        let _ = write!(self.0, "# HELP asbackup_{name} {help}\n# TYPE asbackup_{name} gauge\n");
        Family { text: &mut self.0, name: name.to_owned() }
    }
}

struct Family<'a> {
    text: &'a mut String,
    name: String,
}

impl Family<'_> {
    fn sample(self, value: impl std::fmt::Display) {
        let _ = writeln!(self.text, "asbackup_{} {value}", self.name);
    }

    fn labelled(&mut self, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        let labels: Vec<String> = labels.iter().map(|(name, text)| format!("{name}=\"{}\"", escaped(text))).collect();
        let _ = writeln!(self.text, "asbackup_{}{{{}}} {value}", self.name, labels.join(","));
    }
}

/// Escapes a label's value.
fn escaped(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n")
}
