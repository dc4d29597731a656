//! Disks that treat different names as one, with the kernel's own file systems, each of which folds other names.

use super::disk::UsbDisk;
use super::machine::Vm;
use super::scene::{NAME, SOURCE};

impl Vm {
    /// A disk that folds case at its top, plugged in and not copied to yet.
    fn plug_folding(&mut self, file_system: &'static str) -> UsbDisk {
        let options: &[&str] = match file_system {
            "ext4" => &["-O", "casefold"],
            "xfs" => &["-n", "version=ci"],
            _ => &[],
        };
        let disk = self.make_disk_with("FOLDING", file_system, options);
        self.plug(&disk);
        let device = format!("/dev/disk/by-uuid/{}", disk.uuid);
        if file_system == "ext4" {
            // The service may just be looking at the disk itself, so each part is tried until it is done.
            self.wait(&format!(
                "{{ mountpoint -q /mnt || mount {device} /mnt; }} && {{ test ! -d /mnt/lost+found || rmdir /mnt/lost+found; }} \
                 && chattr +F /mnt && umount /mnt"
            ));
        }
        disk
    }

    fn start(&mut self) {
        self.ok(&format!("busctl call {NAME} Start s ''"));
    }

    /// By the run before.
    pub fn assert_nothing_was_to_be_copied(&mut self) {
        let journal = self.journal("");
        let checked = journal.lines().rev().find(|line| line.contains(" to copy, ")).unwrap_or_default();
        assert!(checked.contains(": 0 files of 0 B to copy"), "{checked}");
    }

    fn wait_refused(&mut self, disk: &UsbDisk, words: &[&str]) {
        self.wait_result("aborted", disk);
        let said = self.property("LastError");
        assert!(words.iter().all(|word| said.contains(word)), "{said}");
    }
}

#[test]
fn names_that_change_their_case_are_respelt_on_every_folding_disk() {
    for file_system in ["vfat", "exfat", "ext4", "xfs"] {
        let mut vm = Vm::installed();
        let disk = vm.plug_folding(file_system);
        vm.configure(&[&disk]);
        vm.wait_success(&disk);
        vm.assert_copied(&disk);
        vm.ok(&format!("cd {SOURCE} && mv job/full.vbk job/FULL.VBK && mv job/empty job/Empty && mv job JOB"));
        vm.start();
        vm.wait_success(&disk);
        vm.assert_nothing_was_to_be_copied();
        vm.assert_copied(&disk);
        // And with other contents.
        vm.ok(&format!(
            "cd {SOURCE}/JOB && {{ head -c 4096 FULL.VBK; head -c 620000 /dev/urandom; }} > new && rm FULL.VBK && mv new Full.Vbk"
        ));
        vm.start();
        vm.wait_success(&disk);
        vm.assert_copied(&disk);
        vm.ok(&format!("cd {SOURCE}/JOB && echo 1 > case && echo 2 > Case"));
        vm.start();
        vm.wait_refused(&disk, &["LossyFileSystem", "JOB/case", "JOB/Case"]);
        vm.pull(&disk);
    }
}

/// Each file with a long name has a short one beside it, by which it is found as well, until another file takes that.
#[test]
fn a_file_that_takes_anothers_short_name_fails_until_both_are_there() {
    let mut vm = Vm::installed();
    let disk = vm.plug_folding("vfat");
    vm.make_repository();
    vm.ok(&format!("cd {SOURCE} && echo long > 'A long name.vbk' && echo short > ALONGN~1.VBK && sleep 1"));
    vm.edit_config(&[&disk]);
    vm.ok("systemctl reload asbackupd");
    vm.wait_refused(&disk, &["CopyFailed", "A long name.vbk"]);
    vm.start();
    vm.wait_success(&disk);
    vm.assert_copied(&disk);
}
