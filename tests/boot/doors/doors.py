# SPDX-License-Identifier: BSD-2-Clause
"""Every door: one row for each way to start lantern.efi. A function makes the
medium and returns the arguments of the machine that boots it.
"""
import http.server
import os
import socketserver
import threading

import bios
import grub
import media
import qemu
from media import DEBIAN_KERNEL, IPXE, SYSTEMD_BOOT

DOORS = []

EFI, HANDOVER, PVH = "EFI application", "EFI handover", "PVH"
BITS16, BITS32, BITS64 = "16-bit BIOS boot protocol", "32-bit boot protocol", "64-bit boot protocol"


class Door:
    """name     the test's
    title    the table's
    enters   how the kernel's `door:` line begins
    loader   the name of the loader in it
    cmdline  whether a command line gets through
    initrd   whether initrd.img does
    mistakes findings of the handoff check that are true of this loader
    """

    def __init__(self, start, title, enters, loader, cmdline=True, initrd=True, mistakes=()):
        self.name = start.__name__
        self.start = start
        self.title, self.enters, self.loader = title, enters, loader
        self.cmdline, self.initrd, self.mistakes = cmdline, initrd, set(mistakes)


def door(*args, **kwargs):
    def register(start):
        DOORS.append(Door(start, *args, **kwargs))
        return start
    return register


class Unusable(Exception):
    """The loader cannot be used here; why."""


# --- UEFI ---

@door("UEFI, \\EFI\\BOOT\\BOOTX64.EFI", EFI, "EFI stub", initrd=False)
def efi(m, cmdline):
    return dict(drive=m.esp({"EFI/BOOT/BOOTX64.EFI": m.lantern, "EFI/BOOT/cmdline.txt": f"text:{cmdline}"}))


@door("UEFI shell", EFI, "EFI stub")
def shell(m, cmdline):
    return dict(drive=m.esp(m.shell(["fs0:", f"lantern.efi {cmdline}"])))


@door("UEFI, Boot#### entry with options", EFI, "EFI stub")
def nvram(m, cmdline):
    nvram = media.store_boot_option(m.folder, lambda lines: m.esp(m.shell(lines)), media.file_path("\\lantern.efi"), cmdline)
    return dict(drive=m.esp({}), nvram=nvram)


@door("QEMU -kernel, UEFI", EFI, "EFI stub")
def qemu_uefi(m, cmdline):
    return dict(kernel=m.lantern, append=cmdline, extra=["-initrd", m.initrd])


def _grub(firmware, platform, name, command):
    def start(m, cmdline):
        loader = grub.make(m.folder, platform, [f"{command} /lantern.efi {cmdline}",
                                                f"{command.replace('linux', 'initrd')} /initrd.img"], command)
        return dict(firmware=firmware, drive=m.esp({f"EFI/BOOT/{name}.EFI": loader}))
    return start


@door("GRUB, UEFI, linux", BITS32, "GRUB")
def grub_efi(m, cmdline):
    return _grub("ovmf-4m", "x86_64-efi", "BOOTX64", "linux")(m, cmdline)


# It copies more than it has read of the file's header: what follows 0x268 is whatever was in its memory
LINUXEFI = ("H4 hdr, kernel_info_offset", "H7 reserved bytes, 0x26c")


# linuxefi writes the EFI stub's number into type_of_loader
@door("GRUB, UEFI, linuxefi", HANDOVER, "EFI stub", mistakes=LINUXEFI)
def grub_linuxefi(m, cmdline):
    return _grub("ovmf-4m", "x86_64-efi", "BOOTX64", "linuxefi")(m, cmdline)


@door("GRUB, 32-bit UEFI, linux", BITS32, "GRUB")
def grub_ia32(m, cmdline):
    return _grub("ovmf32", "i386-efi", "BOOTIA32", "linux")(m, cmdline)


@door("GRUB, 32-bit UEFI, linuxefi", HANDOVER, "EFI stub", mistakes=LINUXEFI)
def grub_ia32_linuxefi(m, cmdline):
    return _grub("ovmf32", "i386-efi", "BOOTIA32", "linuxefi")(m, cmdline)


@door("32-bit UEFI, .compat entry", EFI, "EFI stub")
def efi_ia32(m, cmdline):
    """Debian's OVMF for 32 bit has no driver that looks into .compat; a program of ours does (efi/compat.c)."""
    return dict(firmware="ovmf32", drive=m.esp({"EFI/BOOT/BOOTIA32.EFI": qemu.COMPAT, "cmdline.txt": f"text:{cmdline}"}))


