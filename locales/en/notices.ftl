### Lines in the journal and in the text log while all goes well.

notice-daemon-started = The backup service asbackup { $version } is ready; { $disks ->
        [0] no disk is
        [one] one disk is
       *[other] { $disks } disks are
    } configured.
notice-daemon-stopping = The backup service is shutting down.
notice-repeated = { $count ->
        [one] Suppressed during the last minute: one more line like “{ $text }”.
       *[other] Suppressed during the last minute: { $count } more lines like “{ $text }”.
    }
notice-config-reloaded = The configuration was reloaded and is now in force.
notice-config-incomplete = Not set up yet, so nothing is copied: { $keys } missing in config.ini. The next step is “sudo asbackup setup”.
notice-disk-appeared = The disk “{ $label }” ({ $disk }, { $device }) was plugged in.
notice-disk-gone = The disk “{ $label }” ({ $disk }) was unplugged.
notice-disk-done = The disk “{ $label }” ({ $disk }) has already been copied to since it was plugged in; there is nothing to do.
notice-disk-service-lost = The computer's disk service (UDisks2) cannot be reached; waiting for it.
notice-disk-service-back = The computer's disk service (UDisks2) is back.
notice-run-started = Run { $run } to the disk “{ $label }” ({ $disk }) starts, { $trigger ->
        [plugged] because the disk was plugged in
        [called] because someone started it
        [resumed] because the previous run was interrupted
       *[other] reason: { $trigger }
    }.
notice-deletions-allowed = Run { $run } may delete more than the limit and may find the repository in another place: someone has allowed this once.
notice-foreign-files-agreed = The first copy to this disk deletes { $files ->
        [one] a file
       *[other] { $files } files
    } ({ SIZE($bytes) }) that { $files ->
        [one] is not an older copy
       *[other] are not older copies
    } of the backups: someone has agreed to this in setup.
notice-disk-remembered = The disk “{ $label }” ({ $disk }) is used for the first time and will be identified by what its drive reports about itself.
notice-disk-trusted = The disk “{ $label }” ({ $disk }) was accepted as it is now and will be identified by what its drive reports about itself.
notice-source-came = The repository is now available: { $path }. The copy that was waiting for it starts.
notice-source-remembered = The repository { $path } will be identified by its file system: { $file-system }.
notice-step-identify-disk = Step 1 (identify the disk): “{ $label }”, device { $device }, file system { $file-system }.
notice-step-wait-for-veeam = Step 2 (wait for Veeam): Veeam is still writing (jobs: { $jobs }); waiting at most { $minutes ->
        [one] one minute
       *[other] { $minutes } minutes
    }.
notice-step-veeam-clear = Step 2 (wait for Veeam): Veeam is not writing.
notice-step-mount = Step 3 (mount): the disk is mounted at { $mount-point }.
notice-step-lock = Step 4 (lock): lock files { $disk-lock } on the disk and { $source-lock } in the repository.
notice-step-check = Step 5 (preflight check): what has to be copied from { $source }, and does it fit on the disk?
notice-step-checked = Step 5 (preflight check): { $files ->
        [one] one file
       *[other] { $files } files
    } of { SIZE($bytes) } to copy, { $deletions } to delete; { SIZE($free) } free.
notice-snapshot-impossible = No snapshot of the backup repository can be made ({ $cause }), so Veeam has to wait until a copy is over.
notice-step-snapshot = Step 5 (snapshot): what has to be copied is being frozen.
notice-wait-for-writers = Step 5 (snapshot): waiting because something is still being written ({ $jobs }), for { $minutes } minutes at most.
notice-snapshot-stands = Step 5 (snapshot): { $files ->
        [one] one file
       *[other] { $files } files
    } of { SIZE($bytes) } in { $extents } pieces frozen in { $milliseconds } ms. Veeam may work.
notice-step-spelling = Step 5 (preflight check): { $names ->
        [one] one name
       *[other] { $names } names
    } on the disk differed from the repository only in spelling and { $names ->
        [one] is
       *[other] are
    } now spelled as they are there; nothing has to be copied for this.
notice-step-clock = Step 5 (preflight check): the disk stores local time, and the computer's clock is { $minutes } min off from when the disk was written; the times of { $files ->
        [one] one file
       *[other] { $files } files
    } are corrected, and nothing has to be copied for this.
notice-step-compare = Step 5 (preflight check): { $files ->
        [one] one file
       *[other] { $files } files
    } of { SIZE($bytes) } from the previous run { $files ->
        [one] is
       *[other] are
    } unverified and { $files ->
        [one] is
       *[other] are
    } now compared with the repository. This takes as long as reading all of it twice.
notice-step-copy = Step 6 (copy): from { $source } to { $target }.
notice-step-resumed = Step 6 (copy): resuming { $files ->
        [one] one partial file
       *[other] { $files } partial files
    } from an earlier run ({ SIZE($bytes) } so far).
notice-step-copied = Step 6 (copy): { $files ->
        [one] one file
       *[other] { $files } files
    } of { SIZE($bytes) } copied in { SPAN($seconds) } ({ RATE($rate) }).
notice-step-unlock = Step 7 (unlock): the lock files are removed.
notice-lock-kept = Step 7 (unlock): the lock file { $path } stays on the disk, because some of its data is unverified. The next run compares that data with the repository.
notice-step-free-space = Step 8 (free space): { SIZE($free) } of { SIZE($size) } are free.
notice-step-unmount = Step 9 (unmount): the disk ({ $device }) is unmounted.
notice-powered-off = Step 9 (unmount): the disk ({ $device }) is powered off.
notice-copy-progress = Copy: { $percent } %, { SIZE($done) } of { SIZE($total) }, { RATE($rate) }, { $seconds-left ->
        [0] time left unknown
       *[other] about { SPAN($seconds-left) } left
    }, file { $file }.
notice-flushing = Everything is copied; the last data is being written to the disk.
notice-run-succeeded = Run { $run } to the disk “{ $label }” succeeded.
notice-run-cancelled = Run { $run } to the disk “{ $label }” was cancelled on request; the copy is incomplete.
notice-run-aborted = Run { $run } to the disk “{ $label }” failed.
notice-safe-to-remove = The disk “{ $label }” ({ $disk }) is safe to remove now.
notice-mail-sent = The mail “{ $subject }” was sent to { $recipients }.
notice-veeam-locked = The Veeam job “{ $job }” may write; nothing is copied meanwhile.
notice-veeam-waiting = The Veeam job “{ $job }” is waiting for the copy to end.
notice-veeam-unlocked = The Veeam job “{ $job }” has finished.
notice-veeam-answers = Veeam answers again ({ $server }, API version { $version }).
notice-veeam-lock-cleared = The lock of the Veeam job “{ $job }” was released: Veeam reports that its session is over.
notice-veeam-lock-forsaken = The lock of the Veeam job “{ $job }” was released: it was { $hours ->
        [one] one hour
       *[other] { $hours } hours
    } old, and nobody writes into the repository any more.
