### What the command line says.

cli-unreachable = The backup service can't be reached ({ $cause }). Please check: systemctl status asbackupd
cli-crowded = The computer's system bus accepts no more connections at the moment ({ $cause }), so the backup service could not be asked. Please try again in a minute. If this happens again, the administrator can see which programs use the bus with: sudo busctl list
cli-denied-group = You are not allowed to do this. Members of the group “asbackup” may start and cancel copies. The administrator adds you with: sudo usermod -aG asbackup { $user } (effective at your next login). Or run the command with sudo.
cli-denied-root = You are not allowed to do this; only the administrator (root) is. Please ask them, or run the command with sudo.
cli-service-gone = The backup service was stopped or is being restarted, so the copy can't be followed any longer. Please leave the disk plugged in. To see the current status: asbackup status
cli-started = The copy started as run { $run }. To follow it: asbackup watch
cli-cancelled = The copy is being cancelled. Please leave the disk plugged in until “asbackup status” says that it is safe to remove.
cli-trusted = The disk is accepted as it is now. If it was refused for this reason, the copy starts at once.
cli-disk-ambiguous = Several disks have the label “{ $label }”. Please choose one by its identifier: { $disks }
cli-nothing-to-watch = No copy is running. To start one: asbackup start --watch

## Numbers and moments.

cli-size = { SIZE($number) }
cli-rate = { RATE($number) }
cli-span = { SPAN($number) }
cli-never = never
cli-done-of = { SIZE($done) } of { SIZE($total) }
cli-left = { SPAN($left) } left, finished at { $when }

## asbackup status

cli-veeam = Veeam
    .value = { $state ->
        [held] The job “{ $job }” has been writing since { $when }.
       *[other] The job “{ $job }” has been waiting since { $when }.
    }

## Headings of columns.

cli-head-disk = Disk
cli-head-uuid = UUID
cli-head-plugged = Plugged in
cli-head-last-good = Last good copy
cli-head-free = Free
cli-head-size = Size
cli-head-device = Device
cli-head-file-system = File system
cli-head-model = Model
cli-head-contents = Contents
cli-head-run = Run
cli-head-ended = Ended
cli-head-result = Result
cli-head-took = Duration
cli-head-copied = Copied
cli-head-error = Reason

## asbackup disks

cli-plugged-no = no
cli-plugged-yes = yes, leave it
cli-plugged-safe = yes, safe to remove
cli-disks-none = No disk is configured yet.
cli-disks-unknown = Plugged in, but not configured:
cli-disk-add = To copy to “{ $label }” as well, replace the existing line in section [Backup] of config.ini with this one, then run: systemctl reload asbackupd

## asbackup disks: without a file system

cli-unformatted = Plugged in, but without a file system:
cli-contents = { $contents ->
        [blank] empty
        [read-only] write-protected
        [no-partition] no partition
        [unreadable] not known
       *[other] not empty
    }
cli-format = { $device } is empty at its beginning and its end. To use it for backups, create a file system on it, and write the label on its case, too; after this command it is listed as a disk:
cli-not-empty = { $device } has no recognised file system, but it is not empty: it may be encrypted, or come from another system. Please find out who owns it before you create a file system on it.
cli-read-only = { $device } is write-protected, so no file system can be created on it. Please look for a switch on its case.
cli-no-partition = { $device } has a partition table, but no partition for a file system. Please create one; it is then listed:
cli-unreadable = It is not known whether { $device } is empty, because it could not be read. Please unplug it, plug it in again and check once more.

## asbackup history

cli-result = { $result ->
        [success] succeeded
        [aborted] failed
        [cancelled] cancelled
       *[other] { $result }
    }
cli-history-none = There is no such run yet.

## asbackup config

cli-config-good = { $path } is valid.
cli-config-bad = { $path } is not valid, and nothing can be copied with it.
cli-origin = { $origin ->
        [file] (from the file)
       *[default] (default)
    }
