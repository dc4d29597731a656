//! What plug-ins of databases write: data, a description with the same name for each, and one for the job.

use std::path::Path;

use crate::facts::{Backup, Basis, Contents, Entry, PlugIn};
use crate::listing::{Claimed, Listing, name};
use crate::name::FileKind;

/// One for each directory that has any.
pub(crate) fn backups(listing: &Listing<'_>, claimed: &mut Claimed) -> Vec<Backup> {
    listing.directories.keys().filter_map(|directory| backup(listing, directory, claimed)).collect()
}

fn backup(listing: &Listing<'_>, directory: &Path, claimed: &mut Claimed) -> Option<Backup> {
    let mut plug_in = PlugIn { job: false, complete: 0, newest: None, incomplete: Vec::new() };
    let mut found = false;
    for number in listing.directories.get(directory)?.iter().filter(|number| !claimed.contains(number)) {
        let (kind, entry) = (listing.kind(*number), &listing.entries[*number]);
        found |= matches!(kind, FileKind::PlugInData | FileKind::PlugInFile | FileKind::PlugInJob);
        plug_in.job |= kind == FileKind::PlugInJob && entry.size > 0;
        if kind == FileKind::PlugInData {
            plug_in.add(entry, is_described(listing, directory, entry));
        }
    }
    found.then(|| Backup {
        name: name(directory).into_owned(),
        directory: directory.to_owned(),
        basis: Basis::Names,
        encrypted: None,
        contents: Contents::PlugIn(plug_in),
        unlisted: Vec::new(),
    })
}

fn is_described(listing: &Listing<'_>, directory: &Path, entry: &Entry) -> bool {
    let description = entry.path.with_extension("vasm");
    listing.find(directory, &name(&description)).is_some_and(|number| listing.entries[number].size > 0)
}

impl PlugIn {
    fn add(&mut self, entry: &Entry, described: bool) {
        if entry.size == 0 || !described {
            self.incomplete.push(entry.path.clone());
            return;
        }
        self.complete += 1;
        self.newest = self.newest.max(Some(entry.modified));
    }
}
