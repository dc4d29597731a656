//! What the journal holds, and how it is read with the system's own tools.

use super::machine::Vm;
use super::scene::NAME;

/// Of the message "run … succeeded", as in systemd/asbackup.catalog.
const RUN_SUCCEEDED: &str = "0f343350dbed5223a854ef7deed18797";

#[test]
fn journal_catalog_and_busctl_tell_what_happened() {
    let mut vm = Vm::installed();
    let disk = vm.make_disk("OFFSITE", "ext4");
    vm.configure(&[&disk]);
    vm.plug(&disk);
    vm.wait_success(&disk);

    let story = vm.journal("");
    for step in 1..=9 {
        assert!(story.contains(&format!("Step {step} (")), "no step {step} in\n{story}");
    }
    assert!(vm.journal(&format!("MESSAGE_ID={RUN_SUCCEEDED}")).contains("” succeeded."));
    assert!(vm.journal(&format!("ASBACKUP_DISK={} ASBACKUP_STEP=unmount", disk.uuid)).contains("Step 9"));
    let explained = vm.journal(&format!("--catalog --output=short MESSAGE_ID={RUN_SUCCEEDED}"));
    assert!(explained.contains("Defined-By: asbackup") && explained.contains("” succeeded."), "{explained}");
    let german = vm.ok(&format!("LANG=de_DE.UTF-8 journalctl --no-pager -x MESSAGE_ID={RUN_SUCCEEDED}"));
    assert!(german.contains("ist gelungen"), "{german}");

    assert!(vm.ok("cat /run/asbackup/status.txt").contains("safe to remove now"));
    assert!(vm.ok("systemctl status --no-pager asbackupd").contains("safe to remove now"));
    assert!(vm.ok(&format!("busctl call {NAME} ListRuns u 1")).contains("success"));
    assert!(vm.ok(&format!("busctl call {NAME} ListDisks")).contains(&disk.uuid));
    assert!(vm.ok("tail -n 20 /var/log/asbackup/asbackup.log").contains("” succeeded."));
    vm.ok("test -s /var/log/asbackup/rsync.log");
    vm.ok("busctl introspect de.example.Backup /de/example/Backup | grep SafeToRemove");
}

/// The read-only commands in docs/dbus.md.
fn recipes() -> Vec<String> {
    let page = asbackup_testing::docs::text("docs/dbus.md");
    let lines = page.lines().map(str::trim);
    let asks = |line: &&str| line.starts_with("B=") || (line.starts_with("busctl") && !line.contains("monitor"));
    let changes = |line: &&str| ["Start", "Trust", "Cancel", "Reload", "Veeam"].iter().any(|word| line.contains(word));
    lines.filter(asks).filter(|line| !changes(line)).map(str::to_owned).collect()
}

#[test]
fn busctl_recipes_in_the_docs_give_what_they_say() {
    let mut vm = Vm::installed();
    let disk = vm.make_disk("OFFSITE", "ext4");
    vm.configure(&[&disk]);
    vm.plug(&disk);
    vm.wait_success(&disk);
    let recipes = recipes();
    assert!(recipes.len() > 4, "{recipes:#?}");
    let said = vm.ok(&format!("set -e\n{}", recipes.join("\n")));
    for expected in ["safe to remove now", "\"idle\"", "\"success\"", &disk.uuid] {
        assert!(said.contains(expected), "no {expected} in\n{said}");
    }
}
