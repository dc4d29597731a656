### Why a run ends early or a call is refused.
### Value: what happened · .meaning: what it means for the backup · .action: what to do now.
### The technical cause is in parentheses at the end of the sentence. Where there is $code, $meaning is its text.
### Where a yes or no decides, *[other] is the version for the journal catalog, which does not know the value.

-wait-for-release = Do not unplug the disk until the status says that it is safe to remove.
# $plug: safe = safe to remove, plugged = plugged in and not released, gone = not plugged in.
stay-until-released = { $plug ->
        [safe] {""}
        [gone] {""}
       *[plugged] { -wait-for-release }
    }
when-released = { $plug ->
        [safe] {" "}
        [gone] {" "}
       *[plugged] {" "}as soon as the status says that it is safe to remove,{" "}
    }
-still-old = There is no new copy; the previous contents of the disk are unchanged.
-half-done = The copy on the disk is incomplete and does not count as a backup.
-comes-by-itself = Once the data is available, the copy starts automatically, provided the disk is still plugged in.
-trust = asbackup disks trust
-allow = asbackup start --allow-deletions

## The call can't be accepted.

fault-busy = A copy to the disk “{ $disk }” is already running.
    .meaning = A second copy cannot start at the same time; the running copy is not affected.
    .action = Leave the disk plugged in, wait until the copy has ended, then try again.

fault-not-running = No copy is running.
    .meaning = There is nothing to cancel; the backups are unchanged.
    .action = No action is needed.

fault-not-locked = The Veeam job “{ $job }” has no lock.
    .meaning = There was nothing to release; the backups are unchanged.
    .action = If the lock was already released, no action is needed. Otherwise, make sure that the job name is spelled the same way for locking and unlocking.

fault-lock-misspelt = The Veeam job “{ $job }” has no lock, but “{ $held }” has one.
    .meaning = The names differ only in case, in a space or dot at the end, or in how an umlaut is stored. The lock of “{ $held }” stays, and nothing is copied while it exists.
    .action = Spell the name the same way in both of the job's scripts, and release the remaining lock: sudo veeam-unlock "{ $held }".

fault-invalid-job = The job name “{ $job }” cannot be used.
    .meaning = No lock was set, so a copy could start while Veeam is writing.
    .action = Use a short name of ordinary characters without a slash, one that would also work as a file name.

fault-too-many-calls = Too many calls are waiting for an answer: { $most } of yours, or too many from all users together.
    .meaning = This call was refused immediately, and nothing was done. Copies and Veeam continue.
    .action = Wait until the earlier calls are answered, or answer the password prompts, then try again. If you did not call that often, one of your programs did; ask the administrator.

fault-stopping = The backup service is shutting down.
    .meaning = It accepts no new requests; a running copy is being stopped cleanly.
    .action = Try again in a few minutes. { stay-until-released }

fault-unconfigured = Backup copies are not set up on this computer yet: { $keys } missing in config.ini.
    .meaning = Until they are, nothing is copied to any disk.
    .action = The administrator sets them up with “sudo asbackup setup”.

fault-config-refused = The configuration file config.ini contains errors ({ $problems }).
    .meaning = The file is not used; a previously valid configuration stays in force.
    .action = Ask the administrator to correct these errors and reload the configuration (systemctl reload asbackupd).

## Step 1: identify the disk.

fault-unknown-disk = The disk with the identifier “{ $disk }” is not in config.ini.
    .meaning = Nothing is copied to it, and nothing on it was changed.
    .action = Check that it is the right disk. To use it from now on, the administrator adds the identifier to “filesystem-ids-and-notification-mail-addresses” in config.ini.

fault-disk-absent = The disk “{ $disk }” is not plugged in.
    .meaning = Nothing was copied.
    .action = Plug the disk in; the copy then starts automatically. If it is already plugged in, check its cable and power supply.

fault-no-disk-present = None of the backup disks is plugged in (configured: { $known }).
    .meaning = Nothing was copied.
    .action = Plug in one of the backup disks; the copy then starts automatically. If one is already plugged in, check its cable and power supply, and make sure that it is the right one.

fault-disk-unnamed = The call does not say on which disk more may be deleted (plugged in: { $disks }).
    .meaning = Nothing was copied or deleted. The limit is lifted for one disk only, and either none of these disks or more than one was refused because of it.
    .action = Repeat “{ -allow }”, followed by the disk's identifier. The message about the refused copy contains it.

fault-duplicate-disk = Two disks have the same identifier “{ $disk }” ({ $devices }).
    .meaning = It is impossible to tell which is the right one, so nothing was copied to either. Probably one disk was cloned onto the other.
    .action = Unplug one of the two disks, then unplug the right one and plug it in again. The administrator should give the other one a new identifier.

fault-disk-ignored = A rule on this computer says that the disk “{ $disk }” must not be touched.
    .meaning = Nothing is copied to it, and nothing on it was changed.
    .action = To use the disk, ask the administrator to remove the rule (a udev rule with UDISKS_IGNORE).

fault-own-disk = { $repository ->
        [yes] The disk “{ $disk }” holds the backups that are to be copied.
       *[other] The disk “{ $disk }” belongs to this computer: it holds the computer's own system.
    }
    .meaning = It is not a backup disk, so nothing was copied to it, and nothing on it was changed.
    .action = Ask the administrator to replace its identifier in config.ini with that of a backup disk; “asbackup disks” lists the disks that are plugged in.

