### What the two tools for Veeam's job scripts say, a line for each change.

tools-held = The job “{ $job }” may write now; nothing is copied until it is unlocked.
tools-waiting = The job “{ $job }” waits until the copy is over. { $status }
tools-service-lost = The backup service is being restarted; the job “{ $job }” asks again.
tools-timed-out = The job “{ $job }” has waited long enough for the end of the copy, and has no lock. Start it again after the copy.
tools-withdrawn = Whoever started this has gone, so the job “{ $job }” waits no longer, and has no lock.
tools-unlocked = The job “{ $job }” has given its lock back.
tools-not-locked = There was no lock for the job “{ $job }”; nothing is left to do.
tools-unreachable = The backup service can't be reached ({ $cause }), so nobody knows whether a copy is running. Please check: systemctl status asbackupd
tools-crowded = The computer's system bus takes no more at the moment ({ $cause }), so the backup service could not be asked about the job “{ $job }”, and nothing has changed. Start it again later. If it happens again, the administrator sees which programs use the bus with: sudo busctl list
