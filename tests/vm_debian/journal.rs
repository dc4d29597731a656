//! What the journal holds, and how it is read with the system's own tools.

use super::machine::Vm;
use super::scene::NAME;

/// Of the message "run … has succeeded", as in systemd/asbackup.catalog.
const RUN_SUCCEEDED: &str = "0f343350dbed5223a854ef7deed18797";

#[test]
fn vm_journal_catalog_and_busctl_tell_what_happened() {
    let mut vm = Vm::installed();
    let disk = vm.make_disk("OFFSITE", "ext4");
    vm.configure(&[&disk]);
    vm.plug(&disk);
    vm.wait_success(&disk);

    let story = vm.journal("");
    for step in 1..=9 {
        assert!(story.contains(&format!("Step {step} (")), "no step {step} in\n{story}");
    }
    assert!(vm.journal(&format!("MESSAGE_ID={RUN_SUCCEEDED}")).contains("has succeeded"));
    assert_eq!(vm.journal(&format!("ASBACKUP_DISK={} ASBACKUP_STEP=9 | wc -l", disk.uuid)), "1");
    let explained = vm.journal(&format!("--catalog --output=short MESSAGE_ID={RUN_SUCCEEDED}"));
    assert!(explained.contains("Defined-By: asbackup") && explained.contains("has succeeded"), "{explained}");
    let german = vm.ok(&format!("LANG=de_DE.UTF-8 journalctl --no-pager -x MESSAGE_ID={RUN_SUCCEEDED}"));
    assert!(german.contains("ist gelungen"), "{german}");

    assert!(vm.ok("cat /run/asbackup/status.txt").contains("may be unplugged now"));
    assert!(vm.ok("systemctl status --no-pager asbackupd").contains("may be unplugged now"));
    assert!(vm.ok(&format!("busctl call {NAME} ListRuns u 1")).contains("success"));
    assert!(vm.ok(&format!("busctl call {NAME} ListDisks")).contains(&disk.uuid));
    assert!(vm.ok("tail -n 20 /var/log/asbackup/asbackup.log").contains("has succeeded"));
    vm.ok("test -s /var/log/asbackup/rsync.log");
    vm.ok("busctl introspect de.example.Backup /de/example/Backup | grep SafeToRemove");
}
