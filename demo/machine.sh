# shellcheck shell=bash
# The machine of the demo: system bus, udevd, UDisks2, one disk that is plugged in and unplugged, and the daemon. Prints nothing.
# Sets: mail_port, bus, label, uuid, image, device, daemon_status.

bus=(de.example.Backup /de/example/Backup de.example.Backup)

start_machine() {
    cp crates/testing/machine/bus.conf "$place/"
    # The testbed lives until the pipe to its standard input is closed, that is, as long as this script.
    coproc TESTBED { exec sh crates/testing/machine/init.sh "$place" dbus 2> "$place/testbed.log"; }
    read -r _ <&"${TESTBED[0]}"
    /usr/libexec/udisks2/udisksd --no-debug > "$place/udisksd.log" 2>&1 &
    wait_until 20 busctl get-property org.freedesktop.UDisks2 /org/freedesktop/UDisks2/Manager \
        org.freedesktop.UDisks2.Manager Version
}

# A mail server that stores mails and shows them as a mail program would. Sets: mail_port.
start_mail_server() {
    mkdir -p "$place/mail"
    echo '{"mode": "plain"}' > "$place/mail/setup.json"
    /usr/bin/python3 -W ignore crates/testing/servers/sink.py "$place/mail" > "$place/mail/port" 2> "$place/mail/log" &
    wait_until 20 test -s "$place/mail/port"
    mail_port=$(cat "$place/mail/port")
}

mails_are_there() {
    [ "$(find "$place/mail" -name '*.json' ! -name setup.json | wc --lines)" -ge "$1" ]
}

# Waits until a command succeeds, at most this many seconds.
wait_until() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@" > /dev/null 2>&1; do
        [ $SECONDS -lt $deadline ] || return 1
        sleep 0.05
    done
}

make_disk() {
    label=$1
    image=$place/$label.img
    truncate --size="${2}M" "$image"
    mkfs.ext4 -q -E lazy_itable_init=0,nodiscard -L "$label" "$image"
    uuid=$(blkid --probe --match-tag UUID --output value "$image")
}

# A loop device marked to detach at its last close disappears when this script ends, even if it is killed.
plug_in() {
    device=$(losetup --find --show "$image")
    exec {hold}< "$device"
    losetup --detach "$device"
}

unplug() {
    exec {hold}<&-
    wait_until 20 is_detached
}

is_detached() {
    [ "$(cat "/sys/block/${device##*/}/size")" = 0 ]
}

# With the directories and the environment that systemd gives the unit.
start_daemon() {
    env --ignore-environment PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 STATE_DIRECTORY=/var/lib/asbackup \
        RUNTIME_DIRECTORY=/run/asbackup LOGS_DIRECTORY=/var/log/asbackup "$daemon" 2> "$place/daemon.log" &
    daemon_pid=$!
    wait_until 20 busctl get-property "${bus[@]}" Status
}

stop_daemon() {
    kill -TERM "$daemon_pid"
    daemon_status=0
    wait "$daemon_pid" || daemon_status=$?
}

property() {
    busctl get-property "${bus[@]}" "$@"
}

is_safe_to_remove() {
    [ "$(property SafeToRemove)" = "as 1 \"$uuid\"" ]
}

is_mounted_nowhere() {
    ! grep --quiet --fixed-strings " $device " /proc/self/mountinfo
}

# Mounted where neither the daemon nor UDisks2 sees it. The time of the top directory differs, because the lock files were
# created and removed in it.
is_equal() {
    # shellcheck disable=SC2016
    ! unshare --mount --propagation private sh -ec '
        mount -o ro,noload "$1" /mnt
        rsync -naHAXi --numeric-ids --delete --checksum "$2/" /mnt/veeam/' sh "$device" "$source" 2>&1 |
        grep --invert-match --line-regexp --fixed-strings '.d..t...... ./'
}

# The newest runs as listed by the daemon, newest first; $1 is the key.
of_runs() {
    busctl call "${bus[@]}" ListRuns u 2 | { grep --only-matching --perl-regexp "\"$1\" \w \"?\K[^ \"]*" || true; }
}

# Result, number of copied files and number of deletions of the newest run.
run_is() {
    local key found=()
    for key in result files deletions; do
        found+=("$(of_runs "$key" | head -n 1)")
    done
    [ "${found[*]}" = "$*" ]
}
