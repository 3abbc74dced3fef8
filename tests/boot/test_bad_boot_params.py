# SPDX-License-Identifier: BSD-2-Clause
"""A loader's mistakes: boot_params changed between the stub's last instruction
and the kernel's first, through QEMU's gdb stub. The kernel must say what is
wrong and boot, or say what is wrong and stop; never hang or reset silently.
"""
import re
import struct
import subprocess

import expect
import pytest
import qemu

E820_ENTRIES, SENTINEL, SETUP_HEADER_MAGIC, CMD_LINE_PTR, SETUP_DATA = 0x1e8, 0x1ef, 0x202, 0x228, 0x250
EXT_CMD_LINE_PTR, E820_TABLE = 0x0c8, 0x2d0
ACPI_RSDP, EFI_MEMMAP_HI = 0x070, 0x1dc

SCREEN_TYPE, LFB, LFB_LINELENGTH = 0x0f, 0x12, 0x24
CMDLINE = 'nokaslr monitor.exec="map;poweroff"'
CPU = "max,-la57"

pytestmark = pytest.mark.xdist_group("boot-params")	# one look at where the kernel goes


@pytest.fixture(scope="module")
def entry_point(shared_boot):
    """Physical address of startup_64: with nokaslr the same at every boot of this machine."""
    symbols = subprocess.run(["nm", qemu.VMLINUX], check=True, stdout=subprocess.PIPE, text=True).stdout
    values = {name: int(value, 16) for value, _, name in
              (line.split() for line in symbols.splitlines() if len(line.split()) == 3)}
    machine = shared_boot(cmdline=CMDLINE, cpu=CPU)
    assert machine.wait() == "guest-shutdown"
    return expect.placement(machine.log)[0] + values["startup_64"] - values["_text"]


@pytest.fixture
def at_kernel_entry(boot, entry_point):
    """A machine stopped at startup_64, and the address of its boot_params."""
    machine = boot(cmdline=CMDLINE, cpu=CPU, gdb=True, fatal=())
    machine.gdb.run_to(entry_point)
    params = machine.gdb.registers()["rsi"]
    assert machine.gdb.read(params + SETUP_HEADER_MAGIC, 4) == b"HdrS", "RSI is not boot_params"
    return machine, params


def write(machine, address, layout, *values):
    machine.gdb.write(address, struct.pack("<" + layout, *values))


def test_wrong_sentinel_is_reported_and_survived(at_kernel_entry):
    machine, params = at_kernel_entry
    write(machine, params + SENTINEL, "B", 0xff)
    # what a loader that copied too much would have left where nobody looks
    write(machine, params + 0x290, "16I", *[0x41414141] * 16)
    machine.gdb.go()
    machine.expect(r"lantern: warning \d+ [\w-]+: [^\n]*sentinel")
    assert machine.wait() == "guest-shutdown"


def test_map_without_ram_stops_with_a_message(at_kernel_entry):
    machine, params = at_kernel_entry
    write(machine, params + E820_ENTRIES, "B", 0)
    machine.gdb.go()
    machine.expect(r"lantern: error \d+ [\w-]+: [^\n]*RAM")
    machine.check_no_triple_fault()


def test_framebuffer_in_ram_is_used_for_nothing_else(at_kernel_entry):
    machine, params = at_kernel_entry
    write(machine, params + SCREEN_TYPE, "B", 0x70)
    write(machine, params + LFB, "HHHI", 640, 480, 32, 0x08000000)
    write(machine, params + LFB_LINELENGTH, "H", 640 * 4)
    machine.gdb.go()
    assert machine.wait() == "guest-shutdown"
    assert re.search(rf"^memory: framebuffer +{640 * 480 * 4 // 1024} KiB$", machine.log, re.M)
    assert "memory: the books balance\n" in machine.log


@pytest.mark.parametrize("name, message", [
    ("setup-data-loop", "warning 65 copy_bootdata: setup_data node .* too many nodes, or a loop"),
    ("setup-data-nowhere", "warning 65 copy_bootdata: setup_data node .* a node outside memory"),
    ("cmdline-nowhere", "warning 65 copy_bootdata: cmd_line_ptr 0x7000fffff000 is outside physical memory"),
    ("no-magic", "warning 65 copy_bootdata: boot_params.hdr.header is 0, not HdrS"),
    ("entries-overflow", "warning 82 e820-table: memory map repaired: [1-9][0-9]* empty"),
    ("e820-nonsense", "warning 82 e820-table: memory map repaired: 0 empty, 1 wrapping"),
    ("rsdp-nowhere", "warning 85 acpi-tables: no RSDP at 0xffffffffffffffff"),
    ("efi-map-nowhere", "warning 82 e820-table: efi_info.efi_memmap 0x7000[0-9a-f]+ is outside physical memory"),
])
def test_wrong_field_gets_a_message_and_no_reset(at_kernel_entry, name, message):
    machine, params = at_kernel_entry
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
    elif name == "rsdp-nowhere":
        write(machine, params + ACPI_RSDP, "Q", 0xffffffffffffffff)
    elif name == "efi-map-nowhere":
        write(machine, params + EFI_MEMMAP_HI, "I", 0x7000)
    machine.gdb.go()
    machine.expect("lantern: " + message)
    machine.expect(expect.PROMPT)
    machine.check_no_triple_fault()
