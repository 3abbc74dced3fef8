# SPDX-License-Identifier: BSD-2-Clause
"""A loader's mistakes: boot_params changed between the stub's last instruction
and the kernel's first, through QEMU's gdb stub. The kernel must say what is
wrong and boot, or say what is wrong and stop; never hang or reset silently.
"""
import struct
import subprocess

import expect
import pytest
import qemu

KERNEL = 0x1000000		# where nokaslr puts it: pref_address
E820_ENTRIES, SENTINEL, SETUP_HEADER_MAGIC, CMD_LINE_PTR, SETUP_DATA = 0x1e8, 0x1ef, 0x202, 0x228, 0x250
BOOT_FLAG, EXT_CMD_LINE_PTR, E820_TABLE = 0x1fe, 0x0c8, 0x2d0


def entry_point():
    """Physical address of startup_64 under nokaslr."""
    symbols = subprocess.run(["nm", qemu.VMLINUX], check=True, stdout=subprocess.PIPE, text=True).stdout
    values = {name: int(value, 16) for value, _, name in
              (line.split() for line in symbols.splitlines() if len(line.split()) == 3)}
    return KERNEL + values["startup_64"] - values["_text"]


def at_kernel_entry(boot, cmdline="nokaslr monitor.exec=poweroff"):
    """A machine stopped at startup_64, and the address of its boot_params."""
    machine = boot(cmdline=cmdline, gdb=True, cpu="max,-la57", fatal=())
    machine.gdb.run_to(entry_point())
    params = machine.gdb.registers()["rsi"]
    assert machine.gdb.read(params + SETUP_HEADER_MAGIC, 4) == b"HdrS", "RSI is not boot_params"
    return machine, params


def write(machine, address, layout, *values):
    machine.gdb.write(address, struct.pack("<" + layout, *values))


def test_wrong_sentinel_is_reported_and_survived(boot):
    machine, params = at_kernel_entry(boot)
    write(machine, params + SENTINEL, "B", 0xff)
    # what a loader that copied too much would have left where nobody looks
    write(machine, params + 0x290, "16I", *[0x41414141] * 16)
    machine.gdb.go()
    machine.expect(r"lantern: warning \d+ [\w-]+: [^\n]*sentinel")
    assert machine.wait() == "guest-shutdown"


def test_map_without_ram_stops_with_a_message(boot):
    machine, params = at_kernel_entry(boot)
    write(machine, params + E820_ENTRIES, "B", 0)
    machine.gdb.go()
    machine.expect(r"lantern: error \d+ [\w-]+: [^\n]*RAM")
    machine.check_no_triple_fault()


@pytest.mark.parametrize("name", ["setup-data-loop", "setup-data-nowhere", "cmdline-nowhere", "no-magic",
                                  "entries-overflow", "e820-nonsense"])
def test_wrong_field_gets_a_message_and_no_reset(boot, name):
    machine, params = at_kernel_entry(boot)
    if name == "setup-data-loop":
        node = struct.unpack("<Q", machine.gdb.read(params + SETUP_DATA, 8))[0]
        write(machine, node, "Q", node)
    elif name == "setup-data-nowhere":
        write(machine, params + SETUP_DATA, "Q", 0x0000700000000000)
    elif name == "cmdline-nowhere":
        write(machine, params + CMD_LINE_PTR, "I", 0xfffff000)
        write(machine, params + EXT_CMD_LINE_PTR, "I", 0x7000)
    elif name == "no-magic":
        write(machine, params + SETUP_HEADER_MAGIC, "I", 0)
    elif name == "entries-overflow":
        write(machine, params + E820_ENTRIES, "B", 255)
    elif name == "e820-nonsense":
        write(machine, params + E820_TABLE, "QQI", 0xfffffffffffff000, 0xffffffffffffffff, 77)
    machine.gdb.go()
    machine.expect(r"lantern: (?:warning|error) \d+ [\w-]+: [^\n]*\n")
    machine.expect(rf"{expect.PROMPT}|guest stopped|lantern: error|Lantern {expect.VERSION}")
    machine.check_no_triple_fault()
