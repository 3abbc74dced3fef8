# SPDX-License-Identifier: BSD-2-Clause
"""The PVH door: QEMU starts build/vmlinux by its ELF note, with and without a BIOS."""
import struct

import expect
import pytest
import qemu

ENTRY, STARTUP_64 = 0x1000100, 0x1000000	# physical: not relocated on this door
EXT_RAMDISK, RAMDISK, TYPE_OF_LOADER = 0x0c0, 0x218, 0x210
MAGIC, VERSION, NR_MODULES, MODLIST, CMDLINE, MEMMAP, MEMMAP_ENTRIES = 0, 4, 12, 16, 24, 40, 48
MACHINES = ["pc", "q35", "microvm", "microvm,acpi=off"]


@pytest.fixture
def pvh(boot):
    def start(append, **kwargs):
        return boot(kernel=qemu.VMLINUX, append=append, firmware="bios", **kwargs)
    return start


def usable_kib(log):
    """What the map's lines add up to, which must be what the kernel says."""
    ranges = [(int(start, 16), int(end, 16) + 1) for start, end, kind in expect.E820_LINE.findall(log)
              if kind == "usable"]
    kib = sum(end - start for start, end in set(ranges)) // 1024
    assert dict(expect.E820_TOTAL.findall(log))["usable"] == str(kib)
    return kib


@pytest.mark.parametrize("memory", ["64M", "512M", "6G"])
@pytest.mark.parametrize("machine", MACHINES)
def test_vmlinux_starts(pvh, machine, memory):
    guest = pvh("probe=pvh monitor.exec=map", machine=machine, memory=memory)
    guest.expect(expect.PROMPT + "map")
    guest.expect(expect.PROMPT)
    assert "door: PVH" in guest.log
    assert expect.command_line(guest.log) == "probe=pvh monitor.exec=map"
    assert expect.placement(guest.log) == (0x1000000, 0xffffffff81000000)
    for nr in (55, 56, 60, 99):
        assert expect.re.search(rf"stage: {nr} {expect.STAGES[nr]}\s", guest.log)
    kib = qemu.mib(memory) * 1024
    assert kib * 0.97 < usable_kib(guest.log) <= kib


@pytest.mark.parametrize("nr", [55, 56])
def test_stops_where_it_is_asked_to(pvh, nr):
    pvh(f"stop={expect.STAGES[nr]}").expect(rf"lantern: stopped at {nr} {expect.STAGES[nr]}[\r\n]")


@pytest.mark.parametrize("cpu", ["qemu64", "Nehalem", "max"])
def test_cpus(pvh, cpu):
    assert pvh("monitor.exec=poweroff", cpu=cpu, smp=2).wait() == "guest-shutdown"


@pytest.mark.parametrize("machine", ["pc", "q35", "microvm"])
@pytest.mark.parametrize("command, reason", [("poweroff", "guest-shutdown"), ("reboot", "guest-reset")])
def test_acpi_ends_the_machine(pvh, machine, command, reason):
    """On microvm by the registers of hardware-reduced ACPI."""
    assert pvh(f"monitor.exec={command}", machine=machine).wait() == reason


def test_without_acpi_poweroff_says_so_and_reboot_still_works(pvh):
    guest = pvh('monitor.exec="map;poweroff;reboot"', machine="microvm,acpi=off")
    guest.expect("powering off")
    guest.expect("poweroff: neither EFI nor ACPI")
    guest.expect("rebooting")
    with pytest.raises(AssertionError, match="triple fault"):	# the last resort
        guest.wait()
    assert guest.events[-1]["data"]["reason"] == "guest-reset"


def test_32_bit_cpu_gets_a_message(pvh):
    guest = pvh("", cpu="qemu32", machine="pc")
    guest.expect(expect.error(55, "long mode"))


@pytest.mark.parametrize("machine", ["pc", "microvm"])
def test_first_module_is_the_initrd(pvh, tmp_path, machine):
    content = bytes(i * 7 & 0xff for i in range(70001))
    (tmp_path / "initrd").write_bytes(content)
    guest = pvh("", machine=machine, gdb=True, extra=["-initrd", str(tmp_path / "initrd")])
    guest.gdb.run_to(STARTUP_64)
    params = guest.gdb.registers()["rsi"]
    start, size = struct.unpack("<II", guest.gdb.read(params + RAMDISK, 8))
    assert guest.gdb.read(params + EXT_RAMDISK, 8) == bytes(8)
    assert size == len(content)
    assert guest.gdb.read(start, 512) == content[:512]
    assert guest.gdb.read(start + size - 512, 512) == content[-512:]
    assert guest.gdb.read(params + TYPE_OF_LOADER, 1) == b"\xff"


@pytest.fixture
def at_entry(pvh):
    """A machine stopped at its first instruction of ours, and where start_info is."""
    guest = pvh("monitor.exec=poweroff", gdb=True, fatal=())
    guest.gdb.run_to(ENTRY)
    info = guest.gdb.registers()["rbx"] & 0xffffffff
    assert struct.unpack("<I", guest.gdb.read(info, 4))[0] == 0x336ec578
    return guest, info


@pytest.mark.parametrize("field, layout, value, words", [
    (MAGIC, "I", 0, "magic number"),
    (VERSION, "I", 0, "version 0, which has no memory map"),
    (MEMMAP_ENTRIES, "I", 0, "no memory map"),
    (MEMMAP_ENTRIES, "I", 0xffffffff, "more memory map entries"),
    (MEMMAP, "Q", 0xffffffffffffff00, "memmap_paddr"),
    (MEMMAP, "Q", 1 << 40, "memmap_paddr"),
    (CMDLINE, "Q", 0x1000000, "cmdline_paddr"),
])
def test_wrong_start_info_stops_with_a_message(at_entry, field, layout, value, words):
    guest, info = at_entry
    guest.gdb.write(info + field, struct.pack("<" + layout, value))
    guest.gdb.go()
    guest.expect(expect.error(56, words))
    guest.check_no_triple_fault()


def test_wrong_module_stops_with_a_message(at_entry):
    guest, info = at_entry
    guest.gdb.write(info + NR_MODULES, struct.pack("<I", 1))
    guest.gdb.write(info + MODLIST, struct.pack("<Q", 1 << 33))
    guest.gdb.go()
    guest.expect(expect.error(56, "modlist_paddr"))


def test_command_line_out_of_memory_is_survived(at_entry):
    guest, info = at_entry
    guest.gdb.write(info + CMDLINE, struct.pack("<Q", 1 << 60))
    guest.gdb.go()
    guest.expect(rf"lantern: \w+ \d+ |{expect.PROMPT}")
    guest.check_no_triple_fault()
