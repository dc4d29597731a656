//! How far a file had got when it was last flushed: a small file of lines beside it, each with a check of its own.
//!
//! It is written after the flush and not flushed itself: what a power cut leaves of it is a beginning, and tells of less.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write as _};
use std::os::unix::fs::FileExt;

use crate::listen::Segment;
use crate::stamp::{Stamp, Time};

const FORMAT: &str = "asbackup-transfer-1";
/// A note of ten terabytes is a fifth of it.
const LONGEST: u64 = 1 << 30;

/// What a file began as: the version that is copied, and the inode of the half that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) version: Stamp,
    pub(crate) inode: u64,
}

/// What is there already, and need not be written again.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Reached {
    /// All before this byte is on the medium.
    pub(crate) point: u64,
    pub(crate) segments: Vec<Segment>,
    /// How much of the note is good, in bytes.
    pub(crate) good: u64,
}

impl Head {
    fn line(&self) -> String {
        let Stamp { inode, size, modified, changed } = self.version;
        let time = |time: Time| format!("{}.{:09}", time.seconds, time.nanoseconds);
        checked(&format!("{FORMAT} {} {inode} {size} {} {}", self.inode, time(modified), time(changed)))
    }
}

/// With what tells it from a line that was half lost.
fn checked(line: &str) -> String {
    let check = blake3::hash(line.as_bytes()).to_hex();
    format!("{line} {}\n", &check[..8])
}

/// What is noted of just this version and half; `None` of another one.
pub(crate) fn read(mut file: &File, head: Head) -> Option<Reached> {
    let length = file.metadata().ok()?.len().min(LONGEST);
    let mut bytes = vec![0; usize::try_from(length).ok()?];
    file.seek(SeekFrom::Start(0)).ok()?;
    file.read_exact_at(&mut bytes, 0).ok()?;
    parse(&String::from_utf8_lossy(&bytes), head)
}

fn parse(text: &str, head: Head) -> Option<Reached> {
    let rest = text.strip_prefix(head.line().as_str())?;
    let mut reached = Reached::default();
    let mut segments = Vec::new();
    let mut at = text.len() - rest.len();
    for line in rest.split_inclusive('\n') {
        at += line.len();
        let Some(words) = words(line) else { break };
        match words.as_slice() {
            ["segment", offset, length, hash] => segments.extend(segment(offset, length, hash)),
            ["flushed", point] => {
                let Ok(point) = point.parse() else { break };
                reached.point = point;
                reached.good = at as u64;
                reached.segments.append(&mut segments);
            }
            _ => break,
        }
    }
    (reached.point > 0).then_some(reached)
}

/// Of a line that is whole.
fn words(line: &str) -> Option<Vec<&str>> {
    let (said, _) = line.strip_suffix('\n')?.rsplit_once(' ')?;
    (checked(said) == line).then(|| said.split(' ').collect())
}

fn segment(offset: &str, length: &str, hash: &str) -> Option<Segment> {
    let hash = blake3::Hash::from_hex(hash).ok()?;
    Some(Segment { offset: offset.parse().ok()?, length: length.parse().ok()?, hash: *hash.as_bytes() })
}

/// Lines that are added after each flush.
#[derive(Debug)]
pub(crate) struct Note {
    waiting: String,
}

impl Note {
    /// A new one begins with its head.
    pub(crate) fn new(head: Head) -> Self {
        Self { waiting: head.line() }
    }

    /// One that goes on behind what it has.
    pub(crate) fn resumed() -> Self {
        Self { waiting: String::new() }
    }

    pub(crate) fn segment(&mut self, segment: &Segment) {
        let hash = blake3::Hash::from_bytes(segment.hash).to_hex();
        let line = format!("segment {} {} {hash}", segment.offset, segment.length);
        let _ = self.waiting.write_str(&checked(&line));
    }

    /// All before `point` has been flushed. Errors: of writing; the transfer does without, then.
    pub(crate) fn flushed(&mut self, mut file: &File, point: u64) -> std::io::Result<()> {
        self.waiting.push_str(&checked(&format!("flushed {point}")));
        file.write_all(std::mem::take(&mut self.waiting).as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEVER: Time = Time { seconds: 5, nanoseconds: 7 };
    const HEAD: Head = Head { version: Stamp { inode: 3, size: 99, modified: NEVER, changed: NEVER }, inode: 4 };

    fn noted() -> (String, [Segment; 2]) {
        let segments = [0, 10].map(|offset| Segment { offset, length: 10, hash: [offset as u8; 32] });
        let file = tempfile::tempfile().expect("a file");
        let mut note = Note::new(HEAD);
        for (segment, point) in segments.iter().zip([10, 20]) {
            note.segment(segment);
            note.flushed(&file, point).expect("room");
        }
        let mut text = vec![0; usize::try_from(file.metadata().expect("its size").len()).expect("small")];
        file.read_exact_at(&mut text, 0).expect("just written");
        (String::from_utf8(text).expect("text"), segments)
    }

    #[test]
    fn a_note_tells_the_last_point_that_was_flushed() {
        let (text, segments) = noted();
        let reached = parse(&text, HEAD).expect("a note");
        assert_eq!((reached.point, reached.segments.as_slice(), reached.good), (20, &segments[..], text.len() as u64));
    }

    #[test]
    fn a_note_of_another_version_or_half_tells_nothing() {
        let (text, _) = noted();
        assert_eq!(parse(&text, Head { inode: 5, ..HEAD }), None);
        let other = Stamp { size: 100, ..HEAD.version };
        assert_eq!(parse(&text, Head { version: other, ..HEAD }), None);
    }

    #[test]
    fn whatever_is_lost_of_a_note_it_never_tells_of_more() {
        let (text, _) = noted();
        let whole = text.len();
        for lost in 0..whole {
            let cut = parse(&text[..lost], HEAD).map_or(0, |reached| reached.point);
            assert!([0, 10].contains(&cut), "cut at {lost}: {cut}");
            let mut zeroed = text.clone().into_bytes();
            zeroed[lost..(lost + 40).min(whole)].fill(0);
            let point = parse(&String::from_utf8_lossy(&zeroed), HEAD).map_or(0, |reached| reached.point);
            assert!([0, 10].contains(&point), "zeros at {lost}: {point}");
        }
    }
}