fault-changed-disk = The disk with the identifier “{ $disk }” { $same-size ->
        [no] has a different size than before
       *[other] is in a different device than before: its serial number or its partition has changed
    }.
    .meaning = { $same-size ->
        [yes] It may be the same disk in another enclosure or dock, or a copy of it. To be safe, nothing was copied to it, and nothing on it was changed.
        [no] Another enclosure does not change the size, so it is a copy of the disk or a new disk in its place. To be safe, nothing was copied to it, and nothing on it was changed.
       *[other] It may be the same disk in another enclosure, or a copy of it. To be safe, nothing was copied to it, and nothing on it was changed.
    }
    .action = Check that it is the right disk. If it is, the administrator accepts it as it is now, and the copy starts: { -trust } { $disk }. If it is not, unplug it{ $plug ->
        [safe] {""}
       *[plugged] {" "}as soon as the status says that it is safe to remove
    }.

fault-disk-unusable = { $likely ->
        [yes] The device { $device } seems to be the disk “{ $disk }”
       *[other] The disk “{ $disk }” is plugged in ({ $device })
    }, but { $why ->
        [locked] it is encrypted and locked ({ $cause })
        [container] its identifier is that of an encrypted container, not of the file system inside
        [ambiguous] it has the signatures of several file systems at once ({ $cause })
        [other-sectors] its contents are readable only in an enclosure with a different sector size ({ $cause })
        [unreadable] its first sectors cannot be read ({ $cause })
        [no-medium] it reports that it contains no disk
       *[other] it cannot be used
    }.
    .meaning = { $why ->
        [locked] This program cannot unlock it on its own. Nothing was copied, and nothing on the disk was changed.
        [no-medium] Either the enclosure is empty, or it does not recognise its disk. Nothing was copied.
       *[other] Nothing was copied, and nothing on the disk was changed.
    }
    .action = { $why ->
        [locked] { $likely ->
            [yes] Ask the administrator to unlock it (udisksctl unlock --block-device { $device }); the copy then starts automatically.
           *[other] Ask the administrator to unlock it (udisksctl unlock --block-device { $device }) and to enter the identifier of the file system inside in config.ini; “asbackup disks” shows it once the disk is unlocked. At present config.ini contains the identifier of the encryption.
        }
        [container] Ask the administrator to enter the identifier of the file system inside in config.ini instead: { $cause }.
        [ambiguous] Call the administrator: “wipefs { $device }” lists the signatures, and “wipefs --offset” erases the one that does not belong there. Use another disk until then.
        [other-sectors] Plug the disk in with the enclosure or cable that it was set up with. If you no longer have it, ask the administrator to set up the disk again; this erases everything on it.
        [unreadable] Unplug the disk and plug it in again, preferably with another cable and at another port. If that does not help, use another disk, and ask the administrator to examine this one (journalctl --dmesg, smartctl).
        [no-medium] If it contains a disk, check how the disk is seated, its cable and its power supply. If the enclosure is empty, insert the disk.
       *[other] Call the administrator.
    }

fault-disk-of-several = The disk “{ $disk }” is one of { $count } disks that share one file system ({ $file-system }; plugged in: { $devices }).
    .meaning = A backup disk must hold its file system alone. Nothing was copied, and nothing on the disk was changed.
    .action = Use another disk. Do not format this one, and do not give it a new identifier, until the administrator knows what the disks contain together.

fault-unsupported-file-system = The format of the disk “{ $disk }” is not supported (file system: { $file-system }).
    .meaning = Nothing can be copied to it, and nothing on it was changed.
    .action = Use another disk, or ask the administrator to format this one (preferably with ext4, xfs or btrfs). Formatting erases everything on it.

fault-disk-service-failed = The computer's disk service does not answer or reports an error (UDisks2: { $cause }).
    .meaning = No disk can be used without it; the copy was not made or was interrupted.
    .action = Call the administrator (systemctl status udisks2). { stay-until-released }

## Step 2: wait for Veeam.

fault-veeam-busy = Veeam was still not finished after { $minutes ->
        [one] one minute
       *[other] { $minutes } minutes
    } of waiting (jobs: { $jobs }).
    .meaning = Nothing is copied while Veeam is writing. { -still-old }
    .action = Check in Veeam whether the job is still running. If it is, start the copy again after the job has ended, or unplug the disk and plug it in again. If no job is running, a lock file was left behind; the administrator can remove it. { stay-until-released }

fault-veeam-directory-unreadable = The service cannot tell whether Veeam is writing: the directory { $path } cannot be read ({ $cause }).
    .meaning = No copy was made, because Veeam may be writing. { -still-old }
    .action = Ask the administrator to create the directory or correct its permissions. Then unplug the disk and plug it in again.

fault-veeam-lock-failed = The Veeam job “{ $job }” got no lock, because its lock file cannot be created in { $path } ({ $cause }).
    .meaning = If Veeam starts the job anyway, it writes while a copy may be reading, and that copy may be unusable. The existing contents of the disks are not affected.
    .action = Ask the administrator to check that { $path } exists, has free space, and that root can write to it. Then start the job again in Veeam.

fault-veeam-unlock-failed = The lock of the Veeam job “{ $job }” could not be released, because its file cannot be deleted ({ $cause }).
    .meaning = While the file exists, nothing is copied, and every disk that is plugged in waits.
    .action = Ask the administrator to delete the lock file by hand and to check the permissions of its directory.

fault-too-many-locks = Veeam jobs get no more locks: { $most } are already held, or that many scripts are waiting for one.
    .meaning = This job has no lock. While locks are held, nothing is copied, so every disk that is plugged in waits.
    .action = Check in Veeam which jobs are running. The administrator can delete the files of jobs that are not running from { $path }, and should check why the scripts do not release their locks.

