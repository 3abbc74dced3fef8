# SPDX-License-Identifier: BSD-2-Clause
"""Threads: who there is, and how they share CPUs."""
import re

import expect
import qemu

THREAD = re.compile(r"^ +(\d+) (\S+) +(\d+) (\w+) +(\S+) +(\d+\.\d{6}) +(\d+)$", re.M)


def test_threads_are_shown(boot):
    machine = boot(kernel=qemu.LANTERN, firmware="bios", memory="128M",
                   append='monitor.exec="threads;bench;threads;poweroff"', extra=["-icount", "shift=0,sleep=off"])
    assert machine.wait() == "guest-shutdown"
    before, after = [{name: (int(pid), state, klass, float(run), int(switches))
                      for pid, name, cpu, state, klass, run, switches in THREAD.findall(part)}
                     for part in machine.log.split("lantern> bench\n")]
    assert before["idle/0"][:3] == (0, "ready", "idle")
    assert before["monitor"][0] > 0 and before["monitor"][1:3] == ("runs", "0")
    assert after["monitor"][4] > before["monitor"][4] + 2000	# the row "context switch" went to and fro
    assert after["monitor"][3] > before["monitor"][3]
    assert all(len(line) < 80 for line in machine.log.split("lantern> threads\n")[1].split("\n")[:4])


def test_torture_and_shares(boot):
    """Time that follows the instructions: how fast the host is changes no share."""
    machine = boot(kernel=qemu.LANTERN, firmware="bios", memory="64M" if qemu.is_sanitized() else "24M",
                   extra=["-icount", "shift=3,sleep=off"],
                   append='selftest=sched monitor.exec="threads;map;poweroff"')
    assert machine.wait() == "guest-shutdown"
    checks, failed = re.search(r"^selftest sched: (\d+) checks, (\d+) failed", machine.log, re.M).groups()
    assert int(checks) > 5000 and failed == "0"
    assert machine.log.count(" % of the CPU") == 4
    names = [name for _, name, *_ in THREAD.findall(machine.log)]
    assert {"idle/0", "monitor"} <= set(names) and not any(name.startswith(("torture", "child")) for name in names)
    assert "memory: the books balance\n" in machine.log


def test_a_thread_that_overflows_its_stack_is_told(boot):
    machine = boot(kernel=qemu.LANTERN, firmware="bios", memory="128M", append='monitor.exec="crash stack"')
    machine.expect(expect.error(99, "exception 8"))
    machine.expect("the stack overflowed into its guard page\n")
    machine.expect(r"backtrace\n(  [0-9a-f]{16}  overflow_stack\+[^\n]*\n)+")
    machine.expect("panic: stopped")
