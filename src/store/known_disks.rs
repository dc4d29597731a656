//! Shows udev which disks are ours: an empty file per known UUID, which `udev/99-asbackup.rules` looks for when a disk
//! appears. In the state directory, because after a boot udev looks at disks before the daemon runs.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use log::debug;
use tokio::sync::watch;

use asbackup_api::Status;

/// Keeps the directory in step with the configured disks until the status's sender is dropped.
pub async fn follow(directory: PathBuf, mut status: watch::Receiver<Status>) {
    let mut written = None;
    while status.changed().await.is_ok() {
        let known = known(&status.borrow_and_update());
        if written.as_ref() == Some(&known) {
            continue;
        }
        // The copy works without the files, but an automounter may be faster.
        if let Err(error) = write(&directory, &known) {
            debug!("{}: {error}", directory.display());
        }
        written = Some(known);
    }
}

/// Spelled as udev spells them. What config.ini calls a UUID may be any text, so what could not be a file name is left
/// out.
fn known(status: &Status) -> BTreeSet<String> {
    let is_name = |uuid: &&str| uuid.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let known = status.disks.iter().filter(|disk| disk.known).map(|disk| disk.uuid.as_str());
    known.filter(is_name).map(str::to_owned).collect()
}

/// Makes the directory hold one empty file for each of `known`, and nothing else.
fn write(directory: &Path, known: &BTreeSet<String>) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if !known.contains(&*entry.file_name().to_string_lossy()) {
            fs::remove_file(entry.path())?;
        }
    }
    known.iter().try_for_each(|uuid| fs::write(directory.join(uuid), ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use asbackup_api::Disk;

    fn names(directory: &Path) -> BTreeSet<String> {
        let entries = fs::read_dir(directory).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    fn status(disks: &[(&str, bool)]) -> Status {
        let row = |(uuid, known): &(&str, bool)| Disk { uuid: (*uuid).into(), known: *known, ..Disk::default() };
        Status { disks: disks.iter().map(row).collect(), ..Status::default() }
    }

    #[test]
    fn the_directory_follows_the_config() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("known-disks");
        for uuids in [&["B78E-6CC4", "2D53D78A071916A0"][..], &["B78E-6CC4"], &[]] {
            let known: BTreeSet<String> = uuids.iter().map(|&uuid| uuid.to_owned()).collect();
            write(&directory, &known).unwrap();
            assert_eq!(names(&directory), known);
        }
    }

    #[test]
    fn strangers_and_names_that_lead_elsewhere_are_left_out() {
        let status = status(&[("B78E-6CC4", true), ("ABCD-0123", false), ("../../ETC/X", true)]);
        assert_eq!(known(&status), BTreeSet::from(["B78E-6CC4".to_owned()]));
    }
}
