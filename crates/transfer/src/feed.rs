//! What comes next of a source file: read and hashed, to be shared, or a hole.

use std::path::Path;

use crate::direct::Direct;
use crate::error::{Cause, Error, Side};
use crate::ground::{Ground, Shares};
use crate::known::Known;
use crate::listen::Segment;
use crate::pieces::{Kind, Piece, Texture};
use crate::pool::{Buffer, Pool};

/// So much is shared in one call: it can't be stopped meanwhile.
const SHARED_AT_ONCE: u64 = 256 << 20;

/// All that is needed for one file.
pub(crate) struct Work<'w> {
    pub(crate) path: &'w Path,
    pub(crate) source: Direct<'w>,
    pub(crate) size: u64,
    pub(crate) pieces: &'w [Piece],
    pub(crate) known: &'w Known<'w>,
    pub(crate) ground: &'w Ground,
    pub(crate) pool: &'w Pool,
    pub(crate) segment: u64,
    pub(crate) flush_every: u64,
    pub(crate) texture: Texture,
}

pub(crate) enum Load<'p> {
    Data { segment: Segment, run_end: u64, buffer: Buffer<'p> },
    Clone { at: u64, length: u64, from: (usize, u64) },
    Hole { length: u64 },
}

/// Goes through a file.
pub(crate) struct Feed<'w> {
    pub(crate) work: &'w Work<'w>,
    rest: &'w [Piece],
    at: u64,
    /// Beginning and end of what is in memory, unless it goes past that.
    window: (u64, u64),
    shares: Shares<'w>,
}

impl<'w> Feed<'w> {
    pub(crate) fn new(work: &'w Work<'w>, point: u64) -> Self {
        Self { work, rest: work.pieces, at: point, window: (point, point), shares: work.ground.shares() }
    }

    fn move_window(&mut self, at: u64, end: u64) {
        if end <= self.window.1 {
            return;
        }
        let Work { source, segment, .. } = self.work;
        source.forget(self.window.0, at - self.window.0);
        self.window = (at, at + segment);
        if self.work.texture == Texture::Dense {
            source.expect(at, *segment);
        }
    }

    fn data(&mut self, piece: Piece) -> Result<Load<'w>, Error> {
        let end = piece.end().min((self.at / self.work.segment + 1) * self.work.segment);
        let at = self.at;
        self.at = end;
        self.move_window(at, end);
        self.work.read(at, end - at, self.work.pool.take(), piece.end())
    }
}

impl<'w> Iterator for Feed<'w> {
    type Item = Result<Load<'w>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let piece = loop {
            let (first, rest) = self.rest.split_first()?;
            match first.behind(self.at) {
                Some(piece) => break piece,
                None => self.rest = rest,
            }
        };
        match piece.kind {
            Kind::Hole => {
                self.at = piece.end();
                Some(Ok(Load::Hole { length: piece.length }))
            }
            Kind::Clone { witness, offset } if self.shares.hold() => {
                let length = piece.length.min(SHARED_AT_ONCE);
                self.at = piece.at + length;
                Some(Ok(Load::Clone { at: piece.at, length, from: (witness, offset) }))
            }
            Kind::Data | Kind::Clone { .. } => Some(self.data(piece)),
        }
    }
}

impl<'w> Work<'w> {
    pub(crate) fn read<'p>(
        &self,
        at: u64,
        length: u64,
        mut buffer: Buffer<'p>,
        run_end: u64,
    ) -> Result<Load<'p>, Error> {
        let failed = |cause| Error::new(Side::Source, self.path, at, cause);
        let (Ok(wanted), Ok(room)) = (usize::try_from(length), usize::try_from(self.ground.up(length))) else {
            return Err(failed(Cause::Changed));
        };
        self.source.read_exactly(&mut buffer[..room], at, wanted).map_err(failed)?;
        let hash = *blake3::hash(&buffer[..wanted]).as_bytes();
        Ok(Load::Data { segment: Segment { offset: at, length, hash }, run_end, buffer })
    }

    pub(crate) fn failed(&self, at: u64, cause: impl Into<Cause>) -> Error {
        Error::new(Side::Target, self.path, at, cause)
    }
}
