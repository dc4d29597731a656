### What the command line says.

cli-unreachable = The backup service can't be reached ({ $cause }). Please check: systemctl status asbackupd
cli-crowded = The computer's system bus takes no more at the moment ({ $cause }), so the backup service could not be asked. Please try again in a minute. If it happens again, the administrator sees which programs use the bus with: sudo busctl list
cli-denied-group = You may not do this. Members of the group “asbackup” may start and cancel copies. The administrator adds you with: sudo usermod -aG asbackup { $user } (from your next login on). Or call the command with sudo.
cli-denied-root = You may not do this; only the administrator (root) may. Please ask them, or call the command with sudo.
cli-service-gone = The backup service was stopped or is being restarted, so nobody follows the copy any more. Please leave the disk plugged in; how things stand says: asbackup status
cli-started = The copy has begun as run { $run }. To follow it: asbackup watch
cli-cancelled = The copy is being ended in good order. Please leave the disk plugged in until “asbackup status” says that it may be unplugged.
cli-trusted = The disk is accepted as it is now. If it was refused for this, the copy begins at once.
cli-disk-ambiguous = Several disks are called “{ $label }”. Please name the one that is meant by its identifier: { $disks }
cli-nothing-to-watch = No copy is running. To begin one: asbackup start --watch

## Numbers and moments.

cli-size = { SIZE($number) }
cli-rate = { RATE($number) }
cli-span = { SPAN($number) }
cli-never = never
cli-done-of = { SIZE($done) } of { SIZE($total) }
cli-left = { SPAN($left) } left, ready at { $when }

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
cli-head-took = Took
cli-head-copied = Copied
cli-head-error = Reason

## asbackup disks

cli-plugged-no = no
cli-plugged-yes = yes, leave it
cli-plugged-safe = yes, may be unplugged
cli-disks-none = The configuration knows no disk yet.
cli-disks-unknown = Plugged in, but not known:
cli-disk-add = To copy to “{ $label }” too, write this into config.ini, section [Backup], in place of the line that is there, and then call: systemctl reload asbackupd

## asbackup disks: without a file system

cli-unformatted = Plugged in, and without a file system:
cli-contents = { $contents ->
        [blank] empty
        [read-only] write-protected
        [no-partition] no partition
        [unreadable] not known
       *[other] not empty
    }
cli-format = { $device } is empty at its beginning and its end. To use it for backups, give it a file system, and write the label on its case, too; after this command it is listed as a disk:
cli-not-empty = { $device } has no file system that is known here, but it is not empty: it may be encrypted, or come from another system. Please find out whose it is before you give it a file system.
cli-read-only = { $device } is write-protected, so it can't be given a file system. Please look for a switch on its case.
cli-no-partition = { $device } has a partition table, but no partition to put a file system in. Please make one; it is listed then:
cli-unreadable = Whether { $device } is empty is not known, because it could not be read. Please plug it in once more and look again.

## asbackup history

cli-result = { $result ->
        [success] succeeded
        [aborted] failed
        [cancelled] cancelled
       *[other] { $result }
    }
cli-history-none = There is no such run yet.

## asbackup config

cli-config-good = { $path } is in order.
cli-config-bad = { $path } is not in order, and nothing can be copied with it.
cli-origin = { $origin ->
        [file] (from the file)
       *[default] (default)
    }
