//! What files of a kind begin with, learnt from files that were good. Nobody has written Veeam's formats down, so nothing is known beforehand, and
//! what is not known is never held against a file.
//!
//! A beginning is a few dozen bytes, of which some are the same in each file of a kind and others are not. What counts as evidence are bytes
//! that were the same in at least two files and are not zero: a file that has been emptied is as full of zeros as any header.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::name::FileKind;

/// So many bytes of a file are looked at; more do no harm.
pub const BEGINNING: usize = 64;
/// Versions that write a kind in different ways, side by side in one repository.
const FAMILIES: usize = 8;
/// With fewer bytes in common two beginnings have nothing in common.
const EVIDENCE: usize = 4;

/// What is known of how files begin. To be kept by whoever learns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Signatures {
    kinds: BTreeMap<FileKind, Vec<Family>>,
}

/// Files that begin alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Family {
    /// The first file; the same one again teaches nothing.
    file: String,
    /// What all have in common; none where they differ.
    bytes: Vec<Option<u8>>,
    /// A second one has been seen.
    confirmed: bool,
}

/// What a beginning looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// Like at least two good files of its kind.
    Known,
    /// Unlike every good file of its kind, of which at least two were alike.
    Unlike,
    /// Too little has been learnt of this kind.
    NotKnownYet,
}

impl Family {
    fn new(file: &str, beginning: &[u8]) -> Self {
        let bytes = beginning.iter().take(BEGINNING).copied().map(Some).collect();
        Self { file: file.to_owned(), bytes, confirmed: false }
    }

    /// How many bytes speak for anything, and how many of these the beginning has.
    fn evidence(&self, beginning: &[u8]) -> (usize, usize) {
        let speaks = |byte: &u8| *byte != 0;
        let known = self.bytes.iter().enumerate().filter_map(|(at, byte)| Some((at, byte.filter(speaks)?)));
        known.fold((0, 0), |(all, same), (at, byte)| (all + 1, same + usize::from(beginning.get(at) == Some(&byte))))
    }

    /// Half of it is enough, or what stands first: a newer version changes a number or two in a header, and whoever encrypts a file leaves one
    /// byte in 256.
    fn is_like(&self, beginning: &[u8]) -> bool {
        let (all, same) = self.evidence(beginning);
        let speaks = |(known, found): (&Option<u8>, &u8)| *found != 0 && *known == Some(*found);
        let first = self.bytes.iter().zip(beginning).take_while(|pair| speaks(*pair)).count();
        first >= EVIDENCE || (same >= EVIDENCE && same * 2 >= all)
    }

    /// Whether it can speak against a file.
    fn is_evidence(&self) -> bool {
        self.confirmed && self.evidence(&[]).0 >= EVIDENCE
    }

    fn add(&mut self, file: &str, beginning: &[u8]) {
        if self.file == file {
            return;
        }
        self.confirmed = true;
        self.bytes.truncate(beginning.len());
        for (known, found) in self.bytes.iter_mut().zip(beginning) {
            *known = known.filter(|known| known == found);
        }
    }
}

impl Signatures {
    /// A good file of that kind begins so. `file` is whatever tells it from others, its path for instance.
    pub fn learn(&mut self, kind: FileKind, file: &str, beginning: &[u8]) {
        let families = self.kinds.entry(kind).or_default();
        match families.iter().position(|family| family.is_like(beginning)) {
            Some(index) => families[index].add(file, beginning),
            None if families.len() < FAMILIES && families.iter().all(|family| family.file != file) => {
                families.push(Family::new(file, beginning));
            }
            None => {}
        }
    }

