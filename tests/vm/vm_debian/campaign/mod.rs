//! The fault campaign on what only a whole machine has: USB disks that are pulled, power that is cut, a device mapper that makes
//! errors, and real systemd that starts again what was killed. After each case the copy is the source or the run is told as not
//! finished, the source is what it was, nothing has landed beside the disk, and no process, mount or lock is left; and the next
//! run makes the copy whole.
//!
//! `VM_FAULT_SEED=… make test-vm` plays one case again, `VM_FAULT_CASES=…` more or fewer, or that one so often. What a seed
//! can't fix is how fast the machine is. `plan` is what a seed stands for, `blow` does the harm and mends it, `truth` is what
//! must hold.

mod blow;
mod plan;
mod truth;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::sleep;
use std::time::Instant;

use asbackup_testing::campaign::seeds;
use asbackup_testing::panics;

use super::disk::UsbDisk;
use super::machine::Vm;
use plan::{Moment, Plan};
use truth::Before;

/// Each takes the better part of a minute.
const CASES: usize = 3;

#[test]
fn no_fault_of_disk_or_power_loses_anything() {
    let seeds = seeds("VM_FAULT", CASES);
    let mut failed = Vec::new();
    for seed in &seeds {
        let (plan, start) = (Plan::of(*seed), Instant::now());
        let played = catch_unwind(AssertUnwindSafe(|| play(&plan))).map_err(panics::message);
        let verdict = if played.is_ok() { "ok" } else { "FAILED" };
        let line = format!("VM_FAULT_SEED={seed} {plan:?}: {verdict}, {:.0} s", start.elapsed().as_secs_f32());
        println!("{line}");
        failed.extend(played.err().map(|words| format!("{line}: {words}")));
    }
    // Once more at the end, where it is found in a long log.
    assert!(failed.is_empty(), "{} of {} cases failed:\n{}", failed.len(), seeds.len(), failed.join("\n"));
}

fn play(plan: &Plan) {
    let mut vm = Vm::installed();
    let disk = lay_out(&mut vm, plan);
    let before = Before::look(&mut vm);
    vm.ok("systemctl start asbackupd");
    wait(&mut vm, &disk, plan.moment);
    blow::strike(&mut vm, &disk, plan);
    truth::come_to_rest(&mut vm);
    before.holds(&mut vm);
    blow::mend(&mut vm, &disk, plan);
    truth::is_told(&mut vm, &disk, plan);
    blow::again(&mut vm, &disk, plan);
    vm.assert_copied(&disk);
    before.holds(&mut vm);
    vm.pull(&disk);
    if !plan.blow.is_of_disk() {
        disk.assert_clean();
    }
}

/// A repository, and a slow disk that is plugged in, with nobody to copy to it yet.
fn lay_out(vm: &mut Vm, plan: &Plan) -> UsbDisk {
    vm.make_repository();
    vm.make_big_repository();
    vm.ok("systemctl stop asbackupd");
    let disk = if plan.blow.is_of_disk() {
        vm.plug_mapped("OFFSITE")
    } else {
        let disk = vm.make_disk("OFFSITE", "ext4");
        vm.plug_slow(&disk);
        disk
    };
    vm.edit_config(&[&disk]);
    vm.ok("sync -f /etc");
    disk
}

fn wait(vm: &mut Vm, disk: &UsbDisk, moment: Moment) {
    match moment {
        Moment::InRun(pause) => {
            vm.wait_begun();
            sleep(pause);
        }
        Moment::InCopy(pause) => {
            vm.wait_mid_copy();
            sleep(pause);
        }
        Moment::AtEnd(pause) => {
            vm.wait_mid_copy();
            vm.set_speed(disk, 4 << 20);
            vm.wait_written();
            sleep(pause);
        }
    }
}
