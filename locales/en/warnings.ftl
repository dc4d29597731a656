### What went wrong without making the copy fail.
### Value: what happened · .meaning: what it means for the backup · .action: what to do now.

warning-stale-lock = A lock file from an earlier run was still there: { $path } (of: { $holder }).
    .meaning = The previous run did not end properly; this copy now completes it.
    .action = No action is needed. If this happens often, the disk is probably unplugged too early.

warning-empty-lock = An empty lock file was still there: { $path }.
    .meaning = The previous run probably did not end properly; this copy now completes it.
    .action = No action is needed. If this happens often, the disk is probably unplugged too early.

warning-lost-files = { $count ->
        [one] One file that the previous run copied
       *[other] { $count } files that the previous run copied
    } had not reached the disk intact: { $examples }.
    .meaning = The previous run was interrupted while data was still on its way to the disk. What is missing is now copied again.
    .action = No action is needed. If this happens often, the disk is probably unplugged too early, or it is failing.

warning-snapshot-failed = No snapshot of the backup repository could be made: { $cause }.
    .meaning = The copy is made all the same, but Veeam has to wait until it is over.
    .action = Ask the administrator to remedy the cause.

warning-snapshot-not-proven = Each time a snapshot was made, something wrote to the backup repository ({ $examples }), so there is none.
    .meaning = The copy is made all the same, but Veeam has to wait until it is over, and what is written meanwhile may be incomplete on the disk.
    .action = Ask the administrator to find out which program writes to the repository without a lock.

warning-lock-vanished = The lock file was already gone when it was to be deleted: { $path }.
    .meaning = Someone else deleted it during the copy; perhaps the repository was changed meanwhile.
    .action = Ask the administrator to find out which program or person deleted the file.

warning-empty-veeam-lock = A Veeam lock file is empty: { $path }.
    .meaning = It counts anyway: while it exists, nothing is copied.
    .action = If no job is running in Veeam any more, the administrator can delete the file.

warning-veeam-gave-up = The Veeam job “{ $job }” waited { $minutes ->
        [0] less than a minute
        [one] one minute
       *[other] { $minutes } minutes
    } for the copy to end, and no longer waits.
    .meaning = The job has no lock. If Veeam starts it anyway, it writes while the copy reads, and the copy may be unusable.
    .action = Check in Veeam how the job ended, and start it again after the copy. If this happens often, plug the disks in at times when Veeam is not working.

warning-veeam-during-copy = The Veeam job “{ $job }” started during the copy.
    .meaning = What Veeam wrote meanwhile may be only partly on the disk; earlier backups are not affected.
    .action = Start the copy again when the job has ended. The administrator should let the job ask first (veeam-lock in its pre-job script).

warning-veeam-names-alike = The Veeam job “{ $job }” asks for a lock while “{ $other }” holds one or is waiting for one.
    .meaning = The names differ only in case, in a space or dot at the end, or in how an umlaut is stored. They count as two jobs here, and each must be unlocked separately.
    .action = If they are one job, its two scripts must spell the name the same way. If they are two, give one of them another name.

warning-veeam-name-twice = Two scripts are waiting at the same time for the lock of the Veeam job “{ $job }”.
    .meaning = They share one lock. As soon as the first script releases it, the other one has none, and a copy may start while it writes.
    .action = Give each job a name of its own in its scripts (veeam-lock and veeam-unlock), or let the scripts also pass the session (--session).

warning-veeam-unlock-misspelt = The Veeam job “{ $job }” was to be unlocked but has no lock; “{ $held }” has one.
    .meaning = The names differ only in case, in a space or dot at the end, or in how an umlaut is stored. The lock of “{ $held }” stays, and nothing is copied while it exists.
    .action = The administrator should spell the name the same way in both of the job's scripts, and release the remaining lock: sudo veeam-unlock "{ $held }".

warning-veeam-unlocked-for-all = One unlock released the lock of the Veeam job “{ $job }”, after { $times } requests for it.
    .meaning = If one job asked again (after an error, or because an unlock was missed), all is well. If two jobs use this name, the other one may still be writing, and a copy may start meanwhile.
    .action = If two jobs use this name, give each a name of its own in its scripts, or let the scripts also pass the session (--session).

