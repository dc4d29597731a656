//! Backups by names alone, where no metadata can be read, and files that belong to a chain but are in no metadata.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::chain::{self, Judged, Link, Parent, Role};
use crate::facts::{Backup, Basis, Contents, Entry, Machine, Trouble};
use crate::fold;
use crate::listing::{Claimed, Listing, Number, name};
use crate::name::{ChainName, FileKind, Form};

/// Files of one series in one directory.
type Series = BTreeMap<String, Vec<Number>>;

/// Files of chains in a directory that are in no metadata.
pub(crate) struct Rest<'a> {
    pub(crate) listing: &'a Listing<'a>,
    pub(crate) directory: &'a Path,
    series: Series,
}

impl<'a> Rest<'a> {
    pub(crate) fn new(listing: &'a Listing<'a>, directory: &'a Path, claimed: &Claimed) -> Self {
        let mut series = Series::new();
        for number in listing.directories.get(directory).into_iter().flatten() {
            if let Some(key) = key(listing, *number).filter(|_| !claimed.contains(number)) {
                series.entry(key).or_default().push(*number);
            }
        }
        Self { listing, directory, series }
    }

    /// Takes out those that go on a chain of which the metadata here know other files.
    pub(crate) fn unlisted(&mut self, known: &Claimed) -> Vec<PathBuf> {
        let here = self.listing.directories.get(self.directory).into_iter().flatten();
        let keys: Vec<String> =
            here.filter(|number| known.contains(number)).filter_map(|number| key(self.listing, *number)).collect();
        let found = keys.iter().filter_map(|key| self.series.remove(key)).flatten();
        let mut paths: Vec<PathBuf> = found.map(|number| self.listing.entries[number].path.clone()).collect();
        paths.sort();
        paths
    }

    /// What is left, one backup for each job that can be told apart.
    pub(crate) fn backups(&self) -> Vec<Backup> {
        let mut jobs: BTreeMap<String, Vec<Machine>> = BTreeMap::new();
        for numbers in self.series.values() {
            if let Some((job, machine)) = self.machine(numbers) {
                jobs.entry(job).or_default().push(machine);
            }
        }
        jobs.into_iter().map(|(name, machines)| self.backup(name, machines)).collect()
    }

    fn backup(&self, name: String, machines: Vec<Machine>) -> Backup {
        Backup {
            name,
            directory: self.directory.to_owned(),
            basis: Basis::Names,
            encrypted: None,
            contents: Contents::Machines(machines),
            unlisted: Vec::new(),
        }
    }

    /// The job's name and the machine.
    fn machine(&self, numbers: &[Number]) -> Option<(String, Machine)> {
        let entries = numbers.iter().map(|number| &self.listing.entries[*number]);
        let mut links: Vec<Link> = entries.filter_map(link).collect();
        links.sort_by(|one, other| (one.at.order(), &one.file).cmp(&(other.at.order(), &other.file)));
        let newest = name(&links.last()?.file).into_owned();
        let told = ChainName::parse(&newest)?;
        let Judged { points, chain, flaws } = chain::judge(&links);
        let machine = Machine { name: told.machine.to_owned(), named_by: Some(told.form), points, chain, flaws };
        Some((self.job(&told), machine))
    }

    /// Each job has a directory of its own unless it is an agent's.
    fn job(&self, told: &ChainName<'_>) -> String {
        match (told.form, told.series.rsplit_once(" - ")) {
            (Form::Agent, Some((job, _))) => job.to_owned(),
            (Form::Machine, _) => name(self.directory).into_owned(),
            _ => told.series.to_owned(),
        }
    }
}

fn key(listing: &Listing<'_>, number: Number) -> Option<String> {
    ChainName::parse(&name(&listing.entries[number].path)).map(|told| fold::key(told.series))
}

fn link(entry: &Entry) -> Option<Link> {
    let file_name = name(&entry.path);
    let told = ChainName::parse(&file_name)?;
    let role = match told.kind {
        FileKind::Full => Role::Full,
        FileKind::Rollback => Role::Rollback,
        _ => Role::Increment,
    };
    Some(Link {
        at: told.moment,
        role,
        parent: Parent::Untold,
        chain: 0,
        file: entry.path.as_path().into(),
        trouble: (entry.size == 0).then_some(Trouble::Empty),
        gone: false,
        consistent: None,
    })
}
