### Why a run ends early or a call is refused.
### Value: what happened · .meaning: what it means for the backup · .action: what to do now.
### The technical cause stands in brackets at the end of the sentence. $meaning is there where $code is: its text.
### Where a yes or no decides, *[other] is the version
### for the journal catalog, which does not know the value.

-wait-for-release = Unplug the disk only when the status says that you may.
# $plug: safe = may be unplugged, plugged = is plugged in and not released, gone = is not plugged in.
stay-until-released = { $plug ->
        [safe] {""}
        [gone] {""}
       *[plugged] { -wait-for-release }
    }
when-released = { $plug ->
        [safe] {" "}
        [gone] {" "}
       *[plugged] {" "}as soon as the status says that you may,{" "}
    }
-still-old = There is no new copy; what was on the disk before is unchanged.
-half-done = The copy on the disk is incomplete and does not count as a backup.
-comes-by-itself = As soon as the data is there, the copy begins by itself, as long as the disk is plugged in.
-trust = asbackup disks trust
-allow = asbackup start --allow-deletions

## The call can't be taken.

fault-busy = A copy to the disk “{ $disk }” is already running.
    .meaning = A second copy cannot begin at the same time; the one that is running is not affected.
    .action = Leave the disk plugged in, wait until the copy has ended, then try again.

fault-not-running = No copy is running at the moment.
    .meaning = There is nothing to cancel; nothing has changed in the backups.
    .action = You need not do anything.

fault-not-locked = There is no lock for the Veeam job “{ $job }”.
    .meaning = There was nothing to release; nothing has changed in the backups.
    .action = If the lock had been released already, you need not do anything. Otherwise make sure that the job is spelled the same way when locking and when unlocking.

fault-lock-misspelt = There is no lock for the Veeam job “{ $job }”; there is one for “{ $held }”.
    .meaning = The names differ only in upper and lower case, in a blank or dot at the end, or in how an umlaut is stored. The lock of “{ $held }” stays, and as long as it does nothing is copied.
    .action = Write the name the same way in both of the job's scripts, and lift the lock that is left: sudo veeam-unlock "{ $held }".

fault-invalid-job = The job name “{ $job }” cannot be used.
    .meaning = No lock has been set, so a copy could begin while Veeam is writing.
    .action = Use a short name of ordinary characters without a slash, one that could also be a file name.

fault-too-many-calls = Too many calls are open: { $most } of yours, or those of all users together, are still waiting for an answer.
    .meaning = This call was refused at once, and nothing was done. Copies and Veeam go on.
    .action = Wait until the calls before have been answered, or answer the questions for a password, and try again. If you did not call so often, a program of yours does; ask the administrator.

fault-stopping = The backup service is shutting down.
    .meaning = It takes no more orders; a copy that is running is being ended in good order.
    .action = Try again in a few minutes. { stay-until-released }

fault-unconfigured = Backup copies are not set up on this computer yet: { $keys } missing in config.ini.
    .meaning = Until they are, nothing is copied to any disk.
    .action = The administrator sets them up with “sudo asbackup setup”.

fault-config-refused = There are mistakes in the configuration file config.ini ({ $problems }).
    .meaning = The file is not used; a configuration that was valid before stays in force.
    .action = Ask the administrator to correct the places named and to load the configuration again (systemctl reload asbackupd).

## Step 1: identify the disk.

fault-unknown-disk = The disk with the identifier “{ $disk }” is not known.
    .meaning = Nothing is copied to it; nothing on it has been changed.
    .action = Check that it is the right disk. If it is to be used from now on, the administrator adds the identifier to “filesystem-ids-and-notification-mail-addresses” in config.ini.

fault-disk-absent = The disk “{ $disk }” is not plugged in.
    .meaning = Nothing has been copied.
    .action = Plug the disk in; the copy then begins by itself. If it is plugged in already, check its cable and power supply.

fault-no-disk-present = None of the known disks is plugged in (known: { $known }).
    .meaning = Nothing has been copied.
    .action = Plug in one of the backup disks; the copy then begins by itself. If one is plugged in already, check its cable and power supply, and whether it is the right one.

fault-disk-unnamed = Say which disk more may be deleted on (plugged in: { $disks }).
    .meaning = Nothing has been copied and nothing deleted. The limit is lifted for one disk only, and none of these, or more than one, was refused because of it.
    .action = Repeat the call { -allow } with the disk's identifier behind it; the message about the refused copy names it.

fault-duplicate-disk = Two disks carry the same identifier “{ $disk }” ({ $devices }).
    .meaning = There is no telling which is the right one, so nothing was copied to either. Probably one disk was cloned onto the other.
    .action = Unplug one of the two disks, and plug the right one in anew. The administrator should give the other one a new identifier.

fault-disk-ignored = This computer has been told that nobody is to touch the disk “{ $disk }”.
    .meaning = Nothing is copied to it; nothing on it has been changed.
    .action = If the disk is to be used, ask the administrator to remove the rule (a udev rule with UDISKS_IGNORE).

fault-own-disk = { $repository ->
        [yes] The disk “{ $disk }” is the one that the backups to be copied lie on.
       *[other] The disk “{ $disk }” belongs to this computer itself: its own system lies on it.
    }
    .meaning = It is no backup disk, so nothing was copied to it; nothing on it has been changed.
    .action = Ask the administrator to replace its identifier in config.ini by that of a backup disk; “asbackup disks” shows those that are plugged in.

