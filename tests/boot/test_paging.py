# SPDX-License-Identifier: BSD-2-Clause
"""The kernel's final page tables, and a memory map edited by the user."""
import expect
import pytest


@pytest.mark.parametrize("cpu", ["max", "max,-la57,-pdpe1gb"])
def test_no_page_is_writable_and_executable(boot, cpu):
    machine = boot(cmdline='monitor.exec="poweroff"', cpu=cpu)
    found = machine.expect(r"paging: (\d+) pages mapped, (\d+) of them writable and executable\n")
    assert int(found.group(1)) > 100 and int(found.group(2)) == 0
    assert machine.wait() == "guest-shutdown"


def test_stack_overflow_is_caught_by_the_guard_page(boot):
    machine = boot(cmdline='monitor.exec="crash stack"')
    machine.expect(r"exception 8, #DF double fault\nthe stack overflowed into its guard page\n")
    machine.expect(r"  [0-9a-f]{16}  overflow_stack\+")
    machine.check_no_triple_fault()


def entries(log):
    return [(int(a, 16), int(b, 16), kind) for a, b, kind in expect.E820_LINE.findall(log)]


def test_memmap_edits_the_map(boot):
    machine = boot(cmdline='memmap=64M$256M,1M#320M memmap=2M%340M-1+7 memmap=nonsense mem=400M '
                           'monitor.exec="poweroff"', memory="512M")
    machine.expect(r"lantern: warning \d+ e820-table: mem= or memmap=: 'nonsense' makes no sense")
    assert machine.wait() == "guest-shutdown"
    table = entries(machine.log)
    assert (256 << 20, (320 << 20) - 1, "reserved") in table
    assert (320 << 20, (321 << 20) - 1, "ACPI data") in table
    assert (340 << 20, (342 << 20) - 1, "persistent") in table
    assert not [e for e in table if e[2] == "usable" and e[1] >= 400 << 20]
    assert [e for e in table if e[2] == "usable" and e[1] == (400 << 20) - 1]
