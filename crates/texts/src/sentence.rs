//! The one sentence that sums up the status (`Status` on the bus, `STATUS=`, status.txt).
//! During a run it asks people to leave the disk plugged in; only of disks that the status lists as safe does it say that they may be
//! unplugged.

use crate::{Arg, Texts};
use asbackup_api::{Outcome, State, Status, few};

use super::clock::Clock;

/// The sentence for `status`, in the language of `texts`, with local times.
pub fn sentence(status: &Status, texts: &Texts) -> String {
    sentence_at(status, texts, &Clock::system())
}

/// The status sentence at a given time.
pub fn sentence_at(status: &Status, texts: &Texts, clock: &Clock) -> String {
    match status.state {
        State::Idle => idle(status, texts, clock),
        State::Stopping if status.run == 0 => texts.text("status-stopping-idle", &[]),
        _ => running(status, texts),
    }
}

/// The label of a disk that the status lists; a disk without one is named by its UUID.
pub fn label_of<'a>(status: &'a Status, disk: &'a str) -> &'a str {
    let same = |uuid: &str| uuid.eq_ignore_ascii_case(disk);
    let row = status.disks.iter().find(|row| same(&row.uuid));
    named(row.map_or("", |row| &row.label), disk)
}

/// The label, or the UUID of a disk without one.
pub fn named<'a>(label: &'a str, disk: &'a str) -> &'a str {
    if label.trim().is_empty() { disk } else { label }
}

fn running(status: &Status, texts: &Texts) -> String {
    let id = running_id(status);
    let mut args = vec![("label", Arg::from(named(&status.label, &status.disk)))];
    if id == "status-waiting-for-veeam" {
        args.push(("jobs", held_jobs(status).into()));
    }
    if id == "status-freezing" {
        let writers = if status.writers.is_empty() { "none" } else { &status.writers };
        args.push(("writers", writers.into()));
    }
    if id == "status-copying" {
        args.push(("percent", percent(status.progress).into()));
        args.push(("seconds-left", status.seconds_left.into()));
        args.push(("rate", status.bytes_per_second.into()));
    }
    texts.text(id, &args)
}

fn running_id(status: &Status) -> &'static str {
    match status.state {
        State::WaitingForVeeam if held_jobs(status).is_empty() => "status-preparing",
        State::WaitingForVeeam => "status-waiting-for-veeam",
        State::Mounting => "status-mounting",
        State::Locking => "status-locking",
        State::Checking => "status-checking",
        State::Freezing => "status-freezing",
        // Every byte is copied; deletions and write-back may still take a while.
        State::Copying if status.progress >= 1.0 => "status-flushing",
        State::Copying => "status-copying",
        State::Unlocking => "status-unlocking",
        State::Unmounting => "status-unmounting",
        State::Stopping | State::Idle | State::Unknown => "status-stopping",
    }
}

fn held_jobs(status: &Status) -> String {
    let held = status.veeam_locks.iter().filter(|lock| lock.held);
    let jobs: Vec<&str> = held.map(|lock| lock.job.as_str()).collect();
    few(&jobs, jobs.len() + status.unlisted_locks() as usize)
}

/// Whole percent, rounded down so that 100 means everything; 0 if unknown.
pub fn percent(ratio: f64) -> u64 {
    (ratio.clamp(0.0, 1.0) * 100.0) as u64
}

fn idle(status: &Status, texts: &Texts, clock: &Clock) -> String {
    let mut sentences = Vec::new();
    if !status.config_error.is_empty() {
        sentences.push(status.config_error.clone());
    }
    sentences.extend(status.last_result.map(|result| ended(status, result, texts, clock)));
    let is_last = |disk: &str| status.last_disk.eq_ignore_ascii_case(disk);
    for disk in status.safe_to_remove.iter().filter(|disk| !is_last(disk)) {
        let label = Arg::from(label_of(status, disk));
        sentences.push(texts.text("status-safe", &[("label", label)]));
    }
    if sentences.is_empty() {
        sentences.push(texts.text("status-idle-nothing-yet", &[]));
    }
    sentences.extend(outbox_trouble(status, texts));
    sentences.join(" ")
}

fn outbox_trouble(status: &Status, texts: &Texts) -> Option<String> {
    if status.outbox_error.is_empty() {
        return None;
    }
    let count = Arg::from(u64::from(status.outbox_count));
    let message = Arg::from(status.outbox_error.as_str());
    Some(match status.outbox_count {
        0 => status.outbox_error.clone(),
        _ => texts.text("status-mails-waiting", &[("count", count), ("message", message)]),
    })
}

