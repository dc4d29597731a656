//! Statuses and runs with something in every field, some of it hostile.

use asbackup_api::{
    AttachmentId, Disk, DiskId, Facts, Fault, Outcome, RunRecord, State, Status, Step, Totals, Trigger, VeeamLock,
    Warning,
};
use asbackup_testing::harness::service::UUID;
use asbackup_texts::{Language, Texts};

/// 23 November 2026, 12:00 UTC.
pub const NOON: u64 = 1_795_435_200_000_000;
/// Clears the screen, forges a line, and turns the direction of writing round.
pub const HOSTILE: &str = "GO\u{1b}[2J\nLD\u{202e}💾";

pub fn idle() -> Status {
    Status { disks: disks(), ..Status::default() }
}

/// The service speaks German, whoever asks.
fn german() -> Texts {
    Texts::new(Language::German)
}

/// As after the installation.
pub fn unset() -> Status {
    let keys = "filesystem-ids-and-notification-mail-addresses, backup-source".to_owned();
    let told = german().statement(&Fault::Unconfigured { keys });
    Status { config_error: told.text, config_error_facts: told.facts, ..Status::default() }
}

pub fn copying() -> Status {
    let low = Warning::LowSpace { free: 48_000_000_000, threshold: 50_000_000_000 };
    Status {
        state: State::Copying,
        disk: UUID.to_owned(),
        label: "GOLD".to_owned(),
        run: 17,
        started_at: NOON,
        progress: 0.42,
        bytes_done: 420_000_000_000,
        bytes_total: 1_000_000_000_000,
        bytes_per_second: 110_000_000,
        seconds_left: 0,
        current_file: format!("jobs/{HOSTILE}.vbk"),
        queue: vec!["B78E-6CC4".to_owned()],
        warnings: vec![german().statement(&low).text, "Eine Warnung von morgen.".to_owned()],
        warning_facts: vec![german().statement(&low).facts, Facts::default()],
        veeam_locks: vec![VeeamLock { job: "Mail".to_owned(), held: false, since: NOON }],
        disks: disks(),
        ..Status::default()
    }
}

/// The disk is safe to remove.
pub fn done() -> Status {
    after(Outcome::Success, None)
}

pub fn failed() -> Status {
    let full = Fault::NoSpace { needed: 900_000_000_000, free: 700_000_000_000, missing: 200_000_000_000, reserved: 0 };
    let mut status = after(Outcome::Aborted, Some(full));
    status.safe_to_remove.clear();
    let refused = Warning::MailNotEncrypted { server: "mail.example.de".to_owned() };
    status.outbox_count = 1;
    status.outbox_error = german().message(&refused).what;
    status.outbox_error_facts = german().statement(&refused).facts;
    status
}

fn after(outcome: Outcome, fault: Option<Fault>) -> Status {
    let told = fault.as_ref().map(|fault| german().statement(fault)).unwrap_or_default();
    Status {
        last_run: 17,
        last_disk: UUID.to_owned(),
        last_label: "GOLD".to_owned(),
        last_result: Some(outcome),
        last_finished_at: NOON,
        last_error: (fault.as_ref().map_or("", Fault::name).to_owned(), told.text),
        last_error_facts: told.facts,
        safe_to_remove: vec![UUID.to_owned()],
        ..idle()
    }
}

fn disks() -> Vec<Disk> {
    let gold = Disk {
        uuid: UUID.to_owned(),
        known: true,
        present: true,
        label: "GOLD".to_owned(),
        size: 4_000_000_000_000,
        free: 1_500_000_000_000,
        last_success: NOON,
        recipients: vec!["office@example.de".to_owned()],
        ..Disk::default()
    };
    let silver = Disk { uuid: "B78E-6CC4".to_owned(), known: true, label: "SILVER".to_owned(), ..Disk::default() };
    let stranger = Disk {
        uuid: "DEAD-BEEF".to_owned(),
        present: true,
        label: HOSTILE.to_owned(),
        file_system: "exfat".to_owned(),
        device: "/dev/sdz1".to_owned(),
        size: 64_000_000_000,
        ..Disk::default()
    };
    // The configuration would refuse it, so no line is offered.
    let liar = Disk { uuid: "x, evil@example.de".to_owned(), present: true, ..Disk::default() };
    vec![gold, silver, stranger, liar]
}

/// Newest first.
pub fn runs() -> Vec<RunRecord> {
    let good = record(17, UUID, "GOLD", Outcome::Success);
    let bad = RunRecord {
        fault: Some(Fault::DiskRemoved),
        safe_to_remove: false,
        ..record(16, "B78E-6CC4", HOSTILE, Outcome::Aborted)
    };
    let cancelled = record(15, UUID, "", Outcome::Cancelled);
    vec![good, bad, cancelled]
}

fn record(run: u64, disk: &str, label: &str, outcome: Outcome) -> RunRecord {
    RunRecord {
        run,
        disk: DiskId::new(disk),
        label: label.to_owned(),
        trigger: Trigger::Plugged,
        attachment: AttachmentId { boot_id: String::new(), diskseq: None },
        started_at: NOON - 3_900_000_000,
        finished_at: NOON,
        outcome,
        step: Step::Copy,
        fault: None,
        warnings: Vec::new(),
        totals: Totals { bytes_done: 250_000_000_000, ..Totals::default() },
        safe_to_remove: true,
        logs: Vec::new(),
    }
}
