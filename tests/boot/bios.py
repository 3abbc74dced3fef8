# SPDX-License-Identifier: BSD-2-Clause
"""What the BIOS tests share: media with real loaders on them, and the probe that
shows what the setup code handed over (bios/probe.c)."""
import os
import re
import shutil
import subprocess

import qemu

PROBE = os.path.join(qemu.BUILD, "tests", "probe.bin")
SETUP_SECTS = 0x1f1
SETUP_SIGNATURE = b"STLZ"	# arch/x86/boot/setup/setup.h
ISOLINUX = "/usr/lib/ISOLINUX/isolinux.bin"
LDLINUX = "/usr/lib/syslinux/modules/bios/ldlinux.c32"
GRUB_PC = "/usr/lib/grub/i386-pc"


def with_probe(path):
    """Write a copy of lantern.efi whose protected-mode part is the probe."""
    with open(qemu.LANTERN, "rb") as file:
        image = bytearray(file.read())
    with open(PROBE, "rb") as file:
        probe = file.read()
    at = (image[SETUP_SECTS] + 1) * 512
    image[at:at + len(probe)] = probe
    with open(path, "wb") as file:
        file.write(image)
    return str(path)


class Handoff:
    """The probe's lines: .regs, .machine, .header, .memory, .bios, .screen, .framebuffer
    are dicts of numbers; .cmdline is a string; .e820 a list of (start, end, type)."""

    def __init__(self, log):
        text = log[log.index("probe: here"):log.index("probe: done")]
        self.e820 = []
        self.cmdline = re.search(r"probe: cmdline (.*)", text).group(1)
        for name, rest in re.findall(r"probe: (\w+) (\w+=.*)", text):
            if name == "cmdline":
                continue
            numbers = {key: int(value, 16) for key, value in re.findall(r"(\w+)=([0-9a-f]+)", rest)}
            if name == "e820":
                self.e820.append((numbers["addr"], numbers["addr"] + numbers["size"], numbers["type"]))
            else:
                setattr(self, name, numbers)

    def ram(self):
        return sum(end - start for start, end, kind in self.e820 if kind == 1)


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def isolinux_cd(folder, kernel, append, initrd=None):
    """A CD on which isolinux starts @kernel."""
    tree = folder / "isolinux-tree"
    os.makedirs(tree / "isolinux")
    for file in (ISOLINUX, LDLINUX):
        shutil.copy(file, tree / "isolinux")
    shutil.copy(kernel, tree / "lantern")
    lines = ["DEFAULT lantern", "PROMPT 0", "LABEL lantern", "KERNEL /lantern", f"APPEND {append}"]
    if initrd:
        shutil.copy(initrd, tree / "initrd.img")
        lines.append("INITRD /initrd.img")
    (tree / "isolinux" / "isolinux.cfg").write_text("\n".join(lines) + "\n")
    iso = folder / "isolinux.iso"
    run("xorriso", "-as", "mkisofs", "-o", iso, "-b", "isolinux/isolinux.bin", "-c", "isolinux/boot.cat",
        "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table", tree)
    return str(iso)


def grub_cd(folder, kernel, append, initrd=None, command="linux16"):
    """A CD on which GRUB for BIOS starts @kernel by linux16 (real mode) or linux (32-bit)."""
    tree = folder / "grub-tree"
    os.makedirs(tree / "boot" / "grub")
    shutil.copy(kernel, tree / "lantern")
    lines = [f"{command} /lantern {append}"]
    if initrd:
        shutil.copy(initrd, tree / "initrd.img")
        lines.append(f"{command.replace('linux', 'initrd')} /initrd.img")
    (tree / "boot" / "grub" / "grub.cfg").write_text("\n".join(lines + ["boot"]) + "\n")
    iso = folder / "grub.iso"
    run("grub-mkrescue", "-d", GRUB_PC, "-o", iso, tree)
    return str(iso)


def pxe_arguments(folder, kernel, append):
    """QEMU arguments: its PXE ROM is iPXE, which fetches a script and @kernel by TFTP."""
    shutil.copy(kernel, folder / "lantern")
    (folder / "boot.ipxe").write_text(f"#!ipxe\nkernel lantern {append}\nboot\n")
    return ["-netdev", f"user,id=net,tftp={folder},bootfile=boot.ipxe", "-device", "e1000,netdev=net,bootindex=0"]
