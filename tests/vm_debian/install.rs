//! From a bare system to the first copy, as the README tells it.

use super::machine::Vm;
use super::scene::NAME;

#[test]
fn vm_a_stranger_installs_edits_plugs_in_and_has_a_copy() {
    let mut vm = Vm::installed();
    let disk = vm.make_disk("OFFSITE", "ext4");
    vm.configure(&[&disk]);
    vm.plug(&disk);
    vm.wait_success(&disk);
    vm.assert_copied(&disk);
    vm.wait_safe(&[&disk]);
    assert!(vm.status().contains("may be unplugged now"), "{}", vm.status());
    vm.pull(&disk);
    vm.wait_safe(&[]);
    disk.assert_clean();
}

#[test]
fn vm_with_the_untouched_template_it_runs_idle_and_says_what_to_fill_in() {
    let mut vm = Vm::installed();
    assert_eq!(vm.ok("systemctl is-active asbackupd && systemctl show -P NRestarts asbackupd"), "active\n0");
    for told in [vm.status(), vm.journal("-g config.ini")] {
        assert!(told.contains("filesystem-ids-and-notification-mail-addresses"), "{told}");
        assert!(told.contains("backup-source"), "{told}");
    }
    assert_eq!(vm.ok("stat -c '%a %U %G' /etc/asbackup/config.ini"), "600 root root");
    vm.ok("cmp /etc/asbackup/config.ini /usr/share/asbackup/config.ini.template");
    assert_eq!(vm.ok("systemctl list-units --failed --no-legend 'asbackup*'"), "");
}

#[test]
fn vm_all_units_are_verified_without_a_word() {
    let mut vm = Vm::installed();
    let units = "/usr/lib/systemd/system/asbackup*.service /usr/lib/systemd/system/asbackup*.timer";
    assert_eq!(vm.ok(&format!("systemd-analyze verify --man=no {units}")), "");
    println!("{}", vm.ok("systemd-analyze security --no-pager asbackupd | tail -n 1"));
}

/// Without a browser, spoken over bash's own sockets: a bare Debian has no curl.
fn ask_page(vm: &mut Vm, request: &str) -> String {
    let script = format!("exec 3<>/dev/tcp/127.0.0.1/8080; printf '{request}' >&3; cat <&3");
    vm.ok(&format!("bash -c \"{script}\""))
}

#[test]
fn vm_the_page_runs_in_its_sandbox_and_starts_a_copy_only_with_the_password() {
    let mut vm = Vm::installed();
    assert_eq!(vm.ok("systemctl is-active asbackup-web && systemctl show -P NRestarts asbackup-web"), "active\n0");
    let health = ask_page(&mut vm, r"GET /healthz HTTP/1.0\r\n\r\n");
    assert!(health.contains("200 OK"), "{health}");
    let order = r"POST /copy HTTP/1.0\r\nAuthorization: Basic eDpzZWNyZXQ=\r\nContent-Length: 0\r\n\r\n";
    let refused = ask_page(&mut vm, order);
    assert!(refused.contains("404 Not Found"), "{refused}");
    vm.ok("mkdir -p /etc/credstore && echo secret > /etc/credstore/asbackup.web-password");
    vm.ok("chmod 600 /etc/credstore/asbackup.web-password && systemctl restart asbackup-web");
    vm.ok("for i in $(seq 100); do bash -c 'echo > /dev/tcp/127.0.0.1/8080' 2> /dev/null && break; sleep 0.1; done");
    // polkit lets the page's user through to the daemon, which has nothing to copy to yet.
    let answered = ask_page(&mut vm, order);
    assert!(answered.contains("409 Conflict") && answered.contains("backup-source"), "{answered}");
    println!("{}", vm.ok("systemd-analyze security --no-pager asbackup-web | tail -n 1"));
}

#[test]
fn vm_the_bus_starts_the_service() {
    let mut vm = Vm::installed();
    vm.ok("systemctl stop asbackupd");
    vm.ok(&format!("busctl get-property {NAME} Version"));
    vm.ok("systemctl is-active asbackupd");
    vm.ok("systemctl disable asbackupd && systemctl stop asbackupd");
    vm.refused(&format!("busctl get-property {NAME} Version"));
}

#[test]
fn vm_a_faulty_config_is_refused_and_the_old_one_stays_in_force() {
    let mut vm = Vm::installed();
    let disk = vm.make_disk("OFFSITE", "ext4");
    vm.configure(&[&disk]);
    vm.set("max-deletions-percent", "many");
    vm.refused("systemctl reload asbackupd");
    vm.ok("systemctl is-active asbackupd");
    for told in [vm.status(), vm.journal("-g max-deletions-percent"), vm.property("ConfigError")] {
        assert!(told.contains("max-deletions-percent") && told.contains("many"), "{told}");
    }
    vm.plug(&disk);
    vm.wait_success(&disk);
}
