//! The list of known disks, `UUID[,mail]*[,UUID[,mail]*]*`: an entry with an `@` is a mail address of the disk before it, any
//! other must look like the UUID of a file system.

use super::addresses::{is_address, not_an_address, read_list};
use super::value::{Kind, Value};
use crate::fault::{ConfigProblem, Problems};
use crate::types::KnownDisk;
use asbackup_api::DiskId;

/// The key of the list of disks.
pub const DISK_LIST: &str = "filesystem-ids-and-notification-mail-addresses";

/// In the file's order.
pub const DISKS: Kind<Vec<KnownDisk>> = Kind::new(disks, |list| disk_list(list)).list();

fn disks(value: &Value) -> Result<Vec<KnownDisk>, Problems> {
    let mut found: Vec<KnownDisk> = Vec::new();
    read_list(value, |word| {
        let added =
            if word.contains('@') { add_address(&mut found, word, value) } else { add_disk(&mut found, word, value) };
        added.map_err(|problem| vec![problem])
    })?;
    Ok(found)
}

fn add_disk(found: &mut Vec<KnownDisk>, item: &str, value: &Value) -> Result<(), ConfigProblem> {
    let id = DiskId::new(item);
    let is_repeated = found.iter().any(|disk| disk.id == id);
    // Kept even when it is wrong, so that the addresses after it are not reported too.
    found.push(KnownDisk { id, recipients: Vec::new() });
    if !is_plausible(item) {
        return Err(value.problem(item, |section, key, value| ConfigProblem::NotADisk { section, key, value }));
    }
    if is_repeated {
        return Err(value.problem(item, |section, key, value| ConfigProblem::DiskTwice { section, key, value }));
    }
    Ok(())
}

fn add_address(found: &mut [KnownDisk], item: &str, value: &Value) -> Result<(), ConfigProblem> {
    if !is_address(item) {
        return Err(not_an_address(value, item));
    }
    let Some(disk) = found.last_mut() else {
        return Err(value.problem(item, |section, key, value| ConfigProblem::AddressBeforeDisk {
            section,
            key,
            value,
        }));
    };
    if !disk.recipients.iter().any(|known| known == item) {
        disk.recipients.push(item.to_owned());
    }
    Ok(())
}

/// Lengths of the groups of hexadecimal digits: ext4, xfs and btrfs; FAT and exFAT; NTFS.
const SHAPES: [&[usize]; 3] = [&[8, 4, 4, 4, 12], &[4, 4], &[16]];

fn is_plausible(item: &str) -> bool {
    let hexadecimal = |c: char| c.is_ascii_hexdigit() || c == '-';
    let groups: Vec<usize> = item.split('-').map(str::len).collect();
    item.chars().all(hexadecimal) && SHAPES.contains(&groups.as_slice())
}

/// The value that lists `disks`, whether valid or not.
pub fn disk_list(disks: &[KnownDisk]) -> String {
    let words = |disk: &KnownDisk| {
        let mut words = vec![disk.id.to_string()];
        words.extend(disk.recipients.iter().cloned());
        words.join(",")
    };
    disks.iter().map(words).collect::<Vec<_>>().join(", ")
}

