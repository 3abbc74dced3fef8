# SPDX-License-Identifier: BSD-2-Clause
"""The limits on instructions and memory, by the same functions that `make bench` prints from."""
import os
import sys

import pytest
import qemu

sys.path.insert(0, os.path.join(qemu.ROOT, "tests", "bench"))
import bench  # noqa: E402

pytestmark = pytest.mark.product


@pytest.mark.xdist_group("bench")
@pytest.mark.parametrize("memory, ratio", [("64G", 1.1), ("256G", 1.3)])
def test_boot_work_does_not_grow_with_ram(memory, ratio):
    few, many = bench.boot_instructions("1G"), bench.boot_instructions(memory)
    assert 100000 < few <= many <= ratio * few


@pytest.mark.xdist_group("bench")
def test_allocators_are_short():
    rows = bench.kernel_rows()
    assert 20 < rows["alloc_pages(0) and free"] <= 60.1	# the rest is the loop's first round
    assert 20 < rows["kmalloc(64) and kfree"] <= 60.1
    assert rows["page walk to a 4 KiB page"] > 20


@pytest.mark.xdist_group("bench")
@pytest.mark.parametrize("row", ["context switch", "context switch among 8"])
def test_switches_are_short(row):
    assert 40 < bench.kernel_rows()[row] <= 150


@pytest.mark.xdist_group("bench")
def test_interrupts_are_short():
    rows = bench.kernel_rows()
    assert 40 < rows["interrupt to its C handler"] <= 120
    assert rows["interrupt to its C handler"] < rows["interrupt and back"] <= 150


@pytest.mark.xdist_group("bench")
def test_cpus_come_soon():
    assert 50000 < bench.cpus_up_instructions(8) <= 1000000


@pytest.mark.xdist_group("bench")
def test_idle_cpus_idle():
    assert 0 < bench.idle_instructions() <= 200


@pytest.mark.xdist_group("bench")
def test_lines_on_the_screen_are_short():
    assert 5 < bench.per_character("1280x800") <= 40


@pytest.mark.xdist_group("bench")
def test_a_message_costs_no_more_than_three_lines_of_cells():
    """Each is painted itself and moves two others; four times the pixels of a cell are no five times the cost."""
    small = bench.screen_rows("1280x800")["message of 80 characters, shown"]
    large = bench.screen_rows("3840x2160")["message of 80 characters, shown"]
    assert 80 * 200 < small <= 3 * 80 * 500
    assert small < large <= 5 * small


@pytest.mark.xdist_group("bench")
def test_kernel_memory_by_the_books():
    assert 100 < bench.kernel_kib("256M") <= 4096


@pytest.mark.xdist_group("bench")
def test_the_memory_test_is_at_least_as_fast_as_memtest86():
    assert 1 < bench.memtest86_rate() <= bench.memtest_rate()
