# What is wrong or suspicious in config.ini. Value: what is wrong; .action: how to correct it.

## The file

config-file-missing = The configuration file { $path } does not exist.
    .action = Please run “asbackup setup”, or copy the template config.ini.template there and fill it in.
config-file-unreadable = The configuration file { $path } can't be read: { $cause }.
    .action = Please check the file's owner and permissions; it belongs to root and has mode 0600.
config-not-utf8 = Line { $line } contains characters that are not stored as UTF-8 (usually an umlaut).
    .action = Please save the file with UTF-8 encoding in your editor.
config-byte-order-mark = The file begins with an invisible byte order mark (BOM).
    .action = Please save the file as "UTF-8 without BOM" in your editor.

## The notation

config-missing-section = Line { $line } comes before the first section.
    .action = Please put a line with the section's name above it, for example [Backup].
config-missing-delimiter = Line { $line } in section [{ $section }] is neither "name = value" nor a section nor a comment.
    .action = Please add the equals sign, make the line a comment with #, or indent it if it belongs to the value above.
config-missing-key = In line { $line } in section [{ $section }] the name before the equals sign is missing.
    .action = Please add the name or delete the line.
config-duplicate-section = Section [{ $section }] in line { $line } already exists in line { $first }.
    .action = Please merge the two sections.
config-duplicate-key = "{ $key }" in section [{ $section }] in line { $line } already exists in line { $first }.
    .action = Please delete one of the two lines.
config-percent-sign = [{ $section }] { $key } = { $value } contains a percent sign without a meaning.
    .action = A percent sign in a value is written twice: %%.
config-unknown-reference = [{ $section }] { $key } refers with a percent sign to "{ $reference }", which is not in the section.
    .action = Please correct the name. If no reference is meant, write the percent sign twice: %%.
config-reference-loop = In [{ $section }] { $key } values refer to each other in a circle or too deeply.
    .action = Please write the value without references.
config-several-lines = The value of [{ $section }] { $key } goes on in line { $line }, but it may only be one line long.
    .action = An indented line belongs to the value above it: please delete the spaces at the start of line { $line }.
config-indented-section = [{ $name }] in line { $line } is indented, so it counts as part of the value of [{ $section }] { $key }.
    .action = Please delete the spaces before [{ $name }], and those before the lines that follow it.
config-indented-key = “{ $name }” in line { $line } is indented, so it counts as part of the value of [{ $section }] { $key }.
    .action = Please delete the spaces at the start of line { $line }.
config-control-character = [{ $section }] { $key } = { $value } contains an invisible control character.
    .action = Please type the value again by hand.

## The values

config-not-a-number = [{ $section }] { $key } = { $value } is not a valid number here.
    .action = Please enter a whole number from { $minimum } to { $maximum }; a comment needs a line of its own.
config-not-a-size = [{ $section }] { $key } = { $value } is not a valid size here.
    .action = Please enter a number of GB from 0 to { $maximum }, with a point and no comma, for example 50 or 2.5.
config-not-a-switch = [{ $section }] { $key } = { $value } is neither yes nor no.
    .action = Please enter true or false (also yes/no, on/off, 1/0).
config-not-a-choice = [{ $section }] { $key } = { $value } is not one of the choices.
    .action = Please enter one of: { $choices }.
config-not-a-host = [{ $section }] { $key } = { $value } is not the name of a computer.
    .action = Please enter a name or an IP address without a port, for example mail.example.com or 127.0.0.1.
config-not-a-secure-address = [{ $section }] { $key } = { $value } is not the address of a server that encrypts.
    .action = Please enter https:// and the server's name, with a port if needed, for example https://veeam.example.com:9419.
config-not-an-address = In [{ $section }] { $key } "{ $value }" is not a mail address.
    .action = Please enter an address such as name@example.com; separate several with commas.
config-name-not-quoted = In [{ $section }] { $key } the name in "{ $value }" contains a comma, which separates addresses.
    .action = Please put the name in quotation marks: "Miller, Jane" <jane@example.com>.