fault-changed-disk = The disk with the identifier “{ $disk }” { $same-size ->
        [no] has another size than before
       *[other] is in another device than before: its serial number or its partition is another one
    }.
    .meaning = { $same-size ->
        [yes] It may be the same disk in another enclosure or dock, or a copy of it. To be safe, nothing was copied to it; nothing on it has been changed.
        [no] No other enclosure changes the size, so it is a copy of the disk, or a new one in its place. To be safe, nothing was copied to it; nothing on it has been changed.
       *[other] It may be the same disk in another enclosure, or a copy of it. To be safe, nothing was copied to it; nothing on it has been changed.
    }
    .action = Check that it is the right disk. If it is, the administrator accepts it as it is now, and the copy begins: { -trust } { $disk }. If it is not, unplug it{ $plug ->
        [safe] {""}
       *[plugged] {" "}as soon as the status says that you may
    }.

fault-disk-unusable = { $likely ->
        [yes] What is plugged in at { $device } seems to be the disk “{ $disk }”
       *[other] The disk “{ $disk }” is plugged in ({ $device })
    }, but { $why ->
        [locked] it is encrypted and locked ({ $cause })
        [container] its identifier is the one of an encrypted container, not of the file system inside
        [ambiguous] it carries the marks of several file systems at once ({ $cause })
        [other-sectors] its contents can only be found in an enclosure that shows sectors of another size ({ $cause })
        [unreadable] its beginning cannot be read ({ $cause })
        [no-medium] it says that no disk is in it
       *[other] it cannot be used
    }.
    .meaning = { $why ->
        [locked] This program cannot unlock it by itself. Nothing has been copied; nothing on the disk has been changed.
        [no-medium] Either the enclosure is empty, or it does not recognise its disk. Nothing has been copied.
       *[other] Nothing has been copied; nothing on the disk has been changed.
    }
    .action = { $why ->
        [locked] { $likely ->
            [yes] Have the administrator unlock it (udisksctl unlock --block-device { $device }); the copy then begins by itself.
           *[other] Have the administrator unlock it (udisksctl unlock --block-device { $device }) and put the identifier of the file system inside into config.ini; “asbackup disks” then shows it. What is in config.ini now is the identifier of the encryption.
        }
        [container] Ask the administrator to put the identifier of the file system inside into config.ini instead: { $cause }.
        [ambiguous] Call the administrator: “wipefs { $device }” lists the marks, and the one that does not belong there can be erased with “wipefs --offset”. Until then use another disk.
        [other-sectors] Plug the disk in with the enclosure or cable that it was set up with. If that is not there any more, have the disk set up anew by the administrator; that erases what is on it.
        [unreadable] Unplug the disk, and plug it in once more, preferably with another cable and at another port. If that does not help, use another disk, and have the administrator look at this one (journalctl --dmesg, smartctl).
        [no-medium] If a disk is in it, check how it is seated, its cable and its power supply. If the enclosure is empty, put the disk in.
       *[other] Call the administrator.
    }

fault-disk-of-several = The disk “{ $disk }” is one of { $count } disks that hold one file system together ({ $file-system }; plugged in: { $devices }).
    .meaning = A backup disk must hold its file system alone. Nothing has been copied; nothing on the disk has been changed.
    .action = Use another disk. Do not format this one, and do not give it a new identifier, before the administrator knows what the disks hold together.

fault-unsupported-file-system = The disk “{ $disk }” is formatted in a way that is not supported (file system: { $file-system }).
    .meaning = Nothing can be copied to it; nothing on it has been changed.
    .action = Use another disk, or have this one formatted by the administrator (preferably ext4, xfs or btrfs). That erases what is on it.

fault-disk-service-failed = The computer's disk service does not answer or reports an error (UDisks2: { $cause }).
    .meaning = Without it no disk can be used; the copy was not made or was broken off.
    .action = Call the administrator (systemctl status udisks2). { stay-until-released }

## Step 2: wait for Veeam.

fault-veeam-busy = Veeam had still not finished after { $minutes ->
        [one] one minute
       *[other] { $minutes } minutes
    } of waiting (jobs: { $jobs }).
    .meaning = Nothing is copied while Veeam is writing. { -still-old }
    .action = See in Veeam whether the job is still running. If it is, start the copy again after it has ended, or plug the disk in anew. If none is running, a lock file has been left behind, which the administrator can remove. { stay-until-released }

fault-veeam-directory-unreadable = It could not be found out whether Veeam is writing: the directory { $path } cannot be read ({ $cause }).
    .meaning = So as not to copy while it is writing, no copy was made. { -still-old }
    .action = Ask the administrator to create the directory or to correct its permissions. Then plug the disk in anew.

fault-veeam-lock-failed = The Veeam job “{ $job }” got no lock, because its lock file cannot be created in { $path } ({ $cause }).
    .meaning = If Veeam begins the job all the same, it writes while a copy may read; that copy may be of no use then. What is on the disks is not affected.
    .action = Ask the administrator to check that { $path } is there, that there is free space, and that root may write to it. Then start the job again in Veeam.

fault-veeam-unlock-failed = The lock of the Veeam job “{ $job }” could not be given back, because its file cannot be deleted ({ $cause }).
    .meaning = As long as the file is there nothing is copied, and every disk that is plugged in waits.
    .action = Ask the administrator to delete the lock file by hand and to check the permissions of its directory.

