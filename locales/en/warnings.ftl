### What was not as it should be, though the copy did not fail for it.
### Value: what happened · .meaning: what it means for the backup · .action: what to do now.

warning-stale-lock = A lock file from an earlier run was still there: { $path } (of: { $holder }).
    .meaning = The run before did not end properly; the copy is now being made up for and completed.
    .action = You need not do anything. If this happens often, the disk is probably unplugged too early.

warning-empty-lock = An empty lock file was still there: { $path }.
    .meaning = Probably the run before did not end properly; the copy is now being made up for and completed.
    .action = You need not do anything. If this happens often, the disk is probably unplugged too early.

warning-lost-files = { $count ->
        [one] One file that the run before had copied
       *[other] { $count } files that the run before had copied
    } had not reached the disk unharmed: { $examples }.
    .meaning = The run before was cut off while data was still on its way to the disk. What is missing is copied again now.
    .action = You need not do anything. If this happens often, the disk is probably unplugged too early, or it is failing.

warning-lock-vanished = The lock file had already gone when it was to be deleted: { $path }.
    .meaning = Somebody else deleted it during the copy; perhaps the source was changed meanwhile.
    .action = Ask the administrator to find out which program or who deleted the file.

warning-empty-veeam-lock = A lock file of Veeam is empty: { $path }.
    .meaning = It counts all the same: as long as it is there, nothing is copied.
    .action = If no job is running in Veeam any more, the administrator can delete the file.

warning-veeam-gave-up = The Veeam job “{ $job }” has waited for { $minutes ->
        [0] less than a minute
        [one] one minute
       *[other] { $minutes } minutes
    } for the end of the copy, and waits no longer.
    .meaning = The job has no lock. If Veeam begins it all the same, it writes while the copy reads, and the copy may be of no use.
    .action = See in Veeam how the job has ended, and start it again after the copy. If this happens often, plug the disks in at times when Veeam does not work.

warning-veeam-during-copy = The Veeam job “{ $job }” has begun in the middle of the copy.
    .meaning = What Veeam has written meanwhile may be on the disk in parts only; backups from before are not affected.
    .action = Start the copy again when the job has ended. The administrator should let the job ask first (veeam-lock in its script before the job).

warning-veeam-names-alike = The Veeam job “{ $job }” asks for a lock while “{ $other }” has one or waits for one.
    .meaning = The names differ only in upper and lower case, in a blank or dot at the end, or in how an umlaut is stored. They count as two jobs here, and each needs an unlock of its own.
    .action = If they are one job, its two scripts must spell the name the same way. If they are two, give one of them another name.

warning-veeam-name-twice = Two scripts are waiting at the same time for the lock of the Veeam job “{ $job }”.
    .meaning = They get one lock together. As soon as the first of them gives it back, the other one has none, and a copy may begin while it writes.
    .action = Give each job a name of its own in its scripts (veeam-lock and veeam-unlock), or let the scripts name the session too (--session).

warning-veeam-unlock-misspelt = The Veeam job “{ $job }” was to be unlocked and has no lock; “{ $held }” has one.
    .meaning = The names differ only in upper and lower case, in a blank or dot at the end, or in how an umlaut is stored. The lock of “{ $held }” stays, and as long as it does nothing is copied.
    .action = The administrator should write the name the same way in both of the job's scripts, and lift the lock that is left: sudo veeam-unlock "{ $held }".

warning-veeam-unlocked-for-all = The lock of the Veeam job “{ $job }” is lifted with one unlock, after { $times } requests for it.
    .meaning = If one job has asked again (after an error, or since an unlock was missed), all is well. If two jobs use this name, the other one may still be writing, and a copy may begin meanwhile.
    .action = If two jobs use this name, give each a name of its own in its scripts, or let the scripts name the session too (--session).

warning-veeam-lock-unknown = Veeam knows nothing of the session that the lock of the job “{ $job }” stands for.
    .meaning = The lock stays, and nothing is copied as long as it is there.
    .action = See in Veeam whether the job is running. If it isn't, the administrator lifts the lock: veeam-unlock "{ $job }". The lock should be named exactly as the job is in Veeam, or carry the number of its session.

