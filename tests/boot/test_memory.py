# SPDX-License-Identifier: BSD-2-Clause
"""Memory: the books, the page allocator and the slabs, on small and on large machines."""
import re

import expect
import pytest
import qemu

LINE = re.compile(r"^memory: (.+?) +(\d+) KiB$", re.M)
BOOT_LINE = re.compile(r"memory: (\d+) KiB RAM: kernel (\d+), page tables (\d+), struct pages (\d+), "
                       r"other reserved (\d+), allocated (\d+), free (\d+)\n")
SELFTEST = re.compile(r"selftest mm: (\d+) checks, (\d+) failed")


def books(text):
    """(RAM, {name: KiB}) of a table printed by map."""
    lines = {name: int(kib) for name, kib in LINE.findall(text)}
    return lines.pop("RAM in whole pages"), lines


def tables(log):
    """The part of the log each map command printed."""
    return [part[:part.index(expect.PROMPT)] for part in log.split(expect.PROMPT + "map\n")[1:]]


def check_books(log):
    usable = expect.MemoryMap(log[:log.index("memory: ")]).usable_kib()
    line = [int(kib) for kib in BOOT_LINE.search(log).groups()]
    assert line[0] == sum(line[1:])
    for table in tables(log):
        ram, lines = books(table)
        assert ram == sum(lines.values())
        cut = int(re.search(r"memory: (\d+) bytes of RAM are no whole page", table).group(1))
        assert usable == ram + cut // 1024
        assert "memory: the books balance\n" in table
    assert not re.search(r"warning 87", log)


def check_selftest(log, times):
    results = SELFTEST.findall(log)
    assert len(results) == times
    for checks, failed in results:
        assert int(checks) > 10000 and failed == "0"


@pytest.mark.parametrize("memory", [pytest.param("64M", marks=pytest.mark.product), "512M", "8G", "64G"])
def test_books_balance_and_allocators_work(boot, memory):
    machine = boot(memory=memory, cmdline='selftest=mm monitor.exec="map;selftest mm;map;buddy;slab;poweroff"')
    assert machine.wait() == "guest-shutdown"
    log = expect.from_stub(machine.log)
    check_books(log)
    check_selftest(log, 2)
    first, second = [books(table)[1] for table in tables(log)]
    # what a test leaves behind is a slab or two per cache and the tables for them
    assert abs(first.get("other allocations", 0) - second.get("other allocations", 0)) <= 64
    zones = dict(re.findall(r"^(DMA32|NORMAL) +\d+ pages free of +(\d+),", log, re.M))
    assert (int(zones["NORMAL"]) > 0) == (memory in ("8G", "64G"))


@pytest.mark.parametrize("cmdline", ["page_poison", "init_on_free", "no5lvl"])
def test_options(boot, cmdline):
    machine = boot(memory="256M", cmdline=f'{cmdline} monitor.exec="selftest mm;map;poweroff"')
    assert machine.wait() == "guest-shutdown"
    log = expect.from_stub(machine.log)
    check_books(log)
    check_selftest(log, 1)
    assert "written after free" not in log


@pytest.mark.product
def test_kernel_memory_with_256_mib(boot):
    """At most 4 MiB of 256 are the kernel's own after boot."""
    machine = boot(memory="256M", cmdline='monitor.exec="map;poweroff"')
    assert machine.wait() == "guest-shutdown"
    lines = books(tables(expect.from_stub(machine.log))[0])[1]
    given = ("first MiB", "setup_data of the loader", "initrd", "EFI memory map", "EFI runtime services", "EFI boot services")
    own = sum(kib for name, kib in lines.items() if name not in given and not name.startswith("free"))
    assert own <= 4096


@pytest.mark.product
def test_out_of_memory_is_reported_on_one_screen(boot):
    """The smallest machine eats all it has, says who holds it, and works as before."""
    machine = boot(firmware="bios", kernel=qemu.LANTERN, memory="24M",
                   append='monitor.exec="selftest mm;map;selftest mm;map;poweroff"')
    assert machine.wait() == "guest-shutdown"
    check_books(machine.log)
    check_selftest(machine.log, 2)
    failures = [int(nr) for nr in re.findall(r"^oom: no memory for .* failure (\d+); all in KiB:$", machine.log, re.M)]
    assert failures and failures == [nr for nr in (1, 2, 4, 8, 16, 32, 64) if nr <= failures[-1]]
    report = machine.log.split("oom: no memory for ")[1]
    lines = re.findall(r"^oom: .*$", "oom: " + report, re.M)
    assert len(lines) <= 24 and max(map(len, lines)) <= 80
    words = " ".join(line[5:].strip() for line in lines[1:])
    table, slabs, rest = re.fullmatch(r"(.*) slabs: (.*) vmalloc: (.*)", words).groups()
    held = {name: int(kib) for name, kib in re.findall(r"([^,]+?) (\d+)(?:, |$)", table)}
    assert held.pop("RAM in whole pages") == sum(held.values())
    assert min(held["slabs"], held["vmalloc"], held["other allocations"]) > 4096 and "free" not in held
    assert slabs.startswith("kmalloc-1024 ")
    assert "free 0, of" in rest and "runs 4K:0" in rest and "4096K:0" in rest
