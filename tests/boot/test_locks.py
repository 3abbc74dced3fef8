# SPDX-License-Identifier: BSD-2-Clause
"""Locks, waiting, grace periods, work queues and timers, used by threads against each other."""
import re

import pytest
import qemu


@pytest.mark.parametrize("cpus", [1, 4])
def test_locks_keep_threads_apart(boot, cpus):
    machine = boot(kernel=qemu.LANTERN, firmware="bios", memory="128M", smp=cpus,
                   append='selftest=locks,timers monitor.exec="selftest locks;threads;poweroff"')
    assert machine.wait() == "guest-shutdown"
    results = re.findall(r"selftest locks: (\d+) checks, (\d+) failed", machine.log)
    assert len(results) == 2
    for checks, failed in results:
        assert int(checks) > 100 and failed == "0"
    checks, failed = re.search(r"selftest timers: (\d+) checks, (\d+) failed", machine.log).groups()
    assert int(checks) > 1000 and failed == "0"
    for thread, cpu in [("ksoftirqd/0", 0)] + [(f"kworker/{cpu}", cpu) for cpu in range(cpus)]:
        assert re.search(rf"\d+ {thread} +{cpu} (waits|ready)", machine.log)
