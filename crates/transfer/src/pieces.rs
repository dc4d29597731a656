//! What is done with each part of a file: written, shared, or left a hole.

use std::collections::BTreeSet;
use std::fs::File;

use rustix::io::Errno;

use crate::extents::Extent;
use crate::ground::Ground;
use crate::known::Known;
use crate::listen::Amount;
use crate::runs::{Run, runs};
use crate::stamp::{device, look_at};
use crate::witness::addresses;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Data,
    Hole,
    /// Bytes from this offset of that witness' file on the target.
    Clone {
        witness: usize,
        offset: u64,
    },
}

/// A part of a file; all parts together are the file, in order. Begins on the target's granule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) at: u64,
    pub(crate) length: u64,
    pub(crate) kind: Kind,
}

impl Piece {
    pub(crate) fn end(&self) -> u64 {
        self.at + self.length
    }

    /// What is left of it behind a point.
    pub(crate) fn behind(self, point: u64) -> Option<Self> {
        let cut = point.saturating_sub(self.at);
        let kind = match self.kind {
            Kind::Clone { witness, offset } => Kind::Clone { witness, offset: offset + cut },
            other => other,
        };
        (cut < self.length).then(|| Self { at: self.at + cut, length: self.length - cut, kind })
    }
}

/// Smaller files gain nothing from a second thread, nor from going past the page cache.
const LARGE: u64 = 1 << 20;

/// How a file is best read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Texture {
    /// As a whole.
    Small,
    /// In large parts.
    Even,
    /// In small parts with little between them.
    Dense,
    /// In small parts far from each other.
    Scattered,
}

/// A file, taken apart.
pub(crate) struct Parts {
    pub(crate) pieces: Vec<Piece>,
    /// What it shares with others on the source: once it is on the target, that is known.
    pub(crate) shared: Vec<Extent>,
}

/// Below this on average, it is the kernel's page cache that makes large writes of small ones.
const WORTH_DIRECT: u64 = 256 << 10;
/// If at least every so-manieth byte is data, all is read in one go.
const DENSE: u64 = 8;

impl Parts {
    /// How what is data lies in the file.
    pub(crate) fn texture(&self, size: u64) -> Texture {
        let (count, data) = self
            .pieces
            .iter()
            .filter(|piece| piece.kind == Kind::Data)
            .fold((0, 0), |sum, piece| (sum.0 + 1, sum.1 + piece.length));
        match (data < count * WORTH_DIRECT, data >= size / DENSE) {
            _ if size < LARGE => Texture::Small,
            (false, _) => Texture::Even,
            (true, true) => Texture::Dense,
            (true, false) => Texture::Scattered,
        }
    }

    pub(crate) fn amount(&self) -> Amount {
        let mut sum = Amount::default();
        for piece in &self.pieces {
            match piece.kind {
                Kind::Data => sum.written += piece.length,
                Kind::Hole => sum.holes += piece.length,
                Kind::Clone { .. } => sum.shared += piece.length,
            }
        }
        sum
    }
}

/// Takes a file apart. Only witnesses count whose source files are as noted *after* this file's blocks have been asked for: then both had
/// them at the same time. Errors: what the kernel says of the source.
pub(crate) fn take_apart(file: &File, size: u64, known: &Known<'_>, ground: &Ground) -> Result<Parts, Errno> {
    let shared = if ground.shares().hold() { addresses(file)? } else { Vec::new() };
    let clones = if known.is_empty() || !known.is_on_device(device(&look_at(file)?)) {
        Vec::new()
    } else {
        still_true(clones(&shared, size, known, ground), known)
    };
    let pieces = merge(&runs(file, size, ground)?, &clones, size);
    Ok(Parts { pieces, shared })
}

/// In order of the file, whole granules only, neighbours joined.
fn clones(shared: &[Extent], size: u64, known: &Known<'_>, ground: &Ground) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for extent in shared {
        for found in known.find(extent) {
            let logical = extent.logical + (found.physical - extent.physical);
            let whole = (ground.up(logical), ground.down((logical + found.length).min(size)));
            let offset = found.offset + (whole.0 - logical);
            if whole.0 < whole.1 && ground.down(offset) == offset {
                let kind = Kind::Clone { witness: found.witness, offset };
                push(&mut pieces, Piece { at: whole.0, length: whole.1 - whole.0, kind });
            }
        }
    }
    pieces
}

fn push(pieces: &mut Vec<Piece>, piece: Piece) {
    match pieces.last_mut() {
        Some(last) if continues(last, &piece) => last.length += piece.length,
        _ => pieces.push(piece),
    }
}

