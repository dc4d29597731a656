### What the service tells callers, and what it says when it joins the system bus.

bus-access-denied = You are not allowed to do this ({ $action }). Members of the group “asbackup” may start and cancel copies; the administrator (root) may do everything. Please ask them.
bus-permission-unknown = It could not be checked whether you are allowed to do this ({ $action }), because polkit did not answer. So it was not done. Please try again; if this happens again, ask the administrator to check the journal (journalctl -u polkit).
bus-authentication-needed = This needs an administrator's password ({ $action }). Run the command where you can be asked for it, or as root.
bus-arguments-too-long = This call has far more arguments than the service accepts. Nothing was done.
bus-no-answer = The service did not answer in time. It may still carry out the request; check with “asbackup status” before you try again.
bus-name-taken = The backup service is already running: another program owns the name { $name } on the system bus. This second instance exits now and has done nothing.
bus-name-refused = The system bus does not let this program own the name { $name }: { $cause }. The program must run as root, and the file { $name }.conf must be in /usr/share/dbus-1/system.d.
bus-unreachable = The system bus (D-Bus) can't be reached: { $cause }. The backup service does not run without it. Please check: systemctl status dbus
bus-failed = The service could not register on the system bus: { $cause }. Please restart it: systemctl restart asbackupd

daemon-bus-lost = The connection to the system bus was lost. The service exits and is restarted; an interrupted copy then resumes. Please leave the disk plugged in.
daemon-failed = The service can't work: { $cause }. Nothing is backed up until this is fixed. Please call the administrator.
inhibit-reason = A backup copy is running
