### What asbackup mail test and asbackup setup say.

## asbackup mail test

mail-test-denied = Only root may read { $path }. Please run this as root: sudo asbackup mail test
mail-test-sending = Sending a test mail through { $server }, port { $port }, { $protection ->
        [tls] encrypted from the first byte
        [starttls] encrypted with STARTTLS
       *[none] not encrypted
    } …
mail-test-recipient = Recipient
mail-test-result = Result
mail-test-answer = Answer of the mail server
mail-test-fate = { $fate ->
        [taken] accepted
        [delayed] not now
       *[refused] refused
    }
mail-test-good = The mail server accepted the mail for all recipients. Please check the mailboxes to see whether it arrives, including the spam folders.
mail-test-bad = The mail server did not accept the mail for all recipients. Please check these addresses; its answers give the reason.
mail-test-no-server = No mails are sent: “server” is empty in section [Mail] of config.ini. To fill it in: asbackup setup
mail-test-no-recipients = Nobody gets mails: config.ini names no recipients, neither in section [Mail] nor after the disks. To fill them in: asbackup setup
mail-test-unwritable = One of the addresses in config.ini can't be used in a mail ({ $cause }). Please correct it.

## asbackup setup: the questions

setup-source = Which directory is to be copied
setup-source-missing = Please enter the full path of the directory, for example /srv/veeam.
setup-source-seen = { $path } can be read; { $count ->
        [0] it is still empty, and an empty directory is not copied.
        [one] it contains one entry.
       *[other] it contains { $count } entries.
    }
setup-source-unreadable = { $path } can't be read ({ $cause }). Please enter the full path of a directory on this computer.
setup-disks = Which of these disks are to be used (numbers, separated by spaces)
setup-disks-none = No disk is plugged in that could be copied to.
setup-disks-again = At least one disk is needed. Please plug it in and press Enter to look again.
setup-disks-wrong = “{ $answer }” is not in the list; for example, enter: 1 2
setup-disk-absent = The disk { $disk } is not plugged in, or it is mounted, encrypted and locked, or one of this computer's own. Please plug in a backup disk and try again. To list the disks: asbackup disks
setup-disk = The disk “{ $label }”:
setup-looking = Examining the disk “{ $label }” …
setup-foreign = The disk “{ $label }” contains { $files ->
        [one] a file
       *[other] { $files } files
    } ({ SIZE($bytes) }) that { $files ->
        [one] is not an older copy
       *[other] are not older copies
    } of your backups, for example: { $examples }. The first copy will delete { $files ->
        [one] it
       *[other] them
    }.
setup-foreign-agree = Delete { $files ->
        [one] it
       *[other] them
    }, and copy to this disk? [y/N]
setup-foreign-kept = The disk “{ $label }” is left alone. Please choose again.
setup-foreign-refused = The disk “{ $label }” is not added, because the first copy would delete { $files ->
        [one] a file
       *[other] { $files } files
    } on it without anyone's consent; nothing was written. Please move what is still needed elsewhere. To agree without being asked, add: --delete-foreign-files
setup-unseen = The contents of the disk “{ $label }” could not be examined: { $cause }. The service examines them before the first copy, and does not copy if that would delete someone's files.
setup-not-agreed = The consent to deleting files on the disk could not be recorded ({ $cause }), so nothing at all was written.
setup-disk-recipients = Who gets a mail about it, in addition to those who get every mail (addresses, separated by commas; - for nobody)
setup-head-number = No.
setup-head-known = In use
setup-known = yes, already
setup-new = not yet
setup-server = Mail server, as name or name:port (- for no mails)
setup-user = Name to log in there (- for no login)
setup-password = Password (not shown; leave empty to keep the current one)
setup-password-unread = The file with the password can't be read ({ $cause }). Please check --mail-password-file.
setup-password-blanks = A password that begins or ends with a space can't be stored in config.ini. Please put it into /etc/credstore/mail-password.
setup-from = Sender of the mails (- for asbackup on this computer)
setup-recipients = Who gets every mail (addresses, separated by commas)
setup-recipients-again = Enter the recipients again? [Y/n]
setup-test = Send a test mail to all recipients now? [Y/n]
setup-test-failed = Nothing was written, because the test mail did not get through. With --no-test-mail none is sent.
setup-again = Answer the questions about mail again? [Y/n]

## asbackup setup: the end

setup-changes = Changes in { $path }:
setup-write = Write these changes? [Y/n]
setup-nothing = Nothing has changed.
setup-not-written = Nothing was written.
setup-ended = The input ended, so nothing was written. To run without questions: asbackup setup --help
setup-denied = Only root may fill in { $path }. Please run this as root: sudo asbackup setup
setup-unwritable = { $path } could not be written ({ $cause }); it is unchanged.
setup-written = { $path } was written.
setup-not-loaded = The service has not loaded it yet. Please check: systemctl status asbackupd ({ $cause })
setup-done = The service has loaded it. From now on, a configured disk is copied to as soon as it is plugged in. To see the current status: asbackup status
