//! What a person agreed to lose at the first copy to a disk: a file for each disk below the state directory. Setup
//! writes it before config.ini, so it is there when a run can begin; the first good copy removes it. It holds for the
//! very disk that the person was shown, and for no other.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use asbackup_api::{Agreed, DiskId, DiskIdentity};

#[derive(Debug, Serialize, Deserialize)]
struct Written {
    identity: DiskIdentity,
    agreed: Agreed,
}

/// The directory with all agreements.
#[derive(Debug, Clone)]
pub struct Agreements {
    directory: PathBuf,
}

impl Agreements {
    /// `state`: the service's state directory, `/var/lib/asbackup`.
    pub fn new(state: &Path) -> Self {
        Self { directory: state.join("agreed") }
    }

    /// Records an agreement in place of an older one for this disk. On the disk when it returns.
    ///
    /// # Errors
    /// It can't be written; nothing is agreed to then.
    pub fn write(&self, disk: &DiskId, identity: DiskIdentity, agreed: Agreed) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.directory)?;
        let path = self.path(disk);
        let new = path.with_extension("new");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(&serde_json::to_vec(&Written { identity, agreed })?)?;
        file.sync_all()?;
        fs::rename(&new, &path)?;
        File::open(&self.directory)?.sync_all()
    }

    /// The agreement for the disk that identifies itself like this; blocks. A file that makes no sense agrees to
    /// nothing.
    pub fn of(&self, disk: &DiskId, identity: &DiskIdentity) -> Option<Agreed> {
        let written: Written = serde_json::from_slice(&fs::read(self.path(disk)).ok()?).ok()?;
        (written.identity == *identity).then_some(written.agreed)
    }

    /// Ends the agreement; blocks. One that can't be removed means nothing for a disk with a good copy.
    pub fn end(&self, disk: &DiskId) {
        let _ = fs::remove_file(self.path(disk));
    }

    fn path(&self, disk: &DiskId) -> PathBuf {
        // UUIDs come from the disk; only what can be in one may be in a file name.
        let name: String = disk.as_str().chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        self.directory.join(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agreement_holds_for_its_own_disk_until_it_ends() {
        let place = tempfile::tempdir().unwrap();
        let agreements = Agreements::new(place.path());
        let (disk, agreed) = (DiskId::new("b78e-6cc4"), Agreed { files: 5, bytes: 15 });
        let identity = DiskIdentity { size: 7, ..DiskIdentity::default() };
        assert_eq!(agreements.of(&disk, &identity), None);
        agreements.write(&disk, identity.clone(), agreed).unwrap();
        assert_eq!(agreements.of(&disk, &identity), Some(agreed));
        assert_eq!(agreements.of(&DiskId::new("dead-beef"), &identity), None);
        assert_eq!(agreements.of(&disk, &DiskIdentity { size: 8, ..identity.clone() }), None);
        agreements.end(&disk);
        assert_eq!(agreements.of(&disk, &identity), None);
    }

    #[test]
    fn a_torn_file_agrees_to_nothing_and_no_uuid_leads_elsewhere() {
        let place = tempfile::tempdir().unwrap();
        let agreements = Agreements::new(place.path());
        let (disk, identity) = (DiskId::new("../../etc/passwd"), DiskIdentity::default());
        agreements.write(&disk, identity.clone(), Agreed::default()).unwrap();
        let path = place.path().join("agreed/ETCPASSWD");
        fs::write(&path, &fs::read(&path).unwrap()[..20]).unwrap();
        assert_eq!(agreements.of(&disk, &identity), None);
    }
}