warning-veeam-lock-old = The lock of the Veeam job “{ $job }” has been there for { $hours ->
        [one] one hour
       *[other] { $hours } hours
    }.
    .meaning = Nothing is copied as long as it is there. Either the job takes very long, or its lock was left behind.
    .action = See in Veeam whether the job is running. If it isn't, the administrator lifts the lock: veeam-unlock "{ $job }".

warning-veeam-unreachable = Veeam could not be asked what it is doing ({ $server }: { $cause }).
    .meaning = Copies go by the lock files alone: a job that has none is not noticed, and a lock that was left behind stays.
    .action = The administrator should look whether the Veeam server is running, and whether “api-url” in config.ini is right.

warning-veeam-untrusted = The Veeam server cannot prove that it is the right one ({ $server }: { $cause }).
    .meaning = Nothing was said to it. Copies go by the lock files alone: a job that has none is not noticed, and a lock that was left behind stays.
    .action = The administrator should check the server's certificate, and put the right one into “api-ca-file” in config.ini.

warning-veeam-login-refused = Veeam does not let the service in ({ $server }: { $cause }).
    .meaning = Copies go by the lock files alone: a job that has none is not noticed, and a lock that was left behind stays.
    .action = The administrator should check “api-user” and “api-password” in config.ini and the user's role in Veeam (Backup Viewer). The next try is made in an hour.

warning-polkit-silent = A call ({ $action }) was refused because polkit, which knows who may do what, gives no answer: { $cause }.
    .meaning = Until it answers, nobody but the administrator (root) can start or cancel a copy, and Veeam's jobs get no locks. Disks that are plugged in are copied to as ever.
    .action = The administrator should look what polkit does (systemctl status polkit).

warning-too-many-calls = Calls of user { $user } are refused: the service takes no more than { $most } of them at a time.
    .meaning = A program of this user calls the service over and over, or does not answer questions for a password. Copies, Veeam and other users are not affected.
    .action = The administrator can find that program (loginctl user-status { $user }).

warning-low-space = The disk is getting full: { SIZE($free) } are free, the warning comes below { SIZE($threshold) }.
    .meaning = This copy still found room; one of the next may fail for lack of it.
    .action = Get a larger disk soon, or ask the administrator to make room.

warning-vanished-files = Some files vanished from the source during the copy (for example: { $examples }).
    .meaning = All other files are copied; those that vanished no longer existed in the end. Probably another program was tidying up meanwhile.
    .action = You need not do anything. If this happens often, the administrator should check whether Veeam writes during the copy.

warning-not-deleted = { $count ->
        [one] One directory that is gone from the source is
       *[other] { $count } directories that are gone from the source are
    } still on the disk (for example: { $examples }).
    .meaning = Everything that is in the source is on the disk. It holds more than that, since these directories are not empty: the list of excludes protects files in them, or somebody put some there during the copy.
    .action = Ask the administrator to look at these directories, and to delete them if nobody needs them. The list is named by “rsync-excludes-path” in config.ini.

warning-own-names = { $count ->
        [one] One file was not copied, because it has a name that this service uses itself
       *[other] { $count } files were not copied, because they have names that this service uses itself
    } (for example: { $examples }).
    .meaning = Everything else is on the disk. Directories called .asbackup-partial and .asbackup-names and the lock file of a copy are left out wherever they come from.
    .action = If what is named here is needed, ask the administrator to give it another name. If it is what an old copy has left, it may be deleted.

warning-lossy-file-system = This disk cannot hold everything (file system { $file-system }).
    .meaning = The contents of the files are copied completely, but without owners and permissions. References to other files ({ $links } symbolic links) and special files ({ $specials }) are missing; files with several names ({ $hard-links } hard links) are there several times.
    .action = If the copy is to be exact, have the disk formatted by the administrator with ext4, xfs or btrfs.

warning-unheld-times = { $count ->
        [one] One file has
       *[other] { $count } files have
    } a time that this disk cannot hold: { $examples }.
    .meaning = The contents on the disk are those of the source, byte by byte; only the times of these files are not kept there.
    .action = You need not do anything. If the times matter, ask the administrator for a disk that is formatted with ext4, xfs or btrfs.

