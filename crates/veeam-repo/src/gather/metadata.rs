//! A backup by what its metadata say, held against the files that are there.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use uuid::Uuid;

use crate::chain::{self, Judged, Link, Parent, Role};
use crate::facts::{Backup, Basis, Contents, Machine, Trouble};
use crate::listing::{Claimed, Listing, Number};
use crate::moment::Moment;
use crate::name::FileKind;
use crate::vbm::{Account, Oib};

/// With fewer files than these it may be chance that none has its size.
const ENOUGH: usize = 3;

/// A file that the metadata name.
struct Held {
    path: Arc<Path>,
    number: Option<Number>,
    kind: FileKind,
    told: Option<u64>,
    found: Option<u64>,
    trouble: Option<Trouble>,
}

/// What the metadata in one directory say.
pub(crate) struct Told<'a> {
    pub(crate) listing: &'a Listing<'a>,
    pub(crate) directory: &'a Path,
    pub(crate) account: &'a Account,
}

/// Paths there are of whichever system the repository was on.
fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

impl Told<'_> {
    /// The backup, and which files are its own.
    pub(crate) fn backup(&self, claimed: &mut Claimed) -> Backup {
        let mut held: HashMap<Uuid, Held> =
            self.account.storages.iter().map(|(id, storage)| (*id, self.held(&storage.file, storage.size))).collect();
        claimed.extend(held.values().filter_map(|held| held.number));
        let basis = compare(&mut held);
        let mut machines: Vec<Machine> =
            self.by_machine().into_iter().map(|(id, oibs)| self.machine(id, oibs, &held)).collect();
        machines.retain(|machine| !machine.points.is_empty());
        machines.sort_by(|one, other| one.name.cmp(&other.name));
        Backup {
            name: self.account.job.clone(),
            directory: self.directory.to_owned(),
            basis,
            encrypted: Some(self.account.encrypted),
            contents: Contents::Machines(machines),
            unlisted: Vec::new(),
        }
    }

    fn held(&self, file: &str, told: Option<u64>) -> Held {
        let name = base_name(file);
        let number = self.listing.find(self.directory, name);
        let entry = number.map(|number| &self.listing.entries[number]);
        let missing = || Trouble::Missing {
            elsewhere: self.listing.elsewhere(self.directory, name),
            begun: self.listing.is_begun(self.directory, name),
        };
        let path = entry.map_or_else(|| self.directory.join(name), |entry| entry.path.clone());
        let trouble = match entry.map(|entry| entry.size) {
            None => Some(missing()),
            Some(0) => Some(Trouble::Empty),
            Some(_) => None,
        };
        let told = told.filter(|told| *told > 0);
        Held {
            path: path.into(),
            number,
            kind: FileKind::of(name),
            told,
            found: entry.map(|entry| entry.size),
            trouble,
        }
    }

    fn by_machine(&self) -> HashMap<Option<Uuid>, Vec<&Oib>> {
        let mut machines: HashMap<Option<Uuid>, Vec<&Oib>> = HashMap::new();
        for oib in &self.account.oibs {
            machines.entry(oib.machine).or_default().push(oib);
        }
        machines
    }

    fn machine(&self, id: Option<Uuid>, mut oibs: Vec<&Oib>, held: &HashMap<Uuid, Held>) -> Machine {
        self.sort(&mut oibs);
        let lookup = Lookup::new(&oibs);
        let links: Vec<Link> = oibs.iter().map(|oib| self.link(oib, &lookup, held)).collect();
        let Judged { points, chain, flaws } = chain::judge(&links);
        Machine { name: self.name(id, &oibs), named_by: None, points, chain, flaws }
    }

    /// By the number of the run, since clocks go back; where not all have one, by the clock.
    fn sort(&self, oibs: &mut [&Oib]) {
        let number = |oib: &Oib| oib.point.and_then(|id| self.account.points.get(&id)).and_then(|point| point.number);
        let numbered = oibs.iter().all(|oib| number(oib).is_some());
        let time = |oib: &Oib| self.at(oib).map(|at| at.order());
        oibs.sort_by(|one, other| match (number(one), number(other)) {
            (Some(one_number), Some(other_number)) if numbered => {
                one_number.total_cmp(&other_number).then_with(|| time(one).cmp(&time(other)))
            }
            _ => time(one).cmp(&time(other)),
        });
    }

    fn name(&self, id: Option<Uuid>, oibs: &[&Oib]) -> String {
        let own = oibs.iter().rev().map(|oib| &oib.name).find(|name| !name.is_empty());
        let listed = || id.and_then(|id| self.account.machines.get(&id)).filter(|name| !name.is_empty());
        own.or_else(listed).cloned().or_else(|| id.map(|id| id.to_string())).unwrap_or_default()
    }

    /// In UTC, if anything tells that.
    fn at(&self, oib: &Oib) -> Option<Moment> {
        let storage = || oib.storage.and_then(|id| self.account.storages.get(&id)).and_then(|storage| storage.created);
        match oib.created {
            Some(Moment::Utc(time)) => Some(Moment::Utc(time)),
            local => storage().or(local),
        }
    }

    fn link(&self, oib: &Oib, lookup: &Lookup, held: &HashMap<Uuid, Held>) -> Link {
        let file = oib.storage.and_then(|id| held.get(&id));
        let role = role(oib, file.map(|held| held.kind));
        let trouble = match file {
            None => Some(Trouble::Missing { elsewhere: None, begun: false }),
            Some(held) => held.trouble.clone().or(oib.corrupted.then_some(Trouble::MarkedCorrupted)),
        };
        Link {
            at: self.at(oib).unwrap_or(Moment::Local(jiff::civil::DateTime::MIN)),
            role,
            parent: self.parent(oib, lookup),
            chain: self.chain(oib),
            file: file.map_or_else(|| self.directory.into(), |held| held.path.clone()),
            trouble,
            gone: file.is_none(),
            consistent: oib.consistent,
        }
    }

    fn chain(&self, oib: &Oib) -> u128 {
        let point = oib.point.and_then(|id| self.account.points.get(&id));
        point.and_then(|point| point.group).map_or(0, |group| group.as_u128())
    }

    /// By the machine's own links, else by those of the files.
    fn parent(&self, oib: &Oib, lookup: &Lookup) -> Parent {
        match (oib.linked, oib.link) {
            (true, Some(link)) => lookup.by_id.get(&link).map_or(Parent::Lost, |index| Parent::Told(*index)),
            (true, None) => Parent::Lost,
            (false, _) => {
                let storage = oib.storage.and_then(|id| self.account.storages.get(&id));
                let above = storage.and_then(|storage| storage.link).and_then(|link| lookup.by_storage.get(&link));
                above.map_or(Parent::Untold, |index| Parent::Told(*index))
            }
        }
    }
}

