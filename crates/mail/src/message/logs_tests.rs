//! Logs of every size, attached.

use std::fs::OpenOptions;

use flate2::read::GzDecoder;

use super::*;
use crate::log_excerpt;

/// A log with distinct lines of this run after a line of an older one.
async fn log_of(lines: usize) -> (tempfile::TempDir, LogPart, Vec<u8>) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("asbackup.log");
    std::fs::write(&path, "2026-11-23 14:59:59 info  an older run\n").unwrap();
    let log = part_of(&path).await;
    let mut text = Vec::new();
    for line in 0..lines {
        // The clock was set back.
        let stamp = format!("2026-11-23 14:{:02}:{:02}", line / 60 % 60, line % 60);
        let noise = fastrand::u64(..);
        text.extend(format!("{stamp} info  line {line} {noise:016x}\n").bytes());
    }
    append(&path, &text);
    (directory, log, text)
}

async fn part_of(path: &Path) -> LogPart {
    let config = Config { log_file: path.to_owned(), rsync_log_file: "/dev/null".into(), ..Config::default() };
    log_excerpt::begin(&config).await.remove(0)
}

fn append(path: &Path, bytes: &[u8]) {
    OpenOptions::new().append(true).open(path).unwrap().write_all(bytes).unwrap();
}

fn limits(compress_above: u64, attachment_limit: u64) -> Mail {
    Mail { compress_above, attachment_limit, ..Mail::default() }
}

fn unpacked(attachment: &Attachment) -> Vec<u8> {
    let mut bytes = Vec::new();
    GzDecoder::new(attachment.bytes.as_slice()).read_to_end(&mut bytes).unwrap();
    bytes
}

#[tokio::test]
async fn a_small_log_is_attached_uncompressed_and_without_older_runs() {
    let (_directory, log, part) = log_of(10).await;
    let log = read(&log, &limits(64_000, 256_000));
    assert_eq!(log.note.state, LogState::Whole("asbackup.log".to_owned()));
    let attachment = log.attachment.unwrap();
    assert_eq!((attachment.bytes, attachment.content_type), (part, "text/plain; charset=utf-8"));
}

#[tokio::test]
async fn a_large_log_is_compressed() {
    let (_directory, log, part) = log_of(3000).await;
    let log = read(&log, &limits(64_000, 256_000));
    assert_eq!(log.note.state, LogState::Whole("asbackup.log.gz".to_owned()));
    let attachment = log.attachment.unwrap();
    assert!(attachment.bytes.len() * 2 < part.len());
    assert_eq!(unpacked(&attachment), part);
}

/// Checks what is left of `part`; returns the line in the gap.
fn assert_cut(log: &Log, part: &[u8]) -> String {
    assert_eq!(log.note.state, LogState::Cut("asbackup.log.gz".to_owned()));
    let attachment = log.attachment.as_ref().unwrap();
    assert!(attachment.bytes.len() <= 256_000, "{}", attachment.bytes.len());
    let text = String::from_utf8(unpacked(attachment)).unwrap();
    let (head, rest) = text.split_once("\n[… ").unwrap();
    let (gap, tail) = rest.split_once(" …]\n\n").unwrap();
    assert!(part.starts_with(head.as_bytes()) && part.ends_with(tail.as_bytes()));
    assert!(head.len() > 120_000 && tail.len() > 120_000);
    let missing = part.len() - head.len() - tail.len();
    assert!(gap.starts_with(&format!("{missing} bytes: ")), "{gap}");
    gap.to_owned()
}

#[tokio::test]
async fn a_huge_log_keeps_head_and_tail_and_names_the_whole_file() {
    let (_directory, log, part) = log_of(40_000).await;
    let gap = assert_cut(&read(&log, &limits(64_000, 256_000)), &part);
    assert!(gap.ends_with("/asbackup.log"), "{gap}");
}

#[tokio::test]
async fn a_huge_rotated_log_is_cut_across_its_files() {
    let (_directory, log, mut part) = log_of(40_000).await;
    std::fs::rename(&log.path, log.path.with_extension("log.1")).unwrap();
    let more = part.clone();
    std::fs::write(&log.path, &more).unwrap();
    part.extend(more);
    let gap = assert_cut(&read(&log, &limits(64_000, 256_000)), &part);
    assert!(gap.ends_with("/asbackup.log*"), "{gap}");
}

#[tokio::test]
async fn a_binary_log_of_gigabytes_is_bounded_like_any_other() {
    let (_directory, log, _) = log_of(1).await;
    let file = OpenOptions::new().write(true).open(&log.path).unwrap();
    file.set_len(3 << 30).unwrap();
    append(&log.path, b"\xff\xfe one endless line\n");
    let log = read(&log, &limits(64_000, 256_000));
    assert_eq!(log.note.state, LogState::Cut("asbackup.log.gz".to_owned()));
    let bytes = unpacked(&log.attachment.unwrap());
    assert!(bytes.len() > 240_000 && bytes.len() < 260_000, "{}", bytes.len());
    assert!(bytes.starts_with(b"2026-11-23 14:00:00 info") && bytes.ends_with(b"\xff\xfe one endless line\n"));
}

#[tokio::test]
async fn a_missing_empty_or_unreadable_log_does_not_stop_the_mail() {
    let (directory, silent, _) = log_of(0).await;
    assert_eq!(read(&silent, &limits(1, 1)).note.state, LogState::Empty);
    let missing = part_of(&directory.path().join("none")).await;
    assert_eq!(read(&missing, &limits(1, 1)).note.state, LogState::Empty);
    let nowhere = part_of(&directory.path().join("no/where")).await;
    assert_eq!(read(&nowhere, &limits(1, 1)).note.state, LogState::Empty);
    let read = read(&part_of(directory.path()).await, &limits(1, 1));
    assert!(matches!(read.note.state, LogState::Unreadable(_)) && read.attachment.is_none());
}

#[test]
fn logs_of_a_run_that_an_older_version_started_count_as_lost() {
    let begun = RunRecord { logs: Vec::new(), ..crate::message::samples::success() };
    let logs = Logs::of(&begun, &Config::default());
    let states: Vec<&LogState> = logs.notes().map(|note| &note.state).collect();
    assert_eq!(states, [&LogState::Lost, &LogState::Lost]);
}
