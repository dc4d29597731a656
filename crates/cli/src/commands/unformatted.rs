//! Attached disks without a file system, with the command that makes one, ready to be copied into a shell. Callers who may read the
//! device check again that it is empty, since the service checked only when it was attached.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use asbackup::disks::unformatted::is_zero;
use asbackup_api::{Contents, Disk, UnformattedDisk};
use asbackup_texts::harmless;
use rustix::process::geteuid;

use super::table::columns;
use super::ui::Ui;

/// Names that stay the same whichever port a disk is attached to.
const BY_ID: &str = "/dev/disk/by-id";
/// The label that the manual uses.
const LABEL: &str = "OFFSITE";
const BLANK: &str = "blank";

/// `None` without any. Suggests labels that none of `disks` has.
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

/// The contents that the service reports, unless the device is no longer empty.
fn contents(disk: &UnformattedDisk) -> &'static str {
    let reported = disk.contents.name();
    let device = Path::new(&disk.device);
    let number = fs::metadata(device).map(|stat| stat.rdev()).unwrap_or_default();
    match is_zero(device, number) {
        Ok(false) if disk.contents == Contents::Blank => "not-empty",
        _ => reported,
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
    columns(heads, &seen.iter().map(row).collect::<Vec<_>>(), ui.terminal)
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

/// ext4 is available everywhere, and a data disk needs no blocks reserved for root.
fn command(device: &Path, label: &str) -> String {
    as_root(&["mkfs.ext4", "-m", "0", "-L", label, &quoted(device)])
}

fn as_root(words: &[&str]) -> String {
    let sudo = if geteuid().is_root() { None } else { Some("sudo") };
    sudo.into_iter().chain(words.iter().copied()).collect::<Vec<_>>().join(" ")
}

/// Suggestions for labels that no disk has.
fn labels(disks: &[Disk]) -> impl Iterator<Item = String> {
    let is_free = |label: &String| !disks.iter().any(|disk| disk.label.eq_ignore_ascii_case(label));
    (1..=u32::MAX).map(|number| format!("{LABEL}{number}")).filter(is_free)
}

/// The shortest name that stays with the disk, a readable one before a number.
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

/// Quotes for a shell. udev allows only safe characters in names, but this name goes into a command that erases a disk.
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
    fn a_readable_stable_name_is_preferred() {
        let place = tempfile::tempdir().unwrap();
        let (device, other) = (place.path().join("sdb"), place.path().join("sdc"));
        let by_id = place.path().join("by-id");
        fs::create_dir(&by_id).unwrap();
        assert_eq!(stable(&device, &by_id), device, "a disk that is gone");
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
            let output = std::process::Command::new("sh").args(["-c", &line]).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), name);
        }
    }

    #[test]
    fn a_label_that_a_disk_has_is_not_suggested() {
        let disk = |label: &str| Disk { label: label.to_owned(), ..Disk::default() };
        let first = |disks: &[Disk]| labels(disks).take(2).collect::<Vec<_>>();
        assert_eq!(first(&[]), ["OFFSITE1", "OFFSITE2"]);
        assert_eq!(first(&[disk("offsite1"), disk("OFFSITE3"), disk("it's \"mine\"")]), ["OFFSITE2", "OFFSITE4"]);
    }
}
