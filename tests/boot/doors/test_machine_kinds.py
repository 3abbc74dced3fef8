# SPDX-License-Identifier: BSD-2-Clause
"""Chipset, firmware, CPUs, memory and display together, each extreme at least
once; sizes and CPU types alone are in ../test_machines.py.
"""
import expect
import pytest
import qemu

CMDLINE = "nokaslr monitor.exec=poweroff"
DISPLAYS = {"std": ["-device", "VGA"], "virtio": ["-device", "virtio-vga"], "ramfb": ["-device", "ramfb"], "none": []}


@pytest.mark.parametrize("firmware, chipset, smp, memory, display", [
    ("ovmf", "q35", 1, "64M", "std"),
    ("ovmf", "pc", 8, "64M", "ramfb"),
    ("ovmf", "q35", 8, "64G", "virtio"),
    ("ovmf", "pc", 3, "256M", "none"),
    ("bios", "q35", 8, "64M", "virtio"),
    ("bios", "pc", 1, "64M", "none"),
    ("bios", "q35", 2, "64G", "std"),
    ("bios", "pc", 8, "3G", "ramfb"),
    ("bios", "microvm", 2, "64M", "none"),
])
def test_machine(boot, firmware, chipset, smp, memory, display):
    if memory == "64M" and qemu.is_sanitized():
        memory = "96M"		# OVMF leaves no 8 MiB of 64 in one piece
    kernel = qemu.VMLINUX if chipset == "microvm" else qemu.LANTERN
    machine = boot(kernel=kernel, append=CMDLINE, firmware=firmware, machine=chipset, smp=smp, memory=memory,
                   extra=DISPLAYS[display])
    assert machine.wait() == "guest-shutdown"
    log = machine.log
    memory_map = expect.MemoryMap(log)
    memory_map.check()
    assert qemu.mib(memory) * 1024 * 0.7 < memory_map.usable_kib() <= qemu.mib(memory) * 1024
    if display == "std" or display != "none" and firmware == "ovmf":
        assert "screen not used" not in log
