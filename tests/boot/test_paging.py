# SPDX-License-Identifier: BSD-2-Clause
"""The kernel's final page tables, and a memory map edited by the user."""
import re
import struct
import subprocess
import time

import expect
import pytest
import qemu
import screentext

CHECK = (r"paging: (\d+) pages mapped, (\d+) of them writable and executable\n"
         r"paging: (\d+) frames read-only, (\d+) of them writable elsewhere; lower half: (\d+) pages\n"
         r"paging: guard page below the boot stack: ([^\n]*)\n"
         r"paging: (\d+) exception stacks, (\d+) of them with a guard page\n")

RUN = re.compile(r"^ *(P\w\w)\[([\d.-]+)\] +([0-9a-f]{16}) +(\d+)([KMGT]) (4K|2M|1G) (RW|RO) (NX|X ) ([G-])([U-]) "
                 r"(\S+) +> ([0-9a-f]+)$", re.M)
UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


def check(machine):
    """What the kernel's walk over its tables found: (pages, W+X, read-only, writable elsewhere, lower half, guard, stacks, guarded)."""
    return [text if text.isalpha() or " " in text else int(text) for text in machine.expect(CHECK).groups()]


@pytest.mark.parametrize("firmware, cpu, cmdline, levels", [
    ("ovmf", "max", "", 5),
    ("bios", "max", "", 5),
    ("bios", "max,la57=off,pdpe1gb=off", "", 4),
    ("bios", "max", "no5lvl", 4),
])
def test_the_tables_protect_the_kernel(boot, firmware, cpu, cmdline, levels):
    cmdline += ' monitor.exec="pt check;pt efi;poweroff"'
    how = {"cmdline": cmdline} if firmware == "ovmf" else {"kernel": qemu.LANTERN, "append": cmdline}
    machine = boot(firmware=firmware, cpu=cpu, memory="256M", **how)
    for _ in range(2):				# at boot, and again when everything is mapped
        pages, wx, read_only, aliased, lower, guard, stacks, guarded = check(machine)
        assert pages > 100 and read_only > 10 and guarded == stacks > 2
        assert (wx, aliased, lower, guard) == (0, 0, 0, "not mapped")
    assert machine.wait() == "guest-shutdown"
    assert expect.levels(machine.log) == levels
    assert not re.search(expect.warning(84), machine.log)
    runtime = machine.log[machine.log.index("lantern> pt efi"):]
    if firmware == "ovmf":
        assert re.search(r"-- (lower half|EFI runtime services)\n(?: *P\w\w\[\d+\] table \w+\n)+" + RUN.pattern[1:],
                         runtime, re.M)
        assert "-- kernel text" in runtime
    else:
        assert "pt: EFI runtime services have no page tables" in runtime


def pages_of_tree(text):
    """{address: (frame, page size, writable, executable, global, user, uncached)} of what pt printed."""
    pages = {}
    for _, _, va, count, unit, size, write, execute, everywhere, user, cache, frame in RUN.findall(text):
        step = UNITS[size[1]] * int(size[0])
        for offset in range(0, int(count) * UNITS[unit], step):
            pages[int(va, 16) + offset] = (int(frame, 16) + offset, step > 4096, write == "RW", execute == "X ",
                                           everywhere == "G", user == "U", cache == "UC")
    return pages


def pages_of_qemu(machine):
    """The same, as QEMU's own walk over the tables of the CPU finds it."""
    text = machine.qmp("human-monitor-command", **{"command-line": "info tlb"})
    return {int(va, 16): (int(pa, 16), "P" in flags, "W" in flags, "X" not in flags, "G" in flags, "U" in flags,
                          "C" in flags and "T" in flags)
            for va, pa, flags in re.findall(r"^([0-9a-f]{16}): ([0-9a-f]{16}) (\S+)", text, re.M)}


