# SPDX-License-Identifier: BSD-2-Clause
"""Everything the tests expect Lantern to print, in one place, and what to read out of it."""
import os
import re

from qemu import ROOT

VERSION = r"[0-9]+\.[0-9]+\.[0-9]+"
STUB_LINE = rf"Lantern {VERSION} EFI stub\n"
BANNER = rf"Lantern {VERSION} (?!EFI stub)[^\n]*\n"
PROMPT = "lantern> "

E820_LINE = re.compile(r"e820: \[mem 0x([0-9a-f]{16})-0x([0-9a-f]{16})\] (.+)")
E820_TOTAL = re.compile(r"e820: total (?!all types)(.+) (\d+) KiB")
E820_ALL = re.compile(r"e820: total all types (\d+) KiB(?:, firmware (\d+) KiB)?")
DOOR = re.compile(r"^door: (.*)", re.M)
PLACEMENT = re.compile(r"kernel: physical 0x([0-9a-f]+), virtual 0x([0-9a-f]+)")
LEVELS = re.compile(r"paging: ([45]) levels")
INITRD = re.compile(r"initrd: physical 0x([0-9a-f]+)-0x([0-9a-f]+), (\d+) KiB(?:, xxh64 ([0-9a-f]{16}))?")
COMMAND_LINE = re.compile(r"^command line: (.*)", re.M)
PANIC_STOPPED = "panic: stopped"

# the monitor's commands, and a piece of what each prints
MONITOR_COMMANDS = ("help", "map", "pt", "regs", "reboot", "poweroff")
REGISTERS = ("cr0", "cr3", "cr4", "rip", "rsp")


def stages():
    """{number: short name} of include/boot/stage.h"""
    with open(os.path.join(ROOT, "include", "boot", "stage.h"), encoding="ascii") as file:
        return {int(nr): name for nr, name in re.findall(r'S\( *(\d+), \w+,\s*"([^"]+)"', file.read())}


STAGES = stages()


def stage(nr):
    """The line a stage prints under efi=debug."""
    return f"[{nr} {STAGES[nr]}]"


def error(nr, text=""):
    """A pattern for the error line of a stage, and some words of its cause."""
    return rf"lantern: error {nr} {STAGES[nr]}: [^\n]*{text}"


def warning(nr, text=""):
    return rf"lantern: warning {nr} {STAGES[nr]}: [^\n]*{text}"


class MemoryMap:
    """The e820 map and the totals in a log."""

    def __init__(self, log):
        self.ranges = [(int(start, 16), int(end, 16) + 1, kind) for start, end, kind in E820_LINE.findall(log)]
        self.totals = {kind: int(kib) for kind, kib in E820_TOTAL.findall(log)}
        match = E820_ALL.search(log)
        assert match, "no e820 totals printed"
        self.all_kib = int(match.group(1))
        self.firmware_kib = int(match.group(2)) if match.group(2) else None	# None: not UEFI

    def check(self):
        """The map is sorted and disjoint, and all sums agree, ours and the firmware's."""
        assert self.ranges, "no e820 entries printed"
        last, by_kind = 0, {}
        for start, end, kind in self.ranges:
            assert start >= last, f"entry at {start:#x} begins before {last:#x}"
            assert end > start, f"entry at {start:#x} is empty"
            by_kind[kind] = by_kind.get(kind, 0) + end - start
            last = end
        assert {kind: size // 1024 for kind, size in by_kind.items()} == self.totals
        assert sum(by_kind.values()) // 1024 == self.all_kib
        assert self.firmware_kib in (None, self.all_kib)

    def usable_kib(self):
        return self.totals["usable"]


def placement(log):
    """(physical, virtual) address of the kernel, as printed."""
    match = PLACEMENT.search(log)
    assert match, "no line says where the kernel is"
    return int(match.group(1), 16), int(match.group(2), 16)


def levels(log):
    match = LEVELS.search(log)
    assert match, "no line says how many page-table levels there are"
    return int(match.group(1))


def door(log):
    match = DOOR.search(log)
    assert match, "no line names the door"
    return match.group(1)


def command_line(log):
    match = COMMAND_LINE.search(log)
    assert match, "no line shows the command line"
    return match.group(1)


def from_stub(log):
    """The part of a log that is ours."""
    match = re.search(STUB_LINE, log)
    assert match, "the EFI stub printed nothing"
    return log[match.start():]
