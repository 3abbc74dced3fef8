# SPDX-License-Identifier: BSD-2-Clause
"""Every command of the monitor on every kind of machine: it keeps to 80 columns and says what is so there."""
import io
import os
import re

import expect
import pytest
import qemu
import screentext
from PIL import Image

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# a piece of what each prints, wherever it runs
COMMANDS = {
    "dmesg": r"Lantern \d",		# first: what is printed later drives it out of the log
    "help": r"^  memtest ",
    "map": r"^memory: the books balance$",
    "pt": r"^\d+ tables, pages: \d+ of 4K",
    "pt check": r"0 of them writable and executable",
    "buddy": r"^DMA32 +\d+ pages free of +\d+",
    "slab": r"^kmalloc-64 +64 ",
    "vmalloc": r"^[0-9a-f]{16}-[0-9a-f]{16} +\d+ KiB ",
    "memtest fixed limit=4M": r"memtest: 1 of 1 passes, 0 errors$",
    "cpus": r"^  0 +\d+ +0 online",
    "irq": r"^vector +\d+",
    "timers": r"^clock \w+ .*, in use$",
    "threads": r"^ +\d+ monitor +\d+ runs",
    "locks": r"^(?:cpu  spinlocks held|class)",
    "acpi": r"^(?:FACP|XSDT|RSDT|APIC) .* bytes|the firmware has no tables",
    "efi": r"not started by UEFI|^64-bit UEFI \d",
    "efi vars": r"not started by UEFI|^efi: [1-9]\d* variables$",
    "efi time": r"not started by UEFI|^20\d\d-",
    "efi tables": r"not started by UEFI|ACPI 2.0 RSDP",
    "cpuid": r"^cpuid 00000000.0: eax",
    "msr c0000080": r"^msr c0000080: 0{13}d01$",
    "peek ffffffff81000000 2": r"^ffffffff81000008: [0-9a-f]{16}  ",
    "poke ffffffff81000000 0": r"not without monitor=unsafe",
    "bench": r"^bench: 100 nop instructions +\d+",
    "panel": r"^ +0  [#.]{28} ",
    "regs": r"^.*cr3 [0-9a-f]{16}",
    "date": r"UTC, from ",
    "pci": r"^00:00\.0  8086:\w{4}  class 060000 rev \w\w  host bridge$|^pci: 0 functions",
    "usb": r"^usb: no xHCI controller$|^1  \S+ 1b36:000d  xHCI, 8 ports",
    "timeline": r"^99 monitor +\d+",
    "report": r'^\{"schema":1,',
    "handoff": r"^handoff: (?:clean|no record)",
    "sysrq": r"^sysrq: m  memory$",
    "ls": r"^0040755 +0 +0 +\d+ dev$",
    "cat /nothing": r"^cat: /nothing: error 2$",
    "unpack": r"^unpack: there is no initial RAM disk",
    "sleep 1": r"^slept \d+ us$",
    "selftest": r"^tests: ",
    "crash nonsense": r"^usage: crash HOW$",
    "nonsense": r"unknown command 'nonsense'",
}
if os.path.exists(qemu.VMLINUX) and qemu.is_sanitized():
    COMMANDS["plant nothing"] = r"^usage: plant "
KERNEL = {"firmware": "bios", "kernel": qemu.LANTERN}
MACHINES = {
    "q35-ovmf": ({}, ""),
    "pc-seabios": ({"machine": "pc", **KERNEL}, ""),
    "q35-4cpus": ({"smp": 4, "extra": ["-device", "qemu-xhci"], **KERNEL}, ""),
    "ovmf-4cpus": ({"smp": 4}, ""),
    "no-acpi": (KERNEL, "acpi=off"),
    "no-apic": ({"machine": "pc", **KERNEL}, "nolapic"),
    "microvm": ({"machine": "microvm", "firmware": "bios", "kernel": qemu.VMLINUX}, ""),
}


@pytest.mark.parametrize("kind", MACHINES)
def test_every_command(boot, kind):
    options, words = MACHINES[kind]
    options = dict(options)
    script = ";".join(COMMANDS)
    line = f'nokaslr {words} console=ttyS0 monitor.exec="{script};poweroff;reboot"'
    options["append" if "kernel" in options else "cmdline"] = line
    machine = boot(memory="128M", **options)
    assert machine.wait() in ("guest-shutdown", "guest-reset")
    answers = {}
    for text in COLOUR.sub("", machine.log).split("\n" + expect.PROMPT)[1:]:
        command, _, answer = text.partition("\n")
        answers[command] = answer
    wrong = [f"{command}: {answers[command]}" for command, pattern in COMMANDS.items()
             if not re.search(pattern, answers[command], re.M)]
    assert not wrong, "\n".join(wrong)
    listed = set(re.findall(r"^  (\w+)", answers["help"], re.M))
    assert listed == {command.split()[0] for command in COMMANDS if command != "nonsense"} | {"poweroff", "reboot"}
    del answers["report"]			# is read by programs
    # the bar of memtest is written over itself
    wide = [line for command, answer in answers.items() for line in answer.split("\n") if len(line) > 80 and "memtest: [" not in line]
    assert not wide, "wider than 80 columns:\n" + "\n".join(wide)
    assert len(re.findall(r"^ +\d+ +\d+ +0 online", answers["cpus"], re.M)) == options.get("smp", 1)
    assert ("no tables" in answers["acpi"]) == (kind == "no-acpi")
    assert ("not started by UEFI" in answers["efi"]) == ("kernel" in options)


ASKED = "\0337\033[999;999H\033[6n\0338"		# of the serial line, what terminal it has


def test_screen_and_serial_line_show_the_same(boot, tmp_path):
    """Every pixel after each command; memtest and bench draw on the screen themselves, and have tests of their own."""
    machine = boot(memory="128M", vga="std", append="nokaslr console=tty0 console=ttyS0 vga=0x318", **KERNEL)
    machine.serial.logfile_read = raw = io.StringIO()
    machine.expect(expect.PROMPT)

    def look():
        with Image.open(machine.screenshot(tmp_path / "screen.png")) as image:
            return screentext.below_the_strip(image.convert("RGB"))

    for command in COMMANDS:
        if command.split()[0] in ("memtest", "bench"):
            continue
        machine.send(command + "\r")
        machine.expect(re.escape(command) + "\n")
        machine.expect("\n" + expect.PROMPT)
        text = raw.getvalue().replace("\r", "").replace(ASKED, "")
        screentext.compare(look, screentext.picture(text[re.search(expect.BANNER, text).start():], 1024, 768))
