//! What is plugged in without a file system, with the command that makes one, to be copied into a shell. Whoever may read the device
//! looks once more whether it is empty: the service looked when it came.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use asbackup::disks::unformatted::is_zero;
use asbackup_api::{Contents, Disk, UnformattedDisk};
use asbackup_texts::harmless;
use rustix::process::geteuid;

use super::table::columns;
use super::ui::Ui;

/// Names that say which disk it is, wherever it is plugged in.
const BY_ID: &str = "/dev/disk/by-id";
/// As the manual's disks are called.
const LABEL: &str = "OFFSITE";
const BLANK: &str = "blank";

/// None without any of them. `disks` have labels that are taken.
pub fn page(unformatted: &[UnformattedDisk], disks: &[Disk], ui: &Ui) -> Option<String> {
    if unformatted.is_empty() {
        return None;
    }
    let seen: Vec<(&UnformattedDisk, &str)> = unformatted.iter().map(|disk| (disk, contents(disk))).collect();
    let mut parts = vec![format!("{}\n{}", ui.word("cli-unformatted"), table(&seen, ui))];
    let mut labels = labels(disks);
    parts.extend(seen.iter().map(|(disk, contents)| advice(disk, contents, &mut labels, ui)));
    Some(parts.join("\n\n"))
}

/// Where it says so the device is not empty any more.
fn contents(disk: &UnformattedDisk) -> &'static str {
    let told = disk.contents.name();
    let device = Path::new(&disk.device);
    let number = fs::metadata(device).map(|stat| stat.rdev()).unwrap_or_default();
    match is_zero(device, number) {
        Ok(false) if disk.contents == Contents::Blank => "not-empty",
        _ => told,
    }
}

fn table(seen: &[(&UnformattedDisk, &str)], ui: &Ui) -> String {
    let heads = ["device", "model", "size", "contents"].map(|name| ui.word(&format!("cli-head-{name}")));
    let row = |(disk, contents): &(&UnformattedDisk, &str)| {
        let model = format!("{} {}", disk.vendor, disk.model);
        [
            harmless(&disk.device),
            harmless(model.trim()),
            ui.size(disk.size),
            ui.words("cli-contents", &[("contents", (*contents).into())]),
        ]
    };
    columns(heads, &seen.iter().map(row).collect::<Vec<_>>(), ui.screen)
}

fn advice(disk: &UnformattedDisk, contents: &str, labels: &mut impl Iterator<Item = String>, ui: &Ui) -> String {
    let device = Path::new(&disk.device);
    let words = |id| ui.words(id, &[("device", harmless(&disk.device).into())]);
    match contents {
        BLANK => {
            format!(
                "{}\n\n    {}",
                words("cli-format"),
                command(&stable(device, Path::new(BY_ID)), &labels.next().unwrap_or_default())
            )
        }
        "no-partition" => format!("{}\n\n    {}", words("cli-no-partition"), as_root(&["cfdisk", &quoted(device)])),
        "read-only" => words("cli-read-only"),
        "unreadable" => words("cli-unreadable"),
        _ => words("cli-not-empty"),
    }
}

/// ext4 is there on every machine, and no reserve for root on a disk without a system.
fn command(device: &Path, label: &str) -> String {
    as_root(&["mkfs.ext4", "-m", "0", "-L", label, &quoted(device)])
}

fn as_root(words: &[&str]) -> String {
    let sudo = if geteuid().is_root() { None } else { Some("sudo") };
    sudo.into_iter().chain(words.iter().copied()).collect::<Vec<_>>().join(" ")
}

/// Those that no disk has.
fn labels(disks: &[Disk]) -> impl Iterator<Item = String> {
    let is_free = |label: &String| !disks.iter().any(|disk| disk.label.eq_ignore_ascii_case(label));
    (1..=u32::MAX).map(|number| format!("{LABEL}{number}")).filter(is_free)
}

/// The shortest of the names that stay with the disk; those of the bus it is on at the moment say more to people than a number.
fn stable(device: &Path, by_id: &Path) -> PathBuf {
    let Ok(meant) = device.canonicalize() else { return device.to_owned() };
    let names = fs::read_dir(by_id).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut names: Vec<PathBuf> = names.filter(|name| name.canonicalize().is_ok_and(|real| real == meant)).collect();
    let is_number = |name: &PathBuf| {
        let name = name.file_name().unwrap_or_default().to_string_lossy().into_owned();
        ["wwn-", "nvme-eui.", "nvme-nvme.", "scsi-"].iter().any(|prefix| name.starts_with(prefix))
    };
    names.sort_by_key(|name| (is_number(name), name.as_os_str().len(), name.clone()));
    names.into_iter().next().unwrap_or_else(|| device.to_owned())
}

/// For a shell. udev leaves few letters in a name, and this one goes into a command that deletes.
fn quoted(path: &Path) -> String {
    let text = harmless(&path.display().to_string());
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._:+@=-".contains(c);
    if text.chars().all(is_plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn the_name_that_stays_with_the_disk_is_taken_and_the_one_that_people_can_read() {
        let place = tempfile::tempdir().unwrap();
        let (device, other) = (place.path().join("sdb"), place.path().join("sdc"));
        let by_id = place.path().join("by-id");
        fs::create_dir(&by_id).unwrap();
        assert_eq!(stable(&device, &by_id), device, "one that has gone");
        for path in [&device, &other] {
            fs::write(path, "").unwrap();
        }
        assert_eq!(stable(&device, &by_id), device);
        for (name, leads_to) in [("usb-Other_1-0:0", &other), ("wwn-0x5", &device), ("usb-WD_Elements_57-0:0", &device)]
        {
            symlink(leads_to, by_id.join(name)).unwrap();
        }
        assert_eq!(stable(&device, &by_id), by_id.join("usb-WD_Elements_57-0:0"));
        assert_eq!(stable(&other, &by_id), by_id.join("usb-Other_1-0:0"));
    }

    #[test]
    fn no_name_breaks_out_of_the_command() {
        assert_eq!(quoted(Path::new("/dev/disk/by-id/usb-WD_57-0:0")), "/dev/disk/by-id/usb-WD_57-0:0");
        for name in ["/dev/usb-a b'; reboot", r"/dev/a\x20b", "/dev/$(reboot)`reboot`\"", "/dev/Größe 1*"] {
            let line = format!("printf %s {}", quoted(Path::new(name)));
            let said = std::process::Command::new("sh").args(["-c", &line]).output().unwrap();
            assert_eq!(String::from_utf8(said.stdout).unwrap(), name);
        }
    }

    #[test]
    fn a_label_that_a_disk_has_is_not_given_again() {
        let disk = |label: &str| Disk { label: label.to_owned(), ..Disk::default() };
        let first = |disks: &[Disk]| labels(disks).take(2).collect::<Vec<_>>();
        assert_eq!(first(&[]), ["OFFSITE1", "OFFSITE2"]);
        assert_eq!(first(&[disk("offsite1"), disk("OFFSITE3"), disk("it's \"mine\"")]), ["OFFSITE2", "OFFSITE4"]);
    }
}
