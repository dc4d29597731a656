//! Does the harm, repairs it, and runs the copy once more.

use super::plan::{Blow, Plan};
use crate::disk::UsbDisk;
use crate::machine::Vm;
use crate::mapped::Table;
use crate::scene::NAME;

pub fn strike(vm: &mut Vm, disk: &UsbDisk, plan: &Plan) {
    match plan.blow {
        Blow::Pull => vm.pull(disk),
        Blow::PowerCut => {
            vm.cut_power();
            vm.wait("journalctl --boot --unit=asbackupd --output=cat | grep 'was plugged in'");
        }
        Blow::Dead => vm.map(disk, Table::Dead),
        Blow::WriteErrors => vm.map(disk, Table::WriteErrors),
        Blow::Flaky => vm.map(disk, Table::Flaky),
        Blow::Slow => vm.map(disk, Table::Slow),
        Blow::KillDaemon => kill(vm, "asbackupd"),
        // None where the run is not that far.
        Blow::KillRsync => drop(vm.run("kill -KILL $(grep -slx rsync /proc/[0-9]*/comm | shuf -n 1 | cut -d / -f 3)")),
        Blow::KillUdisks => kill(vm, "udisks2"),
        Blow::StopDaemon => {
            vm.ok("systemctl stop --no-block asbackupd");
        }
    }
    if plan.blow != Blow::Pull {
        vm.speed_up(disk);
    }
    if plan.blow == Blow::StopDaemon {
        vm.wait("test $(systemctl is-active asbackupd) = inactive");
        vm.ok("systemctl start asbackupd");
    }
}

fn kill(vm: &mut Vm, unit: &str) {
    vm.ok(&format!("systemctl kill --kill-whom=main --signal=KILL {unit}"));
}

/// The disk is sound again. A pulled one stays out: as soon as it is in, it is used.
pub fn mend(vm: &mut Vm, disk: &UsbDisk, plan: &Plan) {
    if plan.blow.is_of_disk() {
        vm.map(disk, Table::Sound);
    }
}

/// One more run, by whatever begins one after such a fault.
pub fn again(vm: &mut Vm, disk: &UsbDisk, plan: &Plan) {
    vm.finished_at = vm.last_finished_at();
    match plan.blow {
        Blow::Pull => vm.plug(disk),
        _ => drop(vm.ok(&format!("busctl call {NAME} Start s {}", disk.uuid))),
    }
    vm.wait_success(disk);
}
