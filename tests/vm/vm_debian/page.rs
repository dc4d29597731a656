//! The status page and the command line on an installed system: real units, real polkit, real users.

use super::disk::UsbDisk;
use super::machine::Vm;

const PAGE: &str = "http://127.0.0.1:8080";
/// What the README says about the page's password, and then some time for the page.
const SET_PASSWORD: &str = "echo secret | install -D --mode=600 /dev/stdin /etc/credstore/asbackup.web-password \
                            && systemctl restart asbackup-web";

impl Vm {
    /// The page as an English reader gets it.
    fn page(&mut self) -> String {
        self.ok(&format!("curl -sS --fail -H 'Accept-Language: en' {PAGE}/"))
    }

    fn wait_page(&mut self, words: &str) {
        self.wait_until(&format!("curl -sS -H 'Accept-Language: en' {PAGE}/"), |page| page.contains(words));
    }

    /// The status code that the page gives, with curl's further arguments.
    fn code(&mut self, arguments: &str) -> String {
        self.ok(&format!("curl -sS -o /dev/null -w '%{{http_code}}' {arguments}"))
    }

    fn wait_healthy(&mut self) {
        self.wait(&format!("curl -sS --fail {PAGE}/healthz"));
    }
}

/// A machine with a disk that was copied to, and still is plugged in.
fn copied() -> (Vm, UsbDisk) {
    let mut vm = Vm::installed();
    let disk = vm.make_disk("OFFSITE", "ext4");
    vm.configure(&[&disk]);
    vm.plug(&disk);
    vm.wait_success(&disk);
    vm.wait_healthy();
    (vm, disk)
}

#[test]
fn page_follows_a_copy_for_people_and_for_machines() {
    let mut vm = Vm::installed();
    let disk = vm.make_disk("OFFSITE", "ext4");
    vm.configure(&[&disk]);
    vm.make_big_repository();
    vm.wait_page("Ready");
    vm.plug_slow(&disk);
    vm.wait_mid_copy();
    vm.wait_page("Copy is running");
    assert!(vm.ok(&format!("curl -sS {PAGE}/metrics")).contains("asbackup_state{state=\"copying\"} 1"));
    vm.speed_up(&disk);
    vm.wait_success(&disk);
    vm.wait_page("You can unplug the disk now");
    assert!(vm.page().contains("Step 9"), "no lines of the log in {}", vm.page());
    let status = vm.ok(&format!("curl -sS --fail {PAGE}/api/status"));
    for part in ["\"available\":true", "\"state\":\"idle\"", "\"last_result\":\"success\"", &disk.uuid, "” succeeded."]
    {
        assert!(status.contains(part), "no {part} in {status}");
    }
    assert_eq!(vm.ok(&format!("curl -sS --fail {PAGE}/healthz")), "ok");
    let user = vm.ok("grep '^Uid:' /proc/$(systemctl show -P MainPID asbackup-web)/status");
    assert!(!user.split_whitespace().any(|id| id == "0"), "the page is root: {user}");
}

#[test]
fn page_says_that_the_service_is_stopped_and_does_not_start_it() {
    let (mut vm, _disk) = copied();
    vm.ok("systemctl stop asbackupd");
    vm.wait_page("The backup service does not answer");
    assert_eq!(vm.code(&format!("{PAGE}/healthz")), "503");
    assert_eq!(vm.ok(&format!("curl -sS {PAGE}/metrics | grep -v '^#'")), "asbackup_up 0");
    assert_eq!(vm.refused("systemctl is-active asbackupd"), "inactive");
    vm.ok("systemctl start asbackupd");
    vm.wait_healthy();
    vm.wait_page("You can unplug the disk now");
}

#[test]
fn page_starts_a_copy_with_the_password_as_far_as_polkit_allows() {
    let (mut vm, disk) = copied();
    let post = format!("-X POST {PAGE}/copy");
    assert_eq!(vm.code(&post), "404", "off until there is a password");
    vm.ok(SET_PASSWORD);
    vm.wait_healthy();
    assert_eq!(vm.code(&post), "401");
    assert_eq!(vm.code(&format!("-u anybody:guess {post}")), "401");
    assert_eq!(vm.ok(&format!("curl -sS -u anybody:secret {post}")), "{\"run\":2}");
    vm.wait_success(&disk);
    vm.ok("echo 'polkit.addRule(function(action, subject) { if (subject.user == \"asbackup-web\") return polkit.Result.NO; });' \
           > /etc/polkit-1/rules.d/10-no-page.rules && systemctl restart polkit");
    let said = vm.ok(&format!("curl -sS -u anybody:secret {post}"));
    assert!(said.contains("de.example.Backup.start") && said.lines().count() == 1, "{said}");
    assert_eq!(vm.code(&format!("-u anybody:secret {post}")), "403");
}

#[test]
fn page_moves_with_the_configuration_even_to_a_port_below_1024() {
    let (mut vm, _disk) = copied();
    vm.set("webport", "80");
    vm.ok("systemctl reload asbackupd");
    vm.wait("curl -sS --fail http://127.0.0.1/healthz");
    vm.refused(&format!("curl -sS {PAGE}/healthz"));
    assert_eq!(vm.ok("systemctl show -P NRestarts asbackup-web"), "0");
}

#[test]
fn users_look_with_the_command_line_and_start_as_far_as_polkit_lets_them() {
    let (mut vm, disk) = copied();
    vm.ok("useradd -m guest && useradd -m -G asbackup clerk");
    assert!(vm.ok("runuser -u guest -- asbackup status").contains("safe to remove now"));
    assert!(vm.ok("runuser -u guest -- asbackup history").contains("OFFSITE"));
    assert!(vm.ok("runuser -u guest -- asbackup disks").contains(&disk.uuid));
    for order in ["start", "cancel"] {
        let refused = vm.run(&format!("runuser -u guest -- asbackup {order}"));
        assert_eq!((refused.code, refused.text.lines().count()), (5, 1), "{}", refused.text);
        assert!(refused.text.contains("usermod -aG asbackup guest"), "{}", refused.text);
    }
    vm.ok("runuser -u clerk -- asbackup start");
    vm.wait_success(&disk);
    assert!(vm.ok("runuser -u clerk -- asbackup history -n 1").contains("OFFSITE"));
}
