//! Reads the lines of a file that may contain anything, in bounded memory.

use std::io::{self, BufRead, Read};

/// No line of ours is longer, its newline included; the rest of a longer one is skipped.
pub const LONGEST: usize = 4 << 20;

pub struct Lines<R> {
    reader: R,
    line: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    pub fn new(reader: R) -> Self {
        Self { reader, line: Vec::new() }
    }

    /// The next line without its newline, `None` at the end. A line that is too long is truncated; empty lines are
    /// skipped.
    pub fn next(&mut self) -> io::Result<Option<&[u8]>> {
        loop {
            self.line.clear();
            let mut bounded = self.reader.by_ref().take(LONGEST as u64);
            if bounded.read_until(b'\n', &mut self.line)? == 0 {
                return Ok(None);
            }
            if self.line.last() == Some(&b'\n') {
                self.line.pop();
            } else if self.line.len() == LONGEST {
                self.reader.skip_until(b'\n')?;
            }
            if !self.line.is_empty() {
                return Ok(Some(&self.line));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(bytes: &[u8]) -> Vec<usize> {
        let mut lines = Lines::new(bytes);
        let mut lengths = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            lengths.push(line.len());
        }
        lengths
    }

    #[test]
    fn lines_have_no_newline_and_empty_ones_are_skipped() {
        assert_eq!(lengths(b"one\n\nthree\nlast"), [3, 5, 4]);
        assert_eq!(lengths(b""), [0; 0]);
    }

    #[test]
    fn a_line_that_is_too_long_is_truncated() {
        let mut endless = vec![b'x'; LONGEST * 2 + 3];
        endless.extend(b"\nnext\n");
        assert_eq!(lengths(&endless), [LONGEST, 4]);
    }
}
