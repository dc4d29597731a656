#!/usr/bin/env bash
# Installs the files of packaging/files.list. Builds nothing.
#
# usage: install.sh DESTDIR PREFIX      DESTDIR may be empty; PREFIX is /usr for distribution packages
set -euo pipefail
shopt -s nullglob

destination=$1
prefix=${2#/}
cd "$(dirname "$(readlink -f "$0")")/.."

place() {
    local source=$1 target=$2 mode=$3
    [[ $target == */ ]] && target+=$(basename "$source")
    target=$destination/${target/#usr\//$prefix/}
    install -D --mode="$mode" "$source" "$target"
    # Of the paths that follow PREFIX, units and rules contain only this one.
    [[ $target == *.service ]] && sed --in-place "s,=/usr/libexec/asbackup/,=/$prefix/libexec/asbackup/," "$target"
    # As Debian requires, and others do, too; without a timestamp, so that the same files give the same package.
    [[ $target == */man/man* ]] && gzip --best --no-name --force "$target"
    return 0
}

while read -r pattern target mode; do
    [[ -z $pattern || $pattern == \#* ]] && continue
    # shellcheck disable=SC2206 # the pattern is meant to be expanded
    sources=($pattern)
    if [ ${#sources[@]} -eq 0 ] || [ ! -e "${sources[0]}" ]; then
        echo "install.sh: $pattern does not exist; build first (make build)" >&2
        exit 1
    fi
    for source in "${sources[@]}"; do
        place "$source" "$target" "$mode"
    done
done < packaging/files.list
