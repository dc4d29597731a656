//! What is kept of a metadata file of either generation. The paths below are all that is known of the two forms.

use quick_xml::events::BytesStart;
use uuid::Uuid;

use super::account::{Account, Oib, Point, Storage};
use super::fields::{Value, each};
use super::leaf;
use super::walk::{Then, Visitor};
use super::{Limit, Limits, VbmError};
use crate::moment::Moment;

/// Where something is in a document of either generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The escaped document of the first generation.
    Document,
    Root,
    Storages,
    Storage,
    Point,
    Machine,
    Oibs,
    Oib,
    Elsewhere,
}

fn place(path: &[&str]) -> Place {
    match path {
        ["BackupMeta", "Vbm"] => Place::Document,
        ["Vbm"] | ["BackupMeta", "Backup"] => Place::Root,
        ["Vbm", list @ ..] | ["BackupMeta", "BackupMetaInfo", list @ ..] => match list {
            ["Storages"] => Place::Storages,
            ["Storages", "Storage"] => Place::Storage,
            ["JobPoints", "Point"] | ["Points", "Point"] => Place::Point,
            ["Vms", "Vm"] | ["Objects", "Object"] => Place::Machine,
            ["VmPoints"] | ["Oibs"] => Place::Oibs,
            ["VmPoints", "Pnt"] | ["Oibs", "OIB"] => Place::Oib,
            _ => Place::Elsewhere,
        },
        _ => Place::Elsewhere,
    }
}

/// Takes down what is visited.
#[derive(Debug)]
pub(super) struct Record {
    account: Account,
    /// Of what has been visited, that a form that is not known is not taken for an empty backup.
    seen: Vec<Place>,
    limits: Limits,
    /// The file whose element is open.
    storage: Option<Uuid>,
    stats: String,
}

/// Digits of a size, or a document in a text; more is not a number.
const STATS: usize = 16 << 10;

impl Record {
    pub(super) fn new(limits: Limits) -> Self {
        Self { account: Account::default(), seen: Vec::new(), limits, storage: None, stats: String::new() }
    }

    /// Whether it has been told that what follows is under a password.
    pub(super) fn is_encrypted(&self) -> bool {
        self.account.encrypted
    }

    /// # Errors
    /// There was nothing that is known here.
    pub(super) fn finish(self) -> Result<Account, VbmError> {
        let lists = [Place::Root, Place::Storages, Place::Oibs];
        let is_known = lists.iter().all(|place| self.seen.contains(place)) && self.is_dated();
        let is_empty = self.account.storages.is_empty();
        match self.account.encrypted {
            true if !is_known || is_empty => Err(VbmError::Encrypted),
            false if !is_known => Err(VbmError::Unknown),
            _ => Ok(self.account),
        }
    }

    /// Whether all times are written in a way that is known.
    fn is_dated(&self) -> bool {
        self.account.oibs.iter().all(|oib| {
            let storage = oib.storage.and_then(|id| self.account.storages.get(&id));
            oib.created.is_some() || storage.is_none_or(|storage| storage.created.is_some())
        })
    }

    fn count(&mut self) -> Result<(), VbmError> {
        self.account.taken.records += 1;
        if self.account.taken.records > self.limits.records { Err(VbmError::TooMuch(Limit::Records)) } else { Ok(()) }
    }

    fn name(&mut self, value: &Value<'_>) -> Result<String, VbmError> {
        let name = value.text()?;
        self.account.taken.names += name.len();
        if self.account.taken.names > self.limits.names {
            Err(VbmError::TooMuch(Limit::Names))
        } else {
            Ok(name.into_owned())
        }
    }

    fn root(&mut self, element: &BytesStart<'_>) -> Result<(), VbmError> {
        each(element, |name, value| {
            match name {
                "Id" => self.account.backup = value.id()?,
                "JobName" => self.account.job = self.name(&value)?,
                "EncryptionState" => self.account.encrypted |= value.text()?.trim() != "0",
                _ => {}
            }
            Ok(())
        })
    }

    fn storage(&mut self, element: &BytesStart<'_>) -> Result<(), VbmError> {
        let (mut id, mut storage) = (None, Storage::default());
        each(element, |name, value| {
            match name {
                "Id" => id = value.id()?,
                "FileName" | "FilePath" => storage.file = self.name(&value)?,
                "PartialPath" if storage.file.is_empty() => storage.file = leaf::last(&value.text()?, self.limits),
                "CreationTimeUtc" => storage.created = Moment::utc(&value.text()?),
                "LinkId" => storage.link = value.id()?,
                "Stats" => storage.size = leaf::size(&value.text()?, self.limits),
                _ => {}
            }
            Ok(())
        })?;
        self.count()?;
        self.storage = id;
        self.account.storages.extend(id.map(|id| (id, storage)));
        Ok(())
    }

