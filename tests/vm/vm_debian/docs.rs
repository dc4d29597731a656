//! Runs the docs' commands for the system's own tools, word for word, and the two ways to a configuration that they describe.

use asbackup_testing::docs::{OF_A_SYSTEM, commands_with};

use super::disk::UsbDisk;
use super::machine::Vm;

/// The disk in the docs' examples.
const DISK: &str = "0f3a2c1e-1111-2222-3333-444455556666";

/// With this machine's names, and with what a person would type.
fn here(command: &str, disk: &UsbDisk) -> String {
    let command = command.replace(DISK, &disk.uuid).replace("ASBACKUP_RUN=12", "ASBACKUP_RUN=1");
    match command.split(' ').next() {
        Some("systemctl") => format!("systemctl start asbackupd asbackup-web && {command}"),
        _ if command.contains("/dev/stdin") => format!("echo secret | {command}"),
        _ => command,
    }
}

#[test]
fn every_system_command_in_the_docs_succeeds() {
    let mut vm = Vm::installed();
    let disk = vm.make_disk("OFFSITE", "ext4");
    vm.configure(&[&disk]);
    vm.plug(&disk);
    vm.wait_success(&disk);
    // The reader's current directory: the unpacked sources, and the Python script's settings.
    vm.ok("cd /root && cp /usr/share/asbackup/config.ini.template /etc/asbackup/config.ini /usr/lib/sysusers.d/asbackup.conf .");
    let commands = commands_with(&OF_A_SYSTEM);
    assert!(commands.len() > 15, "these can't be all: {commands:#?}");
    for command in &commands {
        vm.ok(&format!("cd /root && {}", here(command, &disk)));
    }
    vm.ok("cmp /srv/restored/job/full.vbk /srv/veeam/job/full.vbk");
    assert!(vm.ok("lsblk -o NAME,LABEL,UUID").contains(&disk.uuid));
    assert_eq!(vm.ok("cat /etc/credstore/asbackup.web-password"), "secret");
}

#[test]
fn setup_makes_the_first_configuration_and_the_disk_is_copied_to() {
    let mut vm = Vm::installed();
    vm.make_repository();
    let disk = vm.make_disk("OFFSITE", "ext4");
    vm.plug(&disk);
    vm.wait(&format!("asbackup disks | grep -i {}", disk.uuid));
    let said = vm.ok(&format!("asbackup setup --source /srv/veeam --disk {} --yes", disk.uuid));
    assert!(said.contains("Changes in /etc/asbackup/config.ini"), "{said}");
    vm.wait_success(&disk);
    vm.assert_copied(&disk);
    assert_eq!(vm.ok("stat -c '%a %U %G' /etc/asbackup/config.ini"), "600 root root");
}

#[test]
fn a_test_mail_takes_the_password_that_the_service_has() {
    let mut vm = Vm::installed();
    vm.ok("mkdir -p /etc/credstore && echo secret > /etc/credstore/mail-password && chmod 600 /etc/credstore/mail-password");
    vm.ok("systemctl restart asbackupd");
    assert_eq!(vm.ok("cat /run/credentials/asbackupd.service/mail-password"), "secret");
    vm.refused("asbackup mail test");
}