/// The file's kind counts first: a run may make a full of what was an increment, and the other way round. But an increment can hold
/// all of a machine that was new in that run.
fn role(oib: &Oib, kind: Option<FileKind>) -> Role {
    let unlinked = oib.linked && oib.link.is_none() && oib.full.is_none();
    match (kind, oib.full) {
        (Some(FileKind::Full), _) => Role::Full,
        (Some(FileKind::Rollback), _) => Role::Rollback,
        (_, Some(true)) => Role::Full,
        _ if unlinked => Role::Full,
        _ => Role::Increment,
    }
}

/// Where a machine's links are, in their order.
struct Lookup {
    by_id: HashMap<Uuid, usize>,
    by_storage: HashMap<Uuid, usize>,
}

impl Lookup {
    fn new(oibs: &[&Oib]) -> Self {
        let numbered = || oibs.iter().enumerate();
        Self {
            by_id: numbered().filter_map(|(index, oib)| Some((oib.id?, index))).collect(),
            by_storage: numbered().filter_map(|(index, oib)| Some((oib.storage?, index))).collect(),
        }
    }
}

/// Holds sizes against each other. If not one of several files has the size that the metadata tell, it is the metadata's that mean
/// something else, and no file is called wrong for it.
fn compare(held: &mut HashMap<Uuid, Held>) -> Basis {
    let sizes = |held: &Held| held.told.zip(held.found).filter(|(_, found)| *found > 0);
    let compared: Vec<bool> = held.values().filter_map(sizes).map(|(told, found)| told == found).collect();
    let is_told = held.values().any(|held| held.told.is_some());
    if !is_told || (compared.len() >= ENOUGH && !compared.contains(&true)) {
        return Basis::MetadataWithoutSizes;
    }
    for held in held.values_mut() {
        if let Some((told, found)) = sizes(held).filter(|(told, found)| told != found) {
            held.trouble = Some(Trouble::WrongSize { told, found });
        }
    }
    Basis::Metadata
}
