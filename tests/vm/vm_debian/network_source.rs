//! A repository on a share of the network: an NFS server in the machine itself, mounted over loopback. Trouble with the
//! server is reported as the server's; neither the disk nor a drive of the computer is blamed, and the disk is always released.

use super::disk::UsbDisk;
use super::machine::Vm;
use super::scene::{NAME, SOURCE};

const SHARE: &str = "127.0.0.1:/srv/share";
/// Words that mislead people when the server is the cause.
const WRONG: [&str; 5] = ["drives is", "smartctl", "the disk from", "larger disk", "config.ini is wrong"];

impl Vm {
    /// A machine with an NFS server that exports an empty directory, and a plain one where it is to be mounted.
    fn with_server() -> Self {
        let mut vm = Self::installed_with("network", &["nfs-kernel-server", "nftables"]);
        vm.ok(&format!("mkdir -p /srv/share {SOURCE}"));
        vm.export("rw,no_root_squash");
        vm
    }

    fn export(&mut self, options: &str) {
        self.ok(&format!("exportfs -ua && exportfs -o {options},no_subtree_check 127.0.0.1:/srv/share"));
    }

    fn mount_share(&mut self, options: &str) {
        self.ok(&format!("mount -t nfs -o {options} {SHARE} {SOURCE}"));
    }

    /// Takes away what can hang.
    fn unmount_share(&mut self) {
        self.ok(&format!("umount -l {SOURCE}"));
    }

    /// No packet reaches the server any more.
    fn drop_server(&mut self) {
        self.ok("nft 'add table ip away; add chain ip away in { type filter hook input priority 0; }; add rule ip away in tcp dport 2049 drop'");
    }

    fn return_server(&mut self) {
        self.ok("nft delete table ip away");
    }

    fn start_again(&mut self) {
        self.ok(&format!("busctl call {NAME} Start s ''"));
    }

    /// A good copy of a share that is mounted with `options`.
    fn copied_from_share(&mut self, options: &str) -> UsbDisk {
        self.mount_share(options);
        let disk = self.make_disk("OFFSITE", "ext4");
        self.configure(&[&disk]);
        self.plug(&disk);
        self.wait_success(&disk);
        disk
    }

    /// In the middle of a second copy.
    fn in_mid_copy(&mut self, options: &str) -> UsbDisk {
        let disk = self.copied_from_share(options);
        self.make_big_repository();
        self.slow_down(&disk);
        self.start_again();
        self.wait_mid_copy();
        disk
    }

    /// Asserts that the run ends with `error`, names the share and misleads nobody.
    fn wait_told(&mut self, disk: &UsbDisk, error: &str, words: &[&str]) {
        self.wait_result("aborted", disk);
        let told = format!("{}\n{}", self.property("LastError"), self.property("LastWarnings"));
        assert!(told.contains(error) && words.iter().all(|word| told.contains(word)), "{error} {words:?}: {told}");
        assert!(!WRONG.iter().any(|word| told.contains(word)), "{told}");
        self.assert_unmounted();
        self.wait_safe(&[disk]);
    }
}

#[test]
fn a_share_is_copied_with_all_there_is_and_nothing_of_it_twice() {
    let mut vm = Vm::with_server();
    let disk = vm.copied_from_share("vers=4.2");
    assert_eq!(vm.property("LastWarnings"), "as 0");
    vm.assert_copied(&disk);
    // Another version of the protocol says the same of the same files.
    for version in ["4.2", "3"] {
        vm.ok(&format!("umount {SOURCE}"));
        vm.mount_share(&format!("vers={version}"));
        vm.ok("asbackup start --allow-deletions OFFSITE");
        vm.wait_success(&disk);
        vm.assert_nothing_was_to_be_copied();
        assert_eq!(vm.ok(&format!("ls -A {SOURCE}")), "job", "a lock is left on the server");
    }
}

#[test]
fn a_server_that_refuses_root_or_writing_is_reported_as_such() {
    let mut vm = Vm::with_server();
    let disk = vm.copied_from_share("vers=4.2");
    for (options, mode, error, words) in [
        ("ro,no_root_squash", "755", "LockFailed", "the server of the network share permits only reading"),
        ("rw,root_squash", "755", "LockFailed", "the server of the network share refuses it"),
        ("rw,root_squash", "700", "SourceUnavailable", "on the network share 127.0.0.1:/srv/share"),
    ] {
        vm.ok(&format!("umount {SOURCE} && chmod {mode} /srv/share"));
        vm.export(options);
        vm.mount_share("vers=4.2");
        vm.start_again();
        vm.wait_told(&disk, error, &[words]);
    }
}