@pytest.mark.product		# of a shadow of terabytes QEMU tells page by page
@pytest.mark.parametrize("cpu, sizes", [("max", "4K 2M 1G"), ("max,la57=off,pdpe1gb=off", "4K 2M")])
def test_the_tree_is_what_the_cpu_has(boot, cpu, sizes):
    machine = boot(firmware="bios", cpu=cpu, memory="3G", kernel=qemu.LANTERN, append="nokaslr")
    machine.expect(expect.PROMPT)
    machine.send("pt\r")
    totals = machine.expect(r"(\d+) tables, pages: (\d+) of 4K, (\d+) of 2M, (\d+) of 1G\n")
    text = machine.before
    pages = pages_of_tree(text)
    assert pages == pages_of_qemu(machine)
    assert len(pages) == sum(int(number) for number in totals.groups()[1:])
    assert {run[5] for run in RUN.findall(text)} == set(sizes.split())
    assert max(len(line) for line in text.split("\n")) <= 80
    for name in ("direct map of physical memory", "vmalloc and ioremap", "vmemmap: the array of struct page", "kernel text",
                 "kernel rodata", "kernel data and bss", "boot stack, a guard page before it"):
        assert text.count(f"-- {name}\n") == 1

    machine.expect(expect.PROMPT)
    virtual = expect.placement(machine.log)[1]
    machine.send(f"pt {virtual + 0x1234:x}\r")
    machine.expect(f"{virtual + 0x1234:016x}: kernel text, ")
    levels = 4 if "la57=off" in cpu else 5
    for level in ("PGD", "P4D", "PUD", "PMD", "PTE")[0 if levels == 5 else 1:]:
        level = "PGD" if levels == 4 and level == "P4D" else level
        machine.expect(rf"{level}\[\d+\] [0-9a-f]{{16}}: ")
    machine.expect("    present, read-only, supervisor, executable, accessed\n    PAT slot 0: WB, dirty, global\n")
    machine.expect(rf"-> physical {pages[virtual + 0x1000][0] + 0x234:x}: all levels together read-only, executable")


def symbols():
    """{name: address} of the kernel where it was linked."""
    out = subprocess.run(["nm", qemu.VMLINUX], check=True, stdout=subprocess.PIPE, text=True).stdout
    return {line.split()[2]: int(line.split()[0], 16) for line in out.splitlines() if len(line.split()) == 3}


class Tables:
    """The page tables of a stopped machine, read and changed through gdb and the kernel's direct map."""

    def __init__(self, gdb, direct_map, levels):
        self.gdb, self.direct_map, self.levels = gdb, direct_map, levels

    def entry(self, root, va):
        """(address, value) of the last entry on the way to VA."""
        table = root
        for level in range(self.levels, 0, -1):
            at = self.direct_map + table + 8 * (va >> 12 + 9 * (level - 1) & 511)
            value, = struct.unpack("<Q", self.gdb.read(at, 8))
            if level == 1 or not value & 1 or level < 4 and value & 0x80:
                return at, value
            table = value & 0xffffffffff000

    def change(self, root, va, set_bits):
        at, value = self.entry(root, va)
        self.gdb.write(at, struct.pack("<Q", value | set_bits))
        return value


@pytest.mark.product		# with SAN=1 there is enough text for a page of 2 MiB
def test_the_walk_sees_what_is_wrong(boot):
    """Spoil four entries behind the kernel's back, before its first look at them."""
    at = symbols()
    machine = boot(firmware="bios", cpu="max,la57=off", memory="256M", kernel=qemu.LANTERN, append="nokaslr", gdb=True)
    machine.gdb.run_to(at["pt_check"])
    machine.expect(expect.LEVELS.pattern)
    physical, virtual = expect.placement(machine.log)
    tables = Tables(machine.gdb, 0xffff888000000000, 4)
    root = at["init_top_pgt"] - virtual + physical
    text = tables.change(root, 0xffff888000000000 + physical, 2)	# the first page of text, in the direct map
    assert text & ~0x60 == physical | 1 << 63 | 0x101
    text = tables.change(root, virtual + 0x1000, 2)			# the second, where it is executable
    assert text & ~0x60 == physical + 0x1000 | 0x101
    guard = at["init_stack_guard"]
    assert tables.change(root, guard, guard - virtual + physical | 1 << 63 | 3) == 0
    nmi_stack, = struct.unpack("<Q", machine.gdb.read(at["cpu_tss"] + 0x24 + 8, 8))
    below = (nmi_stack + 0xfff & ~0xfff) - 0x2000 - 0x1000
    assert tables.change(root, below, 0x100000 | 1 << 63 | 3) == 0
    machine.gdb.go()
    pages, wx, read_only, aliased, lower, guard, stacks, guarded = check(machine)
    assert (wx, aliased, lower, guard, stacks - guarded) == (1, 2, 0, "MAPPED", 1)
    machine.expect(expect.warning(84, rf"page at {virtual + 0x1000:#x} is writable and executable"))
    machine.expect(expect.warning(84, rf"page at {0xffff888000000000 + physical:#x} can be written"))
    machine.expect(expect.warning(84, "not every stack has a guard page"))


