### What the service tells callers, and what it says when it joins the system bus.

bus-access-denied = You may not do this ({ $action }). Members of the group “asbackup” may start and cancel; the administrator (root) may do everything. Please ask them.
bus-permission-unknown = Whether you may do this ({ $action }) could not be found out, because polkit did not answer, so it was not done. Please try again; if it happens again, ask the administrator to look into the journal (journalctl -u polkit).
bus-authentication-needed = This needs an administrator's password ({ $action }). Run the command where you can be asked for it, or as root.
bus-arguments-too-long = This call has far more arguments than the service takes. Nothing was done.
bus-no-answer = The service has not answered in time. It may carry out the order all the same; look with “asbackup status” before you try again.
bus-name-taken = The backup service is running already: another program owns the name { $name } on the system bus. This second start ends here and has done nothing.
bus-name-refused = The system bus does not let this program own the name { $name }: { $cause }. It must run as root, and the file { $name }.conf must be in /usr/share/dbus-1/system.d.
bus-unreachable = The system bus (D-Bus) can't be reached: { $cause }. The backup service does not run without it. Please check: systemctl status dbus
bus-failed = The service could not set itself up on the system bus: { $cause }. Please restart it: systemctl restart asbackupd

daemon-bus-lost = The connection to the system bus broke off. The service ends and is started again; an interrupted copy is then taken up again. Please leave the disk plugged in.
daemon-failed = The service can't work: { $cause }. Nothing is backed up until this is mended. Please call the administrator.
inhibit-reason = A backup copy is running
