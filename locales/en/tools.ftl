### What veeam-lock and veeam-unlock say, one line for each change.

tools-held = The job “{ $job }” may write now; nothing is copied until it is unlocked.
tools-waiting = The job “{ $job }” is waiting for the copy to end. { $status }
tools-service-lost = The backup service is being restarted; the job “{ $job }” asks again.
tools-timed-out = The job “{ $job }” has waited for the copy as long as it may, and has no lock. Start it again after the copy.
tools-withdrawn = The program that started this is gone, so the job “{ $job }” no longer waits, and has no lock.
tools-unlocked = The job “{ $job }” has released its lock.
tools-not-locked = The job “{ $job }” had no lock; there is nothing left to do.
tools-unreachable = The backup service can't be reached ({ $cause }), so it is not known whether a copy is running. Please check: systemctl status asbackupd
tools-crowded = The computer's system bus accepts no more connections at the moment ({ $cause }), so the backup service could not be asked about the job “{ $job }”, and nothing has changed. Start it again later. If this happens again, the administrator can see which programs use the bus with: sudo busctl list
