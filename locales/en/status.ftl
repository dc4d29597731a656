### The current state: one sentence for the status, and the lines of the file status.txt.
### During a run, every sentence says that the disk must stay plugged in.

-stay = please leave it plugged in

## Moments, in the notation of strftime.

moment = %Y-%m-%d at %H:%M
clock = %H:%M

## No run. $plug: safe = safe to remove, plugged = plugged in but not released, gone = not plugged in.

status-idle-nothing-yet = Ready: plug in one of the backup disks, and the copy starts automatically.
status-idle-success = The copy to the disk “{ $label }” succeeded on { $when }{ $plug ->
        [safe] {"; the disk is safe to remove now"}
        [plugged] {"; "}{ -stay }, the disk is not released yet
       *[gone] {""}
    }.
status-idle-cancelled = The copy to the disk “{ $label }” was cancelled on request on { $when } and is incomplete{ $plug ->
        [safe] {"; the disk is safe to remove now"}
        [plugged] {"; "}{ -stay }, the disk is not released yet
       *[gone] {""}
    }.
status-idle-aborted = The copy to the disk “{ $label }” failed on { $when }{ $plug ->
        [safe] {"; the disk is safe to remove now"}
        [plugged] {"; "}{ -stay }, the disk is not released yet
       *[gone] {""}
    }. Reason: { $message }
status-safe = The disk “{ $label }” is safe to remove now.
status-mails-waiting = { $count ->
        [one] One mail is
       *[other] { $count } mails are
    } waiting to be sent: { $message }
status-more-locks = { $count ->
        [one] One more lock is not listed here.
       *[other] { $count } more locks are not listed here.
    }
status-unconfigured = The configuration file config.ini must be completed or corrected ({ $keys }).

## A run is in progress.

status-preparing = The disk “{ $label }” was identified, the copy is being prepared; { -stay }.
status-waiting-for-veeam = The copy to the disk “{ $label }” is waiting for Veeam to finish (jobs: { $jobs }); { -stay }.
status-mounting = The disk “{ $label }” is being opened; { -stay }.
status-locking = The disk “{ $label }” is being locked for the copy; { -stay }.
status-checking = The preflight check determines what has to be copied to the disk “{ $label }” and whether it fits; { -stay }.
status-freezing = A snapshot is being made for the copy to the disk “{ $label }”{ $writers ->
        [none] {""}
       *[other] , once nothing is being written any more ({ $writers })
    }; { -stay }.
status-copying = The copy to the disk “{ $label }” is running: { $percent } %{ $seconds-left ->
        [0] {""}
       *[other] , about { SPAN($seconds-left) } left
    }{ $rate ->
        [0] {""}
       *[other] {" "}({ RATE($rate) })
    }; { -stay }.
status-flushing = The copy to the disk “{ $label }” is nearly finished, the last data is being written; { -stay }.
status-unlocking = The copy to the disk “{ $label }” is being completed; { -stay }.
status-unmounting = The disk “{ $label }” is being unmounted; { -stay } until it is released.
status-stopping = The copy to the disk “{ $label }” is being stopped cleanly; { -stay }.
status-stopping-idle = The backup service is shutting down.
status-stopped = The backup service is not running.

## The steps of a run.

step-1 = identify the disk
step-2 = wait for Veeam
step-3 = mount
step-4 = lock
step-5 = preflight check
step-snapshot = snapshot
step-6 = copy
step-7 = unlock
step-8 = free space
step-9 = unmount

## status.txt: label and contents of its lines.

status-line-disk = Disk
    .value = { $label } ({ $disk })
status-line-run = Run
    .value = { $run }, started on { $when }
status-line-state = State
    .value = { $state ->
        [idle] idle
        [waiting-for-veeam] waiting for Veeam
        [mounting] mounting
        [locking] locking
        [checking] preflight check
        [freezing] snapshot
        [copying] copying
        [unlocking] unlocking
        [unmounting] unmounting
        [stopping] stopping
       *[other] { $state }
    }
status-line-as-of = State of
    .value = { $when } (Veeam may work)
status-line-progress = Progress
    .value = { $percent } % ({ SIZE($done) } of { SIZE($total) })
status-line-rate = Rate
    .value = { RATE($rate) }
status-line-ready-at = Finished at about
    .value = { $when } (in { SPAN($seconds-left) })
status-line-sooner = Note
    .value = The copy may finish much sooner than it seems: { SIZE($bytes) } of an interrupted copy are already on the disk and are only compared.
status-line-file = File
    .value = { $file }
status-line-warning = Warning
    .value = { $message }
status-line-snapshot = Snapshot
    .value = { $message }
status-line-queue = Waiting
    .value = { $label }
status-line-safe = Released
    .value = { $label }
status-line-last = Last run
    .value = { $result ->
        [success] succeeded
        [aborted] failed
        [cancelled] cancelled on request
       *[other] { $result }
    } on { $when }, disk “{ $label }”
status-line-written = As of
    .value = { $when }
