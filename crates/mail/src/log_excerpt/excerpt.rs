//! The part of a log between two marks, in one or more consecutive files.

use std::io::{self, Read, empty};
use std::ops::Range;

use super::file::LogFile;
use super::files::{LogFiles, Position};
use asbackup_api::LogPart;

#[derive(Debug)]
pub struct Excerpt {
    pieces: Vec<Piece>,
    /// The beginning of the run's part no longer exists.
    pub lacks_begin: bool,
}

#[derive(Debug)]
struct Piece {
    member: LogFile,
    start: u64,
    length: u64,
}

impl Excerpt {
    /// `None` if the beginning was not marked. Blocks.
    ///
    /// # Errors
    /// A log can't be read.
    pub fn of(log: &LogPart) -> io::Result<Option<Self>> {
        let files = LogFiles::of(&log.path)?;
        let Some(mark) = &log.begin else { return Ok(None) };
        let begin = files.find(mark);
        let lacks_begin = begin.is_none();
        let begin = begin.unwrap_or_else(|| files.start_of_newest());
        let end = log.end.as_ref().and_then(|mark| files.find(mark)).filter(|end| begin <= *end);
        let mut pieces = Vec::new();
        for (at, member) in files.into_members().into_iter().enumerate().skip(begin.member) {
            pieces.push(Piece::of(at, member, begin, end)?);
        }
        pieces.retain(|piece| piece.length > 0);
        Ok(Some(Self { pieces, lacks_begin }))
    }

    pub fn len(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.length).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The bytes in `range`. Blocks.
    ///
    /// # Errors
    /// A log can't be read.
    pub fn bytes(&self, range: Range<u64>) -> io::Result<Box<dyn Read + '_>> {
        let mut bytes: Box<dyn Read> = Box::new(empty());
        let mut passed = 0;
        for piece in &self.pieces {
            let from = range.start.saturating_sub(passed).min(piece.length);
            let to = range.end.saturating_sub(passed).min(piece.length);
            passed += piece.length;
            if from < to {
                bytes = Box::new(bytes.chain(piece.member.bytes(piece.start + from)?.take(to - from)));
            }
        }
        Ok(bytes)
    }

    /// Whether it spans several files.
    pub fn is_in_several(&self) -> bool {
        self.pieces.len() > 1
    }
}

impl Piece {
    fn of(at: usize, member: LogFile, begin: Position, end: Option<Position>) -> io::Result<Self> {
        let length = match end {
            Some(end) if end.member < at => 0,
            // A crash may have shortened the file.
            Some(end) if end.member == at && end.offset == 0 => 0,
            Some(end) if end.member == at => end.offset.min(member.length()?),
            _ => member.length()?,
        };
        let start = if at == begin.member { begin.offset } else { 0 };
        Ok(Self { member, start, length: length.saturating_sub(start) })
    }
}
