//! A backup of file shares, made by seed, with one of its parts missing.

use std::path::PathBuf;

use asbackup_veeam_repo::{Contents, Repository, Shares};
use fastrand::Rng;

use crate::build::Built;
use crate::metadata::guid;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    Nothing,
    Store,
    /// Of the share of that number.
    Source(usize),
    Metadata(usize),
    /// A `.vblob` with nothing in it.
    Blob(usize),
}

#[derive(Debug)]
pub struct Wanted {
    pub directory: PathBuf,
    pub lack: Lack,
    /// Directory and number of `.vblob` files.
    shares: Vec<(PathBuf, u64)>,
}

pub fn make(directory: PathBuf, built: &mut Built, random: &mut Rng) -> Wanted {
    let count = random.usize(1..4);
    let which = random.usize(..count);
    let lack =
        [Lack::Nothing, Lack::Store, Lack::Source(which), Lack::Metadata(which), Lack::Blob(which)][random.usize(..5)];
    if lack != Lack::Store {
        built.files.insert(directory.join("Shares.vstore"), 10);
    }
    let mut shares = Vec::new();
    for number in 0..count {
        let share = directory.join(guid(random.u128(1..)));
        for (part, missing) in [("x.vsource", Lack::Source(number)), ("meta/0.vslice", Lack::Metadata(number))] {
            if lack != missing {
                built.files.insert(share.join(part), 10);
            }
        }
        let blobs = random.u64(1..30);
        let data = share.join("data").join(guid(random.u128(1..)));
        for blob in 0..blobs {
            let empty = lack == Lack::Blob(number) && blob == 0;
            built.files.insert(data.join(format!("{blob}.vblob")), if empty { 0 } else { random.u64(1..64 << 20) });
        }
        shares.push((share, blobs));
    }
    shares.sort();
    Wanted { directory, lack, shares }
}

pub fn judge(repository: &Repository, wanted: &Wanted) -> Result<(), String> {
    let backup = repository.backups.iter().find(|backup| backup.directory == wanted.directory);
    let Some(Contents::Shares(told)) = backup.map(|backup| &backup.contents) else {
        return Err(format!("no shares in {backup:?}"));
    };
    let found: Vec<_> = told.shares.iter().map(|share| (share.directory.clone(), share.blobs)).collect();
    let lacks = lacks(told);
    // Sorted, so the numbers by which they were made are others.
    let is_it = std::mem::discriminant(&lacks) == std::mem::discriminant(&wanted.lack);
    if found == wanted.shares && is_it { Ok(()) } else { Err(format!("{found:?} {lacks:?}")) }
}

fn lacks(told: &Shares) -> Lack {
    let position = |lacks: &dyn Fn(&asbackup_veeam_repo::Share) -> bool| told.shares.iter().position(lacks);
    if !told.store {
        return Lack::Store;
    }
    position(&|share| !share.source)
        .map(Lack::Source)
        .or_else(|| position(&|share| !share.metadata).map(Lack::Metadata))
        .or_else(|| position(&|share| !share.empty.is_empty()).map(Lack::Blob))
        .unwrap_or(Lack::Nothing)
}
