# SPDX-License-Identifier: BSD-2-Clause
"""Microcode in the first part of the initrd is found, checked, loaded or not, and told about."""
import subprocess

import expect
import microcode
import pytest
import qemu
from microcode import SKYLAKE

EPYC, BRAND, PATCH = 0x800f12, 0x8012, 0x8001230	# as QEMU's EPYC says; revisions of QEMU are 1 and 0x1000065
INTEL_CPU, AMD_CPU = "Skylake-Client", "EPYC"

NEWEST = microcode.intel(0x2a, 0x406e3, others=[(SKYLAKE, 2), (SKYLAKE, 3)], data_size=4048)
INTEL = microcode.intel(0x99, 0x306c3) + microcode.intel(0x17, SKYLAKE) + NEWEST + \
    microcode.intel(-5, SKYLAKE) + microcode.intel(0x77, SKYLAKE, platforms=2)
AMD = microcode.amd({0x830f10: 0x8310}, [(0x8301055, 0x8310), (0x9999999, BRAND)]) + \
    microcode.amd({0x800f11: 0x8011, EPYC: BRAND}, [(0x8001250, 0x8011), (PATCH, BRAND), (0x8001227, BRAND)])


@pytest.fixture
def log_of(boot, tmp_path):
    def run(initrd, cpu, words="", **kwargs):
        path = tmp_path / "initrd"
        path.write_bytes(initrd)
        machine = boot(firmware="bios", kernel=qemu.LANTERN, cpu=cpu, memory="64M", extra=["-initrd", str(path)],
                       append=f'nokaslr {words} monitor.exec="poweroff"', **kwargs)
        if not machine.gdb:
            assert machine.wait() == "guest-shutdown"
        return machine
    return run


def line(machine):
    return expect.re.search(r"^microcode: .*$", machine.log, expect.re.M).group()


def warnings(machine):
    return expect.re.findall(r"warning 88 .*", machine.log)


@pytest.mark.parametrize("vendor, container, cpu, running, found, signature", [
    ("GenuineIntel", INTEL, INTEL_CPU, 1, 0x2a, SKYLAKE), ("AuthenticAMD", AMD, AMD_CPU, 0x1000065, PATCH, EPYC)], ids=["intel", "amd"])
def test_under_a_hypervisor_the_newest_is_reported(log_of, vendor, container, cpu, running, found, signature):
    machine = log_of(microcode.early(vendor, container), cpu)
    assert line(machine) == f"microcode: revision {running:#x}, file has {found:#x} of 2024-03-14 " \
        f"for CPU {signature:#x}: not loaded under a hypervisor"
    assert not warnings(machine)


@pytest.mark.parametrize("vendor, container, cpu, register, skip, patch", [
    ("GenuineIntel", INTEL, INTEL_CPU, 0x79, 48, NEWEST),
    ("AuthenticAMD", AMD, AMD_CPU, 0xc0010020, 0, AMD[AMD.index(PATCH.to_bytes(4, "little")) - 4:][:1024])],
    ids=["intel", "amd"])
def test_without_one_the_cpu_gets_its_address(log_of, vendor, container, cpu, register, skip, patch):
    """QEMU ignores the register, so the CPU is looked at as it writes; then it has not taken the update."""
    machine = log_of(microcode.early(vendor, container), cpu + ",-hypervisor", gdb=True)
    machine.gdb.run_to(address_of_wrmsr())
    registers = machine.gdb.registers()
    assert registers["rcx"] & 0xffffffff == register
    at = (registers["rdx"] & 0xffffffff) << 32 | registers["rax"] & 0xffffffff
    assert at % 16 == 0
    assert machine.gdb.read(at - skip, 1024) == patch[:1024]
    machine.gdb.go()
    assert machine.wait() == "guest-shutdown"
    assert expect.re.search(r"CPU 0 did not take revision 0x\w+, it runs 0x\w+$", warnings(machine)[0])
    assert line(machine).endswith(": not loaded")


def address_of_wrmsr():
    """The one of microcode_load_cpu()."""
    code = subprocess.run(["objdump", "-d", "--no-show-raw-insn", qemu.VMLINUX], capture_output=True, text=True,
                          check=True).stdout
    function = expect.re.search(r"^[0-9a-f]+ <microcode_load_cpu>:\n(.*?)\n\n", code, expect.re.M | expect.re.S).group(1)
    address, = expect.re.findall(r"^ *(\w+):\s+wrmsr", function, expect.re.M)
    return int(address, 16)


def test_damage_ends_the_search_and_is_told(log_of):
    bad = bytearray(INTEL)
    bad[INTEL.index(NEWEST) + 2000] ^= 0x10
    machine = log_of(microcode.early("GenuineIntel", bytes(bad)), INTEL_CPU)
    assert f"GenuineIntel.bin is damaged at byte {INTEL.index(NEWEST)}: its checksum is wrong" in warnings(machine)[0]
    assert "file has 0x17 of" in line(machine)


def test_a_damaged_archive_is_told(log_of):
    machine = log_of(microcode.early("AuthenticAMD", AMD)[:2000], AMD_CPU)
    assert "initrd is damaged at byte 156: the contents are cut short" in warnings(machine)[0]
    assert line(machine) == "microcode: revision 0x1000065"


def test_none_for_this_cpu(log_of):
    machine = log_of(microcode.early("GenuineIntel", microcode.intel(0x99, 0x306c3)), INTEL_CPU)
    assert line(machine) == f"microcode: revision 0x1, file has none for CPU {SKYLAKE:#x}"
    assert not warnings(machine)


def test_not_looked_for_when_told_so(log_of):
    machine = log_of(microcode.early("GenuineIntel", INTEL[:100]), INTEL_CPU, "dis_ucode_ldr")
    assert line(machine) == "microcode: revision 0x1, none loaded (dis_ucode_ldr)"
    assert not warnings(machine)
