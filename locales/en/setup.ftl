### What asbackup mail test and asbackup setup say.

## asbackup mail test

mail-test-denied = Only root may read { $path }. Please run this as root: sudo asbackup mail test
mail-test-sending = A test mail is being sent through { $server }, port { $port }, { $protection ->
        [tls] encrypted from the first byte on
        [starttls] encrypted with STARTTLS
       *[none] not encrypted
    } …
mail-test-recipient = Recipient
mail-test-result = Result
mail-test-answer = Answer of the mail server
mail-test-fate = { $fate ->
        [taken] taken
        [delayed] not now
       *[refused] refused
    }
mail-test-good = The mail server took the mail for everybody. Whether it arrives, the mailboxes show; please look into the spam folders, too.
mail-test-bad = The mail server did not take the mail for everybody. Please check those addresses; its answers say why.
mail-test-no-server = No mails are sent: in config.ini, section [Mail], “server” is empty. To fill it in: asbackup setup
mail-test-no-recipients = Nobody gets mails: config.ini names no recipients, neither in section [Mail] nor behind the disks. To fill them in: asbackup setup
mail-test-unwritable = No mail can be written to one of the addresses in config.ini ({ $cause }). Please correct it.

## asbackup setup: the questions

setup-source = Which directory is to be copied
setup-source-missing = Please give the full path of the directory, for example /srv/veeam.
setup-source-seen = { $path } can be read; { $count ->
        [0] there is nothing in it yet, and an empty directory is not copied.
        [one] there is one entry in it.
       *[other] there are { $count } entries in it.
    }
setup-source-unreadable = { $path } can't be read ({ $cause }). Please give the full path of a directory on this machine.
setup-disks = Which of them shall be copied to (numbers, separated by blanks)
setup-disks-none = No disk is plugged in that could be copied to.
setup-disks-again = At least one disk is needed. Please plug it in and press Enter to look again.
setup-disks-wrong = “{ $answer }” is not in the list; right is for example: 1 2
setup-disk-absent = The disk { $disk } is not plugged in, or it is mounted, encrypted and locked, or one of this computer's own. Please plug in a backup disk and try again; which disks are there says: asbackup disks
setup-disk = The disk “{ $label }”:
setup-looking = Looking into the disk “{ $label }” …
setup-foreign = The disk “{ $label }” contains { $files ->
        [one] a file
       *[other] { $files } files
    } ({ SIZE($bytes) }) that { $files ->
        [one] is no older copy
       *[other] are no older copies
    } of your backups, for example: { $examples }. { $files ->
        [one] It
       *[other] They
    } will be deleted by the first copy.
setup-foreign-agree = Delete { $files ->
        [one] it
       *[other] them
    }, and copy to this disk? [y/N]
setup-foreign-kept = The disk “{ $label }” is left alone. Please choose again.
setup-foreign-refused = The disk “{ $label }” is not added, since the first copy would delete { $files ->
        [one] a file
       *[other] { $files } files
    } on it that nobody has agreed to lose; nothing has been written. What is needed of it please move elsewhere. To agree without a question, add: --delete-foreign-files
setup-unseen = What is on the disk “{ $label }” could not be looked at: { $cause }. The service looks at it before the first copy, and does not copy if somebody's files would be lost.
setup-not-agreed = It could not be written down that files on the disk may be deleted ({ $cause }), so nothing has been written at all.
setup-disk-recipients = Who gets a mail about it, besides those who get every mail (addresses, separated by commas; - for nobody)
setup-head-number = No.
setup-head-known = Copied to
setup-known = yes, already
setup-new = not yet
setup-server = Mail server, as name or name:port (- for no mails)
setup-user = Name to log in there (- for no login)
setup-password = Password (not shown; empty keeps the one there is)
setup-password-unread = The file with the password can't be read ({ $cause }). Please check --mail-password-file.
setup-password-blanks = A password that begins or ends with a blank can't stand in config.ini. Please put it into /etc/credstore/mail-password.
setup-from = Sender of the mails (- for asbackup at this machine)
setup-recipients = Who gets every mail (addresses, separated by commas)
setup-recipients-again = Name the recipients again? [Y/n]
setup-test = Send a test mail to all recipients now? [Y/n]
setup-test-failed = Nothing has been written, since the test mail did not get through. With --no-test-mail none is sent.
setup-again = Answer the questions about mail again? [Y/n]

## asbackup setup: the end

setup-changes = This changes in { $path }:
setup-write = Write it? [Y/n]
setup-nothing = Nothing has changed.
setup-not-written = Nothing has been written.
setup-ended = There was no further answer, so nothing has been written. Without questions: asbackup setup --help
setup-denied = Only root may fill in { $path }. Please run this as root: sudo asbackup setup
setup-unwritable = { $path } could not be written ({ $cause }); it is as it was.
setup-written = { $path } has been written.
setup-not-loaded = The service has not read it yet. Please check: systemctl status asbackupd ({ $cause })
setup-done = The service has read it. From now on a disk of the list is copied to as soon as it is plugged in; how things stand says: asbackup status
