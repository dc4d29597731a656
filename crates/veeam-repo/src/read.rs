//! The order in which a repository is read: metadata first, what they don't name by names, and then whatever has no chains.

use std::io::{self, Read};
use std::path::Path;

use uuid::Uuid;

use crate::facts::{Backup, Entry, Repository, Unread};
use crate::gather::metadata::Told;
use crate::gather::names::Rest;
use crate::gather::{plugin, shares};
use crate::listing::{Claimed, Listing, Number};
use crate::name::FileKind;
use crate::vbm::{self, Account, Limits, VbmError};

/// What is known of a repository with these files. `open` is asked for the metadata files, one after the other, by their paths in the listing; what
/// can't be opened or read is told as `Unread`.
///
/// Time and memory are bounded by `limits` and the listing, whatever is in the files.
pub fn read<R: Read>(entries: &[Entry], mut open: impl FnMut(&Path) -> io::Result<R>, limits: Limits) -> Repository {
    let listing = Listing::new(entries);
    let mut repository = Repository { unfinished: unfinished(&listing), ..Repository::default() };
    let mut claimed = Claimed::new();
    repository.backups.extend(shares::backups(&listing, &mut claimed));
    let mut limits = limits;
    for directory in listing.directories.keys() {
        let mut place = Place { listing: &listing, directory, limits: &mut limits, found: Vec::new() };
        place.accounts(&claimed, &mut open, &mut repository.unread);
        repository.backups.extend(place.backups(&mut claimed));
    }
    repository.backups.extend(plugin::backups(&listing, &mut claimed));
    repository.backups.sort_by(|one, other| (&one.directory, &one.name).cmp(&(&other.directory, &other.name)));
    repository
}

fn unfinished(listing: &Listing<'_>) -> Vec<std::path::PathBuf> {
    let numbers = listing.directories.values().flatten();
    let unfinished = numbers.filter(|number| listing.kind(**number) == FileKind::Unfinished);
    unfinished.map(|number| listing.entries[*number].path.clone()).collect()
}

/// One directory, while it is read.
struct Place<'a, 'l> {
    listing: &'a Listing<'a>,
    directory: &'a Path,
    limits: &'l mut Limits,
    found: Vec<(Number, Account)>,
}

impl Place<'_, '_> {
    fn accounts<R: Read>(
        &mut self,
        claimed: &Claimed,
        open: &mut impl FnMut(&Path) -> io::Result<R>,
        unread: &mut Vec<Unread>,
    ) {
        let here = self.listing.directories.get(self.directory).into_iter().flatten();
        let metadata =
            here.filter(|number| self.listing.kind(**number) == FileKind::Metadata && !claimed.contains(number));
        for number in metadata {
            let path = &self.listing.entries[*number].path;
            let account =
                open(path).map_err(VbmError::Unreadable).and_then(|mut file| vbm::read(&mut file, *self.limits));
            match account {
                Ok(account) => {
                    // What is kept of one is no longer there for the next.
                    self.limits.records = self.limits.records.saturating_sub(account.taken.records);
                    self.limits.names = self.limits.names.saturating_sub(account.taken.names);
                    self.found.push((*number, account));
                }
                Err(error) => unread.push(Unread { path: path.clone(), error }),
            }
        }
    }

    /// Of several accounts of the same backup the one that was written last counts.
    fn newest_accounts(&mut self) -> Vec<Account> {
        let mut found = std::mem::take(&mut self.found);
        found.sort_by_key(|(number, _)| std::cmp::Reverse(self.listing.entries[*number].modified));
        let mut seen: Vec<Uuid> = Vec::new();
        found.retain(|(_, account)| match account.backup {
            Some(backup) if seen.contains(&backup) => false,
            backup => {
                seen.extend(backup);
                true
            }
        });
        found.into_iter().map(|(_, account)| account).collect()
    }

    fn backups(&mut self, claimed: &mut Claimed) -> Vec<Backup> {
        let mut backups = Vec::new();
        let mut own = Vec::new();
        for account in self.newest_accounts() {
            let mut files = Claimed::new();
            let told = Told { listing: self.listing, directory: self.directory, account: &account };
            backups.push(told.backup(&mut files));
            claimed.extend(&files);
            own.push(files);
        }
        let mut rest = Rest::new(self.listing, self.directory, claimed);
        for (backup, files) in backups.iter_mut().zip(&own) {
            backup.unlisted = rest.unlisted(files);
        }
        backups.extend(rest.backups());
        backups
    }
}