def test_stack_overflow_is_caught_by_the_guard_page(boot):
    machine = boot(cmdline='monitor.exec="crash stack"')
    machine.expect(r"exception 8, #DF double fault\nthe stack overflowed into its guard page\n")
    machine.expect(r"  [0-9a-f]{16}  overflow_stack\+")
    machine.check_no_triple_fault()


def entries(log):
    return [(int(a, 16), int(b, 16), kind) for a, b, kind in expect.E820_LINE.findall(log)]


def test_memmap_edits_the_map(boot):
    machine = boot(cmdline='memmap=64M$256M,1M#320M memmap=2M%340M-1+7 memmap=nonsense mem=400M '
                           'monitor.exec="poweroff"', memory="512M")
    machine.expect(r"lantern: warning \d+ e820-table: mem= or memmap=: 'nonsense' makes no sense")
    assert machine.wait() == "guest-shutdown"
    table = entries(machine.log)
    assert (256 << 20, (320 << 20) - 1, "reserved") in table
    assert (320 << 20, (321 << 20) - 1, "ACPI data") in table
    assert (340 << 20, (342 << 20) - 1, "persistent") in table
    assert not [e for e in table if e[2] == "usable" and e[1] >= 400 << 20]
    assert [e for e in table if e[2] == "usable" and e[1] == (400 << 20) - 1]


@pytest.mark.parametrize("levels, cmdline", [
    (4, "no5lvl nokaslr"), pytest.param(5, "nokaslr", marks=pytest.mark.product), (4, "no5lvl"),	# tables of the shadow fill the page
])
def test_the_early_tables_are_kept(boot, levels, cmdline):
    """Each table is where its symbol is, and the way from the top ends at the kernel."""
    machine = boot(firmware="bios", kernel=qemu.LANTERN, memory="256M", append=f'console=ttyS0 {cmdline} monitor.exec="pt early;poweroff"')
    assert machine.wait() == "guest-shutdown"
    physical, virtual = expect.placement(machine.log)
    text = machine.log[machine.log.index("CR3 --> early_top_pgt"):]
    assert text.startswith(f"CR3 --> early_top_pgt, {levels} levels, on the way to {virtual:#x}\n")
    tables = {name: (int(at, 16), dict(re.findall(r"^  \[ *(\d+)\] +(.*?) +RW", entries, re.M))) for name, at, entries in
              re.findall(r"^(\w+(?:\[\d+\])?) at (0x[0-9a-f]+)\n((?:  \[.*\n)+)", text, re.M)}
    linked = symbols()
    for name, (at, _) in tables.items():
        base, nr = re.fullmatch(r"(\w+?)(?:\[(\d+)\])?", name).groups()
        assert at == linked[base] - linked["_text"] + physical + int(nr or 0) * 4096, name
    name = "early_top_pgt"
    for level in range(levels, 2, -1):
        name = tables[name][1][str(virtual >> 12 + 9 * (level - 1) & 511)].replace("--> ", "")
    assert name == "level2_kernel_pgt"
    assert int(tables[name][1][str(virtual >> 21 & 511)].replace("2M at ", ""), 16) == physical


@pytest.mark.product		# tables of the shadow fill the page
@pytest.mark.parametrize("cmdline", ["no5lvl", ""])
def test_the_early_tables_are_drawn_on_the_screen(boot, tmp_path, cmdline):
    """Boxes and lines: the picture that the serial line has, in the cells of the screen."""
    machine = boot(firmware="bios", kernel=qemu.LANTERN, memory="256M", vga="std",
                   append=f"console=tty0 console=ttyS0 vga=0x318 nokaslr {cmdline}")
    machine.expect(expect.PROMPT)
    for key in ("p", "t", "spc", "e", "a", "r", "l", "y", "ret"):
        machine.qmp("send-key", keys=[{"type": "qcode", "data": key}])
        time.sleep(0.1)
    machine.expect("level1_fixmap_pgt|level1_fixmap")
    machine.expect(r"\n(?=lantern> )")
    drawn = [line for line in machine.log[machine.log.index("pt early"):].splitlines() if re.search("[│┌└]", line)]
    assert len(drawn) > 12
    for _ in range(50):		# the serial line is written first
        shown = [line for line in screentext.read(machine.screenshot(tmp_path / "early.png")) if re.search("[│┌└]", line)]
        if shown == drawn:
            return
        time.sleep(0.1)
    assert shown == drawn
