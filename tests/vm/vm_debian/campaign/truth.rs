//! What must hold after every fault.

use super::plan::{Blow, Plan};
use crate::disk::UsbDisk;
use crate::machine::Vm;
use crate::scene::{NAME, SOURCE};

/// The repository, by what can't be set back.
pub struct Before {
    source: String,
}

impl Before {
    pub fn look(vm: &mut Vm) -> Self {
        Self { source: source(vm) }
    }

    /// The source never changed, nothing landed beside the disk, and no process, mount or lock is left.
    pub fn holds(&self, vm: &mut Vm) {
        assert_eq!(source(vm), self.source, "the source has changed");
        vm.assert_unmounted();
        assert_eq!(vm.ok("find /media /mnt /run/media -type f 2> /dev/null || true"), "", "beside the disk");
        assert_eq!(vm.ok("grep -slx rsync /proc/[0-9]*/comm || true"), "", "rsync is left");
        assert_eq!(
            vm.ok(&format!("find {SOURCE}/.asbackup.lock /run/asbackup/mounts -type f 2> /dev/null || true")),
            ""
        );
    }
}

/// The directory itself has a lock file come and go.
fn source(vm: &mut Vm) -> String {
    vm.ok(&format!("find {SOURCE} -mindepth 1 ! -name .asbackup.lock -printf '%p %i %m %s %C@\\n' | sort"))
}

/// Until nothing is on and nothing waits, also after a restart. A run that ends may have a successor.
pub fn come_to_rest(vm: &mut Vm) {
    let look = format!("busctl get-property {NAME} State Queue && findmnt -n -o TARGET -S /dev/disk/by-label/OFFSITE");
    let mut calm = 0;
    vm.wait_until(&format!("({look}); true"), |said| {
        calm = if said == "s \"idle\"\nas 0" { calm + 1 } else { 0 };
        calm > 5
    });
}

/// The newest run's record is true.
pub fn is_told(vm: &mut Vm, disk: &UsbDisk, plan: &Plan) {
    let error = vm.property("LastError");
    if vm.property("LastResult") != r#"s "success""# {
        assert_ne!(error, r#"(ss) "" """#, "no reason is told");
        return;
    }
    assert_eq!(error, r#"(ss) "" """#);
    match plan.blow {
        Blow::Pull => look_at_pulled(vm, disk),
        _ => vm.assert_copied(disk),
    }
}

/// The run ended before the disk was pulled. The service would use the disk while it is looked at, so it stands still.
fn look_at_pulled(vm: &mut Vm, disk: &UsbDisk) {
    vm.ok("systemctl stop asbackupd");
    vm.plug(disk);
    vm.wait(&format!("test -b /dev/disk/by-uuid/{}", disk.uuid));
    vm.assert_copied(disk);
    vm.pull(disk);
    vm.wait(&format!("test ! -b /dev/disk/by-uuid/{}", disk.uuid));
    vm.ok("systemctl start asbackupd");
}