    /// What a file of that kind that begins so looks like.
    pub fn judge(&self, kind: FileKind, beginning: &[u8]) -> Likeness {
        let families = self.kinds.get(&kind).map_or(&[][..], Vec::as_slice);
        let like = families.iter().find(|family| family.is_like(beginning));
        match like {
            Some(family) if family.confirmed => Likeness::Known,
            None if families.iter().any(Family::is_evidence) => Likeness::Unlike,
            _ => Likeness::NotKnownYet,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header as such formats have one: a name, a version, zeros, and what differs from file to file.
    fn header(version: u8, own: u64) -> Vec<u8> {
        let mut bytes = b"VFMT".to_vec();
        bytes.extend([version, 0, 0, 0]);
        bytes.resize(32, 0);
        bytes.extend(own.to_le_bytes());
        bytes.extend([0x11, 0x22, 0x33, 0x44]);
        bytes.resize(64, 0);
        bytes
    }

    fn taught() -> Signatures {
        let mut signatures = Signatures::default();
        signatures.learn(FileKind::Full, "a.vbk", &header(13, 0x0123_4567_89ab_cdef));
        signatures.learn(FileKind::Full, "b.vbk", &header(13, 0xfedc_ba98_7654_3210));
        signatures
    }

    fn noise(seed: u64) -> Vec<u8> {
        let mut random = fastrand::Rng::with_seed(seed);
        (0..64).map(|_| random.u8(..)).collect()
    }

    #[test]
    fn one_file_teaches_nothing_nor_does_the_same_one_again() {
        let mut signatures = Signatures::default();
        for _ in 0..3 {
            signatures.learn(FileKind::Full, "a.vbk", &header(13, 7));
            assert_eq!(signatures.judge(FileKind::Full, &header(13, 8)), Likeness::NotKnownYet);
            assert_eq!(signatures.judge(FileKind::Full, &noise(1)), Likeness::NotKnownYet);
        }
    }

    #[test]
    fn what_was_encrypted_or_emptied_is_unlike_two_good_ones() {
        let signatures = taught();
        for seed in 0..1000 {
            assert_eq!(signatures.judge(FileKind::Full, &header(13, seed)), Likeness::Known);
            assert_eq!(signatures.judge(FileKind::Full, &noise(seed)), Likeness::Unlike, "{seed}");
        }
        for beginning in
            [&[0; 64][..], b"", b"YOUR FILES ARE ENCRYPTED, PAY WITHIN THREE DAYS OR LOSE THEM ALL ....", b"VF"]
        {
            assert_eq!(signatures.judge(FileKind::Full, beginning), Likeness::Unlike, "{beginning:?}");
        }
        assert_eq!(signatures.judge(FileKind::Increment, &noise(1)), Likeness::NotKnownYet);
    }

    #[test]
    fn a_newer_version_is_still_known_and_another_form_is_learnt() {
        let mut signatures = taught();
        assert_eq!(signatures.judge(FileKind::Full, &header(14, 3)), Likeness::Known);
        let other = |own: u8| [&b"<BackupMeta Version=\""[..], &[own; 20]].concat();
        assert_eq!(signatures.judge(FileKind::Full, &other(1)), Likeness::Unlike);
        signatures.learn(FileKind::Full, "c.vbk", &other(1));
        assert_eq!(signatures.judge(FileKind::Full, &other(2)), Likeness::NotKnownYet);
        signatures.learn(FileKind::Full, "d.vbk", &other(2));
        assert_eq!(signatures.judge(FileKind::Full, &other(3)), Likeness::Known);
        assert_eq!(signatures.judge(FileKind::Full, &header(13, 9)), Likeness::Known);
    }

    #[test]
    fn files_without_anything_in_common_speak_against_none() {
        let mut signatures = Signatures::default();
        for seed in 0..20 {
            signatures.learn(FileKind::Full, &format!("{seed}.vbk"), &noise(seed));
        }
        assert_eq!(signatures.judge(FileKind::Full, &noise(99)), Likeness::NotKnownYet);
    }

    #[test]
    fn what_has_been_learnt_survives_being_written_down() {
        let signatures = taught();
        let text = serde_json::to_string(&signatures).unwrap();
        assert_eq!(serde_json::from_str::<Signatures>(&text).unwrap(), signatures);
        assert!(text.len() < 2000, "{}", text.len());
    }
}