/// A share that was made anew under the client's hands: all that it has open is stale.
#[test]
fn a_stale_share_blames_nobody_and_is_copied_once_remounted() {
    let mut vm = Vm::with_server();
    let disk = vm.in_mid_copy("vers=4.2");
    vm.ok("mv /srv/share /srv/gone && cp -a /srv/gone /srv/share && rm -rf /srv/gone && exportfs -f");
    vm.speed_up(&disk);
    vm.wait_told(&disk, "SourceUnavailable", &["on the network share 127.0.0.1:/srv/share", "ESTALE"]);
    vm.unmount_share();
    vm.mount_share("vers=4.2");
    vm.wait_success(&disk);
    vm.assert_copied(&disk);
}

/// NFS 3 keeps nothing open on the server, so a file that is deleted there can't be read to its end.
#[test]
fn a_file_that_is_deleted_on_the_server_while_it_is_read_is_no_success() {
    let mut vm = Vm::with_server();
    let disk = vm.in_mid_copy("vers=3,nolock,rsize=4096");
    vm.ok("for part in /srv/share/part*; do cp $part /srv/new && mv /srv/new $part; done && echo 3 > /proc/sys/vm/drop_caches");
    vm.speed_up(&disk);
    vm.wait_told(&disk, "SourceUnavailable", &["network share 127.0.0.1:/srv/share", "Stale file handle", "part"]);
    vm.start_again();
    vm.wait_success(&disk);
    vm.assert_copied(&disk);
}

/// As by itself a mount waits for its server without end, and so does rsync.
#[test]
fn a_copy_whose_server_is_away_can_be_cancelled_and_lets_go_of_the_disk() {
    let mut vm = Vm::with_server();
    let disk = vm.in_mid_copy("vers=4.2");
    vm.drop_server();
    vm.speed_up(&disk);
    vm.ok(&format!("timeout 20 busctl get-property {NAME} State"));
    vm.ok(&format!("timeout 20 busctl call {NAME} Cancel"));
    vm.wait_result("cancelled", &disk);
    let told = vm.journal("");
    assert!(told.contains("did not answer in time") && !WRONG.iter().any(|word| told.contains(word)), "{told}");
    vm.assert_unmounted();
    vm.wait_safe(&[&disk]);
    assert_eq!(vm.ok("grep -slx rsync /proc/[0-9]*/comm || true"), "", "rsync is left");
    vm.return_server();
    vm.start_again();
    vm.wait_success(&disk);
    vm.assert_copied(&disk);
}

/// A mount that gives up (`soft`) makes input/output errors of it.
#[test]
fn a_soft_mount_whose_server_is_away_blames_no_drive_and_waits() {
    let mut vm = Vm::with_server();
    // Version 4 would first wait minutes for its lease.
    let disk = vm.in_mid_copy("vers=3,nolock,soft,timeo=10,retrans=1");
    vm.drop_server();
    vm.speed_up(&disk);
    vm.wait_told(&disk, "SourceUnavailable", &["network share 127.0.0.1:/srv/share"]);
    vm.return_server();
    vm.wait_success(&disk);
    vm.assert_copied(&disk);
}

#[test]
fn a_share_that_is_mounted_late_is_waited_for_and_copied_once() {
    let mut vm = Vm::with_server();
    let disk = vm.make_disk("OFFSITE", "ext4");
    vm.mount_share("vers=4.2");
    vm.make_repository();
    vm.ok(&format!("umount {SOURCE} && echo '{SHARE} {SOURCE} nfs4 _netdev,nofail,noauto 0 0' >> /etc/fstab && systemctl daemon-reload"));
    vm.edit_config(&[&disk]);
    vm.ok("systemctl reload asbackupd");
    vm.plug(&disk);
    vm.wait_result("aborted", &disk);
    assert!(vm.property("LastError").contains("starts automatically"), "{}", vm.property("LastError"));
    vm.ok("systemctl start srv-veeam.mount");
    vm.wait_success(&disk);
    vm.assert_copied(&disk);
    assert_eq!(vm.journal("").matches("The repository is now available").count(), 1);
    assert_eq!(vm.journal("").matches("” succeeded.").count(), 1);
}