warning-old-rsync = The copy program rsync is out of date (version { $version }).
    .meaning = The copy is made all the same. Known security holes are open in this version; a disk that was tampered with could exploit them.
    .action = Ask the administrator to bring rsync to version 3.5.0 or newer.

warning-unconfined = The copy program rsync could not be confined to source and target ({ $cause }).
    .meaning = The copy is made all the same. Whoever owns the files that are backed up could make rsync read others of this computer.
    .action = Ask the administrator to start a kernel with Landlock (5.19 or newer, “landlock” in /sys/kernel/security/lsm), and to look whether a setting of the service forbids the system calls landlock_*. This is said once until the service is restarted.

warning-stalled = The copy has made no progress for { $minutes ->
        [one] one minute
       *[other] { $minutes } minutes
    }.
    .meaning = That alone is no fault yet: either the disk takes its time, or what is to be copied, as when the server of a network share does not answer.
    .action = { $plug ->
        [safe] If this happens often, call the administrator.
        [gone] If this happens often, call the administrator.
       *[plugged] Leave the disk plugged in. If nothing moves within the next hour, call the administrator.
    }

warning-leftover-mount = The disk was still mounted from an earlier run (at { $mount-point }).
    .meaning = The earlier run did not end properly; the copy is now being made up for and completed.
    .action = You need not do anything. If this happens often, call the administrator.

warning-deleted-first = To make room for the new copy, what no longer exists in the source is deleted first ({ SIZE($freed) }).
    .meaning = Until the copy has finished, the old state on the disk is no longer complete and the new one not yet.
    .action = { $plug ->
        [safe] Get a larger disk soon.
        [gone] Get a larger disk soon.
       *[plugged] Leave the disk plugged in until the copy has finished, and get a larger one soon.
    }

warning-changed-disk = The disk with the identifier “{ $disk }” is in another device than before: its serial number or its partition is another one.
    .meaning = It is copied to all the same, since it has the size that it had. It may be the same disk in another enclosure or dock, or a copy of it.
    .action = Check that it is the right disk. If it is, the administrator accepts it as it is now, and this warning ends: asbackup disks trust { $disk }.

warning-file-system-errors = The disk's file system has found errors in itself ({ $cause }).
    .meaning = The copy is made all the same, but the disk should not be relied upon.
    .action = Have the disk checked by the administrator before it is used again (fsck).

warning-still-open = After the disk was unmounted, what its file system lies in { $plug ->
        [safe] was
       *[plugged] is
    } still open ({ $devices }).
    .meaning = Everything has been written to the disk. { $plug ->
        [safe] It has been closed by now.
       *[plugged] It must not be unplugged yet: what is open would stay behind, and could not be opened again the next time.
    }
    .action = { $plug ->
        [safe] You need not do anything.
       *[plugged] Ask the administrator to close it (for example with “cryptsetup close”, “vgchange --activate n”, “mdadm --stop” or “losetup --detach”). When that has succeeded, the disk may be unplugged.
    }

warning-power-off-failed = The disk could not be switched off after the copy ({ $cause }).
    .meaning = The copy is complete; the disk may be unplugged all the same.
    .action = You need not do anything. If this happens often, the administrator can set “power-off-after-copy” in config.ini to false.

warning-memory-lost = What is known of disks and source from earlier copies cannot be read or written ({ $path }: { $cause }).
    .meaning = A disk that has been exchanged, or a source that has moved, may not be noticed this time.
    .action = Ask the administrator to look at the file and at the free space there.

warning-log-unwritable = The text log { $path } cannot be written ({ $cause }).
    .meaning = This has no effect on the copy; what it does is told in the system's journal only.
    .action = Ask the administrator to check free space, path and permissions of the log (“log-file-path” and “rsync-log-file-path” in config.ini).

warning-mail-without-server = There are recipients for mails but no mail server, so no mail is sent.
    .meaning = The copies are not affected; how they end is told by the status, the page and the log.
    .action = If mails are wanted, fill in “server” in the section [Mail] of config.ini (asbackup setup asks for it); otherwise take the recipients out.

