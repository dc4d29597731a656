//! Mails under the real systemd: the service has no network and has them sent by a process without rights, which finds the mail server
//! by a name server.

use super::machine::Vm;

const SERVER: &str = include_str!("mail_server.pl");
/// The process that sends.
const SENDER: &str =
    "systemctl show -P MainPID $(systemctl list-units --plain --no-legend 'asbackup-mail@*' | cut -d' ' -f1)";

impl Vm {
    fn serve_mail(&mut self) {
        self.ok(&format!("cat > /root/mail_server.pl << 'END'\n{SERVER}END"));
        self.ok(
            "echo nameserver 127.0.0.1 > /etc/resolv.conf && systemd-run --unit=mail-server perl /root/mail_server.pl",
        );
        self.wait("perl -MIO::Socket::INET -e 'IO::Socket::INET->new(q(127.0.0.1:25)) or exit 1'");
        for (key, value) in [
            ("server", "mail.example.com"),
            ("port", "25"),
            ("encryption", "none"),
            ("to-mail-addresses-sysop", "admin@example.com"),
            ("retry-after-seconds", "1"),
        ] {
            self.set(key, value);
        }
    }

    /// Every id in the order in which mails came.
    fn mail_ids(&mut self) -> Vec<String> {
        let said = self.ok("grep -i '^Message-ID:' /root/mails || true");
        said.lines().map(str::to_owned).collect()
    }
}

#[test]
fn mails_are_sent_by_a_powerless_process_and_the_service_has_no_network() {
    let mut vm = Vm::installed();
    let disk = vm.make_disk("OFFSITE", "ext4");
    vm.serve_mail();
    vm.configure(&[&disk]);
    let said = vm.ok("asbackup mail test");
    assert!(said.contains("accepted the mail for all recipients"), "{said}");
    vm.ok("touch /root/hold");
    vm.plug(&disk);
    // The first mail of the run is there, and nobody knows yet.
    vm.wait_until("cat /root/mails", |mails| mails.matches("Message-ID:").count() == 2);
    let sender = vm.ok(SENDER).trim().to_owned();
    let status = vm.ok(&format!("cat /proc/{sender}/status"));
    for line in ["Seccomp:\t2", "NoNewPrivs:\t1", "CapBnd:\t0000000000000000"] {
        assert!(status.contains(line), "no {line} in {status}");
    }
    let user = status.lines().find(|line| line.starts_with("Uid:")).expect("its user");
    assert!(!user.split_whitespace().any(|id| id == "0"), "it is root: {user}");
    let network = |vm: &mut Vm, pid: &str| vm.ok(&format!("readlink /proc/{pid}/ns/net"));
    let daemon = vm.ok("systemctl show -P MainPID asbackupd").trim().to_owned();
    assert_eq!(network(&mut vm, &sender), network(&mut vm, "1"));
    assert_ne!(network(&mut vm, &daemon), network(&mut vm, "1"));
    vm.ok(&format!("kill -9 {sender}; rm /root/hold"));
    vm.wait_success(&disk);
    vm.wait_property("OutboxCount", "u 0");
    let ids = vm.mail_ids();
    // A test, the beginning twice, the end.
    assert_eq!(ids.len(), 4, "{ids:?}");
    assert_eq!(ids.iter().filter(|id| **id == ids[1]).count(), 2, "{ids:?}");
    assert_eq!(vm.ok("systemctl list-units --no-legend 'asbackup-mail@*'"), "", "they end with their conversations");
}

#[test]
fn nobody_but_root_can_have_mails_sent() {
    let mut vm = Vm::installed();
    vm.ok("systemctl is-active asbackup-mail.socket asbackup-veeam.socket");
    assert_eq!(vm.ok("stat -c '%a %U' /run/asbackup/mail.socket /run/asbackup/veeam.socket"), "600 root\n600 root");
    let call = "perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(q(/run/asbackup/mail.socket)) or die $!'";
    vm.ok(call);
    let said = vm.refused(&format!("setpriv --reuid=nobody --clear-groups -- {call}"));
    assert!(said.contains("Permission denied"), "{said}");
}