@door("systemd-boot, type 1 entry", EFI, "EFI stub")
def systemd_boot(m, cmdline):
    entry = f"title Lantern\nlinux /lantern.efi\ninitrd /initrd.img\noptions {cmdline}\n"
    return dict(drive=m.esp({"EFI/BOOT/BOOTX64.EFI": SYSTEMD_BOOT, "loader/loader.conf": "text:timeout 0",
                             "loader/entries/lantern.conf": m.file("lantern.conf", entry)}))


@door("unified kernel image, systemd-stub", EFI, "EFI stub")
def uki(m, cmdline):
    return dict(drive=m.esp({"EFI/BOOT/BOOTX64.EFI": m.uki(cmdline)}))


def network(m, bootfile, files, nic="virtio-net-pci,romfile="):
    return ["-netdev", f"user,id=net,tftp={m.tree(files)},bootfile={bootfile}", "-device", f"{nic},netdev=net,bootindex=0"]


@door("iPXE, UEFI", EFI, "EFI stub", initrd=False)
def ipxe_efi(m, cmdline):
    script = m.file("boot.ipxe", f"#!ipxe\nkernel tftp://10.0.2.2/lantern.efi {cmdline}\nboot\n")
    return dict(drive=m.esp({"EFI/BOOT/BOOTX64.EFI": IPXE + ".efi"}),
                extra=["-netdev", f"user,id=net,tftp={m.tree({'boot.ipxe': script})},bootfile=boot.ipxe",
                       "-device", "virtio-net-pci,romfile=,netdev=net"])


@door("PXE from UEFI firmware", EFI, "EFI stub", cmdline=False, initrd=False)
def pxe_efi(m, cmdline):
    return dict(extra=network(m, "lantern.efi", {}))


class Files(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@door("HTTP boot from UEFI firmware", EFI, "EFI stub", initrd=False)
def http_efi(m, cmdline):
    """A Boot#### entry with a URI, which QEMU's own DHCP server cannot offer; set from the shell."""
    tree = m.tree({})
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), lambda *args: Files(*args, directory=tree))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    mac = bytes.fromhex("525400123456")
    path = (media.path_node(2, 1, bytes.fromhex("d041030a") + bytes(4)) +		# PciRoot(0)
            media.path_node(1, 1, bytes([0, 4])) +					# Pci(4,0)
            media.path_node(3, 11, mac + bytes(26) + b"\1") +				# MAC
            media.path_node(3, 12, bytes(4 + 4 + 2 + 2 + 2 + 1 + 4 + 4)) +		# IPv4, by DHCP
            media.path_node(3, 24, f"http://10.0.2.2:{server.server_address[1]}/lantern.efi".encode()))
    nvram = media.store_boot_option(m.folder, lambda lines: m.esp(m.shell(lines), root=False), path, cmdline)
    return dict(nvram=nvram, extra=["-netdev", "user,id=net", "-device",
                                    f"virtio-net-pci,romfile=,netdev=net,addr=4,mac={mac.hex(':')}"])


# --- disks and discs ---

def _disk(kind):
    def start(m, cmdline):
        return dict(disk=kind, drive=m.esp({"EFI/BOOT/BOOTX64.EFI": m.lantern, "EFI/BOOT/cmdline.txt": f"text:{cmdline}"}))
    start.__name__ = f"disk_{kind}"
    return start


for _kind, _title in (("nvme", "NVMe"), ("virtio", "virtio"), ("usb", "USB")):
    door(f"UEFI, {_title} disk", EFI, "EFI stub", initrd=False)(_disk(_kind))


def iso(m, cmdline):
    return os.path.join(qemu.BUILD, "lantern.iso")


@door("make iso, CD, UEFI", EFI, "EFI stub", cmdline=False, initrd=False)
def iso_cd_uefi(m, cmdline):
    return dict(cdrom=iso(m, cmdline))


@door("make iso, USB stick, UEFI", EFI, "EFI stub", cmdline=False, initrd=False)
def iso_usb_uefi(m, cmdline):
    return dict(drive=iso(m, cmdline), disk="usb")


@door("make iso, CD, BIOS", BITS16, "Syslinux", cmdline=False, initrd=False)
def iso_cd_bios(m, cmdline):
    return dict(cdrom=iso(m, cmdline), firmware="bios")


@door("make iso, USB stick, BIOS", BITS16, "Syslinux", cmdline=False, initrd=False)
def iso_usb_bios(m, cmdline):
    return dict(drive=iso(m, cmdline), disk="usb", firmware="bios")


@door("make iso, virtio disk, BIOS", BITS16, "Syslinux", cmdline=False, initrd=False)
def iso_virtio_bios(m, cmdline):
    return dict(drive=iso(m, cmdline), disk="virtio", firmware="bios", machine="pc")


