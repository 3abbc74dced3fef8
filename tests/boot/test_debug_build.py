# SPDX-License-Identifier: BSD-2-Clause
"""The kernel built with DEBUG=1 works on four CPUs, and tells of damage to objects and of locks in a wrong order."""
import os
import re

import expect
import pytest
import qemu
from test_memory import check_selftest, tables

# each mistake that selftest=locks plants, with the function in which its parts were seen
MISTAKES = r"""lockdep: locks are taken in opposite orders
lockdep:   selftest.c: &blue, taken in \w+\+0x\w+
lockdep:   selftest.c: &red, wanted in \w+\+0x\w+
lockdep: but before
lockdep:   selftest.c: &red, taken in \w+\+0x\w+
lockdep:   selftest.c: &blue, then in \w+\+0x\w+
lockdep: a lock that an interrupt waits for is taken where one may come
lockdep:   selftest.c: &green, taken by one in \w+\+0x\w+
lockdep:   selftest.c: &green, open to one in \w+\+0x\w+
lockdep: locks are taken in opposite orders
lockdep:   selftest.c: &coffee, taken in \w+\+0x\w+
lockdep:   selftest.c: &tea, wanted in \w+\+0x\w+
lockdep: but before
lockdep:   selftest.c: &tea, taken in \w+\+0x\w+
lockdep:   selftest.c: &coffee, then in \w+\+0x\w+
lockdep: a mutex is wanted where nobody may sleep
lockdep:   selftest.c: &tea, wanted in \w+\+0x\w+
lockdep:   selftest.c: &red, held since \w+\+0x\w+
"""


DEBUG = os.path.join(qemu.BUILD, "debug", "lantern.efi")


@pytest.mark.product		# the quarantine of SAN=1 tells of some of it later
def test_debug_build_reports_planted_damage_and_nothing_else(boot):
    machine = boot(firmware="bios", kernel=DEBUG, memory="64M", smp=4,
                   append='selftest=smp,sched,timers,locks,mm monitor.exec="map;locks;poweroff"')
    assert machine.wait() == "guest-shutdown"
    check_selftest(machine.log, 1)
    assert "memory: the books balance\n" in tables(machine.log)[0]
    damage = [line.split(": ")[2] for line in machine.log.splitlines() if line.startswith("slab: ")]
    assert damage == ["written past its end", "written after free", "double free"]
    for name in ("smp", "sched", "timers", "locks"):
        assert re.search(rf"^selftest {name}: \d+ checks, 0 failed$", machine.log, re.M), name
    told = "".join(line + "\n" for line in machine.log.splitlines() if line.startswith("lockdep: "))
    assert re.fullmatch(MISTAKES, told), told
    assert re.search(r"^smp: 4 CPUs in ", machine.log, re.M)
    assert len(re.findall(r"^timer.c: &base->lock ", machine.log, re.M)) == 1  # per CPU, yet one class
    assert re.search(r"^page_alloc.c: &zone->lock +\d+ +\d+ +\d+  (irq )?(soft )?off$", machine.log, re.M)


@pytest.mark.product		# at a microsecond an instruction the larger kernel takes minutes to get there
@pytest.mark.parametrize("crash, told, where", [
    ("hang;sleep 13000", r"CPU [01] is stuck: no interrupts for 1\d s", "hang_here"),
    ("keep", r"CPU [01] is stuck: monitor lets no other thread run for 2\d s", "keep_cpu"),
])
def test_a_stuck_cpu_is_told_once(boot, crash, told, where):
    """An instruction takes a microsecond, so that the seconds go by soon."""
    machine = boot(firmware="bios", kernel=DEBUG, memory="64M", smp=2, append=f'monitor.exec="crash {crash}"',
                   extra=["-icount", "shift=10,sleep=off"])
    machine.expect(expect.warning(99, told))
    machine.expect(r"backtrace\n(  [0-9a-f]{16}  [^\n]*\n)*?" + rf"  [0-9a-f]{{16}}  {where}\+")
    if "sleep" in crash:
        machine.expect(expect.PROMPT)
        assert machine.log.count("is stuck") == 1