config-not-a-disk = In [{ $section }] { $key } "{ $value }" is neither the UUID of a disk nor a mail address.
    .action = The command "lsblk -f" shows the UUID, for example 0f3a2c1e-1111-2222-3333-444455556666, B78E-6CC4 or 2D53D78A071916A0. A mail address has an @: name@example.com.
config-address-before-disk = In [{ $section }] { $key } the mail address "{ $value }" comes before the first disk.
    .action = Mail addresses follow the UUID of the disk that they belong to: UUID,name@example.com.
config-disk-twice = In [{ $section }] { $key } the disk { $value } appears twice.
    .action = Please put all mail addresses after the first one and delete the second.
config-password-in-clear = [{ $section }] { $key } = none would send name and password unencrypted.
    .action = Please enter auto, tls or starttls, or delete username and password.
config-server-without-user = [{ $section }] { $key } names a server, but no user to log in there.
    .action = Please enter { $user } and its password, or delete { $key }.
config-path-not-absolute = [{ $section }] { $key } = { $value } is not an absolute path.
    .action = Please enter a path that begins with /.
config-path-not-relative = [{ $section }] { $key } = { $value } must not be an absolute path.
    .action = Please enter a name such as .asbackup.lock, without / at its start.
config-path-climbs = [{ $section }] { $key } = { $value } contains "..".
    .action = Please write the path without ".."; it must stay within its directory.
config-path-without-file = [{ $section }] { $key } = { $value } names no file.
    .action = Please put the file's name at the end, without / after it.

## Suspicious, but the file is used anyway

config-unknown-section = The section [{ $section }] is not known; its contents have no effect.
    .action = The most similar one is [{ $nearest }]; upper and lower case matter.
config-unknown-key = "{ $key }" in section [{ $section }] is not known; the line has no effect.
    .action = The most similar one is "{ $nearest }" in section [{ $nearest-section }].
config-misplaced-key = "{ $key }" is in section [{ $section }] and has no effect there.
    .action = Please move the line to section [{ $belongs }].
config-path-swappable = [{ $section }] { $key }: { $path } is not used, because { $component } on the way to it can be changed by { $user ->
        [everybody] anybody
       *[other] { $user }
    }. Someone could put something else in its place.
    .action = Please make root the owner of { $component } and let nobody else write to it ("chown root", "chmod go-w"; access lists: "setfacl -b"), or give it to the owner of what the path names, or choose another path.
config-path-through-link = [{ $section }] { $key }: { $path } is not used, because { $component } on the way to it is a link that { $user ->
        [everybody] anybody
       *[other] { $user }
    } may have created.
    .action = Please have root create the link, in a directory that only root can write to, or enter the path that it leads to.
config-path-not-plain = [{ $section }] { $key }: { $path } is not an ordinary file of its own: it is a pipe, a device or a directory, or it has a second name elsewhere.
    .action = Please find out who put it there, and remove it or choose another path.
config-quoted-value = The value of [{ $section }] { $key } is in quotation marks, which count as part of it: { $value }.
    .action = Please remove the quotation marks.
config-log-not-rotated = [{ $section }] { $key }: { $path } grows without limit, because logrotate does not know it.
    .action = Please add the path to /etc/logrotate.d/asbackup, or move the log to /var/log/asbackup and give it the ending .log.
config-comment-in-value = The value of [{ $section }] { $key } seems to be followed by a comment, which counts as part of the value.
    .action = Please put the comment on a line of its own.
config-local-recipient = In [{ $section }] { $key } "{ $value }" has no @, so its mails go to a user of that name on this computer.
    .action = If a mailbox elsewhere is meant, please write name@example.com.
config-recipients-without-server = Mails have recipients but no mail server, so none is sent.
    .action = Please enter server in the section [Mail]; asbackup setup asks for it and sends a test mail.
config-two-veeam-directories = Two different directories are set for Veeam's lock files: { $path } and { $other }. Both are watched.
    .action = Please set [Backup] veeam-lockfile-path and [VEEAM] veeam-lockfiles to the same directory, or leave one empty.
config-readable-by-others = { $path } contains a password and can be read by users other than root.
    .action = Please run "chmod 600 { $path }", and change the password if others may have seen it.
