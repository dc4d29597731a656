#!/usr/bin/env bash
# Builds the root file system, kernel and initrd of the virtual machine: a bare Debian with systemd, in which asbackup's
# dependencies are not installed but lie ready as packages, so that installing is tested, and needs no network.
#
# usage: build-root.sh SUITE DIRECTORY      makes DIRECTORY/{root.img,vmlinuz,initrd.img}; as root
set -euo pipefail

suite=$1
directory=$2
here=$(dirname "$(readlink -f "$0")")

# What is there before the package comes. The cloud kernel has no USB storage. locales: for the German journal catalog.
# The file systems' tools are for the disks' sake: udisks2 only recommends them.
bare=(systemd-sysv dbus udev kmod initramfs-tools linux-image-amd64 zstd locales
    e2fsprogs xfsprogs btrfs-progs exfatprogs ntfs-3g dosfstools)
# What apt finds in its cache when it wants it.
ready=(udisks2 rsync polkitd logrotate dbus-broker udiskie)

# A small initrd boots faster: the root disk is the only thing that it has to find.
initrd=$(printf '%s\n' virtio_pci virtio_blk ext4)

hooks=(
    --setup-hook='mkdir -p "$1/etc/initramfs-tools/conf.d" "$1/etc/dpkg/dpkg.cfg.d"'
    --setup-hook='echo MODULES=list > "$1/etc/initramfs-tools/conf.d/small"'
    --setup-hook="echo '$initrd' > \"\$1/etc/initramfs-tools/modules\""
    --customize-hook='chroot "$1" passwd --delete root'
    --customize-hook='chroot "$1" localedef -i de_DE -f UTF-8 de_DE.UTF-8'
    --customize-hook='echo vm > "$1/etc/hostname"'
    --customize-hook='echo "127.0.0.1 localhost vm" > "$1/etc/hosts"'
    --customize-hook="copy-in '$here/files/shell-port.service' /etc/systemd/system"
    --customize-hook="copy-in '$here/files/shell-port' /usr/local/sbin"
    --customize-hook="copy-in '$here/files/vm.conf' /etc/sysctl.d"
    --customize-hook='chroot "$1" systemctl enable shell-port.service'
    # Timers that would start by themselves in the middle of a test.
    --customize-hook='chroot "$1" systemctl mask apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer man-db.timer systemd-networkd-wait-online.service'
    --customize-hook="chroot \"\$1\" apt-get install --yes --download-only ${ready[*]}"
    --customize-hook='rm -f "$1/etc/resolv.conf"'
    --customize-hook="cp -L \"\$1/vmlinuz\" \"\$1/initrd.img\" '$directory'"
    --customize-hook="mke2fs -q -t ext4 -L root -d \"\$1\" '$directory/root.img' 3G"
)

# The lists and the cache stay: apt needs them to resolve without a network.
mmdebstrap --variant=apt --format=null --skip=cleanup/apt,check/qemu \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/asbackup/*' \
    --aptopt='APT::Install-Recommends "false"' \
    --include="$(IFS=,; echo "${bare[*]}")" \
    "${hooks[@]}" "$suite" /dev/null