fault-too-many-locks = No more locks are given to jobs of Veeam: { $most } are held already, or as many scripts are waiting for one.
    .meaning = This job has no lock. As long as locks are held, nothing is copied, so disks that are plugged in wait.
    .action = See in Veeam which jobs are running. The administrator can delete the files of jobs that are not running from { $path }, and should check why the scripts do not give their locks back.

## Step 3: mount.

fault-already-mounted = Somebody else is already using the disk on this computer (mounted at { $mount-point }).
    .meaning = So that nobody loses anything, nothing was copied. { -still-old }
    .action = { $plug ->
        [safe] Nobody uses it any more: start the copy again, or unplug the disk and plug it in anew.
       *[plugged] Do not unplug the disk now. Ask the administrator to unmount it (udisksctl unmount); then you can start the copy again.
    }

fault-old-mount-held = The disk “{ $disk }” was unplugged while a program was still using it, and the system keeps the old access open for that program ({ $found ->
        [no] which one could not be found out
       *[yes] { $holders }
    }).
    .meaning = As long as that is so, the system refuses to open the disk again. That says nothing against the disk. Nothing has been copied; nothing on the disk has been changed.
    .action = End the program named, or leave the directory in it, then start the copy again. If that is not possible, restart this computer.

fault-mount-failed = The disk ({ $device }) could not be opened (mounted): { $why ->
        [damaged] the system says that its file system is damaged or cannot be read
        [no-driver] the system has no driver for its file system
        [busy] something else is using it
        [not-permitted] the system does not permit it
        [no-answer] there was no answer in time
        [unknown] it is not known why
       *[other] the system refused it
    } ({ $cause }).
    .meaning = Nothing could be copied; nothing on the disk has been changed.
    .action = { $why ->
        [damaged] Unplug the disk{ when-released }and plug it in once more. If that does not help, take another disk, and have this one checked by the administrator (fsck).
        [no-driver] Ask the administrator to install support for this file system, or use a disk with another one.
        [busy] Ask the administrator what is using the disk (lsblk, lsof), then start the copy again. { stay-until-released }
        [not-permitted] Ask the administrator to check the settings of UDisks2 and polkit, then start the copy again. { stay-until-released }
       *[other] Unplug the disk{ when-released }and plug it in once more. If that does not help, ask the administrator: the system's own words are in its log (journalctl -k). A disk that was last used with Windows is to be ejected there.
    }

fault-write-protected = The disk ({ $device }) is write-protected.
    .meaning = Nothing can be copied to it; nothing on it has been changed.
    .action = Unplug the disk{ when-released }and turn its write protection off, usually a small slider on the case or cartridge. Then plug it in again. If it has no slider, ask the administrator to find out what protects it (hdparm -r, smartctl).

fault-mounted-read-only = The disk ({ $device }) can only be read at the moment: { $why ->
        [windows] Windows has not let go of it
        [marked] its file system is marked as read-only
        [settings] an entry in the settings of this computer says so
        [unknown] it is not known why
       *[other] it was mounted read-only
    }.
    .meaning = Nothing can be copied to it; nothing on it has been changed. { -still-old }
    .action = { $why ->
        [windows] Plug the disk into the Windows computer that had it last, start Windows there, and shut it down fully (hold Shift while you choose “Shut down”), or eject the disk there. Then plug it in here again.
        [marked] Ask the administrator to take the mark away (tune2fs -O ^read-only), if this disk is to be copied to. { stay-until-released }
        [settings] Ask the administrator to remove “ro” from this disk's entry in /etc/fstab or in /etc/udisks2/mount_options.conf. { stay-until-released }
       *[other] Unplug the disk{ when-released }and plug it in once more. If that does not help, ask the administrator: the system's own words are in its log (journalctl -k).
    }

fault-unsafe-mount = The disk was mounted without the protection it needs (missing at { $mount-point }: { $missing }).
    .meaning = So that nothing on the disk can harm the computer, nothing was copied. { -still-old }
    .action = Ask the administrator to look for an entry of this disk in /etc/fstab or in /etc/udisks2/mount_options.conf, and to remove it: only such an entry takes the protection away. { stay-until-released }

## Step 4: lock.

fault-lock-held = Another copy is already at work on this disk or in this directory (lock file { $path }, held by: { $holder }).
    .meaning = Two copies at once would disturb each other, so this one was not begun. Probably the program was started twice.
    .action = Wait until the other copy has finished, then start this one again. If there is no other, call the administrator. { stay-until-released }

lock-trouble = { $why ->
        [no-room] there is no room left
        [no-inodes] there is room for contents, but not for further files
        [quota] a quota is used up
        [metadata-full] the file system has no room for its own notes (btrfs metadata)
        [room-unusable] the system says that there is no room, though there is; it is not known why
        [directory-full] its directory takes no further names
        [mounted-read-only] what it lies on can only be read at the moment
        [read-only-subvolume] it lies in a snapshot or subvolume that may only be read
        [immutable] it, or its directory, is marked as unchangeable (chattr +i)
        [append-only] it, or its directory, is marked so that it may only grow (chattr +a)
        [in-use] it is being used
        [mount-point] something else is mounted there
        [link-in-the-way] a symbolic link is in the way
        [other-file-system] another file system begins on the way to it
        [name-too-long] its name is longer than the file system can hold
        [name-refused] the file system does not take its name
        [not-permitted] the system does not permit it; it is not known why
        [share-refuses] the server of the network share refuses it (an NFS server does so to root with root_squash)
        [share-read-only] the server of the network share lets it only be read
        [no-answer] what it lies on has not answered in time
        [input-output] reading or writing failed there
        [unknown] it is not known why
       *[other] the system refused it
    }

