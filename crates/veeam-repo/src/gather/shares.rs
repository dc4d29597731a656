//! Backups of file shares: `JOB.vstore`, below it a directory for each share with its `.vsource`, `meta`, and `data` with `.vblob`
//! files. What is in them only Veeam can read, so what is told is whether the parts are there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::facts::{Backup, Basis, Contents, Entry, Share, Shares};
use crate::listing::{Claimed, Listing, directory, name};
use crate::name::FileKind;

/// All of them, and which files are theirs.
pub(crate) fn backups(listing: &Listing<'_>, claimed: &mut Claimed) -> Vec<Backup> {
    let mut tops: Vec<&Path> = Vec::new();
    for top in tops_of(listing) {
        // Ordered, so one that lies in another comes after it.
        if !tops.iter().any(|above| top.starts_with(above)) {
            tops.push(top);
        }
    }
    tops.into_iter().map(|top| backup(listing, top, claimed)).collect()
}

fn tops_of<'a>(listing: &Listing<'a>) -> BTreeSet<&'a Path> {
    let top = |number: usize| {
        let path = &listing.entries[number].path;
        match listing.kind(number) {
            FileKind::NasStore => Some(directory(path)),
            FileKind::NasSource => Some(directory(directory(path))),
            FileKind::NasBlob => {
                let share = path.ancestors().find(|above| name(above).eq_ignore_ascii_case("data"))?.parent()?;
                Some(directory(share))
            }
            _ => None,
        }
    };
    (0..listing.entries.len()).filter_map(top).collect()
}

fn backup(listing: &Listing<'_>, top: &Path, claimed: &mut Claimed) -> Backup {
    let mut shares: BTreeMap<PathBuf, Share> = BTreeMap::new();
    let mut store = None;
    for number in listing.below(top) {
        let entry = &listing.entries[number];
        claimed.insert(number);
        if listing.kind(number) == FileKind::NasStore {
            store = Some(name(&entry.path).into_owned());
        } else if let Some(share) = share_of(top, &entry.path) {
            let fresh = || fresh(top.join(share));
            shares.entry(top.join(share)).or_insert_with(fresh).add(entry, listing.kind(number));
        }
    }
    let job = store.as_deref().and_then(|name| name.rsplit_once('.')).map(|(stem, _)| stem.to_owned());
    let shares = shares.into_values().filter(|share| share.source || share.metadata || share.blobs > 0).collect();
    Backup {
        name: job.unwrap_or_else(|| name(top).into_owned()),
        directory: top.to_owned(),
        basis: Basis::Names,
        encrypted: None,
        contents: Contents::Shares(Shares { store: store.is_some(), shares }),
        unlisted: Vec::new(),
    }
}

/// The directory of the share that a file belongs to.
fn share_of<'a>(top: &Path, path: &'a Path) -> Option<&'a Path> {
    let mut parts = path.strip_prefix(top).ok()?.iter();
    let first = parts.next()?;
    parts.next().map(|_| Path::new(first))
}

fn fresh(directory: PathBuf) -> Share {
    let newest = SystemTime::UNIX_EPOCH;
    Share { directory, source: false, metadata: false, blobs: 0, bytes: 0, newest, empty: Vec::new() }
}

impl Share {
    fn add(&mut self, entry: &Entry, kind: FileKind) {
        let inside = entry.path.strip_prefix(&self.directory).ok().and_then(|rest| rest.iter().next());
        self.newest = self.newest.max(entry.modified);
        let is_blob = kind == FileKind::NasBlob;
        let filled = entry.size > 0;
        self.source |= kind == FileKind::NasSource && filled;
        self.metadata |= inside.is_some_and(|part| part.eq_ignore_ascii_case("meta")) && filled;
        self.blobs += u64::from(is_blob);
        self.bytes += if is_blob { entry.size } else { 0 };
        if !filled && matches!(kind, FileKind::NasBlob | FileKind::NasSource) {
            self.empty.push(entry.path.clone());
        }
    }
}
