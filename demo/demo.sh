#!/usr/bin/env bash
# Shows the daemon at work on a virtual disk. Everything happens in mount, network and process namespaces of its own and in
# one directory below target/; when this ends, in whatever way, the kernel ends and unmounts all that was in there.
#
# usage: demo.sh DAEMON      (as root; "make demo" builds the daemon first)
# DEMO_MB: size of the repository that is copied, in megabytes
set -euo pipefail
cd "$(dirname "$0")/.."

daemon=$(realpath "$1")
place=$PWD/target/demo
needed_times=4

# What somebody's power failure left.
rm -rf "$place"
mkdir -p "$place"
trap 'rm -rf "$place"' EXIT
# Control-C reaches everybody in here; this one has to outlive the others to clean up.
trap : INT TERM

room=$(($(df --output=avail --block-size=1M "$place" | tail -n 1) / needed_times))
size=${DEMO_MB:-3000}
[ "$size" -le "$room" ] || size=$room

status=0
setpriv --pdeathsig KILL unshare --mount --net --pid --ipc --uts --fork --kill-child --mount-proc --propagation private \
    demo/scenes.sh "$place" "$daemon" "$size" || status=$?
exit "$status"
