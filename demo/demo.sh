#!/usr/bin/env bash
# Shows the daemon at work on a virtual disk. Everything happens in separate mount, network and process namespaces and in one
# directory in target/. However this ends, the kernel then ends and unmounts everything in there.
#
# usage: demo.sh DAEMON      (as root; "make demo" builds the daemon first)
# DEMO_MB: size of the repository to copy, in megabytes
set -euo pipefail
cd "$(dirname "$0")/.."

daemon=$(realpath "$1")
place=$PWD/target/demo
needed_times=4

# Left over from a power failure.
rm -rf "$place"
mkdir -p "$place"
trap 'rm -rf "$place"' EXIT
# Control-C reaches every process in here; this one must outlive the others to clean up.
trap : INT TERM

room=$(($(df --output=avail --block-size=1M "$place" | tail -n 1) / needed_times))
size=${DEMO_MB:-3000}
[ "$size" -le "$room" ] || size=$room

status=0
setpriv --pdeathsig KILL unshare --mount --net --pid --ipc --uts --fork --kill-child --mount-proc --propagation private \
    demo/scenes.sh "$place" "$daemon" "$size" || status=$?
exit "$status"