warning-veeam-lock-unknown = Veeam does not know the session that the lock of the job “{ $job }” stands for.
    .meaning = The lock stays, and nothing is copied while it exists.
    .action = Check in Veeam whether the job is running. If it isn't, the administrator releases the lock: veeam-unlock "{ $job }". The lock should have exactly the name that the job has in Veeam, or contain the ID of its session.

warning-veeam-lock-old = The lock of the Veeam job “{ $job }” has been held for { $hours ->
        [one] one hour
       *[other] { $hours } hours
    }.
    .meaning = Nothing is copied while it is held. Either the job takes very long, or its lock was left behind.
    .action = Check in Veeam whether the job is running. If it isn't, the administrator releases the lock: veeam-unlock "{ $job }".

warning-veeam-unreachable = The service could not ask Veeam what it is doing ({ $server }: { $cause }).
    .meaning = Copies rely on the lock files alone: a job without a lock is not noticed, and a lock that was left behind stays.
    .action = The administrator should check whether the Veeam server is running, and whether “api-url” in config.ini is correct.

warning-veeam-untrusted = The Veeam server cannot prove its identity ({ $server }: { $cause }).
    .meaning = Nothing was sent to it. Copies rely on the lock files alone: a job without a lock is not noticed, and a lock that was left behind stays.
    .action = The administrator should check the server's certificate, and enter the right one in “api-ca-file” in config.ini.

warning-veeam-login-refused = Veeam refused the service's login ({ $server }: { $cause }).
    .meaning = Copies rely on the lock files alone: a job without a lock is not noticed, and a lock that was left behind stays.
    .action = The administrator should check “api-user” and “api-password” in config.ini and the user's role in Veeam (Backup Viewer). The next attempt is in an hour.

warning-polkit-silent = A call ({ $action }) was refused because polkit, which decides who is authorised, does not answer: { $cause }.
    .meaning = Until it answers, only the administrator (root) can start or cancel a copy, and Veeam's jobs get no locks. Disks that are plugged in are still copied to.
    .action = The administrator should check polkit (systemctl status polkit).

warning-too-many-calls = Calls of user { $user } are refused: the service accepts no more than { $most } of them at a time.
    .meaning = A program of this user calls the service over and over, or does not answer password prompts. Copies, Veeam and other users are not affected.
    .action = The administrator can find that program (loginctl user-status { $user }).

warning-low-space = The disk is getting full: { SIZE($free) } are free, and the warning threshold is { SIZE($threshold) }.
    .meaning = This copy still fitted; one of the next may fail for lack of space.
    .action = Get a larger disk soon, or ask the administrator to free space.

warning-vanished-files = Some files vanished from the repository during the copy (for example: { $examples }).
    .meaning = All other files were copied; those that vanished no longer existed at the end. Probably another program was cleaning up.
    .action = No action is needed. If this happens often, the administrator should check whether Veeam writes during the copy.

warning-not-deleted = { $count ->
        [one] One directory that is gone from the repository is
       *[other] { $count } directories that are gone from the repository are
    } still on the disk (for example: { $examples }).
    .meaning = Everything in the repository is on the disk. The disk holds more than that, because these directories are not empty: the list of excludes protects files in them, or someone put files there during the copy.
    .action = Ask the administrator to check these directories, and to delete them if nobody needs them. “rsync-excludes-path” in config.ini names the list.

warning-own-names = { $count ->
        [one] One file was not copied, because it has a name that this service reserves for itself
       *[other] { $count } files were not copied, because they have names that this service reserves for itself
    } (for example: { $examples }).
    .meaning = Everything else is on the disk. Directories called .asbackup-partial and .asbackup-names and a copy's lock file are always left out, wherever they come from.
    .action = If you need what is named here, ask the administrator to rename it. If an old copy left it behind, it may be deleted.

warning-lossy-file-system = This disk cannot hold everything (file system { $file-system }).
    .meaning = The contents of the files are copied completely, but without owners and permissions. References to other files ({ $links } symbolic links) and special files ({ $specials }) are missing; files with several names ({ $hard-links } hard links) are stored several times.
    .action = For an exact copy, ask the administrator to format the disk with ext4, xfs or btrfs.