warning-mail-delayed = Mails can't be sent at the moment (mail server { $server }: { $cause }).
    .meaning = The copies are not affected. The mails wait and are tried again and again; none is lost.
    .action = If this lasts, the administrators should check the mail server and the section [Mail] in config.ini.

warning-mail-server-untrusted = The certificate of the mail server { $server } is not trusted, so no mail was sent ({ $cause }).
    .meaning = Somebody may pass himself off as the mail server, or its certificate is wrong. The copies are not affected; the mails wait.
    .action = Ask the administrators to check the name in “server” and the certificate; one of your own goes into “ca-file-path” in config.ini.

warning-mail-not-encrypted = The mail server { $server } does not offer encryption, so no mail was sent.
    .meaning = Mails and the password would be readable on their way. The copies are not affected; the mails wait.
    .action = Ask the administrators to check “port” and “encryption” in the section [Mail] of config.ini.

warning-mail-login-refused = The mail server { $server } refused the login ({ $cause }).
    .meaning = The copies are not affected. The mails wait and are tried again and again; none is lost.
    .action = Ask the administrators to check “username” and “password” in the section [Mail] of config.ini.

warning-mail-no-mechanism = The mail server { $server } offers no login that the service knows, so no mail was sent (offered: { $offered }; known: PLAIN, LOGIN).
    .meaning = The copies are not affected. The mails wait and are tried again and again; none is lost.
    .action = Ask the administrators to allow PLAIN or LOGIN at the mail server, or to take another one of its ports (often 465 or 587). A server that wants no login needs an empty “username” in the section [Mail] of config.ini.

warning-mail-hello-refused = The mail server { $server } does not take the name by which this computer greets it, “{ $name }” ({ $cause }).
    .meaning = The copies are not affected. The mails wait and are tried again and again; none is lost.
    .action = Ask the administrators to put this computer's full name, for example nas.example.com, into “helo-name” in the section [Mail] of config.ini.

warning-mail-without-logs = The mail server did not take the mail “{ $subject }” with its attachments ({ $cause }), so it was sent without them.
    .meaning = Its recipients know what happened, but do not have the logs. The copy is not affected.
    .action = The logs are still on this computer. If this happens often, the administrators can lower “attachment-limit-kb” in config.ini, or have the mail server take such attachments.

warning-helper-missing = The part of the backup service that speaks with other computers can't be reached ({ $unit }: { $cause }).
    .meaning = The copies are not affected. Until it is there no mails are sent (they wait; none is lost), and Veeam is not asked.
    .action = The administrator should start it: systemctl enable --now { $unit }. If systemd does not know it, the service is not installed completely.

warning-mail-recipient-refused = The mail server refused the recipient { $recipient } of the mail “{ $subject }” ({ $cause }).
    .meaning = The other recipients get the mail, this one does not. The copy is not affected.
    .action = Ask the administrators to check the address in config.ini.

warning-mail-failed = The mail “{ $subject }” could not be delivered and has been given up ({ $cause }).
    .meaning = Its recipients have not heard of what it says. The copy is not affected.
    .action = The administrators find the mail in /var/lib/asbackup/outbox/failed and should check the section [Mail] in config.ini.

warning-mail-unwritable = A mail could not be put into the outbox { $path } ({ $cause }).
    .meaning = It is made anew when the service is started the next time. The copy is not affected.
    .action = Ask the administrators to make room on the system disk and to check the rights of that directory.

warning-outbox-full = Unsent mails take up { SIZE($bytes) } (the limit is { SIZE($limit) }), so further mails come without their logs.
    .meaning = The copies are not affected, and the logs are still on the machine.
    .action = Ask the administrators to check the mail server and the section [Mail] in config.ini.

warning-damaged-history = In the list of past runs ({ $path }) { $lines ->
        [one] one line
       *[other] { $lines } lines
    } cannot be read.
    .meaning = These entries are skipped; nothing is missing on the disks because of it. The cause is usually a power failure.
    .action = You need not do anything.
