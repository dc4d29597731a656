### Mails. Subject: result, disk, what to do. Each line is a whole sentence, since Outlook removes line breaks within sentences.
### A mail about a copy that succeeded has at most 10 lines.

mail-subject = { $result }: disk “{ $label }” – { $action }
mail-result-begun = Copy started
mail-result-success = Success
mail-result-warnings = Success with warnings
mail-result-aborted = FAILURE
mail-result-cancelled = Copy cancelled
mail-action-safe = UNPLUG IT NOW
mail-action-stay = PLEASE LEAVE IT PLUGGED IN
mail-action-gone = PLEASE PLUG IT IN AGAIN

## At the beginning

mail-begun = The copy to the disk “{ $label }” started on { $when }.
mail-begun-stay = Please leave the disk plugged in until a second mail says that it is safe to remove.

## At the end

mail-success = The copy to the disk “{ $label }” succeeded.
mail-aborted = The copy to the disk “{ $label }” failed in step { $number } of 9 ({ $step }).
mail-interrupted = The copy to the disk “{ $label }” was interrupted and is incomplete.
mail-cancelled = The copy to the disk “{ $label }” was cancelled on request and is incomplete.
mail-safe = You can unplug the disk now.
mail-stay = Please leave the disk plugged in until the status says that it is safe to remove.
mail-gone = The disk was unplugged before the copy was finished; please plug it in again, and the copy will be completed.
mail-what = What happened: { $text }
mail-meaning = What it means for the backup: { $text }
mail-todo = What to do now: { $text }
mail-further = Also: { $text }
mail-warning = Warning: { $text }
mail-more-warnings = More warnings: { $text }
mail-copied = Copied: { $files ->
        [0] no file
        [one] one file
       *[other] { $files } files
    }, { SIZE($bytes) } in { SPAN($seconds) } ({ RATE($rate) }).
mail-nothing-to-copy = Copied: nothing, because everything was already on the disk.
mail-not-copied = Copied: nothing.
mail-partly-copied = Copied: { SIZE($bytes) } of { SIZE($total) }.
mail-times = Start: { $begin }, end: { $end }, duration: { SPAN($seconds) }.
mail-as-of = The copy is of the state of { $when }.
mail-free = Free on the disk: { SIZE($free) } of { SIZE($size) }.
mail-free-unknown = Free on the disk: unknown, because it was not opened.
mail-footer = Computer { $host }, run { $run }, disk { $disk }.

## Logs

mail-logs = Logs attached: { $logs }.
mail-logs-none = Logs: none attached ({ $logs }).
mail-log-whole = { $name }
mail-log-cut = { $name } (shortened in the middle; complete in { $path })
mail-log-lacks-begin = the beginning of the run is no longer in { $path }, which was rotated or emptied during the run
mail-log-lacks-end = the last lines may be missing, because { $path } was compressed or moved during the run
mail-log-lost = { $path }, because the part about this run can't be told from the rest
mail-log-unreadable = { $path } can't be read: { $cause }
mail-log-unwanted = { $path }, because the mail server did not accept the mail with it
mail-log-left-out = { $path }, because too many mails are waiting to be sent
mail-log-empty = { $path } contains nothing about this run

## Other occasions

mail-refused-subject = Settings refused: config.ini on { $host } – PLEASE CORRECT
mail-refused = The changed configuration file config.ini on { $host } contains errors and is not in force; the previous one still is.
mail-refused-problem = Error: { $text }
mail-refused-todo = Please correct the file and reload it: systemctl reload asbackupd.
mail-lock-warned = VEEAM: the lock of the job “{ $job }” – PLEASE CHECK IN VEEAM
mail-lock-failed = VEEAM: the job “{ $job }” got no lock – PLEASE CHECK IN VEEAM
mail-lock-lifted = Veeam: the lock of the job “{ $job }” was left behind and has been released
mail-lock-todo = No action is needed. If this happens often, the administrator should check why the job's post-job script does not release the lock.
mail-lock-host = Computer { $host }.
mail-remind-subject = REMINDER: { $days ->
        [one] one day
       *[other] { $days } days
    } without a backup disk – PLEASE PLUG ONE IN
mail-remind = A backup disk was last plugged into { $host } on { $when }.
mail-remind-copied = The last good copy was made on { $when }; there is no newer one.
mail-remind-never = None of the disks holds a good copy yet.
mail-remind-todo = Please plug in one of the backup disks; the copy then starts automatically.
mail-held-back-subject = ONE CAUSE, { $count ->
        [one] one more mail
       *[other] { $count } more mails
    } not sent from { $host } – PLEASE INVESTIGATE
mail-held-back = The same thing has happened again and again since { $when }: { $sent } mails about it were sent, and { $count ->
        [one] one more was
       *[other] { $count } more were
    } held back to avoid filling your mailbox.
mail-held-back-example = The newest of these would have been: “{ $subject }”.
mail-held-back-todo = Please have someone find the cause on { $host }; the log has the details (journalctl -u asbackupd).
mail-test-subject = TEST of the mails about the backup on { $host } – nothing to do
mail-test = This mail was sent from { $host } on { $when } to test whether mails about the backup disks arrive; it says nothing about the backup itself.
mail-test-todo = From now on, mails from here say when a copy starts, how it ended, and whether the disk is safe to remove.
