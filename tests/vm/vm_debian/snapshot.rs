//! A repository that can be frozen, on a whole Debian: under the unit's sandbox, with Veeam's script over ssh.

use super::machine::Vm;

/// Where the backup server would come from.
const SSH: &str = "ssh -T -o BatchMode=yes -o StrictHostKeyChecking=accept-new -i /root/id veeam@localhost";

/// As docs/veeam.md says.
fn authorize_ssh(vm: &mut Vm) {
    vm.install("openssh-server");
    vm.ok("ssh-keygen -q -t ed25519 -N '' -f /root/id && systemctl start ssh");
    vm.ok("home=$(getent passwd veeam | cut -d: -f6) && install -d -m 700 -o veeam $home/.ssh \
           && echo \"restrict,command=\\\"/usr/libexec/asbackup/veeam-ssh\\\" $(cat /root/id.pub)\" > $home/.ssh/authorized_keys \
           && chown veeam $home/.ssh/authorized_keys");
}

#[test]
fn a_job_gets_its_lock_over_ssh_while_a_disk_is_copied_to() {
    let mut vm = Vm::installed();
    authorize_ssh(&mut vm);
    let (repository, disk) = (vm.make_disk("REPOSITORY", "xfs"), vm.make_disk("OFFSITE", "ext4"));
    vm.plug(&repository);
    vm.wait("mount /dev/disk/by-label/REPOSITORY /srv");
    vm.configure(&[&disk]);
    vm.make_big_repository();
    vm.wait_property("SnapshotError", r#"s """#);
    vm.ok("cp -a /srv/veeam /root/control");
    vm.plug_slow(&disk);
    vm.wait_mid_copy();
    assert_ne!(vm.property("SourceAsOf"), "t 0");
    let begun = std::time::Instant::now();
    vm.ok(&format!("{SSH} 'veeam-lock -- Nightly' < /dev/null"));
    eprintln!("the job has its lock after {:?}", begun.elapsed());
    vm.ok("cd /srv/veeam && echo more >> part1.vbk && rm part2.vbk && echo new > part7.vib && sync");
    assert_eq!(vm.property("State"), r#"s "copying""#);
    vm.speed_up(&disk);
    vm.wait_success(&disk);
    assert_eq!(vm.property("LastWarnings"), "as 0");
    let compare =
        "rsync -naHAXi --delete --checksum --exclude=/lost+found /root/control/ /mnt/ | grep -v ' \\./$' | wc -l";
    let device = format!("/dev/disk/by-uuid/{}", disk.uuid);
    assert_eq!(vm.ok(&format!("mount -o ro {device} /mnt && {compare}; umount /mnt")), "0");
    assert_eq!(vm.ok("ls /srv/.asbackup"), "");
    vm.ok(&format!("{SSH} 'veeam-unlock -- Nightly' < /dev/null"));
    assert_eq!(vm.property("VeeamLocks"), "a(sst) 0");
}