## Step 3: mount.

fault-already-mounted = Another user or program is already using the disk on this computer (mounted at { $mount-point }).
    .meaning = To prevent data loss, nothing was copied. { -still-old }
    .action = { $plug ->
        [safe] Nobody is using it any more: start the copy again, or unplug the disk and plug it in again.
       *[plugged] Do not unplug the disk now. Ask the administrator to unmount it (udisksctl unmount); then you can start the copy again.
    }

fault-old-mount-held = The disk “{ $disk }” was unplugged while a program was still using it, and the system keeps the old mount open for that program ({ $found ->
        [no] it could not be identified
       *[yes] { $holders }
    }).
    .meaning = Until the program closes it, the system refuses to open the disk again. This does not mean that the disk is faulty. Nothing was copied, and nothing on the disk was changed.
    .action = Close the program named, or leave the directory in it, then start the copy again. If that is not possible, restart this computer.

fault-mount-failed = The disk ({ $device }) could not be opened (mounted): { $why ->
        [damaged] the system reports that its file system is damaged or unreadable
        [no-driver] the system has no driver for its file system
        [busy] something else is using it
        [not-permitted] the system does not permit it
        [no-answer] there was no answer in time
        [unknown] the reason is not known
       *[other] the system refused it
    } ({ $cause }).
    .meaning = Nothing could be copied, and nothing on the disk was changed.
    .action = { $why ->
        [damaged] Unplug the disk{ when-released }and plug it in again. If that does not help, use another disk, and ask the administrator to check this one (fsck).
        [no-driver] Ask the administrator to install support for this file system, or use a disk with a different one.
        [busy] Ask the administrator what is using the disk (lsblk, lsof), then start the copy again. { stay-until-released }
        [not-permitted] Ask the administrator to check the settings of UDisks2 and polkit, then start the copy again. { stay-until-released }
       *[other] Unplug the disk{ when-released }and plug it in again. If that does not help, ask the administrator: the system's own messages are in its log (journalctl -k). If the disk was last used with Windows, eject it there.
    }

fault-write-protected = The disk ({ $device }) is write-protected.
    .meaning = Nothing can be copied to it, and nothing on it was changed.
    .action = Unplug the disk{ when-released }and turn off its write protection, usually a small slider on the case or cartridge. Then plug it in again. If it has no slider, ask the administrator to find out what protects it (hdparm -r, smartctl).

fault-mounted-read-only = The disk ({ $device }) is read-only at the moment: { $why ->
        [windows] Windows did not release it
        [marked] its file system is marked as read-only
        [settings] an entry in the settings of this computer makes it so
        [unknown] the reason is not known
       *[other] it was mounted read-only
    }.
    .meaning = Nothing can be copied to it, and nothing on it was changed. { -still-old }
    .action = { $why ->
        [windows] Plug the disk into the Windows computer that it was last used with, start Windows, and shut it down fully (hold Shift while you choose “Shut down”), or eject the disk there. Then plug it in here again.
        [marked] If this disk is to be used, ask the administrator to remove the mark (tune2fs -O ^read-only). { stay-until-released }
        [settings] Ask the administrator to remove “ro” from this disk's entry in /etc/fstab or /etc/udisks2/mount_options.conf. { stay-until-released }
       *[other] Unplug the disk{ when-released }and plug it in again. If that does not help, ask the administrator: the system's own messages are in its log (journalctl -k).
    }

fault-unsafe-mount = The disk was mounted without the protection it needs (missing at { $mount-point }: { $missing }).
    .meaning = To protect the computer from what is on the disk, nothing was copied. { -still-old }
    .action = Ask the administrator to look for an entry for this disk in /etc/fstab or /etc/udisks2/mount_options.conf, and to remove it: only such an entry removes the protection. { stay-until-released }

## Step 4: lock.

fault-lock-held = Another copy is already using this disk or this directory (lock file { $path }, held by: { $holder }).
    .meaning = Two copies at once would interfere with each other, so this one was not started. Probably the program was started twice.
    .action = Wait until the other copy has finished, then start this one again. If there is no other copy, call the administrator. { stay-until-released }

lock-trouble = { $why ->
        [no-room] there is no space left
        [no-inodes] there is space for contents, but not for more files
        [quota] a quota is used up
        [metadata-full] the file system has no space for its metadata (btrfs)
        [room-unusable] the system says that there is no space, although there is; the reason is not known
        [directory-full] its directory cannot hold more names
        [mounted-read-only] its location is read-only at the moment
        [read-only-subvolume] it is in a read-only snapshot or subvolume
        [immutable] it or its directory is marked as immutable (chattr +i)
        [append-only] it or its directory is marked as append-only (chattr +a)
        [in-use] it is in use
        [mount-point] something else is mounted there
        [link-in-the-way] a symbolic link is in the way
        [other-file-system] another file system begins on the way to it
        [name-too-long] its name is too long for the file system
        [name-refused] the file system does not accept its name
        [not-permitted] the system does not permit it; the reason is not known
        [share-refuses] the server of the network share refuses it (an NFS server refuses root if root_squash is set)
        [share-read-only] the server of the network share permits only reading
        [no-answer] the storage that holds it did not answer in time
        [input-output] reading or writing failed there
        [unknown] the reason is not known
       *[other] the system refused it
    }

