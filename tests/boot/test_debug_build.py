# SPDX-License-Identifier: BSD-2-Clause
"""The kernel built with DEBUG=1 boots, works, and tells of damage to objects."""
import os

import qemu
from test_memory import check_selftest, tables


def test_debug_build_reports_planted_damage_and_nothing_else(boot):
    machine = boot(firmware="bios", kernel=os.path.join(qemu.BUILD, "debug", "lantern.efi"), memory="64M",
                   append='selftest=mm monitor.exec="map;poweroff"')
    assert machine.wait() == "guest-shutdown"
    check_selftest(machine.log, 1)
    assert "memory: the books balance\n" in tables(machine.log)[0]
    damage = [line.split(": ")[2] for line in machine.log.splitlines() if line.startswith("slab: ")]
    assert damage == ["written past its end", "written after free", "double free"]
