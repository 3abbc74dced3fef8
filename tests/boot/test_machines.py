# SPDX-License-Identifier: BSD-2-Clause
"""Machines, memory sizes and CPUs."""
import expect
import pytest
import qemu

CMDLINE = 'monitor.exec="regs;poweroff"'


def run(machine):
    assert machine.wait() == "guest-shutdown"
    return expect.from_stub(machine.log)


@pytest.mark.parametrize("chipset, memory", [
    ("q35", "128M"), ("pc", "128M"), ("pc", "2G"), ("q35", "8G"), ("q35", "64G"), ("pc", "64G"),
])
def test_memory_map_adds_up(boot, chipset, memory):
    log = run(boot(cmdline=CMDLINE, machine=chipset, memory=memory))
    memory_map = expect.MemoryMap(log)
    memory_map.check()
    # OVMF keeps a few MiB for itself; flash and PCI windows come on top as reserved
    kib = qemu.mib(memory) * 1024
    assert kib * 0.9 < memory_map.usable_kib() <= kib


@pytest.mark.parametrize("cpu, cmdline, levels", [
    ("qemu64", "", 4),				# the plainest 64-bit CPU
    ("Nehalem", "", 4),				# no 1 GiB pages
    ("qemu64,-pdpe1gb", "", 4),
    ("max", "", 5),
    ("max,-la57", "", 4),
    ("max", "no5lvl", 4),
    ("max,-rdrand,-rdseed", "", 5),
    ("max,-rdrand,-rdseed", "nokaslr", 5),
    ("max,-smap,-smep,-umip,-pcid", "", 5),
])
def test_cpu(boot, cpu, cmdline, levels):
    log = run(boot(cmdline=f"{cmdline} {CMDLINE}", cpu=cpu))
    assert expect.levels(log) == levels
    expect.MemoryMap(log).check()
    cr4 = int(expect.re.search(r"cr4[ =:]+(?:0x)?([0-9a-f]+)", log, expect.re.I).group(1), 16)
    assert bool(cr4 & 1 << 12) == (levels == 5), "CR4.LA57 is not what was printed"


def test_five_levels_above_four_gib(boot):
    """The switch to 5 levels needs low memory, wherever the kernel itself is."""
    for cmdline in ("", "nokaslr"):
        log = run(boot(cmdline=f"{cmdline} {CMDLINE}", memory="64G"))
        assert expect.levels(log) == 5


def test_several_cpus_do_not_disturb(boot):
    run(boot(cmdline=CMDLINE, smp=4))


@pytest.mark.product		# the shadow is mapped, without NX, before the CPU is looked at
def test_cpu_without_nx_gets_a_message(boot):
    machine = boot(cmdline=CMDLINE, cpu="qemu64,-nx", fatal=())
    machine.expect(r"lantern: error \d+ [\w-]+: [^\n]*\bnx\b")