@door("make iso, AHCI disk, BIOS", BITS16, "Syslinux", cmdline=False, initrd=False)
def iso_ahci_bios(m, cmdline):
    return dict(drive=iso(m, cmdline), firmware="bios")


@door("make iso, NVMe disk, BIOS", BITS16, "Syslinux", cmdline=False, initrd=False)
def iso_nvme_bios(m, cmdline):
    return dict(drive=iso(m, cmdline), disk="nvme", firmware="bios")


def usb_image(m, cmdline):
    return os.path.join(qemu.BUILD, "lantern-usb.img")


@door("make usb-image, USB stick, UEFI", EFI, "EFI stub", cmdline=False, initrd=False)
def usb_image_uefi(m, cmdline):
    return dict(drive=usb_image(m, cmdline), disk="usb")


@door("make usb-image, USB stick, 32-bit UEFI", EFI, "EFI stub", cmdline=False, initrd=False)
def usb_image_ia32(m, cmdline):
    return dict(drive=usb_image(m, cmdline), disk="usb", firmware="ovmf32")


@door("make usb-image, USB stick, BIOS", BITS16, "Syslinux", cmdline=False, initrd=False)
def usb_image_bios(m, cmdline):
    return dict(drive=usb_image(m, cmdline), disk="usb", firmware="bios")


# --- BIOS ---

@door("QEMU -kernel, BIOS", BITS16, "QEMU")
def qemu_bios(m, cmdline):
    return dict(firmware="bios", kernel=m.lantern, append=cmdline, extra=["-initrd", m.initrd])


@door("GRUB, BIOS, linux", BITS32, "GRUB")
def grub_linux(m, cmdline):
    return dict(firmware="bios", cdrom=bios.grub_cd(m.folder, m.lantern, cmdline, m.initrd, "linux"))


@door("GRUB, BIOS, linux16", BITS16, "GRUB")
def grub_linux16(m, cmdline):
    return dict(firmware="bios", cdrom=bios.grub_cd(m.folder, m.lantern, cmdline, m.initrd, "linux16"))


@door("GRUB, BIOS, multiboot2", "Multiboot2", "", initrd=False)
def grub_multiboot2(m, cmdline):
    return dict(firmware="bios", cdrom=bios.grub_cd(m.folder, m.lantern, cmdline, command="multiboot2"))


@door("isolinux", BITS16, "Syslinux")
def isolinux(m, cmdline):
    return dict(firmware="bios", cdrom=bios.isolinux_cd(m.folder, m.lantern, cmdline, m.initrd))


@door("syslinux", BITS16, "Syslinux")
def syslinux(m, cmdline):
    return dict(firmware="bios", drive=m.syslinux(cmdline))


@door("extlinux", BITS16, "Syslinux")
def extlinux(m, cmdline):
    image = m.extlinux(cmdline)
    if not os.path.exists(image):
        raise Unusable(image)
    return dict(firmware="bios", drive=image)


@door("iPXE, BIOS", BITS16, "iPXE")
def ipxe_bios(m, cmdline):
    script = m.file("boot.ipxe", "#!ipxe\ndhcp\nkernel tftp://10.0.2.2/lantern.efi " + cmdline +
                    "\ninitrd tftp://10.0.2.2/initrd.img\nboot\n")
    return dict(firmware="bios", kernel=IPXE + ".lkrn",
                extra=["-initrd", script, "-netdev", f"user,id=net,tftp={m.tree({})}",
                       "-device", "virtio-net-pci,romfile=,netdev=net"])


# --- kexec ---

def _kexec(options):
    def start(m, cmdline):
        initramfs = m.kexec_initramfs(f"kexec {options} -l /lantern.efi --initrd=/initrd.img --command-line='{cmdline}' && kexec -e")
        return dict(firmware="bios", kernel=DEBIAN_KERNEL, extra=["-initrd", initramfs],
                    append="console=ttyS0 quiet nokaslr mitigations=off rdinit=/init")
    return start


@door("kexec_load from Debian's kernel", BITS64, "kexec")
def kexec_load(m, cmdline):
    return _kexec("-c")(m, cmdline)


@door("kexec_file_load from Debian's kernel", BITS64, "kexec")
def kexec_file(m, cmdline):
    return _kexec("-s")(m, cmdline)


# --- PVH: the ELF file that lantern.efi carries ---

@door("PVH, QEMU -kernel build/vmlinux", PVH, "")
def pvh(m, cmdline):
    return dict(firmware="bios", kernel=qemu.VMLINUX, append=cmdline, extra=["-initrd", m.initrd])


@door("PVH, microvm", PVH, "")
def microvm(m, cmdline):
    return dict(firmware="bios", machine="microvm", kernel=qemu.VMLINUX, append=cmdline, extra=["-initrd", m.initrd])
