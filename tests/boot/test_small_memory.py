# SPDX-License-Identifier: BSD-2-Clause
"""The smallest machines: 24 MiB are enough, and less is said in a line."""
import expect
import pytest
import qemu
from test_memory import check_selftest, tables


@pytest.mark.product		# the shadow, and larger code
def test_24_mib_are_enough(boot):
    machine = boot(firmware="bios", kernel=qemu.LANTERN, memory="24M",
                   append='monitor.exec="selftest mm;map;poweroff"')
    assert machine.wait() == "guest-shutdown"
    check_selftest(machine.log, 1)
    assert "memory: the books balance\n" in tables(machine.log)[0]


@pytest.mark.parametrize("memory", ["17M", "8M", "4M", "2M"])
def test_too_little_memory_is_told(boot, memory):
    machine = boot(firmware="bios", kernel=qemu.LANTERN, memory=memory, append="console=ttyS0", fatal=())
    machine.expect(expect.error(43, "too little memory") + r"[^\n]*\n")
    assert machine.qmp("query-status")["status"] == "running"
    machine.check_no_triple_fault()
