//! Finds the UUID of the disk that a person means. People see labels everywhere, but the service takes UUIDs.

use crate::query;
use asbackup_api::Disk;
use asbackup_api::bus::{BackupProxy, Error};

use super::ui::Ui;

/// The UUID of the configured disk with this name. A name that no disk has is returned unchanged, so that the service refuses it.
///
/// # Errors
/// Several disks have this label, or the service can't be reached.
pub async fn known_disk_uuid(name: &str, backup: &BackupProxy<'_>, ui: &Ui) -> Result<String, Error> {
    if name.trim().is_empty() {
        return Ok(String::new());
    }
    let mut disks = query::disks(backup).await?;
    disks.retain(|disk| disk.known);
    find_uuid(name, &disks).map_err(|uuids| Error::UnknownDisk(ambiguous_label(name, &uuids, ui)))
}

pub fn ambiguous_label(name: &str, uuids: &[String], ui: &Ui) -> String {
    ui.words("cli-disk-ambiguous", &[("label", name.into()), ("disks", uuids.join(", ").into())])
}

/// Compares UUIDs in any case, then exact labels, then labels in any case.
///
/// # Errors
/// The UUIDs of all disks with this label.
pub fn find_uuid(name: &str, disks: &[Disk]) -> Result<String, Vec<String>> {
    let name = name.trim();
    let having = |is_it: &dyn Fn(&Disk) -> bool| -> Vec<String> {
        disks.iter().filter(|disk| is_it(disk)).map(|disk| disk.uuid.clone()).collect()
    };
    let uuids = having(&|disk| disk.uuid.eq_ignore_ascii_case(name));
    let exact = having(&|disk| disk.label == name);
    let folded = having(&|disk| is_label(&disk.label, name));
    match [uuids, exact, folded].into_iter().find(|found| !found.is_empty()) {
        None => Ok(name.to_owned()),
        Some(mut found) if found.len() == 1 => Ok(found.remove(0)),
        Some(found) => Err(found),
    }
}

/// Whether `name` means a disk with this label.
pub fn is_label(label: &str, name: &str) -> bool {
    label.trim().to_lowercase() == name.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disks() -> Vec<Disk> {
        let disk = |uuid: &str, label: &str| Disk { uuid: uuid.to_owned(), label: label.to_owned(), ..Disk::default() };
        vec![disk("B78E-6CC4", "MITTWOCH"), disk("0f3a", "Größe 1"), disk("0f3b", "TWIN"), disk("0f3c", "twin")]
    }

    #[test]
    fn a_disk_is_found_by_uuid_or_label_in_any_case() {
        for name in ["B78E-6CC4", "b78e-6cc4 ", "MITTWOCH", "mittwoch"] {
            assert_eq!(find_uuid(name, &disks()), Ok("B78E-6CC4".to_owned()), "{name}");
        }
        assert_eq!(find_uuid("GRÖSSE 1", &disks()), Ok("GRÖSSE 1".to_owned()), "ß and SS are not one letter");
        assert_eq!(find_uuid("größe 1", &disks()), Ok("0f3a".to_owned()));
        assert_eq!(find_uuid("nobody", &disks()), Ok("nobody".to_owned()));
    }

    #[test]
    fn a_shared_label_means_only_the_disk_with_the_exact_spelling() {
        assert_eq!(find_uuid("twin", &disks()), Ok("0f3c".to_owned()));
        assert_eq!(find_uuid("Twin", &disks()), Err(vec!["0f3b".to_owned(), "0f3c".to_owned()]));
    }
}