fault-lock-failed = The lock file { $path } could not be made { $place ->
        [disk] on the disk
        [source] in the source
       *[other] on this computer
    }: { lock-trouble } ({ $cause }).
    .meaning = Without it two copies could get in each other's way, so nothing was copied. { -still-old }
    .action = { $why ->
        [no-room] Ask the administrator to make room at this place. { stay-until-released }
        [no-inodes] Ask the administrator to remove files at this place. { stay-until-released }
        [quota] Ask the administrator to raise or remove the quota at this place. { stay-until-released }
        [metadata-full] Ask the administrator to make room for the notes (btrfs balance start -dusage=50). { stay-until-released }
        [mounted-read-only] Ask the administrator why it can only be read, and to make it writable again. { stay-until-released }
        [read-only-subvolume] Ask the administrator to make it writable (btrfs property set … ro false), or to have the lock file made elsewhere (config.ini). { stay-until-released }
        [immutable] Ask the administrator to take the mark away (chattr -i), then start the copy again. { stay-until-released }
        [append-only] Ask the administrator to take the mark away (chattr -a), then start the copy again. { stay-until-released }
        [name-too-long] Ask the administrator to give the lock file a shorter name in config.ini. { stay-until-released }
        [name-refused] Ask the administrator to give the lock file another name in config.ini. { stay-until-released }
        [share-refuses] Ask the administrator to have the server let root write there (no_root_squash in an NFS server's exports). { stay-until-released }
        [share-read-only] Ask the administrator to have the server let this computer write there (rw in an NFS server's exports), at least in that directory. { stay-until-released }
        [no-answer] Ask the administrator to look why it does not answer; if it lies on a network share, at the server and the network. { stay-until-released }
       *[other] Ask the administrator to check permissions and free space at this place. { stay-until-released }
    }

fault-lock-is-strange = { $path } is to be the lock file, but it is a file with a second name elsewhere, or no ordinary file.
    .meaning = Writing the lock would have overwritten something else, so nothing was copied. { -still-old }
    .action = Ask the administrator who put it there, and to move it away. { stay-until-released }

fault-still-copying = A copy from an earlier run is still at work (lock { $path }).
    .meaning = As long as it is running, no new copy begins.
    .action = { $plug ->
        [safe] It has ended by now: start the copy again, or unplug the disk and plug it in anew.
       *[plugged] Leave the disk plugged in, wait a few minutes, then start the copy again. If that does not help, call the administrator: an rsync is stuck.
    }

## Step 5: check.

fault-unsafe-path = { $link ->
        [yes] { $path } is not used: on the way to it lies { $component }, a link that belongs to { $user ->
            [everybody] anybody
           *[other] { $user }
        }.
        [no] { $path } is not used: on the way to it lies { $component }, which can be changed by { $user ->
            [everybody] anybody
           *[other] { $user }
        }.
       *[other] { $path } is not used: on the way to it lies { $component }, which { $user } can lead elsewhere.
    }
    .meaning = Somebody could put other data in its place, to be copied or to be deleted, so nothing was touched. { -still-old }
    .action = Ask the administrator to run “asbackup config check”, which names every such path, and to give { $component } to root so that nobody else can write to it (chown root, chmod go-w); a link has to be made by root. { stay-until-released }

fault-source-unavailable = The directory that is to be backed up cannot be reached: { $path } ({ $cause }).
    .meaning = There is no complete new copy. No file was deleted on the disk only because it could not be read in the repository.
    .action = Call the administrator: probably one of the computer's drives is not mounted, or “backup-source” in config.ini is wrong. { -comes-by-itself } { stay-until-released }

fault-share-unavailable = The directory that is to be backed up cannot be reached: { $path }, on the network share { $share } ({ $cause }).
    .meaning = There is no complete new copy. No file was deleted on the disk only because it could not be read in the repository.
    .action = Call the administrator, who should look at the server and the network, not at this computer's drives: whether the server runs, whether it lets root read there (no_root_squash for NFS), and whether the share has to be mounted anew (“stale”). { -comes-by-itself } { stay-until-released }

fault-source-empty = The directory that is to be backed up is empty: { $path }.
    .meaning = A copy of it would have deleted all backups on the disk, so nothing was changed. { -still-old }
    .action = Call the administrator before any other disk is plugged in: probably one of the computer's drives is not mounted. { -comes-by-itself } { stay-until-released }

fault-nothing-included = Nothing would be copied: the list of what is to be left out ({ $excludes }) leaves out everything in { $path }.
    .meaning = So that this does not pass for a backup, nothing was changed. { -still-old }
    .action = Ask the administrator to correct the list; one line such as * is enough to leave out everything. { stay-until-released }

fault-source-hidden = The backup service does not see the real data at { $path }.
    .meaning = A copy might have deleted the backups on the disk, so nothing was changed. { -still-old }
    .action = Ask the administrator to check the service's settings: a sandbox option such as ProtectHome= or PrivateTmp= hides the directory. { stay-until-released }

fault-source-contains-target = The target of the copy lies inside the directory that is to be backed up: { $path }.
    .meaning = The copy would copy itself and grow without end, so nothing was changed.
    .action = Ask the administrator to correct “backup-source” or “backup-destination” in config.ini. { stay-until-released }

fault-source-not-mounted = There is nothing mounted at the directory that is to be backed up: { $path }.
    .meaning = The real data is probably elsewhere at the moment. A copy would have deleted backups on the disk, so nothing was changed. { -still-old }
    .action = Ask the administrator to mount the drive at that place. If the directory is not meant to be a mount point, “source-must-be-mountpoint” in config.ini is to be false. { -comes-by-itself } { stay-until-released }

fault-source-without-sentinel = A file by which the directory that is to be backed up is recognised is missing: { $path }.
    .meaning = The directory is probably not the right one at the moment. A copy might have deleted backups on the disk, so nothing was changed. { -still-old }
    .action = Call the administrator before any other disk is plugged in: probably one of the computer's drives is not mounted. If the directory is the right one, the file can be made again; the setting is called “source-sentinel”. { -comes-by-itself } { stay-until-released }

fault-source-moved = The directory that is to be backed up, { $path }, lies on another file system than at the copies before (before: { $before }; now: { $now }).
    .meaning = Probably one of the computer's drives is not mounted. A copy might have deleted backups on the disk, so nothing was changed. { -still-old }
    .action = Call the administrator before any other disk is plugged in. If the data has moved on purpose, one call starts this copy and accepts the new place: { -allow } { $disk }. { stay-until-released }

fault-source-unreadable = Not everything that is to be backed up can be read ({ $cause }).
    .meaning = The copy is incomplete and does not count as a backup. No file was deleted on the disk only because it could not be read in the repository.
    .action = Call the administrator soon, who should look at the file named, its permissions, and the state of the drive it lies on (smartctl, journalctl -k). { stay-until-released }

fault-share-unreadable = Not everything that is to be backed up can be read from the network share { $share } ({ $cause }).
    .meaning = The copy is incomplete and does not count as a backup. No file was deleted on the disk only because it could not be read in the repository.
    .action = Call the administrator soon, who should look at the server, the network and the file named, not at this computer's drives. If it was removed or replaced on the server (“stale”), it is enough to start the copy again.

fault-source-forbidden = The system does not let the service read everything that is to be backed up: { $path } ({ $cause }).
    .meaning = The copy is incomplete and does not count as a backup. No file was deleted on the disk only because it could not be read in the repository.
    .action = Call the administrator soon, who should give root access to it: a share on the network may refuse root (root_squash on the NFS server), and so does a FUSE mount of a user's own. { stay-until-released }

fault-source-changed = A file became shorter while it was being copied: { $path } ({ $cause }).
    .meaning = { -half-done } No drive is to blame: something wrote to the file at that moment.
    .action = Start the copy again when nothing is being written there, or plug the disk in anew. If Veeam was at work, see to it that its job sets a lock. { stay-until-released }

fault-target-refused = The target directory { $path } on the disk cannot be used ({ $cause }).
    .meaning = So that nothing is written to a wrong place, nothing was copied. { -still-old }
    .action = Ask the administrator to check “backup-destination” in config.ini and the directory on the disk; symbolic links are not allowed there. { stay-until-released }

fault-target-covered = While the disk was being copied to, somebody mounted another file system on it, at “{ $path }”.
    .meaning = Part of the copy may lie in there instead of on the disk, and files that were in there may have been deleted. { -half-done }
    .action = Ask the administrator to look at what is in there and to unmount it. Then start the copy once more. { stay-until-released }

fault-no-space = There is not enough room on the disk: { SIZE($needed) } are needed, { SIZE($free) } are free, { SIZE($missing) } are missing.
    .meaning = This was found out before anything was copied. { -still-old }
    .action = { $reserved ->
        [0] Take a larger disk, or ask the administrator to make room. { stay-until-released }
       *[other] Ask the administrator to give free what the file system holds back for the system ({ SIZE($reserved) }; tune2fs -m 0), which is enough. { stay-until-released }
    }

fault-foreign-files = The disk holds { $files ->
        [one] a file that is
       *[other] { $files } files ({ SIZE($bytes) }) that are
    } not an older copy of your backups, for example: { $examples }. The first copy would delete { $files ->
        [one] it
       *[other] them
    }.
    .meaning = This would be the first copy to this place on the disk. So that nobody loses anything, nothing was copied and nothing deleted. { -still-old }
    .action = Look at what is on the disk. If it is still needed, move it elsewhere and plug the disk in again. If it may be deleted, the administrator allows that once, for this disk: { -allow } { $disk }. { stay-until-released }

fault-nothing-in-common = Of what is on the disk now, nothing would be left after this copy: { $files ->
        [one] one file
       *[other] { $files } files
    } ({ SIZE($bytes) }) would be deleted or empty, for example: { $examples }.
    .meaning = Perhaps other data lies in the place of your backups, or they have been deleted or encrypted. To be safe, nothing was copied and nothing deleted. { -still-old }
    .action = Call the administrator before any other disk is plugged in. If it is right that none of this is needed any more, one call allows it once, for this disk: { -allow } { $disk }. { stay-until-released }

fault-beginnings-lost = { $lost } of { $compared } changed files no longer begin as they do on the disk, for example: { $examples }.
    .meaning = This is what it looks like when files have been encrypted, emptied or overwritten. The copies on this disk may be the last good ones. To be safe, nothing was copied and nothing deleted. { -still-old }
    .action = Call the administrator at once, and plug in no other backup disk until it is clear what has happened to these files. If they are as they should be, one call allows this copy once, for this disk: { -allow } { $disk }. { stay-until-released }

fault-too-many-deletions = After this copy the disk would hold unusually many files less than now: { $files } of { $existing } would be gone or empty without new ones in their place, allowed are { $percent } % (for example: { $examples }).
    .meaning = Perhaps data is missing in the source. To be safe, nothing was copied and nothing deleted. { -still-old }
    .action = Call the administrator before any other disk is plugged in. If this is intended, one call allows it once, for this disk: { -allow } { $disk }. { stay-until-released }

fault-too-many-bytes-deleted = After this copy the disk would hold unusually much less than now: { SIZE($bytes) } of { SIZE($existing) } would be gone without anything new in its place, allowed are { $percent } % (for example: { $examples }).
    .meaning = Perhaps data is missing in the source. To be safe, nothing was copied and nothing deleted. { -still-old }
    .action = Call the administrator before any other disk is plugged in. If this is intended, one call allows it once, for this disk: { -allow } { $disk }. { stay-until-released }

fault-too-few-inodes = The disk has room for too few further files: { $needed } are to be made, { $free } are possible.
    .meaning = This was found out before anything was copied; that there is room for their contents does not help. { -still-old }
    .action = Ask the administrator to remove files from the disk, or to have it formatted for more files (mkfs with more inodes); that erases what is on it. { stay-until-released }

fault-lossy-file-system = The disk cannot hold everything that is to be backed up (file system { $file-system }: no owners and permissions, { $links } symbolic links, { $hard-links } hard links, { $specials } special files).
    .meaning = A copy would not be complete; the configuration says that it is not to be made then. { -still-old }
    .action = Take another disk, or have this one formatted by the administrator with ext4, xfs or btrfs. The setting is called “lossy-file-systems”. { stay-until-released }

fault-unstorable-files = { $count ->
        [one] One file
       *[other] { $count } files
    } cannot be stored on this disk (file system { $file-system }, for example: { $examples }).
    .meaning = Their names or sizes do not fit the way the disk is formatted; part of the backup would be missing, so nothing was changed. { -still-old }
    .action = Take another disk, or have this one formatted by the administrator with ext4, xfs or btrfs. { stay-until-released }

fault-clashing-names = The disk takes the names “{ $one }” and “{ $other }” for one (file system { $file-system }{ $count ->
        [one] {""}
       *[other] ; { $count } names are affected
    }).
    .meaning = Of two such files only one would be in the copy, so nothing was copied and nothing deleted. { -still-old }
    .action = Ask the administrator to rename one of the two in the source, or take a disk that is formatted with ext4, xfs or btrfs. { stay-until-released }

fault-spelling-failed = On the disk, “{ $path }” could not be given the spelling that it has in the source ({ $cause }).
    .meaning = The disk takes both spellings for one name, and a copy could lose the file. So nothing was copied and nothing deleted. { -still-old }
    .action = Start the copy once more. If it fails again, call the administrator. { stay-until-released }

fault-not-empty = On the disk, a directory that is not empty stands in the place of the file “{ $path }” ({ $cause }).
    .meaning = The file could not be copied, so nothing was copied and nothing deleted. { -still-old }
    .action = Ask the administrator to look at this directory on the disk and to delete it: it holds files that the list of excludes protects (“rsync-excludes-path” in config.ini). { stay-until-released }

fault-check-failed = It could not be found out before the copy what has to be copied: { $meaning } (rsync code { $code }: { $cause }).
    .meaning = Nothing was copied and nothing deleted. { -still-old }
    .action = Call the administrator; the rsync log says more. { stay-until-released }

## Step 6: copy.

fault-copy-failed = The copy failed: { $meaning } (rsync code { $code }: { $cause }).
    .meaning = { -half-done }
    .action = Start the copy once more; what has been copied is not copied again. If it fails again, call the administrator; the rsync log says more. { stay-until-released }

fault-disk-full = The disk became full while copying (still free: { SIZE($free) }; { $cause }).
    .meaning = { -half-done }
    .action = Take a larger disk, or ask the administrator to make room. { stay-until-released }

fault-out-of-inodes = The disk can hold no further files, though there is room for their contents ({ $cause }).
    .meaning = { -half-done }
    .action = Ask the administrator to remove files from the disk, or to have it formatted for more files (mkfs with more inodes); that erases what is on it. { stay-until-released }

fault-copy-incomplete = { $count ->
        [one] One file is
       *[other] { $count } files are
    } not on the disk as in the source, although everything has been copied (for example: { $examples }).
    .meaning = { $folds ->
        [yes] Perhaps the disk takes different names for one, or somebody has renamed or deleted something on it during the copy.
       *[other] Perhaps somebody has renamed or deleted something on the disk during the copy.
    } { -half-done }
    .action = { $folds ->
        [yes] Start the copy once more. If it fails again, ask the administrator to rename what is named here, or take a disk that is formatted with ext4, xfs or btrfs. { stay-until-released }
       *[other] Start the copy once more. If it fails again, call the administrator. { stay-until-released }
    }

fault-not-stored = The copy failed at “{ $path }”: { $why ->
        [read-only-subvolume] on the disk this is a snapshot or subvolume that may only be read
        [mounted-read-only] somebody has switched the disk to read-only in the meantime
        [immutable] on the disk it is marked as unchangeable (chattr +i)
        [append-only] on the disk it is marked so that it may only grow (chattr +a)
        [swap-file] the computer uses this file on the disk as swap space
        [mount-point] something else is mounted there
        [in-use] on the disk it is being used
        [attribute-too-large] it has more extended attributes or permissions than this kind of disk can hold for one file, though there is room on it
        [attributes-unsupported] this kind of disk cannot hold its extended attributes or permissions
        [directory-full] its directory on the disk takes no further names, though there is room on the disk
        [quota] a quota on the disk is used up
        [metadata-full] the disk has no room for its own notes (btrfs metadata), though there is room for contents
        [room-unusable] the system says that there is no room on the disk, though there is; it is not known why
        [name-too-long] its name, or what it leads to, is longer than this kind of disk can hold
        [name-refused] this kind of disk does not take its name
        [file-too-large] it is larger than a file on this kind of disk can be
        [too-many-links] it has more names (hard links) than a file on this kind of disk can have
        [links-apart] it is one file with several names (hard links), and on the disk these lie in different subvolumes or quota projects, which cannot share a file
        [link-in-the-way] a symbolic link on the disk is in the way
        [not-empty] a directory in its place on the disk is not empty
        [other-file-system] on the disk another file system begins on the way to it
        [not-permitted] the system does not permit it; it is not known why
        [no-answer] the disk has not answered in time
        [input-output] reading or writing failed, and no error of the disk has been noted down
        [unknown] it is not known why
       *[other] it could not be stored on the disk
    } ({ $cause }).
    .meaning = { -half-done }
    .action = { $why ->
        [read-only-subvolume] Ask the administrator to move the snapshot out of the target directory, or to make it writable (btrfs property set … ro false). { stay-until-released }
        [mounted-read-only] Ask the administrator who did that. Then unplug the disk{ when-released }and plug it in again.
        [immutable] Ask the administrator to take the mark away (chattr -i), then start the copy again. { stay-until-released }
        [append-only] Ask the administrator to take the mark away (chattr -a), then start the copy again. { stay-until-released }
        [swap-file] Ask the administrator to end that (swapoff) and to keep swap files off the backup disks. { stay-until-released }
        [attribute-too-large] Ask the administrator to shorten the file's attributes (getfattr, getfacl), or to use xfs for this disk. { stay-until-released }
        [attributes-unsupported] Ask the administrator to remove the file's attributes (getfattr, getfacl), or to format the disk with ext4, xfs or btrfs; that erases what is on it. { stay-until-released }
        [directory-full] Ask the administrator to switch the feature on that allows more (tune2fs -O large_dir, or dir_nlink for many directories), or to spread the files over several directories. { stay-until-released }
        [quota] Ask the administrator to raise or remove the quota on the disk. { stay-until-released }
        [metadata-full] Ask the administrator to make room for the notes (btrfs balance start -dusage=50). { stay-until-released }
        [name-too-long] Ask the administrator to shorten the name, or to use another file system for this disk. { stay-until-released }
        [name-refused] Ask the administrator to rename the file, or to format the disk with ext4, xfs or btrfs; that erases what is on it. { stay-until-released }
        [file-too-large] Ask the administrator to use another file system for this disk, such as xfs; that erases what is on it. { stay-until-released }
        [mount-point] Ask the administrator to unmount what is mounted there (findmnt), then start the copy again. { stay-until-released }
        [links-apart] Ask the administrator to have these names in one subvolume or project on the disk. { stay-until-released }
        [link-in-the-way] Ask the administrator how the link came there, and to delete it; then start the copy again. { stay-until-released }
        [not-empty] Ask the administrator to look at this directory on the disk and to delete it: it holds files that the list of excludes protects, or that somebody put there. { stay-until-released }
        [too-many-links] Ask the administrator to use xfs for this disk; that erases what is on it. { stay-until-released }
        [input-output] Unplug the disk{ when-released }and plug it in again; the copy begins by itself. If that happens again, ask the administrator to look at the disk, its cable and the system's log (smartctl, journalctl -k).
       *[other] Start the copy again; what has been copied already is not repeated. If it fails again, ask the administrator to look at that place on the disk and at the system's log (journalctl -k). { stay-until-released }
    }

fault-not-written = It is not certain that all data has reached the disk; it is not known why ({ $cause }).
    .meaning = Parts of the copy may be missing even if it looks complete. It does not count as a backup.
    .action = Unplug the disk{ when-released }and plug it in again; the copy begins by itself and compares what is in doubt. If it happens again, call the administrator (journalctl -k).

fault-write-failed = The disk did not take all data ({ $cause }).
    .meaning = Parts of the copy may be missing or damaged even if it looks complete. It does not count as a backup.
    .action = Take another disk. This one is probably broken; have it checked by the administrator. { stay-until-released }

fault-disk-failing = The disk answers with errors ({ $cause }).
    .meaning = { -half-done } What was on the disk before may be damaged, too.
    .action = Take another disk. This one is probably broken; have it checked by the administrator. { stay-until-released }

fault-file-system-damaged = The disk's file system is damaged ({ $cause }).
    .meaning = { -half-done } What was on the disk before may be damaged, too.
    .action = Take another disk. Have this one checked and mended by the administrator before it is used again (fsck). { stay-until-released }

fault-turned-read-only = The disk's file system is damaged; the computer has stopped writing to it ({ $cause }).
    .meaning = { -half-done } What was on the disk before may be damaged, too.
    .action = Take another disk. Have this one checked and mended by the administrator before it is used again (fsck). { stay-until-released }

## Steps 7 to 9: unlock, free space, unmount.

fault-unlock-failed = The lock file { $path } could not be deleted { $place ->
        [disk] on the disk
        [source] in the source
       *[other] on this computer
    }: { lock-trouble } ({ $cause }).
    .meaning = The run counts as aborted, since what was done cannot be undone whole; the next one finds the file and goes on.
    .action = { $why ->
        [mounted-read-only] Ask the administrator why it can only be read, to make it writable again, and to delete the file. { stay-until-released }
        [immutable] Ask the administrator to take the mark away (chattr -i), and to delete the file. { stay-until-released }
        [append-only] Ask the administrator to take the mark away (chattr -a), and to delete the file. { stay-until-released }
        [no-answer] Ask the administrator to look why it does not answer (if it lies on a network share, at the server and the network), and to delete the file then. { stay-until-released }
       *[other] Ask the administrator why the file cannot be deleted (permissions, chattr, a file system that is read-only), and to delete it. { stay-until-released }
    }

fault-unmount-failed = The disk could not be unmounted (at { $mount-point }; still in use by: { $holders }; cause: { $cause }).
    .meaning = { $plug ->
        [safe] { $synced ->
            [yes] All data is written to the disk. Nobody uses it any more.
           *[no] It is not certain that all data is on the disk. Nobody uses it any more.
        }
       *[plugged] { $synced ->
            [yes] All data is written to the disk, but it is still in use. If it is unplugged now, what is on it may be damaged.
            [no] It is not certain that all data is on the disk. If it is unplugged now, the copy may become useless.
           *[other] The disk is still in use. If it is unplugged now, what is on it may be damaged.
        }
    }
    .action = { $plug ->
        [safe] Start the copy again, or unplug the disk and plug it in anew: then it is checked whether anything is missing.
       *[plugged] Please do not unplug it! Call the administrator: end the program named, then unmount the disk (udisksctl unmount).
    }

fault-not-released = The disk ({ $device }) is unmounted, but something still holds on to it ({ $cause }).
    .meaning = { $plug ->
        [safe] Nothing holds on to it any more.
       *[plugged] It is not proven that it can be unplugged without harm.
    }
    .action = { $plug ->
        [safe] You need not do anything. If this happens often, call the administrator, who can find out with lsblk, lsof and “findmnt --types overlay” what is using the device.
       *[plugged] Please do not unplug it! Call the administrator, who can find out with lsblk, lsof and “findmnt --types overlay” what is using the device.
    }

fault-not-flushed = The disk ({ $device }) is unmounted, but does not confirm that everything has been written to it ({ $cause }).
    .meaning = Parts of the copy may be missing. It does not count as a backup.
    .action = Unplug the disk, even if the status display does not allow it: nothing more can be written to it. Then plug it in again; the copy begins by itself. If it happens again, have the disk, its cable and its enclosure checked by the administrator.

## At any moment.

fault-disk-removed = The disk was unplugged too early.
    .meaning = { -half-done }
    .action = Plug it in again; the copy begins by itself and adds what is missing. { -wait-for-release }

fault-disk-silent = The disk does not answer any more.
    .meaning = The copy was not made or is incomplete; it does not count as a backup.
    .action = Unplug the disk, even if the status display does not allow it: nothing else helps here. Then plug it in again; the copy begins by itself. If it happens again, take another cable or another disk.

fault-service-stopped = The backup service was stopped during the copy, for example because the computer is shutting down.
    .meaning = { -half-done }
    .action = { $plug ->
        [safe] Unplug the disk and plug it in again; the copy then goes on.
        [gone] Plug the disk in again; the copy then goes on.
       *[plugged] Leave the disk plugged in; the copy goes on as soon as the service is running again. { -wait-for-release }
    }

fault-interrupted = The copy was interrupted unexpectedly, for example by a power failure or a crash.
    .meaning = { -half-done }
    .action = { $plug ->
        [safe] Unplug the disk and plug it in again; the copy then goes on. If it happens again, call the administrator.
        [gone] Plug the disk in again; the copy then goes on. If it happens again, call the administrator.
       *[plugged] Leave the disk plugged in, or plug it in again; the copy goes on. If it happens again, call the administrator. { -wait-for-release }
    }

fault-internal = An unexpected error occurred in the backup service ({ $cause }).
    .meaning = The copy was not made or is incomplete; it does not count as a backup.
    .action = Call the administrator; the journal says more (journalctl -u asbackupd). { stay-until-released }

## What rsync's exit codes mean: a clause that follows a colon.

rsync-exit-1 = the copy program was called in a wrong way
rsync-exit-2 = the versions of the copy programs involved do not fit together
rsync-exit-3 = source or target could not be opened
rsync-exit-4 = the copy program lacks a function that was asked for
rsync-exit-5 = the copy program could not begin properly
rsync-exit-10 = the connection between the parts of the copy program is disturbed
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
rsync-exit-23 = some of the files could not be copied
rsync-exit-24 = some files vanished from the source before they were copied
rsync-exit-25 = more files would have been deleted than announced; the others were kept
rsync-exit-30 = no data was transferred for too long
rsync-exit-35 = the other side of the copy program did not answer for too long
rsync-exit-signal = the copy program was killed by the system with signal { $signal }
rsync-exit-other = the copy program ended with the unknown code { $code }