warning-unheld-times = { $count ->
        [one] One file has
       *[other] { $count } files have
    } a time that this disk cannot store: { $examples }.
    .meaning = The contents on the disk match the repository byte for byte; only the times of these files are not kept there.
    .action = No action is needed. If the times matter, ask the administrator for a disk that is formatted with ext4, xfs or btrfs.

warning-old-rsync = The copy program rsync is out of date (version { $version }).
    .meaning = The copy is made anyway. This version has known security holes, which a disk that was tampered with could exploit.
    .action = Ask the administrator to update rsync to version 3.5.0 or newer.

warning-unconfined = The copy program rsync could not be confined to the repository and the target ({ $cause }).
    .meaning = The copy is made anyway. The owner of the files in the repository could make rsync read other files on this computer.
    .action = Ask the administrator to start a kernel with Landlock (5.19 or newer, “landlock” in /sys/kernel/security/lsm), and to check whether a setting of the service forbids the system calls landlock_*. This warning appears once until the service is restarted.

warning-stalled = The copy has made no progress for { $minutes ->
        [one] one minute
       *[other] { $minutes } minutes
    }.
    .meaning = That alone is not an error yet: either the disk is slow, or the repository is, for example when the server of a network share does not answer.
    .action = { $plug ->
        [safe] If this happens often, call the administrator.
        [gone] If this happens often, call the administrator.
       *[plugged] Leave the disk plugged in. If nothing moves within the next hour, call the administrator.
    }

warning-leftover-mount = The disk was still mounted from an earlier run (at { $mount-point }).
    .meaning = The earlier run did not end properly; this copy now completes it.
    .action = No action is needed. If this happens often, call the administrator.

warning-deleted-first = To make space for the new copy, files that are gone from the repository are deleted first ({ SIZE($freed) }).
    .meaning = Until the copy has finished, the old state on the disk is no longer complete and the new one not yet.
    .action = { $plug ->
        [safe] Get a larger disk soon.
        [gone] Get a larger disk soon.
       *[plugged] Leave the disk plugged in until the copy has finished, and get a larger one soon.
    }

warning-changed-disk = The disk with the identifier “{ $disk }” is in a different device than before: its serial number or its partition has changed.
    .meaning = It is copied to anyway, because its size is the same. It may be the same disk in another enclosure or dock, or a copy of it.
    .action = Check that it is the right disk. If it is, the administrator accepts it as it is now, and this warning ends: asbackup disks trust { $disk }.

warning-file-system-errors = The disk's file system has found errors in itself ({ $cause }).
    .meaning = The copy is made anyway, but do not rely on the disk.
    .action = Ask the administrator to check the disk before it is used again (fsck).

warning-still-open = After the disk was unmounted, what holds its file system { $plug ->
        [safe] was
       *[plugged] is
    } still open ({ $devices }).
    .meaning = Everything has been written to the disk. { $plug ->
        [safe] It has been closed by now.
       *[plugged] The disk must not be unplugged yet: what is open would stay behind, and could not be opened again the next time.
    }
    .action = { $plug ->
        [safe] No action is needed.
       *[plugged] Ask the administrator to close it (for example with “cryptsetup close”, “vgchange --activate n”, “mdadm --stop” or “losetup --detach”). Once that has succeeded, the disk is safe to remove.
    }

warning-power-off-failed = The disk could not be powered off after the copy ({ $cause }).
    .meaning = The copy is complete, and the disk is safe to remove anyway.
    .action = No action is needed. If this happens often, the administrator can set “power-off-after-copy” in config.ini to false.

warning-memory-lost = What earlier copies recorded about disks and repository cannot be read or written ({ $path }: { $cause }).
    .meaning = A swapped disk or a moved repository may go unnoticed this time.
    .action = Ask the administrator to check the file and the free space there.

warning-log-unwritable = The text log { $path } cannot be written ({ $cause }).
    .meaning = This does not affect the copy; its progress is recorded only in the system journal.
    .action = Ask the administrator to check free space, path and permissions of the log (“log-file-path” and “rsync-log-file-path” in config.ini).

