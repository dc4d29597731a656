//! Quotas of ext4 and xfs, which not every kernel has: what is used up then is a quota, and no disk is full.

use super::disk::UsbDisk;
use super::machine::Vm;
use super::scene::NAME;

/// UDisks2 reads it at each mount.
const OPTIONS: &str = "[defaults]\\next4_defaults=errors=remount-ro,prjquota\\next4_allow=errors=remount-ro,prjquota\\n\
                       xfs_defaults=prjquota\\nxfs_allow=prjquota\\n";
/// Less than the repository takes.
const LIMIT: &str = "2m";

impl Vm {
    /// A disk whose `copy` belongs to a project that may not grow so far.
    fn plug_with_quota(&mut self, file_system: &'static str) -> UsbDisk {
        let options: &[&str] = match file_system {
            "ext4" => &["-O", "quota,project", "-E", "quotatype=prjquota"],
            _ => &[],
        };
        let disk = self.make_disk_with("QUOTA", file_system, options);
        self.ok(&format!("printf '{OPTIONS}' > /etc/udisks2/mount_options.conf"));
        self.plug(&disk);
        let device = format!("/dev/disk/by-uuid/{}", disk.uuid);
        self.wait(&format!("mount -o prjquota {device} /mnt"));
        let belongs = match file_system {
            "ext4" => "chattr -p 42 +P /mnt/copy",
            _ => "xfs_quota -x -c 'project -s -p /mnt/copy 42' /mnt",
        };
        self.ok(&format!("mkdir /mnt/copy && {belongs}"));
        self.allow(LIMIT);
        self.ok("umount /mnt");
        disk
    }

    /// On what is mounted at /mnt.
    fn allow(&mut self, limit: &str) {
        self.ok(&format!("xfs_quota -x -f -c 'limit -p bhard={limit} 42' /mnt"));
    }
}

#[test]
fn a_used_up_quota_is_reported_as_such() {
    for file_system in ["ext4", "xfs"] {
        let mut vm = Vm::installed();
        let disk = vm.plug_with_quota(file_system);
        vm.set("backup-destination", "copy");
        vm.configure(&[&disk]);
        vm.wait_result("aborted", &disk);
        let error = vm.property("LastError");
        assert!(error.contains("WriteFailed") || error.contains("CopyFailed"), "{file_system}: {error}");
        assert!(error.contains("a quota on the disk is used up"), "{file_system}: {error}");
        assert!(!error.contains("larger disk") && !error.contains("smartctl"), "{file_system}: {error}");
        vm.assert_unmounted();
        vm.ok(&format!("mount -o prjquota /dev/disk/by-uuid/{} /mnt", disk.uuid));
        vm.allow("0");
        vm.ok("umount /mnt");
        vm.ok(&format!("busctl call {NAME} Start s ''"));
        vm.wait_success(&disk);
    }
}
