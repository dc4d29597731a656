//! Statuses and runs with something in every field, some of it hostile.

use asbackup::model::{
    DiskId, DiskRow, Fault, Finished, Outcome, Plug, Progress, RunRecord, State, Status, Step, Totals, Trigger,
    VeeamLock,
};

use crate::rig::UUID;

/// 23 November 2026, 12:00 UTC.
pub const NOON: u64 = 1_795_435_200_000_000;
/// Clears the screen, forges a line, and turns the direction of writing round.
pub const HOSTILE: &str = "GO\u{1b}[2J\nLD\u{202e}💾";

pub fn idle() -> Status {
    Status { disks: disks(), ..Status::default() }
}

pub fn copying() -> Status {
    Status {
        state: State::Copying,
        disk: UUID.to_owned(),
        label: "GOLD".to_owned(),
        run: 17,
        started_at: NOON,
        ratio: 0.42,
        progress: Progress {
            bytes_done: 420_000_000_000,
            bytes_total: 1_000_000_000_000,
            rate: 110_000_000,
            seconds_left: 0,
            file: format!("jobs/{HOSTILE}.vbk"),
        },
        queue: vec!["B78E-6CC4".to_owned()],
        warnings: vec!["A warning of the service.".to_owned()],
        veeam_locks: vec![VeeamLock { job: "Mail".to_owned(), held: false, since: NOON }],
        disks: disks(),
        ..Status::default()
    }
}

/// The disk may be unplugged.
pub fn done() -> Status {
    after(Outcome::Success, ("", ""))
}

pub fn failed() -> Status {
    let mut status = after(Outcome::Aborted, ("NoSpace", "The disk is full."));
    status.safe_to_remove.clear();
    status
}

fn after(outcome: Outcome, (error, message): (&str, &str)) -> Status {
    Status {
        last: Some(Finished {
            run: 17,
            disk: DiskId::new(UUID),
            label: "GOLD".to_owned(),
            outcome,
            fault: None,
            warnings: Vec::new(),
            finished_at: NOON,
        }),
        last_error: (error.to_owned(), message.to_owned()),
        safe_to_remove: vec![UUID.to_owned()],
        ..idle()
    }
}

fn disks() -> Vec<DiskRow> {
    let gold = DiskRow {
        uuid: UUID.to_owned(),
        known: true,
        present: true,
        label: "GOLD".to_owned(),
        size: 4_000_000_000_000,
        free: 1_500_000_000_000,
        last_success: NOON,
        recipients: vec!["office@example.de".to_owned()],
        ..DiskRow::default()
    };
    let silver =
        DiskRow { uuid: "B78E-6CC4".to_owned(), known: true, label: "SILVER".to_owned(), ..DiskRow::default() };
    let stranger = DiskRow {
        uuid: "DEAD-BEEF".to_owned(),
        present: true,
        label: HOSTILE.to_owned(),
        file_system: "exfat".to_owned(),
        device: "/dev/sdz1".to_owned(),
        size: 64_000_000_000,
        ..DiskRow::default()
    };
    // The configuration would refuse it, so no line is offered.
    let liar = DiskRow { uuid: "x, evil@example.de".to_owned(), present: true, ..DiskRow::default() };
    vec![gold, silver, stranger, liar]
}

/// Newest first.
pub fn runs() -> Vec<RunRecord> {
    let good = record(17, UUID, "GOLD", Outcome::Success);
    let bad = RunRecord { fault: Some(Fault::DiskRemoved), ..record(16, "B78E-6CC4", HOSTILE, Outcome::Aborted) };
    let cancelled = record(15, UUID, "", Outcome::Cancelled);
    vec![good, bad, cancelled]
}

fn record(run: u64, disk: &str, label: &str, outcome: Outcome) -> RunRecord {
    RunRecord {
        run,
        disk: DiskId::new(disk),
        label: label.to_owned(),
        trigger: Trigger::Plugged,
        plug: Plug { boot_id: String::new(), diskseq: None },
        started_at: NOON - 3_900_000_000,
        finished_at: NOON,
        outcome,
        step: Step::Copy,
        fault: None,
        further: Vec::new(),
        warnings: Vec::new(),
        totals: Totals { bytes_done: 250_000_000_000, ..Totals::default() },
        safe_to_remove: true,
    }
}
