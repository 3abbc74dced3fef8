# SPDX-License-Identifier: BSD-2-Clause
"""What the operations of a program cost stays within its limits; measured as `make bench` does."""
import os
import sys

import pytest
import qemu

sys.path.insert(0, os.path.join(qemu.ROOT, "tests", "bench"))
import bench  # noqa: E402
import speed  # noqa: E402

pytestmark = [pytest.mark.product, pytest.mark.xdist_group("speed")]


@pytest.mark.parametrize("operation", speed.BEST_LINUX)
def test_an_operation_is_short(operation):
    """A clock that does not tick would make it zero."""
    if operation in speed.OVER:
        pytest.xfail(speed.OVER[operation])
    assert 10 < speed.lantern()[operation] <= min(speed.limits(operation))


@pytest.mark.parametrize("operation", speed.OVER)
def test_what_is_over_its_limit_stays_near(operation):
    assert speed.lantern()[operation] <= 1.25 * min(speed.limits(operation)) + 50


def test_the_first_program_starts_soon():
    assert 1000000 < bench.program_instructions() <= 6000000


def test_a_small_machine_has_memory_left():
    assert 40 << 10 <= bench.free_at_shell("64M") < 64 << 10
