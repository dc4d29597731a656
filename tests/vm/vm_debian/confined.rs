//! What the unit's directives keep the service from, at work under the real systemd: tried by a shell that is put among the
//! service's own processes, since these rules are held by the control group.

use super::machine::Vm;
use super::scene::SOURCE;

fn among_the_services(command: &str) -> String {
    format!("echo $$ > /sys/fs/cgroup$(systemctl show -P ControlGroup asbackupd)/cgroup.procs && {command}")
}

#[test]
fn the_unit_lets_the_service_neither_listen_nor_connect() {
    let mut vm = Vm::installed();
    let listen = "perl -MSocket -e 'socket(S, AF_INET, SOCK_STREAM, 0) && listen(S, 1) or die $!'";
    let filter = "SystemCallFilter=$(systemctl show -P SystemCallFilter asbackupd)";
    let run = format!("systemd-run --quiet --pipe --wait -p \"{filter}\" -p SystemCallErrorNumber=EPERM -- {listen}");
    vm.ok(listen);
    assert!(vm.refused(&run).contains("Operation not permitted"), "the unit's filter lets it listen");
    // Port 9 discards. 32: IP_MULTICAST_IF, since the machine has no way to anybody but itself.
    let send = |to: &str| {
        let multicast = "setsockopt(S, 0, 32, inet_aton(q(127.0.0.1)))";
        let send = format!("send(S, q(x), 0, sockaddr_in(9, inet_aton(q({to}))))");
        format!("perl -MSocket -e 'socket(S, AF_INET, SOCK_DGRAM, 0) && {multicast} && {send} or die $!'")
    };
    vm.ok(&send("224.0.0.1"));
    vm.ok(&send("127.0.0.1"));
    for address in ["224.0.0.1", "127.0.0.1"] {
        let said = vm.refused(&among_the_services(&send(address)));
        assert!(said.contains("Operation not permitted"), "{said}");
    }
}

/// As with a mount whose propagation somebody has switched off.
#[test]
fn a_mount_in_the_repository_that_does_not_reach_the_service_is_refused() {
    let mut vm = Vm::installed();
    let disk = vm.make_disk("OFFSITE", "ext4");
    vm.configure(&[&disk]);
    let place = format!("{SOURCE}/job/empty");
    let private = format!("mount --bind {SOURCE} {SOURCE} && mount --make-private {SOURCE}");
    vm.ok(&format!("{private} && mount -t tmpfs none {place} && echo data > {place}/more.vbk"));
    vm.plug(&disk);
    vm.wait_result("aborted", &disk);
    let error = vm.property("LastError");
    assert!(error.contains("SourceUnavailable") && error.contains(&place), "{error}");
    vm.assert_unmounted();
}