warning-mail-without-server = Mails have recipients but no mail server, so no mail is sent.
    .meaning = The copies are not affected; the status, the page and the log say how they end.
    .action = If you want mails, enter “server” in the section [Mail] of config.ini (asbackup setup asks for it); otherwise remove the recipients.

warning-mail-delayed = Mails can't be sent at the moment (mail server { $server }: { $cause }).
    .meaning = The copies are not affected. The mails wait and are retried until they are sent; none is lost.
    .action = If this lasts, the administrator should check the mail server and the section [Mail] in config.ini.

warning-mail-server-untrusted = The certificate of the mail server { $server } is not trusted, so no mail was sent ({ $cause }).
    .meaning = Someone may be impersonating the mail server, or its certificate is wrong. The copies are not affected; the mails wait.
    .action = Ask the administrator to check the name in “server” and the certificate; a certificate of your own goes into “ca-file-path” in config.ini.

warning-mail-not-encrypted = The mail server { $server } does not offer encryption, so no mail was sent.
    .meaning = Mails and the password would be readable in transit. The copies are not affected; the mails wait.
    .action = Ask the administrator to check “port” and “encryption” in the section [Mail] of config.ini.

warning-mail-login-refused = The mail server { $server } refused the login ({ $cause }).
    .meaning = The copies are not affected. The mails wait and are retried until they are sent; none is lost.
    .action = Ask the administrator to check “username” and “password” in the section [Mail] of config.ini.

warning-mail-no-mechanism = The mail server { $server } offers no login method that the service supports, so no mail was sent (offered: { $offered }; supported: PLAIN, LOGIN).
    .meaning = The copies are not affected. The mails wait and are retried until they are sent; none is lost.
    .action = Ask the administrator to allow PLAIN or LOGIN on the mail server, or to use another of its ports (often 465 or 587). For a server without login, “username” in the section [Mail] of config.ini must be empty.

warning-mail-hello-refused = The mail server { $server } does not accept the name with which this computer introduces itself, “{ $name }” ({ $cause }).
    .meaning = The copies are not affected. The mails wait and are retried until they are sent; none is lost.
    .action = Ask the administrator to enter this computer's full name, for example nas.example.com, as “helo-name” in the section [Mail] of config.ini.

warning-mail-without-logs = The mail server did not accept the mail “{ $subject }” with its attachments ({ $cause }), so it was sent without them.
    .meaning = Its recipients know what happened, but do not have the logs. The copy is not affected.
    .action = The logs are still on this computer. If this happens often, the administrator can lower “attachment-limit-kb” in config.ini, or let the mail server accept such attachments.

warning-helper-missing = The part of the backup service that talks to other computers can't be reached ({ $unit }: { $cause }).
    .meaning = The copies are not affected. Until it can be reached, no mails are sent (they wait; none is lost), and Veeam is not asked.
    .action = The administrator should start it: systemctl enable --now { $unit }. If systemd does not know it, the service is not installed completely.

warning-mail-recipient-refused = The mail server refused the recipient { $recipient } of the mail “{ $subject }” ({ $cause }).
    .meaning = The other recipients get the mail, this one does not. The copy is not affected.
    .action = Ask the administrator to check the address in config.ini.

warning-mail-failed = The mail “{ $subject }” could not be delivered and was given up ({ $cause }).
    .meaning = Its recipients do not know what it says. The copy is not affected.
    .action = The administrator finds the mail in /var/lib/asbackup/outbox/failed and should check the section [Mail] in config.ini.

warning-mail-unwritable = A mail could not be stored in the outbox { $path } ({ $cause }).
    .meaning = It is created again the next time the service starts. The copy is not affected.
    .action = Ask the administrator to free space on the system disk and to check the permissions of that directory.

warning-outbox-full = Unsent mails take up { SIZE($bytes) } (the limit is { SIZE($limit) }), so further mails come without their logs.
    .meaning = The copies are not affected, and the logs are still on this computer.
    .action = Ask the administrator to check the mail server and the section [Mail] in config.ini.

warning-damaged-history = In the list of past runs ({ $path }) { $lines ->
        [one] one line
       *[other] { $lines } lines
    } cannot be read.
    .meaning = These entries are skipped; nothing is missing on the disks because of this. The usual cause is a power failure.
    .action = No action is needed.