fn ended(status: &Status, result: Outcome, texts: &Texts, clock: &Clock) -> String {
    let id = match result {
        Outcome::Success => "status-idle-success",
        Outcome::Aborted => "status-idle-aborted",
        Outcome::Cancelled => "status-idle-cancelled",
    };
    let mut args = vec![
        ("label", Arg::from(named(&status.last_label, &status.last_disk))),
        ("when", clock.moment(status.last_finished_at, texts).into()),
        ("plug", status.presence(&status.last_disk).name().into()),
    ];
    if result == Outcome::Aborted {
        args.push(("message", status.last_error.1.as_str().into()));
    }
    texts.text(id, &args)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::Language;
    use asbackup_api::{Disk, VeeamLock};

    const DISK: &str = "B78E-6CC4";

    fn rendered(status: &Status, language: Language) -> String {
        let clock = Clock { now: "2026-11-23T14:05:00Z".parse().unwrap(), zone: TimeZone::UTC };
        sentence_at(status, &Texts::new(language), &clock)
    }

    fn during(state: State) -> Status {
        Status {
            state,
            run: 17,
            disk: DISK.to_owned(),
            label: "Gold".to_owned(),
            progress: 0.429,
            bytes_per_second: 110_000_000,
            seconds_left: 3900,
            ..Status::default()
        }
    }

    fn after(outcome: Outcome) -> Status {
        Status {
            last_result: Some(outcome),
            last_disk: DISK.to_owned(),
            last_label: "Gold".to_owned(),
            last_finished_at: 1_795_442_700_000_000,
            last_error: ("DiskRemoved".to_owned(), "Too early.".into()),
            disks: vec![Disk { uuid: DISK.to_owned(), label: "Gold".to_owned(), present: true, ..Disk::default() }],
            ..Status::default()
        }
    }

    #[test]
    fn during_a_run_people_are_asked_to_leave_the_disk_plugged_in() {
        for step in asbackup_api::Step::ALL {
            let status = during(State::from(step));
            let (german, english) = (rendered(&status, Language::German), rendered(&status, Language::English));
            assert!(german.contains("bitte stecken lassen"), "{german}");
            assert!(english.contains("please leave it plugged in"), "{english}");
            assert!(german.contains("Gold") && english.contains("Gold"));
        }
        assert!(rendered(&during(State::Stopping), Language::German).contains("bitte stecken lassen"));
    }

    #[test]
    fn a_copy_shows_percent_time_and_rate() {
        assert_eq!(
            rendered(&during(State::Copying), Language::German),
            "Die Kopie auf die Platte „Gold“ läuft: 42 %, noch etwa 1 h 5 min (110 MB/s); bitte stecken lassen."
        );
    }

    #[test]
    fn unknown_figures_are_left_out() {
        let mut status = during(State::Copying);
        (status.bytes_per_second, status.seconds_left, status.progress) = (0, 0, -1.0);
        status.label.clear();
        assert_eq!(
            rendered(&status, Language::English),
            "The copy to the disk “B78E-6CC4” is running: 0 %; please leave it plugged in."
        );
    }

    #[test]
    fn after_the_last_byte_data_is_still_being_written() {
        let mut status = during(State::Copying);
        status.progress = 1.0;
        assert!(rendered(&status, Language::English).contains("last data is being written"));
    }

    #[test]
    fn waiting_names_the_jobs_that_hold_locks() {
        let mut status = during(State::WaitingForVeeam);
        let job = |job: &str, held| VeeamLock { job: job.to_owned(), held, since: 0 };
        status.veeam_locks = vec![job("Mail", true), job("Later", false)];
        let english = rendered(&status, Language::English);
        assert!(english.contains("(jobs: Mail)"), "{english}");
    }

    #[test]
    fn a_disk_may_be_unplugged_only_once_it_is_proven_safe() {
        for outcome in [Outcome::Success, Outcome::Aborted, Outcome::Cancelled] {
            let mut status = after(outcome);
            let german = rendered(&status, Language::German);
            assert!(german.contains("noch nicht freigegeben"), "{german}");
            status.safe_to_remove = vec![DISK.to_owned()];
            let german = rendered(&status, Language::German);
            assert!(german.contains("darf jetzt abgezogen werden"), "{german}");
            status.safe_to_remove.clear();
            status.disks.clear();
            let german = rendered(&status, Language::German);
            assert!(!german.contains("abgezogen") && !german.contains("stecken"), "{german}");
        }
    }

    #[test]
    fn a_success_names_the_time() {
        let mut status = after(Outcome::Success);
        status.safe_to_remove = vec![DISK.to_lowercase()];
        assert_eq!(
            rendered(&status, Language::German),
            "Die Kopie auf die Platte „Gold“ ist am 23.11.2026 um 14:05 Uhr gelungen; die Platte darf jetzt abgezogen werden."
        );
    }

    #[test]
    fn an_abort_names_the_reason() {
        assert!(rendered(&after(Outcome::Aborted), Language::English).ends_with("Reason: Too early."));
    }

    #[test]
    fn a_faulty_configuration_is_shown_before_the_rest() {
        let mut status = Status { config_error: "Something is missing.".into(), ..Status::default() };
        let english = rendered(&status, Language::English);
        assert_eq!(english, "Something is missing.");
        status.safe_to_remove = vec![DISK.to_owned()];
        assert!(rendered(&status, Language::English).ends_with("“B78E-6CC4” is safe to remove now."));
    }

    #[test]
    fn mails_that_can_not_be_sent_come_last() {
        let outbox_error = "The server is away.".into();
        let status = Status { outbox_count: 2, outbox_error, ..Status::default() };
        assert!(rendered(&status, Language::English).ends_with("2 mails are waiting to be sent: The server is away."));
        let quiet = Status { outbox_count: 2, ..Status::default() };
        assert!(!rendered(&quiet, Language::English).contains("wait"), "they are on their way");
    }

    #[test]
    fn before_the_first_run_it_says_how_to_begin() {
        assert!(rendered(&Status::default(), Language::German).starts_with("Bereit: Stecken Sie"));
    }
}
