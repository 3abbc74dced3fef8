# SPDX-License-Identifier: BSD-2-Clause
"""The kernel's final page tables, and a memory map edited by the user."""
import struct
import subprocess

import expect
import pytest
import qemu

CHECK = (r"paging: (\d+) pages mapped, (\d+) of them writable and executable\n"
         r"paging: (\d+) frames read-only, (\d+) of them writable elsewhere; lower half: (\d+) pages\n"
         r"paging: guard page below the boot stack: (.*)\n")


def check(machine):
    """What the kernel's walk over its tables found: (pages, W+X, read-only, writable elsewhere, lower half, guard)."""
    *numbers, guard = machine.expect(CHECK).groups()
    return [int(number) for number in numbers] + [guard]


@pytest.mark.parametrize("firmware, cpu, cmdline, levels", [
    ("ovmf", "max", "", 5),
    ("bios", "max", "", 5),
    ("bios", "max,la57=off,pdpe1gb=off", "", 4),
    ("bios", "max", "no5lvl", 4),
])
def test_the_tables_protect_the_kernel(boot, firmware, cpu, cmdline, levels):
    cmdline += ' monitor.exec="pt check;poweroff"'
    how = {"cmdline": cmdline} if firmware == "ovmf" else {"kernel": qemu.LANTERN, "append": cmdline}
    machine = boot(firmware=firmware, cpu=cpu, memory="256M", **how)
    for _ in range(2):				# at boot, and again when everything is mapped
        pages, wx, read_only, aliased, lower, guard = check(machine)
        assert pages > 100 and read_only > 10
        assert (wx, aliased, lower, guard) == (0, 0, 0, "not mapped")
    assert machine.wait() == "guest-shutdown"
    assert expect.levels(machine.log) == levels
    assert not expect.re.search(expect.warning(84), machine.log)


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


def test_the_walk_sees_what_is_wrong(boot):
    """Spoil three entries behind the kernel's back, before its first look at them."""
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
    machine.gdb.go()
    pages, wx, read_only, aliased, lower, guard = check(machine)
    assert (wx, aliased, lower, guard) == (1, 2, 0, "MAPPED")
    machine.expect(expect.warning(84, rf"page at {virtual + 0x1000:#x} is writable and executable"))
    machine.expect(expect.warning(84, rf"page at {0xffff888000000000 + physical:#x} can be written"))
    machine.expect(expect.warning(84, "the boot stack has no guard page"))


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
