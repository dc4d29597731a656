### Mails. Subject: result, disk, what to do. Each line is a whole sentence, since Outlook removes line breaks in mid-sentence.
### A mail about a copy that succeeded has at most 10 lines.

mail-subject = { $result }: disk “{ $label }” – { $action }
mail-result-begun = Copy begun
mail-result-success = Success
mail-result-warnings = Success with warnings
mail-result-aborted = FAILURE
mail-result-cancelled = Copy cancelled
mail-action-safe = UNPLUG IT NOW
mail-action-stay = PLEASE LEAVE IT PLUGGED IN
mail-action-gone = PLEASE PLUG IT IN AGAIN

## At the beginning

mail-begun = The copy to the disk “{ $label }” began on { $when }.
mail-begun-stay = Please leave the disk plugged in until a second mail says that you may unplug it.

## At the end

mail-success = The copy to the disk “{ $label }” succeeded.
mail-aborted = The copy to the disk “{ $label }” failed, in step { $number } of 9 ({ $step }).
mail-interrupted = The copy to the disk “{ $label }” was interrupted and is incomplete.
mail-cancelled = The copy to the disk “{ $label }” was cancelled as asked for and is incomplete.
mail-safe = You may unplug the disk now.
mail-stay = Please leave the disk plugged in until the status says that it may be unplugged.
mail-gone = The disk was unplugged before the copy was finished; please plug it in again, and the copy will be completed.
mail-what = What happened: { $text }
mail-meaning = What it means for the backup: { $text }
mail-todo = What to do now: { $text }
mail-further = Besides: { $text }
mail-warning = Warning: { $text }
mail-more-warnings = Further warnings: { $text }
mail-copied = Copied: { $files ->
        [0] no file
        [one] one file
       *[other] { $files } files
    }, { SIZE($bytes) } in { SPAN($seconds) } ({ RATE($rate) }).
mail-nothing-to-copy = Copied: nothing, since everything was on the disk already.
mail-not-copied = Copied: nothing.
mail-partly-copied = Copied: { SIZE($bytes) } of { SIZE($total) }.
mail-times = Begin: { $begin }, end: { $end }, duration: { SPAN($seconds) }.
mail-free = Free on the disk: { SIZE($free) } of { SIZE($size) }.
mail-free-unknown = Free on the disk: unknown, it was not opened.
mail-footer = Machine { $host }, run { $run }, disk { $disk }.

## Logs

mail-logs = Logs attached: { $logs }.
mail-logs-none = Logs: none attached ({ $logs }).
mail-log-whole = { $name }
mail-log-cut = { $name } (cut in the middle; whole in { $path })
mail-log-lacks-begin = the run's beginning is no longer in { $path }, which was rotated or emptied during the run
mail-log-lacks-end = the last lines may be missing, since { $path } was compressed or moved during the run
mail-log-lost = { $path }, because the run's part can't be told from the rest
mail-log-unreadable = { $path } can't be read: { $cause }
mail-log-unwanted = { $path }, because the mail server did not take the mail with it
mail-log-left-out = { $path }, because too many mails wait to be sent
mail-log-empty = { $path } has nothing about this run

## Other occasions

mail-refused-subject = Settings refused: config.ini on { $host } – PLEASE CORRECT
mail-refused = The changed configuration file config.ini on { $host } has faults and is not in force; the one before still is.
mail-refused-problem = Fault: { $text }
mail-refused-todo = Please correct the file and load it again: systemctl reload asbackupd.
mail-lock-warned = VEEAM: the job “{ $job }” and its lock – PLEASE LOOK IN VEEAM
mail-lock-failed = VEEAM: the job “{ $job }” got no lock – PLEASE LOOK IN VEEAM
mail-lock-lifted = Veeam: the lock of the job “{ $job }” was left behind and is lifted
mail-lock-todo = You need not do anything. If this happens often, the administrator should check why the job's script after it does not give the lock back.
mail-lock-host = Machine { $host }.
mail-remind-subject = REMINDER: { $days ->
        [one] one day
       *[other] { $days } days
    } without a backup disk – PLEASE PLUG A DISK IN
mail-remind = One of the backup disks was last plugged into { $host } on { $when }.
mail-remind-copied = The last good copy was made on { $when }; there is no newer one.
mail-remind-never = There is no good copy on any of them yet.
mail-remind-todo = Please plug one of the backup disks in; the copy then begins by itself.
mail-held-back-subject = ONE CAUSE, { $count ->
        [one] one more mail
       *[other] { $count } more mails
    } not sent from { $host } – PLEASE LOOK INTO IT
mail-held-back = Since { $when } the same has happened over and over: { $sent } mails about it were sent, and { $count ->
        [one] one more was
       *[other] { $count } more were
    } not, so as not to fill your mailbox.
mail-held-back-example = The newest of them would have been: “{ $subject }”.
mail-held-back-todo = Please have the cause looked for on { $host }; the log has the details (journalctl -u asbackupd).
mail-test-subject = TEST of the mails about the backup on { $host } – nothing to do
mail-test = This mail was sent from { $host } on { $when } to try out whether mails about the backup disks arrive; it says nothing about the backup itself.
mail-test-todo = From now on a mail from here says when a copy begins, how it ended, and whether the disk may be unplugged.
