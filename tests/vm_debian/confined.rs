//! What the unit's directives keep the service from, at work under the real systemd: tried by a shell that is put among the
//! service's own processes, since these rules are held by the control group.

use super::machine::Vm;
use super::scene::SOURCE;

/// curl's exit codes.
const NO_CONNECTION: i32 = 7;
const TIMED_OUT: i32 = 28;
const NOT_SENT: i32 = 55;

fn outside_and_inside(vm: &mut Vm, command: &str) -> (i32, i32) {
    let join = "echo $$ > /sys/fs/cgroup$(systemctl show -P ControlGroup asbackupd)/cgroup.procs";
    (vm.run(command).code, vm.run(&format!("{join} && {command}")).code)
}

#[test]
fn vm_the_unit_lets_the_service_neither_listen_nor_speak_to_many() {
    let mut vm = Vm::installed();
    let listen = "perl -MSocket -e 'socket(S, AF_INET, SOCK_STREAM, 0) && listen(S, 1) or die $!'";
    let filter = "SystemCallFilter=$(systemctl show -P SystemCallFilter asbackupd)";
    let run = format!("systemd-run --quiet --pipe --wait -p \"{filter}\" -p SystemCallErrorNumber=EPERM -- {listen}");
    vm.ok(listen);
    assert!(vm.refused(&run).contains("Operation not permitted"), "the unit's filter lets it listen");
    let speak_to_many = "curl --silent --max-time 5 --interface lo tftp://224.0.0.1/none";
    assert_eq!(outside_and_inside(&mut vm, speak_to_many), (TIMED_OUT, NOT_SENT));
    // Port 9 discards; here nobody does even that.
    let call = "curl --silent http://127.0.0.1:9";
    assert_eq!(outside_and_inside(&mut vm, call), (NO_CONNECTION, NO_CONNECTION), "it may call a mail server");
}

/// As with a mount whose propagation somebody has switched off.
#[test]
fn vm_a_mount_in_the_repository_that_does_not_reach_the_service_is_refused() {
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
