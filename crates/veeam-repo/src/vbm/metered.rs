//! Counts what the XML reader takes. It collects each tag and each text as a whole, however long, so whoever wants a bound has to
//! end the source in the middle of it.

use std::io::{self, BufRead, Read};

use super::{Limit, Limits};

pub(super) struct Metered<'a> {
    source: &'a mut dyn BufRead,
    /// Bytes that may still come, of all and of this piece.
    all: u64,
    piece: usize,
    limits: Limits,
    passed: Option<Limit>,
}

impl<'a> Metered<'a> {
    pub(super) fn new(source: &'a mut dyn BufRead, limits: Limits) -> Self {
        Self { source, all: limits.bytes, piece: limits.piece, limits, passed: None }
    }

    /// A new piece begins.
    pub(super) fn begin(&mut self) {
        self.piece = self.limits.piece;
    }

    /// The bound that ended the source, if one has.
    pub(super) fn passed(&self) -> Option<Limit> {
        self.passed
    }
}

impl Read for Metered<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Metered<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let left = self.all.min(self.piece as u64) as usize;
        let bytes = self.source.fill_buf()?;
        if left == 0 && !bytes.is_empty() {
            self.passed = Some(if self.all == 0 { Limit::Bytes } else { Limit::Piece });
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(&bytes[..bytes.len().min(left)])
    }

    fn consume(&mut self, read: usize) {
        self.source.consume(read);
        self.piece = self.piece.saturating_sub(read);
        self.all = self.all.saturating_sub(read as u64);
    }
}
