//! Every kind of mail with plausible facts, for snapshots and tests.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::content::{Content, HeldBackCounts, Renderer};
use super::logs::{Gap, LogState, Logs};
use crate::occasion::LockEvent;
use asbackup_api::{
    AttachmentId, DiskId, Fault, Micros, Notice, Outcome, RunBegun, RunRecord, RunWarning, Step, Totals, Trigger,
    Warning,
};
use asbackup_texts::clock::Clock;
use asbackup_texts::{Language, Texts};

/// The subjects and texts of all sample mails.
pub fn all_in(language: Language) -> String {
    let mails = all().into_iter().map(|(name, render)| {
        let content = in_language(language, |renderer| render(renderer));
        format!("=== {name}\nSubject: {}\n\n{}\n\n", content.subject, content.lines.join("\n"))
    });
    mails.collect()
}

const BEGIN: Micros = 1_795_442_700_000_000;
const MINUTE: Micros = 60_000_000;

fn clock() -> Clock {
    Clock { now: Timestamp::constant(1_795_442_700, 0), zone: TimeZone::UTC }
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

pub(super) fn success() -> RunRecord {
    let totals = Totals {
        bytes_total: 66_000_000_000,
        bytes_done: 66_000_000_000,
        files: 12,
        deletions: 1,
        copy_seconds: 600,
        free_bytes: 250_000_000_000,
        size_bytes: 2_000_000_000_000,
        source_as_of: BEGIN + MINUTE,
    };
    let record = begun().ended(BEGIN + 12 * MINUTE, Outcome::Success);
    RunRecord { step: Step::Unmount, totals, safe_to_remove: true, ..record }
}

pub(super) fn aborted(step: Step, fault: Fault) -> RunRecord {
    let totals = Totals { bytes_done: 3_000_000_000, ..success().totals };
    RunRecord { outcome: Outcome::Aborted, step, totals, fault: Some(fault), safe_to_remove: false, ..success() }
}

pub(super) fn low_space() -> RunWarning {
    RunWarning::Copy(Warning::LowSpace { free: 40_000_000_000, threshold: 50_000_000_000 })
}

pub(super) type Render = Box<dyn Fn(&Renderer) -> Content>;

/// Every kind of mail, with a name for its snapshot.
pub(super) fn all() -> Vec<(&'static str, Render)> {
    let ended = |record: RunRecord| -> Render {
        Box::new(move |renderer| {
            renderer.ended(&record, &Logs::of_states(&[whole("asbackup.log"), whole("rsync.log.gz")]))
        })
    };
    let with_logs = |states: Vec<LogState>| -> Render {
        Box::new(move |renderer| renderer.ended(&success(), &Logs::of_states(&states)))
    };
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
    let still_mounted = RunRecord {
        warnings: vec![RunWarning::Copy(Warning::Stalled { minutes: 10 }), RunWarning::Release(busy)],
        ..aborted(Step::Copy, Fault::CopyFailed { code: 23, cause: "some files".into() })
    };
    let nothing_to_copy = RunRecord { totals: Totals { files: 0, bytes_done: 0, ..success().totals }, ..success() };
    let unproven = RunRecord { safe_to_remove: false, ..success() };
    let nameless = RunRecord { label: String::new(), ..success() };
    let cancelled = RunRecord { outcome: Outcome::Cancelled, fault: None, ..aborted(Step::Copy, Fault::DiskRemoved) };
    let killed = RunRecord { totals: Totals::default(), ..aborted(Step::IdentifyDisk, Fault::Interrupted) };
    let space = Fault::NoSpace { needed: 1_500_000_000, free: 500_000_000, missing: 1_000_000_000, reserved: 0 };
    let lock = |event: LockEvent| -> Render { Box::new(move |renderer| renderer.lock(&event)) };
    let gave_up = Warning::VeeamGaveUp { job: "Nightly".into(), minutes: 14 };
    let old = Warning::VeeamLockOld { job: "Nightly".into(), hours: 30 };
    let cleared = Notice::VeeamLockCleared { job: "Nightly".into() };
    let forsaken = Notice::VeeamLockForsaken { job: "Nightly".into(), hours: 30 };
    vec![
        ("begun", Box::new(|renderer| renderer.begun(&begun()))),
        ("success", ended(success())),
        ("success, nothing to copy", ended(nothing_to_copy)),
        ("success, not proven safe", ended(unproven)),
        ("success, no label", ended(nameless)),
        ("success, a warning", ended(RunRecord { warnings: vec![low_space()], ..success() })),
        ("success, many warnings", ended(RunRecord { warnings: vec![low_space(); 5], ..success() })),
        ("success, logs cut", with_logs(vec![LogState::Cut("asbackup.log.gz".into()), LogState::Empty])),
        ("success, no logs", with_logs(vec![LogState::LeftOut, LogState::Unreadable("Permission denied".into())])),
        ("success, no part to be found", with_logs(vec![LogState::Lost, LogState::Empty])),
        (
            "success, logs with gaps",
            Box::new(|renderer| {
                let logs = Logs::of_states(&[whole("rsync.log"), LogState::Empty]);
                renderer.ended(&success(), &logs.with_gaps(&[Gap::Begin, Gap::End]))
            }),
        ),
        ("aborted, never mounted", ended(never_mounted)),
        ("aborted, released", ended(RunRecord { safe_to_remove: true, ..aborted(Step::Check, space) })),
        ("aborted, still mounted", ended(still_mounted)),
        ("aborted, unplugged", ended(aborted(Step::Copy, Fault::DiskRemoved))),
        ("aborted, killed", ended(killed)),
        ("cancelled", ended(RunRecord { safe_to_remove: true, ..cancelled })),
        (
            "config refused",
            Box::new(|renderer| renderer.config_refused(&["One is wrong.".into(), "Two is wrong.".into()])),
        ),
        ("lock, waited in vain", lock(LockEvent::Warned { job: "Nightly".into(), warning: gave_up })),
        ("lock, too old", lock(LockEvent::Warned { job: "Nightly".into(), warning: old })),
        (
            "lock, not made",
            lock(LockEvent::Failed {
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
            Box::new(move |renderer| {
                renderer.held_back(&HeldBackCounts { count: 590, sent: 10, since }, "VEEAM: the job “Nightly”")
            })
        }),
        ("lock, lifted by Veeam", lock(LockEvent::Lifted { job: "Nightly".into(), notice: cleared })),
        ("lock, lifted by its age", lock(LockEvent::Lifted { job: "Nightly".into(), notice: forsaken })),
        ("reminder", Box::new(|renderer| renderer.reminder(7, BEGIN, BEGIN))),
        ("reminder without a copy", Box::new(|renderer| renderer.reminder(7, BEGIN, 0))),
        ("test", Box::new(|renderer| renderer.test(BEGIN))),
    ]
}

pub(super) fn whole(name: &str) -> LogState {
    LogState::Whole(name.to_owned())
}

pub(super) fn in_language<T>(language: Language, render: impl FnOnce(&Renderer) -> T) -> T {
    render(&Renderer { texts: &Texts::new(language), clock: &clock(), host: "atlantis" })
}
