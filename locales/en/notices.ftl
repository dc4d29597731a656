### Lines in the journal and in the text log while all goes well.

notice-daemon-started = The backup service asbackup { $version } is ready; { $disks ->
        [0] no disk is
        [one] one disk is
       *[other] { $disks } disks are
    } configured.
notice-daemon-stopping = The backup service is shutting down.
notice-repeated = { $count ->
        [one] Not written within the last minute: one more line like “{ $text }”.
       *[other] Not written within the last minute: { $count } more lines like “{ $text }”.
    }
notice-config-reloaded = The configuration was read again and is now in force.
notice-config-incomplete = Not set up yet, so nothing is copied: { $keys } missing in config.ini. The next step is “sudo asbackup setup”.
notice-disk-appeared = The disk “{ $label }” ({ $disk }, { $device }) was plugged in.
notice-disk-gone = The disk “{ $label }” ({ $disk }) was unplugged.
notice-disk-done = The disk “{ $label }” ({ $disk }) has already been copied to since it was plugged in; there is nothing to do.
notice-disk-service-lost = The computer's disk service (UDisks2) cannot be reached; waiting for it.
notice-disk-service-back = The computer's disk service (UDisks2) is back.
notice-run-started = Run { $run } to the disk “{ $label }” ({ $disk }) begins, { $trigger ->
        [plugged] because it was plugged in
        [called] because somebody started it
        [resumed] because the one before was interrupted
       *[other] reason: { $trigger }
    }.
notice-deletions-allowed = Run { $run } may delete more than the limit, and may find the source in another place: somebody has allowed it for this once.
notice-foreign-files-agreed = The first copy to this disk deletes { $files ->
        [one] a file
       *[other] { $files } files
    } ({ SIZE($bytes) }) that { $files ->
        [one] is no older copy
       *[other] are no older copies
    } of the backups: somebody has agreed to that in setup.
notice-disk-remembered = The disk “{ $label }” ({ $disk }) is used for the first time and will be recognised by what its drive says of itself.
notice-disk-trusted = The disk “{ $label }” ({ $disk }) was accepted as it is now and will be recognised by what its drive says of itself.
notice-source-came = What is to be backed up has come: { $path }. The copy that waited for it begins.
notice-source-remembered = The source { $path } will be recognised by its file system: { $file-system }.
notice-step-identify-disk = Step 1 (identify the disk): “{ $label }”, device { $device }, file system { $file-system }.
notice-step-wait-for-veeam = Step 2 (wait for Veeam): Veeam is still writing (jobs: { $jobs }); waiting at most { $minutes ->
        [one] one minute
       *[other] { $minutes } minutes
    }.
notice-step-veeam-clear = Step 2 (wait for Veeam): Veeam is not writing.
notice-step-mount = Step 3 (mount): the disk is mounted at { $mount-point }.
notice-step-lock = Step 4 (lock): lock files { $disk-lock } on the disk and { $source-lock } in the source.
notice-step-check = Step 5 (check): what is to be copied from { $source }, and does it fit on the disk?
notice-step-checked = Step 5 (check): { $files ->
        [one] one file
       *[other] { $files } files
    } of { SIZE($bytes) } to copy, { $deletions } to delete; { SIZE($free) } are free.
notice-step-spelling = Step 5 (check): { $names ->
        [one] one name
       *[other] { $names } names
    } on the disk differed from the source in the spelling alone, and { $names ->
        [one] is
       *[other] are
    } spelt as there now; for that nothing has to be copied.
notice-step-clock = Step 5 (check): the disk keeps local time, and the computer's clock is { $minutes } min off from when it was written; the times of { $files ->
        [one] one file
       *[other] { $files } files
    } are set right, and nothing has to be copied for that.
notice-step-compare = Step 5 (check): { $files ->
        [one] one file
       *[other] { $files } files
    } of { SIZE($bytes) } that the run before has written may not have reached the disk, and { $files ->
        [one] is
       *[other] are
    } compared with the source. This takes as long as reading all of it twice.
notice-step-copy = Step 6 (copy): from { $source } to { $target }.
notice-step-resumed = Step 6 (copy): { $files ->
        [one] one half file
       *[other] { $files } half files
    } of a run before (so far { SIZE($bytes) }) will be continued.
notice-step-copied = Step 6 (copy): { $files ->
        [one] one file
       *[other] { $files } files
    } of { SIZE($bytes) } copied in { SPAN($seconds) } ({ RATE($rate) }).
notice-step-unlock = Step 7 (unlock): the lock files are removed.
notice-lock-kept = Step 7 (unlock): the lock file { $path } stays on the disk, because not all data is proven to have arrived there. The next run compares it with the source.
notice-step-free-space = Step 8 (free space): { SIZE($free) } of { SIZE($size) } are free.
notice-step-unmount = Step 9 (unmount): the disk ({ $device }) is unmounted.
notice-powered-off = Step 9 (unmount): the disk ({ $device }) is switched off.
notice-copy-progress = Copy: { $percent } %, { SIZE($done) } of { SIZE($total) }, { RATE($rate) }, { $seconds-left ->
        [0] time left unknown
       *[other] about { SPAN($seconds-left) } left
    }, file { $file }.
notice-flushing = Everything is copied; the last data is being written to the disk.
notice-run-succeeded = Run { $run } to the disk “{ $label }” has succeeded.
notice-run-cancelled = Run { $run } to the disk “{ $label }” was cancelled on request; the copy is incomplete.
notice-run-aborted = Run { $run } to the disk “{ $label }” has failed.
notice-safe-to-remove = The disk “{ $label }” ({ $disk }) may be unplugged now.
notice-mail-sent = The mail “{ $subject }” was sent to { $recipients }.
notice-veeam-locked = The Veeam job “{ $job }” may write; nothing is copied meanwhile.
notice-veeam-waiting = The Veeam job “{ $job }” is waiting for the end of the copy.
notice-veeam-unlocked = The Veeam job “{ $job }” has finished.
notice-veeam-answers = Veeam answers again ({ $server }, version { $version } of its interface).
notice-veeam-lock-cleared = The lock of the Veeam job “{ $job }” is lifted: by Veeam's own word its session is over.
notice-veeam-lock-forsaken = The lock of the Veeam job “{ $job }” is lifted: it was { $hours ->
        [one] one hour
       *[other] { $hours } hours
    } old, and nobody writes into the repository any more.
