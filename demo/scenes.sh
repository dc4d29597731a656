#!/usr/bin/env bash
# The scenes of the demo, one function each, called in order at the end. Runs as the first process of the namespaces of demo.sh.
#
# usage: scenes.sh DIRECTORY DAEMON MEGABYTES
set -Eeuo pipefail

place=$1
daemon=$2
megabytes=$3
source=$place/repository
log=/var/log/asbackup/asbackup.log

case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in
    de*) language=de ;;
    *) language=en ;;
esac
# This script parses the output of programs, which must not depend on the language.
export LC_ALL=C.UTF-8

# shellcheck source=demo/texts/en.sh
. "demo/texts/$language.sh"
# shellcheck source=demo/machine.sh
. demo/machine.sh
# shellcheck source=demo/show.sh
. demo/show.sh

trap 'exit 130' INT TERM
trap 'failed_at $LINENO' ERR

scene_machine() {
    title "$T_machine"
    start_machine
    start_mail_server
    make_disk OFFSITE1 $((megabytes * 2))
    say "$T_disk" "$label" "$uuid"
    fill_repository
    say "$T_repository" "$(count_files)" "$(size_of "$source")"
}

# A small Veeam repository: full backups, increments, and descriptions of the chains.
fill_repository() {
    local job increment
    for job in "Dateiserver" "Mail & Kalender"; do
        mkdir -p "$source/$job"
        noise "$source/$job/${job}D2026-11-20T220000_1A2B.vbk" $((megabytes * 40 / 100))
        for increment in 21 22; do
            noise "$source/$job/${job}D2026-11-${increment}T220000_3C4D.vib" $((megabytes * 5 / 100))
        done
        echo "<BackupMeta>$job</BackupMeta>" > "$source/$job/$job.vbm"
    done
    mkdir -p "$source/VeeamConfigBackup/ATLANTIS" "$source/empty"
    noise "$source/VeeamConfigBackup/ATLANTIS/ATLANTIS_2026-11-22.bco" 1
    chown -R 1001:1001 "$source/Dateiserver"
    chmod 640 "$source"/*/*.v[bi]?
    # Otherwise the copy would have to wait for it.
    sync --file-system "$source"
}

noise() {
    head --bytes="${2}M" /dev/urandom > "$1"
}

scene_daemon() {
    title "$T_daemon"
    write_config
    start_daemon
    say "$T_config" "$(sed -n 's/^backup-source: //p' /etc/asbackup/config.ini)"
    command_shown busctl get-property "${bus[@]}" Status
}

write_config() {
    cat > /etc/asbackup/config.ini << END
[General]
language: $language
[Backup]
filesystem-ids-and-notification-mail-addresses: $uuid
backup-source: $source
backup-destination: veeam
free-space-threshold-gb: 0.1
[Mail]
to-mail-addresses-sysop: office@example.com
from-mail-address: Atlantis <backup@example.com>
server: localhost
port: $mail_port
END
    chmod 600 /etc/asbackup/config.ini
}

scene_first_copy() {
    title "$T_first"
    plug_in
    watch_run 1
    expect "$T_ok_result" run_is success "$(count_files)" 0
}

count_files() {
    find "$source" -type f | wc -l
}

scene_after_the_copy() {
    title "$T_after"
    command_shown busctl get-property "${bus[@]}" Status
    command_shown cat /run/asbackup/status.txt
    expect "$T_ok_free" is_safe_to_remove
    expect "$T_ok_unmounted" is_mounted_nowhere
    expect "$T_ok_equal" is_equal
    unplug
    expect "$T_ok_clean" fsck.ext4 -f -n "$image"
}

scene_mails() {
    title "$T_mails"
    expect "$T_ok_mails" wait_until 20 mails_are_there 2
    show_mails
}

scene_changes() {
    title "$T_changes"
    local job="$source/Dateiserver"
    rm "$job"/*2026-11-21*.vib
    noise "$job/DateiserverD2026-11-23T220000_5E6F.vib" $((megabytes * 3 / 100))
    echo "<BackupMeta>Dateiserver, 23</BackupMeta>" > "$job/Dateiserver.vbm"
    say "$T_changed" "Dateiserver.vbm" "$(size_of "$job"/*2026-11-23*.vib)"
}

scene_second_copy() {
    title "$T_second"
    plug_in
    watch_run 2
    expect "$T_ok_only_changes" run_is success 2 1
    expect "$T_ok_equal" is_equal
    unplug
}

scene_history() {
    title "$T_history"
    show_history
    stop_daemon
    expect "$T_ok_stopped" [ "$daemon_status" = 0 ]
    say "$T_end"
}

scene_machine
scene_daemon
scene_first_copy
scene_after_the_copy
scene_mails
scene_changes
scene_second_copy
scene_history
