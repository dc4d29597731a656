### Causes: a part of a sentence, in parentheses at its end.
### errno-… is what the kernel says. cause-… are our own errors, one line each: the English text repeats the error word for word,
### because that is how it is found. $cause is a cause within the cause.

cause-quoted = “{ $text }”

## Disks

cause-other-sectors = sectors of { $then } instead of { $now } bytes
cause-mounted-already = the file system is already mounted
cause-not-mounted = the file system is not mounted
cause-write-protected = the disk is write-protected
cause-in-use = the file system is in use
cause-disk-gone = the disk is gone
cause-udisks-silent = UDisks2 did not answer within { $minutes } min
cause-udisks-gone = UDisks2 is not available
cause-no-answer = no answer within { $seconds } s
cause-opening = opening { $path }: { $cause }
cause-not-in-table = { $path } is not in the mount table
cause-other-disk = another disk is mounted at { $path }: { $device }
cause-without-option = mounted without { $option }
cause-remounted = remounted read-only
cause-read-only = mounted read-only
cause-bind-mount = { $path } is a bind mount of { $root }
cause-upon-it = { $path } is mounted on top of it
cause-other-mount = the directory is on another mount
cause-no-disk = no disk was chosen

## Snapshots

cause-little-room = only { $percent } % of its file system are free
cause-no-shared-blocks = this file system can't share blocks between files
cause-place-elsewhere = it is on another file system than the source
cause-place-other-mount = it is on another mount than the source
cause-place-read-only = the file system is read-only
cause-place-full = no space is left
cause-place-no-directory = it is no directory
cause-place-link = it is a link, or below one
cause-place-not-private = it is owned or writable by others
cause-place-foreign = it holds files of somebody else
cause-place-holds-source = the source lies in it
cause-place-not-absolute = it is no absolute path without ..
cause-place-kernel = the kernel refused: { $cause }
cause-not-cloned = it can't be read or cloned: { $cause }
cause-snapshot-full = the snapshot can't take it: { $cause }
cause-unreadable-for-snapshot = { $path } can't be read: { $cause }

## Files

cause-changeable = can be changed by { $user }
cause-link-of = a link that belongs to { $user }
cause-not-regular = not a regular file
cause-not-a-file = not a file
cause-more-names = has more than one name
cause-replaced = was replaced at this moment
cause-changed-meanwhile = the file was changed meanwhile
cause-held-by = held by: { $holder }
cause-no-lock-file = not a lock file
cause-no-lock-directory = no lock directory is configured
cause-own-spelling = the disk keeps its own spelling
cause-two-entries = the disk has two entries of this name
cause-other-directory = another directory is in its place
cause-history-unreadable = can't read { $path }: { $cause }
cause-history-unwritable = can't write { $path }: { $cause }
cause-run-unwritten = can't record run { $run }: { $cause }
cause-run-too-long = run { $run } is too long for a line of the history: { $bytes } bytes
cause-too-large = it is larger than { $bytes } bytes
cause-rsync-missing = rsync: command not found

## Servers and processes

cause-process-ended = the helper process ended without an answer
cause-not-stored = nothing was written within { $seconds } s
cause-store-ended = the thread that writes has ended
cause-endless = the server's { $what } does not end ({ $bytes } bytes so far)
cause-no-address = the name has no address
cause-no-certificate = it contains no certificate
cause-connection-gone = the connection was lost
cause-recipient-unsaid = the server said nothing about this recipient
cause-not-enforced = the kernel accepted the rules but does not enforce them

## What Rust says where the kernel has no number for it

cause-entity-not-found = entity not found
cause-permission-denied = permission denied
cause-timed-out = timed out
cause-unexpected-end = unexpected end of file

## What the kernel says

errno-EPERM = the system does not allow it
errno-ENOENT = it does not exist
errno-EINTR = it was interrupted
errno-EIO = reading or writing failed
errno-ENXIO = the device is not there
errno-E2BIG = it is too long or too large
errno-EAGAIN = it is not possible at the moment
errno-ENOMEM = there is not enough memory
errno-EACCES = permission is missing
errno-EBUSY = it is in use
errno-EEXIST = it already exists
errno-EXDEV = it is on another file system
errno-ENODEV = the device is not there
errno-ENOTDIR = it is not a directory
errno-EISDIR = it is a directory
errno-EINVAL = the system does not accept it in this form
errno-ENFILE = too many files are open on this computer
errno-EMFILE = the service has too many files open
errno-ETXTBSY = it is being executed, or used as swap space
errno-EFBIG = it is too large for this file system
errno-ENOSPC = the system says that there is no space
errno-EROFS = it is read-only there
errno-EMLINK = it has as many names as this file system allows
errno-EPIPE = the other side has closed the connection
errno-ENAMETOOLONG = the name is too long
errno-ENOSYS = this kernel can't do it
errno-ENOTEMPTY = the directory is not empty
errno-ELOOP = there is a link on the way, or too many of them
errno-ENODATA = the data does not exist
errno-ENOLINK = the connection to the device is gone
errno-EBADMSG = the stored data does not match its checksum
errno-EOVERFLOW = the value is too large
errno-EILSEQ = the name contains characters that are not accepted
errno-EOPNOTSUPP = this is not supported there
errno-EADDRINUSE = the address is in use
errno-EADDRNOTAVAIL = this computer does not have the address
errno-ENETDOWN = the network is down
errno-ENETUNREACH = there is no route to this network
errno-ECONNABORTED = the connection was interrupted
errno-ECONNRESET = the other side has reset the connection
errno-ETIMEDOUT = no answer came in time
errno-ECONNREFUSED = nothing accepts connections there
errno-EHOSTDOWN = the computer is switched off or not on the network
errno-EHOSTUNREACH = there is no route to this computer
errno-ESTALE = it no longer exists
errno-EUCLEAN = the system considers the file system damaged
errno-EREMOTEIO = the device reported an error
errno-EDQUOT = the quota is used up
errno-ENOMEDIUM = there is no medium in the drive
errno-EMEDIUMTYPE = the medium is of another kind