/// The line of the file that lists `disks`; none if the file would be refused for one of them.
pub fn disk_line(disks: &[KnownDisk]) -> Option<String> {
    let list = disk_list(disks);
    let value = Value { section: "Backup", key: DISK_LIST, text: &list, secret: false };
    // A percent sign is written twice.
    self::disks(&value).ok().map(|_| format!("{DISK_LIST} = {}", list.replace('%', "%%")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXT4: &str = "0f3a2c1e-1111-2222-3333-444455556666";

    fn value(text: &str) -> Value<'_> {
        Value { section: "Backup", key: "disks", text, secret: false }
    }

    fn read(text: &str) -> Vec<(String, Vec<String>)> {
        let disks = (DISKS.read)(&value(text)).expect(text);
        disks.into_iter().map(|disk| (disk.id.to_string(), disk.recipients)).collect()
    }

    fn refused(text: &str) -> Problems {
        (DISKS.read)(&value(text)).expect_err(text)
    }

    fn disk(id: &str, recipients: &[&str]) -> (String, Vec<String>) {
        let recipients = recipients.iter().map(|&address| address.into()).collect();
        (id.into(), recipients)
    }

    #[test]
    fn a_disk_line_reads_back_as_the_same_disks() {
        let known = |id: &str, recipients: &[&str]| KnownDisk {
            id: DiskId::new(id),
            recipients: recipients.iter().map(|&address| address.into()).collect(),
        };
        let disks = [known(EXT4, &["a%b@x.de"]), known("B78E-6CC4", &[])];
        let text = format!("[Backup]\n{}\n", disk_line(&disks).unwrap());
        assert_eq!(crate::parse(&text).unwrap().config.disks, disks);
        assert_eq!(disk_line(&[known("not a disk", &[])]), None);
    }

    #[test]
    fn recipients_of_a_disk_may_have_names_and_umlauts() {
        let text = format!(
            "{EXT4}, Jörg Müller <joerg@müller.de>; \"Schmidt, Eva\" <eva@x.de>, B78E-6CC4, büro@x.de (Büro, oben)"
        );
        assert_eq!(read(&text), [disk(EXT4, &["joerg@müller.de", "eva@x.de"]), disk("B78E-6CC4", &["büro@x.de"])]);
        let problems = refused(&format!("{EXT4}, Müller, Jörg <joerg@x.de>"));
        assert!(matches!(&problems[..], [ConfigProblem::NameNotQuoted { .. }]), "{problems:?}");
        let problems = refused(&format!("{EXT4}, joerg@x.de."));
        let [ConfigProblem::NotAnAddress { value, .. }] = &problems[..] else { panic!("{problems:?}") };
        assert_eq!(value, "joerg@x.de.", "DNS knows a dot at the end, and mail does not");
    }

    #[test]
    fn no_disk_is_an_empty_list() {
        assert_eq!(read(""), []);
        assert_eq!(read(" ,\n, "), []);
    }

    #[test]
    fn every_kind_of_uuid_is_valid_in_both_cases() {
        let upper = EXT4.to_uppercase();
        let text = format!("{upper},b78e-6cc4,2d53d78a071916a0");
        let ids = [EXT4, "B78E-6CC4", "2D53D78A071916A0"];
        assert_eq!(read(&text), ids.map(|id| disk(id, &[])));
    }

    #[test]
    fn addresses_belong_to_the_disk_before_them() {
        let text = format!("{EXT4},a@x.de,b@x.de,B78E-6CC4,2D53D78A071916A0,c@x.de");
        let expected =
            [disk(EXT4, &["a@x.de", "b@x.de"]), disk("B78E-6CC4", &[]), disk("2D53D78A071916A0", &["c@x.de"])];
        assert_eq!(read(&text), expected);
    }

    #[test]
    fn blanks_line_breaks_and_trailing_commas_are_ignored() {
        let text = format!("\n{EXT4} , a@x.de ,\n\tB78E-6CC4\u{a0},\nb@x.de\n2D53D78A071916A0,");
        let expected = [disk(EXT4, &["a@x.de"]), disk("B78E-6CC4", &["b@x.de"]), disk("2D53D78A071916A0", &[])];
        assert_eq!(read(&text), expected);
    }

    #[test]
    fn a_repeated_address_of_a_disk_counts_once() {
        let text = "B78E-6CC4,a@x,a@x,1111-2222,a@x";
        let expected = [disk("B78E-6CC4", &["a@x"]), disk("1111-2222", &["a@x"])];
        assert_eq!(read(text), expected);
    }

    #[test]
    fn a_word_that_is_no_uuid_is_refused() {
        for text in [
            "sdb1",
            "B78E6CC4",
            "B78E-6CCG",
            "UUID=B78E-6CC4",
            "B78E-6CC4-",
            "0f3a2c1e-1111-2222-3333-44445555666",
            "root",
            "ä78E-6CC4",
        ] {
            let problems = refused(text);
            assert!(matches!(problems[..], [ConfigProblem::NotADisk { .. }]), "{text}");
        }
    }

    #[test]
    fn an_address_before_any_disk_is_refused() {
        let problems = refused("a@x.de,B78E-6CC4");
        assert!(matches!(problems[..], [ConfigProblem::AddressBeforeDisk { .. }]));
    }

    #[test]
    fn a_repeated_disk_is_refused_in_either_case() {
        let problems = refused("B78E-6CC4,a@x,b78e-6cc4,b@x");
        assert!(matches!(&problems[..], [ConfigProblem::DiskTwice { value, .. }] if value == "b78e-6cc4"));
    }

    #[test]
    fn every_problem_of_the_list_is_reported() {
        let problems = refused("a@x,sdb1,b@@x,B78E-6CC4,B78E-6CC4");
        assert_eq!(problems.len(), 4);
        assert!(matches!(problems[2], ConfigProblem::NotAnAddress { .. }));
    }

    #[test]
    fn the_list_is_written_as_it_is_read() {
        let text = format!("{EXT4},a@x, B78E-6CC4");
        let disks = (DISKS.read)(&value(&text)).unwrap();
        assert_eq!((DISKS.show)(&disks), text);
    }
}
