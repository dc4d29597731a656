//! What becomes of logs of every size.

use std::io::Read;

use flate2::read::GzDecoder;

use super::*;

impl Logs {
    /// Logs in these states, one file after the other.
    pub fn of_states(states: &[State]) -> Self {
        let log = |state: &State| {
            let bytes = b"x".to_vec();
            let attached = match state {
                State::Whole(name) | State::Cut(name) => Some(Attachment { name: name.clone(), kind: "x", bytes }),
                _ => None,
            };
            Log { attachment: attached, ..without(Path::new("/var/log/asbackup/asbackup.log"), state.clone()) }
        };
        Self(states.iter().map(log).collect())
    }
}

const SINCE: &str = "2026-11-23 14:00:00";

/// Lines that differ, some before the run.
fn log_of(lines: usize) -> (tempfile::TempDir, std::path::PathBuf, Vec<u8>) {
    let room = tempfile::tempdir().unwrap();
    let path = room.path().join("asbackup.log");
    let mut text = b"2026-11-23 13:59:59 info  an older run\n".to_vec();
    let skip = text.len();
    for line in 0..lines {
        let stamp = format!("2026-11-23 14:{:02}:{:02}", line / 60 % 60, line % 60);
        let noise = fastrand::u64(..);
        text.extend(format!("{stamp} info  line {line} {noise:016x}\n").bytes());
    }
    std::fs::write(&path, &text).unwrap();
    let part = text[skip..].to_vec();
    (room, path, part)
}

fn limits(compress_above: u64, attachment_limit: u64) -> Mail {
    Mail { compress_above, attachment_limit, ..Mail::default() }
}

fn unpacked(attachment: &Attachment) -> Vec<u8> {
    let mut bytes = Vec::new();
    GzDecoder::new(attachment.bytes.as_slice()).read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn a_small_log_is_attached_as_it_is_without_the_runs_before() {
    let (_room, path, part) = log_of(10);
    let log = read(&path, SINCE, &limits(64_000, 256_000));
    assert_eq!(log.told.state, State::Whole("asbackup.log".to_owned()));
    let attachment = log.attachment.unwrap();
    assert_eq!((attachment.bytes, attachment.kind), (part, "text/plain; charset=utf-8"));
}

#[test]
fn a_large_log_is_compressed() {
    let (_room, path, part) = log_of(3000);
    let log = read(&path, SINCE, &limits(64_000, 256_000));
    assert_eq!(log.told.state, State::Whole("asbackup.log.gz".to_owned()));
    let attachment = log.attachment.unwrap();
    assert!(attachment.bytes.len() * 2 < part.len());
    assert_eq!(unpacked(&attachment), part);
}

#[test]
fn a_huge_log_keeps_its_head_and_its_tail_and_says_where_it_is_whole() {
    let (_room, path, part) = log_of(40_000);
    let log = read(&path, SINCE, &limits(64_000, 256_000));
    assert_eq!(log.told, Told { path: path.display().to_string(), state: State::Cut("asbackup.log.gz".to_owned()) });
    let attachment = log.attachment.unwrap();
    assert!(attachment.bytes.len() <= 256_000, "{}", attachment.bytes.len());
    let text = String::from_utf8(unpacked(&attachment)).unwrap();
    let (head, rest) = text.split_once("\n[… ").unwrap();
    let (gap, tail) = rest.split_once(" …]\n\n").unwrap();
    assert!(part.starts_with(head.as_bytes()) && part.ends_with(tail.as_bytes()));
    assert!(head.len() > 120_000 && tail.len() > 120_000);
    let missing = part.len() - head.len() - tail.len();
    assert_eq!(gap, format!("{missing} bytes: {}", path.display()));
}

#[test]
fn a_log_that_is_missing_or_silent_or_no_file_costs_no_mail() {
    let (room, path, _) = log_of(0);
    assert_eq!(read(&path, SINCE, &limits(1, 1)).told.state, State::Empty);
    assert_eq!(read(&room.path().join("none"), SINCE, &limits(1, 1)).told.state, State::Empty);
    let read = read(room.path(), SINCE, &limits(1, 1));
    assert!(matches!(read.told.state, State::Unreadable(_)) && read.attachment.is_none());
}
