//! The part of a log that begins at a moment. Lines begin with a local time that only grows, so a log of gigabytes is searched
//! in a few reads.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

/// Stretches below this are read line by line.
const BLOCK: u64 = 64 * 1024;

/// From a first byte to before a last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub start: u64,
    pub end: u64,
}

impl Part {
    /// From the first line whose time is `since` or later to the present end of the file.
    pub fn since(file: &mut File, since: &str) -> io::Result<Self> {
        let end = file.metadata()?.len();
        let (mut before, mut after) = (0, end);
        while after - before > BLOCK {
            let middle = before + (after - before) / 2;
            match stamped_line_after(file, middle, since)? {
                Some((at, true)) if at < after => before = at,
                _ => after = middle,
            }
        }
        let start = first_line_since(file, before, since)?.unwrap_or(end);
        Ok(Self { start, end })
    }

    pub fn len(self) -> u64 {
        self.end - self.start
    }

    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }

    /// As long as it is no more than fits into memory.
    pub fn read(self, file: &mut File) -> io::Result<Vec<u8>> {
        file.seek(SeekFrom::Start(self.start))?;
        let mut bytes = Vec::new();
        file.take(self.len()).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// The next line with a time after the byte `from`, and whether it is earlier than `since`.
fn stamped_line_after(file: &mut File, from: u64, since: &str) -> io::Result<Option<(u64, bool)>> {
    file.seek(SeekFrom::Start(from))?;
    let mut lines = BufReader::new(file.take(BLOCK));
    let mut at = from + lines.skip_until(b'\n')? as u64;
    let mut line = Vec::new();
    loop {
        line.clear();
        let length = lines.read_until(b'\n', &mut line)? as u64;
        if length == 0 {
            return Ok(None);
        }
        if let Some(stamp) = stamp(&line, since) {
            return Ok(Some((at, stamp < since.as_bytes())));
        }
        at += length;
    }
}

fn first_line_since(file: &mut File, from: u64, since: &str) -> io::Result<Option<u64>> {
    file.seek(SeekFrom::Start(from))?;
    let mut lines = BufReader::new(file);
    let mut at = from;
    let mut line = Vec::new();
    loop {
        line.clear();
        // Only the beginning counts, and a line may be endless.
        let mut length = lines.by_ref().take(BLOCK).read_until(b'\n', &mut line)? as u64;
        if length == 0 {
            return Ok(None);
        }
        if stamp(&line, since).is_some_and(|stamp| stamp >= since.as_bytes()) {
            return Ok(Some(at));
        }
        if length == BLOCK && line.last() != Some(&b'\n') {
            length += lines.skip_until(b'\n')? as u64;
        }
        at += length;
    }
}

/// The beginning of a line if it has the shape of `like`: digits where that has some, and else the same.
fn stamp<'a>(line: &'a [u8], like: &str) -> Option<&'a [u8]> {
    let stamp = line.get(..like.len())?;
    let same = |(a, b): (&u8, u8)| if b.is_ascii_digit() { a.is_ascii_digit() } else { *a == b };
    stamp.iter().zip(like.bytes()).all(same).then_some(stamp)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn part(text: &[u8], since: &str) -> Vec<u8> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text).unwrap();
        Part::since(&mut file, since).unwrap().read(&mut file).unwrap()
    }

    #[test]
    fn it_begins_with_the_first_line_of_that_moment() {
        let text = b"2026-11-23 14:00:00 a\n2026-11-23 14:00:05 b\nno time\n2026-11-23 14:00:06 c\n";
        assert_eq!(part(text, "2026-11-23 14:00:05"), &text[22..]);
        assert_eq!(part(text, "2026-11-23 14:00:01"), &text[22..]);
        assert_eq!(part(text, "2026-11-23 14:00:06"), b"2026-11-23 14:00:06 c\n");
        assert_eq!(part(text, "2026-11-23 15:00:00"), b"");
        assert_eq!(part(text, "2025-01-01 00:00:00"), text);
        assert_eq!(part(b"", "2026-11-23 14:00:05"), b"");
    }

    #[test]
    fn a_large_log_is_cut_at_the_same_line_as_a_small_one() {
        let mut text = Vec::new();
        for second in 0..40_000 {
            let (minute, second) = (second / 60, second % 60);
            let stamp =
                format!("2026/11/{:02} {:02}:{:02}:{:02}", 1 + minute / 1440, minute / 60 % 24, minute % 60, second);
            text.extend(format!("{stamp} [71] >f+++++++++ some/file\n").bytes());
        }
        let line = text.len() / 40_000;
        for wanted in [0, 1, 17, 19_999, 39_998, 39_999] {
            let since = String::from_utf8(text[wanted * line..][..19].to_vec()).unwrap();
            assert_eq!(part(&text, &since).len(), text.len() - wanted * line, "{wanted}");
        }
    }

    #[test]
    fn lines_without_time_and_without_end_are_passed_over() {
        let mut text = b"2026-11-23 14:00:00 a\n".to_vec();
        text.extend(vec![b'x'; 500_000]);
        text.extend(b"\n2026-11-23 14:00:05 b\n");
        assert_eq!(part(&text, "2026-11-23 14:00:05"), b"2026-11-23 14:00:05 b\n");
        assert_eq!(part(&text, "2026-11-23 14:00:00"), text);
    }
}