fault-lock-failed = The lock file { $path } could not be created { $place ->
        [disk] on the disk
        [source] in the repository
       *[other] on this computer
    }: { lock-trouble } ({ $cause }).
    .meaning = Without it, two copies could interfere with each other, so nothing was copied. { -still-old }
    .action = { $why ->
        [no-room] Ask the administrator to free space there. { stay-until-released }
        [no-inodes] Ask the administrator to remove files there. { stay-until-released }
        [quota] Ask the administrator to raise or remove the quota there. { stay-until-released }
        [metadata-full] Ask the administrator to free space for metadata (btrfs balance start -dusage=50). { stay-until-released }
        [mounted-read-only] Ask the administrator to find out why it is read-only, and to make it writable again. { stay-until-released }
        [read-only-subvolume] Ask the administrator to make it writable (btrfs property set … ro false), or to move the lock file elsewhere (config.ini). { stay-until-released }
        [immutable] Ask the administrator to remove the mark (chattr -i), then start the copy again. { stay-until-released }
        [append-only] Ask the administrator to remove the mark (chattr -a), then start the copy again. { stay-until-released }
        [name-too-long] Ask the administrator to give the lock file a shorter name in config.ini. { stay-until-released }
        [name-refused] Ask the administrator to give the lock file another name in config.ini. { stay-until-released }
        [share-refuses] Ask the administrator to let root write there on the server (no_root_squash in an NFS server's exports). { stay-until-released }
        [share-read-only] Ask the administrator to let this computer write there on the server (rw in an NFS server's exports), at least in that directory. { stay-until-released }
        [no-answer] Ask the administrator to find out why it does not answer; if it is a network share, check the server and the network. { stay-until-released }
       *[other] Ask the administrator to check permissions and free space there. { stay-until-released }
    }

fault-lock-is-strange = { $path } is configured as the lock file, but it is not an ordinary file, or it has a second name elsewhere.
    .meaning = Writing the lock would have overwritten something else, so nothing was copied. { -still-old }
    .action = Ask the administrator to find out who put it there, and to move it away. { stay-until-released }

fault-still-copying = A copy from an earlier run is still at work (lock { $path }).
    .meaning = While it is running, no new copy starts.
    .action = { $plug ->
        [safe] It has ended by now: start the copy again, or unplug the disk and plug it in again.
       *[plugged] Leave the disk plugged in, wait a few minutes, then start the copy again. If that does not help, call the administrator: an rsync process is stuck.
    }

## Step 5: preflight check.

fault-unsafe-path = { $link ->
        [yes] { $path } is not used: { $component } on the way to it is a link that belongs to { $user ->
            [everybody] anybody
           *[other] { $user }
        }.
        [no] { $path } is not used: { $component } on the way to it can be changed by { $user ->
            [everybody] anybody
           *[other] { $user }
        }.
       *[other] { $path } is not used: { $user } can redirect { $component }, which is on the way to it.
    }
    .meaning = Someone could substitute other data, to be copied or deleted, so nothing was touched. { -still-old }
    .action = Ask the administrator to run “asbackup config check”, which lists all such paths, and to make root the owner of { $component } and the only one who can write to it (chown root, chmod go-w); a link must be created by root. { stay-until-released }

fault-source-unavailable = The backup repository cannot be reached: { $path } ({ $cause }).
    .meaning = There is no complete new copy. No file was deleted from the disk merely because it could not be read in the repository.
    .action = Call the administrator: probably one of the computer's drives is not mounted, or “backup-source” in config.ini is wrong. { -comes-by-itself } { stay-until-released }

fault-share-unavailable = The backup repository cannot be reached: { $path } on the network share { $share } ({ $cause }).
    .meaning = There is no complete new copy. No file was deleted from the disk merely because it could not be read in the repository.
    .action = Call the administrator. They should check the server and the network, not this computer's drives: whether the server is running, whether it lets root read there (no_root_squash for NFS), and whether the share must be mounted again (“stale”). { -comes-by-itself } { stay-until-released }

fault-source-empty = The backup repository is empty: { $path }.
    .meaning = Copying it would have deleted all backups on the disk, so nothing was changed. { -still-old }
    .action = Call the administrator before any other disk is plugged in: probably one of the computer's drives is not mounted. { -comes-by-itself } { stay-until-released }

fault-nothing-included = Nothing would be copied: the list of excludes ({ $excludes }) excludes everything in { $path }.
    .meaning = An empty copy must not pass for a backup, so nothing was changed. { -still-old }
    .action = Ask the administrator to correct the list; a single line such as * is enough to exclude everything. { stay-until-released }

fault-source-hidden = The backup service does not see the real data at { $path }.
    .meaning = A copy might have deleted the backups on the disk, so nothing was changed. { -still-old }
    .action = Ask the administrator to check the service's settings: a sandbox option such as ProtectHome= or PrivateTmp= hides the directory. { stay-until-released }

fault-source-contains-target = The target of the copy is inside the repository: { $path }.
    .meaning = The copy would copy itself and grow without end, so nothing was changed.
    .action = Ask the administrator to correct “backup-source” or “backup-destination” in config.ini. { stay-until-released }

fault-source-not-mounted = Nothing is mounted at the path of the backup repository: { $path }.
    .meaning = The real data is probably elsewhere at the moment. A copy would have deleted backups on the disk, so nothing was changed. { -still-old }
    .action = Ask the administrator to mount the drive there. If the directory is not meant to be a mount point, set “source-must-be-mountpoint” in config.ini to false. { -comes-by-itself } { stay-until-released }

fault-source-without-sentinel = The file that identifies the backup repository is missing: { $path }.
    .meaning = The directory is probably not the right one at the moment. A copy might have deleted backups on the disk, so nothing was changed. { -still-old }
    .action = Call the administrator before any other disk is plugged in: probably one of the computer's drives is not mounted. If the directory is the right one, the file can be created again; the setting is called “source-sentinel”. { -comes-by-itself } { stay-until-released }

fault-snapshot-failed = No snapshot of the backup repository can be made: { $cause }.
    .meaning = The setting “mode = require” demands one, so nothing was copied and nothing on the disk changed. { -still-old }
    .action = Ask the administrator to remedy the cause. With “mode = auto” in section [Snapshot] of config.ini, copies are made without a snapshot, too; Veeam then waits until the copy is over. { stay-until-released }

fault-snapshot-not-proven = Each time a snapshot was made, something wrote to the backup repository ({ $examples }).
    .meaning = The setting “mode = require” demands a snapshot, so nothing was copied and nothing on the disk changed. { -still-old }
    .action = Ask the administrator to find out which program writes to the repository without a lock. { stay-until-released }

fault-snapshot-given-up = The copy was given up, because only { SIZE($free) } were free in the file system of the backup repository { $path } (at least { $percent } % are to stay free).
    .meaning = The snapshot was removed, so that Veeam does not run out of space. The disk has only a part of the new state so far; the next copy continues there.
    .action = Ask the administrator to make room in the repository. { stay-until-released }

fault-source-moved = The backup repository { $path } is on a different file system than for the previous copies (before: { $before }; now: { $now }).
    .meaning = Probably one of the computer's drives is not mounted. A copy might have deleted backups on the disk, so nothing was changed. { -still-old }
    .action = Call the administrator before any other disk is plugged in. If the data was moved on purpose, this command starts the copy and accepts the new location: { -allow } { $disk }. { stay-until-released }

fault-source-unreadable = Some of the backup repository cannot be read ({ $cause }).
    .meaning = The copy is incomplete and does not count as a backup. No file was deleted from the disk merely because it could not be read in the repository.
    .action = Call the administrator soon. They should check the file named, its permissions, and the state of the drive that holds it (smartctl, journalctl -k). { stay-until-released }

fault-share-unreadable = Some of the backup repository cannot be read from the network share { $share } ({ $cause }).
    .meaning = The copy is incomplete and does not count as a backup. No file was deleted from the disk merely because it could not be read in the repository.
    .action = Call the administrator soon. They should check the server, the network and the file named, not this computer's drives. If the file was removed or replaced on the server (“stale”), it is enough to start the copy again.

fault-source-forbidden = The system does not let the service read all of the backup repository: { $path } ({ $cause }).
    .meaning = The copy is incomplete and does not count as a backup. No file was deleted from the disk merely because it could not be read in the repository.
    .action = Call the administrator soon. They should give root access to it: a network share may refuse root (root_squash on the NFS server), and so does a user's own FUSE mount. { stay-until-released }

fault-source-changed = A file became shorter while it was being copied: { $path } ({ $cause }).
    .meaning = { -half-done } No drive is to blame: something wrote to the file at that moment.
    .action = Start the copy again when nothing is writing there, or unplug the disk and plug it in again. If Veeam was writing, make sure that its job sets a lock. { stay-until-released }

fault-target-refused = The target directory { $path } on the disk cannot be used ({ $cause }).
    .meaning = To avoid writing to the wrong place, nothing was copied. { -still-old }
    .action = Ask the administrator to check “backup-destination” in config.ini and the directory on the disk; symbolic links are not allowed there. { stay-until-released }

fault-target-covered = During the copy, someone mounted another file system on the disk, at “{ $path }”.
    .meaning = Part of the copy may be in there instead of on the disk, and files that were in there may have been deleted. { -half-done }
    .action = Ask the administrator to check what is in there and to unmount it. Then start the copy again. { stay-until-released }

fault-no-space = There is not enough space on the disk: { SIZE($needed) } needed, { SIZE($free) } free, { SIZE($missing) } missing.
    .meaning = This was found before anything was copied. { -still-old }
    .action = { $reserved ->
        [0] Use a larger disk, or ask the administrator to free space. { stay-until-released }
       *[other] Ask the administrator to free the space that the file system reserves for the system ({ SIZE($reserved) }; tune2fs -m 0); that is enough. { stay-until-released }
    }

fault-foreign-files = The disk holds { $files ->
        [one] a file that is
       *[other] { $files } files ({ SIZE($bytes) }) that are
    } not an older copy of your backups, for example: { $examples }. The first copy would delete { $files ->
        [one] it
       *[other] them
    }.
    .meaning = This would be the first copy to this place on the disk. To prevent any loss, nothing was copied and nothing deleted. { -still-old }
    .action = Check what is on the disk. If it is still needed, move it elsewhere, then unplug the disk and plug it in again. If it may be deleted, the administrator allows that once, for this disk: { -allow } { $disk }. { stay-until-released }

fault-nothing-in-common = This copy would leave nothing of what is on the disk now: { $files ->
        [one] one file
       *[other] { $files } files
    } ({ SIZE($bytes) }) would be deleted or empty, for example: { $examples }.
    .meaning = Perhaps other data is in the place of your backups, or they have been deleted or encrypted. To be safe, nothing was copied and nothing deleted. { -still-old }
    .action = Call the administrator before any other disk is plugged in. If really none of this is needed any more, this command allows it once, for this disk: { -allow } { $disk }. { stay-until-released }

fault-beginnings-lost = { $lost } of { $compared } changed files no longer begin as they do on the disk, for example: { $examples }.
    .meaning = This is typical of files that have been encrypted, emptied or overwritten. The copies on this disk may be the last good ones. To be safe, nothing was copied and nothing deleted. { -still-old }
    .action = Call the administrator at once, and plug in no other backup disk until it is clear what has happened to these files. If they are as they should be, this command allows the copy once, for this disk: { -allow } { $disk }. { stay-until-released }

fault-too-many-deletions = This copy would remove unusually many files from the disk: { $files } of { $existing } would be gone or empty without new ones in their place; { $percent } % are allowed (for example: { $examples }).
    .meaning = Perhaps data is missing in the repository. To be safe, nothing was copied and nothing deleted. { -still-old }
    .action = Call the administrator before any other disk is plugged in. If this is intended, this command allows it once, for this disk: { -allow } { $disk }. { stay-until-released }

fault-too-many-bytes-deleted = This copy would remove an unusual amount of data from the disk: { SIZE($bytes) } of { SIZE($existing) } would be gone without anything new in its place; { $percent } % are allowed (for example: { $examples }).
    .meaning = Perhaps data is missing in the repository. To be safe, nothing was copied and nothing deleted. { -still-old }
    .action = Call the administrator before any other disk is plugged in. If this is intended, this command allows it once, for this disk: { -allow } { $disk }. { stay-until-released }

fault-too-few-inodes = The disk cannot hold enough additional files: { $needed } are needed, { $free } are possible.
    .meaning = This was found before anything was copied; it does not help that there is space for their contents. { -still-old }
    .action = Ask the administrator to remove files from the disk, or to format it for more files (mkfs with more inodes); formatting erases everything on it. { stay-until-released }

fault-lossy-file-system = The disk cannot hold everything in the repository (file system { $file-system }: no owners and permissions, { $links } symbolic links, { $hard-links } hard links, { $specials } special files).
    .meaning = A copy would be incomplete, and the configuration says not to make one then. { -still-old }
    .action = Use another disk, or ask the administrator to format this one with ext4, xfs or btrfs. The setting is called “lossy-file-systems”. { stay-until-released }

fault-unstorable-files = { $count ->
        [one] One file
       *[other] { $count } files
    } cannot be stored on this disk (file system { $file-system }, for example: { $examples }).
    .meaning = Their names or sizes do not suit the disk's format. Part of the backup would be missing, so nothing was changed. { -still-old }
    .action = Use another disk, or ask the administrator to format this one with ext4, xfs or btrfs. { stay-until-released }

fault-clashing-names = The disk treats the names “{ $one }” and “{ $other }” as the same (file system { $file-system }{ $count ->
        [one] {""}
       *[other] ; { $count } names are affected
    }).
    .meaning = Only one of two such files would be in the copy, so nothing was copied and nothing deleted. { -still-old }
    .action = Ask the administrator to rename one of the two in the repository, or use a disk that is formatted with ext4, xfs or btrfs. { stay-until-released }

fault-spelling-failed = On the disk, “{ $path }” could not be given the spelling that it has in the repository ({ $cause }).
    .meaning = The disk treats both spellings as the same name, and a copy could lose the file. So nothing was copied and nothing deleted. { -still-old }
    .action = Start the copy again. If it fails again, call the administrator. { stay-until-released }

fault-not-empty = On the disk, a directory that is not empty is in the place of the file “{ $path }” ({ $cause }).
    .meaning = The file could not be copied, so nothing was copied and nothing deleted. { -still-old }
    .action = Ask the administrator to check this directory on the disk and to delete it: it contains files that the list of excludes protects (“rsync-excludes-path” in config.ini). { stay-until-released }

fault-check-failed = The preflight check could not determine what has to be copied: { $meaning } (rsync code { $code }: { $cause }).
    .meaning = Nothing was copied and nothing deleted. { -still-old }
    .action = Call the administrator; the rsync log says more. { stay-until-released }

## Step 6: copy.

fault-copy-failed = The copy failed: { $meaning } (rsync code { $code }: { $cause }).
    .meaning = { -half-done }
    .action = Start the copy again; files that are already copied are not copied again. If it fails again, call the administrator; the rsync log says more. { stay-until-released }

fault-disk-full = The disk became full during the copy (still free: { SIZE($free) }; { $cause }).
    .meaning = { -half-done }
    .action = Use a larger disk, or ask the administrator to free space. { stay-until-released }

fault-out-of-inodes = The disk cannot hold more files, although there is space for their contents ({ $cause }).
    .meaning = { -half-done }
    .action = Ask the administrator to remove files from the disk, or to format it for more files (mkfs with more inodes); formatting erases everything on it. { stay-until-released }

fault-copy-incomplete = { $count ->
        [one] One file
       *[other] { $count } files
    } on the disk { $count ->
        [one] differs
       *[other] differ
    } from the repository, although everything was copied (for example: { $examples }).
    .meaning = { $folds ->
        [yes] Perhaps the disk treats different names as the same, or someone renamed or deleted something on it during the copy.
       *[other] Perhaps someone renamed or deleted something on the disk during the copy.
    } { -half-done }
    .action = { $folds ->
        [yes] Start the copy again. If it fails again, ask the administrator to rename the files named here, or use a disk that is formatted with ext4, xfs or btrfs. { stay-until-released }
       *[other] Start the copy again. If it fails again, call the administrator. { stay-until-released }
    }

fault-not-stored = The copy failed at “{ $path }”: { $why ->
        [read-only-subvolume] on the disk it is a read-only snapshot or subvolume
        [mounted-read-only] someone has switched the disk to read-only in the meantime
        [immutable] on the disk it is marked as immutable (chattr +i)
        [append-only] on the disk it is marked as append-only (chattr +a)
        [swap-file] the computer uses this file on the disk as swap space
        [mount-point] something else is mounted there
        [in-use] on the disk it is in use
        [attribute-too-large] its extended attributes or permissions are larger than this kind of disk can hold for one file, although there is space on the disk
        [attributes-unsupported] this kind of disk cannot hold its extended attributes or permissions
        [directory-full] its directory on the disk cannot hold more names, although there is space on the disk
        [quota] a quota on the disk is used up
        [metadata-full] the disk has no space for its metadata (btrfs), although there is space for contents
        [room-unusable] the system says that there is no space on the disk, although there is; the reason is not known
        [name-too-long] its name, or the target of the link, is too long for this kind of disk
        [name-refused] this kind of disk does not accept its name
        [file-too-large] it is larger than a file on this kind of disk can be
        [too-many-links] it has more names (hard links) than a file on this kind of disk can have
        [links-apart] it is one file with several names (hard links), and on the disk these are in different subvolumes or quota projects, which cannot share a file
        [link-in-the-way] a symbolic link on the disk is in the way
        [not-empty] a directory in its place on the disk is not empty
        [other-file-system] on the disk another file system begins on the way to it
        [not-permitted] the system does not permit it; the reason is not known
        [no-answer] the disk did not answer in time
        [input-output] reading or writing failed, and no disk error is recorded
        [unknown] the reason is not known
       *[other] it could not be stored on the disk
    } ({ $cause }).
    .meaning = { -half-done }
    .action = { $why ->
        [read-only-subvolume] Ask the administrator to move the snapshot out of the target directory, or to make it writable (btrfs property set … ro false). { stay-until-released }
        [mounted-read-only] Ask the administrator who did that. Then unplug the disk{ when-released }and plug it in again.
        [immutable] Ask the administrator to remove the mark (chattr -i), then start the copy again. { stay-until-released }
        [append-only] Ask the administrator to remove the mark (chattr -a), then start the copy again. { stay-until-released }
        [swap-file] Ask the administrator to stop that (swapoff) and to keep swap files off the backup disks. { stay-until-released }
        [attribute-too-large] Ask the administrator to shorten the file's attributes (getfattr, getfacl), or to use xfs for this disk. { stay-until-released }
        [attributes-unsupported] Ask the administrator to remove the file's attributes (getfattr, getfacl), or to format the disk with ext4, xfs or btrfs; formatting erases everything on it. { stay-until-released }
        [directory-full] Ask the administrator to enable the feature that allows more (tune2fs -O large_dir, or dir_nlink for many directories), or to spread the files over several directories. { stay-until-released }
        [quota] Ask the administrator to raise or remove the quota on the disk. { stay-until-released }
        [metadata-full] Ask the administrator to free space for metadata (btrfs balance start -dusage=50). { stay-until-released }
        [name-too-long] Ask the administrator to shorten the name, or to use another file system for this disk. { stay-until-released }
        [name-refused] Ask the administrator to rename the file, or to format the disk with ext4, xfs or btrfs; formatting erases everything on it. { stay-until-released }
        [file-too-large] Ask the administrator to use another file system for this disk, such as xfs; changing it erases everything on the disk. { stay-until-released }
        [mount-point] Ask the administrator to unmount what is mounted there (findmnt), then start the copy again. { stay-until-released }
        [links-apart] Ask the administrator to keep these names in one subvolume or project on the disk. { stay-until-released }
        [link-in-the-way] Ask the administrator how the link got there, and to delete it; then start the copy again. { stay-until-released }
        [not-empty] Ask the administrator to check this directory on the disk and to delete it: it contains files that the list of excludes protects, or that someone put there. { stay-until-released }
        [too-many-links] Ask the administrator to use xfs for this disk; changing it erases everything on the disk. { stay-until-released }
        [input-output] Unplug the disk{ when-released }and plug it in again; the copy starts automatically. If this happens again, ask the administrator to check the disk, its cable and the system log (smartctl, journalctl -k).
       *[other] Start the copy again; files that are already copied are not copied again. If it fails again, ask the administrator to check that place on the disk and the system log (journalctl -k). { stay-until-released }
    }

fault-not-written = It is not certain that all data has reached the disk; the reason is not known ({ $cause }).
    .meaning = Parts of the copy may be missing even if it looks complete. It does not count as a backup.
    .action = Unplug the disk{ when-released }and plug it in again; the copy starts automatically and verifies what is unverified. If this happens again, call the administrator (journalctl -k).

fault-write-failed = The disk did not accept all data ({ $cause }).
    .meaning = Parts of the copy may be missing or damaged even if it looks complete. It does not count as a backup.
    .action = Use another disk. This one is probably broken; ask the administrator to check it. { stay-until-released }

fault-disk-failing = The disk reports errors ({ $cause }).
    .meaning = { -half-done } The previous contents of the disk may be damaged, too.
    .action = Use another disk. This one is probably broken; ask the administrator to check it. { stay-until-released }

fault-file-system-damaged = The disk's file system is damaged ({ $cause }).
    .meaning = { -half-done } The previous contents of the disk may be damaged, too.
    .action = Use another disk. Ask the administrator to check and repair this one before it is used again (fsck). { stay-until-released }

fault-turned-read-only = The disk's file system is damaged; the computer has stopped writing to it ({ $cause }).
    .meaning = { -half-done } The previous contents of the disk may be damaged, too.
    .action = Use another disk. Ask the administrator to check and repair this one before it is used again (fsck). { stay-until-released }

## Steps 7 to 9: unlock, free space, unmount.

fault-unlock-failed = The lock file { $path } could not be deleted { $place ->
        [disk] on the disk
        [source] in the repository
       *[other] on this computer
    }: { lock-trouble } ({ $cause }).
    .meaning = The run counts as failed, because not everything could be undone; the next run finds the file and continues.
    .action = { $why ->
        [mounted-read-only] Ask the administrator to find out why it is read-only, to make it writable again, and to delete the file. { stay-until-released }
        [immutable] Ask the administrator to remove the mark (chattr -i), and to delete the file. { stay-until-released }
        [append-only] Ask the administrator to remove the mark (chattr -a), and to delete the file. { stay-until-released }
        [no-answer] Ask the administrator to find out why it does not answer (if it is a network share, check the server and the network), and then to delete the file. { stay-until-released }
       *[other] Ask the administrator to find out why the file cannot be deleted (permissions, chattr, a read-only file system), and to delete it. { stay-until-released }
    }

fault-unmount-failed = The disk could not be unmounted (at { $mount-point }; still in use by: { $holders }; cause: { $cause }).
    .meaning = { $plug ->
        [safe] { $synced ->
            [yes] All data is written to the disk. Nobody is using it any more.
           *[no] It is not certain that all data is on the disk. Nobody is using it any more.
        }
       *[plugged] { $synced ->
            [yes] All data is written to the disk, but it is still in use. Unplugging it now may damage its contents.
            [no] It is not certain that all data is on the disk. Unplugging it now may make the copy useless.
           *[other] The disk is still in use. Unplugging it now may damage its contents.
        }
    }
    .action = { $plug ->
        [safe] Start the copy again, or unplug the disk and plug it in again: the service then checks whether anything is missing.
       *[plugged] Please do not unplug it! Call the administrator: close the program named, then unmount the disk (udisksctl unmount).
    }

fault-not-released = The disk ({ $device }) is unmounted, but something still holds it open ({ $cause }).
    .meaning = { $plug ->
        [safe] Nothing holds it open any more.
       *[plugged] It is not certain that it can be unplugged without harm.
    }
    .action = { $plug ->
        [safe] No action is needed. If this happens often, call the administrator. They can find out with lsblk, lsof and “findmnt --types overlay” what is using the device.
       *[plugged] Please do not unplug it! Call the administrator. They can find out with lsblk, lsof and “findmnt --types overlay” what is using the device.
    }

fault-not-flushed = The disk ({ $device }) is unmounted, but does not confirm that everything was written to it ({ $cause }).
    .meaning = Parts of the copy may be missing. It does not count as a backup.
    .action = Unplug the disk, even if the status does not allow it: nothing more can be written to it. Then plug it in again; the copy starts automatically. If this happens again, ask the administrator to check the disk, its cable and its enclosure.

## At any moment.

fault-disk-removed = The disk was unplugged too early.
    .meaning = { -half-done }
    .action = Plug it in again; the copy starts automatically and adds what is missing. { -wait-for-release }

fault-disk-silent = The disk no longer answers.
    .meaning = The copy was not made or is incomplete; it does not count as a backup.
    .action = Unplug the disk, even if the status does not allow it: nothing else helps here. Then plug it in again; the copy starts automatically. If this happens again, use another cable or another disk.

fault-service-stopped = The backup service was stopped during the copy, for example because the computer is shutting down.
    .meaning = { -half-done }
    .action = { $plug ->
        [safe] Unplug the disk and plug it in again; the copy then resumes.
        [gone] Plug the disk in again; the copy then resumes.
       *[plugged] Leave the disk plugged in; the copy resumes as soon as the service is running again. { -wait-for-release }
    }

fault-interrupted = The copy was interrupted unexpectedly, for example by a power failure or a crash.
    .meaning = { -half-done }
    .action = { $plug ->
        [safe] Unplug the disk and plug it in again; the copy then resumes. If this happens again, call the administrator.
        [gone] Plug the disk in again; the copy then resumes. If this happens again, call the administrator.
       *[plugged] Leave the disk plugged in, or plug it in again; the copy resumes. If this happens again, call the administrator. { -wait-for-release }
    }

fault-internal = An unexpected error occurred in the backup service ({ $cause }).
    .meaning = The copy was not made or is incomplete; it does not count as a backup.
    .action = Call the administrator; the journal says more (journalctl -u asbackupd). { stay-until-released }

## What rsync's exit codes mean: a clause that follows a colon.

rsync-exit-1 = the copy program was called incorrectly
rsync-exit-2 = the versions of the copy programs involved are incompatible
rsync-exit-3 = the repository or the target could not be opened
rsync-exit-4 = the copy program lacks a requested function
rsync-exit-5 = the copy program could not start properly
rsync-exit-10 = the connection between the parts of the copy program failed
rsync-exit-11 = an error occurred while reading or writing a file
rsync-exit-12 = a part of the copy program failed unexpectedly
rsync-exit-13 = the copy program could not write its messages
rsync-exit-14 = the copy program could not start its helper processes
rsync-exit-15 = a part of the copy program crashed
rsync-exit-16 = a part of the copy program was killed from outside
rsync-exit-19 = the copy program was ended by a signal
rsync-exit-20 = the copy program was stopped from outside
rsync-exit-21 = the copy program lost one of its helper processes
rsync-exit-22 = the computer does not have enough memory
rsync-exit-23 = some files could not be copied
rsync-exit-24 = some files vanished from the repository before they were copied
rsync-exit-25 = more files would have been deleted than announced; the others were kept
rsync-exit-30 = no data was transferred for too long
rsync-exit-35 = the other side of the copy program did not answer for too long
rsync-exit-signal = the system killed the copy program with signal { $signal }
rsync-exit-other = the copy program ended with the unknown code { $code }
