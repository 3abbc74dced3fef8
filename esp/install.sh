#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# install.sh LANTERN.EFI ESP: copy Lantern to the EFI System Partition mounted
# at ESP, into \EFI\LANTERN, and print what adds it to the menus of systemd-boot
# (where that is in use) and GRUB, and the efibootmgr line that adds it to the
# firmware's. APPLY=1 in the environment makes systemd-boot's entry and runs the line.
#
# A cmdline.txt that is there already belongs to the user and stays as it is.
set -eu

die() {
	echo "install: $*" >&2
	exit 1
}

[ $# -eq 2 ] || die "usage: make install ESP=/boot/efi"
image=$1
esp=$2
here=$(dirname "$0")

[ -f "$image" ] || die "$image is not built yet, run make"
[ -n "$esp" ] || die "say where the EFI System Partition is mounted: make install ESP=/boot/efi"
[ -d "$esp" ] || die "$esp is no folder"

fstype=$(findmnt -n -o FSTYPE --mountpoint "$esp") || die "$esp is not a mount point"
[ "$fstype" = vfat ] || die "$esp holds a file system of type $fstype; an EFI System Partition is FAT (vfat)"
device=$(findmnt -n -o SOURCE --mountpoint "$esp")
[ -d "$esp/EFI" ] || die "$esp has no folder EFI, so it is not an EFI System Partition in use"
[ -w "$esp/EFI" ] || die "$esp/EFI cannot be written, run this as root"

# to a name of its own first: the stick may be pulled out while we copy
mkdir -p "$esp/EFI/LANTERN"
cp "$image" "$esp/EFI/LANTERN/lantern.new"
sync "$esp/EFI/LANTERN/lantern.new"
mv -f "$esp/EFI/LANTERN/lantern.new" "$esp/EFI/LANTERN/lantern.efi"
echo "installed $esp/EFI/LANTERN/lantern.efi"
if [ -e "$esp/EFI/LANTERN/cmdline.txt" ]; then
	echo "kept      $esp/EFI/LANTERN/cmdline.txt"
else
	cp "$here/cmdline.txt" "$esp/EFI/LANTERN/cmdline.txt"
	echo "installed $esp/EFI/LANTERN/cmdline.txt"
fi

entry() {
	printf 'title Lantern\nefi /EFI/LANTERN/lantern.efi\n'
}

entries=$esp/loader/entries
if [ -d "$entries" ] && [ "${APPLY:-0}" = 1 ]; then
	entry > "$entries/lantern.conf"
	echo "installed $entries/lantern.conf"
elif [ -d "$entries" ]; then
	echo "To add Lantern to the menu of systemd-boot, write this to $entries/lantern.conf:"
	entry | sed 's/^/  /'
fi
if [ "${APPLY:-0}" != 1 ]; then
	echo "To add Lantern to GRUB's menu, put this at the end of /etc/grub.d/40_custom and run update-grub:"
	printf '  %s\n' "menuentry 'Lantern' {" '    insmod part_gpt' '    insmod fat' '    insmod chain' \
		'    search --no-floppy --set=root --file /EFI/LANTERN/lantern.efi' \
		'    chainloader /EFI/LANTERN/lantern.efi' '}'
fi

disk=$(lsblk -n -d -o PKNAME "$device" 2>/dev/null) || disk=
part=$(cat "${SYSFS:-/sys}/class/block/${device##*/}/partition" 2>/dev/null) || part=
if [ -z "$disk" ] || [ -z "$part" ]; then
	echo "$device is not a partition of a disk, so there is no boot menu entry to add."
	exit 0
fi

set -- efibootmgr --create --disk "/dev/$disk" --part "$part" --label Lantern \
	--loader '\EFI\LANTERN\lantern.efi'
if [ "${APPLY:-0}" = 1 ]; then
	"$@"
else
	echo "To add Lantern to the firmware's boot menu, run this as root (or make install ESP=$esp APPLY=1):"
	echo "  efibootmgr --create --disk /dev/$disk --part $part --label Lantern --loader '\\EFI\\LANTERN\\lantern.efi'"
fi
