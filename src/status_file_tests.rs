use jiff::tz::TimeZone;

use super::*;
use asbackup_api::{Disk, Outcome};
use asbackup_texts::Language;

const NOON: u64 = 1_795_435_200_000_000;

#[tokio::test]
async fn after_the_end_of_the_service_the_file_says_that_it_is_not_running() {
    let room = tempfile::tempdir().unwrap();
    let path = room.path().join("status.txt");
    let (sender, status) = watch::channel(Status::default());
    let (_texts, texts) = watch::channel(Arc::new(Texts::new(Language::English)));
    let following = tokio::spawn(follow(path.clone(), status, texts));
    sender.send_replace(Status { state: State::Stopping, ..Status::default() });
    drop(sender);
    following.await.unwrap();
    assert_eq!(fs::read_to_string(path).unwrap(), "The backup service is not running.\n");
}

fn at_noon() -> Clock {
    Clock { now: "2026-11-23T12:00:00Z".parse().unwrap(), zone: TimeZone::UTC }
}

fn copying() -> Status {
    Status {
        state: State::Copying,
        disk: "B78E-6CC4".to_owned(),
        label: "Gold".to_owned(),
        run: 17,
        started_at: NOON - 600_000_000,
        progress: 0.5,
        bytes_done: 15_000_000_000,
        bytes_total: 30_000_000_000,
        bytes_per_second: 110_000_000,
        seconds_left: 3900,
        current_file: "jobs/a\nb.vbk".to_owned(),
        queue: vec!["2D53D78A071916A0".to_owned()],
        warnings: vec!["Knapp.".into()],
        ..Status::default()
    }
}

fn done() -> Status {
    Status {
        last_result: Some(Outcome::Success),
        last_disk: "B78E-6CC4".to_owned(),
        last_label: "Gold".to_owned(),
        last_finished_at: NOON,
        safe_to_remove: vec!["B78E-6CC4".to_owned()],
        disks: vec![Disk { uuid: "B78E-6CC4".to_owned(), label: "Gold".to_owned(), ..Disk::default() }],
        ..Status::default()
    }
}

#[test]
fn a_copy_is_described_line_by_line() {
    let expected = "\
Die Kopie auf die Platte „Gold“ läuft: 50 %, noch etwa 1 h 5 min (110 MB/s); bitte stecken lassen.

Platte:       Gold (B78E-6CC4)
Lauf:         17, begonnen am 23.11.2026 um 11:50 Uhr
Zustand:      Kopieren
Fortschritt:  50 % (15 GB von 30 GB)
Tempo:        110 MB/s
Fertig etwa:  13:05 Uhr (in 1 h 5 min)
Datei:        jobs/a\\nb.vbk
Warnung:      Knapp.
Es wartet:    2D53D78A071916A0
Stand:        23.11.2026 um 12:00 Uhr
";
    let texts = Texts::new(Language::German);
    assert_eq!(page(&copying(), &texts, &at_noon()), expected);
}

#[test]
fn between_runs_the_last_one_is_shown() {
    let expected = "\
The copy to the disk “Gold” succeeded on 2026-11-23 at 12:00; the disk is safe to remove now.

Released:  Gold
Last run:  succeeded on 2026-11-23 at 12:00, disk “Gold”
As of:     2026-11-23 at 12:00
";
    let texts = Texts::new(Language::English);
    assert_eq!(page(&done(), &texts, &at_noon()), expected);
}

#[test]
fn every_state_has_a_word_in_both_languages() {
    let states = asbackup_api::Step::ALL.map(State::from);
    for texts in Language::ALL.map(Texts::new) {
        for state in states.into_iter().chain([State::Idle, State::Stopping]) {
            let id = "status-line-state.value";
            let word = texts.text(id, &[("state", state.name().into())]);
            assert!(!word.is_empty() && !word.contains('-'), "{word}");
        }
    }
}

#[test]
fn the_file_is_replaced_as_a_whole_and_readable_by_all() {
    let room = tempfile::tempdir().unwrap();
    let path = room.path().join("status.txt");
    let texts = Texts::new(Language::English);
    write(&path, &copying(), &texts).unwrap();
    let before = fs::File::open(&path).unwrap();
    write(&path, &done(), &texts).unwrap();
    let old = io::read_to_string(before).unwrap();
    assert!(old.starts_with("The copy to the disk “Gold” is running"), "{old}");
    assert!(fs::read_to_string(&path).unwrap().contains("succeeded"));
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o644);
    assert_eq!(fs::read_dir(room.path()).unwrap().count(), 1);
}

#[test]
fn a_place_that_can_not_be_written_is_an_error_and_leaves_nothing() {
    let room = tempfile::tempdir().unwrap();
    let path = room.path().join("status.txt");
    fs::create_dir_all(path.join("occupied")).unwrap();
    let texts = Texts::new(Language::English);
    assert!(write(&path, &done(), &texts).is_err());
    assert_eq!(fs::read_dir(room.path()).unwrap().count(), 1);
}
