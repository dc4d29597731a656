#!/usr/bin/env bash
# Makes the Debian package from the built binaries, in a staging directory because debhelper expects debian/ at the top. The version
# is that of Cargo.toml.
#
# usage: deb.sh      leaves only asbackup_*.deb in target/debian
set -euo pipefail

top=$(dirname "$(dirname "$(readlink -f "$0")")")
stage=$top/target/debian-build
version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$top/Cargo.toml" | head -n 1)
# Reproducible: the same commit gives the same package.
SOURCE_DATE_EPOCH=$(git -C "$top" log -1 --format=%ct 2> /dev/null || stat --format=%Y "$top/Cargo.toml")
export SOURCE_DATE_EPOCH ASBACKUP_TOP="$top"

rm -rf "$stage" "$top/target/debian"
mkdir -p "$stage/asbackup" "$top/target/debian"
cp -r "$top/packaging/debian" "$stage/asbackup/debian"
cd "$stage/asbackup"
cat > debian/changelog << END
asbackup ($version) unstable; urgency=medium

  * See /usr/share/doc/asbackup/CHANGELOG.md.

 -- asbackup <asbackup@example.com>  $(date --utc --rfc-email --date="@$SOURCE_DATE_EPOCH")
END

dpkg-buildpackage --build=binary --unsigned-changes --unsigned-source
mv "$stage"/asbackup_*.deb "$top/target/debian/"
ls -l "$top/target/debian/"
