//! What most scenarios begin and end with: a configured daemon, a repository, a look at the copy.

use super::disk::UsbDisk;
use super::machine::Vm;

/// How busctl is told whom it is about.
pub const NAME: &str = "de.example.Backup /de/example/Backup de.example.Backup";
pub const SOURCE: &str = "/srv/veeam";

impl Vm {
    /// Fills in config.ini as an administrator would, makes a small repository, and loads the settings.
    pub fn configure(&mut self, disks: &[&UsbDisk]) {
        self.make_repository();
        self.edit_config(disks);
        self.ok("systemctl reload asbackupd");
    }

    pub fn edit_config(&mut self, disks: &[&UsbDisk]) {
        let uuids: Vec<_> = disks.iter().map(|disk| disk.uuid.as_str()).collect();
        let uuids = uuids.join(", ");
        self.set_all(&[
            ("language", "en"),
            ("filesystem-ids-and-notification-mail-addresses", &uuids),
            ("backup-source", SOURCE),
            ("free-space-threshold-gb", "0"),
        ]);
    }

    /// Changes one line of config.ini.
    pub fn set(&mut self, key: &str, value: &str) {
        self.set_all(&[(key, value)]);
    }

    /// Changes lines of config.ini.
    fn set_all(&mut self, lines: &[(&str, &str)]) {
        let edits: String = lines.iter().map(|(key, value)| format!(" -e 's|^{key} =.*|{key} = {value}|'")).collect();
        self.ok(&format!("sed -i{edits} /etc/asbackup/config.ini"));
    }

    pub fn make_repository(&mut self) {
        self.ok(&format!(
            "mkdir -p {SOURCE}/job/empty && cd {SOURCE} && head -c 3000000 /dev/urandom > job/full.vbk \
             && head -c 70000 /dev/urandom > job/increment.vib && echo '<job/>' > 'job/Büro täglich.vbm' \
             && ln -sf full.vbk job/latest && ln -f job/full.vbk job/same.vbk && touch -d @1234567890.123456789 job/increment.vib \
             && chown 1234:55 job/increment.vib && chmod 640 job/increment.vib && sync"
        ));
    }

    /// Makes the repository so big that a slow disk is busy with it for a minute.
    pub fn make_big_repository(&mut self) {
        self.ok(&format!(
            "cd {SOURCE} && for i in 1 2 3 4 5 6; do head -c 5000000 /dev/urandom > part$i.vbk; done && sync"
        ));
    }

    /// A property of the daemon, as busctl prints it: `s "idle"`.
    pub fn property(&mut self, name: &str) -> String {
        self.ok(&format!("busctl get-property {NAME} {name}"))
    }

    /// Waits until a property is as said, in busctl's notation.
    pub fn wait_property(&mut self, name: &str, value: &str) {
        self.wait_until(&format!("busctl get-property {NAME} {name}"), |text| text == value);
    }

    /// Waits for the end of a run, and asserts that it succeeded.
    pub fn wait_success(&mut self, disk: &UsbDisk) {
        self.wait_result("success", disk);
        assert_eq!(self.property("LastError"), r#"(ss) "" """#);
    }

    /// Waits for a run that ended on `disk` like this, after the one that was waited for before.
    pub fn wait_result(&mut self, result: &str, disk: &UsbDisk) {
        let names = "State LastResult LastDisk LastFinishedAt";
        let look = format!("busctl get-property {NAME} {names} | tr -d '\"' | tr '\\n' ' '");
        let ended = format!("s idle s {result} s {} t ", disk.uuid.to_lowercase());
        let before = self.finished_at.clone();
        let said = self.wait_until(&look, |text| {
            let text = text.to_lowercase();
            text.strip_prefix(&ended).is_some_and(|finished_at| finished_at.trim() != before)
        });
        self.finished_at = said.split_whitespace().last().unwrap_or_default().to_owned();
    }

    pub fn last_finished_at(&mut self) -> String {
        self.property("LastFinishedAt").trim_start_matches("t ").to_owned()
    }

    /// Waits until a run is on, or has been.
    pub fn wait_begun(&mut self) {
        self.wait_until(&format!("busctl get-property {NAME} State LastFinishedAt"), |said| said != "s \"idle\"\nt 0");
    }

    /// Waits until rsync has ended and all is being written back, or even that is over.
    pub fn wait_written(&mut self) {
        let look = format!("busctl get-property {NAME} Status State");
        self.wait_until(&look, |said| said.contains("is being written") || !said.contains("s \"copying\""));
    }

    /// Waits until rsync is in the middle of writing.
    pub fn wait_mid_copy(&mut self) {
        self.wait_property("State", r#"s "copying""#);
        self.wait(&format!("busctl get-property {NAME} BytesDone | grep -E ' [1-9][0-9]{{5,}}$'"));
    }

    /// Waits until the daemon says that exactly these may be unplugged: after somebody else had the disk mounted, it proves
    /// that anew.
    pub fn wait_safe(&mut self, disks: &[&UsbDisk]) {
        let uuids: Vec<_> = disks.iter().map(|disk| format!(" \"{}\"", disk.uuid)).collect();
        let safe = format!("as {}{}", disks.len(), uuids.concat());
        self.wait_until(&format!("busctl get-property {NAME} SafeToRemove"), |said| said.eq_ignore_ascii_case(&safe));
    }

    /// Asserts that the copy on a plugged disk is what the repository is. Then nothing is mounted.
    pub fn assert_copied(&mut self, disk: &UsbDisk) {
        self.assert_unmounted();
        let check = if matches!(disk.file_system, "ext4" | "xfs" | "btrfs") {
            "rsync -naHAXi --numeric-ids --delete --exclude=/lost+found --checksum -@-1 /srv/veeam/ /mnt/ | grep -v -x '\\.d\\.\\.t\\.* \\./' | tee /dev/stderr | wc -l"
        } else {
            "rsync -nrtOi --modify-window=2 --no-links --checksum --delete --no-perms /srv/veeam/ /mnt/ | grep -vE 'non-regular|^cL|System Volume' | tee /dev/stderr | wc -l"
        };
        let device = format!("/dev/disk/by-uuid/{}", disk.uuid);
        // rsync's helpers may take a moment longer than its list.
        let umount = "for try in $(seq 50); do umount /mnt 2> /dev/null && break; sleep 0.2; done";
        let found = self.ok(&format!("mount -o ro {device} /mnt && {check}; {umount}"));
        assert_eq!(found, "0", "rsync would still change files on {}", disk.name);
    }

    /// Asserts that no USB disk is mounted.
    pub fn assert_unmounted(&mut self) {
        let mounts =
            self.ok("findmnt --noheadings --list --output SOURCE,TARGET | grep -E '^/dev/(sd|mapper)' || true");
        assert_eq!(mounts, "", "still mounted");
    }

    /// What the journal has of a message, oldest first, only the texts.
    pub fn journal(&mut self, matches: &str) -> String {
        self.ok(&format!("journalctl --sync && journalctl --no-pager --output=cat --unit=asbackupd {matches}"))
    }

    pub fn status(&mut self) -> String {
        self.property("Status")
    }
}