fn continues(last: &Piece, next: &Piece) -> bool {
    let follows = match (last.kind, next.kind) {
        (Kind::Clone { witness, offset }, Kind::Clone { witness: other, offset: from }) => {
            witness == other && offset + last.length == from
        }
        (one, other) => one == other,
    };
    follows && last.end() == next.at
}

fn still_true(mut clones: Vec<Piece>, known: &Known<'_>) -> Vec<Piece> {
    let witness = |piece: &Piece| match piece.kind {
        Kind::Clone { witness, .. } => Some(witness),
        _ => None,
    };
    let used: BTreeSet<usize> = clones.iter().filter_map(witness).collect();
    let good: BTreeSet<usize> = used.into_iter().filter(|used| known.witness(*used).source_is_as_noted()).collect();
    clones.retain(|piece| witness(piece).is_some_and(|witness| good.contains(&witness)));
    clones
}

/// Clones where there are any, data in what is left of the runs, holes in between.
fn merge(runs: &[Run], clones: &[Piece], size: u64) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = clones;
    let mut at = 0;
    let fill = |pieces: &mut Vec<Piece>, at: &mut u64, to: u64, kind| {
        if *at < to {
            push(pieces, Piece { at: *at, length: to - *at, kind });
            *at = to;
        }
    };
    for (from, to) in runs.iter().map(|(from, to)| (*from, (*to).min(size))) {
        fill(&mut pieces, &mut at, from, Kind::Hole);
        while let Some((piece, later)) = rest.split_first().filter(|(piece, _)| piece.at < to) {
            // What SEEK_HOLE calls a hole stays one.
            if let Some(piece) = piece.behind(at) {
                fill(&mut pieces, &mut at, piece.at, Kind::Data);
                at = piece.end().min(to);
                push(&mut pieces, Piece { length: at - piece.at, ..piece });
            }
            if piece.end() > to {
                break;
            }
            rest = later;
        }
        fill(&mut pieces, &mut at, to, Kind::Data);
    }
    fill(&mut pieces, &mut at, size, Kind::Hole);
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn clone(at: u64, length: u64) -> Piece {
        Piece { at, length, kind: Kind::Clone { witness: 0, offset: at + 1000 } }
    }

    /// What is done with each byte.
    fn spelled(pieces: &[Piece]) -> Vec<Kind> {
        let mut bytes = Vec::new();
        for piece in pieces {
            assert_eq!(piece.at, bytes.len() as u64, "{pieces:?}");
            for step in 0..piece.length {
                bytes.push(piece.behind(piece.at + step).expect("inside").kind);
            }
        }
        bytes
    }

    #[test]
    fn clones_lie_in_runs_and_holes_between_them() {
        let pieces = merge(&[(4, 8), (12, 20)], &[clone(2, 4), clone(14, 2), clone(16, 8)], 18);
        let shared = |offset| Kind::Clone { witness: 0, offset };
        let wanted = [
            (0, 4, Kind::Hole),
            (4, 2, shared(1004)),
            (6, 2, Kind::Data),
            (8, 4, Kind::Hole),
            (12, 2, Kind::Data),
            (14, 2, shared(1014)),
            (16, 2, shared(1016)),
        ];
        assert_eq!(spelled(&pieces), spelled(&wanted.map(|(at, length, kind)| Piece { at, length, kind })));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn each_byte_is_what_runs_and_clones_say(
            runs in proptest::collection::btree_map(0u64..100, 1u64..9, 0..8),
            parts in proptest::collection::btree_map(0u64..100, 1u64..9, 0..8),
            size in 0u64..110,
        ) {
            let apart = |parts: std::collections::BTreeMap<u64, u64>| {
                let mut last = 0;
                let parts = parts.into_iter().filter(|(at, length)| {
                    let fits = *at >= last && *at < size;
                    last = if fits { at + length } else { last };
                    fits
                });
                parts.collect::<Vec<_>>()
            };
            let runs: Vec<Run> = apart(runs).into_iter().map(|(at, length)| (at, at + length)).collect();
            let clones: Vec<Piece> = apart(parts).into_iter().map(|(at, length)| clone(at, length.min(size - at))).collect();
            let bytes = spelled(&merge(&runs, &clones, size));
            prop_assert_eq!(bytes.len() as u64, size);
            for (at, kind) in (0..size).zip(bytes) {
                let in_run = runs.iter().any(|(from, to)| (*from..*to).contains(&at));
                let in_clone = clones.iter().any(|piece| (piece.at..piece.end()).contains(&at));
                let wanted = match (in_run, in_clone) {
                    (false, _) => Kind::Hole,
                    (true, false) => Kind::Data,
                    (true, true) => Kind::Clone { witness: 0, offset: at + 1000 },
                };
                prop_assert_eq!(kind, wanted, "at {}", at);
            }
        }
    }
}
