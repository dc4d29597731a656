#!/bin/sh
# First process of a testbed: its own /run, /media, /mnt, /var/lib, /var/log and /etc, its own system bus and its own udevd.
# It runs in fresh mount, net and pid namespaces (see crates/testing/src/testbed/); when it dies, the kernel ends everything that
# was started in here and drops every mount. It prints "ready" when UDisks2 may be started.
#
# usage: init.sh TESTBED_DIRECTORY DBUS_POLICY_DIRECTORY
set -eu
testbed=$1
policies=$2

for directory in /run /media /mnt /var/lib /var/log; do
    mount -t tmpfs -o mode=0755 testbed "$directory"
done
mkdir -p /run/testbed/etc /run/testbed/etc-work /run/testbed/sbin /run/dbus /run/lock /run/udev /run/asbackup
mkdir -p /var/lib/udisks2 /var/lib/asbackup /var/log/asbackup

# What is written to /etc (fstab, udev rules, our own config) stays in here.
mount -t overlay -o lowerdir=/etc,upperdir=/run/testbed/etc,workdir=/run/testbed/etc-work testbed /etc
mkdir -p /etc/asbackup /etc/dbus-1/system.d /etc/udev/rules.d
: > /etc/fstab
[ -s /etc/machine-id ] || dbus-uuidgen > /etc/machine-id

# udevd makes links to the disks that it sees; they are not to appear on the machine outside.
mkdir -p /dev/disk
mount -t tmpfs -o mode=0755 testbed /dev/disk

# A kernel without exfat gets exfat-fuse in its place, under the name that mount(8) looks for (Debian ships it under another
# one, so that the kernel's driver goes first). What stands in for the driver must also heed noexec as that does; the FUSE
# program drops the option.
if ! modprobe -q exfat 2> /dev/null && ! grep -qw exfat /proc/filesystems && [ -x /usr/sbin/mount.exfat-fuse ]; then
    cat > /run/testbed/sbin/mount.exfat << 'END'
#!/bin/sh
/usr/sbin/mount.exfat-fuse "$@" || exit
case "$*" in *noexec*) exec mount -o remount,bind,noexec "$2" ;; esac
END
    chmod +x /run/testbed/sbin/mount.exfat
    mount -t overlay -o lowerdir=/run/testbed/sbin:/usr/sbin testbed /usr/sbin
fi

ip link set lo up
cp "$policies"/*.conf /etc/dbus-1/system.d/ 2> /dev/null || true
dbus-daemon --config-file="$testbed/bus.conf" --nofork --nopidfile --nosyslog &
/lib/systemd/systemd-udevd &
until udevadm control --ping 2> /dev/null; do :; done
until [ -S /run/dbus/system_bus_socket ]; do :; done
echo ready

# Nothing is left to do but to bury what dies in here, until the test closes our standard input. A background job's
# standard input would be /dev/null, hence the detour.
exec 9<&0
cat <&9 > /dev/null &
wait $!
