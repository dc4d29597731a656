### Causes: a part of a sentence, in brackets at its end.
### errno-… is what the kernel says. cause-… are our own errors: the English text is word for word what the error says, since it
### is found by it; one line each. $cause is a cause within the cause.

cause-quoted = “{ $text }”

## Disks

cause-other-sectors = sectors of { $then } instead of { $now } bytes
cause-mounted-already = the file system is mounted already
cause-not-mounted = the file system is not mounted
cause-write-protected = the disk is write-protected
cause-in-use = the file system is in use
cause-disk-gone = the disk is not there any more
cause-udisks-silent = UDisks2 has not answered within { $minutes } min
cause-udisks-gone = UDisks2 is not there
cause-no-answer = no answer within { $seconds } s
cause-opening = opening { $path }: { $cause }
cause-not-in-table = { $path } is not in the mount table
cause-other-disk = another disk is mounted at { $path }: { $device }
cause-without-option = mounted without { $option }
cause-remounted = remounted read-only
cause-read-only = mounted read-only
cause-bind-mount = { $path } is a bind mount of { $root }
cause-upon-it = { $path } is mounted upon it
cause-other-mount = the directory is on another mount
cause-no-disk = no disk was chosen

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
cause-own-spelling = the disk keeps a spelling of its own
cause-two-entries = the disk has two entries of this name
cause-other-directory = another directory is in its place
cause-history-unreadable = can't read { $path }: { $cause }
cause-history-unwritable = can't write { $path }: { $cause }
cause-run-unwritten = can't write run { $run } down: { $cause }
cause-run-too-long = run { $run } is too long for a line of the history: { $bytes } bytes
cause-too-large = it is larger than { $bytes } bytes
cause-rsync-missing = rsync: command not found

## Servers and processes

cause-process-ended = the process that was to do it ended before it answered
cause-endless = the server's { $what } does not end ({ $bytes } bytes so far)
cause-no-address = the name has no address
cause-no-certificate = no certificate is in it
cause-connection-gone = the connection is gone
cause-recipient-unsaid = nothing was said of this recipient
cause-not-enforced = the kernel has taken the rules and does not enforce them

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
errno-EAGAIN = it is not possible at this moment
errno-ENOMEM = there is not enough memory
errno-EACCES = the permission is missing
errno-EBUSY = it is in use
errno-EEXIST = it exists already
errno-EXDEV = it lies on another file system
errno-ENODEV = the device is not there
errno-ENOTDIR = it is not a directory
errno-EISDIR = it is a directory
errno-EINVAL = the system does not take it in this form
errno-ENFILE = too many files are open on this computer
errno-EMFILE = the service has too many files open
errno-ETXTBSY = it is being run, or used as swap space
errno-EFBIG = it is too large for this file system
errno-ENOSPC = the system says that there is no room
errno-EROFS = it can only be read there
errno-EMLINK = it has as many names as this file system takes
errno-EPIPE = the other side has hung up
errno-ENAMETOOLONG = the name is too long
errno-ENOSYS = this kernel can't do it
errno-ENOTEMPTY = the directory is not empty
errno-ELOOP = there is a link on the way, or too many of them
errno-ENODATA = the data is not there
errno-ENOLINK = the connection to the device is gone
errno-EBADMSG = what is stored does not match its checksum
errno-EOVERFLOW = the value is too large
errno-EILSEQ = the name has characters that are not taken
errno-EOPNOTSUPP = this is not supported there
errno-EADDRINUSE = the address is in use
errno-EADDRNOTAVAIL = this computer does not have the address
errno-ENETDOWN = the network is down
errno-ENETUNREACH = no way leads to this network
errno-ECONNABORTED = the connection was cut off
errno-ECONNRESET = the other side has cut the connection off
errno-ETIMEDOUT = no answer came in time
errno-ECONNREFUSED = nobody answers there
errno-EHOSTDOWN = the computer is switched off or not in the network
errno-EHOSTUNREACH = no way leads to this computer
errno-ESTALE = it was there and is no more
errno-EUCLEAN = the system takes the file system for damaged
errno-EREMOTEIO = the device has reported an error
errno-EDQUOT = the quota is used up
errno-ENOMEDIUM = no medium is in the drive
errno-EMEDIUMTYPE = the medium is of another kind