    fn point(&mut self, element: &BytesStart<'_>) -> Result<(), VbmError> {
        let (mut id, mut point) = (None, Point::default());
        each(element, |name, value| {
            match name {
                "Id" => id = value.id()?,
                "Num" => point.number = value.text()?.parse().ok().filter(|number: &f64| number.is_finite()),
                "GroupId" => point.group = value.id()?,
                _ => {}
            }
            Ok(())
        })?;
        self.count()?;
        self.account.points.extend(id.map(|id| (id, point)));
        Ok(())
    }

    fn machine(&mut self, element: &BytesStart<'_>) -> Result<(), VbmError> {
        let (mut id, mut machine, mut shown) = (None, String::new(), false);
        each(element, |name, value| {
            match name {
                "Id" => id = value.id()?,
                "DisplayName" => (machine, shown) = (self.name(&value)?, true),
                "VmName" | "Name" if !shown => machine = self.name(&value)?,
                _ => {}
            }
            Ok(())
        })?;
        self.count()?;
        self.account.machines.extend(id.map(|id| (id, machine)));
        Ok(())
    }

    fn oib(&mut self, element: &BytesStart<'_>) -> Result<(), VbmError> {
        let (mut oib, mut local) = (Oib::default(), None);
        each(element, |name, value| {
            match name {
                "Id" => oib.id = value.id()?,
                "StgId" | "StorageId" => oib.storage = value.id()?,
                "PointId" => oib.point = value.id()?,
                "VmId" | "ObjectId" => oib.machine = value.id()?,
                "DisplayName" => oib.name = self.name(&value)?,
                "VmName" if oib.name.is_empty() => oib.name = self.name(&value)?,
                "CreationTimeUtc" => oib.created = Moment::utc(&value.text()?),
                "CreationTime" => local = Moment::local(&value.text()?),
                "LinkId" => (oib.link, oib.linked) = (value.id()?, true),
                "Type" => oib.full = full(&value.text()?),
                "IsCorrupted" => oib.corrupted = value.flag()?,
                "IsConsistent" => oib.consistent = Some(value.flag()?),
                _ => {}
            }
            Ok(())
        })?;
        self.count()?;
        oib.created = oib.created.or(local);
        self.account.oibs.push(oib);
        Ok(())
    }

    fn told_size(&mut self, size: Option<u64>) {
        let storage = self.storage.and_then(|id| self.account.storages.get_mut(&id));
        if let Some(storage) = storage {
            storage.size = size.or(storage.size);
        }
    }
}

/// `Full` and `Increment`, later as numbers.
fn full(text: &str) -> Option<bool> {
    match text {
        "Full" | "0" => Some(true),
        "Increment" | "1" => Some(false),
        _ => None,
    }
}

/// `KeySetId` of a document under a password.
fn is_keyed(element: &BytesStart<'_>) -> Result<bool, VbmError> {
    let mut keyed = false;
    each(element, |name, value| {
        keyed |= name == "KeySetId" && value.text()?.bytes().any(|byte| !b"0-{} ".contains(&byte));
        Ok(())
    })?;
    Ok(keyed)
}

impl Visitor for Record {
    fn open(&mut self, path: &[&str], element: &BytesStart<'_>) -> Result<Then, VbmError> {
        let place = match place(path) {
            // What is an escaped document otherwise is not known to stand alone.
            Place::Root if path.len() == 1 && !self.seen.contains(&Place::Document) => Place::Elsewhere,
            place => place,
        };
        if !self.seen.contains(&place) {
            self.seen.push(place);
        }
        match place {
            Place::Document => self.account.encrypted |= is_keyed(element)?,
            Place::Root => self.root(element)?,
            Place::Storage => self.storage(element)?,
            Place::Point => self.point(element)?,
            Place::Machine => self.machine(element)?,
            Place::Oib => self.oib(element)?,
            Place::Storages | Place::Oibs | Place::Elsewhere => {}
        }
        Ok(if place == Place::Document { Then::Descend } else { Then::Go })
    }

    fn text(&mut self, path: &[&str], text: &str) -> Result<(), VbmError> {
        if self.storage.is_none() || !matches!(path, [.., "Storage", "Stats"] | [.., "CBackupStats", "BackupSize"]) {
            return Ok(());
        }
        if self.stats.len() + text.len() > STATS {
            return Err(VbmError::TooMuch(Limit::Piece));
        }
        self.stats.push_str(text);
        Ok(())
    }

    fn close(&mut self, path: &[&str]) -> Result<(), VbmError> {
        match path {
            [.., "Storage", "Stats", "CBackupStats", "BackupSize"] => {
                let size = self.stats.trim().parse().ok();
                self.told_size(size);
            }
            // As an escaped text; where it was elements there is but white space left.
            [.., "Storage", "Stats"] if !self.stats.trim().is_empty() => {
                let text = quick_xml::escape::unescape(&self.stats).map_err(quick_xml::Error::from)?;
                let size = leaf::size(&text, self.limits);
                self.told_size(size);
            }
            [.., "Storages", "Storage"] => self.storage = None,
            [.., "Stats"] => {}
            _ => return Ok(()),
        }
        self.stats.clear();
        Ok(())
    }
}
