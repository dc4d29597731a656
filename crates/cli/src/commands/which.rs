//! Which disk a person means: they read labels everywhere, and the service takes UUIDs.

use crate::told;
use asbackup_api::Disk;
use asbackup_api::bus::{BackupProxy, Error};

use super::ui::Ui;

/// The UUID of the known disk that is called so. What no disk is called stays as it is, for the service to refuse in its own words.
///
/// # Errors
/// Several disks have this label, or the service can't be asked.
pub async fn known_disk(wish: &str, backup: &BackupProxy<'_>, ui: &Ui) -> Result<String, Error> {
    if wish.trim().is_empty() {
        return Ok(String::new());
    }
    let mut disks = told::disks(backup).await?;
    disks.retain(|disk| disk.known);
    pick(wish, &disks).map_err(|uuids| Error::UnknownDisk(ambiguous(wish, &uuids, ui)))
}

pub fn ambiguous(wish: &str, uuids: &[String], ui: &Ui) -> String {
    ui.words("cli-disk-ambiguous", &[("label", wish.into()), ("disks", uuids.join(", ").into())])
}

/// By UUID in any spelling, by label, or by label in another case.
///
/// # Errors
/// The UUIDs of all that have this label.
pub fn pick(wish: &str, disks: &[Disk]) -> Result<String, Vec<String>> {
    let wish = wish.trim();
    let having = |is_it: &dyn Fn(&Disk) -> bool| -> Vec<String> {
        disks.iter().filter(|disk| is_it(disk)).map(|disk| disk.uuid.clone()).collect()
    };
    let uuids = having(&|disk| disk.uuid.eq_ignore_ascii_case(wish));
    let exact = having(&|disk| disk.label == wish);
    let folded = having(&|disk| is_label(&disk.label, wish));
    match [uuids, exact, folded].into_iter().find(|found| !found.is_empty()) {
        None => Ok(wish.to_owned()),
        Some(mut found) if found.len() == 1 => Ok(found.remove(0)),
        Some(found) => Err(found),
    }
}

/// Whether a disk that is labelled so is meant.
pub fn is_label(label: &str, wish: &str) -> bool {
    label.trim().to_lowercase() == wish.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disks() -> Vec<Disk> {
        let disk = |uuid: &str, label: &str| Disk { uuid: uuid.to_owned(), label: label.to_owned(), ..Disk::default() };
        vec![disk("B78E-6CC4", "MITTWOCH"), disk("0f3a", "Größe 1"), disk("0f3b", "TWIN"), disk("0f3c", "twin")]
    }

    #[test]
    fn a_disk_goes_by_uuid_or_label_in_any_case() {
        for wish in ["B78E-6CC4", "b78e-6cc4 ", "MITTWOCH", "mittwoch"] {
            assert_eq!(pick(wish, &disks()), Ok("B78E-6CC4".to_owned()), "{wish}");
        }
        assert_eq!(pick("GRÖSSE 1", &disks()), Ok("GRÖSSE 1".to_owned()), "ß and SS are not one letter");
        assert_eq!(pick("größe 1", &disks()), Ok("0f3a".to_owned()));
        assert_eq!(pick("nobody", &disks()), Ok("nobody".to_owned()));
    }

    #[test]
    fn a_label_that_several_have_means_the_one_that_spells_it_so_or_none() {
        assert_eq!(pick("twin", &disks()), Ok("0f3c".to_owned()));
        assert_eq!(pick("Twin", &disks()), Err(vec!["0f3b".to_owned(), "0f3c".to_owned()]));
    }
}
