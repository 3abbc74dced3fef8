# SPDX-License-Identifier: BSD-2-Clause
"""The kernel built with SAN=1: mistakes made on purpose are reported with their line, and tests of other
files, some of every area, pass on it without a report. `make test-boot SAN=1` runs all of them so."""
import os
import re

import expect
import pytest
import qemu
from test_acpi import test_a_madt_with_a_thousand_cpus, test_entries_that_lead_back  # noqa: F401
from test_acpi import test_tables_not_to_be_believed  # noqa: F401
from test_initmem import test_init_memory_is_freed_and_unmapped  # noqa: F401
from test_irq import test_an_early_nmi_is_told_later, test_what_is_reported_and_goes_on  # noqa: F401
from test_paging import test_the_tables_protect_the_kernel  # noqa: F401
from test_smp import test_a_cpu_that_never_answers_is_left_out  # noqa: F401
from test_smp import test_a_panic_on_one_cpu_stops_the_others  # noqa: F401

PLANTS = os.path.join(qemu.ROOT, "mm", "kasan", "plant.c")

# what plant says, and the statement that must be blamed
PLANTED = {
    "slab": ("kasan: slab-out-of-bounds: write of 1 byte", "p[40 + amount] = 1;"),
    "slab-free": ("kasan: slab-use-after-free: read of 1 byte", 'printk("%d\\n", p[8 + amount]);'),
    "double-free": ("kasan: double-free: ", "kfree(p);	/* again */"),
    "page-free": ("kasan: use-after-free: write of 1 byte", "p[100 + amount] = 1;"),
    "stack": ("kasan: stack-out-of-bounds: write of 1 byte", "array[13 + amount] = 1;"),
    "scope": ("kasan: use-after-scope: write of 1 byte", "p[amount] = 1;"),
    "global": ("kasan: global-out-of-bounds: write of 1 byte", "planted_global)[13 + amount] = 1;"),
    "vmalloc": ("kasan: vmalloc-out-of-bounds: write of 1 byte", "p[PAGE_SIZE + 100 + amount] = 1;"),
    "memset": ("kasan: slab-out-of-bounds: write of 41 bytes", "memset(p, 0, 41 + amount);"),
    "shift": ("ubsan: shift-out-of-bounds at ", "one = one << (32 + amount);"),
    "index": ("ubsan: array-index-out-of-bounds at ", "amount = planted_array[index];"),
    "overflow": ("ubsan: signed-integer-overflow at ", "most = most + 1;"),
}


@pytest.fixture(autouse=True, scope="module")
def sanitized():
    """All of this file boots the kernel with sanitizers."""
    build = os.path.join(qemu.BUILD, "san")
    with pytest.MonkeyPatch.context() as patch:
        if os.path.exists(build):		# else SAN=1 is what is being tested
            patch.setattr(qemu, "LANTERN", os.path.join(build, "lantern.efi"))
            patch.setattr(qemu, "VMLINUX", os.path.join(build, "vmlinux"))
        yield


def line_of(statement):
    with open(PLANTS, encoding="ascii") as file:
        lines = [nr for nr, text in enumerate(file, 1) if text.strip().endswith(statement)]
    assert len(lines) == 1, statement
    return lines[0]


@pytest.mark.parametrize("cpu", ["max", "max,la57=off"])
def test_planted_mistakes_are_reported_with_their_line(boot, cpu):
    boot.reports_wanted = True
    machine = boot(firmware="bios", kernel=qemu.LANTERN, memory="256M", cpu=cpu,
                   append='monitor.exec="plant;plant;poweroff"')
    assert machine.wait() == "guest-shutdown"
    before, first, second = machine.log.split(expect.PROMPT + "plant\n")
    assert not qemu.SANITIZER_REPORT.search(before)
    assert not qemu.SANITIZER_REPORT.search(second)	# each place is told once
    parts = re.split(r"^plant: (.*)\n", first, flags=re.M)
    assert parts[1::2] == list(PLANTED)
    for name, report in zip(parts[1::2], parts[2::2]):
        says, statement = PLANTED[name]
        assert re.search(rf"^{re.escape(says)}", report, re.M), name
        assert re.search(rf"\bmm/kasan/plant\.c:{line_of(statement)}\b", report), name
        assert "backtrace\n" in report and "cmd_plant+" in report
    slab = parts[2::2][1]
    assert "kasan: 8 bytes into an object of kmalloc-64 at 0x" in slab
    assert re.search(rf"^kasan: allocated by .*plant_slab_free\+.*plant\.c:\d+$", slab, re.M)
    assert re.search(rf"^kasan: freed by .*plant_slab_free\+.*plant\.c:\d+$", slab, re.M)


@pytest.mark.parametrize("memory, append", [("256M", ""), ("128M", "no5lvl page_poison")])
def test_allocators_work_without_a_report(boot, memory, append):
    machine = boot(firmware="bios", kernel=qemu.LANTERN, memory=memory,
                   append=f'selftest=mm {append} monitor.exec="map;slab;vmalloc;buddy;dmesg;selftest mm;map;poweroff"')
    assert machine.wait() == "guest-shutdown"
    assert [int(failed) for failed in re.findall(r"selftest mm: \d+ checks, (\d+) failed", machine.log)] == [0, 0]
    assert machine.log.count("memory: the books balance\n") == 2


def test_torture_on_four_cpus_without_a_report(boot):
    """Scheduler, timers, locks, work queues, grace periods, calls and allocators, all against each other."""
    machine = boot(firmware="bios", kernel=qemu.LANTERN, memory="256M", smp=4,
                   append='selftest=smp,sched,timers,locks,mm monitor.exec="selftest locks;threads;map;poweroff"')
    assert machine.wait() == "guest-shutdown"
    results = re.findall(r"^selftest (\w+): \d+ checks, (\d+) failed$", machine.log, re.M)
    assert sorted(results) == [("locks", "0"), ("locks", "0"), ("mm", "0"), ("sched", "0"), ("smp", "0"), ("timers", "0")]
    assert re.search(r"^smp: 4 CPUs in ", machine.log, re.M)
    assert "memory: the books balance\n" in machine.log


def test_efi_boot_with_an_initrd_without_a_report(boot):
    """The firmware's door, its handlers and its memory map."""
    machine = boot(cmdline='initrd=\\a.img monitor.exec="map;efi;initrd;poweroff"', files={"a.img": "text:not an archive"},
                   memory="512M")
    assert machine.wait() == "guest-shutdown"
    assert "memory: the books balance\n" in machine.log
