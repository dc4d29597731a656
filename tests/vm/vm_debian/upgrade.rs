//! What the package does later in its life: a newer version, its removal, its return.

use super::machine::Vm;

#[test]
fn upgrade_in_mid_copy_resumes_the_copy() {
    let mut vm = Vm::installed();
    let disk = vm.make_disk("OFFSITE", "ext4");
    vm.configure(&[&disk]);
    vm.make_big_repository();
    vm.ok("cp /etc/asbackup/config.ini /root/before.ini");
    vm.plug_slow(&disk);
    vm.wait_mid_copy();
    let said = vm.ok("apt-get install --yes /root/next.deb");
    vm.speed_up(&disk);
    assert!(!said.to_lowercase().contains("warning"), "{said}");
    assert_eq!(vm.ok("dpkg-query -W -f '${Version}' asbackup"), "99.0");
    vm.wait_success(&disk);
    vm.assert_copied(&disk);
    vm.ok("cmp /etc/asbackup/config.ini /root/before.ini");
    let told = vm.journal("");
    assert!(told.contains("because the previous run was interrupted"), "{told}");
}

#[test]
fn purge_leaves_nothing_and_a_second_install_works() {
    let mut vm = Vm::installed();
    let disk = vm.make_disk("OFFSITE", "ext4");
    vm.configure(&[&disk]);
    vm.plug(&disk);
    vm.wait_success(&disk);
    vm.ok("apt-get remove --yes asbackup && test -s /etc/asbackup/config.ini && test -d /var/lib/asbackup");
    vm.ok("apt-get purge --yes asbackup");
    let left = "find / -xdev \\( -path /proc -o -path /sys -o -path /root -o -path /var/lib/apt -o -path /var/cache -o -path /var/lib/systemd/catalog \\) -prune -o \\( -iname '*asbackup*' -o -name 'de.example.*' \\) -print";
    assert_eq!(vm.ok(left), "", "left behind");
    assert_eq!(vm.ok("getent group asbackup || true"), "");
    assert_eq!(
        vm.ok("systemctl list-units --all --no-legend 'asbackup*'; systemctl list-unit-files --no-legend 'asbackup*' || true"),
        ""
    );
    vm.pull(&disk);
    vm.ok("apt-get install --yes /root/asbackup.deb");
    vm.edit_config(&[&disk]);
    vm.ok("systemctl reload asbackupd");
    vm.plug(&disk);
    vm.wait_success(&disk);
    vm.assert_copied(&disk);
}
