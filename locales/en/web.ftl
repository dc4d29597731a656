### The status page. The big words: the current state, and what to do now.

web-title = Backup
web-lost = The connection to this page is broken. What you see may be out of date; the page reconnects automatically.

web-foreign-name = This status page does not answer to the name “{ $name }”. To allow the name, the administrator adds it to config.ini ([Webserver] web-names) and reloads the file (systemctl reload asbackupd).
web-too-many-readers = Too many browsers at your address are already following this page. To see the current state, reload the page.

web-now-away = No answer
    .action = The backup service does not answer. Leave the disk plugged in; if this lasts, call IT.
web-now-waiting = Copy is waiting for Veeam
    .action = Please leave it plugged in
web-now-preparing = Copy is being prepared
    .action = Please leave it plugged in
web-now-copying = Copy is running
    .action = Please leave it plugged in
web-now-finishing = Copy is being completed
    .action = Please leave it plugged in a little longer
web-now-stopping = Service is shutting down
    .action = Please leave the disk plugged in
web-now-misconfigured = Faulty configuration
    .action = There may be no backups – please call IT
web-now-unset = Not set up yet
    .action = The administrator sets up the backup: sudo asbackup setup
web-now-ready = Ready
    .action = Plug in a backup disk, and the copy starts automatically
web-now-done = Done
    .action = You can unplug the disk now
web-now-done-held = Copy done
    .action = The disk is not released yet – please leave it plugged in
web-now-done-gone = Ready
    .action = The last copy succeeded. Plug in the next disk
web-now-failed = Error
    .action = Please call IT. The disk is safe to remove
web-now-failed-held = Error
    .action = Do not unplug it, call IT
web-now-failed-gone = Error
    .action = The last copy failed – please call IT
web-now-cancelled = Copy cancelled
    .action = Incomplete. The disk is safe to remove
web-now-cancelled-held = Copy cancelled
    .action = Do not unplug it, call IT
web-now-cancelled-gone = Copy cancelled
    .action = The last copy is incomplete

## Moments in the notation of strftime, and amounts.

web-moment = %Y-%m-%d %H:%M
web-day = %Y-%m-%d
web-second = %m-%d %H:%M:%S
web-never = never
web-age-hours = { $hours ->
        [0] less than an hour ago
        [one] an hour ago
       *[other] { $hours } hours ago
    }
web-age-days = { $days ->
        [one] a day ago
       *[other] { $days } days ago
    }
web-span = { SPAN($seconds) }
web-size = { SIZE($bytes) }
web-free = { SIZE($free) } of { SIZE($size) }

## The running copy.

web-disk = Disk
web-progress = Progress
web-amount = Copied
    .value = { SIZE($done) } of { SIZE($total) }
web-rate = Rate
    .value = { RATE($rate) }
web-ready-at = Finished at about
web-begun = Started
web-file = File

## Notes.

web-config = Configuration:
web-fault = What happened:
web-warning = Warning:
web-veeam-held = The job “{ $job }” has been writing since { $since }; the copy waits until it has finished.
web-veeam-waiting = The job “{ $job }” has been waiting since { $since } for the copy to finish.
web-queue = Next:
web-safe = Safe to remove:

## Tables and plots.

web-disks = Disks
web-history = History
web-col-disk = Disk
web-col-place = Where it is
web-col-last-good = Last good copy
web-col-free = Free
web-col-when = End
web-col-result = Result
web-col-duration = Duration
web-col-bytes = Copied
web-place-busy = copy in progress
web-place-safe = safe to remove
web-place-queued = waiting its turn
web-place-held = plugged in, leave it
web-place-gone = not plugged in
web-result-success = succeeded
web-result-aborted = failed
web-result-cancelled = cancelled
web-why = Reason
web-plot-duration = Duration of each run
web-plot-bytes = Copied in each run
web-plot-free = Free space of each disk
web-plot-most = at most { $value }

## The last lines of the log, in the service's language.

web-log = Log of the run
web-log-error = Error:

## Starting a copy from here.

web-start = Start a copy now
web-back = Back to the status page
web-password = Password
web-password-needed = Starting a copy from here needs the password of the status page.
web-password-wrong = The password is wrong. Nothing was started.
web-cross-site = This request came from another site and was refused. Please use the button on the status page.
web-crowd = Too many passwords are being checked at the moment. Please try again shortly.
